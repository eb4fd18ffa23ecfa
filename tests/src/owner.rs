//! The owner's page in front of a relay with the demo's site, in any engine: what is filled in, and what the preview shows
//! of it.
use crate::{
    browser::{Browser, Driver, Engine},
    http,
    relay::{Agent, Relay},
    screen::sign_in,
    wire,
};
use serde_json::Value;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The frame that is looked at.
pub const FRAME: &str = "document.querySelector('.stage iframe.here')";

/// How long the preview may take to show something.
const SEEN_WITHIN: Duration = Duration::from_secs(20);

/// The stage.
pub struct Stage {
    /// The relay.
    pub relay: Relay,
    /// The owner's browser.
    pub browser: Browser,
    _driver: Driver,
    _folder: TempDir,
}

impl Stage {
    /// Opens the owner's page in Chromium.
    pub async fn set() -> Self {
        Self::set_in(Engine::Chromium).await
    }

    /// Opens the owner's page.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn set_in(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::demo(&folder.path().join("data")).await;
        let driver = Driver::of(engine).await;
        let browser = driver.browser().await;
        sign_in(&browser, &relay).await;
        browser.run("localStorage.setItem('merhaba:agent:lang', 'en')").await;
        browser.open(&format!("{}/agent/site", relay.url())).await;
        browser.until(FRAME).await;
        Self { relay, browser, _driver: driver, _folder: folder }
    }

    /// Clicks, after the page has been scrolled there.
    pub async fn click(&self, expression: &str) {
        self.browser.until(expression).await;
        self.browser.run(&format!("({expression}).scrollIntoView({{ block: 'center' }})")).await;
        self.browser.click(expression).await;
    }

    /// Types into a field of the page in place of what is there.
    pub async fn fill(&self, field: &str, text: &str) {
        let set = format!(
            "const field = document.querySelector({field:?}); field.value = {text:?}; \
             field.dispatchEvent(new Event('input', {{ bubbles: true }})); \
             field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        );
        self.browser.until(&format!("document.querySelector({field:?})")).await;
        self.browser.run(&set).await;
    }

    /// Waits until an expression is true in the preview, whose frame is another one after each change.
    ///
    /// # Panics
    /// When it never is.
    pub async fn sees(&self, expression: &str) {
        let end = Instant::now() + SEEN_WITHIN;
        loop {
            let look = format!(
                "try {{ if ({expression}) return true }} catch {{}} return document.body.innerText + document.documentElement.outerHTML.slice(0, 400)"
            );
            let seen = self.browser.peek(FRAME, &look).await;
            if seen == Some(Value::Bool(true)) {
                return;
            }
            assert!(Instant::now() < end, "never seen: {expression}\nthe preview shows: {seen:?}");
        }
    }

    /// The site as the relay has it.
    pub async fn saved(&self) -> Value {
        let agent = Agent {
            email: self.relay.told("email").to_owned(),
            password: self.relay.told("password").to_owned(),
        };
        let bearer = format!("Bearer {}", wire::sign_in(&self.relay, &agent).await);
        let headers = [("Authorization", bearer.as_str())];
        http::send(self.relay.authority(), "GET", "/api/v1/sites/demo", &headers, b"").await.json()
    }

    /// Changes the name, the look and the scene, and sees each in the preview before anything is saved.
    ///
    /// # Panics
    /// When something is not seen.
    pub async fn tries_the_look(&self) {
        let before = self.saved().await;
        // The program has taken the form over: it is the chat, not a picture of it.
        self.sees("document.querySelector('#log .jump')").await;
        self.fill("#site-name", "Çarşı Kitap").await;
        self.sees("document.querySelector('h1').textContent === 'Çarşı Kitap'").await;
        self.fill("#hex", "#aa3300").await;
        self.fill("#radius", "4").await;
        let style = "(name => getComputedStyle(document.documentElement).getPropertyValue(name).trim())";
        self.sees(&format!("{style}('--site') === '#aa3300' && {style}('--radius') === '4px'")).await;
        self.fill("#greeting", "Welcome, dear reader").await;
        self.sees("document.body.innerText.includes('Welcome, dear reader')").await;
        self.fill("#scene", "talk").await;
        self.sees("document.querySelectorAll('#log .bubble:not(.typing)').length === 3 && !document.querySelector('#ask')").await;
        self.sees("getComputedStyle(document.querySelector('.row.me .bubble')).backgroundColor !== 'rgba(0, 0, 0, 0)'").await;
        self.click("[...document.querySelectorAll('.preview button')].find(it => it.textContent === 'Dark')")
            .await;
        self.sees("document.documentElement.dataset.theme === 'dark'").await;
        let width = "document.querySelector('.stage iframe.here').getBoundingClientRect().width";
        self.click(
            "[...document.querySelectorAll('.preview button')].find(it => it.textContent === 'Phone')",
        )
        .await;
        self.browser.until(&format!("{width} < 380 && {width} > 300")).await;
        self.click("[...document.querySelectorAll('#shape-head ~ .switch button')][1]").await;
        self.browser.until("document.querySelector('.stage').dataset.side === 'left'").await;
        assert_eq!(self.saved().await, before, "nothing is stored");
    }
}
