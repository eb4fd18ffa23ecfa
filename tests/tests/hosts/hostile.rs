//! Pages whose scripts wrap what browsers give, and lists that hide whatever is called a chat.
use crate::stage::{Stage, talk};
use serde_json::json;
use std::sync::Arc;

/// The page has put itself around postMessage, fetch, history and listeners: the chat uses none of it, and no message
/// to the page's window is ever seen.
pub async fn wraps(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("wraps", "wraps.html")).await;
    talk(&stage, browser, "from wraps").await;
    assert_eq!(browser.run("return seen").await, json!([]), "what the page's wraps saw");
    let log = browser.log("browser").await.to_string();
    assert!(!log.contains("Uncaught"), "{log}");
}

/// What lists of ad-blockers hide by name hides nothing of ours.
pub async fn blocklist(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("blocklist", "blocked.html")).await;
    talk(&stage, browser, "from blocklist").await;
}
