//! Agents and visitors in front of a relay, each in a browser of their own.
use crate::{
    browser::{Browser, Driver},
    relay::{Relay, Site},
    screen::{at_the_list, open_chat, sign_in},
    wire::Wire,
};
use serde_json::json;
use tempfile::TempDir;

/// A relay with one site, and who drives the browsers.
pub struct Stage {
    /// The relay.
    pub relay: Relay,
    /// Who drives the browsers.
    pub driver: Driver,
    /// The site.
    pub site: Site,
    _folder: TempDir,
}

impl Stage {
    /// The demo.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn demo() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::demo(&folder.path().join("data")).await;
        Self { relay, driver: Driver::start().await, site: Site::demo(), _folder: folder }
    }

    /// The demo, and a visitor who has written this.
    pub async fn asked(text: &str) -> (Self, Wire) {
        let stage = Self::demo().await;
        let (visitor, _) = Wire::asking(&stage.relay, &stage.site, text).await;
        (stage, visitor)
    }

    /// A site of its own on a relay that limits nobody, and a visitor who has begun so many conversations:
    /// `visitor-0;` and so on.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with(conversations: usize) -> (Self, Wire) {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
        let site = relay.add_site("Çay Evi", &[]).await;
        let (mut visitor, _) = Wire::greeted(&relay, &site, None, json!([])).await;
        for number in 0..conversations {
            visitor.writes(&format!("visitor-{number};"), true).await;
        }
        (Self { relay, driver: Driver::start().await, site, _folder: folder }, visitor)
    }

    /// The demo's agent, at the list.
    pub async fn first(&self) -> Browser {
        at_the_list(&self.driver, &self.relay, self.relay.told("email"), self.relay.told("password")).await
    }

    /// The demo's agent, signed in: nobody need have written yet.
    pub async fn signed_in(&self) -> Browser {
        let browser = self.driver.browser().await;
        sign_in(&browser, &self.relay).await;
        browser
    }

    /// Another agent of the site, with this role, at the list.
    pub async fn agent(&self, name: &str, role: &str) -> Browser {
        let email = format!("{name}@example.com").to_lowercase();
        let agent = self.relay.add_agent_named(&self.site, &email, name, role).await;
        at_the_list(&self.driver, &self.relay, &agent.email, &agent.password).await
    }

    /// A visitor of the demo's shop with the chat open, inside its frame.
    pub async fn visitor(&self) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(self.relay.told("shop")).await;
        open_chat(&browser).await;
        browser
    }
}
