//! Beside the thread: somebody who was here before, has walked over the site, and says who they are.
use super::{Eye, Place, Tour, agent::Staying};
use crate::{
    http,
    relay::Site,
    screen::FIELD,
    wire::{Wire, client_id},
};
use serde_json::json;

/// A page that has a name, and one whose address says it all.
const PAGES: [(&str, &str); 3] = [
    (
        "https://shop.example/glasses/six-with-gold-rim-and-saucers-hand-cut",
        "Six tea glasses with gold rim and saucers, hand cut | İnce Belli",
    ),
    ("https://shop.example/delivery", ""),
    ("https://shop.example/cart", "Cart"),
];

impl Tour {
    /// The column on a wide screen, and the sheet on a narrow one. What was open before is open after it.
    pub(super) async fn beside_the_thread(&self, eye: &mut impl Eye) {
        let before = self.browser.run("return location.pathname").await;
        let _visitor = Staying::with(self.who_was_here_before().await);
        let last = self.words.asks[1];
        let row = format!(
            "[...document.querySelectorAll('#list a.item')].find(it => it.textContent.includes({last:?}))"
        );
        self.browser.click(&row).await;
        self.browser.until(FIELD).await;
        self.browser.until("document.querySelector('.side .past q') && document.querySelectorAll('.side .trail li').length === 3").await;
        self.browser
            .until("(document.querySelector('[data-list=Open] .count') || {}).textContent === '5'")
            .await;
        // Opened on a phone, by the name: there it is a sheet, and on a wide screen the column that it was.
        let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false });
        self.browser.command("Emulation.setDeviceMetricsOverride", phone).await;
        self.browser.click("document.querySelector('#who')").await;
        self.browser.until("document.querySelector('.side.open')").await;
        self.browser.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.show(eye, "beside", Place::Page).await;
        self.browser.run(&format!("document.querySelector('#list a.item[href={before}]').click()")).await;
        self.browser.until(&format!("location.pathname === {before} && {FIELD}")).await;
    }

    async fn who_was_here_before(&self) -> Wire {
        let site = Site::demo();
        let (mut wire, welcome) = Wire::greeted(&self.relay, &site, None, json!([])).await;
        let first = wire.writes(self.words.thanks, false).await;
        self.desk.resolve_in(&json!(first)).await;
        let closing = wire.hear_where("Entry", |entry| entry["kind"] == "Resolved").await["seq"].clone();
        let rating = json!({ "closing": closing, "csat": 75, "comment": self.words.comment }).to_string();
        let bearer = format!("Bearer {}", welcome["token"].as_str().expect("a token"));
        let headers = [
            ("Origin", self.relay.url()),
            ("Authorization", bearer.as_str()),
            ("Merhaba-Site", site.key.as_str()),
            ("Content-Type", "application/json"),
        ];
        let path = format!("/api/v1/visitor/conversations/{first}/rating");
        let answer = http::send(self.relay.authority(), "POST", &path, &headers, rating.as_bytes()).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        for (url, title) in PAGES {
            wire.say(json!({ "Page": { "url": url, "title": title, "referrer": "" } })).await;
        }
        wire.say(json!({ "Attributes": { "plan": "Usta", "orders": 12, "since": "2021" } })).await;
        let about = json!({ "name": "Ayşegül Karahasanoğlu-Schreiber", "email": "aysegul@example.com" });
        let send = json!({
            "client_id": client_id(), "conversation": null, "new": true, "body": self.words.asks[1], "about": about,
        });
        wire.say(json!({ "Send": send })).await;
        wire.hear("Accepted").await;
        wire
    }
}
