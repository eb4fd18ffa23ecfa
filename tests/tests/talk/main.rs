//! What belongs to a conversation beyond its messages, in a real browser: the menu and its parts, several conversations,
//! ending and rating, transcript, emoji, the small markup, files. Everything is read from the page and from the relay.
mod files;
mod rich;
mod stage;

use merhaba_tests::sources;
use serde_json::Value;
use stage::{FIELD, choose, open_conversation, says, shows, stage, write};
use std::fs;

#[tokio::test]
async fn several_conversations_stand_apart_and_none_is_lost() {
    let stage = stage().await;
    let visitor = stage.shopper().await;
    write(&visitor, "visitor-1;").await;
    shows(&visitor, &["visitor-1;"]).await;
    visitor.until("document.querySelector('.mark.me').innerText.match(/Sent|Gönderildi/)").await;
    choose(
        &visitor,
        if visitor.run("return document.documentElement.lang").await == "tr" { "Yeni" } else { "New" },
    )
    .await;
    shows(&visitor, &[]).await;
    visitor.until("String(document.querySelectorAll('#log .row.me').length) === '0'").await;
    write(&visitor, "visitor-2;").await;
    shows(&visitor, &["visitor-2;"]).await;

    // An answer in the first one is counted and does not come in between.
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    shows(&agent, &["visitor-1;"]).await;
    write(&agent, "agent-1;").await;
    visitor.until("window.merhaba.tell({ k: 'state' }).elsewhere === 1").await;
    shows(&visitor, &["visitor-2;"]).await;
    visitor.click("document.querySelector('#m')").await;
    visitor.until("document.querySelector('[role=menu] .count').textContent === '1'").await;
    visitor.click("document.querySelector('[role=menu] .count').parentElement").await;
    visitor.until("document.querySelectorAll('.past li').length === 2").await;
    visitor.click("document.querySelector('.past .unread')").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;
    visitor
        .until("!document.querySelector('.part') && window.merhaba.tell({ k: 'state' }).elsewhere === 0")
        .await;
    write(&visitor, "visitor-3;").await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-3;"]).await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn the_menu_is_a_menu_by_keyboard_and_hidden_without_script() {
    let stage = stage().await;
    let off = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
    let plain = stage.driver.browser_with(off).await;
    plain.open(&format!("{}/c/demo", stage.relay.url())).await;
    plain.element("document.querySelector('#m[hidden]')").await;
    plain.element("document.querySelector('#e[hidden]')").await;
    plain.close().await;

    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    visitor.until("window.merhaba.tell({ k: 'state' }).id").await;
    visitor.run("document.querySelector('#m').focus()").await;
    let button = "document.querySelector('#m')";
    visitor.type_into(button, "\u{e007}").await;
    visitor.until("document.activeElement.matches('[role=menuitem]:first-child')").await;
    visitor.type_into("document.activeElement", "\u{e015}").await;
    visitor.until("document.activeElement.matches('[role=menuitem]:nth-child(2)')").await;
    visitor.type_into("document.activeElement", "\u{e013}\u{e013}").await;
    visitor.until("document.activeElement.matches('[role=menuitem]:last-child')").await;
    visitor.type_into("document.activeElement", "\u{e00c}").await;
    visitor.until("!document.querySelector('[role=menu]') && document.activeElement.id === 'm'").await;
    // Sound is remembered.
    choose(&visitor, "Turn sound off").await;
    visitor.reload().await;
    visitor.until("window.merhaba.tell({ k: 'state' })?.id").await;
    choose(&visitor, "Turn sound on").await;
    visitor.close().await;
}

