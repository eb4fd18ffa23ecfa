//! Pages that change under the chat: client-side navigation in its usual forms, the back/forward cache, the snippet
//! pasted twice. There is one launcher afterwards, and the conversation goes on.
use crate::stage::{Stage, arrives, nothing_refused, talk};
use merhaba_tests::{
    browser::Browser,
    screen::{CHAT, enter_chat, write},
};
use serde_json::json;
use std::sync::Arc;

/// Launchers on the page, in whichever shadow roots.
async fn launchers(browser: &Browser) -> serde_json::Value {
    let count = "[...document.querySelectorAll('*')].filter(e => e.shadowRoot && e.shadowRoot.querySelector('a[href*=\"/c/\"]')).length";
    browser.run(&format!("return [{count}, {CHAT} ? {CHAT}.querySelectorAll('iframe').length : 0]")).await
}

/// Talks before and after the router has gone to another page, with the chat open all the while.
async fn talks_through(stage: &Stage, case: &str, router: &str, keeps_frame: bool) {
    let browser = &stage.browser;
    browser.open(&stage.address(case, "swap.html")).await;
    let mut agent = stage.agent().await;
    talk(stage, browser, &format!("before {router}")).await;
    browser.run(&format!("window.frame = {CHAT}.querySelector('iframe').contentWindow")).await;
    browser.run(&format!("return routers.{router}(1)")).await;
    browser
        .until("document.querySelector('h1').textContent === 'Page 1' && location.search === '?page=1'")
        .await;
    browser.until(&format!("{CHAT} && Merhaba.isReady() && Merhaba.isOpen()")).await;
    assert_eq!(launchers(browser).await, json!([1, 1]), "one launcher, one frame");
    let same = browser.run(&format!("return frame === {CHAT}.querySelector('iframe').contentWindow")).await;
    assert_eq!(same, keeps_frame, "whether the frame was kept");
    enter_chat(browser).await;
    browser
        .until(&format!("document.querySelector('[role=log]').textContent.includes('before {router}')"))
        .await;
    write(browser, &format!("after {router}")).await;
    arrives(&mut agent, &format!("after {router}")).await;
    browser.leave().await;
}

/// The body is written anew.
pub async fn swap(stage: Arc<Stage>) {
    talks_through(&stage, "swap", "write", true).await;
}

/// Another body, as Turbo does it: its scripts run again.
pub async fn replace(stage: Arc<Stage>) {
    talks_through(&stage, "replace", "replace", true).await;
}

/// The document is morphed from its root on: the launcher is taken out, and comes back.
pub async fn morph(stage: Arc<Stage>) {
    talks_through(&stage, "morph", "morph", false).await;
}

/// The same in a view transition.
pub async fn transition(stage: Arc<Stage>) {
    talks_through(&stage, "transition", "transition", true).await;
}

/// Away and back with the chat open: the page comes out of the back/forward cache, and the line comes back.
pub async fn bfcache(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("bfcache", "plain.html")).await;
    talk(&stage, browser, "before the way back").await;
    browser.run("window.here = true; addEventListener('pageshow', e => { window.kept = e.persisted })").await;
    browser.run("location.href = 'rem.html'").await;
    browser.until("document.title === 'rem' && document.readyState === 'complete'").await;
    browser.run("history.back()").await;
    browser.until("document.title === 'plain' && document.readyState === 'complete'").await;
    let why = "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons || null)";
    let came_back = browser.until(&format!("(window.kept ? 'kept' : 'anew: ' + {why})")).await;
    assert_eq!(came_back, "kept", "the page comes out of the cache");
    let mut agent = stage.agent().await;
    enter_chat(browser).await;
    write(browser, "after the way back").await;
    arrives(&mut agent, "after the way back").await;
    browser.leave().await;
}

/// The snippet twice is once, with the second one's settings.
pub async fn twice(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("twice", "twice.html")).await;
    browser.until("document.readyState === 'complete'").await;
    talk(&stage, browser, "from twice").await;
    assert_eq!(launchers(browser).await, json!([1, 1]), "one launcher, one frame");
    let colour =
        browser.run(&format!("return getComputedStyle({CHAT}.querySelector('a')).backgroundColor")).await;
    assert_eq!(colour, "rgb(170, 0, 0)");
    nothing_refused(browser).await;
}
