//! Messages that are said in other words or taken away, by hands on both pages: an agent does it, the visitor sees it, and
//! nothing of what was there before can be read anywhere.
use merhaba_tests::{
    browser::Browser,
    files::{agent_links, agent_upload},
    http,
    relay::Relay,
    screen::{FIELD, open_chat, open_conversation, write},
    stage::Stage,
    wire::{self, Wire, client_id},
};
use serde_json::{Value, json};

/// The words of the log, bubble by bubble.
/// The greeting is none of them.
const SAID: &str = "[...document.querySelectorAll('[role=log] .bubble:not(.typing)')].slice(document.querySelector('.jump[type]') ? 1 : 0).map(it => it.textContent + (it.dataset.note ? ' (' + it.dataset.note + ')' : '')).join('|')";

async fn says(page: &Browser, words: &str) {
    page.until(&format!("{SAID} === {words:?}")).await;
}

/// The pointer comes to the message with these words, and one of its buttons is pressed.
async fn press(agent: &Browser, words: &str, button: &str) {
    let row = format!(
        "[...document.querySelectorAll('[role=log] .row')].find(it => it.textContent.includes({words:?}))"
    );
    agent.press(&format!("{row}.querySelector('.bubble')")).await;
    agent.press(&format!("{row}.querySelector('.tools [aria-label={button:?}]')")).await;
}

#[tokio::test]
async fn what_was_sent_is_said_in_other_words_and_taken_away() {
    let stage = Stage::demo().await;
    let visitor = stage.visitor().await;
    visitor.until("document.querySelector('.jump')").await;
    write(&visitor, "soru").await;
    let agent = stage.first().await;
    open_conversation(&agent, "soru").await;
    write(&agent, "cevap bir").await;
    write(&agent, "cevap iki").await;
    says(&visitor, "soru|cevap bir|cevap iki").await;
    says(&agent, "soru|cevap bir|cevap iki").await;

    // What was begun waits while another message is edited by the arrow, and Escape leaves that as it was.
    agent.until(&format!("{FIELD}.value === ''")).await;
    agent.type_into(FIELD, "\u{e013}").await;
    agent
        .until(&format!("{FIELD}.value === 'cevap iki' && document.querySelector('.compose.editing')"))
        .await;
    agent.type_into(FIELD, "!\u{e00c}").await;
    agent.until(&format!("{FIELD}.value === '' && !document.querySelector('.compose.editing')")).await;
    agent.type_into(FIELD, "begun").await;
    press(&agent, "cevap bir", "Edit message").await;
    agent.until(&format!("{FIELD}.value === 'cevap bir'")).await;
    agent.type_into(FIELD, " daha\u{e007}").await;
    agent.until(&format!("{FIELD}.value === 'begun'")).await;
    says(&agent, "soru|cevap bir daha (edited)|cevap iki").await;
    visitor
        .until(&format!("/^soru[|]cevap bir daha [(](edited|düzenlendi)[)][|]cevap iki$/.test({SAID})"))
        .await;

    // Taken away, and taken back: the visitor never knows. Then away for good.
    press(&agent, "cevap iki", "Delete message").await;
    says(&agent, "soru|cevap bir daha (edited)|Message deleted").await;
    agent.click("document.querySelector('#undo')").await;
    says(&agent, "soru|cevap bir daha (edited)|cevap iki").await;
    press(&agent, "soru", "Delete message").await;
    press(&agent, "cevap iki", "Delete message").await;
    let gone = "/^(Message deleted|Mesaj silindi)[|]cevap bir daha [(](edited|düzenlendi)[)][|](Message deleted|Mesaj silindi)$/";
    // The second one goes with the toast, at the latest when the page is left.
    agent.reload().await;
    agent.until(FIELD).await;
    visitor.until(&format!("{gone}.test({SAID})")).await;
    agent.until(&format!("{gone}.test({SAID})")).await;
    agent.until("document.querySelector('#list .item').textContent.includes('Message deleted')").await;
    visitor.leave().await;
    visitor.reload().await;
    open_chat(&visitor).await;
    visitor.until(&format!("{gone}.test({SAID})")).await;
    visitor.close().await;
    agent.close().await;
}

