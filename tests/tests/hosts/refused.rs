//! What is blocked or held up on the way or in the browser: the loader's second half, the frame, its script, its wasm, every
//! script, storage. The visitor is led to what works, and the message gets through there.
use crate::stage::{ENTER, Stage, arrives, talk};
use merhaba_tests::{
    browser::Browser,
    faults::filter::Verdict,
    screen::{CHAT, FIELD, enter_chat, open_chat, write},
};
use serde_json::json;
use std::sync::Arc;

/// Goes to the tab that has been opened beside this one.
async fn follow(browser: &Browser) {
    browser.follow_tab().await;
}

/// Refuses paths that begin and end so, and lets the browser forget what it has of them.
async fn refuse(stage: &Stage, begin: &'static str, end: &'static str) {
    stage.filter.rule(move |path| {
        if path.starts_with(begin) && path.ends_with(end) { Verdict::Refuse } else { Verdict::Pass }
    });
    stage.browser.command("Network.clearBrowserCache", json!({})).await;
}

/// Writes on the plain page and sees it arrive.
async fn talk_plainly(stage: &Stage, browser: &Browser, text: &str) {
    let mut agent = stage.agent().await;
    browser.until("location.pathname.startsWith('/c/') && document.readyState === 'complete'").await;
    write(browser, text).await;
    arrives(&mut agent, text).await;
}

/// The loader's second half is blocked: the launcher is the link that it is.
pub async fn apiless(stage: Arc<Stage>) {
    refuse(&stage, "/embed-api", ".js").await;
    let browser = &stage.browser;
    browser.open(&stage.address("apiless", "plain.html")).await;
    let launcher = format!("{CHAT}.querySelector('a')");
    // Not by hand: a hand would have come near before, and found the plain link already.
    browser.run(&format!("{launcher}.click()")).await;
    browser.until(&format!("!{CHAT}.querySelector('iframe') && {launcher}.ariaExpanded === 'false'")).await;
    browser.press(&launcher).await;
    talk_plainly(&stage, browser, "from apiless").await;
}

/// The frame comes late: once it is there, whoever opened the chat can write at once, and no key goes to the page around it.
pub async fn late(stage: Arc<Stage>) {
    let (browser, mut agent) = (&stage.browser, stage.agent().await);
    stage.filter.rule(|path| if path.starts_with("/w/") { Verdict::Hold } else { Verdict::Pass });
    browser.open(&stage.address("late", "api.html")).await;
    browser.run("window.keys = []; addEventListener('keydown', event => keys.push(event.key), true)").await;
    browser.press(&format!("{CHAT}.querySelector('a')")).await;
    browser.until("kept.dom.some(one => one[0] === 'opened')").await;
    let focused = format!("return {CHAT}.activeElement && {CHAT}.activeElement.tagName");
    assert_eq!(browser.run(&focused).await, "A", "what has the focus before the frame is there");
    stage.open_filter();
    enter_chat(browser).await;
    browser.until(&format!("document.hasFocus() && document.activeElement === {FIELD}")).await;
    browser.type_into(FIELD, &format!("from late{ENTER}")).await;
    browser.leave().await;
    assert_eq!(browser.run("return keys").await, json!([]), "keys that the page around the chat got");
    arrives(&mut agent, "from late").await;
}

/// The frame is blocked: the panel says so and offers the plain page.
pub async fn frameless(stage: Arc<Stage>) {
    refuse(&stage, "/w/", "").await;
    let browser = &stage.browser;
    browser.open(&stage.address("frameless", "plain.html")).await;
    browser.press(&format!("{CHAT}.querySelector('a')")).await;
    let here = browser.tab().await;
    browser.press(&format!("{CHAT}.querySelector('section a')")).await;
    follow(browser).await;
    talk_plainly(&stage, browser, "from frameless").await;
    browser.close_tab(&here).await;
}

/// The frame's script is blocked: the form works as a form, in a tab of its own.
pub async fn scriptless(stage: Arc<Stage>) {
    refuse(&stage, "/assets/", ".js").await;
    as_a_form(&stage, &stage.browser, "scriptless").await;
}

/// Its wasm is blocked: the same.
pub async fn wasmless(stage: Arc<Stage>) {
    refuse(&stage, "/assets/", ".wasm").await;
    as_a_form(&stage, &stage.browser, "wasmless").await;
}

/// A browser without WebAssembly: the same.
pub async fn nowasm(stage: Arc<Stage>) {
    let browser = stage.special(json!({}), &["--js-flags=--jitless"]).await;
    assert_eq!(browser.run("return typeof WebAssembly").await, "undefined", "the browser has no wasm");
    as_a_form(&stage, &browser, "nowasm").await;
    browser.close().await;
}

/// What was written before it was clear that there is no wasm stays in the field, and goes out with the form.
async fn as_a_form(stage: &Stage, browser: &Browser, case: &str) {
    browser.open(&stage.address(case, "plain.html")).await;
    let here = browser.tab().await;
    let mut agent = stage.agent().await;
    open_chat(browser).await;
    browser.type_into(FIELD, &format!("from {case}")).await;
    browser.until("!document.querySelector('#hint').hidden").await;
    browser.type_into(FIELD, &ENTER.to_string()).await;
    arrives(&mut agent, &format!("from {case}")).await;
    follow(browser).await;
    browser.until(&format!("document.querySelector('[role=log]').textContent.includes('from {case}')")).await;
    browser.close_tab(&here).await;
}

/// No script at all: the snippet's link leads to the plain page, whose form needs none.
pub async fn noscript(stage: Arc<Stage>) {
    let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
    let browser = stage.special(off, &[]).await;
    browser.open(&stage.address("noscript", "scriptless.html")).await;
    browser.click("document.querySelector('#plain')").await;
    let mut agent = stage.agent().await;
    // The page leads on at once to the one that stays open.
    browser.until("location.search.includes('live')").await;
    browser.type_into(FIELD, "from noscript").await;
    browser.click("document.querySelector('form button:not([type=button])')").await;
    arrives(&mut agent, "from noscript").await;
    browser.until("document.querySelector('[role=log]').textContent.includes('from noscript')").await;
    browser.close().await;
}

/// The frame gets no storage: the conversation works until the page is left, and the widget says so.
pub async fn storageless(stage: Arc<Stage>) {
    let relay = format!("{},*", stage.relay.url());
    let blocked = json!({
        "profile.block_third_party_cookies": true,
        "profile.content_settings.exceptions.cookies": { relay: { "setting": 2 } },
    });
    let browser = stage.special(blocked, &[]).await;
    browser.open(&stage.address("storageless", "plain.html")).await;
    talk(&stage, &browser, "from storageless").await;
    enter_chat(&browser).await;
    let kept = "(() => { try { return localStorage.length >= 0 } catch { return false } })()";
    assert_eq!(
        browser.run(&format!("return {kept}")).await,
        false,
        "the browser blocks storage in the frame"
    );
    browser.until("!document.querySelector('#hint').hidden && document.querySelector('#hint').textContent.length > 20").await;
    browser.close().await;
}
