//! What people do in front of a screen, in any engine: open the chat, write, sign in, read what is shown. Everything is
//! done and read as the page shows it, never behind its back.
use crate::{
    browser::{Browser, Driver},
    relay::Relay,
};

/// The shadow root with the launcher, wherever the loader has hung it.
pub const CHAT: &str = "[...document.querySelectorAll('*')].map(e => e.shadowRoot).find(r => r && r.querySelector('a[href*=\"/c/\"]'))";
/// Where people write.
pub const FIELD: &str = "document.querySelector('textarea')";
/// The messages of a test that the timeline shows: `visitor-1;` and so on, in order.
const SHOWN: &str =
    "((document.querySelector('[role=log]') || {}).textContent || '').match(/(visitor|agent)-\\d+;/g)";

/// Opens the chat by its launcher and goes into the frame.
pub async fn open_chat(browser: &Browser) {
    browser.press(&format!("{CHAT}.querySelector('a')")).await;
    enter_chat(browser).await;
}

/// Goes into the frame of a chat that is open.
pub async fn enter_chat(browser: &Browser) {
    browser.enter(&format!("{CHAT}.querySelector('iframe')")).await;
    browser.until(FIELD).await;
}

/// Clicks into the field (WebKit lets no frame of another site have the focus before), writes a message and sends it.
pub async fn write(browser: &Browser, text: &str) {
    browser.click(FIELD).await;
    browser.type_into(FIELD, &format!("{text}\u{e007}")).await;
}

/// Waits until the timeline shows exactly these.
pub async fn shows(browser: &Browser, messages: &[&str]) {
    browser.until(&format!("String({SHOWN}) === {:?}", messages.join(","))).await;
}

/// Signs in as the demo's agent.
pub async fn sign_in(browser: &Browser, relay: &Relay) {
    sign_in_as(browser, relay, relay.told("email"), relay.told("password")).await;
}

/// Signs in as somebody.
pub async fn sign_in_as(browser: &Browser, relay: &Relay, email: &str, password: &str) {
    browser.open(&format!("{}/agent/", relay.url())).await;
    browser.type_into("document.querySelector('input[type=email]')", email).await;
    let password = format!("{password}\u{e007}");
    browser.type_into("document.querySelector('input[type=password]')", &password).await;
    browser.until("!document.querySelector('input[type=password]')").await;
}

/// Signs in as somebody in a browser of their own, and waits for the list of conversations.
pub async fn at_the_list(driver: &Driver, relay: &Relay, email: &str, password: &str) -> Browser {
    let browser = driver.browser().await;
    sign_in_as(&browser, relay, email, password).await;
    browser.until("document.querySelector('#list[aria-busy=false] .item')").await;
    browser
}

/// Opens the conversation in the agent's list whose preview shows this text.
pub async fn open_conversation(agent: &Browser, preview: &str) {
    let row = format!(
        "[...document.querySelectorAll('button, a, [role=button], [role=option]')].find(e => e.textContent.includes({preview:?}))"
    );
    agent.click(&row).await;
    agent.until(FIELD).await;
}
