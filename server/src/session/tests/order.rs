//! That a sender who does not wait for answers keeps the order of their messages when the disk is full in between.
use super::*;
use crate::store::sqlite::trouble;

/// Longer than any page that is there already; the longest a message may be.
fn long(number: u32) -> Value {
    send(number, &"ş".repeat(4_000))
}

/// A visitor who has written once, on a disk that then takes only what is short.
async fn on_a_full_disk(rig: &Rig) -> (Client, String) {
    let (mut client, welcome) = rig.visitor(json!({})).await;
    client.say(send(1, "first")).await;
    client.expect("Accepted").await;
    trouble::full(&rig.store, true);
    (client, welcome["token"].as_str().expect("a new token").into())
}

async fn refused(client: &mut Client, number: u32) {
    let refused = client.expect("Refused").await;
    assert_eq!((&refused["code"], &refused["client_id"]), (&json!("Unavailable"), &json!(cid(number))));
}

/// Whether nothing but this send was taken up and refused, and what was on its way behind it was not stored: it was
/// refused too, or the line ended before it.
async fn only_refused(client: &mut Client, number: u32) {
    refused(client, number).await;
    loop {
        match client.frame().await {
            Frame::Text(bytes) => {
                let event: Value = serde_json::from_slice(&bytes).expect("JSON");
                assert!(event.get("Accepted").is_none(), "{event}");
                if event.get("Refused").is_some() {
                    return;
                }
            }
            Frame::Close(code, _) => return assert_eq!(code, 4011),
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_that_failed_is_taken_on_the_same_line_when_it_comes_first() {
    let rig = Rig::new().await;
    let (mut client, _) = on_a_full_disk(&rig).await;
    client.say(long(2)).await;
    refused(&mut client, 2).await;
    trouble::full(&rig.store, false);
    for (frame, seq) in [(long(2), 2), (send(3, "short"), 3)] {
        client.say(frame).await;
        assert_eq!(client.expect("Accepted").await["seq"], seq);
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_behind_a_failed_send_is_not_stored() {
    let rig = Rig::new().await;
    let (mut client, token) = on_a_full_disk(&rig).await;
    for frame in [long(2), send(3, "short")] {
        client.say(frame).await;
    }
    only_refused(&mut client, 2).await;
    let (_, welcome) = rig.visitor(json!({ "token": token })).await;
    assert_eq!(welcome["conversations"][0]["head"], 1);
}

#[tokio::test(start_paused = true)]
async fn who_sends_something_else_first_comes_back_and_sends_all_again() {
    let rig = Rig::new().await;
    let (mut client, token) = on_a_full_disk(&rig).await;
    client.say(long(2)).await;
    refused(&mut client, 2).await;
    client.say(send(3, "it was on its way")).await;
    assert_eq!(client.closed().await, (4011, "Unavailable".into()));
    trouble::full(&rig.store, false);
    let (mut back, _) = rig.visitor(json!({ "token": token })).await;
    for (frame, seq) in [(long(2), 2), (send(3, "it was on its way"), 3)] {
        back.say(frame).await;
        assert_eq!(back.expect("Accepted").await["seq"], seq);
    }
}

#[tokio::test(start_paused = true)]
async fn an_agents_replies_keep_their_order_too() {
    let rig = Rig::new().await;
    let secret = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut visitor, welcome) = rig.visitor(json!({})).await;
    visitor.say(send(1, "first")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    let (mut agent, _) = rig.agent(secret, json!({})).await;
    let reply = |number: u32, body: &str| {
        let id = cid(number);
        json!({"Reply": {"client_id": id, "conversation": conversation, "body": body, "attachments": []}})
    };
    trouble::full(&rig.store, true);
    for frame in [reply(2, &"ş".repeat(4_000)), reply(3, "short")] {
        agent.say(frame).await;
    }
    only_refused(&mut agent, 2).await;
    let (mut after, _) = rig.visitor(json!({ "token": welcome["token"] })).await;
    after.say(json!({"History": {"conversation": conversation, "before": null, "limit": 9}})).await;
    assert_eq!(after.expect("History").await["entries"].as_array().map(Vec::len), Some(1));
}
