//! An answer that waits for its time, and a conversation that is sent to a department.
use super::{Eye, Place, Tour};
use crate::{http, relay::Agent, screen::FIELD, wire};
use serde_json::json;

impl Tour {
    /// The menu of times, and what waits in the log.
    pub(super) async fn for_later(&self, eye: &mut impl Eye) {
        self.browser.type_into(FIELD, self.words.later).await;
        self.browser.click("document.querySelector('#later')").await;
        self.browser.until("document.querySelector('#later-menu .line')").await;
        self.show(eye, "later", Place::Page).await;
        self.browser.click("[...document.querySelectorAll('#later-menu .line')].at(-1)").await;
        self.browser.until("document.querySelector('.proposal:not(.ended) .btn.main')").await;
        self.browser.until("!document.querySelector('.toast')").await;
        self.show(eye, "planned", Place::Page).await;
    }

    /// Where a conversation can be sent, and what says where it is.
    pub(super) async fn sent_on(&self, eye: &mut impl Eye) {
        let (email, password) = (self.relay.told("email").to_owned(), self.relay.told("password").to_owned());
        let bearer = format!("Bearer {}", wire::sign_in(&self.relay, &Agent { email, password }).await);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let departments = json!([
            { "id": "sales", "name": { "en": "Sales", "tr": "Satış" } },
            { "id": "returns", "name": { "en": "Returns and exchanges", "tr": "İade ve değişim" } }
        ]);
        let body = json!({ "departments": departments }).to_string();
        let set =
            http::send(self.relay.authority(), "PATCH", "/api/v1/sites/demo", &headers, body.as_bytes())
                .await;
        assert_eq!(set.status, 200, "{}", set.text());
        self.browser.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
        self.browser.until("document.querySelectorAll('#give .part').length === 2").await;
        self.browser.run("document.querySelector('#give .parts').scrollIntoView()").await;
        self.show(eye, "departments", Place::Page).await;
        self.browser.click("[...document.querySelectorAll('#give .part')].at(-1)").await;
        self.browser.until("!document.querySelector('#give[open]')").await;
        self.browser
            .until("/Returns|İade/.test(document.querySelector('.top .who small').textContent)")
            .await;
        self.show(eye, "sent-on", Place::Page).await;
    }
}
