//! Beside the thread, in a real browser: where a visitor is and was, what their site says of them, how far it is known who
//! they are, and what they wrote about before.
use merhaba_tests::{
    browser::Browser,
    http,
    screen::{FIELD, enter_chat, shows, write},
    stage::Stage,
    wire::{Wire, client_id},
};
use serde_json::{Value, json};

/// The page that the visitor is on, as the agent is shown it.
const NOW: &str = "(document.querySelector('.side .now a') || {}).href || ''";
/// The pages before it, the latest first.
const TRAIL: &str = "[...document.querySelectorAll('.side .trail a')].map(it => new URL(it.href).pathname)";

async fn open(agent: &Browser) {
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
}

/// Does something on the website's page, and goes back into the chat.
async fn on_the_site(visitor: &Browser, script: &str) {
    visitor.leave().await;
    visitor.run(script).await;
    enter_chat(visitor).await;
}

#[tokio::test]
async fn an_agent_follows_a_visitor_over_the_pages_of_the_site() {
    let stage = Stage::demo().await;
    let visitor = stage.visitor().await;
    visitor.leave().await;
    visitor.until("['online', 'away'].includes(Merhaba.getStatus())").await;
    on_the_site(&visitor, "Merhaba.setAttributes({ plan: 'Usta', seats: 3 }); Merhaba.page('/teapots?id=7')")
        .await;
    on_the_site(&visitor, "Merhaba.page('/teapots/blue#top')").await;
    write(&visitor, "visitor-1;").await;
    shows(&visitor, &["visitor-1;"]).await;
    let agent = stage.first().await;
    open(&agent).await;
    agent.until(&format!("({NOW}).endsWith('/teapots/blue')")).await;
    agent.until(&format!("({TRAIL})[0] === '/teapots' && ({TRAIL}).length === 2")).await;
    agent.until("document.querySelector('.side .identity.anonymous').textContent === 'Anonymous'").await;
    agent.until("document.querySelector('.side .there.here').textContent === 'On the site now'").await;
    let said = "[...document.querySelectorAll('.side .said :is(dt, dd)')].map(it => it.textContent).join()";
    agent.until(&format!("{said} === 'plan,Usta,seats,3'")).await;
    agent.until("document.querySelector('.side').textContent.includes('Chrome · Linux · Computer')").await;
    // Nothing of the agent's page is told to whatever is behind a link, and nothing is opened by itself.
    let links = agent.run("return [...document.querySelectorAll('.side .pages a')].map(it => it.rel)").await;
    for rel in links.as_array().expect("links") {
        assert!(
            rel.as_str().is_some_and(|rel| rel.contains("noreferrer") && rel.contains("noopener")),
            "{rel}"
        );
    }
    // Live, while the agent looks.
    on_the_site(&visitor, "Merhaba.page('/cart'); Merhaba.setAttributes({ plan: 'Kalfa' })").await;
    agent.until(&format!("({NOW}).endsWith('/cart') && ({TRAIL})[0] === '/teapots/blue'")).await;
    agent.until(&format!("{said} === 'plan,Kalfa,seats,3'")).await;
    visitor.close().await;
    agent.until("document.querySelector('.side .there:not(.here)').textContent.startsWith('Left at')").await;
    agent.close().await;
}

