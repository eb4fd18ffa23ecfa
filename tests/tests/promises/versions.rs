//! P22: pages, programs and relays of neighbouring versions work together. The next version is played by a line that
//! adds to each frame, both ways, what this version does not know; the one before by frames that lack what may be absent,
//! and by the names that it and the next one offer. The store's part is its own tests'.
use super::proxy::{Lane, course, relay};
use merhaba_shared::protocol::{REVISION, codec::Codec};
use merhaba_tests::{
    faults::{
        frames::Part,
        proxy::{Deed, Plan, Way},
    },
    player::pair::Course,
    proof::{Proof, amount},
    relay::Relay,
    wire::{Wire, client_id, close_code, offer, sign_in},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// A conversation between pages of this version and whatever the frames say comes to its end within this time.
const WITHIN: Duration = Duration::from_secs(20);

/// What pages of the versions around this one offer, and what they get: the best that both know, or a close code that has
/// them load themselves again. How many were tried.
async fn offers(relay: &Relay) -> usize {
    let bin = |revision: u16| format!("merhaba.v1.bin.{revision}");
    let (ours, json) = (bin(REVISION), "merhaba.v1.json".to_owned());
    let table = [
        (vec![bin(REVISION + 1), ours.clone()], Ok(&ours)),
        (vec![ours.clone(), bin(REVISION - 1)], Ok(&ours)),
        (vec![bin(REVISION + 1), json.clone()], Ok(&json)),
        (vec!["merhaba.v2.json".to_owned(), json.clone()], Ok(&json)),
        (vec![bin(REVISION + 1)], Err(4504)),
        // Before the first revision there was none; from the second on, the one before is spoken too.
        (vec![bin(REVISION - 1)], Err(4504)),
    ];
    let tried = table.len();
    for (offered, expected) in table {
        let offered = offered.join(", ");
        let headers = [("Origin", relay.url()), ("Sec-WebSocket-Protocol", offered.as_str())];
        let upgraded = offer(relay.authority(), "/ws/visitor", &headers).await;
        let (socket, chosen) = upgraded.unwrap_or_else(|error| panic!("{offered}: {error}"));
        match expected {
            Ok(name) => assert_eq!(chosen.as_ref(), Some(name), "the answer to {offered}"),
            Err(code) => assert_eq!(close_code(socket).await, Some(code), "{offered} must load itself again"),
        }
    }
    tried
}

/// A visitor and an agent whose programs know nothing of what has become optional.
async fn older(relay: &Relay) {
    let site = relay.add_site("old", &["https://shop.example"]).await;
    let agent = relay.add_agent(&site, "old@shop.example", "agent").await;
    let mut visitor = Wire::visitor(relay).await;
    visitor.say(json!({ "Hello": { "site": site.key } })).await;
    visitor.hear("Welcome").await;
    visitor.say(json!({ "Send": { "client_id": client_id(), "body": "eski" } })).await;
    let conversation = visitor.hear("Accepted").await["conversation"].clone();
    let mut wire = Wire::agent(relay, &sign_in(relay, &agent).await).await;
    wire.say(json!({ "Hello": {} })).await;
    wire.say(json!({ "List": { "filter": "Open", "limit": 10 } })).await;
    assert_eq!(wire.hear("Inbox").await["conversations"][0]["conversation"], conversation);
    wire.say(json!({ "Open": { "conversation": conversation } })).await;
    assert_eq!(wire.hear("History").await["entries"][0]["Message"]["body"], "eski");
    let reply = json!({ "client_id": client_id(), "conversation": conversation, "body": "yeni" });
    wire.say(json!({ "Reply": reply })).await;
    assert_eq!(visitor.hear_where("Message", |message| message["seq"] == 2).await["body"], "yeni");
}

/// How one direction of a line carries the next version's frames.
fn newer() -> Way {
    Way { frames: Some(Arc::new(|_: &Part| Deed::Newer)), ..Way::default() }
}

#[tokio::test]
async fn neighbouring_versions_work_together() {
    let mut proof = Proof::begin("T19.neighbours", &["P22"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    proof.figure("offers", offers(&relay).await);
    older(&relay).await;
    let lane = Lane::new(&relay, 0).await;
    let mut acknowledged = 0;
    // The pages are newer, the relay is, or each side is newer than the other thinks.
    for (number, (up, down)) in [(true, false), (false, true), (true, true)].into_iter().enumerate() {
        let way = |newer_one| if newer_one { newer() } else { Way::default() };
        for proxy in [&lane.visitor, &lane.agent] {
            proxy.plan(move |_| Plan { up: way(up), down: way(down) });
        }
        let course = Course { within: WITHIN, messages: amount(5, 200), ..course(&format!("n{number}")) };
        let found = lane.talk(&course, Codec::Json).await;
        found.hold();
        assert_eq!((lane.visitor.connections(), lane.agent.connections()), (1, 1), "nobody was thrown off");
        acknowledged += found.acknowledged;
    }
    proof.figure("acknowledged", acknowledged);
    proof.holds();
}
