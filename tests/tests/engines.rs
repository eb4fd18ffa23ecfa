//! The core of a conversation in the engines besides Chromium: Firefox (extended support) and WebKit (GTK's). A visitor
//! writes in another site's page, an agent answers, pages are loaded again, the relay is killed. These engines part what
//! a frame of another site stores from what its own pages do, or block it: what the widget says of it must be true.
use merhaba_tests::{
    browser::{Browser, Driver, Engine},
    relay::Relay,
    screen::{open_chat, open_conversation, shows, sign_in, write},
};
use serde_json::{Value, json};

/// What the line over the field says; nothing while it is hidden.
const HINT: &str = "(h => h.hidden ? '' : h.innerText.trim())(document.getElementById('hint'))";
/// A setting of Firefox that lets frames of other sites store nothing.
const BLOCKED: &str = "network.cookie.cookieBehavior";

/// A person's browser of this engine, with the driver that it ends with.
async fn person(engine: Engine, preferences: Value) -> (Driver, Browser) {
    let driver = Driver::of(engine).await;
    let browser = driver.browser_with(preferences).await;
    (driver, browser)
}

/// Loads the shop anew and opens the chat in it.
async fn load_again(visitor: &Browser) {
    visitor.leave().await;
    visitor.reload().await;
    open_chat(visitor).await;
}

async fn a_conversation(engine: Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut relay = Relay::demo(&folder.path().join("data")).await;
    let ((_desk, agent), (_phone, visitor)) =
        tokio::join!(person(engine, json!({})), person(engine, json!({})));
    sign_in(&agent, &relay).await;
    visitor.open(relay.told("shop")).await;
    open_chat(&visitor).await;
    write(&visitor, "visitor-1;").await;
    shows(&visitor, &["visitor-1;"]).await;
    open_conversation(&agent, "visitor-1;").await;
    write(&agent, "agent-1;").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;
    // It promises nothing less than that the conversation is kept: so it must be.
    assert_eq!(visitor.run(&format!("return {HINT}")).await, "");
    load_again(&visitor).await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;

    // Written while there is nobody to store it: it waits on the screen and is sent when there is.
    relay.kill().await;
    write(&visitor, "visitor-2;").await;
    shows(&visitor, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    let _relay = relay.again().await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    write(&agent, "agent-2;").await;
    let all = ["visitor-1;", "agent-1;", "visitor-2;", "agent-2;"];
    shows(&visitor, &all).await;
    agent.reload().await;
    open_conversation(&agent, "agent-2;").await;
    shows(&agent, &all).await;
    load_again(&visitor).await;
    shows(&visitor, &all).await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn firefox_talks() {
    a_conversation(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_talks() {
    a_conversation(Engine::WebKit).await;
}

#[tokio::test]
async fn firefox_that_blocks_other_sites_storage_is_told_so_and_talks_until_the_page_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let ((_desk, agent), (_phone, visitor)) =
        tokio::join!(person(Engine::Firefox, json!({})), person(Engine::Firefox, json!({ BLOCKED: 1 })));
    sign_in(&agent, &relay).await;
    visitor.open(relay.told("shop")).await;
    open_chat(&visitor).await;
    visitor.until(&format!("{HINT}.includes('keeps nothing here')")).await;
    write(&visitor, "visitor-1;").await;
    open_conversation(&agent, "visitor-1;").await;
    write(&agent, "agent-1;").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;
    load_again(&visitor).await;
    visitor.until(&format!("{HINT}.includes('keeps nothing here')")).await;
    let log = visitor.run("return document.querySelector('[role=log]').innerText").await;
    assert!(!log.to_string().contains("visitor-1;"), "it said that nothing is kept: {log}");
    visitor.close().await;
    agent.close().await;
}
