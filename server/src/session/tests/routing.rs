//! What waits finds whoever has room, whatever changed: somebody writes, is done, comes, goes or is busy.
use super::*;
use crate::{
    domain::{
        department::Department,
        routing::{Mode, Routing},
    },
    store::SiteSettings,
};

/// A site that gives conversations in turn, two to each, and what gives them.
async fn rig() -> Rig {
    rig_with(Vec::new()).await
}

/// The same, with departments.
async fn rig_with(departments: Vec<Department>) -> Rig {
    let rig = Rig::with(false).await;
    let routing = Routing { mode: Mode::Turns, capacity: 2, gone_minutes: 1, ..Routing::default() };
    let settings = SiteSettings { name: "shop".into(), routing, departments, ..SiteSettings::default() };
    rig.app.chat.change_site("shop".into(), settings).await.expect("a store");
    rig.app.shutdown.spawn(rig.app.chat.routing());
    rig
}

/// Somebody new writes, and goes on listening.
async fn asks(rig: &Rig, number: u32) -> (Client, Value) {
    let (mut visitor, _) = rig.visitor(json!({})).await;
    visitor.say(send(number, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    (visitor, conversation)
}

/// The next conversation that the relay gives this agent.
async fn given(agent: &mut Client) -> Value {
    loop {
        let activity = agent.expect("Activity").await;
        if activity["deed"] == "Routed" {
            return activity["conversation"].clone();
        }
    }
}

async fn is_given_nothing(agent: &mut Client) {
    agent.say(json!({"Ping": {"nonce": 1}})).await;
    tokio::time::advance(std::time::Duration::from_secs(8)).await;
    agent.say(json!({"Ping": {"nonce": 2}})).await;
    loop {
        match agent.event().await {
            (kind, content) if kind == "Pong" && content["nonce"] == 2 => return,
            (kind, content) => assert_ne!(kind, "Activity", "{content}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_goes_in_turn_to_who_has_room() {
    let rig = rig().await;
    let (ada, can) =
        (rig.sign_in("ada", "shop", Role::Agent).await, rig.sign_in("can", "shop", Role::Agent).await);
    let first = asks(&rig, 1).await;
    let (mut ada, _) = rig.agent(ada, json!({})).await;
    assert_eq!(given(&mut ada).await, first.1, "who waited when somebody came");
    let (mut can, _) = rig.agent(can, json!({})).await;
    let second = asks(&rig, 2).await;
    assert_eq!(given(&mut can).await, second.1, "in turn");
    let third = asks(&rig, 3).await;
    assert_eq!(given(&mut ada).await, third.1);
    let fourth = asks(&rig, 4).await;
    assert_eq!(given(&mut can).await, fourth.1);
    let fifth = asks(&rig, 5).await;
    is_given_nothing(&mut ada).await;
    is_given_nothing(&mut can).await;
    can.say(json!({"Resolve": {"conversation": second.1}})).await;
    assert_eq!(given(&mut can).await, fifth.1, "whoever is done has room");
    let sixth = asks(&rig, 6).await;
    can.say(json!({"Assign": {"conversation": fourth.1, "agent": null}})).await;
    assert_eq!(given(&mut can).await, fourth.1, "the longest wait comes first, though they had it before");
    ada.say(json!({"Resolve": {"conversation": first.1}})).await;
    assert_eq!(given(&mut ada).await, sixth.1);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_given_anything_while_busy_or_away() {
    let rig = rig().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let can = rig.sign_in("can", "shop", Role::Trainee).await;
    let (mut ada, _) = rig.agent(ada, json!({})).await;
    let (mut can, _) = rig.agent(can, json!({})).await;
    for status in [json!({"away": false, "busy": true}), json!({"away": true})] {
        ada.say(json!({ "Status": status })).await;
        ada.expect("Status").await;
    }
    ada.say(json!({"Status": {"away": false, "busy": true}})).await;
    let (_visitor, conversation) = asks(&rig, 1).await;
    is_given_nothing(&mut ada).await;
    is_given_nothing(&mut can).await;
    ada.say(json!({"Status": {"away": false}})).await;
    assert_eq!(given(&mut ada).await, conversation);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_somebody_who_is_gone_goes_to_somebody_else() {
    let rig = rig().await;
    let (ada, can) =
        (rig.sign_in("ada", "shop", Role::Agent).await, rig.sign_in("can", "shop", Role::Agent).await);
    let (mut one, _) = rig.agent(ada, json!({})).await;
    let (visitor, conversation) = asks(&rig, 1).await;
    assert_eq!(given(&mut one).await, conversation);
    let (mut two, _) = rig.agent(can, json!({})).await;
    drop(one);
    // A page that is loaded again is no reason.
    is_given_nothing(&mut two).await;
    let (mut one, _) = rig.agent(ada, json!({})).await;
    is_given_nothing(&mut one).await;
    let answer = json!({"Reply": {"client_id": cid(9), "conversation": conversation, "body": "answer", "attachments": []}});
    one.say(answer).await;
    one.expect("Accepted").await;
    drop(one);
    tokio::time::advance(std::time::Duration::from_secs(90)).await;
    is_given_nothing(&mut two).await;
    visitor.say(json!({"Send": {"client_id": cid(2), "conversation": conversation, "new": false, "body": "more"}})).await;
    assert_eq!(
        given(&mut two).await,
        conversation,
        "the visitor waits, and their agent has been gone for long"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_a_departments_waits_for_its_members() {
    let department = |id: &str, member: &str| Department {
        id: id.into(),
        name: [("en".to_owned(), id.to_owned())].into(),
        members: vec![member.into()],
        offered: true,
    };
    let rig = rig_with(vec![department("sales", "ada"), department("repairs", "can")]).await;
    let (ada, can) =
        (rig.sign_in("ada", "shop", Role::Agent).await, rig.sign_in("can", "shop", Role::Agent).await);
    let (mut can, _) = rig.agent(can, json!({})).await;
    let (mut visitor, _) = rig.visitor(json!({})).await;
    let mut first = send(1, "a price, please");
    first["Send"]["about"] = json!({"topic": "sales", "answers": []});
    visitor.say(first).await;
    let wanted = visitor.expect("Accepted").await["conversation"].clone();
    is_given_nothing(&mut can).await;
    let (mut ada, _) = rig.agent(ada, json!({})).await;
    assert_eq!(given(&mut ada).await, wanted, "whoever answers there has come");
    ada.say(json!({"Transfer": {"conversation": wanted, "department": "repairs"}})).await;
    assert_eq!(given(&mut can).await, wanted, "sent on, it is given there");
    can.say(json!({"Transfer": {"conversation": wanted, "department": "gone"}})).await;
    assert_eq!(can.expect("Refused").await["code"], "NotFound");
    visitor.say(json!({"Ping": {"nonce": 3}})).await;
    let (kind, content) = loop {
        let (kind, content) = visitor.event().await;
        assert!(!content.to_string().contains("repairs"), "{kind} {content}");
        if kind == "Pong" {
            break (kind, content);
        }
    };
    assert_eq!((kind.as_str(), &content["nonce"]), ("Pong", &json!(3)));
}
