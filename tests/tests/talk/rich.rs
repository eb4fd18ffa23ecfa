//! Quick replies, cards and forms, from the agent's dialog and from a program, in a real browser: what is pressed is the
//! visitor's own message, what is filled in can be read by everybody, and nothing of it is ever markup.
use crate::stage::{Stage, open_conversation, stage, write};
use image::ImageFormat;
use merhaba_tests::{browser::Browser, files, http};
use serde_json::{Value, json};

/// A program that has signed in as the demo's agent.
async fn bearer(stage: &Stage) -> String {
    let body =
        json!({ "email": stage.relay.told("email"), "password": stage.relay.told("password") }).to_string();
    let answer = http::send(
        stage.relay.authority(),
        "POST",
        "/api/v1/sessions",
        &[("content-type", "application/json")],
        body.as_bytes(),
    )
    .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let session: Value = serde_json::from_str(&answer.text()).expect("JSON");
    session["token"].as_str().expect("a token").to_owned()
}

/// Sends a message with an extra as a program does.
async fn send(stage: &Stage, bearer: &str, conversation: &str, message: Value) -> (u16, Value) {
    let path = format!("/api/v1/conversations/{conversation}/messages");
    let authorization = format!("Bearer {bearer}");
    let headers = [("content-type", "application/json"), ("authorization", authorization.as_str())];
    let answer =
        http::send(stage.relay.authority(), "POST", &path, &headers, message.to_string().as_bytes()).await;
    (answer.status, serde_json::from_str(&answer.text()).unwrap_or_default())
}

/// Waits until the visitor has said just this, and all of it is stored.
async fn said(visitor: &Browser, words: &str) {
    visitor
        .until(&format!(
            "[...document.querySelectorAll('.row.me .bubble')].map(n => n.textContent).join() === {words:?}"
        ))
        .await;
}

async fn conversation(visitor: &Browser) -> String {
    let id = visitor.until("window.merhaba.tell({ k: 'state' }).id").await;
    id.as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_is_pressed_is_the_visitors_message_and_is_gone_after() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    let (id, token) = (conversation(&visitor).await, bearer(&stage).await);
    let client_id = "5".repeat(32);
    let message = json!({ "client_id": client_id, "body": "agent-1;", "extra": {
        "replies": ["Evet", "<b>Hayır</b>"],
        "cards": [{ "title": "Altılı bardak", "text": "60 °C", "buttons": [
            { "text": "Bak", "url": "https://shop.example/6" }, { "text": "Ayır", "reply": "Ayırın lütfen" }] }] } });
    let (status, accepted) = send(&stage, &token, &id, message.clone()).await;
    assert_eq!(status, 201, "{accepted}");
    let (again, same) = send(&stage, &token, &id, message).await;
    assert_eq!((again, &same), (200, &accepted), "a repeat is answered as it was");
    let bad = json!({ "client_id": "6".repeat(32), "body": "agent-2;", "extra": { "cards": [{ "title": "a", "buttons": [{ "text": "b", "url": "javascript:alert(1)" }] }] } });
    assert_eq!(send(&stage, &token, &id, bad).await.0, 400, "an address that runs");

    visitor.until("[...document.querySelectorAll('.press button')].map(n => n.textContent).join() === 'Evet,<b>Hayır</b>'").await;
    let link =
        visitor.run("const a = document.querySelector('.card a'); return [a.href, a.rel, a.target]").await;
    assert_eq!(link, json!(["https://shop.example/6", "noopener noreferrer nofollow", "_blank"]));
    visitor.click("document.querySelector('.press button')").await;
    said(&visitor, "visitor-1;,Evet").await;
    visitor.until("document.querySelector('.press').hidden").await;
    // A card stays: it is something to come back to. All of it is there after a reload.
    visitor.reload().await;
    visitor.click("document.querySelector('.card button')").await;
    said(&visitor, "visitor-1;,Evet,Ayırın lütfen").await;
    visitor.until("document.querySelector('.press').hidden").await;
    visitor.close().await;
}

