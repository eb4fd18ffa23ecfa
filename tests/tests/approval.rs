//! What a trainee writes: nowhere a visitor can look before somebody has let it go, over a restart too; and how a trainee and
//! colleagues do that in a browser.
use merhaba_tests::{
    browser::Browser,
    http,
    relay::{Relay, Site},
    screen::{FIELD, write},
    stage::Stage,
    wire::{self, Wire, client_id},
};
use serde_json::{Value, json};

/// The words that nobody has let go.
const SECRET: &str = "gizli fiyat 1234";
const CARD: &str = "document.querySelector('.proposal')";
const TOAST: &str = "(document.querySelector('.toast') || {}).textContent || ''";

/// All that the relay shows a visitor who has this token, by whatever way it can be asked.
async fn all_that_is_shown(relay: &Relay, site: &Site, token: &str, conversation: &str) -> String {
    let (mut wire, welcome) = Wire::greeted(relay, site, Some(token), json!([])).await;
    wire.say(json!({ "History": { "conversation": conversation, "before": null, "limit": 50 } })).await;
    let mut shown = format!("{welcome}{}{:?}", wire.hear("History").await, wire.all_so_far().await);
    let resume = json!([{ "conversation": conversation, "after": 0 }]);
    let (mut again, welcome) = Wire::greeted(relay, site, Some(token), resume).await;
    let told = format!("{welcome}{:?}", again.all_so_far().await);
    shown += &told;
    let bearer = format!("Bearer {token}");
    let headers =
        [("Authorization", bearer.as_str()), ("Merhaba-Site", site.key.as_str()), ("Origin", relay.url())];
    for path in [
        "/api/v1/visitor/conversations".to_owned(),
        format!("/api/v1/visitor/conversations/{conversation}/entries"),
        "/api/v1/visitor/unread?lang=tr".to_owned(),
    ] {
        let answer = http::send(relay.authority(), "GET", &path, &headers, b"").await;
        assert_eq!(answer.status, 200, "{path} {}", answer.text());
        shown += &answer.text();
    }
    let cookie = format!("v={}:{token}", site.key);
    let headers = [("Cookie", cookie.as_str())];
    for path in [format!("/c/{}?lang=tr", site.key), format!("/w/{}?lang=tr", site.key)] {
        shown += &http::send(relay.authority(), "GET", &path, &headers, b"").await.text();
    }
    shown
}

#[tokio::test]
async fn no_byte_of_it_is_anywhere_a_visitor_looks_before_it_is_let_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let (can, defne) = (
        relay.add_agent_named(&site, "can@example.com", "Can", "trainee").await,
        relay.add_agent(&site, "defne@example.com", "agent").await,
    );
    let (mut visitor, welcome) = Wire::greeted(&relay, &site, None, json!([])).await;
    let token = welcome["token"].as_str().expect("a token").to_owned();
    let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": "alo", "attachments": [] });
    visitor.say(json!({ "Send": send })).await;
    let conversation = visitor.hear("Accepted").await["conversation"].as_str().expect("an id").to_owned();
    let id = client_id();
    let propose = json!({ "Propose": { "client_id": id, "conversation": conversation, "body": SECRET } });
    let mut trainee = Wire::answering(&relay, &can).await;
    trainee.say(propose.clone()).await;
    let number = trainee.hear("Accepted").await["seq"].clone();
    let heard = format!("{:?}", visitor.all_so_far().await);
    let shown = all_that_is_shown(&relay, &site, &token, &conversation).await;
    assert!(shown.contains("alo"), "it shows what was said: {shown}");
    assert!(!heard.contains(SECRET) && !shown.contains(SECRET), "{heard} {shown}");
    drop((visitor, trainee));

    let relay = relay.again().await;
    let mut trainee = Wire::answering(&relay, &can).await;
    trainee.say(propose).await;
    assert_eq!(trainee.hear("Accepted").await["seq"], number, "it is kept, and sent again it is the same");
    let shown = all_that_is_shown(&relay, &site, &token, &conversation).await;
    assert!(!shown.contains(SECRET), "{shown}");
    let mut agent = Wire::answering(&relay, &defne).await;
    agent.say(json!({ "List": { "filter": "Approval", "cursor": null, "limit": 9 } })).await;
    assert_eq!(agent.hear("Inbox").await["conversations"][0]["conversation"], conversation.as_str());
    assert_eq!(agent.hear_where("Counts", |counts| counts["site"] == site.key.as_str()).await["approval"], 1);
    let decide = json!({ "conversation": conversation, "number": number, "verdict": "Approved", "text": "" });
    agent.say(json!({ "Decide": decide })).await;
    assert_eq!(agent.hear("Decided").await["won"], true);
    let shown = all_that_is_shown(&relay, &site, &token, &conversation).await;
    assert!(shown.contains(SECRET), "{shown}");
}

