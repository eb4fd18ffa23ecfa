//! The line with a pinned version and its hash: it loads and the chat works; a file in which one letter is another is
//! refused by the browser, which runs it where the line names no hash. And a line that was pinned long ago: the relay has
//! become another one, the page has not.
use crate::{
    api::answer,
    stage::{Stage, arrives, talk},
};
use merhaba_tests::{
    faults::filter::Verdict,
    older::Older,
    screen::{CHAT, enter_chat, open_chat, write},
};
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

/// An older version's loader with its own second half, and this version's frame: it talks, counts what comes while the panel
/// is closed, and finds its conversation again on the next page.
pub async fn older(stage: Arc<Stage>) {
    let (browser, older) = (&stage.browser, Older::read());
    browser.command("Network.clearBrowserCache", json!({})).await;
    browser.open(&stage.address("older", "older.html")).await;
    let mut agent = stage.agent().await;
    open_chat(browser).await;
    write(browser, "from older").await;
    let row = arrives(&mut agent, "from older").await;
    let conversation = row["conversation"].as_str().expect("an id").to_owned();
    browser.leave().await;
    assert_eq!((stage.filter.count(&older.path), stage.filter.count(&older.half_path)), (1, 1));
    assert_eq!(stage.filter.count("/embed"), 2, "its own two halves and no others");
    browser.until("kept.includes('message:sent') && Merhaba.isReady()").await;

    browser.run("Merhaba.close()").await;
    answer(&mut agent, &conversation, "an answer").await;
    browser.until("Merhaba.getUnreadCount() === 1 && kept.includes('message:received')").await;
    browser.run("Merhaba.open()").await;
    browser.until("Merhaba.getUnreadCount() === 0").await;
    // Whoever leaves at once has not told it yet.
    agent.hear_where("Read", |mark| mark["side"] == "Visitor" && mark["read"] == 2).await;

    browser.open("about:blank").await;
    answer(&mut agent, &conversation, "another answer").await;
    browser.open(&stage.address("older", "older.html")).await;
    browser.until("window.Merhaba && Merhaba.getUnreadCount && Merhaba.getUnreadCount() === 1").await;
    browser.run("Merhaba.open()").await;
    enter_chat(browser).await;
    browser.until("document.querySelector('[role=log]').textContent.includes('another answer')").await;
    browser.leave().await;
    assert_eq!(browser.run("return kept.filter(name => name === 'error')").await, json!([]));
}
