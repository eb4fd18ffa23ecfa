//! How a site receives its visitors, from outside: what an owner sets is checked, what a closed site says is true, and
//! what is asked before the first message arrives with it, with script and without.
use merhaba_tests::{
    browser::Driver,
    http::{self, Answer},
    relay::{Agent, Relay, Site},
    wire::{self, Wire},
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Shop {
    relay: Relay,
    site: Site,
    owner: Agent,
    bearer: String,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::serve(&folder.path().join("data"), &[]).await;
        let site = relay.add_site("Kitapçı", &["http://localhost:*"]).await;
        let owner = relay.add_agent(&site, "owner@example.com", "owner").await;
        let bearer = wire::sign_in(&relay, &owner).await;
        Self { relay, site, owner, bearer, _folder: folder }
    }

    /// Sets the reception as the owner's page does.
    async fn set(&self, reception: Value) -> Answer {
        let bearer = format!("Bearer {}", self.bearer);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let body = json!({ "reception": reception }).to_string();
        let path = format!("/api/v1/sites/{}", self.site.key);
        http::send(self.relay.authority(), "PATCH", &path, &headers, body.as_bytes()).await
    }

    /// Sends the plain page's form.
    async fn post(&self, form: &str) -> Answer {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", self.relay.url()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        let path = format!("/c/{}?lang=tr", self.site.key);
        http::send(self.relay.authority(), "POST", &path, &headers, form.as_bytes()).await
    }

    /// The visitor of the newest conversation, as agents see them.
    async fn newest(&self) -> Value {
        let mut agent = Wire::answering(&self.relay, &self.owner).await;
        agent.say(json!({"List": {"filter": "Open", "cursor": null, "limit": 10}})).await;
        agent.hear("Inbox").await["conversations"][0]["visitor"].clone()
    }
}

fn questions() -> Value {
    json!({
        "questions": [
            {"asks": "name", "required": true},
            {"asks": "email"},
            {"asks": "choice", "label": {"en": "Topic", "tr": "Konu"},
             "choices": [{"en": "Orders", "tr": "Sipariş"}, {"en": "Returns", "tr": "İade"}]}
        ],
        "consent": {"en": "You may keep this.", "tr": "Bunu saklayabilirsiniz."}
    })
}

