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
use std::time::Duration;
use tokio::{task::JoinHandle, time::interval};

/// How often a visitor shows that they are there.
const PING_EVERY: Duration = Duration::from_secs(5);
/// The list has come.
const LISTED: &str = "document.querySelector('#list[aria-busy=false]')";
/// The password's field.
const PASSWORD: &str = "document.querySelector('input[type=password]')";

/// Nothing is on its way to the relay.
const STORED: &str = "!/Sending|Gönderiliyor/.test(document.querySelector('[role=log]').textContent)";

/// A list says that it holds so many.
fn counted(list: &str, count: usize) -> String {
    format!("(document.querySelector('[data-list={list}] .count') || {{}}).textContent === '{count}'")
}

/// A visitor whose page stays open.
pub(super) struct Staying(JoinHandle<()>);

impl Staying {
    /// Reads what they are told, and shows that they are there.
    pub(super) fn with(mut wire: Wire) -> Self {
        Self(tokio::spawn(async move {
            let mut pings = interval(PING_EVERY);
            loop {
                pings.tick().await;
                wire.all_so_far().await;
            }
        }))
    }
}

impl Drop for Staying {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Tour {
    /// Sign-in, list, conversation, line.
    pub async fn agents(&mut self, eye: &mut impl Eye) {
        self.signing_in(eye).await;
        self.browser.until(LISTED).await;
        self.show(eye, "inbox-empty", Place::Page).await;
        let visitors = self.visitors().await;
        self.browser.until("document.querySelectorAll('#list a.item').length >= 4").await;
        self.show(eye, "inbox", Place::Page).await;
        self.first_steps(eye).await;
        self.answering(eye).await;
        self.in_company(eye).await;
        self.sorted(eye).await;
        self.looking_up(eye).await;
        let (_, token) = visitors.last().expect("the one who asked");
        self.with_files(eye, token).await;
        self.unread(eye, token).await;
        self.beside_the_thread(eye).await;
        self.for_later(eye).await;
        self.sent_on(eye).await;
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
    /// They stay as long as what is given back: whether they are on the site is shown.
    async fn visitors(&self) -> Vec<(Staying, String)> {
        let long = "Çay, süt, şeker. ".repeat(60);
        let mut wires = Vec::new();
        for text in [long.as_str(), "?", "هل تصل قبل يوم السبت؟", self.words.asks[0]] {
            let site = Site::demo();
            let (mut wire, welcome) = Wire::greeted(&self.relay, &site, None, json!([])).await;
            let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": text, "attachments": [] });
            wire.say(json!({ "Send": send })).await;
            wire.hear("Accepted").await;
            wires.push((Staying::with(wire), welcome["token"].as_str().expect("a token").to_owned()));
        }
        wires
    }

    /// What a new agent does first, one of it done; put aside, for whoever looks at the rest.
    async fn first_steps(&self, eye: &mut impl Eye) {
        self.browser.run("localStorage.setItem('merhaba:agent:steps', 'a')").await;
        self.browser.reload().await;
        self.browser.until("document.querySelectorAll('.steps .done').length === 1 && document.querySelectorAll('#list a.item').length >= 4").await;
        self.show(eye, "steps", Place::Page).await;
        self.browser.click("document.querySelector('.steps button')").await;
        self.browser.until("!document.querySelector('.steps')").await;
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
        self.browser.until(STORED).await;
        self.browser.until(&counted("Mine", 1)).await;
        self.show(eye, "thread", Place::Page).await;
        self.beside(eye).await;
        self.palette(eye).await;
    }

    /// Everything that can be done, as it is offered and as it is looked for.
    async fn palette(&self, eye: &mut impl Eye) {
        let open = "[...document.querySelectorAll('.all-actions')].find(it => it.offsetWidth)";
        let ask = "document.querySelector('#palette[open] input')";
        self.browser.click(open).await;
        self.browser.until("document.querySelectorAll('#choices [role=group]').length === 4").await;
        self.show(eye, "palette", Place::Page).await;
        self.browser.type_into(ask, "er").await;
        self.browser.until("document.querySelector('#choices > .choice small')").await;
        self.show(eye, "palette-typed", Place::Page).await;
        self.browser.type_into(ask, "\u{e00c}").await;
        self.browser.until("!document.querySelector('#palette').open").await;
    }

    /// Tags, priority and a bookmark; the menu of times, and what is offered after it; a list that is empty, and filters.
    async fn sorted(&self, eye: &mut impl Eye) {
        let tag = "document.querySelector('#tag')";
        for word in ["İade", "Kargo"] {
            self.browser.type_into(tag, &format!("{word}\u{e007}")).await;
        }
        let choose = "const it = document.querySelector('#priority'); it.value = 'Urgent'; \
                      it.dispatchEvent(new Event('change', { bubbles: true }))";
        self.browser.run(choose).await;
        self.browser.click("document.querySelector('#bookmark')").await;
        let sorted = "document.querySelectorAll('.sorting .chip').length === 2 && \
                      document.querySelector('#bookmark[aria-pressed=true]') && document.querySelector('.flag.urgent')";
        self.browser.until(sorted).await;
        self.browser.run("document.activeElement.blur()").await;
        self.show(eye, "sorted", Place::Page).await;
        self.browser.click("document.querySelector('#escalate')").await;
        self.browser.until("document.activeElement.id === 'escalate-reason'").await;
        self.show(eye, "escalate", Place::Page).await;
        self.browser.click("document.querySelector('#escalation header .icon')").await;
        self.browser.until("!document.querySelector('#escalation').open").await;
        self.browser.click("document.querySelector('#snooze')").await;
        self.browser.until("document.querySelector('#snooze-menu .line')").await;
        self.show(eye, "snooze", Place::Page).await;
        self.browser.click("[...document.querySelectorAll('#snooze-menu .line')].at(-1)").await;
        self.browser.until("document.querySelector('#undo') && document.querySelector('#wake')").await;
        self.browser.until(&counted("Snoozed", 1)).await;
        self.show(eye, "snoozed", Place::Page).await;
        // Whoever looks for long finds the offer gone.
        self.browser.click("document.querySelector('#undo') || document.querySelector('#wake')").await;
        self.browser.until("!document.querySelector('#wake') && !document.querySelector('.toast')").await;
        self.browser.until(&counted("Open", 4)).await;
        self.lists(eye).await;
    }

    /// The list with what was sorted, its filters, and a list with nothing in it. The conversation is shown again after it.
    async fn lists(&self, eye: &mut impl Eye) {
        self.browser.run("history.back()").await;
        self.browser.until(&format!("!{FIELD}")).await;
        self.browser.click("document.querySelector('#filters')").await;
        self.browser.until("['İade', 'Kargo', 'Mert', 'Zeynep'].every(it => document.querySelector('.narrow').textContent.includes(it))").await;
        self.show(eye, "inbox-sorted", Place::Page).await;
        self.browser.click("document.querySelector('#filters')").await;
        self.own_menu(eye).await;
        self.browser.click("document.querySelector('[data-list=Snoozed]')").await;
        self.browser.until("document.querySelector('#list .empty')").await;
        self.show(eye, "inbox-nothing-snoozed", Place::Page).await;
        self.browser.click("document.querySelector('[data-list=Open]')").await;
        self.browser.until("document.querySelector('#list .item .star')").await;
        self.browser.click("document.querySelector('#list .item:has(.star)')").await;
        self.browser.until(FIELD).await;
    }

    /// What only the team sees: a note, and the dialog in which a conversation is handed over.
    async fn beside(&self, eye: &mut impl Eye) {
        for (name, role) in [("Mert Yıldız", "agent"), ("Zeynep Karahasanoğlu-Schreiber", "admin")] {
            let (first, _) = name.split_once(' ').expect("two names");
            let email = format!("{}@example.com", first.to_lowercase());
            self.relay.add_agent_named(&Site::demo(), &email, name, role).await;
        }
        let turn = |to: usize| format!("document.querySelectorAll('.compose .switch button')[{to}]");
        self.browser.click(&turn(1)).await;
        self.browser.type_into(FIELD, &format!("{}\u{e007}", self.words.aside)).await;
        self.browser.until(&format!("document.querySelector('.note') && {STORED}")).await;
        self.show(eye, "note", Place::Page).await;
        self.for_approval(eye).await;
        self.browser.click(&turn(0)).await;
        self.revised(eye).await;
        self.browser.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
        self.browser.until("document.querySelector('#give li')").await;
        self.show(eye, "hand-over", Place::Page).await;
        self.browser.click("document.querySelector('#give header .icon')").await;
        self.browser.click(&turn(0)).await;
    }

    /// A trainee's answer: waiting, and while it gets other words. It is returned after that.
    async fn for_approval(&self, eye: &mut impl Eye) {
        let can = self.relay.add_agent_named(&Site::demo(), "can@example.com", "Can Aksoy", "trainee").await;
        let mut can = Wire::answering(&self.relay, &can).await;
        let open = self.browser.run("return document.querySelector('.compose').dataset.conversation").await;
        let propose = json!({ "client_id": client_id(), "conversation": open, "body": self.words.later });
        can.say(json!({ "Propose": propose })).await;
        let deed = |number: usize| format!("document.querySelectorAll('.proposal button')[{number}]");
        self.browser.until(&deed(2)).await;
        // How many wait is told a moment later than that they do.
        let list = "document.querySelector('[data-list=Approval]')";
        self.browser.until(&format!("{list}.querySelector('.count')?.textContent === '1'")).await;
        self.show(eye, "approval", Place::Page).await;
        self.browser.click(&deed(2)).await;
        self.browser.until("document.querySelector('.proposal textarea')").await;
        let why = format!("{}\u{e004}\u{e007}", self.words.aside);
        self.browser.type_into("document.querySelector('.proposal textarea')", &why).await;
        self.browser.until(&format!("document.querySelector('.proposal.ended') && {list}.hidden")).await;
        self.show(eye, "approval-returned", Place::Page).await;
    }

    /// The visitor sends files; the agent has one on its way to them, and one that is too large.
    /// They have been away, since looking at everything takes longer than a silent line is kept.
    async fn with_files(&self, eye: &mut impl Eye, token: &str) {
        let (site, [picture, paper]) = (Site::demo(), self.words.files);
        let (mut wire, _) = Wire::greeted(&self.relay, &site, Some(token), json!([])).await;
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

    /// The visitor has written a good deal while the agent was at the list.
    async fn unread(&self, eye: &mut impl Eye, token: &str) {
        self.browser.run("history.back()").await;
        self.browser.until(&format!("!{FIELD}")).await;
        let (mut wire, _) = Wire::greeted(&self.relay, &Site::demo(), Some(token), json!([])).await;
        // Few and long: nobody may write many at once.
        let text = [self.words.asks[0], "\n"].concat().repeat(7);
        for _ in 0..3 {
            wire.writes(text.trim_end(), false).await;
        }
        let row = "document.querySelector('#list .item:has(.badge):has(.star)')";
        self.browser.until(&format!("({row} || {{ textContent: '' }}).textContent.includes('3 ')")).await;
        self.browser.click(row).await;
        self.browser
            .until("document.querySelector('#log .fresh') && document.querySelector('.over:not(.up) .jump')")
            .await;
        self.show(eye, "unread", Place::Page).await;
    }
}