#[tokio::test]
async fn the_visitor_ends_a_conversation_and_each_closing_is_rated_once() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    visitor.until("window.merhaba.tell({ k: 'state' }).id").await;
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    choose(&visitor, "End").await;
    says(&agent, "The visitor ended the conversation").await;
    says(&visitor, "How was this conversation?").await;
    visitor.click("document.querySelector('.rating [name=csat][value=\"75\"]').parentElement").await;
    visitor.click("document.querySelector('.rating [name=ces][value=\"100\"]').parentElement").await;
    visitor.type_into("document.querySelector('.rating textarea')", "Çok <b>hızlı</b>").await;
    visitor.click("document.querySelector('.rating .first')").await;
    says(&visitor, "You rated this conversation.").await;
    visitor.until("!document.querySelector('.rating')").await;
    says(&agent, "satisfaction 75 of 100, ease 100 of 100").await;
    says(&agent, "Çok <b>hızlı</b>").await;
    let again = "return fetch('/api/v1/visitor/conversations/' + merhaba.tell({ k: 'state' }).id + '/rating', { method: 'POST', headers: { 'Merhaba-Site': 'demo', 'Content-Type': 'application/json', Authorization: 'Bearer ' + merhaba.tell({ k: 'state' }).token }, body: JSON.stringify({ closing: 2, csat: 0 }) }).then(r => r.status)";
    assert_eq!(visitor.run(again).await, 200, "a closing is rated once");
    assert_eq!(
        visitor.run(&again.replace("closing: 2", "closing: 1")).await,
        409,
        "a message closed nothing"
    );
    assert_eq!(visitor.run(&again.replace("csat: 0", "csat: 101")).await, 400, "beyond the scale");

    // Writing opens it again; the next closing is asked about anew, can be put aside, and stays so.
    write(&visitor, "visitor-2;").await;
    says(&visitor, "The conversation is open again.").await;
    choose(&visitor, "End").await;
    visitor.click("document.querySelector('.rating .acts [type=button]')").await;
    visitor.until("!document.querySelector('.rating')").await;
    visitor.reload().await;
    visitor.until("window.merhaba.tell({ k: 'state' })?.closing").await;
    visitor.run("return merhaba.part('rating').then(() => 1)").await;
    assert_eq!(visitor.run("return document.querySelectorAll('.rating').length").await, 0);
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn a_transcript_is_made_of_the_log_and_keeps_text_as_text() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1; <img src=x onerror=alert(1)> & co").await;
    visitor.until("window.merhaba.tell({ k: 'state' }).id").await;
    visitor.run("window.saved = []; URL.createObjectURL = blob => { blob.text().then(text => saved.push([blob.type, text])); return '#'; }; window.print = () => { window.printed = 1; }").await;
    choose(&visitor, "Print or save").await;
    visitor.until("document.querySelector('.paper-log p')?.textContent.includes('onerror')").await;
    for button in 0..3 {
        visitor.click(&format!("document.querySelectorAll('.paper button')[{button}]")).await;
    }
    visitor.until("window.printed && saved.length === 2").await;
    let saved = visitor.run("return saved").await;
    let kept = |at: usize| saved[at][1].as_str().unwrap_or_default().to_owned();
    assert!(kept(0).contains("You: visitor-1; <img src=x onerror=alert(1)> & co"), "{saved}");
    assert!(
        kept(1).contains("&lt;img src=x onerror=alert(1)&gt; &amp; co") && !kept(1).contains("<img"),
        "{saved}"
    );
    visitor.type_into("document.querySelector('.part button')", "\u{e00c}").await;
    visitor.until("!document.querySelector('.part') && !document.querySelector('[inert]')").await;
    visitor.close().await;
}

#[tokio::test]
async fn an_emoji_goes_where_the_caret_is() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    visitor.type_into(FIELD, "bir ki").await;
    visitor.run("document.querySelector('#t').setSelectionRange(4, 4)").await;
    visitor.click("document.querySelector('#e')").await;
    visitor.type_into("document.querySelector('.emoji input')", "çay\u{e007}").await;
    assert_eq!(visitor.until("document.querySelector('#t').value").await, "bir 🍵ki");
    visitor.until("document.activeElement.id === 't' && document.activeElement.selectionStart === 6").await;
    visitor.run("document.querySelector('#e').click()").await;
    visitor.until("!document.querySelector('.emoji')").await;
    visitor.click("document.querySelector('#e')").await;
    visitor.until("document.querySelector('.emoji .grid button').textContent === '🍵'").await;
    visitor.type_into("document.querySelector('.emoji input')", "\u{e00c}").await;
    visitor.until("!document.querySelector('.emoji') && document.activeElement.id === 't'").await;
    visitor.close().await;
}

#[tokio::test]
async fn the_small_markup_is_nodes_on_both_sides_and_the_same() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1; *kalın* `<b>` https://a.example/x_y.").await;
    let drawn = "(b => [...b.querySelectorAll('strong, code, a')].map(n => n.localName + ':' + n.textContent).join())([...document.querySelectorAll('.bubble')].find(n => n.textContent.includes('visitor-1;')))";
    let expected = "strong:kalın,code:<b>,a:https://a.example/x_y";
    visitor.until(&format!("{drawn} === {expected:?}")).await;
    let link =
        visitor.run("const a = document.querySelector('.bubble a'); return [a.href, a.rel, a.target]").await;
    assert_eq!(link, serde_json::json!(["https://a.example/x_y", "noopener noreferrer nofollow", "_blank"]));
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    agent.until(&format!("{drawn} === {expected:?}")).await;
    agent.close().await;

    // The module of the widget and the function that the relay and the agent page use are held to the same cases.
    let cases: Value = serde_json::from_str(
        &fs::read_to_string(sources::root().join("shared/tests/spans.json")).expect("the cases"),
    )
    .expect("JSON");
    let found = visitor
        .run(&format!(
            "return fetch(document.documentElement.dataset.parts).then(r => r.text()).then(door => import(door.match(/\\/assets\\/[^\"]+-text.js/)[0])).then(m => {cases}.map(([text]) => [text, m.spans(text)]))"
        ))
        .await;
    assert_eq!(found, cases);
    visitor.close().await;
}

#[tokio::test]
async fn an_agents_log_keeps_its_end_when_the_window_is_resized() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    for number in 1..5 {
        write(&agent, &format!("agent-{number};{}", "\u{e008}\u{e007}\u{e000}.".repeat(6))).await;
    }
    shows(&visitor, &["visitor-1;", "agent-1;", "agent-2;", "agent-3;", "agent-4;"]).await;
    let at_end = "(log => log.scrollHeight > log.clientHeight && log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#log'))";
    agent.until(at_end).await;
    for height in [420, 700] {
        let size =
            serde_json::json!({ "width": 1100, "height": height, "deviceScaleFactor": 1, "mobile": false });
        agent.command("Emulation.setDeviceMetricsOverride", size).await;
        agent.until(&format!("innerHeight === {height} && {at_end}")).await;
    }
    visitor.close().await;
    agent.close().await;
}
