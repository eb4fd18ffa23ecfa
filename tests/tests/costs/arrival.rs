//! From a website's page to a live chat, on a processor slowed down four times and a line of 1.6 Mbit/s. Page and frame
//! are in one process here, as on phones that spare memory: one brake serves both, and what the chat does in its frame
//! holds the page up too, which is the harder case.
use crate::rounds::{TIMES, best_of, median, tenths};
use merhaba_tests::{
    browser::{Browser, Driver},
    proof::Proof,
    relay::Relay,
    screen::CHAT,
};
use serde_json::{Value, json};

/// For so long the loader is compiled and run, in the median.
const LOADER_MS: f64 = 10.0;
/// How many times slower the processor is made.
const SLOWER: u32 = 4;
/// 1.6 Mbit/s.
const BYTES_PER_SECOND: u32 = 200_000;
/// Before each answer begins.
const LATENCY_MS: u32 = 40;
const WATCH: &str = include_str!("watch.js");
/// Keys that a hand strikes until the chat is live, at most: a broken chat must not go on for ever.
const KEYS: u32 = 2_000;
/// The first of the signs that are typed, each the one after the last: a lost or doubled one shows.
const FIRST_SIGN: u32 = 0x4e00;
/// Two frames, and when the chat was live.
const NEXT_FRAMES: &str = "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(seen.live || 0))))";

/// Everything that was seen in the page, and when the loader had arrived.
const SEEN_IN_PAGE: &str =
    "const file = performance.getEntriesByType('resource').find(n => n.name.endsWith('/embed.js'));
    return { ...seen, script: performance.timeOrigin + file.responseEnd }";

/// Makes the browser slow, its line narrow, and has every document watched.
async fn brake(browser: &Browser) {
    browser.command("Network.enable", json!({})).await;
    browser.command("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWER })).await;
    let line = json!({ "offline": false, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND });
    browser.command("Network.emulateNetworkConditions", line).await;
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
}

/// Opens the shop and waits until the page has nothing to do any more.
async fn open(browser: &Browser, relay: &Relay) {
    browser.open(relay.told("shop")).await;
    browser.until("document.readyState === 'complete'").await;
    browser.run("return new Promise(done => requestIdleCallback(() => requestIdleCallback(done)))").await;
}

/// Opens the shop without the loader, so that what the page itself is seldom asked for has been fetched (its letters,
/// its style), and then with it.
async fn visit(browser: &Browser, relay: &Relay) {
    brake(browser).await;
    browser.command("Network.setBlockedURLs", json!({ "urls": ["*/embed.js"] })).await;
    open(browser, relay).await;
    browser.command("Network.setBlockedURLs", json!({ "urls": [] })).await;
    open(browser, relay).await;
    browser.until("seen.launcher").await;
}

/// Types until the chat is live, as if the visitor could not wait. Gives how many keys there were.
async fn type_until_live(browser: &Browser) -> u32 {
    for key in 0..KEYS {
        let sign = char::from_u32(FIRST_SIGN + key).expect("a sign").to_string();
        browser.command("Input.dispatchKeyEvent", json!({ "type": "char", "text": sign })).await;
        if browser.run(NEXT_FRAMES).await.as_f64().unwrap_or_default() > 0.0 {
            return key + 1;
        }
    }
    panic!("the chat is not live");
}

/// Asserts that from the first sign that the field took on, all are there, once and in order.
fn nothing_lost(text: &str, keys: u32) {
    let typed: Vec<_> = text.chars().map(u32::from).collect();
    let first = typed.first().copied().expect("something was typed before the chat was live");
    let expected: Vec<_> = (first..FIRST_SIGN + keys).collect();
    assert_eq!(typed, expected, "what was typed into the field");
}

/// What was seen in one visit: in the page and in the frame.
struct Visit {
    page: Value,
    frame: Value,
}

impl Visit {
    async fn make(relay: &Relay, driver: &Driver) -> Self {
        let browser = driver.looking_glass(relay.authority(), relay.authority()).await;
        visit(&browser, relay).await;
        browser.press(&format!("{CHAT}.querySelector('a')")).await;
        let keys = type_until_live(&browser).await;
        let page = browser.run(SEEN_IN_PAGE).await;
        browser.enter(&format!("{CHAT}.querySelector('iframe')")).await;
        let text = browser.run("return document.getElementById('t').value").await;
        nothing_lost(text.as_str().unwrap_or_default(), keys);
        let frame = browser.run("return seen").await;
        browser.close().await;
        Self { page, frame }
    }

    /// When something was seen first, in the page or in the frame.
    fn at(&self, name: &str) -> f64 {
        let seen = self.page[name].as_f64().or_else(|| self.frame[name].as_f64());
        seen.unwrap_or_else(|| panic!("{name} was not seen: {} {}", self.page, self.frame))
    }

    fn between(&self, from: &str, to: &str) -> f64 {
        tenths(self.at(to) - self.at(from))
    }

    /// The longest task of more than 50 ms that began between two moments; 0: there was none.
    fn longest_task(&self, from: f64, to: f64) -> f64 {
        let tasks = self.page["tasks"].as_array().into_iter().flatten();
        let within = tasks.filter(|task| task[1].as_f64().is_some_and(|at| (from..to).contains(&at)));
        within.filter_map(|task| task[2].as_f64()).fold(0.0, f64::max)
    }

    /// How much the page has shifted since the launcher's script came.
    fn shift(&self) -> f64 {
        let shifts = self.page["shifts"].as_array().into_iter().flatten();
        let since = shifts.filter(|shift| shift[0].as_f64().is_some_and(|at| at >= self.at("script")));
        since.filter_map(|shift| shift[1].as_f64()).fold(0.0, |sum, shift| sum + shift)
    }
}

/// What is measured: its name, how much it may be in the median, and how it is read.
const BUDGETS: &[(&str, f64, fn(&Visit) -> f64)] = &[
    ("launcher_after_script_ms", 300.0, |visit| visit.between("script", "launcher")),
    ("longest_task_before_intent_ms", 0.0, |visit| {
        visit.longest_task(visit.at("launcher"), visit.at("intent"))
    }),
    ("panel_after_click_ms", 100.0, |visit| visit.between("click", "panel")),
    ("composer_after_intent_ms", 500.0, |visit| visit.between("intent", "composer")),
    ("focus_after_intent_ms", 500.0, |visit| visit.between("intent", "focus")),
    ("live_after_intent_ms", 1_500.0, |visit| visit.between("intent", "live")),
    ("layout_shift", 0.0, Visit::shift),
];

/// The times of the processor in which the loader was compiled and run, in milliseconds, by the browser's own trace.
async fn loaded(relay: &Relay, driver: &Driver) -> Vec<f64> {
    let browser = driver.stopwatch().await;
    brake(&browser).await;
    // The first page may be in a process that is not traced yet; what the log has of it is taken out.
    open(&browser, relay).await;
    browser.log("performance").await;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        // Nothing compiled is kept from the time before.
        browser.command("Network.clearBrowserCache", json!({})).await;
        open(&browser, relay).await;
        browser.until("seen.launcher").await;
        times.push(evaluated(&browser).await);
    }
    browser.close().await;
    times
}