async fn asked(relay: &Relay, bearer: &str, method: &str, path: &str, body: &Value) -> http::Answer {
    let bearer = format!("Bearer {bearer}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    http::send(relay.authority(), method, path, &headers, body.as_bytes()).await
}

#[tokio::test]
async fn over_rest_the_same_rules_hold_and_a_file_goes_with_its_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let owner = relay.add_agent(&site, "owner@example.com", "owner").await;
    let agent = relay.add_agent(&site, "agent@example.com", "agent").await;
    let trainee = relay.add_agent(&site, "trainee@example.com", "trainee").await;
    let (mut visitor, conversation) = Wire::asking(&relay, &site, "kart 4242").await;
    let (owner, agent, trainee) = (
        wire::sign_in(&relay, &owner).await,
        wire::sign_in(&relay, &agent).await,
        wire::sign_in(&relay, &trainee).await,
    );
    let file = agent_upload(&relay, &agent, &conversation, b"fatura").await.json();
    let id = file["id"].as_str().expect("an id").to_owned();
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    let said = json!({ "client_id": client_id(), "body": "bakın", "attachments": [id] });
    let said = asked(&relay, &agent, "POST", &messages, &said).await;
    assert_eq!((said.status, &said.json()["seq"]), (201, &json!(2)));
    let link =
        agent_links(&relay, &agent, &[&id]).await.remove(0)["url"].as_str().expect("a path").to_owned();
    assert_eq!(http::get(relay.authority(), &link).await.status, 200);

    let (first, second) = (format!("{messages}/1"), format!("{messages}/2"));
    let edit = json!({ "client_id": client_id(), "body": "" });
    assert_eq!(asked(&relay, &agent, "PATCH", &first, &edit).await.status, 403, "the visitor's");
    assert_eq!(
        asked(&relay, &owner, "PATCH", &second, &edit).await.status,
        403,
        "nobody's mouth but one's own"
    );
    assert_eq!(asked(&relay, &trainee, "DELETE", &second, &Value::Null).await.status, 403);
    assert_eq!(asked(&relay, &agent, "DELETE", &first, &Value::Null).await.status, 403);
    assert_eq!(asked(&relay, &agent, "DELETE", &format!("{messages}/9"), &Value::Null).await.status, 404);
    let edited = asked(&relay, &agent, "PATCH", &second, &edit).await;
    assert_eq!((edited.status, &edited.json()["seq"]), (201, &json!(3)), "the file says enough");
    assert_eq!(asked(&relay, &agent, "PATCH", &second, &edit).await.status, 200);
    let told = visitor.hear_where("Entry", |entry| entry["kind"] == "Edited").await;
    assert_eq!(told["data"], json!({ "Edited": { "of": 2, "body": "" } }));

    for (path, seq) in [(&second, 4), (&first, 5)] {
        let gone = asked(&relay, &owner, "DELETE", path, &Value::Null).await;
        assert_eq!((gone.status, &gone.json()["seq"]), (201, &json!(seq)));
        let again = asked(&relay, &owner, "DELETE", path, &Value::Null).await;
        assert_eq!((again.status, &again.json()["seq"]), (200, &json!(seq)));
    }
    visitor.hear_where("Entry", |entry| entry["seq"] == 5).await;
    assert_eq!(http::get(relay.authority(), &link).await.status, 404);
    let found = asked(&relay, &owner, "GET", "/api/v1/search?q=4242", &Value::Null).await;
    assert_eq!(found.json()["hits"], json!([]));
    let asks = json!({ "conversation": conversation, "before": null, "limit": 50 });
    visitor.say(json!({ "History": asks })).await;
    let entries = visitor.hear("History").await["entries"].clone();
    assert!(!entries.to_string().contains("4242") && !entries.to_string().contains("bakın"), "{entries}");
    assert_eq!(
        (&entries[0]["Message"]["deleted"], &entries[1]["Message"]["deleted"]),
        (&json!(5), &json!(4))
    );
}
