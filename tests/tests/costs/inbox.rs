//! Ten thousand open conversations while rows change all the time: how soon a key is answered, how many rows are in the
//! page, and whether memory grows. And what it costs the relay to count them.
use crate::rounds::tenths;
use merhaba_tests::{
    browser::{Browser, Driver},
    proof::{Proof, amount},
    relay::{Agent, Relay},
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, interval};

/// Open conversations.
const MANY: usize = 10_000;
/// Row changes a second.
const CHANGES: u64 = 200;
/// Sends under way at once while the conversations are begun.
const UNDER_WAY: usize = 16;
/// Milliseconds that a key may take until the page has answered it.
const INPUT: f64 = 50.0;
/// Keeps the longest of the keys' times: from the press to the end of its handling, as the browser itself measures.
const WATCH: &str = "window.keys = []; new PerformanceObserver(list => list.getEntries().forEach(it => \
    it.name === 'keydown' && keys.push(it.processingEnd - it.startTime))).observe({ type: 'event', durationThreshold: 16 })";

/// Milliseconds from the press on *Sign in* until the first list is there.
const LISTED: f64 = 1_000.0;
/// Keeps when *Sign in* was pressed, when rows were first drawn, and when it said beside them how many there are.
const SIGN_IN: &str = "addEventListener('submit', () => { window.pressed = performance.now() }, true); \
    (function look(time) { \
        if (!window.listed && document.querySelector('#list[aria-busy=false] .item')) window.listed = time; \
        if (document.querySelector('[data-list=Open] .count')?.textContent === '{MANY}') window.counted = time; \
        else requestAnimationFrame(look) })()";

/// Begins so many conversations, as one visitor; gives their ids.
async fn begin(visitor: &mut Wire, many: usize) -> Vec<Value> {
    let (mut ids, mut under_way) = (Vec::with_capacity(many), 0);
    for number in 0..many {
        let body = format!("visitor-{number};");
        visitor.say(json!({ "Send": { "client_id": client_id(), "new": true, "body": body } })).await;
        under_way += 1;
        if under_way == UNDER_WAY {
            ids.push(visitor.hear("Accepted").await["conversation"].clone());
            under_way -= 1;
        }
    }
    for _ in 0..under_way {
        ids.push(visitor.hear("Accepted").await["conversation"].clone());
    }
    ids
}

/// Writes into one conversation after the other at the pace, and presses J and K meanwhile.
async fn busy(visitor: &mut Wire, agent: &Browser, ids: &[Value], seconds: u64) {
    let mut ticks = interval(Duration::from_micros(1_000_000 / CHANGES));
    let writing = async {
        for number in 0..seconds * CHANGES {
            ticks.tick().await;
            let at = usize::try_from(number).expect("small") * 37 % ids.len();
            visitor
                .say(
                    json!({ "Send": { "client_id": client_id(), "conversation": ids[at], "body": "again" } }),
                )
                .await;
            visitor.hear("Accepted").await;
        }
    };
    let pressing = async {
        let until = Instant::now() + Duration::from_secs(seconds);
        let mut presses = interval(Duration::from_millis(150));
        while Instant::now() < until {
            for key in ["j", "j", "k"] {
                presses.tick().await;
                for kind in ["keyDown", "keyUp"] {
                    agent.command("Input.dispatchKeyEvent", json!({ "type": kind, "key": key })).await;
                }
            }
        }
    };
    tokio::join!(writing, pressing);
}

/// What the page holds, in MiB: of the script's objects, and of the wasm's memory.
async fn held(agent: &Browser) -> (f64, f64) {
    agent.command("HeapProfiler.collectGarbage", json!({})).await;
    let heap = agent.run("return performance.memory.usedJSHeapSize / 1048576").await;
    let kind = json!({ "expression": "WebAssembly.Memory.prototype" });
    let kind = agent.command("Runtime.evaluate", kind).await["result"]["objectId"].clone();
    let all = agent.command("Runtime.queryObjects", json!({ "prototypeObjectId": kind })).await;
    let sum = "function () { return this.reduce((sum, it) => sum + it.buffer.byteLength / 1048576, 0) }";
    let sum =
        json!({ "objectId": all["objects"]["objectId"], "functionDeclaration": sum, "returnByValue": true });
    let wasm = agent.command("Runtime.callFunctionOn", sum).await;
    let number = |value: &Value| tenths(value.as_f64().expect("a number"));
    (number(&heap), number(&wasm["result"]["value"]))
}

