//! The chat for everyone, in a real browser: in each language and direction, on any brand colour, on a phone with its
//! keyboard, with large text, by keyboard alone, and for who listens instead of looking.

mod colors;
mod keyboard;
mod languages;
mod listening;
mod phone;

use merhaba_tests::{
    browser::{Browser, Driver},
    relay::Relay,
};
use tempfile::TempDir;

/// A demo, and what starts browsers in front of it.
struct Stage {
    relay: Relay,
    driver: Driver,
    _folder: TempDir,
}

impl Stage {
    async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::demo(&folder.path().join("data")).await;
        Self { relay, driver: Driver::start().await, _folder: folder }
    }

    /// A person in front of the shop.
    async fn shop(&self) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(self.relay.told("shop")).await;
        browser
    }

    /// A person on the plain page, with the program running, in this language.
    async fn page(&self, language: &str) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(&format!("{}/c/demo?lang={language}", self.relay.url())).await;
        browser
            .until("document.getElementById('sub').dataset.online && document.querySelector('.jump')")
            .await;
        browser
    }
}
