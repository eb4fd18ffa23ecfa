//! A message with files is one like any other: stored once, shown to both sides, there after a crash; and its files are
//! in no other message, and as they were.
use crate::{send, serve, visitor};
use merhaba_tests::{
    files::{links, uploaded},
    http,
    relay::Relay,
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::fs;

#[tokio::test]
async fn a_message_of_files_alone_reaches_both_sides_and_survives_a_crash() {
    let (_folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let agent = relay.add_agent(&site, "agent@example.com", "agent").await;
    let mut desk = Wire::answering(&relay, &agent).await;
    let (mut wire, token) = visitor(&relay, &site).await;
    let ids = [
        uploaded(&relay, &site, &token, "bir.txt", b"bir").await,
        uploaded(&relay, &site, &token, "iki.txt", b"iki").await,
    ];
    let frame = send(&client_id(), " \n", &[&ids[1], &ids[0]]);
    wire.say(frame.clone()).await;
    let (message, accepted) = both(&mut wire).await;
    let names = |message: &Value| -> Vec<Value> {
        message["attachments"].as_array().expect("files").iter().map(|file| file["name"].clone()).collect()
    };
    assert_eq!(names(&message), ["iki.txt", "bir.txt"], "in the order of the sender");
    let row = desk.hear_where("InboxChanged", |row| row["head"] == 1).await;
    assert_eq!(row["preview"], "📎 iki.txt");
    desk.say(json!({ "Open": { "conversation": accepted["conversation"], "after": null } })).await;
    let history = desk.hear("History").await;
    assert_eq!(names(&history["entries"][0]["Message"]), ["iki.txt", "bir.txt"]);
    // Sent again, on the same socket and after a crash, it is the same message.
    wire.say(frame.clone()).await;
    assert_eq!(wire.hear("Accepted").await, accepted);
    let relay: Relay = relay.again().await;
    let resume = json!([{ "conversation": accepted["conversation"], "after": 0 }]);
    let (mut wire, welcome) = Wire::greeted(&relay, &site, Some(&token), resume).await;
    assert_eq!(welcome["replaced"], false);
    assert_eq!(wire.hear("Message").await, message);
    wire.say(frame).await;
    assert_eq!(wire.hear("Accepted").await, accepted);
    let link = links(&relay, &site, &token, &[&ids[0]]).await.remove(0);
    assert_eq!(http::get(relay.authority(), link["url"].as_str().expect("a path")).await.body, b"bir");
}

#[tokio::test]
async fn who_uploads_and_loads_the_page_again_before_writing_is_the_same_visitor() {
    let (_folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let (wire, token) = visitor(&relay, &site).await;
    let id = uploaded(&relay, &site, &token, "a.txt", b"a").await;
    drop(wire);
    let (mut wire, welcome) = Wire::greeted(&relay, &site, Some(&token), json!([])).await;
    assert_eq!((&welcome["replaced"], &welcome["token"]), (&json!(false), &Value::Null));
    assert_eq!(welcome["conversations"], json!([]));
    let (mut tab, _) = Wire::greeted(&relay, &site, Some(&token), json!([])).await;
    wire.say(send(&client_id(), "işte", &[&id])).await;
    let first = wire.hear("Accepted").await;
    tab.say(send(&client_id(), "ve", &[])).await;
    assert_eq!(tab.hear("Accepted").await["conversation"], first["conversation"], "two tabs meet in one");
}

#[tokio::test]
async fn a_file_that_is_not_ones_own_or_not_as_it_was_is_refused_and_nothing_is_stored() {
    let (folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let ((mut wire, token), (mut other, theirs)) =
        (visitor(&relay, &site).await, visitor(&relay, &site).await);
    let id = uploaded(&relay, &site, &token, "a.txt", b"mine").await;
    let foreign = uploaded(&relay, &site, &theirs, "b.txt", b"theirs").await;
    let eleven: Vec<String> = (0..11).map(|number| format!("f{number}")).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    for (files, code) in [
        (vec![foreign.as_str()], "NotFound"),
        (vec![id.as_str(), "AAAAAAAAAAAAAAAAAAAAAA"], "NotFound"),
        (vec![id.as_str(), id.as_str()], "BadRequest"),
        (vec!["../../merhaba.db"], "NotFound"),
        (eleven, "BadRequest"),
        (vec![], "BadRequest"),
    ] {
        wire.say(send(&client_id(), "", &files)).await;
        assert_eq!(wire.hear("Refused").await["code"], code, "{files:?}");
    }
    // Changed on the disk behind the relay's back: it is not confirmed as what was uploaded.
    let place = find(&folder.path().join("data/files"), &id);
    fs::write(&place, b"MINE").expect("written");
    wire.say(send(&client_id(), "", &[&id])).await;
    assert_eq!(wire.hear("Refused").await["code"], "NotFound");
    fs::remove_file(&place).expect("removed");
    wire.say(send(&client_id(), "", &[&id])).await;
    assert_eq!(wire.hear("Refused").await["code"], "NotFound");
    fs::write(&place, b"mine").expect("written");
    wire.say(send(&client_id(), "", &[&id])).await;
    let accepted = wire.hear("Accepted").await;
    assert_eq!(accepted["seq"], 1, "nothing of all that was stored");
    wire.say(send(&client_id(), "bir daha", &[&id])).await;
    assert_eq!(wire.hear("Refused").await["code"], "NotFound", "it is in a message already");
    other.say(send(&client_id(), "", &[&foreign])).await;
    assert_eq!(other.hear("Accepted").await["seq"], 1);
}

/// The message as everybody hears it, and the answer to its sender, in whichever order they come.
async fn both(wire: &mut Wire) -> (Value, Value) {
    let (mut message, mut accepted) = (Value::Null, Value::Null);
    while message.is_null() || accepted.is_null() {
        let event = wire.next().await.expect("the socket stays");
        for (kind, place) in [("Message", &mut message), ("Accepted", &mut accepted)] {
            if let Some(content) = event.get(kind) {
                *place = content.clone();
            }
        }
    }
    (message, accepted)
}

/// The place of a file below a folder.
fn find(folder: &std::path::Path, name: &str) -> std::path::PathBuf {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    for path in entries {
        if path.is_dir() {
            if let Some(found) = Some(find(&path, name)).filter(|found| found.exists()) {
                return found;
            }
        } else if path.file_name().is_some_and(|found| found == name) {
            return path;
        }
    }
    folder.join("nothing")
}
