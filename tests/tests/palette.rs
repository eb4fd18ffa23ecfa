//! The palette in a real browser: one field over everything an agent can do, with the keys that do it without.
use merhaba_tests::{axe, browser::Browser, relay::Site, screen::FIELD, stage::Stage, wire::Wire};
use serde_json::json;

/// What is typed into.
const ASK: &str = "document.querySelector('#palette[open] input')";
/// The words of the choice that Enter would take.
const CHOSEN: &str = "(document.querySelector('#choices [aria-selected=true] b') || {}).textContent";
/// The conversation that is open.
const LOG: &str = "document.querySelector('[role=log]').textContent";
/// Enter, Escape and an arrow, as WebDriver names them.
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";

/// A demo with a visitor who has begun two conversations.
async fn stage() -> (Stage, Wire) {
    let (stage, mut visitor) = Stage::asked("Kargom nerede?").await;
    visitor.writes("Işık yanmıyor", true).await;
    (stage, visitor)
}

/// Presses Ctrl and K wherever the focus is.
async fn call(agent: &Browser) {
    for kind in ["rawKeyDown", "keyUp"] {
        let key =
            json!({ "type": kind, "key": "k", "code": "KeyK", "windowsVirtualKeyCode": 75, "modifiers": 2 });
        agent.command("Input.dispatchKeyEvent", key).await;
    }
    agent.until(&format!("{ASK} && document.activeElement === {ASK}")).await;
}

/// Calls the palette, types, and takes the first choice, which is this one.
async fn take(agent: &Browser, typed: &str, words: &str) {
    call(agent).await;
    agent.type_into(ASK, typed).await;
    agent.until(&format!("{CHOSEN} === {words:?}")).await;
    agent.type_into(ASK, ENTER).await;
    agent.until("!document.querySelector('#palette').open").await;
}

#[tokio::test]
async fn a_conversation_is_found_answered_sorted_and_resolved_from_one_field() {
    let (stage, _visitor) = stage().await;
    let mert = stage.relay.add_agent_named(&Site::demo(), "mert@example.com", "Mert Yıldız", "agent").await;
    let _mert = Wire::answering(&stage.relay, &mert).await;
    let agent = stage.first().await;
    // By what the list holds, typed without a Turkish keyboard; nothing about a conversation is offered before.
    call(&agent).await;
    agent.until("document.querySelectorAll('#choices [role=group]').length === 3").await;
    agent.type_into(ASK, "isik yan").await;
    agent
        .until(
            "document.querySelector('#choices [aria-selected=true] small').textContent === 'Işık yanmıyor'",
        )
        .await;
    agent.type_into(ASK, ENTER).await;
    agent.until(FIELD).await;
    agent.until(&format!("{LOG}.includes('Işık yanmıyor')")).await;
    // From inside a field, too.
    agent.click(FIELD).await;
    take(&agent, "take", "Take it").await;
    agent.until(&format!("{LOG}.includes('took the conversation')")).await;
    take(&agent, "pri urg", "Priority: Urgent").await;
    agent.until("document.querySelector('#priority').value === 'Urgent'").await;
    take(&agent, "Ampul", "Tag: Ampul").await;
    agent.until("document.querySelector('.sorting .chip span').textContent === 'Ampul'").await;
    take(&agent, "note", "Write a note for the team").await;
    agent
        .until(&format!("document.querySelector('.compose.noting') && document.activeElement === {FIELD}"))
        .await;
    take(&agent, "yildiz", "Hand over to Mert Yıldız").await;
    agent.until(&format!("{LOG}.includes('handed the conversation over to Mert')")).await;
    // What it did says how it is done without: the key stands beside the words.
    call(&agent).await;
    agent.type_into(ASK, "resolve").await;
    agent.until("document.querySelector('#choices [aria-selected=true] kbd').textContent === 'E'").await;
    agent.type_into(ASK, ENTER).await;
    agent.until("document.querySelector('#reopen') && document.querySelector('#undo')").await;
    agent.close().await;
}

#[tokio::test]
async fn arrows_choose_escape_leaves_everything_as_it_was() {
    let (stage, _visitor) = stage().await;
    let agent = stage.first().await;
    agent.click("document.querySelector('#list .item')").await;
    agent.type_into(FIELD, "half an answer").await;
    call(&agent).await;
    let told = |place: u32| {
        format!(
            "{ASK}.getAttribute('aria-activedescendant') === 'choice-{place}' && document.querySelector('#choice-{place}[aria-selected=true]')"
        )
    };
    agent.until(&told(0)).await;
    agent.type_into(ASK, &[DOWN, DOWN].concat()).await;
    agent.until(&told(2)).await;
    assert_eq!(axe::violations(&agent).await, Vec::<String>::new());
    agent.type_into(ASK, ESCAPE).await;
    let as_before = format!(
        "!document.querySelector('#palette').open && document.activeElement === {FIELD} && {FIELD}.value === 'half an answer'"
    );
    agent.until(&as_before).await;
    // What nothing fits is looked for everywhere.
    call(&agent).await;
    agent.type_into(ASK, "qqq").await;
    agent.until(&format!("{CHOSEN} === 'Tag: qqq'")).await;
    agent.type_into(ASK, &[DOWN, ENTER].concat()).await;
    agent.until("document.querySelector('#search').value === 'qqq' && location.pathname === '/agent/'").await;
    // A language that the page is not in is found in its own words, and the palette speaks it at once.
    take(&agent, "dil", "Türkçe").await;
    agent.until("document.documentElement.lang === 'tr' && !document.querySelector('#palette').open").await;
    agent.click("document.querySelector('.rail .all-actions')").await;
    agent
        .until("document.querySelector('#palette[open] input').placeholder === 'Ne yapmak istersiniz?'")
        .await;
    agent.close().await;
}

/// Presses a key wherever the focus is.
async fn press(agent: &Browser, key: &str) {
    for (kind, text) in [("keyDown", key), ("keyUp", "")] {
        agent.command("Input.dispatchKeyEvent", json!({ "type": kind, "key": key, "text": text })).await;
    }
}

#[tokio::test]
async fn the_keys_are_shown_and_a_dialog_keeps_them_to_itself() {
    let (stage, _visitor) = stage().await;
    let agent = stage.first().await;
    agent
        .until(
            "[...document.querySelectorAll('.empty .key-list kbd')].some(it => it.textContent === 'Ctrl K')",
        )
        .await;
    press(&agent, "j").await;
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
    agent.run("document.activeElement.blur()").await;
    press(&agent, "?").await;
    agent
        .until("document.querySelector('#keys').open && document.querySelectorAll('#keys dt').length > 10")
        .await;
    // Not a key behind it works, and its own closes nothing but it.
    press(&agent, "e").await;
    agent.type_into("document.activeElement", ESCAPE).await;
    agent.until("!document.querySelector('#keys').open && document.querySelector('#resolve')").await;
    press(&agent, "g").await;
    agent.until("document.querySelector('#give').open").await;
    agent.type_into("document.activeElement", ESCAPE).await;
    agent.until(&format!("!document.querySelector('#give').open && {FIELD}")).await;
    press(&agent, "c").await;
    agent.until("!document.querySelector('#claim')").await;
    agent.close().await;
}
