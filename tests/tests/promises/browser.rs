//! What the visitor's and the agent's screens say, in a real browser, while the network is taken away outside of it and
//! tabs come and go: nothing is lost or doubled, and no screen says what is not so. Everything is read from the DOM.
use merhaba_tests::{
    browser::{Browser, Driver, Tab},
    faults::cut::{Mode, Network, Upgrades},
    proof::{Proof, amount, seed},
    relay::Relay,
};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The shadow root with the launcher, wherever the loader has hung it.
const CHAT: &str = "[...document.querySelectorAll('*')].map(e => e.shadowRoot).find(r => r && r.querySelector('a[href*=\"/c/\"]'))";
/// Where people write.
const FIELD: &str = "document.querySelector('textarea')";
/// The messages of this test that the timeline shows, in order.
const SHOWN: &str =
    "(document.querySelector('[role=log]')?.textContent || '').match(/(visitor|agent)-\\d+;/g)";
/// What the banner says; nothing while there is none.
const BANNER: &str =
    "(document.querySelector('#banner:not([hidden]), #line .banner')?.innerText || '').trim()";
/// The mark under the last message.
const MARK: &str = "[...document.querySelectorAll('.mark.me')].at(-1)?.innerText || ''";
/// The sign of a close, `offline` or an answer that does not come must be on the screen within this time.
const SAID_WITHIN: Duration = Duration::from_secs(5);
/// And a line that is silent without any sign, while the panel is seen.
const FOUND_WITHIN: Duration = Duration::from_secs(15);
/// What a driver and a busy machine may take on top.
const SLACK: Duration = Duration::from_millis(1_500);

/// Browsers are heavy: two stages stand at a time, and mostly one of them waits for a line to be found dead.
static STAGES: Semaphore = Semaphore::const_new(2);

/// A demo with a network of the visitor's own in front of it.
struct Stage {
    relay: Relay,
    network: Network,
    driver: Driver,
    folder: TempDir,
    place: SemaphorePermit<'static>,
}

async fn stage() -> Stage {
    let place = STAGES.acquire().await.expect("it is never closed");
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let network = Network::before(relay.authority()).await;
    Stage { relay, network, driver: Driver::start().await, folder, place }
}

impl Stage {
    /// A visitor whose browser reaches the relay over the network only, with the chat open.
    async fn visitor(&self) -> Browser {
        let browser = self.driver.browser_over(self.relay.authority(), self.network.address()).await;
        self.open_chat(&browser).await;
        browser
    }

    /// Loads the shop and opens the chat in it.
    async fn open_chat(&self, browser: &Browser) {
        browser.open(self.relay.told("shop")).await;
        browser.press(&format!("{CHAT}.querySelector('a')")).await;
        enter_chat(browser).await;
    }

    /// An agent who has signed in, over the network or not.
    async fn agent(&self, over: Option<&Network>) -> Browser {
        let browser = match over {
            Some(network) => self.driver.browser_over(self.relay.authority(), network.address()).await,
            None => self.driver.browser().await,
        };
        browser.open(self.relay.told("agent")).await;
        browser.type_into("document.querySelector('input[type=email]')", self.relay.told("email")).await;
        let password = format!("{}\u{e007}", self.relay.told("password"));
        browser.type_into("document.querySelector('input[type=password]')", &password).await;
        browser.until("!document.querySelector('input[type=password]')").await;
        browser
    }

    /// Stops the relay as an operator does and starts it again.
    async fn restart(self) -> Self {
        let Self { relay, network, driver, folder, place } = self;
        let (data, address) = (relay.data().to_path_buf(), relay.authority().to_owned());
        assert!(relay.stop().await.success());
        let relay = Relay::demo_at(&data, &address).await;
        Self { relay, network, driver, folder, place }
    }
}

async fn enter_chat(browser: &Browser) {
    browser.enter(&format!("{CHAT}.querySelector('iframe')")).await;
    browser.until(&format!("document.body.dataset.mode !== 'x' && {FIELD}")).await;
}

