//! The states of the agent page, with visitors who write over the wire.
use super::{
    Eye, Place, Tour,
    files::{CLEAR, draw, drop_files},
};
use crate::{
    faults::cut::Mode,
    files::uploaded,
    relay::Site,
    screen::FIELD,
    wire::{Wire, client_id},
};
use serde_json::json;

/// The list has come.
const LISTED: &str = "document.querySelector('#list[aria-busy=false]')";
/// The password's field.
const PASSWORD: &str = "document.querySelector('input[type=password]')";

impl Tour {
    /// Sign-in, list, conversation, line.
    pub async fn agents(&mut self, eye: &mut impl Eye) {
        self.signing_in(eye).await;
        self.browser.until(LISTED).await;
        self.show(eye, "inbox-empty", Place::Page).await;
        let mut visitors = self.visitors().await;
        self.browser.until("document.querySelectorAll('#list a.item').length >= 4").await;
        self.show(eye, "inbox", Place::Page).await;
        self.answering(eye).await;
        self.with_files(eye, visitors.last_mut().expect("the one who asked")).await;
        self.network.set(Mode::Down);
        self.browser.until("document.querySelector('#line .banner:not(.good)')").await;
        self.show(eye, "offline", Place::Page).await;
        self.network.set(Mode::Open);
        self.browser.run("dispatchEvent(new Event('online'))").await;
        self.browser.until("!document.querySelector('#line .banner:not(.good)')").await;
        drop(visitors);
    }

    async fn signing_in(&self, eye: &mut impl Eye) {
        self.at_the_door().await;
        self.show(eye, "sign-in", Place::Page).await;
        self.browser.type_into(PASSWORD, "wrong\u{e007}").await;
        self.browser.until("document.querySelector('#trouble').textContent").await;
        self.show(eye, "sign-in-refused", Place::Page).await;
        self.enter().await;
    }

    /// Signed in, in this tour's language.
    pub(super) async fn signed_in(&self) {
        self.at_the_door().await;
        self.enter().await;
    }

    async fn at_the_door(&self) {
        self.browser.open(self.relay.told("agent")).await;
        self.browser.until(PASSWORD).await;
        let speak = format!("localStorage.setItem('merhaba:agent:lang', {:?})", self.words.tag);
        self.browser.run(&speak).await;
        self.browser.reload().await;
        self.browser.type_into("document.querySelector('input[type=email]')", self.relay.told("email")).await;
    }

    async fn enter(&self) {
        self.browser.run(&format!("{PASSWORD}.value = ''")).await;
        self.browser.type_into(PASSWORD, &format!("{}\u{e007}", self.relay.told("password"))).await;
        self.browser.until(&format!("!{PASSWORD}")).await;
    }

    /// Four who write: long, short, in another direction, and the one whose conversation is opened.
    async fn visitors(&self) -> Vec<(Wire, String)> {
        let long = "Çay, süt, şeker. ".repeat(60);
        let mut wires = Vec::new();
        for text in [long.as_str(), "?", "هل تصل قبل يوم السبت؟", self.words.asks[0]] {
            let site = Site { key: "demo".into() };
            let (mut wire, welcome) = Wire::greeted(&self.relay, &site, None, json!([])).await;
            let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": text, "attachments": [] });
            wire.say(json!({ "Send": send })).await;
            wire.hear("Accepted").await;
            wires.push((wire, welcome["token"].as_str().expect("a token").to_owned()));
        }
        wires
    }

    async fn answering(&self, eye: &mut impl Eye) {
        let row = format!(
            "[...document.querySelectorAll('#list button, #list a')].find(e => e.textContent.includes({:?}))",
            self.words.asks[0]
        );
        self.browser.click(&row).await;
        self.browser.until(FIELD).await;
        for text in self.words.answers {
            self.browser.type_into(FIELD, &format!("{text}\u{e007}")).await;
        }
        let answered =
            format!("document.querySelector('[role=log]').textContent.includes({:?})", self.words.answers[1]);
        self.browser.until(&answered).await;
        self.show(eye, "thread", Place::Page).await;
        self.beside(eye).await;
    }

    /// What only the team sees: a note, and the dialog in which a conversation is handed over.
    async fn beside(&self, eye: &mut impl Eye) {
        for (name, role) in [("Mert Yıldız", "agent"), ("Zeynep Karahasanoğlu-Schreiber", "admin")] {
            let (first, _) = name.split_once(' ').expect("two names");
            let email = format!("{}@example.com", first.to_lowercase());
            self.relay.add_agent_named(&Site { key: "demo".into() }, &email, name, role).await;
        }
        let turn = |to: usize| format!("document.querySelectorAll('.compose .switch button')[{to}]");
        self.browser.click(&turn(1)).await;
        self.browser.type_into(FIELD, &format!("{}\u{e007}", self.words.aside)).await;
        self.browser.until("document.querySelector('.note')").await;
        self.show(eye, "note", Place::Page).await;
        self.browser.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
        self.browser.until("document.querySelector('#give li')").await;
        self.show(eye, "hand-over", Place::Page).await;
        self.browser.click("document.querySelector('#give header .icon')").await;
        self.browser.click(&turn(0)).await;
    }

    /// The visitor sends files; the agent has one on its way to them, and one that is too large.
    async fn with_files(&self, eye: &mut impl Eye, (wire, token): &mut (Wire, String)) {
        let (site, [picture, paper]) = (Site { key: "demo".into() }, self.words.files);
        let photo = draw(&self.browser, 900, 1200, true).await;
        let sign = draw(&self.browser, 500, 500, false).await;
        let mut ids = Vec::new();
        for (name, bytes) in [(picture, photo.as_slice()), ("a.png", &sign), (paper, b"%PDF-1.7")] {
            ids.push(uploaded(&self.relay, &site, token, name, bytes).await);
        }
        let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": self.words.thanks, "attachments": ids });
        wire.say(json!({ "Send": send })).await;
        self.browser
            .until("[...document.querySelectorAll('.row .files img')].filter(it => it.naturalWidth).length === 2")
            .await;
        let files =
            format!("[new File(['x'.repeat(48213)], {paper:?}), new File([new Uint8Array(21e6)], 'a.zip')]");
        drop_files(&self.browser, &files).await;
        self.browser
            .until(
                "document.querySelector('.compose').dataset.files && document.querySelector('.tray .wrong')",
            )
            .await;
        self.show(eye, "files", Place::Page).await;
        self.browser.run(CLEAR).await;
    }
}
