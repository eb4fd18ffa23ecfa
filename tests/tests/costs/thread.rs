//! A thread of ten thousand messages: how soon it is drawn, and whether frames come while a wheel turns through all of
//! it, up to where it began (older pages are fetched on the way) and down again.
use crate::{
    long::Long,
    rounds::{Budget, MOMENT, WALK, measure, over},
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
/// Of the processor's time on the page's main thread, between two turns of the wheel: a few frames, so that no gap between
/// two of them can be longer for what the page does. The clock's own gaps say as much of the machine as of the page; they
/// are told besides.
const WORK: &[Budget] = &[("work_up_ms", 50.0), ("work_down_ms", 50.0)];
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
const END: &str =
    "log.scrollHeight - log.clientHeight - log.scrollTop < 2 && document.querySelector('.jump').hidden";

/// Opens the visitor's plain page; milliseconds from hello and from the navigation to a painted log.
async fn open(browser: &Browser, address: &str) -> Vec<f64> {
    browser.open(address).await;
    browser.until("seen.drawn").await;
    let seen = browser.run("return [seen.drawn - seen.hello, seen.drawn]").await;
    seen.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Seconds of the processor that the page's main thread has had.
async fn worked(browser: &Browser) -> f64 {
    let metrics = browser.command("Performance.getMetrics", json!({})).await;
    let all = metrics["metrics"].as_array().into_iter().flatten();
    let found =
        all.filter(|metric| metric["name"] == "TaskDuration").find_map(|metric| metric["value"].as_f64());
    found.expect("Chromium counts it")
}

/// Turns the wheel until the log stands where this says. The most work, in milliseconds, that a turn made, and the
/// longest gaps between frames by the clock.
async fn turn(browser: &Browser, by: i32, arrived: &str) -> (f64, Value) {
    browser.run("seen.begin()").await;
    let arrived = format!("return new Promise(done => requestAnimationFrame(() => done({arrived})))");
    let (mut most, mut before) = (0.0_f64, worked(browser).await);
    for _ in 0..TURNS {
        let wheel = json!({ "type": "mouseWheel", "x": 640, "y": 400, "deltaX": 0, "deltaY": by });
        browser.command("Input.dispatchMouseEvent", wheel).await;
        let there = browser.run(&arrived).await == true;
        let now = worked(browser).await;
        most = most.max((now - before) * 1_000.0);
        before = now;
        if there {
            return (most, browser.run("return seen.end()").await);
        }
    }
    panic!("the log never stood where it should: {arrived}; {}", browser.run(PLACE).await);
}

/// A browser on the plain page, known as the visitor.
async fn visitor(driver: &Driver, long: &Long, address: &str) -> Browser {
    let browser = driver.browser().await;
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

/// The figures of [`WORK`], through the whole log and back.
async fn pass(browser: &Browser, address: &str, gaps: &RefCell<Vec<Value>>) -> Vec<f64> {
    open(browser, address).await;
    let mut work = Vec::new();
    for (by, arrived) in [(-TURN, BEGAN), (TURN, END)] {
        let (most, seen) = turn(browser, by, arrived).await;
        assert_eq!(seen["numbers"], MESSAGES / 2, "every message of the visitor's is drawn on the way");
        work.push(most);
        gaps.borrow_mut().push(seen);
    }
    work
}

#[tokio::test]
async fn ten_thousand_messages_open_at_once_and_scroll_without_a_dropped_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let began = Instant::now();
    let long = Long::write(&relay, MESSAGES).await;
    let driver = Driver::start().await;
    let address = format!("{}/c/{}?lang=en", relay.url(), long.site.key);
    let browser = visitor(&driver, &long, &address).await;
    let mut proof = Proof::begin("costs.thread", &[]);
    proof.figure("messages", MESSAGES);
    proof.figure("written_in_s", began.elapsed().as_secs());
    let opened = measure(OPENS, MOMENT, async || open(&browser, &address).await).await;
    let gaps = RefCell::new(Vec::new());
    browser.command("Performance.enable", json!({ "timeDomain": "threadTicks" })).await;
    let scrolled = measure(WORK, WALK, async || pass(&browser, &address, &gaps).await).await;
    browser.close().await;
    let mut all = over(OPENS, &opened);
    all.extend(over(WORK, &scrolled));
    for (name, values) in opened.into_iter().chain(scrolled) {
        proof.figure(name, values);
    }
    proof.figure("frames", gaps.take());
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
    let browser = visitor(&driver, &long, &address).await;
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