async fn write(browser: &Browser, text: &str) {
    browser.type_into(FIELD, &format!("{text}\u{e007}")).await;
}

/// Waits until the timeline shows exactly these.
async fn shows(browser: &Browser, messages: &[&str]) {
    browser.until(&format!("String({SHOWN} || '') === {:?}", messages.join(","))).await;
}

/// Waits until the last message of this side is marked like this.
async fn marked(browser: &Browser, word: &str) {
    browser.until(&format!("({MARK}).includes({word:?})")).await;
}

/// Waits until the banner says something with this in it; gives how long that took.
async fn banner(browser: &Browser, words: &str) -> Duration {
    let began = Instant::now();
    browser.until(&format!("{BANNER}.includes({words:?})")).await;
    began.elapsed()
}

/// The sign of a browser that there is a network again: a page that waits its time looks at once.
async fn nudge(browser: &Browser) {
    browser.run("dispatchEvent(new Event('online'))").await;
}

/// Opens the conversation whose preview shows this text.
async fn open_conversation(agent: &Browser, preview: &str) {
    let row = format!(
        "[...document.querySelectorAll('button, a, [role=button], [role=option]')].find(e => e.textContent.includes({preview:?}))"
    );
    agent.click(&row).await;
    agent.until(FIELD).await;
}

/// Waits until the frame is another document than the one that was marked.
async fn loaded_again(browser: &Browser) {
    browser.leave().await;
    loop {
        enter_chat(browser).await;
        if browser.run("return !window.before").await == true {
            return;
        }
        browser.leave().await;
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("short")
}

#[tokio::test]
async fn a_cut_network_is_said_in_time_and_costs_no_message() {
    let mut proof = Proof::begin("T16.cut", &["P5", "P10", "P11"]);
    let stage = stage().await;
    let (agent, visitor) = tokio::join!(stage.agent(None), stage.visitor());
    write(&visitor, "visitor-1;").await;
    open_conversation(&agent, "visitor-1;").await;
    marked(&visitor, "Read").await;

    // A sign: the line is closed.
    stage.network.set(Mode::Down);
    let said = banner(&visitor, "No connection").await;
    assert!(said <= SAID_WITHIN + SLACK, "said after {said:?}");
    write(&visitor, "visitor-2;").await;
    marked(&visitor, "Sending").await;
    write(&agent, "agent-1;").await;
    stage.network.set(Mode::Open);
    nudge(&visitor).await;
    banner(&visitor, "up to date").await;
    let all = ["visitor-1;", "agent-1;", "visitor-2;"];
    shows(&visitor, &all).await;
    shows(&agent, &all).await;
    marked(&visitor, "Read").await;

    // No sign at all: a send is not answered.
    stage.network.set(Mode::Silent);
    write(&visitor, "visitor-3;").await;
    marked(&visitor, "Sending").await;
    let unanswered = banner(&visitor, "No connection").await;
    assert!(unanswered <= SAID_WITHIN + SLACK, "said after {unanswered:?}");
    stage.network.set(Mode::Open);
    nudge(&visitor).await;
    banner(&visitor, "up to date").await;
    marked(&visitor, "Read").await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;", "visitor-3;"]).await;

    // Not even that: nobody writes anything.
    stage.network.set(Mode::Silent);
    let found = banner(&visitor, "No connection").await;
    assert!(found <= FOUND_WITHIN + SLACK, "found after {found:?}");
    proof.figure("close_said_ms", millis(said));
    proof.figure("unanswered_said_ms", millis(unanswered));
    proof.figure("silence_found_ms", millis(found));
    visitor.close().await;
    agent.close().await;
    proof.holds();
}

#[tokio::test]
async fn what_two_tabs_wrote_without_a_network_survives_them_both_in_order() {
    let proof = Proof::begin("T16.tabs", &["P5", "P7", "P10"]);
    let stage = stage().await;
    let visitor = stage.visitor().await;
    write(&visitor, "visitor-1;").await;
    marked(&visitor, "Sent").await;
    visitor.leave().await;
    let first = visitor.new_tab().await;
    stage.open_chat(&visitor).await;
    shows(&visitor, &["visitor-1;"]).await;
    let second = visitor.tab().await;

    stage.network.set(Mode::Down);
    write(&visitor, "visitor-2;").await;
    marked(&visitor, "Sending").await;
    turn_to(&visitor, &first).await;
    // The other tab's message waits here too, and this tab's goes behind it.
    shows(&visitor, &["visitor-1;", "visitor-2;"]).await;
    write(&visitor, "visitor-3;").await;
    shows(&visitor, &["visitor-1;", "visitor-2;", "visitor-3;"]).await;
    visitor.leave().await;
    visitor.close_tab(&second).await;
    enter_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "visitor-2;", "visitor-3;"]).await;
    // And now nobody is left who has them in memory.
    visitor.leave().await;
    visitor.open("about:blank").await;
    stage.network.set(Mode::Open);
    stage.open_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "visitor-2;", "visitor-3;"]).await;
    marked(&visitor, "Sent").await;
    let agent = stage.agent(None).await;
    open_conversation(&agent, "visitor-3;").await;
    shows(&agent, &["visitor-1;", "visitor-2;", "visitor-3;"]).await;
    let left =
        visitor.run("return Object.keys(localStorage).filter(key => key.includes(':out:')).length").await;
    assert_eq!(left, 0, "what is stored is not kept any longer");
    visitor.close().await;
    agent.close().await;
    proof.holds();
}

