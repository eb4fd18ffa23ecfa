//! What every case stands on: one relay behind a filter, the host pages, one browser for the cases that want nothing
//! special of it, and an agent's line on which a message is seen to arrive.
use crate::pages::{Pages, Places};
use merhaba_tests::{
    browser::{Browser, Driver},
    faults::filter::{Filter, Verdict},
    http,
    older::Older,
    relay::Relay,
    screen::{open_chat, write},
    wire::{Wire, sign_in},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Enter, as WebDriver writes it.
pub const ENTER: char = '\u{e007}';
/// Keeps what a policy refuses, in every page from its very beginning.
const VIOLATIONS: &str = "addEventListener('securitypolicyviolation', e => \
     (window.refused = window.refused || []).push(e.violatedDirective + ' ' + e.blockedURI), true)";

/// The stage.
pub struct Stage {
    /// The relay.
    pub relay: Relay,
    /// What stands between browsers and the relay.
    pub filter: Filter,
    /// Starts browsers.
    pub driver: Driver,
    /// Most cases' browser.
    pub browser: Browser,
    pages: Pages,
    bearer: String,
    _folder: TempDir,
}

impl Stage {
    /// Sets it up for cases of these names.
    pub async fn set(cases: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
        let (listener, port) = Pages::bind().await;
        let origins: Vec<_> = cases.iter().map(|case| format!("http://{case}.localhost:{port}")).collect();
        let origins: Vec<_> = origins.iter().map(String::as_str).collect();
        let site = relay.add_site("Çay Evi", &origins).await;
        let agent = relay.add_agent(&site, "defne@example.com", "agent").await;
        let bearer = sign_in(&relay, &agent).await;
        let path = format!("/api/v1/sites/{}", site.key);
        let signed_in = [("Authorization", &*format!("Bearer {bearer}"))];
        let told = http::send(relay.authority(), "GET", &path, &signed_in, b"").await.json();
        let pinned = told["snippet_pinned"].as_str().expect("a line").to_owned();
        let older = Older::read();
        older.keep(relay.data());
        let older = older.snippet(relay.url(), &site.key);
        let places = Places { relay: relay.url().into(), site: site.key, pinned, older };
        let filter = Filter::before(relay.authority()).await;
        let driver = Driver::start().await;
        let browser = driver.browser_over(relay.authority(), filter.authority()).await;
        watch_policies(&browser).await;
        let pages = Pages::serve(listener, port, places);
        Self { relay, filter, driver, browser, pages, bearer, _folder: folder }
    }

    /// The address of a page in a case of this name.
    pub fn address(&self, case: &str, page: &str) -> String {
        self.pages.address(case, page)
    }

    /// A new browser with these preferences and flags, behind the filter.
    pub async fn special(&self, preferences: Value, flags: &[&str]) -> Browser {
        let way = format!("--host-resolver-rules=MAP {} {}", self.relay.authority(), self.filter.authority());
        let flags: Vec<_> = flags.iter().map(ToString::to_string).chain([way]).collect();
        let browser = self.driver.begin(preferences, &flags).await;
        watch_policies(&browser).await;
        browser
    }

    /// An agent's line from this moment on.
    pub async fn agent(&self) -> Wire {
        let mut wire = Wire::agent(&self.relay, &self.bearer).await;
        wire.say(json!({ "Hello": { "epoch": null, "resume": [] } })).await;
        wire.hear("Welcome").await;
        wire
    }

    /// Everything goes through again.
    pub fn open_filter(&self) {
        self.filter.rule(|_| Verdict::Pass);
    }
}

async fn watch_policies(browser: &Browser) {
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": VIOLATIONS })).await;
}

/// Waits until a message with this text has arrived on the agents' side; gives its row.
pub async fn arrives(agent: &mut Wire, text: &str) -> Value {
    agent.hear_where("InboxChanged", |row| row.to_string().contains(text)).await
}

/// Opens the chat, writes, and sees it arrive; back in the page afterwards.
pub async fn talk(stage: &Stage, browser: &Browser, text: &str) {
    let mut agent = stage.agent().await;
    open_chat(browser).await;
    write(browser, text).await;
    arrives(&mut agent, text).await;
    browser.leave().await;
}

/// Asserts that the page's policy has refused nothing.
pub async fn nothing_refused(browser: &Browser) {
    assert_eq!(
        browser.run("return window.refused || []").await,
        json!([]),
        "the page's policy refused something"
    );
    let log = browser.log("browser").await.to_string();
    assert!(!log.contains("Content Security Policy"), "{log}");
}
