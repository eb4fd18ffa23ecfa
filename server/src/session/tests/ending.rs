//! How sessions end, with which code, and that nothing is left of them.
use super::*;
use crate::hub::{Topic, Weight};
use merhaba_shared::protocol::{
    model::Side,
    visitor::{Event, Presence},
};

#[tokio::test(start_paused = true)]
async fn silence_is_closed_after_five_seconds() {
    let rig = Rig::new().await;
    let begun = rig.app.clock.monotonic();
    let mut client = rig.visitor_socket();
    assert_eq!(client.closed().await, (4505, "AuthLate".into()));
    assert_eq!((rig.app.clock.monotonic() - begun).as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn anything_but_hello_first_is_closed() {
    let rig = Rig::new().await;
    for first in [json!({"Ping": {"nonce": 1}}), json!({"Hello": {}}), json!("Hello"), send(1, "a")] {
        let mut client = rig.visitor_socket();
        client.say(first).await;
        assert_eq!(client.closed().await.0, 4505);
    }
    let secret = rig.sign_in("ada", "shop", Role::Agent).await;
    let mut client = rig.agent_socket(secret).await;
    client.say(json!({"List": {"filter": "Open", "limit": 1}})).await;
    assert_eq!(client.closed().await.0, 4505);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_site_is_closed() {
    let rig = Rig::new().await;
    let mut client = rig.visitor_socket();
    client.say(json!({"Hello": {"site": "none"}})).await;
    assert_eq!(client.closed().await, (4502, "SiteUnknown".into()));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_pings_is_lost() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.visitor(json!({})).await;
    client.pongs = false;
    let begun = rig.app.clock.monotonic();
    assert_eq!(client.frame().await, Frame::Ping);
    assert_eq!(client.closed().await, (4012, "HeartbeatLost".into()));
    assert_eq!((rig.app.clock.monotonic() - begun).as_secs(), 35);
}

#[tokio::test(start_paused = true)]
async fn who_answers_pings_stays_until_old() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.visitor(json!({})).await;
    let begun = rig.app.clock.monotonic();
    let (code, reason) = client.closed().await;
    let hours = (rig.app.clock.monotonic() - begun).as_secs_f64() / 3600.0;
    assert_eq!(code, 4001);
    assert!((10.8..=13.2).contains(&hours), "{hours}");
    assert!(reason.parse::<u64>().is_ok_and(|delay| delay < 3_000), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_faulty_line_is_told_its_fault() {
    let rig = Rig::new().await;
    for (fault, code) in [(Fault::TooBig, 1009), (Fault::NotText, 1007), (Fault::Protocol, 1002)] {
        let mut client = rig.visitor_socket();
        client.to.send(Err(fault)).await.expect("the session reads");
        assert_eq!(client.closed().await.0, code);
        let (mut client, _) = rig.visitor(json!({})).await;
        client.to.send(Err(fault)).await.expect("the session reads");
        assert_eq!(client.closed().await.0, code);
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_closed_as_slow_and_loses_nothing() {
    const MESSAGES: u32 = 300;
    let rig = Rig::with(false).await;
    let (mut writer, welcome) = rig.visitor(json!({})).await;
    writer.say(send(1, "first")).await;
    let conversation = writer.expect("Accepted").await["conversation"].clone();
    let (stuck, _) = rig.visitor(json!({"token": welcome["token"]})).await;
    for number in 2..=MESSAGES {
        writer.say(send(number, &"a".repeat(2_000))).await;
        writer.expect("Accepted").await;
    }
    let slow = || rig.app.chat.counters().closed().any(|(close, count)| close.code == 4008 && count == 1);
    assert!(slow());
    assert_eq!(rig.app.chat.counters().sessions(Side::Visitor), 1);
    drop(stuck);
    let resume = json!([{"conversation": conversation, "after": 1}]);
    let (mut back, _) = rig.visitor(json!({"token": welcome["token"], "resume": resume})).await;
    for number in 2..=MESSAGES {
        assert_eq!(back.exactly(["Message"]).await[0]["seq"], number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_stuck_is_closed_as_slow() {
    let rig = Rig::new().await;
    let (client, welcome) = rig.visitor(json!({})).await;
    let topic = Topic::Visitor(welcome["visitor"].as_str().unwrap_or_default().into());
    let begun = rig.app.clock.monotonic();
    for _ in 0..=SOCKET_FRAMES {
        rig.app.chat.hub().publish(
            &topic,
            &Weight::Durable,
            &Event::Presence(Presence { online: true, back_at: None }),
        );
    }
    let slow = || rig.app.chat.counters().closed().any(|(close, count)| close.code == 4008 && count == 1);
    while !slow() {
        tokio::time::advance(std::time::Duration::from_millis(100)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!((rig.app.clock.monotonic() - begun).as_secs(), 10);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_stop_closes_all_with_a_hint_and_leaves_no_task() {
    let rig = Rig::new().await;
    let secret = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut agent, _) = rig.agent(secret, json!({})).await;
    let (mut visitor, _) = rig.visitor(json!({})).await;
    let mut silent = rig.visitor_socket();
    let chat = &rig.app.chat;
    assert_eq!((chat.counters().sessions(Side::Agent), chat.counters().sessions(Side::Visitor)), (1, 1));
    rig.app.shutdown.begin();
    for client in [&mut agent, &mut visitor, &mut silent] {
        let (code, reason) = client.closed().await;
        assert_eq!(code, 4001);
        assert!(reason.parse::<u64>().is_ok(), "{reason}");
    }
    rig.app.shutdown.finished().await;
    assert_eq!((chat.counters().sessions(Side::Agent), chat.counters().sessions(Side::Visitor)), (0, 0));
    assert!(!chat.presence(&"shop".into()).online);
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_closes_its_sockets_at_once() {
    let rig = Rig::new().await;
    let (ada, bob) =
        (rig.sign_in("ada", "shop", Role::Owner).await, rig.sign_in("bob", "shop", Role::Agent).await);
    let (mut one, _) = rig.agent(ada, json!({})).await;
    let mut two = rig.agent_socket(ada).await;
    let (mut other, _) = rig.agent(bob, json!({})).await;
    let begun = rig.app.clock.monotonic();
    rig.app.chat.sign_out(ada).await.expect("a store");
    assert_eq!(one.closed().await, (4503, "Revoked".into()));
    other.silence().await;
    assert!((rig.app.clock.monotonic() - begun).as_millis() < 1_000);
    two.say(json!({"Hello": {}})).await;
    assert_eq!(two.closed().await.0, 4503);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_ended_unseen_is_found_within_a_minute() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut client, _) = rig.agent(ada, json!({})).await;
    rig.app.store.sign_out(ada).await.expect("a store");
    let begun = rig.app.clock.monotonic();
    assert_eq!(client.closed().await.0, 4503);
    assert!((rig.app.clock.monotonic() - begun).as_secs() <= 60);
}