#[tokio::test]
async fn what_an_owner_sets_is_checked_and_kept() {
    let shop = Shop::open().await;
    let set = shop.set(questions()).await;
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!(set.json()["reception"]["questions"][2]["choices"][1]["tr"], "İade");
    for (wrong, word) in [
        (json!({"hours": {"zone": "Mars/Olympus"}}), "Mars/Olympus"),
        (json!({"hours": {"zone": "UTC", "week": {"mon": ["9-17"]}}}), "9-17"),
        (json!({"privacy_url": "javascript:alert(1)"}), "https://"),
        (json!({"questions": [{"asks": "text"}]}), "label"),
    ] {
        let answer = shop.set(wrong).await;
        assert!(matches!(answer.status, 400 | 422) && answer.text().contains(word), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_closed_site_says_when_it_opens_and_nobody_is_there() {
    let shop = Shop::open().await;
    let _agent = Wire::answering(&shop.relay, &shop.owner).await;
    let (mut visitor, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    assert_eq!((&welcome["online"], &welcome["back_at"]), (&json!(true), &Value::Null));
    // Open on two days of next year only, one of which is within a year from now and neither is today.
    let year = 1970 + welcome["now"].as_i64().expect("a time") / 31_556_952_000;
    let months: Vec<Value> = [3, 9]
        .map(|month| json!({"date": format!("{}-{month:02}-15", year + 1), "spans": ["09:00-17:00"]}))
        .into();
    let hours = json!({"zone": "Europe/Istanbul", "holidays": months});
    assert_eq!(shop.set(json!({"hours": hours, "closed": "form"})).await.status, 200);
    let told = visitor.hear_where("Presence", |presence| presence["online"] == false).await;
    let (_, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    assert_eq!((&welcome["online"], &welcome["back_at"]), (&json!(false), &told["back_at"]));
    let page = http::get(shop.relay.authority(), &format!("/c/{}?lang=tr", shop.site.key)).await.text();
    assert!(page.contains("Şu anda kapalıyız") && page.contains("name=\"email\""), "{page}");
    assert_eq!(shop.set(json!({})).await.status, 200);
    let told = visitor.hear_where("Presence", |presence| presence["online"] == true).await;
    assert_eq!(told["back_at"], Value::Null);
}

#[tokio::test]
async fn without_script_the_answers_come_with_the_form() {
    let shop = Shop::open().await;
    shop.set(questions()).await;
    let page = http::get(shop.relay.authority(), &format!("/c/{}?lang=tr", shop.site.key)).await.text();
    assert!(page.contains("Başlamadan önce") && page.contains("<option>İade</option>"), "{page}");
    let refused = shop.post("body=Merhaba&consent=yes&name=").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Lütfen yanıtlayın: Adınız"), "{}", refused.text());
    assert!(refused.text().contains(">Merhaba</textarea>"), "what was typed stays");
    let refused = shop.post("body=Merhaba&consent=yes&name=Ay%C5%9Fe&email=a").await.text();
    assert!(refused.contains("benzemiyor") && refused.contains("value=\"Ayşe\""), "{refused}");
    assert!(shop.post("body=Merhaba&name=Ay%C5%9Fe").await.text().contains("önce bunu onaylayın"));
    let taken = shop.post("body=Merhaba&consent=yes&name=Ay%C5%9Fe&email=a%40b.co&a2=%C4%B0ade").await;
    assert_eq!(taken.status, 303, "{}", taken.text());
    let visitor = shop.newest().await;
    assert_eq!(visitor["name"], "Ayşe");
    assert_eq!(visitor["about"]["email"], "a@b.co");
    assert_eq!(visitor["about"]["answers"], json!([{"question": "Konu", "answer": "İade"}]));
    assert_eq!(visitor["about"]["consent"], true);
}

#[tokio::test]
async fn a_program_says_who_its_visitor_is() {
    let shop = Shop::open().await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let send = |about: Value| json!({"Send": {"client_id": wire::client_id(), "body": "x", "about": about}});
    visitor.say(send(json!({"email": "nobody"}))).await;
    let refused = visitor.hear("Refused").await;
    assert_eq!(refused["code"], "BadRequest");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("e-mail")), "{refused}");
    visitor.say(send(json!({"name": "Veli", "phone": "+90 532 000 00 00"}))).await;
    visitor.hear("Accepted").await;
    let seen = shop.newest().await;
    assert_eq!((&seen["name"], &seen["about"]["phone"]), (&json!("Veli"), &json!("+90 532 000 00 00")));
}

#[tokio::test]
async fn in_a_browser_what_is_missing_is_said_and_asked_once() {
    let shop = Shop::open().await;
    shop.set(questions()).await;
    let driver = Driver::start().await;
    let browser = driver.browser().await;
    browser.open(&format!("{}/c/{}?lang=en", shop.relay.url(), shop.site.key)).await;
    browser.until("document.getElementById('ask') && document.querySelector('#sub').textContent").await;
    browser.type_into("document.querySelector('textarea')", "Hello\u{e007}").await;
    browser.until("document.querySelector('#ask .why').textContent.includes('Your name')").await;
    assert_eq!(browser.run("return document.activeElement.name").await, "name");
    assert_eq!(
        browser.run("return document.querySelector('textarea').value").await,
        "Hello",
        "nothing typed is lost"
    );
    browser.type_into("document.querySelector('[name=name]')", "Ayşe").await;
    browser.click("document.querySelector('[name=consent]')").await;
    browser.click("document.querySelector('.send')").await;
    browser.until("!document.getElementById('ask') && /Sent|Delivered/.test(document.getElementById('log').textContent)").await;
    let seen = shop.newest().await;
    assert_eq!((&seen["name"], &seen["about"]["consent"]), (&json!("Ayşe"), &json!(true)));
    browser.reload().await;
    browser.until("document.querySelector('#log .bubble') && /Hello/.test(document.getElementById('log').textContent)").await;
    browser.until("!document.getElementById('ask')").await;
    assert_eq!(
        browser.run("return Object.keys(localStorage).filter(key => key.includes(':about')).length").await,
        0
    );
    browser.close().await;
}
