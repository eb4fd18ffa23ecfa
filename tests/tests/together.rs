//! Several agents in a real browser: what only the team sees, and a conversation that goes from one to another.
use merhaba_tests::{
    browser::Browser,
    relay::{Relay, Site},
    screen::{FIELD, write},
    stage::Stage,
    wire::Wire,
};
use serde_json::json;

/// The conversation that is open.
const LOG: &str = "document.querySelector('[role=log]')";
/// Whoever is given something is told here.
const TOAST: &str = "(document.querySelector('.toast') || {}).textContent || ''";

async fn open(agent: &Browser) {
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
}

/// Turns the field to answers, or to notes.
async fn turn(agent: &Browser, to: usize) {
    agent.click(&format!("document.querySelectorAll('.compose .switch button')[{to}]")).await;
}

async fn says(agent: &Browser, text: &str) {
    agent.until(&format!("{LOG}.textContent.includes({text:?})")).await;
}

#[tokio::test]
async fn a_conversation_is_handed_over_with_a_note() {
    let (stage, mut visitor) = Stage::asked("visitor-1;").await;
    let (one, two) = (stage.first().await, stage.agent("Mert", "agent").await);
    open(&one).await;
    turn(&one, 1).await;
    write(&one, "kargo gecikti").await;
    one.until("document.querySelector('.note span').textContent === 'kargo gecikti'").await;
    one.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
    let mert =
        "[...document.querySelectorAll('#give li button')].find(it => it.textContent.includes('Mert'))";
    one.until(&format!("{mert}.querySelector('.here')")).await;
    one.type_into("document.querySelector('#give textarea')", "bakar mısın").await;
    one.click(mert).await;
    one.until("!document.querySelector('#give').open").await;
    says(&one, "handed the conversation over to Mert").await;

    two.until(&format!("({TOAST}).includes('handed a conversation over to you')")).await;
    open(&two).await;
    for text in ["kargo gecikti", "bakar mısın", "handed the conversation over to Mert"] {
        says(&two, text).await;
    }
    // An answer, and nothing of all that, reaches the visitor.
    write(&two, "agent-1;").await;
    let told = visitor.hear_where("Message", |message| message["author"]["Agent"].is_object()).await;
    assert_eq!((&told["body"], &told["author"]["Agent"]["name"]), (&json!("agent-1;"), &json!("Mert")));
    says(&one, "agent-1;").await;
    two.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
    two.click("document.querySelector('#give .nobody')").await;
    says(&one, "Mert gave the conversation back to the queue").await;
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn an_answer_and_a_note_never_take_each_others_text() {
    let (stage, _visitor) = Stage::asked("visitor-1;").await;
    let agent = stage.first().await;
    open(&agent).await;
    agent.type_into(FIELD, "for the visitor").await;
    turn(&agent, 1).await;
    agent.until(&format!("{FIELD}.value === '' && document.querySelector('.compose.noting')")).await;
    agent.type_into(FIELD, "for the team").await;
    turn(&agent, 0).await;
    agent
        .until(&format!("{FIELD}.value === 'for the visitor' && !document.querySelector('.compose.noting')"))
        .await;
    turn(&agent, 1).await;
    agent.until(&format!("{FIELD}.value === 'for the team'")).await;
    // Whoever comes back to it begins with answers.
    agent.run("history.back()").await;
    agent.until(&format!("!{FIELD}")).await;
    open(&agent).await;
    agent.until(&format!("{FIELD}.value === 'for the visitor'")).await;
    agent.close().await;
}

#[tokio::test]
async fn from_one_conversation_straight_to_another_each_is_drawn_once() {
    let (stage, _visitor) = Stage::asked("visitor-1;").await;
    let _other = Wire::asking(&stage.relay, &Site::demo(), "visitor-2;").await;
    let agent = stage.first().await;
    for text in ["visitor-1;", "visitor-2;", "visitor-1;", "visitor-2;"] {
        let row = format!(
            "[...document.querySelectorAll('#list .item')].find(it => it.textContent.includes({text:?}))"
        );
        agent.click(&row).await;
        let drawn =
            format!("[...{LOG}.querySelectorAll('.bubble')].map(it => it.textContent).join() === {text:?}");
        agent
            .until(&format!("{LOG} && document.querySelectorAll('[role=log]').length === 1 && {drawn}"))
            .await;
    }
    agent.close().await;
}

#[tokio::test]
async fn whoever_opens_a_conversation_sees_who_is_there_and_who_writes() {
    let (stage, _visitor) = Stage::asked("visitor-1;").await;
    let (one, two) = (stage.first().await, stage.agent("Mert", "agent").await);
    let said =
        |words: &str| format!("(document.querySelector('.company') || {{}}).textContent === {words:?}");
    open(&one).await;
    open(&two).await;
    one.until(&said("MMert is looking at this too")).await;
    two.type_into(FIELD, "agent-1;").await;
    one.until(&said("MMert is writing an answer here")).await;
    one.until("document.querySelector('.company.writing')").await;
    // Whoever turns away writes no more, and whoever leaves is there no more.
    two.run("history.back()").await;
    one.until("!document.querySelector('.company')").await;
    two.close().await;
    one.close().await;
}

#[tokio::test]
async fn a_trainee_writes_notes_and_is_offered_nothing_that_they_may_not_do() {
    let (stage, _visitor) = Stage::asked("visitor-1;").await;
    let trainee = stage.agent("Can", "trainee").await;
    open(&trainee).await;
    turn(&trainee, 1).await;
    write(&trainee, "fiyatı bilmiyorum").await;
    trainee.until("document.querySelector('.note span').textContent === 'fiyatı bilmiyorum'").await;
    let deeds = trainee.run("return document.querySelectorAll('.deeds button').length").await;
    assert_eq!(deeds, 0, "nothing that a trainee may not do");
    trainee.close().await;
}

/// The owner has conversations given in turn, so many to each.
async fn in_turn(owner: &Browser, relay: &Relay, capacity: &str) {
    owner.open(&format!("{}/agent/site", relay.url())).await;
    owner.until("document.querySelector('#routing-head')").await;
    owner.run("document.querySelector('#routing-head').scrollIntoView()").await;
    owner.click("document.querySelectorAll('[aria-labelledby=routing-head] .switch button')[1]").await;
    let field = "document.querySelector('#capacity')";
    owner.until(&format!("!{field}.closest('[hidden]')")).await;
    owner.run(&format!("{field}.select()")).await;
    owner.type_into(field, capacity).await;
    owner.click("document.querySelector('#save')").await;
    owner.until("document.querySelector('#saving .good')").await;
    owner.open(relay.told("agent")).await;
}

/// How many conversations are this agent's own.
async fn has(agent: &Browser, number: usize) {
    agent.click("document.querySelector('.tabs [data-list=Mine]')").await;
    let rows = "document.querySelectorAll('#list[aria-busy=false] .item')";
    agent.until(&format!("{rows}.length === {number}")).await;
}

#[tokio::test]
async fn three_agents_are_given_ten_visitors_in_turn_and_whoever_is_done_has_the_next() {
    let (stage, _visitor) = Stage::asked("visitor-0;").await;
    let (one, two, three) =
        (stage.first().await, stage.agent("Mert", "agent").await, stage.agent("Zeynep", "agent").await);
    in_turn(&one, &stage.relay, "3").await;
    let mut visitors = Vec::new();
    for number in 1..10 {
        visitors.push(Wire::asking(&stage.relay, &Site::demo(), &format!("visitor-{number};")).await);
    }
    for agent in [&one, &two, &three] {
        has(agent, 3).await;
    }
    // The tenth waits for whoever is done first.
    two.click("document.querySelector('#list .item')").await;
    two.click("document.querySelector('#resolve')").await;
    two.until(&format!("({TOAST}) === 'You were given a conversation.'")).await;
    has(&two, 3).await;
    for agent in [one, two, three] {
        agent.close().await;
    }
}
