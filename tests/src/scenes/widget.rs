//! The states of the widget, in the order in which one visitor can meet them, and of the plain page. Words of the page
//! are never waited for, since it speaks each language.
use super::{Eye, Place, Tour};
use crate::{
    faults::cut::Mode,
    relay::Site,
    screen::{CHAT, FIELD, open_chat, write},
    wire::{Wire, client_id},
};
use serde_json::json;

/// The relay knows this page and shows so.
pub(super) const GREETED: &str =
    "document.querySelector('#sub[data-online=true]') && document.querySelector('.more')";
/// The visitor's last message is stored: its mark has a time, in the digits of any language.
pub(super) const STORED: &str =
    "/\\p{N}/u.test([...document.querySelectorAll('.mark.me')].pop()?.textContent)";
/// A long message, in one piece and of words.
const LONG: usize = 4_000;

impl Tour {
    /// The chat in a website's page, state by state.
    pub async fn widget(&mut self, eye: &mut impl Eye) {
        self.open_shop().await;
        self.show(eye, "closed", Place::Host).await;
        open_chat(&self.browser).await;
        self.browser.until(GREETED).await;
        self.show(eye, "empty", Place::Frame).await;
        self.talking(eye).await;
        self.unseen(eye).await;
        self.composing(eye).await;
        self.line(eye).await;
        self.extremes(eye).await;
        self.desk.resolve().await;
        self.browser
            .until("[...document.querySelectorAll('.event')].some(event => event.offsetHeight)")
            .await;
        self.show(eye, "resolved", Place::Frame).await;
        self.failed(eye).await;
        self.browser.leave().await;
    }

    /// The plain page, with script and without, and the panel that cannot open.
    pub async fn plain(&mut self, eye: &mut impl Eye) {
        self.browser.open(&self.address("/c/demo")).await;
        self.browser.until(GREETED).await;
        self.show(eye, "page", Place::Page).await;
        let (relay, network) = (self.relay.authority(), self.network.address());
        let mut other = self.driver.looking_glass_for_open_pages(relay, network).await;
        std::mem::swap(&mut self.browser, &mut other);
        self.without_script(eye).await;
        std::mem::swap(&mut self.browser, &mut other);
        other.close().await;
        self.unreachable(eye).await;
    }

    /// The plain page that stays open for what comes.
    async fn without_script(&mut self, eye: &mut impl Eye) {
        self.script(false).await;
        self.browser.open(&self.address("/c/demo")).await;
        self.browser.until("location.search.includes('live')").await;
        self.show_without_script(eye, "plain").await;
        for text in self.words.asks {
            self.browser.type_into(FIELD, text).await;
            self.browser.click("document.querySelector('form button:not([type=button])')").await;
            self.says(text).await;
        }
        self.desk.open(self.words.asks[1]).await;
        self.desk.offer(self.words.answers[0], &json!({ "replies": self.words.replies }), &[]).await;
        self.says(self.words.answers[0]).await;
        self.browser.until("document.querySelectorAll('.reply').length === 3").await;
        let language = self.browser.run("return document.documentElement.lang").await;
        assert_eq!(language, self.words.tag, "the language stays after a message");
        self.show_without_script(eye, "plain-talk").await;
        self.asks_elsewhere().await;
        self.browser.until("document.querySelector('.way')").await;
        self.show_without_script(eye, "plain-elsewhere").await;
    }

    /// In another tab the visitor begins another conversation, and is answered there.
    async fn asks_elsewhere(&self) {
        let cookies = self.browser.cookies().await;
        let kept = cookies
            .as_array()
            .and_then(|all| all.iter().find_map(|cookie| cookie["value"].as_str()?.strip_prefix("demo:")));
        let site = Site::demo();
        let (mut tab, _) = Wire::greeted(&self.relay, &site, kept, json!([])).await;
        let send = json!({ "client_id": client_id(), "conversation": null, "new": true, "body": self.words.thanks, "attachments": [] });
        tab.say(json!({ "Send": send })).await;
        let begun = tab.hear("Accepted").await;
        self.desk.reply_in(&begun["conversation"], self.words.answers[1], &[]).await;
    }

    /// Loads the shop, in this language and direction, and nothing else.
    pub(super) async fn open_shop(&self) {
        self.browser.open(&format!("{}?lang={}", self.relay.told("shop"), self.words.tag)).await;
        let direction = if self.words.rtl { "rtl" } else { "ltr" };
        let adapt = format!(
            "document.documentElement.lang = {:?}; document.documentElement.dir = {direction:?}; Merhaba('update', {{}})",
            self.words.tag
        );
        self.browser.until(CHAT).await;
        self.browser.run(&adapt).await;
    }

    async fn talking(&mut self, eye: &mut impl Eye) {
        for text in self.words.asks {
            write(&self.browser, text).await;
        }
        self.desk.open(self.words.asks[1]).await;
        for text in self.words.answers {
            self.desk.reply(text).await;
        }
        self.says(self.words.answers[1]).await;
        self.show(eye, "talk", Place::Frame).await;
        self.desk.types().await;
        self.browser.until("document.querySelector('.typing').offsetHeight").await;
        self.show(eye, "typing", Place::Frame).await;
    }