/// What the trace says of it since this was asked last.
async fn evaluated(browser: &Browser) -> f64 {
    let log = browser.log("performance").await;
    let entries = log.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
    let events = entries
        .filter_map(|text| Some(serde_json::from_str::<Value>(text).ok()?["message"]["params"].take()));
    let ours = events.filter(|event| {
        let url = event["args"]["data"]["url"].as_str();
        event["name"] == "EvaluateScript" && url.is_some_and(|url| url.ends_with("/embed.js"))
    });
    let micros: Vec<_> = ours.filter_map(|event| event["tdur"].as_f64()).collect();
    assert!(!micros.is_empty(), "the loader is not in the trace");
    tenths(micros.iter().sum::<f64>() / 1_000.0)
}

/// One round: what was over its budget.
async fn round(number: usize, relay: &Relay, driver: &Driver) -> Vec<String> {
    let mut proof = Proof::begin("costs.arrival", &[]);
    proof.figure("round", number);
    let mut visits = Vec::new();
    for _ in 0..TIMES {
        visits.push(Visit::make(relay, driver).await);
    }
    let mut over = Vec::new();
    for (name, budget, read) in BUDGETS {
        let values: Vec<_> = visits.iter().map(read).collect();
        if median(&values) > *budget {
            over.push(format!("{name} {values:?}, budget {budget}"));
        }
        proof.figure(name, values);
    }
    let loader = loaded(relay, driver).await;
    if median(&loader) > LOADER_MS {
        over.push(format!("host_script_ms {loader:?}, budget {LOADER_MS}"));
    }
    proof.figure("host_script_ms", loader);
    let after: Vec<_> =
        visits.iter().map(|visit| visit.longest_task(visit.at("intent"), f64::INFINITY)).collect();
    proof.figure("longest_task_after_intent_ms", after);
    let typed: Vec<_> = visits.iter().map(|visit| visit.between("intent", "typed")).collect();
    proof.figure("first_key_after_intent_ms", typed);
    proof.holds();
    over
}

#[tokio::test]
async fn from_the_page_to_a_live_chat_on_a_slow_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let driver = Driver::start().await;
    best_of(async |number| round(number, &relay, &driver).await).await;
}
