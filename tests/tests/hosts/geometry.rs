//! Pages whose styles reach for everything: the launcher keeps its size, its place and its clicks, the panel too.
use crate::stage::{Stage, talk};
use merhaba_tests::{
    browser::Browser,
    screen::{CHAT, open_chat},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Left, top, width, height of an element in the launcher's shadow root, and whether a click in its middle reaches it.
async fn place(browser: &Browser, selector: &str) -> Value {
    browser
        .until(&format!(
            "(r => {{ const e = r.querySelector('{selector}'), b = e.getBoundingClientRect();\n\
             return [b.x, b.y, b.width, b.height, r.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) === e]; }})({CHAT})"
        ))
        .await
}

/// The size of what the page may use, in pixels.
async fn viewport(browser: &Browser) -> (i64, i64) {
    let size = browser.run("return [document.documentElement.clientWidth, innerHeight]").await;
    (size[0].as_i64().expect("a width"), size[1].as_i64().expect("a height"))
}

async fn stands_right(browser: &Browser) {
    let (width, height) = viewport(browser).await;
    assert_eq!(place(browser, "a").await, json!([width - 76, height - 76, 60, 60, true]), "the launcher");
}

async fn panel_stands_right(browser: &Browser) {
    let (width, height) = viewport(browser).await;
    let tall = 680.min(height - 96);
    browser.until(&format!("getComputedStyle({CHAT}.querySelector('iframe')).opacity === '1'")).await;
    let place = place(browser, "iframe").await;
    assert_eq!(place, json!([width - 408, height - 88 - tall, 392, tall, true]), "the panel");
}

/// Everything is unset, hidden and overlaid.
pub async fn unset(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("unset", "unset.html")).await;
    stands_right(browser).await;
    talk(&stage, browser, "from unset").await;
    panel_stands_right(browser).await;
    stands_right(browser).await;
}

/// Nothing of ours is measured in the page's font.
pub async fn rem(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("rem", "rem.html")).await;
    stands_right(browser).await;
    talk(&stage, browser, "from rem").await;
    panel_stands_right(browser).await;
}

/// On a page from right to left the launcher stands on the left, unless the page says otherwise.
pub async fn rtl(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("rtl", "rtl.html")).await;
    let (_, height) = viewport(browser).await;
    let found = place(browser, "a").await;
    // The scroll bar may stand on the left too.
    let left = browser.run("return innerWidth - document.documentElement.clientWidth").await;
    let left = left.as_i64().unwrap_or_default();
    assert!(
        found == json!([16, height - 76, 60, 60, true])
            || found == json!([16 + left, height - 76, 60, 60, true]),
        "{found}"
    );
    talk(&stage, browser, "from rtl").await;
}

/// On paper there is no chat, and afterwards there is.
pub async fn print(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("print", "plain.html")).await;
    open_chat(browser).await;
    browser.leave().await;
    browser.command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let shown = format!(
        "return {CHAT}.querySelector('a').checkVisibility() || {CHAT}.querySelector('iframe').checkVisibility()"
    );
    assert_eq!(browser.run(&shown).await, false, "nothing of the chat is printed");
    browser.command("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    browser.command("Page.printToPDF", json!({})).await;
    browser.press(&format!("{CHAT}.querySelector('a')")).await;
    browser.until("!Merhaba.isOpen()").await;
    talk(&stage, browser, "from print").await;
}