/// Resolves a conversation and rates that, as its visitor.
async fn ends_well(stage: &Stage, visitor: &mut Wire, token: &str, conversation: &str) {
    let mert = stage.relay.add_agent_named(&stage.site, "mert@example.com", "Mert", "agent").await;
    let mut mert = Wire::answering(&stage.relay, &mert).await;
    mert.say(json!({ "Resolve": { "conversation": conversation } })).await;
    let closing = visitor.hear_where("Entry", |entry| entry["kind"] == "Resolved").await["seq"].clone();
    let path = format!("/api/v1/visitor/conversations/{conversation}/rating");
    let rating = json!({ "closing": closing, "csat": 75, "comment": "Quick and friendly." }).to_string();
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Origin", stage.relay.url()),
        ("Authorization", bearer.as_str()),
        ("Merhaba-Site", stage.site.key.as_str()),
        ("Content-Type", "application/json"),
    ];
    let answer = http::send(stage.relay.authority(), "POST", &path, &headers, rating.as_bytes()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// A visitor who was content once and has written again, under a name; and what they began then.
async fn comes_back(stage: &Stage) -> (Wire, String) {
    let (mut visitor, welcome) = Wire::greeted(&stage.relay, &stage.site, None, json!([])).await;
    let token = welcome["token"].as_str().expect("a token").to_owned();
    let first = visitor.writes("visitor-1;", false).await;
    ends_well(stage, &mut visitor, &token, &first).await;
    let about = json!({ "name": "Ayşe", "email": "ayse@example.com" });
    let send = json!({ "client_id": client_id(), "conversation": null, "new": true, "body": "visitor-2;", "about": about });
    visitor.say(json!({ "Send": send })).await;
    visitor.hear("Accepted").await;
    (visitor, first)
}

#[tokio::test]
async fn a_claim_looks_like_one_and_past_conversations_open_with_what_they_thought_of_them() {
    let stage = Stage::demo().await;
    let (_visitor, first) = comes_back(&stage).await;
    let agent = stage.first().await;
    agent
        .click(
            "[...document.querySelectorAll('#list .item')].find(it => it.textContent.includes('visitor-2;'))",
        )
        .await;
    let says = "document.querySelector('.side .identity.says')";
    agent
        .until(&format!("{says}.textContent === 'As they say, not verified' && {says}.querySelector('svg')"))
        .await;
    assert_eq!(agent.run("return document.querySelectorAll('.side .identity').length").await, 1);
    let past = "document.querySelector('.side .past')";
    for text in ["visitor-1;", "Resolved", "satisfaction 75 of 100", "Quick and friendly."] {
        agent.until(&format!("{past}.textContent.includes({text:?})")).await;
    }
    agent.until("document.querySelector('.side .mean').textContent.includes('75 of 100')").await;
    // With the keyboard alone.
    agent.run(&format!("{past}.focus()")).await;
    agent.type_into(past, "\u{e007}").await;
    agent.until(&format!("location.pathname.endsWith({first:?})")).await;
    shows(&agent, &["visitor-1;"]).await;
    agent.until(&format!("{past}.textContent.includes('visitor-2;')")).await;
    agent.close().await;
}

#[tokio::test]
async fn the_panel_stays_shut_and_is_a_sheet_on_a_phone() {
    let (stage, _visitor) = Stage::asked("visitor-1;").await;
    let agent = stage.first().await;
    let (width, _) = agent.resize(1280, 800).await;
    assert!(width >= 1200, "{width}");
    open(&agent).await;
    let shown = "document.querySelector('.side').offsetWidth > 0 && getComputedStyle(document.querySelector('.side')).visibility === 'visible'";
    let info = "document.querySelector('.top .info')";
    agent.until(&format!("{shown} && {info}.ariaExpanded === 'true'")).await;
    agent.run("document.activeElement.blur()").await;
    agent.type_into("document.body", "i").await;
    agent.until(&format!("!({shown}) && {info}.ariaExpanded === 'false'")).await;
    agent.reload().await;
    agent.until(&format!("document.querySelector('.side') && !({shown})")).await;
    // Where there is no column it is a sheet, which is opened by whose name it is, whatever is kept of the column.
    agent.resize(700, 800).await;
    agent.click("document.querySelector('#who')").await;
    agent.until(shown).await;
    agent.click("document.querySelector('.side .close')").await;
    agent.until(&format!("!({shown})")).await;
    agent.resize(1280, 800).await;
    agent.click(info).await;
    agent.until(shown).await;
    let kept = agent.run("return localStorage.getItem('merhaba:agent:beside')").await;
    assert_eq!(kept, Value::from("on"));
    agent.close().await;
}