struct Scene {
    stage: Stage,
    visitor: Wire,
    owner: Browser,
    trainee: Browser,
}

/// A demo with a visitor who has asked, its owner, and a trainee; both have the conversation open.
async fn scene() -> Scene {
    let (stage, visitor) = Stage::asked("visitor-1;").await;
    let (owner, trainee) = (stage.first().await, stage.agent("Can", "trainee").await);
    for agent in [&owner, &trainee] {
        agent.click("document.querySelector('#list .item')").await;
        agent.until(FIELD).await;
    }
    Scene { stage, visitor, owner, trainee }
}

impl Scene {
    /// What the visitor is told next by an agent.
    async fn told(&mut self) -> Value {
        self.visitor.hear_where("Message", |message| message["author"]["Agent"].is_object()).await
    }

    async fn end(self) {
        self.owner.close().await;
        self.trainee.close().await;
    }
}

fn button(words: &str) -> String {
    format!(
        "[...document.querySelectorAll('.proposal button')].find(it => it.textContent.includes({words:?}))"
    )
}

#[tokio::test]
async fn a_trainees_answer_is_returned_with_a_reason_and_goes_when_it_is_good() {
    let mut scene = scene().await;
    scene.trainee.until("document.querySelector('#send').textContent.includes('Send for approval')").await;
    write(&scene.trainee, "agent-1;").await;
    scene.trainee.until(&format!("{CARD} && {}", button("Take back"))).await;
    scene.owner.until(&format!("{CARD} && {CARD}.querySelector('.words').textContent === 'agent-1;'")).await;
    let not_said = "!document.querySelector('.bubble') || ![...document.querySelectorAll('.bubble')].some(it => it.textContent.includes('agent'))";
    assert_eq!(scene.owner.run(&format!("return {not_said}")).await, true, "nothing like a message");
    scene.owner.until("document.querySelector('[data-list=Approval] .count').textContent === '1'").await;
    assert_eq!(scene.trainee.run("return document.querySelectorAll('.proposal .btn.main').length").await, 0);

    scene.owner.click(&button("Return")).await;
    scene.owner.type_into("document.querySelector('.proposal textarea')", "daha kibar").await;
    scene.owner.click(&button("Return")).await;
    scene
        .trainee
        .until(&format!("{CARD}.classList.contains('ended') && {CARD}.textContent.includes('daha kibar')"))
        .await;
    scene.trainee.until(&format!("({TOAST}).includes('returned your answer')")).await;
    scene.trainee.until(&format!("{FIELD}.value === 'agent-1;'")).await;
    scene.owner.until("document.querySelector('[data-list=Approval] .count').textContent === '0'").await;

    // Better now: it goes, as the trainee's own.
    scene.trainee.run(&format!("{FIELD}.select()")).await;
    scene.trainee.type_into(FIELD, "agent-2;\u{e007}").await;
    scene.owner.until(&button("Approve and send")).await;
    scene.owner.click(&button("Approve and send")).await;
    let told = scene.told().await;
    assert_eq!((&told["body"], &told["author"]["Agent"]["name"]), (&json!("agent-2;"), &json!("Can")));
    for agent in [&scene.owner, &scene.trainee] {
        agent.until("[...document.querySelectorAll('.row.out .bubble')].map(it => it.textContent).join() === 'agent-2;'").await;
        agent.until("document.querySelectorAll('.proposal').length === 1").await;
        agent
            .until("document.querySelector('[role=log]').textContent.includes('approved Can’s answer')")
            .await;
    }
    scene.end().await;
}

