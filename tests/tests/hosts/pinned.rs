//! The line with a pinned version and its hash: it loads and the chat works; a file in which one letter is another is
//! refused by the browser, which runs it where the line names no hash.
use crate::stage::{Stage, talk};
use merhaba_tests::{faults::filter::Verdict, screen::CHAT};
use serde_json::json;
use std::sync::Arc;

/// The word of the loader's that is changed on the way: harmless, so that only the hash can tell.
const CHANGE: Verdict = Verdict::Change("'Chat'", "'Chit'");

/// The file as it is.
pub async fn exact(stage: Arc<Stage>) {
    stage.browser.command("Network.clearBrowserCache", json!({})).await;
    stage.filter.rule(|_| Verdict::Pass);
    stage.browser.open(&stage.address("exact", "pinned.html")).await;
    assert_eq!(stage.filter.count("/embed.js"), 0, "only the pinned file is asked for");
    assert!(stage.filter.count("/embed/") > 0);
    talk(&stage, &stage.browser, "from pinned").await;
}

/// The file with one letter changed.
pub async fn changed(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.command("Network.clearBrowserCache", json!({})).await;
    stage.filter.rule(|path| if path.starts_with("/embed") { CHANGE } else { Verdict::Pass });
    browser.log("browser").await;
    browser.open(&stage.address("changed", "pinned.html")).await;
    browser.until("document.readyState === 'complete'").await;
    assert_eq!(stage.filter.count("/embed/"), 1);
    assert_eq!(
        browser.run("return [typeof Merhaba, document.scripts.length]").await,
        json!(["undefined", 1])
    );
    let log = browser.log("browser").await.to_string();
    assert!(log.contains("integrity"), "the browser says why: {log}");
    // The same change where no hash is named.
    browser.open(&stage.address("changed", "plain.html")).await;
    browser.until(&format!("{CHAT}.querySelector('a').ariaLabel === 'Chit'")).await;
}
