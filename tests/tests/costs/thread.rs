//! A thread of ten thousand messages: how soon it is drawn, and whether frames come while a wheel turns through all of
//! it, up to where it began (older pages are fetched on the way), and down again.
use crate::{
    long::Long,
    rounds::{Budget, MOMENT, WALK, measure},
    trace,
};
use merhaba_tests::{
    browser::{Browser, Driver},
    proof::Proof,
    relay::Relay,
};
use serde_json::{Value, json};
use std::{cell::RefCell, time::Instant};

/// To a painted log.
const OPENS: &[Budget] = &[("drawn_after_hello_ms", 300.0), ("drawn_after_navigation_ms", 300.0)];
/// Of the processor's time on the page's main thread between two frames, by the browser's own trace: no gap between them
/// can be longer for what the page does. The clock's own gaps say as much of the machine as of the page; they are told
/// besides.
const WORK: &[Budget] = &[("work_between_frames_up_ms", 50.0), ("work_between_frames_down_ms", 50.0)];
const WATCH: &str = include_str!("log.js");
/// How far a turn of the wheel scrolls: a quick hand.
const TURN: i32 = 3_000;
/// Turns at most: a log that never ends must not go on for ever.
const TURNS: usize = 3_000;
/// How many messages there are.
const MESSAGES: usize = 10_000;
/// Where the log stands: where the conversation began, and at its end.
const PLACE: &str =
    "return [log.scrollTop, log.scrollHeight, document.querySelectorAll('.row').length, seen.end()]";
const BEGAN: &str = "log.scrollTop === 0 && document.querySelector('.more').hidden";
/// A fifth of the way down again: nothing is fetched, and each step is like the others.
const DOWN: &str = "seen.numbers.size >= 1_000";
const END: &str =
    "log.scrollHeight - log.clientHeight - log.scrollTop < 2 && document.querySelector('.jump').hidden";

/// Opens the visitor's plain page; milliseconds from hello and from the navigation to a painted log.
async fn open(browser: &Browser, address: &str) -> Vec<f64> {
    browser.open(address).await;
    browser.until("seen.drawn").await;
    let seen = browser.run("return [seen.drawn - seen.hello, seen.drawn]").await;
    seen.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Turns the wheel until the log stands where this says; what was seen of its frames.
async fn turn(browser: &Browser, by: i32, arrived: &str) -> Value {
    browser.run("seen.begin()").await;
    let arrived = format!("return new Promise(done => requestAnimationFrame(() => done({arrived})))");
    for _ in 0..TURNS {
        let wheel = json!({ "type": "mouseWheel", "x": 640, "y": 400, "deltaX": 0, "deltaY": by });
        browser.command("Input.dispatchMouseEvent", wheel).await;
        if browser.run(&arrived).await == true {
            return browser.run("return seen.end()").await;
        }
    }
    panic!("the log never stood where it should: {arrived}; {}", browser.run(PLACE).await);
}

/// A browser on the plain page, known as the visitor.
async fn visitor(browser: Browser, long: &Long, address: &str) -> Browser {
    browser.open(address).await;
    let keep = format!("localStorage.setItem('merhaba:{}:token', '{}')", long.site.key, long.token);
    browser.run(&keep).await;
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    browser
}

/// The line at the log's edge, where it stands on the screen before another stretch is drawn and after: `edge` is the
/// first or the last, `to` where the log is scrolled to.
fn stands(edge: &str, to: &str) -> String {
    format!(
        "const done = arguments[arguments.length - 1], edge = () => [...document.querySelectorAll('#log .row.me')].at({edge}), line = edge();
         log.scrollTop = {to};
         const before = line.getBoundingClientRect().top;
         const look = () => edge() === line ? requestAnimationFrame(look)
           : requestAnimationFrame(() => done(line.isConnected && Math.abs(line.getBoundingClientRect().top - before)));
         look();"
    )
}

/// The figures of [`WORK`], through the whole log and part of the way back; what was seen on the way is told.
async fn walk(driver: &Driver, long: &Long, address: &str, told: &RefCell<Vec<Value>>) -> Vec<f64> {
    let browser = visitor(driver.stopwatch().await, long, address).await;
    open(&browser, address).await;
    for (by, arrived, least) in [(-TURN, BEGAN, MESSAGES / 2), (TURN, DOWN, MESSAGES / 10)] {
        let seen = turn(&browser, by, arrived).await;
        let drawn = seen["numbers"].as_u64().is_some_and(|drawn| drawn >= least as u64);
        assert!(drawn, "every message of the visitor's is drawn on the way: {seen}");
        told.borrow_mut().push(seen);
    }
    let frames = trace::frames(&browser.log("performance").await);
    browser.close().await;
    frames.into_iter().map(|way| way.into_iter().fold(0.0, f64::max)).collect()
}

#[tokio::test]
async fn ten_thousand_messages_open_at_once_and_scroll_without_a_dropped_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let began = Instant::now();
    let long = Long::write(&relay, MESSAGES).await;
    let driver = Driver::start().await;
    let address = format!("{}/c/{}?lang=en", relay.url(), long.site.key);
    let browser = visitor(driver.browser().await, &long, &address).await;
    let mut proof = Proof::begin("costs.thread", &[]);
    proof.figure("messages", MESSAGES);
    proof.figure("written_in_s", began.elapsed().as_secs());
    let opened = measure(OPENS, MOMENT, async || open(&browser, &address).await).await;
    browser.close().await;
    let told = RefCell::new(Vec::new());
    let scrolled = measure(WORK, WALK, async || walk(&driver, &long, &address, &told).await).await;
    let mut all = opened.late(OPENS);
    all.extend(scrolled.over(WORK));
    scrolled.tell(&mut proof);
    opened.tell(&mut proof);
    proof.figure("frames", told.take());
    proof.holds();
    assert!(all.is_empty(), "over the budget, however often: {}", all.join("; "));
}