#[tokio::test]
async fn it_goes_in_other_words_and_whoever_is_late_is_told_who_was_faster() {
    let mut scene = scene().await;
    write(&scene.trainee, "agent-1;").await;
    scene.owner.until(&button("Edit")).await;
    scene.owner.click(&button("Edit")).await;
    scene.owner.until("document.querySelector('.proposal textarea').value === 'agent-1;'").await;
    // A colleague decides meanwhile, and the page of the first does not know it yet: its line is held up.
    let mert = scene.stage.relay.add_agent_named(&Site::demo(), "mert@example.com", "Mert", "agent").await;
    let mut mert = Wire::answering(&scene.stage.relay, &mert).await;
    scene.owner.run("document.querySelector('.proposal textarea').select()").await;
    scene.owner.type_into("document.querySelector('.proposal textarea')", "agent-2;").await;
    scene.owner.click(&button("Approve and send these words")).await;
    assert_eq!(scene.told().await["body"], "agent-2;");
    scene.trainee.until(&format!("{CARD}.textContent.includes('changed it before it was sent')")).await;
    let row = {
        mert.say(json!({ "List": { "filter": "Open", "cursor": null, "limit": 9 } })).await;
        mert.hear("Inbox").await["conversations"][0].clone()
    };
    let decide =
        json!({ "conversation": row["conversation"], "number": 1, "verdict": "Approved", "text": "" });
    mert.say(json!({ "Decide": decide })).await;
    let late = mert.hear("Decided").await;
    assert_eq!((&late["won"], &late["verdict"]), (&json!(false), &json!("Changed")));
    scene.end().await;
}

#[tokio::test]
async fn one_takes_back_what_one_wrote() {
    let scene = scene().await;
    write(&scene.trainee, "agent-1;").await;
    scene.trainee.until(&button("Take back")).await;
    scene.trainee.click(&button("Take back")).await;
    scene.trainee.until(&format!("{FIELD}.value === 'agent-1;'")).await;
    scene.owner.until(&format!("{CARD}.textContent.includes('taken back, not sent')")).await;
    assert_eq!(scene.owner.run("return document.querySelectorAll('.proposal button').length").await, 0);
    scene.end().await;
}

#[tokio::test]
async fn whoever_may_approve_hears_of_it_and_finds_it_in_a_list_of_its_own() {
    let mut scene = scene().await;
    let mert = scene.stage.agent("Mert", "agent").await;
    let list = "document.querySelector('[data-list=Approval]')";
    assert_eq!(mert.run(&format!("return {list}.hidden")).await, true, "one list less while nothing waits");
    write(&scene.trainee, "agent-1;").await;
    mert.until(&format!("({TOAST}).includes('waits for your approval')")).await;
    mert.until(&format!("!{list}.hidden && {list}.querySelector('.count').textContent === '1'")).await;
    mert.click(list).await;
    mert.until("document.querySelector('#list[aria-busy=false] .item .asks')").await;
    mert.click("document.querySelector('#list .item')").await;
    mert.until(&button("Approve and send")).await;
    mert.click(&button("Approve and send")).await;
    assert_eq!(scene.told().await["body"], "agent-1;");
    mert.until("document.querySelector('#list .empty').textContent.includes('No answer waits for approval')")
        .await;
    mert.close().await;
    scene.end().await;
}

#[tokio::test]
async fn an_owner_sets_within_what_time_answers_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let owner = relay.add_agent(&site, "defne@example.com", "owner").await;
    let bearer = format!("Bearer {}", wire::sign_in(&relay, &owner).await);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let path = format!("/api/v1/sites/{}", site.key);
    for (minutes, status) in [(30, 200), (0, 200), (10_081, 400)] {
        let body = json!({ "routing": { "target_minutes": minutes } }).to_string();
        let answer = http::send(relay.authority(), "PATCH", &path, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 200 {
            assert_eq!(answer.json()["routing"]["target_minutes"], minutes);
        } else {
            assert!(answer.text().contains("10080 minutes"), "{}", answer.text());
        }
    }
}