/// Brings a tab to the front and goes into its chat.
async fn turn_to(browser: &Browser, tab: &Tab) {
    browser.switch(tab).await;
    enter_chat(browser).await;
}

#[tokio::test]
async fn where_websockets_are_blocked_both_pages_talk_all_the_same() {
    let mut proof = Proof::begin("T16.blocked", &["P5", "P10", "P15"]);
    let mut stage = stage().await;
    let desk = Network::before(stage.relay.authority()).await;
    for network in [&stage.network, &desk] {
        network.upgrades(amount(Upgrades::Refuse, Upgrades::Swallow));
    }
    let visitor = stage.visitor().await;
    let began = Instant::now();
    write(&visitor, "visitor-1;").await;
    marked(&visitor, "Sent").await;
    proof.figure("first_message_ms", millis(began.elapsed()));
    let agent = stage.agent(Some(&desk)).await;
    open_conversation(&agent, "visitor-1;").await;
    marked(&visitor, "Read").await;
    write(&agent, "agent-1;").await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;

    visitor.leave().await;
    stage.open_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;
    agent.reload().await;
    open_conversation(&agent, "agent-1;").await;

    stage = stage.restart().await;
    write(&visitor, "visitor-2;").await;
    shows(&agent, &["visitor-1;", "agent-1;", "visitor-2;"]).await;
    agent.until("!document.querySelector('#line .banner:not(.good)')").await;
    write(&agent, "agent-2;").await;
    let all = ["visitor-1;", "agent-1;", "visitor-2;", "agent-2;"];
    shows(&visitor, &all).await;
    shows(&agent, &all).await;
    assert_eq!((stage.network.sockets(), desk.sockets()), (0, 0), "no websocket got through");
    visitor.close().await;
    agent.close().await;
    proof.holds();
}

