//! What nobody had read, in a real browser: a conversation opens where it begins, it is not read by that, and a key goes
//! there also from far below.
use merhaba_tests::{
    browser::Browser,
    screen::{FIELD, open_conversation},
    stage::Stage,
};

/// How far the line above the unread messages is below the log's upper edge, in pixels.
const LINE: &str = "(l => l && l.getBoundingClientRect().top - document.querySelector('#log').getBoundingClientRect().top)(document.querySelector('#log .fresh'))";
/// How many unread messages the list says the conversation has.
const COUNT: &str = "((document.querySelector('#list .item .badge') || {}).textContent || '')";
/// The way up to the first of them.
const UP: &str = "document.querySelector('.over.up .jump')";

/// Leaves the conversation, so that what comes is not read.
async fn leave(agent: &Browser) {
    agent.run("document.activeElement.blur()").await;
    agent.type_into("document.body", "\u{e00c}").await;
    agent.until(&format!("!{FIELD}")).await;
}

#[tokio::test]
async fn a_conversation_opens_where_the_unread_messages_begin() {
    let (stage, mut visitor) = Stage::with(1).await;
    let agent = stage.agent("Elif", "agent").await;
    open_conversation(&agent, "visitor-0;").await;
    assert_eq!(agent.run("return document.querySelectorAll('.fresh').length").await, 0, "all is new");
    agent.until(&format!("!{COUNT}")).await;
    for number in 0..12 {
        agent.type_into("document.querySelector('#tag')", &format!("tag {number}\u{e007}")).await;
    }
    agent.until("document.querySelectorAll('#log .event').length === 12").await;
    leave(&agent).await;
    agent.reload().await;
    for number in 1..=30 {
        visitor.writes(&format!("visitor-{number};"), false).await;
    }
    agent.until(&format!("{COUNT} === '30'")).await;
    open_conversation(&agent, "visitor-30;").await;
    // What the team did is loaded beside it.
    agent.until("document.querySelectorAll('#log .event').length === 12").await;
    agent.until(&format!("{LINE} !== null && {LINE} > -1 && {LINE} < 100")).await;
    agent.until("document.querySelector('.over:not(.up) .jump')").await;
    let after = "document.querySelector('.fresh + .row .bubble').textContent === 'visitor-1;'";
    agent.until(after).await;
    assert_eq!(agent.run(&format!("return !!{UP}")).await, false, "it is there already");
    assert_eq!(agent.run(&format!("return {COUNT}")).await, "30", "they are not read by being there");
    // At the end they are.
    agent.click("document.querySelector('.over:not(.up) .jump')").await;
    agent.until(&format!("!{COUNT}")).await;
    agent.until(after).await;

    // From so far that the first of them is not here yet.
    leave(&agent).await;
    for number in 31..=180 {
        visitor.writes(&format!("visitor-{number};"), false).await;
    }
    // A page that is loaded again has none of it.
    agent.reload().await;
    agent.until(&format!("{COUNT} === '99'")).await;
    open_conversation(&agent, "visitor-180;").await;
    agent.until(UP).await;
    agent.run("document.activeElement.blur()").await;
    agent.type_into("document.body", "u").await;
    agent.until("document.activeElement.textContent.includes('visitor-31;')").await;
    agent.until(&format!("{LINE} > 0 && !{UP}")).await;
    agent.close().await;
}
