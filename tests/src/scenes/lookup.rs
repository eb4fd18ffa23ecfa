//! The states of looking something up: what was written before, and what is answered often.
use super::{Eye, Place, Tour};
use crate::screen::FIELD;

/// Where the agent searches.
const SEARCH: &str = "document.querySelector('#search')";
/// The page of canned replies, and back.
const REPLIES: &str = "document.querySelector('.rail a[href=\"/agent/replies\"]')";
const INBOX: &str = "document.querySelector('.rail a[href=\"/agent/\"]')";
/// Asks the relay until it finds something, and tells that it does.
const INDEXED: &str = "const [word, done] = arguments; (function look() { fetch('/api/v1/search?q=' + word).then(it => it.json())\
    .then(it => it.hits.length ? done(1) : setTimeout(look, 100)) })()";

impl Tour {
    /// Search, with and without results; canned replies, none, offered and on their page.
    pub(super) async fn looking_up(&self, eye: &mut impl Eye) {
        let (word, other) = (self.words.found, "xyz 123");
        let indexed = INDEXED.replace(
            "const [word, done] = arguments",
            &format!("const done = arguments[0], word = encodeURIComponent({word:?})"),
        );
        self.browser.wait_for(&indexed).await;
        self.browser.type_into(SEARCH, word).await;
        self.browser.until("document.querySelectorAll('#found .item').length > 0").await;
        self.browser.click("document.querySelector('#found .item')").await;
        self.browser.until("document.querySelector('.sought')").await;
        self.show(eye, "search-place", Place::Page).await;
        self.browser.click(INBOX).await;
        self.browser.until("document.querySelector('[data-turn=list]')").await;
        self.show(eye, "search", Place::Page).await;
        self.browser.click("document.querySelector('.search .icon')").await;
        self.browser.type_into(SEARCH, other).await;
        self.browser.until("document.querySelector('#found .empty')").await;
        self.show(eye, "search-none", Place::Page).await;
        self.browser.click("document.querySelector('.search .icon')").await;
        self.canned(eye).await;
    }

    async fn canned(&self, eye: &mut impl Eye) {
        self.browser.click(REPLIES).await;
        self.browser.until("document.querySelector('.replies .empty')").await;
        for (name, text) in self.words.canned {
            self.browser.click("document.querySelector('#canned-add')").await;
            self.browser.type_into("document.querySelector('#canned-name')", name).await;
            self.browser.type_into("document.querySelector('#canned-form textarea')", text).await;
            self.browser.click("document.querySelector('#canned-form [type=submit]')").await;
            self.browser.until("!document.querySelector('#canned-form')").await;
        }
        self.browser.click("document.querySelector('.reply .deeds button')").await;
        self.browser.until("document.querySelector('#canned-form')").await;
        self.show(eye, "canned", Place::Page).await;
        self.browser.click(INBOX).await;
        let row = format!(
            "[...document.querySelectorAll('#list a')].find(e => e.textContent.includes({:?}))",
            self.words.answers[1].split_once(' ').map_or("", |(first, _)| first)
        );
        self.browser.click(&row).await;
        self.browser.type_into(FIELD, "/").await;
        self.browser.until("document.querySelectorAll('#canned li').length > 1").await;
        self.show(eye, "canned-offer", Place::Page).await;
        self.browser.type_into(FIELD, "\u{e00c}\u{e003}").await;
        self.browser.until(&format!("{FIELD}.value === '' && !document.querySelector('#list .draft')")).await;
    }
}
