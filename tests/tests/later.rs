//! What an agent writes for later, in real browsers: it stands in the log for the team, goes now or is taken back, and goes by
//! itself; the visitor sees nothing of it before.
use merhaba_tests::{
    screen::FIELD,
    stage::Stage,
    wire::{Wire, client_id},
};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const CARD: &str = "document.querySelector('.proposal')";
const LOG: &str = "document.querySelector('[role=log]').textContent";

fn button(words: &str) -> String {
    format!("[...{CARD}.querySelectorAll('button')].find(it => it.textContent === '{words}')")
}

#[tokio::test]
async fn it_waits_for_its_time_and_can_go_now_or_come_back() {
    let (stage, mut visitor) = Stage::with(1).await;
    let (one, two) = (stage.agent("Elif", "agent").await, stage.agent("Mert", "agent").await);
    for agent in [&one, &two] {
        agent.click("document.querySelector('#list .item')").await;
        agent.until(FIELD).await;
    }
    assert_eq!(one.run("return document.querySelector('#later').disabled").await, true, "nothing is written");
    one.type_into(FIELD, "Your parcel arrives today.").await;
    one.click("document.querySelector('#later')").await;
    one.until("document.activeElement.closest('#later-menu')").await;
    one.click("document.querySelector('#later-menu .line:nth-of-type(1)')").await;
    for agent in [&one, &two] {
        agent.until(&format!("{CARD} && {CARD}.textContent.includes('Elif: goes')")).await;
    }
    one.until("document.querySelector('#answer').value === ''").await;
    assert_eq!(two.run(&format!("return {} == null", button("Take back"))).await, true, "not theirs");
    two.until(&button("Return")).await;
    one.click(&button("Take back")).await;
    one.until(&format!(
        "document.querySelector('#answer').value.includes('parcel') && !{}",
        button("Send now")
    ))
    .await;
    one.run("document.querySelector('#later').focus()").await;
    one.click("document.querySelector('#later')").await;
    one.click("document.querySelector('#later-menu .line:nth-of-type(1)')").await;
    let waiting = "[...document.querySelectorAll('.proposal:not(.ended)')].pop()";
    two.until(&format!("{waiting} && {waiting}.textContent.includes('goes')")).await;
    assert!(visitor.all_so_far().await.iter().all(|frame| !frame.to_string().contains("parcel")));
    two.click(&format!(
        "[...{waiting}.querySelectorAll('button')].find(it => it.textContent === 'Send now')"
    ))
    .await;
    let said = visitor.hear("Message").await;
    assert_eq!(
        (&said["body"], &said["author"]["Agent"]["name"]),
        (&json!("Your parcel arrives today."), &json!("Elif"))
    );

    let conversation = said["conversation"].clone();
    let ada = stage.relay.add_agent_named(&stage.site, "ada@example.com", "Ada", "agent").await;
    let mut wire = Wire::answering(&stage.relay, &ada).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis();
    let soon = u64::try_from(now).expect("milliseconds") + 1_500;
    wire.say(json!({"Propose": {"client_id": client_id(), "conversation": conversation, "body": "Good morning!", "due": soon}})).await;
    wire.hear("Accepted").await;
    one.until(&format!("{LOG}.includes('Ada: goes')")).await;
    assert_eq!(visitor.hear("Message").await["body"], "Good morning!");
    one.until(&format!("{LOG}.includes('Good morning!') && !{LOG}.includes('Ada: goes')")).await;
    for browser in [one, two] {
        browser.close().await;
    }
}
