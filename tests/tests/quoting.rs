//! Messages that quote others, by hands on both pages: an agent chooses one by the pointer or by a key, both pages show whose
//! words they are as they are now, and a press goes there.
use merhaba_tests::{
    http,
    screen::{FIELD, open_conversation, write},
    stage::Stage,
    wire::{self, Wire, client_id},
};
use serde_json::json;

/// The line over the field.
const LINE: &str = "(document.querySelector('.quoting q') || {}).textContent";
/// The lines of quotes in the agent's log, without what only a screen reader is told.
const SHOWN: &str =
    "[...document.querySelectorAll('.bubble .quote')].map(it => it.lastChild.textContent).join('|')";
/// Those on the visitor's page.
const SEEN: &str =
    "[...document.querySelectorAll('.bubble')].map(it => it.dataset.quote).filter(Boolean).join('|')";

#[tokio::test]
async fn an_answer_quotes_and_both_pages_show_what_it_is_now() {
    let stage = Stage::demo().await;
    let visitor = stage.visitor().await;
    visitor.until("document.querySelector('.jump')").await;
    write(&visitor, "Where is my order?").await;
    write(&visitor, "And what does it cost?").await;
    let agent = stage.first().await;
    open_conversation(&agent, "cost?").await;
    write(&agent, "agent-1;").await;
    agent.until(&format!("{FIELD}.value === ''")).await;

    // By the key: the visitor's last message, then the one before; Escape takes it off.
    agent.type_into("document.body", "q").await;
    agent
        .until(&format!("{LINE}?.endsWith('what does it cost?') && document.activeElement === {FIELD}"))
        .await;
    agent.type_into(FIELD, "\u{e00c}").await;
    agent.until(&format!("!{LINE}")).await;
    agent.run(&format!("{FIELD}.blur()")).await;
    agent.type_into("document.body", "q").await;
    agent.until(&format!("{LINE}?.endsWith('what does it cost?')")).await;
    agent.run(&format!("{FIELD}.blur()")).await;
    agent.type_into("document.body", "q").await;
    agent.until(&format!("{LINE}?.endsWith('Where is my order?')")).await;
    // A note quotes nothing, and the quote waits for the answer.
    agent.click("document.querySelectorAll('.switch button')[1]").await;
    agent.until(&format!("!{LINE}")).await;
    agent.click("document.querySelectorAll('.switch button')[0]").await;
    agent.until(&format!("{LINE}?.endsWith('Where is my order?')")).await;
    write(&agent, "On its way.").await;
    agent.until(&format!("{SHOWN}.endsWith('Where is my order?') && !{LINE}")).await;
    visitor.until(&format!("{SEEN}.endsWith('Where is my order?')")).await;

    // By the pointer, one's own; what it says changes with it.
    let row =
        "[...document.querySelectorAll('[role=log] .row')].find(it => it.textContent.includes('agent-1;'))";
    agent.press(&format!("{row}.querySelector('.bubble')")).await;
    agent.press(&format!("{row}.querySelector('.tools [aria-label=Quote]')")).await;
    write(&agent, "As I said.").await;
    agent.until(&format!("{SHOWN}.endsWith('agent-1;')")).await;
    visitor.until(&format!("{SEEN}.endsWith('agent-1;')")).await;
    agent.press(&format!("{row}.querySelector('.bubble')")).await;
    agent.press(&format!("{row}.querySelector('.tools [aria-label=\"Edit message\"]')")).await;
    agent.until(&format!("{FIELD}.value === 'agent-1;'")).await;
    agent.type_into(FIELD, "2\u{e007}").await;
    agent.until(&format!("{SHOWN}.endsWith('agent-1;2')")).await;
    visitor.until(&format!("{SEEN}.endsWith('agent-1;2')")).await;

    // A press goes to it; after a reload all of it is as it was.
    agent.press("document.querySelector('.bubble .quote')").await;
    agent.until("document.querySelector('.row.sought').textContent.includes('Where is my order?')").await;
    agent.reload().await;
    agent.until(&format!("{SHOWN}.endsWith('agent-1;2') && {SHOWN}.includes('Where is my order?')")).await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn over_rest_only_a_message_of_the_conversation_is_quoted() {
    let stage = Stage::demo().await;
    let (_visitor, conversation) = Wire::asking(&stage.relay, &stage.site, "visitor-1;").await;
    let agent = stage.relay.add_agent(&stage.site, "mert@example.com", "agent").await;
    let bearer = format!("Bearer {}", wire::sign_in(&stage.relay, &agent).await);
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let path = format!("/api/v1/conversations/{conversation}/messages");
    for (quote, status) in [(1, 201), (2, 201), (9, 400), (0, 400)] {
        let body = json!({ "client_id": client_id(), "body": "answer", "quote": quote }).to_string();
        let answer = http::send(stage.relay.authority(), "POST", &path, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, status, "{quote}: {}", answer.text());
    }
}