#[tokio::test]
async fn what_is_read_stays_where_it_is_while_another_stretch_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let long = Long::write(&relay, 500).await;
    let driver = Driver::start().await;
    let address = format!("{}/c/{}?lang=en", relay.url(), long.site.key);
    let browser = visitor(driver.browser().await, &long, &address).await;
    open(&browser, &address).await;
    // Up until the end is drawn no more, then down, and up again.
    for (edge, to) in [[("0", "0"); 10].as_slice(), &[("-1", "log.scrollHeight"), ("0", "0")]].concat() {
        let moved = browser.wait_for(&stands(edge, to)).await;
        assert!(moved.as_f64().is_some_and(|pixels| pixels < 2.0), "it moved: {moved}");
    }
    let drawn = browser.run("return document.querySelectorAll('#log .row').length").await;
    assert!(drawn.as_u64().is_some_and(|rows| rows <= 260), "no more than can be looked at: {drawn}");
    // The end is one step away, and what is written there comes to it.
    browser.click("document.querySelector('.jump')").await;
    browser
        .until(&format!(
            "{END} && [...document.querySelectorAll('#log .row.me')].at(-1).textContent.includes('249 ')"
        ))
        .await;
    browser.run("log.scrollTop = 0").await;
    browser.until("!document.querySelector('.jump').hidden").await;
    browser.type_into("document.querySelector('textarea')", "here I am\u{e007}").await;
    browser
        .until(&format!(
            "{END} && [...document.querySelectorAll('#log .row.me')].at(-1).textContent.includes('here I am')"
        ))
        .await;
    browser.close().await;
}

/// Scrolls up until the form is drawn, and the end of the log no more.
async fn up_to_the_form(browser: &Browser) {
    let drawn = "(log.scrollTop = 0, 'to' in log.dataset && document.querySelector('form.ask') && document.querySelector('.press'))";
    browser.until(drawn).await;
}

#[tokio::test]
async fn what_was_answered_is_answered_also_far_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let long = Long::write(&relay, 4).await;
    let field = json!({ "name": "order", "label": "Order", "kind": "text" });
    long.extra(&relay, "which?", json!({ "form": { "fields": [field] } })).await;
    long.extra(&relay, "tea?", json!({ "replies": ["Evet"] })).await;
    long.answer(&relay, 300).await;
    let driver = Driver::start().await;
    let address = format!("{}/c/{}?lang=en", relay.url(), long.site.key);
    let browser = visitor(driver.browser().await, &long, &address).await;
    open(&browser, &address).await;
    up_to_the_form(&browser).await;
    browser.until("document.querySelector('.press').hidden").await;
    browser.type_into("document.querySelector('form.ask [name=order]')", "12").await;
    browser.click("document.querySelector('form.ask button')").await;
    browser.until("document.activeElement.id === 't'").await;
    browser.click("document.querySelector('.jump')").await;
    browser.until("!document.querySelector('form.ask') && log.textContent.includes('Order: 12')").await;
    // The answer is drawn no more.
    up_to_the_form(&browser).await;
    browser.until("[...document.querySelector('form.ask').elements].every(n => n.disabled)").await;
    assert_eq!(browser.run("return log.textContent.includes('Order: 12')").await, false);
    browser.close().await;
}
