//! What a visitor's session promises, frame by frame.
use super::*;

#[tokio::test(start_paused = true)]
async fn hello_writes_nothing_and_gives_a_token() {
    let rig = Rig::new().await;
    let (_client, welcome) = rig.visitor(json!({})).await;
    assert_eq!(welcome["replaced"], false);
    assert_eq!(welcome["online"], false);
    assert_eq!(welcome["epoch"], "epoch");
    assert_eq!(welcome["conversations"], json!([]));
    let (_other, again) = rig.visitor(json!({"token": welcome["token"]})).await;
    assert_eq!(again["replaced"], true);
    assert_ne!(again["token"], welcome["token"]);
    assert_ne!(again["visitor"], welcome["visitor"]);
}

#[tokio::test(start_paused = true)]
async fn a_send_is_accepted_comes_back_and_is_there_on_return() {
    let rig = Rig::new().await;
    let (mut client, welcome) = rig.visitor(json!({"locale": "tr"})).await;
    client.say(send(1, " Merhaba 👋 ")).await;
    let (one, two) = (client.event().await, client.event().await);
    let (accepted, message) = if one.0 == "Accepted" { (one, two) } else { (two, one) };
    assert_eq!((accepted.0.as_str(), message.0.as_str()), ("Accepted", "Message"));
    assert_eq!(accepted.1["client_id"], cid(1));
    assert_eq!(accepted.1["seq"], 1);
    assert_eq!(message.1["client_id"], cid(1));
    assert_eq!(message.1["body"], " Merhaba 👋 ");
    assert_eq!(message.1["author"], json!({"Visitor": {"name": null}}));
    let (_tab, back) = rig.visitor(json!({"token": welcome["token"]})).await;
    assert_eq!(back["token"], Value::Null);
    assert_eq!(back["visitor"], welcome["visitor"]);
    assert_eq!(back["conversations"][0]["conversation"], accepted.1["conversation"]);
    assert_eq!(back["conversations"][0]["head"], 1);
    assert_eq!(rig.app.chat.counters().accepted(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_is_answered_as_the_first_and_not_stored() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.visitor(json!({})).await;
    client.say(send(1, "once")).await;
    let first = client.expect("Accepted").await;
    client
        .say(
            json!({"Send": {"client_id": cid(1), "conversation": "elsewhere", "new": true, "body": "twice"}}),
        )
        .await;
    assert_eq!(client.expect("Accepted").await, first);
    client
        .say(json!({"History": {"conversation": first["conversation"], "before": null, "limit": 50}}))
        .await;
    let history = client.expect("History").await;
    assert_eq!(history["entries"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn two_tabs_stay_in_step() {
    let rig = Rig::new().await;
    let (mut one, welcome) = rig.visitor(json!({})).await;
    one.say(send(1, "first")).await;
    one.expect("Accepted").await;
    let (mut two, _) = rig.visitor(json!({"token": welcome["token"]})).await;
    one.say(send(2, "from one")).await;
    two.say(send(3, "from two")).await;
    let mut seen = Vec::new();
    for client in [&mut one, &mut two] {
        let mut bodies = Vec::new();
        while bodies.last() != Some(&json!("from two")) {
            bodies.push(client.expect("Message").await["body"].clone());
        }
        seen.push(bodies);
    }
    assert!(seen[0].ends_with(&seen[1]), "{seen:?}");
    assert_eq!(seen[1].len(), 2);
}

/// A visitor with three messages, whose socket is gone: their token and conversation.
async fn with_three(rig: &Rig) -> (Value, Value) {
    let (mut client, welcome) = rig.visitor(json!({})).await;
    let mut conversation = Value::Null;
    for number in 1..=3 {
        client.say(send(number, &format!("message {number}"))).await;
        conversation = client.expect("Accepted").await["conversation"].clone();
    }
    (welcome["token"].clone(), conversation)
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_follows_welcome_in_order() {
    let rig = Rig::new().await;
    let (token, conversation) = with_three(&rig).await;
    let resume =
        json!([{"conversation": "not theirs", "after": 0}, {"conversation": conversation, "after": 1}]);
    let (mut client, _) = rig.visitor(json!({"token": token, "resume": resume})).await;
    assert_eq!(seqs(&client.exactly(["Message", "Message"]).await), [2, 3]);
    client.say(send(4, "live")).await;
    assert_eq!(client.expect("Message").await["seq"], 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_named_or_of_another_life_is_not_replayed() {
    let rig = Rig::new().await;
    let (token, conversation) = with_three(&rig).await;
    let resume = json!([{"conversation": conversation, "after": 1}]);
    let (mut client, _) = rig.visitor(json!({"token": token})).await;
    client.silence().await;
    let (mut client, _) = rig.visitor(json!({"token": token, "resume": resume, "epoch": "before"})).await;
    client.silence().await;
    let (mut client, _) = rig.visitor(json!({"token": token, "resume": resume, "epoch": "epoch"})).await;
    assert_eq!(seqs(&client.exactly(["Message", "Message"]).await), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_long_absence_is_replayed_page_by_page() {
    let rig = Rig::with(false).await;
    let (mut client, welcome) = rig.visitor(json!({})).await;
    let body = "ü".repeat(4_000);
    for number in 1..=200 {
        client.say(send(number, &body)).await;
        client.expect("Accepted").await;
    }
    client.say(json!({"Ping": {"nonce": 1}})).await;
    client.expect("Pong").await;
    let conversation = client.expect("Head").await["conversation"].clone();
    let resume = json!([{"conversation": conversation, "after": 0}]);
    let (mut back, _) = rig.visitor(json!({"token": welcome["token"], "resume": resume})).await;
    for number in 1..=200 {
        let [message] = back.exactly(["Message"]).await;
        assert_eq!(message["seq"], number);
    }
}

/// Stores a message that nobody is told of.
async fn unheard(rig: &Rig, visitor: &Value, number: u8) {
    let from = crate::store::Sender {
        site: "shop".into(),
        visitor: visitor.as_str().unwrap_or_default().into(),
        token: [0; 32],
        locale: String::new(),
        page: None,
    };
    let message = crate::store::VisitorMessage {
        from: from.into(),
        client_id: merhaba_shared::protocol::ids::ClientId([number; 16]),
        conversation: None,
        new: false,
        new_conversation: "unused".into(),
        body: "unheard".into(),
        attachments: Vec::new(),
        extra: None,
        about: None,
        at: 0,
        sequence: crate::store::Sequence::default(),
    };
    rig.app.store.visitor_message(message, Box::new(|_| {})).await.expect("stored");
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_filled_from_the_log() {
    let rig = Rig::new().await;
    let (mut client, welcome) = rig.visitor(json!({})).await;
    client.say(send(1, "heard")).await;
    assert_eq!(client.expect("Message").await["seq"], 1);
    unheard(&rig, &welcome["visitor"], 7).await;
    client.say(send(2, "heard")).await;
    assert_eq!(client.expect("Message").await["seq"], 2);
    assert_eq!(client.expect("Message").await["seq"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_ping_finds_what_was_lost_without_a_trace() {
    let rig = Rig::new().await;
    let (mut client, welcome) = rig.visitor(json!({})).await;
    client.say(send(1, "heard")).await;
    client.expect("Accepted").await;
    unheard(&rig, &welcome["visitor"], 7).await;
    client.say(json!({"Ping": {"nonce": 9}})).await;
    assert_eq!(client.expect("Pong").await["nonce"], 9);
    let [message, head] = client.exactly(["Message", "Head"]).await;
    assert_eq!((&message["body"], &head["seq"]), (&json!("unheard"), &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn a_head_follows_an_entry_within_five_seconds() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.visitor(json!({})).await;
    client.say(send(1, "one")).await;
    client.expect("Message").await;
    let sent = rig.app.clock.monotonic();
    let head = client.expect("Head").await;
    assert_eq!(head["seq"], 1);
    assert!((rig.app.clock.monotonic() - sent).as_secs() < 5);
    client.say(json!({"Ping": {"nonce": 1}})).await;
    client.exactly(["Pong"]).await;
    client.silence().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_refused_and_the_socket_stays() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.visitor(json!({})).await;
    let file = json!([{"id": "a", "name": "a", "media_type": "b", "size": 1}]);
    let cases = [
        (send(1, " \n"), "BadRequest", json!(cid(1))),
        (send(2, &"a".repeat(4_001)), "TooLong", json!(cid(2))),
        (
            json!({"Send": {"client_id": cid(3), "body": "a", "attachments": file}}),
            "BadRequest",
            json!(cid(3)),
        ),
        (json!({"Send": {"client_id": cid(4), "body": 5}}), "BadRequest", json!(cid(4))),
        (
            json!({"Send": {"client_id": cid(5), "conversation": "no", "body": "a"}}),
            "NotFound",
            json!(cid(5)),
        ),
        (json!({"Read": {"conversation": "no", "received": 1, "read": 1}}), "NotFound", Value::Null),
        (json!({"Typing": {"conversation": "no", "on": true}}), "NotFound", Value::Null),
        (json!({"History": {"conversation": "no", "before": null, "limit": 1}}), "NotFound", Value::Null),
        (json!({"Dance": {}}), "BadRequest", Value::Null),
        (json!([1]), "BadRequest", Value::Null),
        (json!({"Hello": {"site": "shop"}}), "BadRequest", Value::Null),
    ];
    for (frame, code, client_id) in cases {
        client.say(frame.clone()).await;
        let [refused] = client.exactly(["Refused"]).await;
        assert_eq!((&refused["code"], &refused["client_id"]), (&json!(code), &client_id), "{frame}");
    }
    client.raw(Frame::Binary(vec![1, 2].into())).await;
    assert_eq!(client.exactly(["Refused"]).await[0]["code"], "BadRequest");
    client.say(send(9, &"🙏".repeat(4_000))).await;
    client.expect("Accepted").await;
}

#[tokio::test(start_paused = true)]
async fn who_writes_too_fast_is_told_when_and_then_closed() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.visitor(json!({})).await;
    for number in 1..=5 {
        client.say(send(number, "fast")).await;
        client.expect("Accepted").await;
    }
    for _ in 0..9 {
        client.say(send(1, "fast")).await;
        client.expect("Accepted").await;
    }
    client.say(send(6, "too fast")).await;
    let refused = client.expect("Refused").await;
    assert_eq!((&refused["code"], &refused["client_id"]), (&json!("RateLimited"), &json!(cid(6))));
    assert_eq!(refused["retry_after_ms"], 2000);
    tokio::time::advance(std::time::Duration::from_secs(2)).await;
    client.say(send(6, "in time")).await;
    client.expect("Accepted").await;
    for number in 7..=9 {
        client.say(send(number, "too fast")).await;
    }
    for _ in 7..=9 {
        client.expect("Refused").await;
    }
    assert_eq!(client.closed().await.0, 4009);
}

#[tokio::test(start_paused = true)]
async fn marks_are_told_to_both_tabs_and_only_when_they_move() {
    let rig = Rig::new().await;
    let (mut one, welcome) = rig.visitor(json!({})).await;
    one.say(send(1, "a")).await;
    let conversation = one.expect("Accepted").await["conversation"].clone();
    let secret = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut agent, _) = rig.agent(secret, json!({})).await;
    agent.say(json!({"Reply": {"client_id": cid(1), "conversation": conversation, "body": "b"}})).await;
    agent.expect("Accepted").await;
    let (mut two, _) = rig.visitor(json!({"token": welcome["token"]})).await;
    while one.expect("Message").await["seq"] != 2 {}
    for _ in 0..3 {
        one.say(json!({"Read": {"conversation": conversation, "received": 9, "read": 2}})).await;
    }
    for client in [&mut two, &mut agent] {
        let marker = client.expect("Read").await;
        assert_eq!(
            (&marker["side"], &marker["received"], &marker["read"]),
            (&json!("Visitor"), &json!(2), &json!(2))
        );
    }
    two.silence().await;
}

#[tokio::test(start_paused = true)]
async fn a_sixth_socket_is_too_many() {
    let rig = Rig::new().await;
    let (token, _) = with_three(&rig).await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(rig.visitor(json!({"token": token})).await);
    }
    let mut sixth = rig.visitor_socket();
    sixth.say(json!({"Hello": {"site": "shop", "token": token}})).await;
    assert_eq!(sixth.closed().await, (4010, "TooMany".into()));
}

#[tokio::test(start_paused = true)]
async fn who_wrote_no_longer_counts_against_the_address() {
    let rig = Rig::new().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(rig.visitor(json!({})).await.0);
    }
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    assert!(rig.app.gate.admit(HOME).is_err());
    clients[0].say(send(1, "a")).await;
    clients[0].expect("Accepted").await;
    clients[0].say(json!({"Ping": {"nonce": 1}})).await;
    clients[0].expect("Pong").await;
    assert!(rig.app.gate.admit(HOME).is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_binary_codec_says_the_same() {
    use merhaba_shared::protocol::{
        codec::{from_bin, to_bin},
        visitor::{Command, Event, Hello},
    };
    let rig = Rig::new().await;
    let (pipe, mut client) = Rig::pipe();
    let app = rig.app.clone();
    let line = Line::new(pipe, Codec::Bin, app.shutdown.stopping());
    let stranger = app.gate.admit(HOME).expect("room");
    rig.app.shutdown.spawn(async move {
        super::super::visitor::serve(app, line, stranger, None).await;
    });
    let hello = Hello {
        site: "shop".into(),
        token: None,
        locale: "en".into(),
        page: None,
        epoch: None,
        resume: Vec::new(),
    };
    client.raw(Frame::Binary(to_bin(&Command::Hello(hello)).into())).await;
    let Frame::Binary(bytes) = client.frame().await else { panic!("not binary") };
    assert!(matches!(from_bin(&bytes), Ok(Event::Welcome(welcome)) if !welcome.online));
    client.raw(Frame::Binary(vec![99].into())).await;
    let Frame::Binary(bytes) = client.frame().await else { panic!("not binary") };
    assert!(matches!(from_bin(&bytes), Ok(Event::Refused(_))));
}
