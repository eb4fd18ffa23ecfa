//! A thread of ten thousand messages: how soon it is drawn, and whether frames come while a wheel turns through all of
//! it, up to where it began (older pages are fetched on the way) and down again.
use crate::{
    long::Long,
    rounds::{TIMES, best_of, median, tenths},
};
use merhaba_tests::{
    browser::{Browser, Driver},
    proof::Proof,
    relay::Relay,
};
use serde_json::{Value, json};

/// From the socket's first frame to a painted log, in the median; from the navigation as well.
const OPENS_WITHIN_MS: f64 = 300.0;
/// Between two frames, at most.
const FRAME_MS: f64 = 50.0;
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
async fn open(browser: &Browser, address: &str) -> (f64, f64) {
    browser.open(address).await;
    browser.until("seen.drawn").await;
    let seen = browser.run("return [seen.drawn - seen.hello, seen.drawn]").await;
    let number = |index: usize| seen[index].as_f64().expect("it was seen");
    (tenths(number(0)), tenths(number(1)))
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

/// One round: what was over its budget.
async fn round(number: usize, driver: &Driver, long: &Long, address: &str) -> Vec<String> {
    let mut proof = Proof::begin("costs.thread", &[]);
    proof.figure("round", number);
    let browser = visitor(driver, long, address).await;
    let mut opened = Vec::new();
    for _ in 0..TIMES {
        opened.push(open(&browser, address).await);
    }
    let (hello, navigation): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    let mut timed = vec![
        ("drawn_after_hello_ms", median(&hello), OPENS_WITHIN_MS),
        ("drawn_after_navigation_ms", median(&navigation), OPENS_WITHIN_MS),
    ];
    proof.figure("drawn_after_hello_ms", hello);
    proof.figure("drawn_after_navigation_ms", navigation);
    for (name, by, arrived) in [("frames_up_ms", -TURN, BEGAN), ("frames_down_ms", TURN, END)] {
        let seen = turn(&browser, by, arrived).await;
        assert_eq!(
            seen["numbers"],
            MESSAGES / 2,
            "{name}: every message of the visitor's is drawn on the way"
        );
        timed.push((name, seen["gaps"][0].as_f64().expect("there were frames"), FRAME_MS));
        proof.figure(name, seen);
    }
    browser.close().await;
    proof.holds();
    let over = timed.into_iter().filter(|(_, found, budget)| found > budget);
    over.map(|(name, found, budget)| format!("{name} {found}, budget {budget}")).collect()
}

#[tokio::test]
async fn ten_thousand_messages_open_at_once_and_scroll_without_a_dropped_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let long = Long::write(&relay, MESSAGES).await;
    let driver = Driver::start().await;
    let address = format!("{}/c/{}?lang=en", relay.url(), long.site.key);
    best_of(async |number| round(number, &driver, &long, &address).await).await;
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
    for (edge, to) in [("0", "0"), ("0", "0"), ("0", "0"), ("0", "0"), ("-1", "log.scrollHeight"), ("0", "0")]
    {
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
