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
const NEXT_FRAMES: &str =
    "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(seen.live || 0))))";

/// What is timed: its name, and how many milliseconds it may take in the median.
const BUDGETS: &[(&str, f64)] = &[
    ("launcher_after_script_ms", 300.0),
    ("panel_after_click_ms", 100.0),
    ("composer_after_intent_ms", 500.0),
    ("key_taken_after_intent_ms", 500.0),
    ("live_after_intent_ms", 1_500.0),
];

/// Makes the browser slow, its line narrow, and has every document watched.
async fn brake(browser: &Browser) {
    browser.command("Network.enable", json!({})).await;
    browser.command("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWER })).await;
    let line = json!({ "offline": false, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND });
    browser.command("Network.emulateNetworkConditions", line).await;
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
}

/// Opens the shop and waits until everything that the loader does on its own has been done.
async fn visit(browser: &Browser, relay: &Relay) {
    browser.open(relay.told("shop")).await;
    browser.until("seen.launcher && document.readyState === 'complete'").await;
    browser.run("return new Promise(done => requestIdleCallback(() => requestIdleCallback(done)))").await;
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

/// One visit: everything that was seen, by page and frame.
async fn once(relay: &Relay, driver: &Driver) -> (Value, Value) {
    let browser = driver.looking_glass(relay.authority(), relay.authority()).await;
    brake(&browser).await;
    visit(&browser, relay).await;
    browser.press(&format!("{CHAT}.querySelector('a')")).await;
    let keys = type_until_live(&browser).await;
    let script = "const file = performance.getEntriesByType('resource').find(n => n.name.endsWith('/embed.js')); seen.script = performance.timeOrigin + file.responseEnd; return seen";
    let page = browser.run(script).await;
    browser.enter(&format!("{CHAT}.querySelector('iframe')")).await;
    let text = browser.run("return document.getElementById('t').value").await;
    nothing_lost(text.as_str().unwrap_or_default(), keys);
    let frame = browser.run("return seen").await;
    browser.close().await;
    (page, frame)
}

fn time(seen: &Value, name: &str) -> f64 {
    seen[name].as_f64().unwrap_or_else(|| panic!("{name} was not seen: {seen}"))
}

/// Long tasks before a moment: those of the page's own, or of the frame in it.
fn long_tasks(seen: &Value, from: f64, to: f64) -> f64 {
    let tasks = seen["tasks"].as_array().into_iter().flatten();
    let within = tasks.filter(|task| task[1].as_f64().is_some_and(|at| (from..to).contains(&at)));
    within.filter_map(|task| task[2].as_f64()).fold(0.0, f64::max)
}

#[tokio::test]
async fn from_the_page_to_a_live_chat_on_a_slow_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let driver = Driver::start().await;
    best_of(async |round| {
        let mut proof = Proof::begin("costs.arrival", &[]);
        proof.figure("round", round);
        let mut visits = Vec::new();
        for _ in 0..TIMES {
            visits.push(once(&relay, &driver).await);
        }
        let mut over = Vec::new();
        let values = |pick: &dyn Fn(&Value, &Value) -> f64| -> Vec<f64> {
            visits.iter().map(|(page, frame)| tenths(pick(page, frame))).collect()
        };
        let timed = [
            values(&|page, _| time(page, "launcher") - time(page, "script")),
            values(&|page, _| time(page, "panel") - time(page, "click")),
            values(&|page, frame| time(frame, "composer") - time(page, "intent")),
            values(&|page, frame| time(frame, "typed") - time(page, "intent")),
            values(&|page, _| time(page, "live") - time(page, "intent")),
        ];
        for ((name, budget), values) in BUDGETS.iter().zip(timed) {
            if median(&values) > *budget {
                over.push(format!("{name} {values:?}, budget {budget}"));
            }
            proof.figure(name, values);
        }
        let before = values(&|page, _| long_tasks(page, 0.0, time(page, "intent")));
        let after = values(&|page, _| long_tasks(page, time(page, "intent"), f64::MAX));
        let shift = values(&|page, _| time(page, "shift"));
        proof.figure("longest_task_before_intent_ms", before);
        proof.figure("longest_task_after_ms", after);
        proof.figure("layout_shift", shift);
        proof.figure("all", visits.iter().map(|(p, f)| json!([p, f])).collect::<Vec<_>>());
        proof.holds();
        over
    })
    .await;
}
