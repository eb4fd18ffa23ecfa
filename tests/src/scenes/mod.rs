//! Every state of the pages, driven there by what people do and looked at by whoever asks: for what keeps people out, for
//! what a screen reader is told, for screenshots. The relay, the network and the browser are real; nothing is painted.
use crate::{
    browser::{Browser, Driver},
    faults::cut::Network,
    relay::{Agent, Relay},
};
use serde_json::json;
use std::future::Future;
use tempfile::TempDir;

mod agent;
mod beside;
mod company;
mod desk;
mod files;
mod later;
mod lookup;
mod owner;
mod parts;
mod revised;
mod rich;
mod widget;
mod words;

use desk::Desk;
pub use words::Words;

/// Which document a state is seen in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The website's page, with the launcher.
    Host,
    /// The chat's frame in it.
    Frame,
    /// A page of the relay's own.
    Page,
}

/// A state that is on the screen now.
pub struct Scene<'a> {
    /// Where it can be seen; gone into already.
    pub browser: &'a Browser,
    /// Its name: letters and hyphens.
    pub name: &'static str,
    /// The document.
    pub place: Place,
    /// The language of the page.
    pub language: &'static str,
}

/// Whoever looks at states.
pub trait Eye {
    /// Looks at one.
    fn look(&mut self, scene: Scene<'_>) -> impl Future<Output = ()>;
}

/// The rounds through the states: the chat and the plain page, what is fetched when it is opened, what is pressed and
/// filled in, the agent page, the owner's page.
pub const ROUNDS: [&str; 5] = ["widget", "parts", "rich", "agent", "owner"];

/// A demo with a network in front of it, an agent at a desk, and a browser.
pub struct Tour {
    relay: Relay,
    network: Network,
    desk: Desk,
    browser: Browser,
    words: &'static Words,
    driver: Driver,
    _folder: TempDir,
}

impl Tour {
    /// Gets everything ready, in this language.
    pub async fn begin(words: &'static Words) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::demo(&folder.path().join("data")).await;
        let network = Network::before(relay.authority()).await;
        let agent =
            Agent { email: relay.told("email").to_owned(), password: relay.told("password").to_owned() };
        let desk = Desk::at(&relay, &agent).await;
        let driver = Driver::start().await;
        let browser = driver.looking_glass(relay.authority(), network.address()).await;
        Self { relay, network, desk, browser, words, driver, _folder: folder }
    }

    /// Goes through the states of one of the [`ROUNDS`].
    pub async fn round(&mut self, round: &str, eye: &mut impl Eye) {
        match round {
            "widget" => {
                self.widget(eye).await;
                self.plain(eye).await;
            }
            "parts" => self.parts(eye).await,
            "rich" => self.rich(eye).await,
            "agent" => self.agents(eye).await,
            "owner" => self.owners(eye).await,
            other => panic!("there is no round {other}"),
        }
    }

    /// Ends it.
    pub async fn end(self) {
        self.browser.close().await;
    }

    async fn show(&self, eye: &mut impl Eye, name: &'static str, place: Place) {
        eye.look(Scene { browser: &self.browser, name, place, language: self.words.tag }).await;
    }

    /// An address of the relay, in this tour's language.
    fn address(&self, path: &str) -> String {
        format!("{}{path}?lang={}", self.relay.url(), self.words.tag)
    }
}

impl Scene<'_> {
    /// Shows it light or dark, and still: nothing moves while it is looked at.
    pub async fn light(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.browser.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        self.drawn().await;
    }

    /// Waits until what was changed has been drawn.
    pub async fn drawn(&self) {
        self.browser
            .run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
            .await;
    }
}
