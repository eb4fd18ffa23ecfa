//! What every test stands on: a relay with the demo's site, and its owner's page in a browser.
use merhaba_tests::{
    browser::{Browser, Driver},
    http,
    relay::{Agent, Relay},
    screen::sign_in,
    wire,
};
use serde_json::Value;
use tempfile::TempDir;

/// The frame that is looked at.
pub const FRAME: &str = "document.querySelector('.stage iframe.here')";

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
    /// Opens the owner's page.
    pub async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::demo(&folder.path().join("data")).await;
        let driver = Driver::start().await;
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
    pub async fn sees(&self, expression: &str) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let look = format!(
                "try {{ if ({expression}) return true }} catch {{}} return document.body.innerText + document.documentElement.outerHTML.slice(0, 400)"
            );
            let seen = self.browser.peek(FRAME, &look).await;
            if seen == Some(Value::Bool(true)) {
                return;
            }
            assert!(std::time::Instant::now() < end, "never seen: {expression}\nthe preview shows: {seen:?}");
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
}