#[tokio::test]
async fn every_state_of_a_message_and_of_the_line_is_said() {
    let proof = Proof::begin("T16.states", &["P11", "P15"]);
    let mut stage = stage().await;
    let visitor = stage.visitor().await;
    // Somebody else's text that is too long, as an older page may have kept it: the relay will never take it.
    visitor
        .run("localStorage.setItem('merhaba:demo:out:' + Date.now() + 'ab'.repeat(16), '\\n' + 'visitor-1;' + 'x'.repeat(4000))")
        .await;
    visitor.leave().await;
    stage.open_chat(&visitor).await;
    let failed = "document.querySelector('.mark.fail')";
    visitor.until(&format!("{failed}?.innerText.includes('Not sent')")).await;
    visitor.click(&format!("{failed}.querySelectorAll('button')[0]")).await;
    visitor.until(&format!("{failed}?.innerText.includes('Not sent')")).await;
    visitor.click(&format!("{failed}.querySelectorAll('button')[1]")).await;
    visitor.until(&format!("!{failed} && {FIELD}.value.startsWith('visitor-1;xxx')")).await;
    visitor.run(&format!("{FIELD}.value = ''; {FIELD}.dispatchEvent(new Event('input'))")).await;
    write(&visitor, "visitor-2;").await;
    marked(&visitor, "Sent").await;

    // A restart shows no error.
    let watch = format!(
        "window.said = []; new MutationObserver(() => said.push({BANNER})).observe(document.getElementById('banner'), {{ attributes: true, childList: true, subtree: true, characterData: true }})"
    );
    visitor.run(&watch).await;
    stage = stage.restart().await;
    write(&visitor, "visitor-3;").await;
    marked(&visitor, "Sent").await;
    shows(&visitor, &["visitor-2;", "visitor-3;"]).await;
    let said = visitor.run("return said.filter(Boolean)").await;
    assert_eq!(said, serde_json::json!([]), "a restart is no error");

    // A page that is too old loads itself once, and then says so.
    visitor.run("window.before = true").await;
    stage.network.upgrades(Upgrades::Old);
    stage.network.set(Mode::Down);
    banner(&visitor, "No connection").await;
    stage.network.set(Mode::Open);
    loaded_again(&visitor).await;
    banner(&visitor, "A newer version").await;
    visitor.run("window.before = true").await;
    stage.network.upgrades(Upgrades::Pass);
    visitor.click("document.querySelector('#banner button')").await;
    loaded_again(&visitor).await;
    shows(&visitor, &["visitor-2;", "visitor-3;"]).await;
    visitor.until(&format!("!({BANNER})")).await;

    // Ended for good.
    write(&visitor, "visitor-4;").await;
    marked(&visitor, "Sent").await;
    stage.network.close(4503);
    banner(&visitor, "has been closed").await;
    visitor.close().await;
    proof.holds();
}

#[tokio::test]
async fn without_storage_the_widget_says_so_and_asks_before_it_forgets() {
    let proof = Proof::begin("T16.storage", &["P10", "P11"]);
    let stage = stage().await;
    let blocked = serde_json::json!({ "profile.default_content_setting_values.cookies": 2 });
    let visitor = stage.driver.browser_with(blocked).await;
    stage.open_chat(&visitor).await;
    visitor.until("document.getElementById('hint').innerText.includes('keeps nothing here')").await;
    let asks = "return (e => { dispatchEvent(e); return e.defaultPrevented })(new Event('beforeunload', { cancelable: true }))";
    assert_eq!(visitor.run(asks).await, false, "nothing to lose yet");
    write(&visitor, "visitor-1;").await;
    marked(&visitor, "Sent").await;
    assert_eq!(visitor.run(asks).await, false, "the relay has it");
    visitor.type_into(FIELD, "half a").await;
    assert_eq!(visitor.run(asks).await, true);
    visitor.close().await;
    proof.holds();
}

