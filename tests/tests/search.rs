//! Searching in a real browser and over REST: what was written is found a moment later, its place is gone to, and the list
//! is as it was when one comes back.
use merhaba_tests::{
    browser::{Browser, Driver},
    http,
    relay::{Agent, Relay, Site},
    screen::sign_in_as,
    wire::{Wire, client_id, sign_in},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SEARCH: &str = "document.querySelector('#search')";
const FOUND: &str = "document.querySelectorAll('#found .item')";
const LOG: &str = "document.querySelector('[role=log]')";
/// A message is found at the latest after this.
const FOUND_WITHIN: Duration = Duration::from_secs(20);

struct Stage {
    relay: Relay,
    agent: Agent,
    wire: Wire,
    _folder: TempDir,
}

async fn stage() -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let agent = relay.add_agent_named(&Site::demo(), "defne@example.com", "Defne", "agent").await;
    let wire = Wire::answering(&relay, &agent).await;
    Stage { relay, agent, wire, _folder: folder }
}

/// What a relay finds for somebody.
async fn search(relay: &Relay, bearer: &str, query: &str) -> Value {
    let bearer = format!("Bearer {bearer}");
    let path = format!("/api/v1/search?q={query}");
    let answer = http::send(relay.authority(), "GET", &path, &[("Authorization", &bearer)], b"").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

impl Stage {
    /// A visitor's first message; its conversation.
    async fn asks(&self, text: &str) -> String {
        Wire::asking(&self.relay, &Site::demo(), text).await.1
    }

    async fn answers(&mut self, conversation: &str, text: &str) {
        let reply = json!({ "client_id": client_id(), "conversation": conversation, "body": text, "attachments": [] });
        self.wire.say(json!({ "Reply": reply })).await;
        self.wire.hear("Accepted").await;
    }

    /// Waits until so many are found.
    async fn indexed(&self, query: &str, count: usize) -> Value {
        let bearer = sign_in(&self.relay, &self.agent).await;
        let (began, mut again) = (Instant::now(), tokio::time::interval(Duration::from_millis(100)));
        loop {
            again.tick().await;
            let found = search(&self.relay, &bearer, query).await;
            if found["hits"].as_array().is_some_and(|hits| hits.len() == count) {
                return found;
            }
            assert!(began.elapsed() < FOUND_WITHIN, "{query}: {found}");
        }
    }

    async fn page(&self, driver: &Driver) -> Browser {
        let browser = driver.browser().await;
        sign_in_as(&browser, &self.relay, &self.agent.email, &self.agent.password).await;
        browser.until("document.querySelector('#list[aria-busy=false] .item')").await;
        browser
    }
}

#[tokio::test]
async fn a_place_far_up_is_gone_to_and_the_list_is_as_it_was() {
    let mut stage = stage().await;
    let conversation = stage.asks("Kargom ISPARTA şubesinde kaldı").await;
    for number in 0..130 {
        stage.answers(&conversation, &format!("agent-{number};")).await;
    }
    stage.wire.say(json!({ "Resolve": { "conversation": conversation } })).await;
    stage.asks("another one").await;
    stage.indexed("%C4%B1sparta", 1).await;
    let driver = Driver::start().await;
    let agent = stage.page(&driver).await;
    agent.until("document.querySelectorAll('#list .item').length === 1").await;
    agent.type_into("document.body", "/").await;
    agent.until(&format!("document.activeElement === {SEARCH} && {SEARCH}.value === ''")).await;
    agent.type_into(SEARCH, "ısparta şub").await;
    agent.until(&format!("{FOUND}.length === 1")).await;
    let marked = "[...document.querySelectorAll('#found mark')].map(it => it.textContent).join('|')";
    agent.until(&format!("{marked} === 'ISPARTA|şubesinde'")).await;
    agent.type_into(SEARCH, "\u{e007}").await;
    let line = "document.querySelector('.row.sought')";
    agent
        .until(&format!(
            "{line} && {line}.textContent.includes('ISPARTA') && document.activeElement === {line}"
        ))
        .await;
    let seen = format!(
        "(r => r.top >= {LOG}.getBoundingClientRect().top && r.bottom <= {LOG}.getBoundingClientRect().bottom)({line}.getBoundingClientRect())"
    );
    agent.until(&seen).await;
    // Esc leaves the conversation, the next one the search; the list is the one that was chosen.
    agent.type_into("document.activeElement", "\u{e00c}").await;
    agent.until("document.querySelector('[data-turn=list]')").await;
    agent.until(&format!("{FOUND}.length === 1")).await;
    agent.type_into("document.body", "\u{e00c}").await;
    agent
        .until("!document.querySelector('#found') && document.querySelectorAll('#list .item').length === 1")
        .await;
    agent
        .until(
            "document.querySelector('.tabs [aria-pressed=true]') === document.querySelector('.tabs [data-list=Open]')",
        )
        .await;
    agent.close().await;
}

#[tokio::test]
async fn notes_and_nothing_are_said_to_be_so() {
    let mut stage = stage().await;
    let conversation = stage.asks("visitor-1;").await;
    let note =
        json!({ "client_id": client_id(), "conversation": conversation, "body": "<b>iade</b> sözü verildi" });
    stage.wire.say(json!({ "Note": note })).await;
    stage.indexed("iade", 1).await;
    let driver = Driver::start().await;
    let agent = stage.page(&driver).await;
    agent.type_into(SEARCH, "iade").await;
    agent.until(&format!("{FOUND}.length === 1 && {FOUND}[0].textContent.includes('Note by Defne')")).await;
    assert_eq!(agent.run("return document.querySelectorAll('#found b b').length").await, 0, "text is text");
    agent.click(&format!("{FOUND}[0]")).await;
    agent.until("document.querySelector('.note.sought')").await;
    agent.type_into(SEARCH, " yoktur").await;
    agent
        .until(
            "document.querySelector('#found .empty').textContent.includes('Nothing found for “iade yoktur”')",
        )
        .await;
    agent.click("document.querySelector('.search .icon')").await;
    agent.until(&format!("!document.querySelector('#found') && document.activeElement === {SEARCH}")).await;
    agent.close().await;
}

#[tokio::test]
async fn a_tag_is_found_and_leads_to_every_conversation_that_has_it() {
    let mut stage = stage().await;
    let tagged = stage.asks("visitor-1;").await;
    stage.asks("visitor-2;").await;
    stage.wire.say(json!({ "Tag": { "conversation": tagged, "tag": "Kargo gecikmesi", "on": true } })).await;
    stage.wire.hear_where("InboxChanged", |row| row["triage"]["tags"] == json!(["Kargo gecikmesi"])).await;
    stage.wire.say(json!({ "Resolve": { "conversation": tagged } })).await;
    let driver = Driver::start().await;
    let agent = stage.page(&driver).await;
    agent.type_into(SEARCH, "gecik").await;
    agent.until(&format!("{FOUND}.length === 1 && {FOUND}[0].innerText.includes('Kargo gecikmesi')")).await;
    assert_eq!(agent.run("return document.querySelector('#found mark').textContent").await, "gecikmesi");
    // Enter opens what was found first; here that is the tag.
    agent.type_into(SEARCH, "\u{e007}").await;
    agent
        .until("!document.querySelector('#found') && document.querySelectorAll('#list .item').length === 1")
        .await;
    agent.until("location.search.includes('Kargo') && document.querySelector('[data-list=All][aria-pressed=true]')").await;
    agent.close().await;
}

#[tokio::test]
async fn only_ones_own_sites_are_searched_and_nobody_elses_by_whatever_is_typed() {
    let stage = stage().await;
    stage.asks("gizli-kelime burada").await;
    let found = stage.indexed("gizli", 1).await;
    assert_eq!(found["hits"][0]["kind"], "message");
    assert_eq!(found["hits"][0]["seq"], 1);
    assert_eq!(found["hits"][0]["snippet"][0], json!({ "text": "gizli", "hit": true }));
    let other = stage.relay.add_site("Other", &["https://other.example"]).await;
    let eva = stage.relay.add_agent_named(&other, "eva@example.com", "Eva", "owner").await;
    let trainee = stage.relay.add_agent_named(&Site::demo(), "can@example.com", "Can", "trainee").await;
    let (eva, trainee) = (sign_in(&stage.relay, &eva).await, sign_in(&stage.relay, &trainee).await);
    for query in
        ["gizli", "gizli%22", "site%3As1", "*", "%22", "", "text%3Agizli", "a%20OR%20gizli", "%F0%9F%99%8F"]
    {
        let found = search(&stage.relay, &eva, query).await;
        assert_eq!(found["hits"], json!([]), "{query}");
    }
    assert_eq!(search(&stage.relay, &trainee, "gizli").await["hits"].as_array().map(Vec::len), Some(1));
    let answer = http::send(stage.relay.authority(), "GET", "/api/v1/search?q=gizli", &[], b"").await;
    assert_eq!(answer.status, 401);
}
