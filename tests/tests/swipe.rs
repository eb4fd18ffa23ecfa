//! A finger on the list of a phone, in a real browser: across it resolves and puts off, with a way back; down it scrolls;
//! a short way is nothing, and a tap opens.
use merhaba_tests::{browser::Browser, screen::FIELD, stage::Stage};
use serde_json::json;

/// How many conversations the list shows.
const ROWS: &str = "document.querySelectorAll('#list .item').length";
/// The toast's words.
const TOAST: &str = "((document.querySelector('.toast') || {}).textContent || '')";

/// An agent with a phone.
async fn with_a_phone(stage: &Stage, role: &str) -> Browser {
    let phone = stage.agent("Elif", role).await;
    let screen = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    phone.command("Emulation.setDeviceMetricsOverride", screen).await;
    phone
        .command("Emulation.setTouchEmulationEnabled", json!({ "enabled": true, "maxTouchPoints": 1 }))
        .await;
    phone
}

/// Where the first row is, as `[x, y]` of its middle.
async fn first(phone: &Browser) -> (f64, f64) {
    let place = phone
        .until("(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector('#list .item').getBoundingClientRect())")
        .await;
    (place[0].as_f64().expect("a place"), place[1].as_f64().expect("a place"))
}

async fn touch(phone: &Browser, kind: &str, at: Option<(f64, f64)>) {
    let points: Vec<_> = at.into_iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
    phone.command("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await;
}

/// A finger comes down on the first row and goes so far across and down, in steps; it stays there.
async fn draw(phone: &Browser, across: f64, down: f64) {
    let (x, y) = first(phone).await;
    touch(phone, "touchStart", Some((x, y))).await;
    for step in 1..=10 {
        let part = f64::from(step) / 10.0;
        touch(phone, "touchMove", Some((x + across * part, y + down * part))).await;
    }
}

async fn lift(phone: &Browser) {
    touch(phone, "touchEnd", None).await;
}

#[tokio::test]
async fn to_the_left_it_is_resolved_to_the_right_put_off_and_both_can_be_taken_back() {
    let (stage, _visitor) = Stage::with(2).await;
    let phone = with_a_phone(&stage, "agent").await;
    draw(&phone, -160.0, 10.0).await;
    phone.until("document.querySelector('.beneath.done.far')").await;
    lift(&phone).await;
    phone
        .until(&format!(
            "{ROWS} === 1 && {TOAST}.startsWith('Resolved.') && !document.querySelector('.beneath')"
        ))
        .await;
    phone.click("document.querySelector('#undo')").await;
    phone.until(&format!("{ROWS} === 2 && !document.querySelector('.toast')")).await;
    draw(&phone, 160.0, -10.0).await;
    // It says until when before it is done.
    phone
        .until("document.querySelector('.beneath.later.far').textContent.startsWith('Snoozed until ')")
        .await;
    lift(&phone).await;
    phone.until(&format!("{ROWS} === 1 && {TOAST}.startsWith('Snoozed until')")).await;
    phone.click("document.querySelector('#undo')").await;
    phone.until(&format!("{ROWS} === 2")).await;
    assert_eq!(phone.run("return location.pathname").await, "/agent/", "a swipe opens nothing");
    phone.close().await;
}

#[tokio::test]
async fn a_tap_opens_a_short_way_is_nothing_and_down_it_scrolls() {
    let (stage, _visitor) = Stage::with(14).await;
    let phone = with_a_phone(&stage, "agent").await;
    phone.until(&format!("{ROWS} === 14")).await;
    let at = first(&phone).await;
    touch(&phone, "touchStart", Some(at)).await;
    lift(&phone).await;
    phone.until(&format!("location.pathname.startsWith('/agent/c/') && {FIELD}")).await;
    phone.run("history.back()").await;
    phone.until("document.querySelector('[data-turn=list]')").await;
    draw(&phone, -60.0, 0.0).await;
    phone.until("document.querySelector('.beneath.done:not(.far)')").await;
    lift(&phone).await;
    phone.until("!document.querySelector('.beneath')").await;
    // Far out and back again is nothing either.
    let (x, y) = first(&phone).await;
    touch(&phone, "touchStart", Some((x, y))).await;
    for across in [40.0, 90.0, 150.0, 60.0, 5.0] {
        touch(&phone, "touchMove", Some((x - across, y))).await;
    }
    lift(&phone).await;
    draw(&phone, 20.0, -200.0).await;
    lift(&phone).await;
    phone
        .until("document.querySelector('#list').scrollTop > 100 && !document.querySelector('.beneath')")
        .await;
    assert_eq!(
        phone.run(&format!("return [{ROWS}, location.pathname, {TOAST}]")).await,
        json!([14, "/agent/", ""])
    );
    phone.close().await;
}

#[tokio::test]
async fn who_may_not_sort_draws_nothing() {
    let (stage, _visitor) = Stage::with(1).await;
    let phone = with_a_phone(&stage, "trainee").await;
    draw(&phone, -160.0, 0.0).await;
    assert_eq!(phone.run("return document.querySelectorAll('.beneath').length").await, 0);
    lift(&phone).await;
    phone.until(&format!("{ROWS} === 1 && {TOAST} === ''")).await;
    phone.close().await;
}
