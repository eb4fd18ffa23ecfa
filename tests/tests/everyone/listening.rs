//! For who listens: whose words each bubble has, news in batches, each state of a message once, and a way to the first
//! unread line.
use crate::Stage;
use merhaba_tests::{
    browser::Browser,
    screen::{FIELD, open_conversation, shows, sign_in, write},
};
use serde_json::Value;

/// Keeps everything that the page's live regions say.
const LISTEN: &str = "window.heard = []; new MutationObserver(() => heard.push(document.getElementById('heard').innerText)).observe(document.getElementById('heard'), { childList: true })";

async fn agent(stage: &Stage, text: &str) -> Browser {
    let agent = stage.driver.browser().await;
    sign_in(&agent, &stage.relay).await;
    open_conversation(&agent, text).await;
    agent
}

async fn heard(browser: &Browser, part: &str) -> Value {
    browser.until(&format!("heard.join('|').includes({part:?}) && heard")).await
}

#[tokio::test]
async fn a_burst_is_counted_a_message_is_read_and_each_state_is_said_once() {
    let stage = Stage::set().await;
    let visitor = stage.page("en").await;
    visitor.run(LISTEN).await;
    write(&visitor, "visitor-1;").await;
    heard(&visitor, "Sent").await;
    let agent = agent(&stage, "visitor-1;").await;
    heard(&visitor, "Read").await;
    write(&agent, "agent-1;").await;
    let told = heard(&visitor, "agent-1;").await;
    let of_it =
        told.as_array().into_iter().flatten().filter(|line| line.to_string().contains("agent-1;")).count();
    assert_eq!(of_it, 1, "{told}");
    assert!(told.to_string().contains(" said: agent-1;"), "with the name: {told}");

    // Twenty at once, as after a time without a connection.
    visitor
        .run(
            "let row = [...document.querySelectorAll('.row:not(.me):not(.last)')].pop(); heard.length = 0;
             for (let n = 0; n < 20; n++) { const next = row.cloneNode(true); row.after(next); row = next; }",
        )
        .await;
    assert_eq!(heard(&visitor, "20").await, serde_json::json!(["20 new messages"]));
    let states = "return [...document.querySelectorAll('[aria-live], [role=log], [role=status], [role=alert]')].map(e => e.id + ' ' + (e.ariaLive || e.role)).join(', ')";
    assert_eq!(visitor.run(states).await, "banner status, log off, heard status, hint status");
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn each_bubble_says_whose_it_is_with_and_without_the_program() {
    let stage = Stage::set().await;
    let visitor = stage.page("de").await;
    write(&visitor, "visitor-1;").await;
    shows(&visitor, &["visitor-1;"]).await;
    let said = "[...document.querySelectorAll('.row:not([hidden])')].map(row => row.querySelector('.heard').textContent + '/' + row.querySelector('.bubble').textContent)";
    visitor.until(&format!("{said}.includes('Sie schrieben/visitor-1;')")).await;
    let plain = merhaba_tests::http::get(stage.relay.authority(), "/c/demo?lang=de").await.text();
    assert!(plain.contains("<span class=\"heard\">Nachricht von "), "the greeting too");
    visitor.close().await;
}

#[tokio::test]
async fn the_way_to_the_end_leads_over_the_first_unread_line() {
    let stage = Stage::set().await;
    let visitor = stage.page("en").await;
    for number in 1..=4 {
        let long = format!("visitor-{number};{}", "\u{e008}\u{e007}\u{e000}.".repeat(12));
        write(&visitor, &long).await;
    }
    visitor
        .until("document.querySelectorAll('.row.me').length === 4 && document.querySelector('.mark.me')")
        .await;
    let agent = agent(&stage, "visitor-4;").await;
    visitor.run("document.getElementById('log').scrollTop = 0").await;
    visitor.until("!document.querySelector('.jump').hidden").await;
    write(&agent, "agent-1;").await;
    write(&agent, &format!("agent-2;{}", "\u{e008}\u{e007}\u{e000}.".repeat(40))).await;
    visitor.until("document.querySelector('.jump').textContent.startsWith('2 ')").await;
    visitor.run("document.querySelector('.jump').focus(); document.querySelector('.jump').click()").await;
    visitor.until("document.activeElement.className === 'new' && (r => r.top >= 0 && r.bottom < innerHeight)(document.activeElement.getBoundingClientRect())").await;
    visitor.run("document.querySelector('.jump').focus(); document.querySelector('.jump').click()").await;
    visitor.until("document.querySelector('.jump').hidden").await;
    // The button is gone, the focus is not.
    visitor.until("document.activeElement.id === 'log'").await;
    assert_eq!(visitor.run(&format!("return {FIELD}.value")).await, "");
    visitor.close().await;
    agent.close().await;
}
