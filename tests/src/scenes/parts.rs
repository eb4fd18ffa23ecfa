//! What the chat fetches when somebody opens it: the menu and what it leads to, emoji, files, the question at the end, the
//! offer to notify. In the order in which one visitor can meet them; words of the page are never waited for.
use super::{Eye, Place, Tour, widget::GREETED};
use crate::screen::{open_chat, write};
use serde_json::json;

/// Escape, as WebDriver types it.
const ESCAPE: &str = "\u{e00c}";
/// Places in the menu of an open conversation.
const NEW: usize = 1;
const END: usize = 3;
const TRANSCRIPT: usize = 4;

impl Tour {
    /// Everything in the frame, then the plain page.
    pub async fn parts(&mut self, eye: &mut impl Eye) {
        self.open_shop().await;
        open_chat(&self.browser).await;
        self.browser.until(GREETED).await;
        self.earlier(eye).await;
        self.emoji(eye).await;
        self.files(eye).await;
        self.choose(TRANSCRIPT).await;
        self.browser.until("document.querySelector('.paper-log p')").await;
        self.show(eye, "transcript", Place::Frame).await;
        self.browser.type_into("document.querySelector('.part button')", ESCAPE).await;
        self.browser.until("!document.querySelector('.part')").await;
        self.rating(eye).await;
        self.browser.leave().await;
        self.offer(eye).await;
    }

    /// Three conversations; an answer comes in one that is not shown.
    async fn earlier(&mut self, eye: &mut impl Eye) {
        let [first, second] = self.words.asks;
        write(&self.browser, first).await;
        let conversation = self.desk.open(first).await;
        self.desk.reply(self.words.answers[0]).await;
        self.says(self.words.answers[0]).await;
        for text in [second, self.words.thanks] {
            self.choose(NEW).await;
            self.browser.until("!document.querySelector('.row.me')").await;
            write(&self.browser, text).await;
            self.desk.open(text).await;
        }
        self.desk.reply_in(&conversation, self.words.later, &[]).await;
        self.browser.until("window.merhaba.tell({ k: 'state' }).elsewhere === 1").await;
        self.browser.click("document.querySelector('#m')").await;
        self.browser.until("document.querySelector('[role=menu] .count')").await;
        self.show(eye, "menu", Place::Frame).await;
        self.browser.click("document.querySelector('[role=menu] .count').parentElement").await;
        self.browser.until("document.querySelectorAll('.past li').length === 3").await;
        self.show(eye, "history", Place::Frame).await;
        self.browser.click("document.querySelector('.past .unread')").await;
        self.says(self.words.later).await;
    }

    /// The picker, and what a word finds.
    async fn emoji(&self, eye: &mut impl Eye) {
        self.browser.click("document.querySelector('#e')").await;
        let signs = "document.querySelectorAll('.emoji .grid button').length";
        self.browser.until(&format!("{signs} > 100")).await;
        self.show(eye, "emoji", Place::Frame).await;
        self.browser.type_into("document.querySelector('.emoji input')", self.words.sign).await;
        self.browser.until(&format!("{signs} && {signs} < 10")).await;
        self.show(eye, "emoji-search", Place::Frame).await;
        self.browser.type_into("document.querySelector('.emoji input')", ESCAPE).await;
        self.browser.until("!document.querySelector('.emoji')").await;
    }

    /// The visitor ends it and says how it was.
    async fn rating(&self, eye: &mut impl Eye) {
        self.choose(END).await;
        self.browser.click("document.querySelectorAll('.rating [name=csat]')[3].parentElement").await;
        self.browser.click("document.querySelectorAll('.rating [name=ces]')[4].parentElement").await;
        self.browser.type_into("document.querySelector('.rating textarea')", self.words.comment).await;
        self.show(eye, "rating", Place::Frame).await;
        self.browser.click("document.querySelector('.rating .first')").await;
        self.browser.until("!document.querySelector('.rating')").await;
    }

    /// The plain page offers to notify while an answer is waited for.
    async fn offer(&self, eye: &mut impl Eye) {
        let ask = json!({ "permission": { "name": "notifications" }, "setting": "prompt" });
        self.browser.command("Browser.setPermission", ask).await;
        self.browser.open(&self.address("/c/demo")).await;
        self.browser.until(GREETED).await;
        write(&self.browser, self.words.asks[0]).await;
        self.browser.until("document.querySelector('.offer')").await;
        self.browser.until(super::widget::STORED).await;
        self.show(eye, "offer", Place::Page).await;
    }

    /// Chooses the entry of the menu that stands at this place.
    async fn choose(&self, place: usize) {
        self.browser.until("window.merhaba.tell({ k: 'state' }).open").await;
        self.browser.click("document.querySelector('#m')").await;
        self.browser.click(&format!("document.querySelector('[role=menuitem]:nth-child({place})')")).await;
    }
}
