//! The whole thing in a real browser: the shop on `localhost`, the relay on `127.0.0.1`, so the frame really is a
//! stranger's. A visitor and an agent talk, pages are loaded again, the relay is killed, and the screens tell the truth.
use merhaba_tests::{
    screen::{CHAT, FIELD, enter_chat, open_chat, open_conversation, shows, write},
    stage::Stage,
};

#[tokio::test]
async fn before_intent_the_page_carries_one_request_and_nothing_else() {
    let stage = Stage::demo().await;
    let browser = stage.driver.browser().await;
    browser.open(stage.relay.told("shop")).await;
    let name = browser
        .until(&format!(
            "{CHAT}.querySelector('a').getAttribute('aria-label') || {CHAT}.querySelector('a').textContent"
        ))
        .await;
    let name = name.as_str().unwrap_or_default().to_lowercase();
    assert!(name.contains("chat") || name.contains("sohbet"), "{name:?}");
    browser.until("document.readyState === 'complete'").await;
    // Whatever the loader would still do while the page is idle, it has done then.
    browser.run("return new Promise(done => requestIdleCallback(() => requestIdleCallback(done)))").await;
    let asked: Vec<_> =
        browser.network().await.into_iter().filter(|(_, address)| address.contains("//127.0.0.1")).collect();
    let expected = ("Network.requestWillBeSent".to_owned(), format!("{}/embed.js", stage.relay.url()));
    assert_eq!(asked, [expected], "one request, no socket, no wasm");
    assert_eq!(browser.cookies().await, serde_json::json!([]), "no cookie");
    let stored = browser
        .run("return indexedDB.databases().then(all => [all.length, localStorage.length, sessionStorage.length, document.cookie.length])")
        .await;
    assert_eq!(stored, serde_json::json!([0, 0, 0, 0]), "no storage");
    assert_eq!(browser.run(&format!("return {CHAT}.querySelectorAll('iframe').length")).await, 0, "no frame");
    browser.close().await;
}

#[tokio::test]
async fn a_visitor_and_an_agent_talk_reload_and_see_it_again() {
    let stage = Stage::demo().await;
    let agent = stage.signed_in().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    shows(&visitor, &["visitor-1;"]).await;
    open_conversation(&agent, "visitor-1;").await;
    shows(&agent, &["visitor-1;"]).await;
    write(&agent, "agent-1;").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;
    write(&visitor, "visitor-2;").await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;"]).await;

    visitor.leave().await;
    visitor.reload().await;
    open_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    agent.reload().await;
    open_conversation(&agent, "visitor-2;").await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn a_killed_relay_loses_doubles_and_mixes_nothing() {
    let mut stage = Stage::demo().await;
    let agent = stage.signed_in().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    open_conversation(&agent, "visitor-1;").await;
    write(&agent, "agent-1;").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;

    stage.relay.kill().await;
    // Written while there is nobody to store it: it waits on the screen and is sent when there is.
    write(&visitor, "visitor-2;").await;
    shows(&visitor, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    stage.relay = stage.relay.again().await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    write(&agent, "agent-2;").await;
    let all = ["visitor-1;", "agent-1;", "visitor-2;", "agent-2;"];
    shows(&visitor, &all).await;
    shows(&agent, &all).await;

    // What the store has is what the screens show, once each and in that order.
    visitor.leave().await;
    visitor.reload().await;
    open_chat(&visitor).await;
    shows(&visitor, &all).await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn two_tabs_of_one_visitor_stay_in_step() {
    let stage = Stage::demo().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    shows(&visitor, &["visitor-1;"]).await;
    visitor.leave().await;
    let first = visitor.new_tab().await;
    visitor.open(stage.relay.told("shop")).await;
    open_chat(&visitor).await;
    shows(&visitor, &["visitor-1;"]).await;
    write(&visitor, "visitor-2;").await;
    shows(&visitor, &["visitor-1;", "visitor-2;"]).await;
    let second = visitor.tab().await;
    visitor.switch(&first).await;
    enter_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "visitor-2;"]).await;
    write(&visitor, "visitor-3;").await;
    visitor.switch(&second).await;
    enter_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "visitor-2;", "visitor-3;"]).await;
    visitor.close().await;
}

#[tokio::test]
async fn shift_enter_breaks_the_line_and_enter_sends() {
    let stage = Stage::demo().await;
    let visitor = stage.visitor().await;
    visitor.type_into(FIELD, "visitor-1;\u{e008}\u{e007}\u{e000}visitor-2;").await;
    assert_eq!(visitor.run(&format!("return {FIELD}.value")).await, "visitor-1;\nvisitor-2;");
    visitor.type_into(FIELD, "\u{e007}").await;
    shows(&visitor, &["visitor-1;", "visitor-2;"]).await;
    assert_eq!(visitor.until(&format!("{FIELD}.value === '' && 'empty'")).await, "empty");
    visitor.close().await;
}

#[tokio::test]
async fn without_any_script_answers_come_by_themselves_and_what_is_typed_stays() {
    let stage = Stage::demo().await;
    let off = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
    let visitor = stage.driver.browser_with(off).await;
    visitor.open(&format!("{}/c/demo?lang=en", stage.relay.url())).await;
    visitor.until("location.search.includes('live')").await;
    visitor.type_into(FIELD, "visitor-1;").await;
    visitor.click("document.querySelector('form button:not([type=button])')").await;
    shows(&visitor, &["visitor-1;"]).await;
    let agent = stage.signed_in().await;
    open_conversation(&agent, "visitor-1;").await;
    visitor.until("document.querySelector('.state:last-child').textContent === 'Read'").await;

    visitor.run("window.before = true").await;
    visitor.type_into(FIELD, "visitor-2;").await;
    write(&agent, "agent-1;").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;
    let seen = "[window.before, document.querySelector('textarea').value, document.readyState, \
        getComputedStyle(document.querySelector('.state')).display].join()";
    visitor.until(&format!("{seen} === 'true,visitor-2;,loading,none'")).await;
    // Last in the bytes, first for eyes, keys and ears; and its end stays in view.
    let above = "document.querySelector('#log').getBoundingClientRect().bottom <= document.querySelector('form').getBoundingClientRect().top";
    visitor.until(above).await;
    for number in 2..14 {
        write(&agent, &format!("agent-{number};\u{e008}\u{e007}\u{e007}\u{e000}.")).await;
    }
    visitor
        .until(
            "(r => r.bottom <= innerHeight && r.height > 0)([...document.querySelectorAll('.row')].pop().getBoundingClientRect())\
             && document.querySelector('.lines').textContent.includes('agent-13;')",
        )
        .await;
    visitor.click("document.querySelector('form.compose button:not([type=button])')").await;
    shows(&agent, &agent_and("visitor-2;")).await;
    visitor
        .until("!window.before && document.querySelector('.lines').textContent.includes('visitor-2;')")
        .await;
    visitor.close().await;
    agent.close().await;
}

/// The first message, what the agent has said, and this.
fn agent_and(last: &str) -> Vec<&str> {
    let said = "visitor-1; agent-1; agent-2; agent-3; agent-4; agent-5; agent-6; agent-7; agent-8; agent-9; agent-10; agent-11; agent-12; agent-13;";
    said.split(' ').chain([last]).collect()
}
