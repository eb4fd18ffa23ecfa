//! What a new agent is shown to do first, in a real browser: ticked off as it is done, gone when all was, also for good.
use merhaba_tests::{
    screen::{FIELD, open_conversation, write},
    stage::Stage,
};

/// How many of the steps are ticked off; nothing, where they are gone.
const DONE: &str =
    "(document.querySelector('.steps') ? document.querySelectorAll('.steps .done').length : null)";

#[tokio::test]
async fn a_new_agent_is_shown_what_to_do_until_it_was_done() {
    let (stage, _visitor) = Stage::with(2).await;
    let _colleague = stage.agent("Mert", "agent").await;
    let agent = stage.agent("Elif", "agent").await;
    agent.until(&format!("{DONE} === 0 && document.querySelectorAll('.steps li').length === 3")).await;
    open_conversation(&agent, "visitor-0;").await;
    write(&agent, "agent-1;").await;
    agent.until(&format!("{DONE} === 1")).await;
    agent.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
    agent
        .click(
            "[...document.querySelectorAll('#give li button')].find(it => it.textContent.includes('Mert'))",
        )
        .await;
    agent.until(&format!("{DONE} === 2")).await;
    agent.reload().await;
    agent.until(&format!("{DONE} === 2")).await;
    agent.run("document.activeElement.blur()").await;
    agent.type_into("document.body", "e").await;
    agent.until("document.querySelector('#undo')").await;
    agent.until(&format!("{DONE} === null")).await;
    agent.reload().await;
    agent.until(&format!("document.querySelector('#list[aria-busy=false]') && {DONE} === null")).await;
    agent.close().await;
}

#[tokio::test]
async fn a_trainee_has_one_to_do_and_may_put_it_aside() {
    let (stage, _visitor) = Stage::with(1).await;
    let trainee = stage.agent("Can", "trainee").await;
    trainee.until("document.querySelectorAll('.steps li').length === 1 && document.querySelector('.steps').textContent.includes('approves')").await;
    trainee.click("document.querySelector('.steps button')").await;
    trainee.until(&format!("{DONE} === null")).await;
    trainee.reload().await;
    trainee.until(&format!("document.querySelector('#list .item') && {DONE} === null && !{FIELD}")).await;
    trainee.close().await;
}
