//! A demo with visitors and agents in browsers, and what their hands do there.
use merhaba_tests::{
    browser::{Browser, Driver},
    relay::Relay,
};
use tempfile::TempDir;

/// The shadow root with the launcher, wherever the loader has hung it.
const CHAT: &str = "[...document.querySelectorAll('*')].map(e => e.shadowRoot).find(r => r && r.querySelector('a[href*=\"/c/\"]'))";
/// Where people write.
pub const FIELD: &str = "document.querySelector('#t, textarea')";
/// The messages of this test that the log shows.
const SHOWN: &str =
    "((document.querySelector('[role=log]') || {}).textContent || '').match(/(visitor|agent)-\\d+;/g) || []";

/// A demo relay with a driver for browsers.
pub struct Stage {
    /// The relay.
    pub relay: Relay,
    /// What makes browsers.
    pub driver: Driver,
    _folder: TempDir,
}

/// Sets it up.
pub async fn stage() -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    Stage { relay, driver: Driver::start().await, _folder: folder }
}

impl Stage {
    /// A visitor on the plain page, in English.
    pub async fn visitor(&self) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(&format!("{}/c/demo?lang=en", self.relay.url())).await;
        browser.until("document.querySelector('.jump')").await;
        browser
    }

    /// A visitor with the chat open in the shop, inside its frame.
    pub async fn shopper(&self) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(self.relay.told("shop")).await;
        browser.press(&format!("{CHAT}.querySelector('a')")).await;
        browser.enter(&format!("{CHAT}.querySelector('iframe')")).await;
        browser.until("document.querySelector('.jump')").await;
        browser
    }

    /// An agent who has signed in.
    pub async fn agent(&self) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(self.relay.told("agent")).await;
        browser.type_into("document.querySelector('input[type=email]')", self.relay.told("email")).await;
        let password = format!("{}\u{e007}", self.relay.told("password"));
        browser.type_into("document.querySelector('input[type=password]')", &password).await;
        browser.until("!document.querySelector('input[type=password]')").await;
        browser
    }
}

/// Types a message and sends it.
pub async fn write(browser: &Browser, text: &str) {
    browser.type_into(FIELD, &format!("{text}\u{e007}")).await;
}

/// Waits until the log shows just these messages of the test.
pub async fn shows(browser: &Browser, messages: &[&str]) {
    browser.until(&format!("String({SHOWN}) === {:?}", messages.join(","))).await;
}

/// Opens the menu and chooses what begins with these words.
pub async fn choose(browser: &Browser, words: &str) {
    browser.click("document.querySelector('#m:not([hidden])')").await;
    browser
        .click(&format!(
            "[...document.querySelectorAll('[role=menuitem]')].find(e => e.textContent.startsWith({words:?}))"
        ))
        .await;
}

/// Waits until something on the page, the log included, says this.
pub async fn says(browser: &Browser, words: &str) {
    browser.until(&format!("document.body.innerText.includes({words:?})")).await;
}

/// Has an agent open the conversation with these last words.
pub async fn open_conversation(agent: &Browser, preview: &str) {
    let row = format!(
        "[...document.querySelectorAll('button, a, [role=button], [role=option]')].find(e => e.textContent.includes({preview:?}))"
    );
    agent.click(&row).await;
    agent.until(FIELD).await;
}