/// Signs in; how long after the press the rows were there, and how many there are beside them.
async fn sign_in(agent: &Browser, relay: &Relay, who: &Agent) -> (f64, f64) {
    agent.open(&format!("{}/agent/", relay.url())).await;
    agent.type_into("document.querySelector('input[type=email]')", &who.email).await;
    agent.run(&SIGN_IN.replace("{MANY}", &MANY.to_string())).await;
    agent
        .type_into("document.querySelector('input[type=password]')", &format!("{}\u{e007}", who.password))
        .await;
    agent.until("window.counted").await;
    let times = agent.run("return [listed - pressed, counted - pressed]").await;
    let time = |which: usize| tenths(times[which].as_f64().expect("a time"));
    (time(0), time(1))
}

#[tokio::test]
async fn ten_thousand_conversations_leave_the_page_quick() {
    let mut proof = Proof::begin("T9.inbox", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let site = relay.add_site("Çay Evi", &[]).await;
    let elif = relay.add_agent(&site, "elif@example.com", "agent").await;
    let (mut visitor, welcome) = Wire::greeted(&relay, &site, None, json!([])).await;
    let ids = begin(&mut visitor, MANY).await;
    let driver = Driver::start().await;
    let agent = driver.browser().await;
    let (listed, counted) = sign_in(&agent, &relay, &elif).await;
    // All of it is walked once, so that the page knows every row.
    let end = format!(
        "return new Promise(done => requestAnimationFrame(() => {{ list.scrollTop = list.scrollHeight; \
        done(+(document.querySelector('#list [role=listitem]:last-child').ariaPosInSet) === {MANY}) }}))"
    );
    let patience = Instant::now() + Duration::from_mins(2);
    while agent.run(&end).await != true {
        assert!(Instant::now() < patience, "the list does not come to its end");
    }
    agent.run("list.scrollTop = 0").await;
    // On a line of its own: the one before has not read what the walk has marked.
    let token = welcome["token"].as_str();
    let (mut visitor, _) = Wire::greeted(&relay, &site, token, json!([])).await;
    busy(&mut visitor, &agent, &ids, 2).await;
    agent.run(WATCH).await;
    let (before, wasm_before) = held(&agent).await;
    busy(&mut visitor, &agent, &ids, amount(8, 600)).await;
    let (after, wasm_after) = held(&agent).await;
    let rows = agent.run("return document.querySelectorAll('#list .item').length").await;
    let slowest = agent.run("return Math.max(0, ...keys)").await.as_f64().expect("a number");
    for (name, figure) in [
        ("listed_ms", listed),
        ("counted_ms", counted),
        ("slowest_key_ms", slowest),
        ("heap_before_mb", before),
        ("heap_after_mb", after),
        ("wasm_before_mb", wasm_before),
        ("wasm_after_mb", wasm_after),
    ] {
        proof.figure(name, figure);
    }
    proof.figure("conversations", MANY);
    proof.figure("rows_in_the_page", rows.clone());
    assert!(rows.as_u64().expect("a number") < 40, "{rows} rows in the page");
    assert!(slowest < INPUT, "a key took {slowest} ms");
    assert!(listed <= LISTED, "the first list was there {listed} ms after the press");
    assert!(after < before * 1.5 + 4.0, "memory grows: {before} MB, then {after} MB");
    assert!(
        wasm_after < wasm_before * 1.25 + 1.0,
        "the wasm's grows: {wasm_before} MB, then {wasm_after} MB"
    );
    agent.close().await;
    proof.holds();
}
