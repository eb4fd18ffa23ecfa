//! The core of a conversation in the engines besides Chromium: Firefox (extended support) and WebKit (GTK's). A visitor
//! writes in another site's page, an agent answers, pages are loaded again, the relay is killed. These engines part what
//! a frame of another site stores from what its own pages do, or block it: what the widget says of it must be true. And what
//! an engine may do in its own way: the owner's preview, a frame that belongs to no origin, and the panel over a phone's
//! keyboard.
use merhaba_tests::{
    browser::{Browser, Driver, Engine},
    http, owner,
    phone::keyboard_hides_nothing,
    relay::{Agent, Relay},
    screen::{open_chat, open_conversation, shows, sign_in, write},
    wire,
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
    let relay = relay.again().await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    write(&agent, "agent-2;").await;
    let all = ["visitor-1;", "agent-1;", "visitor-2;", "agent-2;"];
    shows(&visitor, &all).await;
    agent.reload().await;
    open_conversation(&agent, "agent-2;").await;
    shows(&agent, &all).await;
    load_again(&visitor).await;
    shows(&visitor, &all).await;
    what_belongs_to_it(&relay, &visitor, &agent).await;
    visitor.close().await;
    agent.close().await;
}

/// A file by the button, a quick reply, the end by the visitor and what they thought of it.
async fn what_belongs_to_it(relay: &Relay, visitor: &Browser, agent: &Browser) {
    // A page cannot be handed a file by WebDriver where the field for it is in no document: it chooses one itself.
    visitor
        .run(
            "const all = new DataTransfer();
             all.items.add(new File(['on iki'], 'iade.txt'));
             HTMLInputElement.prototype.click = function () { this.files = all.files; this.onchange(); };
             document.getElementById('a').click();",
        )
        .await;
    visitor.until("document.querySelector('.compose').dataset.files").await;
    write(visitor, "visitor-3;").await;
    for page in [visitor, agent] {
        page.until("document.querySelector('a.file b')?.textContent === 'iade.txt'").await;
    }
    let id = visitor.until("window.merhaba.tell({ k: 'state' }).id").await;
    offer(relay, id.as_str().expect("an id")).await;
    visitor.click("document.querySelector('.press button')").await;
    agent.until("[...document.querySelectorAll('.row:not(.out) .bubble')].some(n => n.textContent === 'visitor-4;')").await;
    visitor.until("document.querySelector('.press').hidden").await;

    visitor.until("window.merhaba.tell({ k: 'state' }).open").await;
    visitor.click("document.querySelector('#m')").await;
    visitor.click("document.querySelector('[role=menuitem]:nth-child(3)')").await;
    visitor.click("document.querySelectorAll('.rating [name=csat]')[3].parentElement").await;
    visitor.click("document.querySelector('.rating .first')").await;
    visitor
        .until("!document.querySelector('.rating .first') && document.querySelectorAll('[role=log] .event:not([hidden])').length === 2")
        .await;
    // And who took it, which only the team sees.
    agent.until("document.querySelectorAll('[role=log] .event:not([hidden])').length === 3").await;
}

/// Asks with a quick reply, as a program does.
async fn offer(relay: &Relay, conversation: &str) {
    let agent = Agent { email: relay.told("email").into(), password: relay.told("password").into() };
    let bearer = format!("Bearer {}", wire::sign_in(relay, &agent).await);
    let message =
        json!({ "client_id": wire::client_id(), "body": "agent-3;", "extra": { "replies": ["visitor-4;"] } });
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let sent = http::send(relay.authority(), "POST", &path, &headers, message.to_string().as_bytes()).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
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

#[tokio::test]
async fn firefox_shows_an_owner_what_is_typed_before_it_is_saved() {
    owner::Stage::set_in(Engine::Firefox).await.tries_the_look().await;
}

#[tokio::test]
async fn webkit_shows_an_owner_what_is_typed_before_it_is_saved() {
    owner::Stage::set_in(Engine::WebKit).await.tries_the_look().await;
}

#[tokio::test]
async fn in_webkit_a_keyboard_never_hides_the_field_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let (_phone, visitor) = person(Engine::WebKit, json!({})).await;
    visitor.open(relay.told("shop")).await;
    let (width, height) = visitor.resize(390, 844).await;
    assert!(width < 480, "the window is a phone's: {width} x {height}");
    keyboard_hides_nothing(&visitor, height).await;
    visitor.close().await;
}
