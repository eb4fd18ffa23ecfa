//! What an agent has begun to write: it is on their other devices, is never another's, and is not written over unseen.
use merhaba_tests::{
    browser::{Browser, Driver},
    http,
    relay::{Relay, Site},
    screen::{FIELD, sign_in},
    wire::{Wire, sign_in as signed_in},
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Stage {
    relay: Relay,
    visitor: Wire,
    conversation: String,
    _folder: TempDir,
}

async fn stage() -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let (visitor, conversation) = Wire::asking(&relay, &Site::demo(), "visitor-1;").await;
    Stage { relay, visitor, conversation, _folder: folder }
}

impl Stage {
    async fn ask(&self, bearer: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let bearer = format!("Bearer {bearer}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http::send(self.relay.authority(), method, path, &headers, body.as_bytes()).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    fn path(&self) -> String {
        format!("/api/v1/conversations/{}/drafts", self.conversation)
    }
}

fn begun(note: bool, version: u64, body: &str) -> Value {
    json!({ "note": note, "version": version, "body": body })
}

#[tokio::test]
async fn a_draft_is_its_agents_and_follows_a_version() {
    let mut stage = stage().await;
    let one = stage.relay.add_agent_named(&Site::demo(), "ada@example.com", "Ada", "agent").await;
    let two = stage.relay.add_agent_named(&Site::demo(), "can@example.com", "Can", "owner").await;
    let other = stage.relay.add_site("Other", &["https://other.example"]).await;
    let eva = stage.relay.add_agent_named(&other, "eva@example.com", "Eva", "owner").await;
    let mut colleague = Wire::answering(&stage.relay, &two).await;
    let (one, two, eva) = (
        signed_in(&stage.relay, &one).await,
        signed_in(&stage.relay, &two).await,
        signed_in(&stage.relay, &eva).await,
    );
    let path = stage.path();
    let (status, kept) = stage.ask(&one, "PUT", &path, begun(false, 0, "gizli taslak")).await;
    assert_eq!(status, 200, "{kept}");
    let version = kept["version"].as_u64().expect("a version");
    assert_eq!(stage.ask(&one, "PUT", &path, begun(true, 0, "gizli not")).await.0, 200);
    let (_, mine) = stage.ask(&one, "GET", &path, Value::Null).await;
    assert_eq!(mine["drafts"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&mine["drafts"][0]["body"], &mine["drafts"][1]["note"]),
        (&json!("gizli taslak"), &json!(true))
    );
    // Nobody else is told: not a colleague, not another site, not the visitor.
    assert_eq!(stage.ask(&two, "GET", &path, Value::Null).await, (200, json!({ "drafts": [] })));
    assert_eq!(stage.ask(&two, "GET", "/api/v1/drafts", Value::Null).await, (200, json!({ "drafts": [] })));
    for (method, body) in [("GET", Value::Null), ("PUT", begun(false, 0, "x"))] {
        assert_eq!(stage.ask(&eva, method, &path, body).await.0, 404);
    }
    let told = [colleague.all_so_far().await, stage.visitor.all_so_far().await];
    assert!(!format!("{told:?}").contains("gizli"), "{told:?}");
    // An older version changes nothing; the right one does, and so on until it is gone.
    assert_eq!(stage.ask(&one, "PUT", &path, begun(false, 0, "over it")).await.1["code"], "Behind");
    let (_, next) = stage.ask(&one, "PUT", &path, begun(false, version, "second")).await;
    let next = next["version"].as_u64().expect("a version");
    assert!(next > version);
    assert_eq!(stage.ask(&one, "PUT", &path, begun(false, version, "")).await.1["code"], "Behind");
    assert_eq!(stage.ask(&one, "PUT", &path, begun(false, next, "")).await, (200, json!({ "version": 0 })));
    assert_eq!(
        stage.ask(&one, "PUT", &path, begun(false, next, "")).await.0,
        200,
        "a repeat comes to the same"
    );
    assert_eq!(stage.ask(&one, "PUT", &path, begun(false, next, "again")).await.1["code"], "Behind");
    let (_, all) = stage.ask(&one, "GET", "/api/v1/drafts", Value::Null).await;
    assert_eq!(all["drafts"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["drafts"][0]["body"], Value::Null, "a list has no texts");
    assert_eq!(stage.ask(&one, "PUT", &path, begun(false, 0, &"x".repeat(10_001))).await.0, 400);
}

/// The demo's agent at another device.
async fn device(driver: &Driver, stage: &Stage) -> Browser {
    let browser = driver.browser().await;
    sign_in(&browser, &stage.relay).await;
    browser.until("document.querySelector('#list[aria-busy=false] .item')").await;
    browser
}

async fn open(agent: &Browser) {
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
}

/// Whoever looks at the page again sees what was done elsewhere.
const LOOKED_AT: &str = "document.dispatchEvent(new Event('visibilitychange'))";
const MARK: &str = "document.querySelector('#list .item .draft')";

#[tokio::test]
async fn what_is_begun_on_one_device_is_on_the_other_until_it_is_sent() {
    let stage = stage().await;
    let driver = Driver::start().await;
    let (desk, phone) = (device(&driver, &stage).await, device(&driver, &stage).await);
    open(&desk).await;
    desk.type_into(FIELD, "agent-1").await;
    desk.until(MARK).await;
    open(&phone).await;
    phone.until(&format!("{FIELD}.value === 'agent-1' && {MARK}")).await;
    phone.type_into(FIELD, ";\u{e007}").await;
    phone.until(&format!("{FIELD}.value === '' && !{MARK}")).await;
    desk.run(LOOKED_AT).await;
    desk.until(&format!("{FIELD}.value === '' && !{MARK}")).await;
    desk.close().await;
    phone.close().await;
}

#[tokio::test]
async fn two_devices_do_not_write_over_each_other_unseen() {
    let stage = stage().await;
    let driver = Driver::start().await;
    let (desk, phone) = (device(&driver, &stage).await, device(&driver, &stage).await);
    open(&desk).await;
    open(&phone).await;
    desk.type_into(FIELD, "from the desk").await;
    desk.until(MARK).await;
    phone.type_into(FIELD, "from the phone").await;
    let asks = "document.querySelector('.clash')";
    phone.until(&format!("{asks} && {asks}.querySelector('q').textContent === 'from the desk'")).await;
    phone.until(&format!("{FIELD}.value === 'from the phone'")).await;
    phone.click(&format!("{asks}.querySelectorAll('button')[1]")).await;
    phone.until(&format!("!{asks} && {FIELD}.value === 'from the phone'")).await;
    phone.until(MARK).await;
    // The desk has nothing new of its own: it takes up what is newer.
    desk.until(&format!("({LOOKED_AT}, {FIELD}.value === 'from the phone')")).await;
    phone.reload().await;
    phone.until(&format!("{FIELD} && {FIELD}.value === 'from the phone'")).await;
    phone.close().await;
    desk.close().await;
}
