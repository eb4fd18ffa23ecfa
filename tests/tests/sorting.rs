//! Agents who sort what they have, in real browsers: tags, priority, bookmarks, what is put off and comes back, lists with
//! their counts and filters, and a way back from what was done by mistake.
use merhaba_tests::{browser::Browser, screen::FIELD, stage::Stage, wire::Wire};
use serde_json::json;

/// The conversation that is open.
const LOG: &str = "document.querySelector('[role=log]').textContent";
/// The toast's words.
const TOAST: &str = "((document.querySelector('.toast') || {}).textContent || '')";
/// The strip's tags.
const CHIPS: &str = "[...document.querySelectorAll('.sorting .chip span')].map(it => it.textContent).join()";
/// How many rows are in the page.
const ROWS: &str = "document.querySelectorAll('#list .item').length";

async fn open(agent: &Browser) {
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
    agent.until("document.querySelector('.sorting') && document.activeElement").await;
}

/// Presses a key wherever the focus is.
async fn key(agent: &Browser, key: &str) {
    let at =
        |kind: &str| json!({ "type": kind, "key": key, "text": if kind == "keyDown" { key } else { "" } });
    agent.command("Input.dispatchKeyEvent", at("keyDown")).await;
    agent.command("Input.dispatchKeyEvent", at("keyUp")).await;
}

/// Leaves whatever field has the focus.
async fn rest(agent: &Browser) {
    agent.run("document.activeElement.blur()").await;
}

fn list(which: &str) -> String {
    format!("document.querySelector('.tabs [data-list={which}]')")
}

/// A list shows that it holds so many.
async fn counts(agent: &Browser, which: &str, count: usize) {
    agent
        .until(&format!("({}.querySelector('.count') || {{}}).textContent === '{count}'", list(which)))
        .await;
}

