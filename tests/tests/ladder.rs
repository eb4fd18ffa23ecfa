//! A visitor whom nobody answers, in real browsers: more of the team hears of it, each at their time; a list and a number say
//! how many there are; and whoever needs an owner calls one. Time passes in the store, while the relay is stopped.
use merhaba_tests::{
    browser::Browser,
    http,
    relay::Relay,
    screen::FIELD,
    stage::Stage,
    wire::{self, Wire},
};
use serde_json::json;

/// The conversation that is open.
const LOG: &str = "document.querySelector('[role=log]').textContent";
const TOAST: &str = "((document.querySelector('.toast') || {}).textContent || '')";
/// The list of what nobody answers.
const LIST: &str = "document.querySelector('[data-list=Unattended]')";

/// Stops the relay, lets everybody who waits have waited so many seconds more, and starts it again.
async fn wait_more(stage: &mut Stage, seconds: i64) {
    stage.relay.kill().await;
    let db = rusqlite::Connection::open(stage.relay.data().join("merhaba.db")).expect("the store");
    for table in ["heads", "conversations"] {
        let sql = format!("UPDATE {table} SET waiting_since = waiting_since - ?1 * 1000");
        db.execute(&sql, [seconds]).expect("it takes it");
    }
    drop(db);
    stage.relay = Relay::start(stage.relay.same_again()).await;
}

async fn shows(agent: &Browser, count: usize) {
    let shown =
        format!("!{LIST}.hidden && ({LIST}.querySelector('.count') || {{}}).textContent === '{count}'");
    agent.until(&shown).await;
}

async fn open(agent: &Browser) {
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
}

/// What the visitor has been told says nothing of it.
async fn knows_nothing(visitor: &mut Wire) {
    let told = format!("{:?}", visitor.all_so_far().await);
    for word in ["rung", "Climbed", "Escalated", "Unattended", "gizli"] {
        assert!(!told.contains(word), "{word} in {told}");
    }
}

#[tokio::test]
async fn what_nobody_answers_climbs_and_is_a_number_on_the_screen() {
    let (mut stage, _visitor) = Stage::with(1).await;
    let (owner, agent) = (stage.agent("Defne", "owner").await, stage.agent("Mert", "agent").await);
    assert_eq!(agent.run(&format!("return {LIST}.hidden")).await, true, "one list less while nobody waits");
    // Ten seconds before the team's two minutes are over: both pages are back by then and hear it.
    wait_more(&mut stage, 110).await;
    for page in [&owner, &agent] {
        page.until(&format!("{TOAST}.includes('still waiting')")).await;
        shows(page, 1).await;
        page.until("document.querySelector('#list .item .told').textContent === 'Team told'").await;
        page.until("document.title.startsWith('❗')").await;
    }
    agent.click(LIST).await;
    agent.until("document.querySelector('#list[aria-busy=false] .item .told')").await;
    open(&agent).await;
    agent.until(&format!("{LOG}.includes('the whole team was told')")).await;
    agent.type_into(FIELD, "agent-1;\u{e007}").await;
    for page in [&owner, &agent] {
        page.until(&format!("({LIST}.querySelector('.count') || {{}}).textContent !== '1'")).await;
        page.until("!document.title.startsWith('❗')").await;
    }
    agent
        .until("document.querySelector('#list .empty').textContent.includes('Nobody waits unattended')")
        .await;
    owner.close().await;
    agent.close().await;
}

#[tokio::test]
async fn what_came_due_while_nobody_ran_climbs_one_rung_at_once() {
    let (mut stage, _visitor) = Stage::with(2).await;
    wait_more(&mut stage, 36_000).await;
    let agent = stage.agent("Mert", "agent").await;
    shows(&agent, 2).await;
    let told = "[...document.querySelectorAll('#list .item .told')].map(it => it.textContent).join()";
    agent.until(&format!("{told} === 'Team told,Team told'")).await;
    agent.close().await;
}

#[tokio::test]
async fn a_trainee_calls_the_owner_who_hears_of_it_and_the_visitor_does_not() {
    let (stage, mut visitor) = Stage::with(1).await;
    let (owner, mert) = (stage.agent("Defne", "owner").await, stage.agent("Mert", "agent").await);
    let trainee = stage.agent("Can", "trainee").await;
    open(&trainee).await;
    trainee.run("document.activeElement.blur()").await;
    for kind in ["keyDown", "keyUp"] {
        let text = if kind == "keyDown" { "h" } else { "" };
        trainee.command("Input.dispatchKeyEvent", json!({ "type": kind, "key": "h", "text": text })).await;
    }
    trainee.until("document.activeElement.id === 'escalate-reason'").await;
    assert_eq!(
        trainee.run("return document.querySelector('#escalate-send').disabled").await,
        true,
        "no reason"
    );
    trainee.type_into("document.querySelector('#escalate-reason')", "gizli neden").await;
    trainee.click("document.querySelector('#escalate-send')").await;
    trainee.until("!document.querySelector('#escalation').open").await;
    trainee.until(&format!("{LOG}.includes('Can called owners and admins: gizli neden')")).await;
    owner.until(&format!("{TOAST}.includes('needs an owner or admin')")).await;
    shows(&owner, 1).await;
    owner.until("document.querySelector('#list .item .told').textContent === 'Owners told'").await;
    shows(&mert, 1).await;
    assert_eq!(mert.run(&format!("return {TOAST}")).await, "", "that is the owners' and admins'");
    knows_nothing(&mut visitor).await;
    open(&owner).await;
    owner.click("document.querySelector('#claim')").await;
    owner.until(&format!("!({LIST}.querySelector('.count') || {{}}).textContent.match(/[1-9]/)")).await;
    for page in [owner, mert, trainee] {
        page.close().await;
    }
}

#[tokio::test]
async fn an_owner_sets_the_times_of_the_ladder() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let owner = relay.add_agent(&site, "defne@example.com", "owner").await;
    let bearer = format!("Bearer {}", wire::sign_in(&relay, &owner).await);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let path = format!("/api/v1/sites/{}", site.key);
    for (team, admins, status) in
        [(1, 9, 200), (0, 0, 200), (3, 0, 200), (0, 4, 200), (5, 5, 400), (2, 1_441, 400)]
    {
        let body = json!({ "routing": { "team_minutes": team, "admins_minutes": admins } }).to_string();
        let answer = http::send(relay.authority(), "PATCH", &path, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, status, "{team} {admins}: {}", answer.text());
        if status == 200 {
            let routing = &answer.json()["routing"];
            assert_eq!(
                (&routing["team_minutes"], &routing["admins_minutes"]),
                (&json!(team), &json!(admins))
            );
        }
    }
}
