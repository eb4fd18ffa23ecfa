//! From a website's page to a live chat, on a processor slowed down four times and a line of 1.6 Mbit/s. Page and frame
//! are in one process here, as on phones that spare memory: one brake serves both, and what the chat does in its frame
//! holds the page up too, which is the harder case.
use crate::{
    rounds::{Budget, MOMENT, measure},
    trace,
};
use merhaba_tests::{
    browser::{Browser, Driver},
    proof::Proof,
    relay::Relay,
    screen::CHAT,
};
use serde_json::{Value, json};

/// So much of the processor's time the loader may take, in the best of its times: a processor that is shared has colder
/// caches, which adds to that time and never takes from it.
const LOADER_MS: f64 = 10.0;
/// Pages for which that is measured.
const PAGES: usize = 7;
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

/// Types until the chat is live, as if the visitor could not wait, and one sign more. Gives how many there were.
async fn type_until_live(browser: &Browser) -> u32 {
    let mut live = false;
    for key in 0..KEYS {
        let sign = char::from_u32(FIRST_SIGN + key).expect("a sign").to_string();
        browser.command("Input.dispatchKeyEvent", json!({ "type": "char", "text": sign })).await;
        if live {
            return key + 1;
        }
        live = browser.run(NEXT_FRAMES).await.as_f64().unwrap_or_default() > 0.0;
    }
    panic!("the chat is not live");
}

/// Asserts that from the first sign that the field took on, all are there, once and in order.
async fn nothing_lost(browser: &Browser, keys: u32) {
    let last = FIRST_SIGN + keys - 1;
    browser.until(&format!("document.getElementById('t').value.includes(String.fromCharCode({last}))")).await;
    let text = browser.run("return document.getElementById('t').value").await;
    let typed: Vec<_> = text.as_str().unwrap_or_default().chars().map(u32::from).collect();
    let first = typed.first().copied().expect("something was typed");
    assert_eq!(typed, (first..=last).collect::<Vec<_>>(), "what was typed into the field");
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
        let frame = browser.run("return seen").await;
        nothing_lost(&browser, keys).await;
        browser.close().await;
        Self { page, frame }
    }

    /// When something was seen first, in the page or in the frame.
    fn at(&self, name: &str) -> f64 {
        let seen = self.page[name].as_f64().or_else(|| self.frame[name].as_f64());
        seen.unwrap_or_else(|| panic!("{name} was not seen: {} {}", self.page, self.frame))
    }

    fn between(&self, from: &str, to: &str) -> f64 {
        self.at(to) - self.at(from)
    }

    /// The longest task of more than 50 ms that began between two moments; 0: there was none.
    fn longest_task(&self, from: f64, to: f64) -> f64 {
        let tasks = self.page["tasks"].as_array().into_iter().flatten();
        let within = tasks.filter(|task| task[1].as_f64().is_some_and(|at| (from..to).contains(&at)));
        within.filter_map(|task| task[2].as_f64()).fold(0.0, f64::max)
    }

    /// How much a document has shifted since the launcher's script came, in hundredths of Chromium's score.
    fn shift(&self, document: &Value) -> f64 {
        let shifts = document["shifts"].as_array().into_iter().flatten();
        let since = shifts.filter(|shift| shift[0].as_f64().is_some_and(|at| at >= self.at("script")));
        since.filter_map(|shift| shift[1].as_f64()).fold(0.0, |sum, shift| sum + 100.0 * shift)
    }

    /// The figures of [`BUDGETS`].
    fn figures(&self) -> Vec<f64> {
        vec![
            self.between("script", "launcher"),
            self.longest_task(self.at("launcher"), self.at("intent")),
            self.between("click", "panel"),
            self.between("intent", "composer"),
            self.between("click", "focus"),
            self.between("intent", "live"),
            self.shift(&self.page),
            self.shift(&self.frame),
        ]
    }
}

/// What is measured, and how much it may be.
const BUDGETS: &[Budget] = &[
    ("launcher_after_script_ms", 300.0),
    ("longest_task_before_intent_ms", 0.0),
    ("panel_after_click_ms", 100.0),
    ("composer_after_intent_ms", 500.0),
    ("focus_after_click_ms", 500.0),
    ("live_after_intent_ms", 1_500.0),
    ("layout_shift_percent", 0.0),
    ("layout_shift_of_the_chat_percent", 0.0),
];

#[tokio::test]
async fn from_the_page_to_a_live_chat_on_a_slow_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let driver = Driver::start().await;
    let mut proof = Proof::begin("costs.arrival", &[]);
    let found = measure(BUDGETS, MOMENT, async || Visit::make(&relay, &driver).await.figures()).await;
    let over = found.late(BUDGETS);
    found.tell(&mut proof);
    proof.holds();
    assert!(over.is_empty(), "over the budget, however often: {}", over.join("; "));
}

/// By the browser's own trace, and in time of the processor: what the loader takes until a person wants it, from being
/// compiled to standing in the page.
#[tokio::test]
async fn the_loader_takes_next_to_nothing_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let driver = Driver::start().await;
    let browser = driver.stopwatch().await;
    brake(&browser).await;
    for _ in 0..PAGES {
        // Nothing compiled is kept from the time before.
        browser.command("Network.clearBrowserCache", json!({})).await;
        open(&browser, &relay).await;
        browser.until("seen.launcher").await;
    }
    let found = trace::script(&browser.log("performance").await, "/embed.js");
    browser.close().await;
    let mut proof = Proof::begin("costs.loader", &[]);
    proof.figure("host_script_ms", found.clone());
    proof.holds();
    let best = found.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(best <= LOADER_MS, "more than {LOADER_MS} ms each time: {found:?}");
}