#[tokio::test]
async fn tags_priority_and_bookmarks_stand_where_they_were_put() {
    let (stage, _visitor) = Stage::with(1).await;
    let (one, two) = (stage.agent("Elif", "agent").await, stage.agent("Mert", "agent").await);
    open(&one).await;
    open(&two).await;
    rest(&one).await;
    key(&one, "t").await;
    one.until("document.activeElement.id === 'tag'").await;
    let tag = "document.querySelector('#tag')";
    one.type_into(tag, "  İade \u{e007}").await;
    for agent in [&one, &two] {
        agent.until(&format!("{CHIPS} === 'İade'")).await;
        agent.until(&format!("{LOG}.includes('added the tag İade')")).await;
    }
    two.until("document.querySelector('#list .item .tag').textContent === 'İade'").await;
    // The same tag, however it is written; the site's own list suggests it.
    one.type_into(tag, "IADE\u{e007}").await;
    one.type_into(tag, "Kargo\u{e007}").await;
    two.until(&format!("{CHIPS} === 'İade,Kargo'")).await;
    two.click("document.querySelector('.sorting .chip button')").await;
    one.until(&format!("{CHIPS} === 'Kargo'")).await;
    two.type_into(tag, "x").await;
    two.until("document.querySelector('#known-tags option[value=\"İade\"]')").await;
    one.run("const it = document.querySelector('#priority'); it.value = 'Urgent'; it.dispatchEvent(new Event('change', { bubbles: true }))").await;
    two.until("document.querySelector('#list .item .flag.urgent') && document.querySelector('#priority').value === 'Urgent'").await;
    two.until(&format!("{LOG}.includes('set the priority to Urgent')")).await;
    rest(&one).await;
    key(&one, "b").await;
    one.until(
        "document.querySelector('#bookmark[aria-pressed=true]') && document.querySelector('#list .star')",
    )
    .await;
    counts(&one, "Bookmarked", 1).await;
    one.reload().await;
    one.until("document.querySelector('#bookmark[aria-pressed=true]')").await;
    one.click(&list("Bookmarked")).await;
    one.until(&format!("{ROWS} === 1 && location.search === '?list=bookmarked'")).await;
    assert_eq!(two.run("return document.querySelectorAll('#list .star').length").await, 0, "one's own");
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn what_is_put_off_leaves_the_list_and_comes_back() {
    let (stage, mut visitor) = Stage::with(1).await;
    let agent = stage.agent("Elif", "agent").await;
    open(&agent).await;
    rest(&agent).await;
    key(&agent, "s").await;
    agent.until("document.querySelector('#snooze-menu .line')").await;
    agent.click("[...document.querySelectorAll('#snooze-menu .line')].at(-1)").await;
    agent.until(&format!("{ROWS} === 0 && document.querySelector('#list .empty')")).await;
    agent.until(&format!("{TOAST}.includes('Snoozed until') && document.querySelector('#undo')")).await;
    counts(&agent, "Snoozed", 1).await;
    // Taken back by a key, as long as it is offered.
    rest(&agent).await;
    key(&agent, "z").await;
    agent.until(&format!("{ROWS} === 1 && !document.querySelector('.toast')")).await;
    counts(&agent, "Snoozed", 0).await;
    // By its date; a message opens it.
    agent.click("document.querySelector('#snooze')").await;
    agent.run("const it = document.querySelector('#snooze-menu input'); const at = new Date(Date.now() + 864e5); it.value = at.toISOString().slice(0, 16)").await;
    agent.click("document.querySelector('#snooze-menu .btn')").await;
    agent.until("document.querySelector('.sorting .until') && document.querySelector('#wake')").await;
    visitor.writes("again;", false).await;
    agent.until(&format!("{ROWS} === 1 && !document.querySelector('.sorting .until')")).await;
    // At its time, by itself.
    let desk = stage.relay.add_agent_named(&stage.site, "ece@example.com", "Ece", "agent").await;
    let mut ece = Wire::answering(&stage.relay, &desk).await;
    let id = agent.run("return location.pathname.split('/').at(-1)").await;
    let until = agent.run("return Date.now() + 2500").await;
    ece.say(json!({ "Snooze": { "conversation": id, "until": until } })).await;
    agent.until(&format!("{ROWS} === 0 && {LOG}.includes('Ece snoozed the conversation')")).await;
    agent.until(&format!("{ROWS} === 1 && {LOG}.includes('Ece had snoozed it')")).await;
    agent.close().await;
}

#[tokio::test]
async fn what_was_resolved_by_mistake_is_taken_back() {
    let (stage, _visitor) = Stage::with(1).await;
    let agent = stage.agent("Elif", "agent").await;
    open(&agent).await;
    rest(&agent).await;
    key(&agent, "e").await;
    agent.until(&format!("{ROWS} === 0 && {TOAST}.startsWith('Resolved.')")).await;
    agent.click("document.querySelector('#undo')").await;
    agent
        .until(&format!(
            "{ROWS} === 1 && document.querySelector('#resolve') && !document.querySelector('#undo')"
        ))
        .await;
    agent.close().await;
}

#[tokio::test]
async fn lists_count_and_filters_outlive_a_reload() {
    let (stage, mut visitor) = Stage::with(3).await;
    let (one, two) = (stage.agent("Elif", "agent").await, stage.agent("Mert", "agent").await);
    counts(&one, "Unassigned", 3).await;
    counts(&one, "Waiting", 3).await;
    open(&two).await;
    two.click("document.querySelector('#claim')").await;
    for (which, count) in [("Open", 3), ("Unassigned", 2), ("Team", 1), ("Mine", 0)] {
        counts(&one, which, count).await;
    }
    counts(&two, "Mine", 1).await;
    one.click(&list("Team")).await;
    one.until(&format!("{ROWS} === 1")).await;
    two.type_into("document.querySelector('#tag')", "Kargo\u{e007}").await;
    two.until(&format!("{CHIPS} === 'Kargo'")).await;
    one.click(&list("Open")).await;
    one.until(&format!("{ROWS} === 3")).await;
    one.click("document.querySelector('#filters')").await;
    one.until("document.querySelector('.narrow option[value=Kargo]')").await;
    let pick = "document.querySelector('.narrow select[aria-label=Tag]')";
    one.run(&format!(
        "const it = {pick}; it.value = 'Kargo'; it.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    ))
    .await;
    one.until(&format!("{ROWS} === 1 && location.search === '?tag=Kargo'")).await;
    one.reload().await;
    one.until(&format!("{ROWS} === 1 && {pick}.value === 'Kargo'")).await;
    // What is not asked for stays out, whoever writes; a conversation opened by its link is there all the same.
    visitor.writes("another;", true).await;
    counts(&two, "Open", 4).await;
    assert_eq!(one.run(&format!("return {ROWS}")).await, 1);
    // The counts are of what is asked for, and follow it.
    for (which, count) in [("Open", 1), ("Unassigned", 0), ("Team", 1)] {
        counts(&one, which, count).await;
    }
    two.click("document.querySelector('#resolve')").await;
    counts(&one, "Open", 0).await;
    two.click("document.querySelector('#undo')").await;
    counts(&one, "Open", 1).await;
    one.until(&format!("{ROWS} === 1")).await;
    one.click("document.querySelector('#clear-filters')").await;
    one.until(&format!("{ROWS} === 4 && location.search === ''")).await;
    // Who waits longest is first.
    one.click(&list("Waiting")).await;
    one.until("document.querySelector('#list .item p').textContent.includes('visitor-0')").await;
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn a_long_list_is_walked_by_keyboard_with_few_rows_in_the_page() {
    const MANY: usize = 130;
    let (stage, _visitor) = Stage::with(MANY).await;
    let agent = stage.agent("Elif", "agent").await;
    counts(&agent, "Open", MANY).await;
    let set = format!("document.querySelector('#list [role=listitem]').ariaSetSize === '{MANY}'");
    agent.until(&set).await;
    for number in 1..MANY {
        key(&agent, "j").await;
        if number % 10 == 0 {
            let there =
                format!("document.activeElement.closest('[role=listitem]').ariaPosInSet === '{number}'");
            agent.until(&there).await;
            let rows = agent.run(&format!("return {ROWS}")).await.as_u64().expect("a number");
            assert!(rows < 40, "{rows} rows in the page");
        }
    }
    key(&agent, "j").await;
    let last = format!("document.activeElement.closest('[role=listitem]').ariaPosInSet === '{MANY}'");
    agent.until(&last).await;
    agent.until("document.activeElement.textContent.includes('visitor-0;')").await;
    agent.close().await;
}

#[tokio::test]
async fn a_trainee_sees_how_it_is_sorted_and_changes_nothing() {
    let (stage, _visitor) = Stage::with(1).await;
    let (one, trainee) = (stage.agent("Elif", "agent").await, stage.agent("Can", "trainee").await);
    open(&one).await;
    open(&trainee).await;
    one.type_into("document.querySelector('#tag')", "Kargo\u{e007}").await;
    trainee.until(&format!("{CHIPS} === 'Kargo'")).await;
    let may =
        "return [...document.querySelectorAll('#tag, .chip button, #snooze, #priority:enabled')].length";
    assert_eq!(trainee.run(may).await, 0);
    one.close().await;
    trainee.close().await;
}