#[tokio::test]
async fn a_page_out_of_the_cache_a_hidden_one_and_a_slow_one_miss_nothing() {
    let mut proof = Proof::begin("T16.asleep", &["P5", "P9"]);
    let stage = stage().await;
    let (agent, visitor) = tokio::join!(stage.agent(None), stage.visitor());
    write(&visitor, "visitor-1;").await;
    open_conversation(&agent, "visitor-1;").await;
    marked(&visitor, "Read").await;

    // Left by a link and come back to.
    visitor.leave().await;
    visitor.run("window.kept = true").await;
    visitor.open(&format!("{}/c/demo", stage.relay.url())).await;
    write(&agent, "agent-1;").await;
    shows(&agent, &["visitor-1;", "agent-1;"]).await;
    visitor.run("history.back()").await;
    visitor.until(&format!("location.pathname === '/demo' && {CHAT}")).await;
    let kept = visitor.run("return !!window.kept").await;
    proof.figure("from_the_cache", kept.clone());
    if kept == false {
        visitor.press(&format!("{CHAT}.querySelector('a')")).await;
    }
    enter_chat(&visitor).await;
    shows(&visitor, &["visitor-1;", "agent-1;"]).await;

    // Behind another tab.
    visitor.leave().await;
    let shop = visitor.new_tab().await;
    write(&agent, "agent-2;").await;
    shows(&agent, &["visitor-1;", "agent-1;", "agent-2;"]).await;
    let empty = visitor.tab().await;
    turn_to(&visitor, &shop).await;
    shows(&visitor, &["visitor-1;", "agent-1;", "agent-2;"]).await;
    visitor.leave().await;

    visitor.close_tab(&empty).await;
    visitor.close().await;
    agent.close().await;

    // On a machine a quarter as fast; a page of its own, since a frame of another site is not slowed down with its page.
    let slow = stage.driver.browser().await;
    slow.command("Emulation.setCPUThrottlingRate", serde_json::json!({ "rate": 4 })).await;
    slow.open(&format!("{}/c/demo", stage.relay.url())).await;
    slow.until(FIELD).await;
    for number in 2..5 {
        write(&slow, &format!("visitor-{number};")).await;
    }
    shows(&slow, &["visitor-2;", "visitor-3;", "visitor-4;"]).await;
    marked(&slow, "Sent").await;
    slow.close().await;
    proof.holds();
}

/// What may happen to a visitor's browser.
const DEEDS: usize = 6;
/// So much happens in one conversation: all of it stays on a page that is loaded anew.
const AT_ONCE: usize = 8;

/// Lets something happen in a conversation; gives how many messages were written.
async fn one_after_the_other(chance: &mut u64) -> usize {
    let stage = stage().await;
    let (agent, visitor) = tokio::join!(stage.agent(None), stage.visitor());
    write(&visitor, "visitor-0;").await;
    open_conversation(&agent, "visitor-0;").await;
    let (mut mine, mut theirs) = (1, 0);
    for _ in 0..AT_ONCE {
        *chance ^= *chance << 13;
        *chance ^= *chance >> 7;
        *chance ^= *chance << 17;
        match usize::try_from(*chance % DEEDS as u64).expect("few") {
            0 => stage.network.set(Mode::Down),
            1 => stage.network.set(Mode::Silent),
            2 | 3 => {
                write(&visitor, &format!("visitor-{mine};")).await;
                mine += 1;
            }
            4 => {
                write(&agent, &format!("agent-{theirs};")).await;
                theirs += 1;
            }
            _ => {
                visitor.leave().await;
                visitor.open("about:blank").await;
                stage.network.set(Mode::Open);
                stage.open_chat(&visitor).await;
            }
        }
    }
    stage.network.set(Mode::Open);
    for (side, count, page) in [("visitor", mine, &agent), ("agent", theirs, &visitor)] {
        let expected: Vec<_> = (0..count).map(|number| format!("{side}-{number};")).collect();
        let seen = format!(
            "String(({SHOWN} || []).filter(m => m.startsWith({side:?}))) === {:?}",
            expected.join(",")
        );
        page.until(&seen).await;
    }
    let order = agent.run(&format!("return {SHOWN}")).await;
    visitor
        .until(&format!(
            "String({SHOWN}) === {:?}",
            order.as_array().expect("a list").iter().filter_map(|m| m.as_str()).collect::<Vec<_>>().join(",")
        ))
        .await;
    visitor.close().await;
    agent.close().await;
    mine + theirs
}

#[tokio::test]
async fn whatever_happens_to_the_page_everybody_sees_each_message_once_in_one_order() {
    let mut proof = Proof::begin("T16.random", &["P4", "P5", "P7", "P10"]);
    let (mut chance, mut messages) = (seed() | 1, 0);
    let conversations = amount(1, 50);
    for _ in 0..conversations {
        messages += one_after_the_other(&mut chance).await;
    }
    proof.figure("conversations", conversations);
    proof.figure("deeds", conversations * AT_ONCE);
    proof.figure("messages", messages);
    proof.holds();
}