    /// What comes while the panel is closed.
    async fn unseen(&mut self, eye: &mut impl Eye) {
        self.browser.leave().await;
        self.browser.press(&format!("{CHAT}.querySelector('a')")).await;
        self.browser.until(&format!("{CHAT}.querySelector('a').ariaExpanded === 'false'")).await;
        self.desk.reply(self.words.later).await;
        self.browser.until(&format!("{CHAT}.querySelector('a[data-n]')")).await;
        self.show(eye, "unread", Place::Host).await;
        open_chat(&self.browser).await;
        self.browser.until("document.querySelector('.new')").await;
        self.show(eye, "new", Place::Frame).await;
    }

    async fn composing(&mut self, eye: &mut impl Eye) {
        self.fill(&"a".repeat(LONG + 212)).await;
        self.browser.until("!document.getElementById('hint').hidden").await;
        self.show(eye, "too-long", Place::Frame).await;
        self.fill("").await;
        self.browser.until("document.getElementById('hint').hidden").await;
    }

    /// The network goes and comes back.
    async fn line(&mut self, eye: &mut impl Eye) {
        self.network.set(Mode::Down);
        self.browser.until("document.querySelector('#banner:not([hidden])')").await;
        write(&self.browser, self.words.thanks).await;
        self.says(self.words.thanks).await;
        self.show(eye, "offline", Place::Frame).await;
        self.network.set(Mode::Open);
        self.browser.run("dispatchEvent(new Event('online'))").await;
        self.browser.until("document.querySelector('#banner.good:not([hidden])')").await;
        self.browser.until(STORED).await;
        self.show(eye, "back", Place::Frame).await;
        self.browser.until("document.getElementById('banner').hidden").await;
    }

    /// One character, one word without an end, as much as a message takes, and the other direction.
    async fn extremes(&mut self, eye: &mut impl Eye) {
        let other = if self.words.rtl { "Does this stand right?" } else { "هل هذا صحيح؟ ABC 123" };
        let (word, text) = ("ş".repeat(180), "Çay, süt. ".repeat(LONG / 10));
        for text in ["?", &word, &text, other, "🫖☕️"] {
            self.desk.reply(text).await;
        }
        self.says("🫖☕️").await;
        self.show(eye, "extremes", Place::Frame).await;
    }

    /// A message that the relay will never take, as an older page may have kept it.
    async fn failed(&mut self, eye: &mut impl Eye) {
        let kept = "localStorage.setItem('merhaba:demo:out:' + Date.now() + 'ab'.repeat(16), '\\n' + document.documentElement.lang + 'x'.repeat(4000))";
        self.browser.run(kept).await;
        self.browser.leave().await;
        self.open_shop().await;
        open_chat(&self.browser).await;
        self.browser.until("document.querySelector('.mark.fail')").await;
        self.show(eye, "failed", Place::Frame).await;
        self.browser.click("document.querySelector('.mark.fail').querySelectorAll('button')[1]").await;
        self.fill("").await;
    }

    /// The website's own policy keeps the frame out; nobody waits the whole time for it here.
    async fn unreachable(&mut self, eye: &mut impl Eye) {
        let hasty = "{ const late = setTimeout; window.setTimeout = (act, time) => late(act, time > 5000 ? 100 : time) }";
        let hasty =
            self.browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": hasty })).await;
        self.open_shop().await;
        let policy = "document.head.append(Object.assign(document.createElement('meta'), { httpEquiv: 'Content-Security-Policy', content: \"frame-src 'none'\" }))";
        self.browser.run(policy).await;
        self.browser.press(&format!("{CHAT}.querySelector('a')")).await;
        self.browser.until(&format!("{CHAT}.querySelector('section[role=alert]')")).await;
        self.show(eye, "unreachable", Place::Host).await;
        self.browser.command("Page.removeScriptToEvaluateOnNewDocument", hasty).await;
    }

    /// Whether pages that are opened from now on may run script.
    async fn script(&self, on: bool) {
        self.browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": !on })).await;
    }

    /// A document that ran no script; those who look at it may.
    async fn show_without_script(&self, eye: &mut impl Eye, name: &'static str) {
        self.browser.until(FIELD).await;
        self.script(true).await;
        self.show(eye, name, Place::Page).await;
        // The document that is there would run scripts again: the next one does not.
        self.script(false).await;
    }

    /// Waits until the log says this.
    pub(super) async fn says(&self, text: &str) {
        self.browser
            .until(&format!("document.querySelector('[role=log]').textContent.includes({text:?})"))
            .await;
    }

    /// Puts a text into the field as a paste does.
    async fn fill(&self, text: &str) {
        self.browser
            .run(&format!(
                "{FIELD}.value = {text:?}; {FIELD}.dispatchEvent(new Event('input', {{ bubbles: true }}))"
            ))
            .await;
    }
}