#[tokio::test]
async fn a_form_is_answered_once_and_can_be_read_by_everybody() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    let (id, token) = (conversation(&visitor).await, bearer(&stage).await);
    let extra = json!({ "form": { "fields": [
        { "name": "order", "label": "Order", "kind": "number", "required": true },
        { "name": "size", "label": "Size", "kind": "choice", "options": ["Small", "Large"] },
        { "name": "note", "label": "Note", "kind": "long" }] } });
    let message = json!({ "client_id": "7".repeat(32), "body": "agent-1;", "extra": extra });
    assert_eq!(send(&stage, &token, &id, message).await.0, 201);
    let agent = stage.agent().await;
    open_conversation(&agent, "agent-1;").await;
    agent.until("document.querySelectorAll('form.ask :disabled').length >= 3").await;

    // What is missing is said under its field, which has the focus.
    visitor.click("document.querySelector('form.ask button')").await;
    visitor.until("document.activeElement.name === 'order' && document.activeElement.ariaInvalid === 'true' && document.querySelector('form.ask label + p').textContent === 'Please fill this in.'").await;
    visitor.type_into("document.querySelector('form.ask [name=order]')", "12").await;
    visitor.until("document.querySelector('form.ask p').hidden").await;
    visitor.run("document.querySelector('form.ask [name=size]').value = 'Large'").await;
    visitor.type_into("document.querySelector('form.ask [name=note]')", "<i>gift</i>").await;
    visitor.click("document.querySelector('form.ask button')").await;
    for page in [&visitor, &agent] {
        page.until("[...document.querySelectorAll('.bubble')].some(n => n.textContent === 'Order: 12\\nSize: Large\\nNote: <i>gift</i>')").await;
    }
    visitor.until("[...document.querySelector('form.ask').elements].every(n => n.disabled)").await;
    visitor.reload().await;
    visitor.until("[...(document.querySelector('form.ask')?.elements || [{}])].every(n => n.disabled)").await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn an_agent_makes_them_in_a_dialog() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    agent.type_into("document.querySelector('#answer')", "agent-1;").await;
    agent.click("document.querySelector('#build')").await;
    agent.until("document.querySelector('dialog.build textarea').value === 'agent-1;'").await;
    agent.type_into("document.querySelector('dialog.build [name=reply]')", "Evet").await;
    agent.click("document.querySelector('dialog.build fieldset:not([hidden]) > .small')").await;
    agent.type_into("document.querySelectorAll('dialog.build [name=reply]')[1]", "Hayır").await;
    agent.click("document.querySelector('dialog.build .first')").await;
    agent
        .until("!document.querySelector('dialog.build') && document.querySelector('#answer').value === ''")
        .await;
    agent.until("document.querySelectorAll('.press button:disabled').length === 2").await;
    visitor.click("document.querySelector('.press button')").await;
    said(&visitor, "visitor-1;,Evet").await;
    agent
        .until("[...document.querySelectorAll('.row:not(.out) .bubble')].some(n => n.textContent === 'Evet')")
        .await;
    // What the relay does not take is said, and stays.
    agent.click("document.querySelector('#build')").await;
    agent.type_into("document.querySelector('dialog.build textarea')", "agent-2;").await;
    agent.click("document.querySelectorAll('dialog.build .tabs label')[1]").await;
    agent.click("document.querySelector('dialog.build .first')").await;
    agent.until("document.querySelector('dialog.build .bad').textContent.includes('title')").await;
    agent.until("document.querySelector('dialog.build textarea').value === 'agent-2;'").await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn a_card_shows_a_picture_that_the_relay_has_drawn_and_nothing_else() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    let (id, token) = (conversation(&visitor).await, bearer(&stage).await);
    let upload = async |bytes: &[u8]| {
        let answer = files::agent_upload(&stage.relay, &token, &id, bytes).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_str().expect("an id").to_owned()
    };
    let (picture, paper) =
        (upload(&files::picture(640, 400, ImageFormat::Png)).await, upload(b"%PDF-1.7").await);
    let card = |client_id: &str, picture: &str, attachments: &[&str]| {
        json!({ "client_id": client_id.repeat(32), "body": "agent-1;", "attachments": attachments,
            "extra": { "cards": [{ "title": "a", "picture": picture }] } })
    };
    for bad in [
        card("1", "https://shop.example/a.png", &[]),
        card("2", &picture, &[&paper]),
        card("3", &paper, &[&paper]),
    ] {
        assert_eq!(send(&stage, &token, &id, bad.clone()).await.0, 400, "{bad}");
    }
    let good = card("4", &picture, &[&picture, &paper]);
    assert_eq!(send(&stage, &token, &id, good).await.0, 201);
    visitor.until("document.querySelector('.card img')?.naturalWidth > 0").await;
    let shown = "[...document.querySelectorAll('.row:not(.me) .files > *')].map(n => n.localName).join()";
    visitor.until(&format!("{shown} === 'a'")).await;
    let from = visitor.run("return new URL(document.querySelector('.card img').src).origin").await;
    assert_eq!(from, stage.relay.url());
    visitor.close().await;
}

#[tokio::test]
async fn an_agent_puts_a_picture_on_a_card() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    agent.click("document.querySelector('#build')").await;
    agent.type_into("document.querySelector('dialog.build textarea')", "agent-1;").await;
    agent.click("document.querySelectorAll('dialog.build .tabs label')[1]").await;
    for (name, kind) in [("a.png", "text"), ("bardak.png", "image/png")] {
        agent.run(&format!(
            "return (async () => {{
               const canvas = new OffscreenCanvas(320, 200), pen = canvas.getContext('2d');
               pen.fillRect(0, 0, 320, 200);
               const all = new DataTransfer();
               all.items.add(new File([{kind:?} === 'text' ? 'no picture' : await canvas.convertToBlob()], {name:?}));
               HTMLInputElement.prototype.click = function () {{ this.files = all.files; this.onchange(); }};
               document.querySelector('dialog.build .picture button').click();
             }})()"
        )).await;
        let said = if kind == "text" {
            "document.querySelector('.picture [role=status]').textContent.includes('not a picture') && document.querySelector('.picture img').hidden"
        } else {
            "document.querySelector('.picture img').naturalWidth === 320 && !document.querySelector('.picture [role=status]').textContent"
        };
        agent.until(said).await;
    }
    agent.type_into("document.querySelector('dialog.build [name=title]')", "Bardak").await;
    agent.click("document.querySelector('dialog.build .first')").await;
    for page in [&agent, &visitor] {
        page.until("document.querySelector('.card img')?.naturalWidth > 0").await;
        page.until("document.querySelector('.card b').textContent === 'Bardak'").await;
    }
    visitor.close().await;
    agent.close().await;
}
