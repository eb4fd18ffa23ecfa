//! The conversation of CONTRACT over `merhaba.v1.json`, with no browser: what each side sends, what it hears, frame by
//! frame, and that a message is stored once whatever happens to its sender.
use merhaba_tests::{
    relay::{Agent, Relay, Site},
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A relay with one site and one agent.
struct Shop {
    relay: Relay,
    site: Site,
    agent: Agent,
    _folder: TempDir,
}

async fn shop() -> Shop {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::under_test(&folder.path().join("data")).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let agent = relay.add_agent(&site, "defne@example.com", "owner").await;
    Shop { relay, site, agent, _folder: folder }
}

fn send(id: &str, body: &str) -> Value {
    json!({ "Send": { "client_id": id, "conversation": null, "new": false, "body": body, "attachments": [] } })
}

fn reply(id: &str, conversation: &str, body: &str) -> Value {
    json!({ "Reply": { "client_id": id, "conversation": conversation, "body": body, "attachments": [] } })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// Sends, waits for `Accepted` and for the message's own event.
async fn say(wire: &mut Wire, body: &str) -> Value {
    let id = client_id();
    wire.say(send(&id, body)).await;
    wire.hear_where("Accepted", |accepted| accepted["client_id"] == *id).await
}

#[tokio::test]
async fn a_visitor_and_an_agent_talk() {
    let shop = shop().await;
    let mut agent = Wire::answering(&shop.relay, &shop.agent).await;
    let (mut visitor, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    assert_eq!(welcome["replaced"], false);
    assert_eq!(welcome["conversations"], json!([]));
    assert_eq!(welcome["online"], true, "an agent of the site is connected");
    assert!(text(&welcome["token"]).len() >= 43, "256 random bits");

    let id = client_id();
    let body = " Merhaba, İstanbul’a kargo var mı? 🙏\n";
    visitor.say(send(&id, body)).await;
    let accepted = visitor.hear("Accepted").await;
    assert_eq!((&accepted["client_id"], &accepted["seq"]), (&json!(id), &json!(1)));
    let conversation = text(&accepted["conversation"]);

    let row = agent.hear_where("InboxChanged", |row| row["conversation"] == *conversation).await;
    assert_eq!((&row["status"], &row["head"], &row["unread"]), (&json!("Open"), &json!(1), &json!(1)));
    assert_eq!(row["visitor"]["page"]["url"], "https://shop.example/a", "without its query");
    agent.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
    let history = agent.hear("History").await;
    assert_eq!(history["entries"][0]["Message"]["body"], body, "byte for byte");
    assert_eq!(history["entries"][0]["Message"]["author"], json!({ "Visitor": { "name": null } }));
    assert_eq!(history["more"], false);

    let id = client_id();
    agent.say(reply(&id, &conversation, "Var, yarın sizde.")).await;
    let accepted = agent.hear("Accepted").await;
    assert_eq!((&accepted["client_id"], &accepted["seq"]), (&json!(id), &json!(2)));
    let message = visitor.hear_where("Message", |message| message["seq"] == 2).await;
    assert_eq!(message["body"], "Var, yarın sizde.");
    assert_eq!(message["author"]["Agent"]["name"], "Defne");
}

#[tokio::test]
async fn the_sender_hears_its_own_message_with_its_client_id() {
    let shop = shop().await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let id = client_id();
    visitor.say(send(&id, "bir")).await;
    let events = [visitor.next().await.expect("an event"), visitor.next().await.expect("an event")];
    let of = |kind: &str| {
        events.iter().find_map(|event| event.get(kind)).unwrap_or_else(|| panic!("no {kind}: {events:?}"))
    };
    assert_eq!(of("Accepted")["client_id"], *id);
    assert_eq!(of("Message")["client_id"], *id);
    assert_eq!(of("Message")["at"], of("Accepted")["at"]);
}

#[tokio::test]
async fn a_client_id_sent_again_stores_nothing_and_is_accepted_as_before() {
    let shop = shop().await;
    let (mut visitor, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let token = text(&welcome["token"]);
    let id = client_id();
    visitor.say(send(&id, "bir kere")).await;
    let first = visitor.hear("Accepted").await;
    visitor.say(send(&id, "bir kere")).await;
    assert_eq!(visitor.hear("Accepted").await, first);
    // On another socket, as another text, naming another conversation: the first Accepted still.
    let (mut other, _) = Wire::greeted(&shop.relay, &shop.site, Some(&token), json!([])).await;
    let again = json!({ "Send": { "client_id": id, "conversation": null, "new": true, "body": "başka", "attachments": [] } });
    other.say(again).await;
    assert_eq!(other.hear("Accepted").await, first);
    let conversation = text(&first["conversation"]);
    other.say(json!({ "History": { "conversation": conversation, "before": null, "limit": 50 } })).await;
    let history = other.hear("History").await;
    assert_eq!(history["entries"].as_array().map(Vec::len), Some(1), "{history}");
    assert_eq!(history["entries"][0]["Message"]["body"], "bir kere");
}

#[tokio::test]
async fn another_senders_equal_client_id_is_a_message_of_its_own() {
    let shop = shop().await;
    let id = client_id();
    let mut conversations = Vec::new();
    for body in ["benim", "onun"] {
        let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
        visitor.say(send(&id, body)).await;
        let message = visitor.hear("Message").await;
        assert_eq!(message["body"], body);
        conversations.push(text(&message["conversation"]));
    }
    assert_ne!(conversations[0], conversations[1]);
}

#[tokio::test]
async fn what_was_missed_follows_welcome_in_order_and_only_where_it_was_asked_for() {
    let shop = shop().await;
    let (mut visitor, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let token = text(&welcome["token"]);
    let mut conversation = String::new();
    for body in ["bir", "iki", "üç"] {
        conversation = text(&say(&mut visitor, body).await["conversation"]);
    }
    drop(visitor);
    let mut back = Wire::visitor(&shop.relay).await;
    let resume = json!([{ "conversation": conversation, "after": 1 }]);
    let card = back.hello(&shop.site, Some(&token), welcome["epoch"].clone(), resume).await;
    assert_eq!(card["token"], Value::Null, "the one shown is good");
    assert_eq!((&card["conversations"][0]["head"], &card["replaced"]), (&json!(3), &json!(false)));
    let missed: Vec<_> = [back.hear("Message").await, back.hear("Message").await].to_vec();
    assert_eq!(missed.iter().map(|one| one["seq"].clone()).collect::<Vec<_>>(), [json!(2), json!(3)]);

    let (mut silent, _) = Wire::greeted(&shop.relay, &shop.site, Some(&token), json!([])).await;
    let heard = silent.all_so_far().await;
    assert!(heard.iter().all(|event| event.get("Message").is_none()), "not named, not replayed: {heard:?}");
}

#[tokio::test]
async fn a_welcome_writes_nothing_and_an_unknown_token_is_replaced() {
    let shop = shop().await;
    let (first, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let token = text(&welcome["token"]);
    drop(first);
    // Nobody was stored, so the token it gave is unknown when it is shown.
    let (_again, replaced) = Wire::greeted(&shop.relay, &shop.site, Some(&token), json!([])).await;
    assert_eq!(replaced["replaced"], true);
    assert_ne!(replaced["token"], json!(token));
    assert_ne!(replaced["visitor"], welcome["visitor"]);
}

#[tokio::test]
async fn two_tabs_first_messages_meet_in_one_conversation() {
    let shop = shop().await;
    let (mut one, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let first = say(&mut one, "ilk").await;
    let (mut two, _) = Wire::greeted(&shop.relay, &shop.site, welcome["token"].as_str(), json!([])).await;
    let second = say(&mut two, "ikinci").await;
    assert_eq!(first["conversation"], second["conversation"]);
    assert_eq!(one.hear_where("Message", |message| message["seq"] == 2).await["body"], "ikinci");
    let another = json!({ "Send": { "client_id": client_id(), "conversation": null, "new": true, "body": "yeni konu", "attachments": [] } });
    two.say(another).await;
    let third = two.hear_where("Accepted", |accepted| accepted["seq"] == 1).await;
    assert_ne!(third["conversation"], first["conversation"]);
}

#[tokio::test]
async fn history_comes_ascending_and_in_pages() {
    let shop = shop().await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let mut conversation = String::new();
    for number in 1..=4 {
        conversation = text(&say(&mut visitor, &number.to_string()).await["conversation"]);
    }
    visitor.say(json!({ "History": { "conversation": conversation, "before": null, "limit": 3 } })).await;
    let newest = visitor.hear("History").await;
    let seqs = |page: &Value| -> Vec<u64> {
        page["entries"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["Message"]["seq"].as_u64())
            .collect()
    };
    assert_eq!((seqs(&newest), &newest["more"]), (vec![2, 3, 4], &json!(true)));
    visitor.say(json!({ "History": { "conversation": conversation, "before": 2, "limit": 3 } })).await;
    let oldest = visitor.hear("History").await;
    assert_eq!((seqs(&oldest), &oldest["more"]), (vec![1], &json!(false)));
}

#[tokio::test]
async fn claiming_resolving_and_writing_again() {
    let shop = shop().await;
    let mut agent = Wire::answering(&shop.relay, &shop.agent).await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let conversation = text(&say(&mut visitor, "kargom nerede").await["conversation"]);
    agent.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
    agent.hear("History").await;
    agent.say(json!({ "Claim": { "conversation": conversation } })).await;
    assert_eq!(agent.hear("Claimed").await["won"], true);
    agent.say(json!({ "Resolve": { "conversation": conversation } })).await;
    let entry = visitor.hear("Entry").await;
    assert_eq!((&entry["kind"], &entry["seq"], &entry["data"]), (&json!("Resolved"), &json!(2), &json!({})));
    let mut again = send(&client_id(), "bir şey daha");
    again["Send"]["conversation"] = json!(conversation);
    visitor.say(again).await;
    let accepted = visitor.hear("Accepted").await;
    assert_eq!(
        (&accepted["conversation"], &accepted["seq"]),
        (&json!(conversation), &json!(4)),
        "opened again at 3"
    );
    visitor.say(json!({ "History": { "conversation": conversation, "before": 4, "limit": 1 } })).await;
    let opened = visitor.hear("History").await["entries"][0]["Entry"].clone();
    assert_eq!(
        (&opened["kind"], &opened["author"]),
        (&json!("Reopened"), &json!({ "Visitor": { "name": null } }))
    );
    let row = agent.hear_where("InboxChanged", |row| row["head"] == 4).await;
    assert_eq!(row["status"], "Open");
}

#[tokio::test]
async fn marks_only_grow_and_both_sides_are_told() {
    let shop = shop().await;
    let mut agent = Wire::answering(&shop.relay, &shop.agent).await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    say(&mut visitor, "bir").await;
    let conversation = text(&say(&mut visitor, "iki").await["conversation"]);
    agent.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
    agent.hear("History").await;
    agent.say(json!({ "Read": { "conversation": conversation, "received": 2, "read": 2 } })).await;
    let mark = visitor.hear_where("Read", |mark| mark["side"] == "Agent").await;
    assert_eq!((&mark["received"], &mark["read"]), (&json!(2), &json!(2)));
    // On this page, and on another one that knows nothing of it.
    let read = json!({ "Read": { "conversation": conversation, "received": 1, "read": 1 } });
    agent.say(read.clone()).await;
    let mut other = Wire::answering(&shop.relay, &shop.agent).await;
    other.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
    other.hear("History").await;
    other.say(read).await;
    // What is stored after it is told after it.
    other.say(json!({ "Reply": { "client_id": client_id(), "conversation": conversation, "body": "üç", "attachments": [] } })).await;
    other.hear("Accepted").await;
    let heard = visitor.all_so_far().await;
    let back = heard
        .iter()
        .filter_map(|event| event.get("Read"))
        .any(|mark| mark["side"] == "Agent" && mark["read"] == 1);
    assert!(!back, "a mark went back: {heard:?}");
}

#[tokio::test]
async fn typing_reaches_the_other_side_and_is_not_stored() {
    let shop = shop().await;
    let mut agent = Wire::answering(&shop.relay, &shop.agent).await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let conversation = text(&say(&mut visitor, "alo").await["conversation"]);
    agent.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
    agent.hear("History").await;
    visitor.say(json!({ "Typing": { "conversation": conversation, "on": true } })).await;
    assert_eq!(agent.hear("Typing").await["on"], true);
    agent.say(json!({ "Typing": { "conversation": conversation, "on": true } })).await;
    assert_eq!(visitor.hear("Typing").await["author"]["Agent"]["name"], "Defne");
    visitor.say(json!({ "History": { "conversation": conversation, "before": null, "limit": 50 } })).await;
    assert_eq!(visitor.hear("History").await["entries"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn notes_are_the_agents_own() {
    let shop = shop().await;
    let mut agent = Wire::answering(&shop.relay, &shop.agent).await;
    let (mut visitor, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let conversation = text(&say(&mut visitor, "alo").await["conversation"]);
    agent.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
    agent.hear("History").await;
    agent
        .say(json!({ "Note": { "client_id": client_id(), "conversation": conversation, "body": "huysuz" } }))
        .await;
    assert_eq!(agent.hear("Note").await["body"], "huysuz");
    let mut heard = visitor.all_so_far().await;
    let accepted = say(&mut visitor, "orada mısınız").await;
    assert_eq!(accepted["seq"], 2, "a note leaves no hole");
    heard.extend(visitor.all_so_far().await);
    assert!(!format!("{heard:?}").contains("huysuz"), "{heard:?}");
}

#[tokio::test]
async fn a_visitor_learns_whether_anybody_is_there() {
    let shop = shop().await;
    let (mut visitor, welcome) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    assert_eq!(welcome["online"], false);
    let agent = Wire::answering(&shop.relay, &shop.agent).await;
    assert_eq!(visitor.hear("Presence").await["online"], true);
    drop(agent);
    assert_eq!(visitor.hear("Presence").await["online"], false);
}
