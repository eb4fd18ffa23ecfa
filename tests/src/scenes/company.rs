//! The states of an agent who is not alone: a colleague in the same conversation, the agent's own other device, and
//! whether they take conversations.
use super::{Eye, Place, Tour};
use crate::{http, relay::Site, screen::FIELD, wire::Wire};
use serde_json::json;

impl Tour {
    /// Who writes here too, and what was begun on another device. The conversation is open.
    pub(super) async fn in_company(&self, eye: &mut impl Eye) {
        let id = self.browser.run("return decodeURIComponent(location.pathname).split('/').at(-1)").await;
        let agent = self.relay.add_agent_named(&Site::demo(), "deniz@example.com", "Deniz Su", "agent").await;
        let mut colleague = Wire::answering(&self.relay, &agent).await;
        colleague.say(json!({ "Open": { "conversation": id, "after": null } })).await;
        colleague.say(json!({ "Look": { "conversation": id } })).await;
        colleague.say(json!({ "Typing": { "conversation": id, "on": true } })).await;
        self.browser.until("document.querySelector('.company.writing')").await;
        self.show(eye, "company", Place::Page).await;
        drop(colleague);
        self.two_drafts(id.as_str().expect("an id"), eye).await;
    }

    /// The agent's own menu, on the list.
    pub(super) async fn own_menu(&self, eye: &mut impl Eye) {
        self.browser.click("document.querySelector('#me')").await;
        self.browser.until("document.querySelector('#status')").await;
        self.show(eye, "status", Place::Page).await;
        self.browser.click("document.querySelector('.mine .veil')").await;
    }

    /// The same agent has begun another answer elsewhere.
    async fn two_drafts(&self, conversation: &str, eye: &mut impl Eye) {
        let [mine, theirs] = self.words.answers;
        let draft = json!({ "note": false, "version": 0, "body": theirs }).to_string();
        let path = format!("/api/v1/conversations/{conversation}/drafts");
        let bearer = format!("Bearer {}", self.desk.bearer());
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let answer = http::send(self.relay.authority(), "PUT", &path, &headers, draft.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.browser.type_into(FIELD, mine).await;
        self.browser.until("document.querySelector('.clash')").await;
        self.show(eye, "two-drafts", Place::Page).await;
        self.browser.click("document.querySelectorAll('.clash button')[1]").await;
        self.browser.until("!document.querySelector('.clash')").await;
        self.browser.run(&format!("{FIELD}.select()")).await;
        self.browser.type_into(FIELD, "\u{e003}").await;
        self.browser.until(&format!("{FIELD}.value === '' && !document.querySelector('#list .draft')")).await;
    }
}
