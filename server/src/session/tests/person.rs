//! Who writes, as agents see it beside the thread: nothing is kept before the first message, nothing goes to another site's
//! agents or to a visitor, and where somebody is follows while it is looked at.
use super::*;
use crate::clock::simulated::Simulation;
use merhaba_shared::protocol::limits::{ATTRIBUTES, TRAIL, VISIT_ENDS_MS};

fn page(path: &str) -> Value {
    json!({"url": format!("https://shop.example/{path}?token=secret#x"), "title": path, "referrer": "https://search.example/?q=tea"})
}

fn go(path: &str) -> Value {
    json!({ "Page": page(path) })
}

/// The names of the pages, in order.
fn trail(visit: &Value) -> Vec<String> {
    let steps = visit["trail"].as_array().expect("a trail");
    steps.iter().map(|step| step["title"].as_str().expect("a title").to_owned()).collect()
}

async fn ask(agent: &mut Client, conversation: &Value) -> Value {
    agent.say(json!({"Person": {"conversation": conversation}})).await;
    agent.expect("Person").await
}

/// A visitor who has walked and then written, and an agent of the site.
async fn met(rig: &Rig) -> (Client, Value, Client) {
    let ada = rig.sign_in("ada", "shop", Role::Trainee).await;
    let (mut visitor, _) = rig.visitor(json!({"page": page("home")})).await;
    visitor.say(go("teapots")).await;
    visitor.say(json!({"Attributes": {"plan": "Usta", "seats": 3}})).await;
    visitor.say(send(1, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    visitor.expect("Message").await;
    let (agent, _) = rig.agent(ada, json!({})).await;
    (visitor, conversation, agent)
}

#[tokio::test(start_paused = true)]
async fn an_agent_sees_where_the_visitor_was_before_they_wrote_and_follows_them() {
    let rig = Rig::with(false).await;
    let (visitor, conversation, mut agent) = met(&rig).await;
    let person = ask(&mut agent, &conversation).await;
    let visit = &person["visit"];
    assert_eq!(trail(visit), ["home", "teapots"]);
    assert_eq!(visit["trail"][1]["url"], "https://shop.example/teapots", "without query and fragment");
    assert_eq!(visit["referrer"], "https://search.example/");
    assert_eq!(visit["device"], json!({"browser": "Firefox", "system": "Android", "form": "Phone"}));
    assert_eq!(
        visit["attributes"],
        json!([{"name": "plan", "value": "Usta"}, {"name": "seats", "value": "3"}])
    );
    assert_eq!(
        (&person["identity"], &person["here"], &person["conversations"]),
        (&json!("Anonymous"), &json!(true), &json!(1))
    );
    visitor.say(go("cart")).await;
    assert_eq!(trail(&agent.expect("Visit").await), ["home", "teapots", "cart"]);
    visitor.say(go("cart")).await;
    assert_eq!(trail(&agent.expect("Visit").await), ["home", "teapots", "cart"], "loaded again");
    visitor.say(json!({"Attributes": {"plan": "Kalfa"}})).await;
    assert_eq!(agent.expect("Visit").await["attributes"], json!([{"name": "plan", "value": "Kalfa"}]));
    drop(visitor);
    assert_eq!(agent.expect("Here").await["here"], false);
    assert_eq!(ask(&mut agent, &conversation).await["here"], false);
}

/// Whether these words stand in any file of the store.
fn kept_anywhere(rig: &Rig, words: &str) -> bool {
    let files = std::fs::read_dir(rig.dir.path()).expect("a folder").filter_map(Result::ok);
    let contents = files.filter_map(|entry| std::fs::read(entry.path()).ok());
    contents.into_iter().any(|bytes| bytes.windows(words.len()).any(|part| part == words.as_bytes()))
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_somebody_who_has_not_written() {
    let rig = Rig::with(false).await;
    let (mut silent, _) = rig.visitor(json!({"page": page("home")})).await;
    for path in ["teapots", "cart"] {
        silent.say(go(path)).await;
    }
    silent.say(json!({"Attributes": {"plan": "Usta"}})).await;
    silent.say(json!({"Ping": {"nonce": 1}})).await;
    silent.expect("Pong").await;
    assert!(!kept_anywhere(&rig, "shop.example") && !kept_anywhere(&rig, "Usta"));
    // A message that is refused stores nothing either; one that is taken brings all of it.
    silent.say(send(1, " ")).await;
    silent.expect("Refused").await;
    assert!(!kept_anywhere(&rig, "shop.example"));
    silent.say(send(2, "question")).await;
    silent.expect("Message").await;
    assert!(kept_anywhere(&rig, "shop.example/teapots") && kept_anywhere(&rig, "Usta"));
    assert!(!kept_anywhere(&rig, "token=secret") && !kept_anywhere(&rig, "Gecko"));
}

#[tokio::test(start_paused = true)]
async fn another_sites_agent_is_told_nothing() {
    let rig = Rig::with(false).await;
    rig.site("other").await;
    let eva = rig.sign_in("eva", "other", Role::Owner).await;
    let (mut visitor, conversation, _agent) = met(&rig).await;
    let (mut eva, _) = rig.agent(eva, json!({})).await;
    for before in [Value::Null, conversation.clone()] {
        eva.say(json!({"Person": {"conversation": conversation, "before": before}})).await;
        assert_eq!(eva.expect("Refused").await["code"], "NotFound");
    }
    visitor.say(go("cart")).await;
    visitor.say(json!({"Ping": {"nonce": 1}})).await;
    visitor.expect("Pong").await;
    drop(visitor);
    eva.silence().await;
}

#[tokio::test(start_paused = true)]
async fn a_page_is_told_of_one_person_at_a_time_and_a_visitor_of_none() {
    let rig = Rig::with(false).await;
    let (ali, of_ali, mut agent) = met(&rig).await;
    let (mut veli, _) = rig.visitor(json!({"page": page("home")})).await;
    veli.say(send(1, "another")).await;
    let of_veli = veli.expect("Accepted").await["conversation"].clone();
    veli.expect("Message").await;
    ask(&mut agent, &of_ali).await;
    ask(&mut agent, &of_veli).await;
    ali.say(go("cart")).await;
    veli.say(go("sale")).await;
    let visit = agent.expect("Visit").await;
    assert_eq!(trail(&visit).last().map(String::as_str), Some("sale"), "{visit}");
    veli.say(json!({"Ping": {"nonce": 1}})).await;
    loop {
        let (kind, _) = veli.event().await;
        assert!(!["Visit", "Person", "Here"].contains(&kind.as_str()), "{kind}");
        if kind == "Pong" {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_trail_is_bounded_and_whoever_rushes_is_followed_a_moment_later() {
    let rig = Rig::with(false).await;
    let (mut visitor, conversation, mut agent) = met(&rig).await;
    ask(&mut agent, &conversation).await;
    for n in 0..TRAIL + 20 {
        visitor.say(go(&format!("p{n}"))).await;
    }
    visitor.say(json!({"Ping": {"nonce": 1}})).await;
    visitor.expect("Pong").await;
    let mut told = 0;
    while let Ok(Frame::Text(text)) = agent.from.try_recv() {
        told += usize::from(text.starts_with(b"{\"Visit\""));
    }
    assert!(told <= 11, "{told} of {}", TRAIL + 20);
    tokio::time::advance(std::time::Duration::from_secs(20)).await;
    visitor.say(json!({"Ping": {"nonce": 2}})).await;
    let visit = loop {
        let visit = agent.expect("Visit").await;
        if trail(&visit).last().map(String::as_str) == Some(&*format!("p{}", TRAIL + 19)) {
            break visit;
        }
    };
    assert_eq!(trail(&visit).len(), TRAIL);
    let many: serde_json::Map<_, _> = (0..99).map(|n| (n.to_string(), json!("x"))).collect();
    visitor.say(json!({ "Attributes": many })).await;
    assert_eq!(agent.expect("Visit").await["attributes"].as_array().map(Vec::len), Some(ATTRIBUTES));
    visitor.say(json!({"Attributes": [1]})).await;
    assert_eq!(visitor.expect("Refused").await["code"], "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_later_begins_another_visit_and_a_lost_line_is_none() {
    let time = Simulation::begin(7);
    let rig = Rig::with(false).await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut visitor, welcome) = rig.visitor(json!({"page": page("home")})).await;
    let token = welcome["token"].clone();
    visitor.say(send(1, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    visitor.expect("Message").await;
    drop(visitor);
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    time.jump(VISIT_ENDS_MS - 60_000);
    let again = json!({"page": page("cart"), "token": token});
    let (visitor, _) = rig.visitor(again).await;
    let person = ask(&mut agent, &conversation).await;
    assert_eq!(trail(&person["visit"]), ["home", "cart"], "the same visit");
    drop(visitor);
    time.jump(VISIT_ENDS_MS);
    let lost = json!({"page": page("cart"), "token": token, "epoch": "epoch"});
    let (visitor, _) = rig.visitor(lost).await;
    assert_eq!(
        trail(&ask(&mut agent, &conversation).await["visit"]),
        ["home", "cart"],
        "nothing was said yet"
    );
    drop(visitor);
    let (_visitor, _) = rig.visitor(json!({"page": page("sale"), "token": token})).await;
    assert_eq!(trail(&ask(&mut agent, &conversation).await["visit"]), ["sale"]);
}

#[tokio::test(start_paused = true)]
async fn who_says_a_name_claims_it() {
    let rig = Rig::with(false).await;
    let (mut visitor, conversation, mut agent) = met(&rig).await;
    let mut named = send(2, "it is me");
    named["Send"]["about"] = json!({"name": "Elif", "verified": true, "identity": "Verified"});
    visitor.say(named).await;
    visitor.expect("Accepted").await;
    assert_eq!(ask(&mut agent, &conversation).await["identity"], "Claimed");
}
