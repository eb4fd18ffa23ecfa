//! The calls and events of the page's own scripts, each as EMBED has it: what it does, what it tells, what it leaves.
use crate::stage::{Stage, arrives};
use merhaba_tests::{
    browser::Browser,
    relay::Site,
    screen::{CHAT, FIELD, enter_chat, write},
    wire::{Wire, client_id},
};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::sync::Arc;

/// Opens the page that keeps count, and waits for the loader.
async fn page(stage: &Stage, case: &str) {
    stage.browser.open(&stage.address(case, "api.html")).await;
    stage.browser.until("window.Merhaba && Merhaba._").await;
}

/// Waits until an event has come, as a callback and on the window, and gives its details.
async fn heard(browser: &Browser, name: &str) -> Value {
    let last = |list: &str| format!("kept.{list}.filter(one => one[0] === '{name}').at(-1)");
    browser
        .until(&format!(
            "JSON.stringify({}) === JSON.stringify({}) && {}",
            last("heard"),
            last("dom"),
            last("dom")
        ))
        .await[1]
        .clone()
}

/// How often an event has come.
async fn times(browser: &Browser, name: &str) -> Value {
    browser.run(&format!("return kept.dom.filter(one => one[0] === '{name}').length")).await
}

/// Before there is intent every question has an answer, and nothing is loaded for it.
pub async fn asks(stage: Arc<Stage>) {
    page(&stage, "asks").await;
    stage.open_filter();
    let browser = &stage.browser;
    for (call, answer) in [
        ("getUnreadCount()", json!(0)),
        ("getStatus()", json!("unknown")),
        ("isOpen()", json!(false)),
        ("isReady()", json!(false)),
    ] {
        assert_eq!(browser.run(&format!("return Merhaba.{call}")).await, answer, "{call}");
        let (name, _) = call.split_once('(').expect("a call");
        assert_eq!(browser.run(&format!("return Merhaba('{name}')")).await, answer, "{name}");
    }
    for later in [
        "on('ready', () => {})",
        "track('x')",
        "identify({ token: 't' })",
        "setAttributes({ a: 1 })",
        "page('/x')",
    ] {
        browser.run(&format!("Merhaba.{later}")).await;
    }
    assert_eq!(stage.filter.count("/"), 0, "nothing is loaded for a question");
    assert_eq!(browser.run("return localStorage.length").await, 0);
}

/// The window's calls, and what is told of each.
pub async fn window(stage: Arc<Stage>) {
    page(&stage, "window").await;
    let browser = &stage.browser;
    for (call, open, event) in [
        ("open()", true, "opened"),
        ("open()", true, "opened"),
        ("close()", false, "closed"),
        ("toggle()", true, "opened"),
        ("toggle()", false, "closed"),
    ] {
        browser.run(&format!("Merhaba.{call}")).await;
        assert_eq!(browser.run("return Merhaba.isOpen()").await, open, "{call}");
        assert_eq!(heard(browser, event).await, json!({}), "{call}");
    }
    assert_eq!((times(browser, "opened").await, times(browser, "closed").await), (json!(2), json!(2)));
    let shown = format!("return {CHAT}.querySelector('a').checkVisibility()");
    for (call, visible) in [("hide", false), ("show", true)] {
        browser.run(&format!("Merhaba('{call}')")).await;
        assert_eq!(browser.run(&shown).await, visible, "{call}");
    }
    browser.run("Merhaba.popout()").await;
    let opened = browser.run("return kept.opened").await;
    assert!(opened[0][0].as_str().is_some_and(|address| address.contains("/c/")), "{opened}");
    browser.until("Merhaba.isReady()").await;
    assert_eq!(heard(browser, "ready").await, json!({}));
}

/// What a frame has fetched: the ends of the addresses.
const FETCHED: &str =
    "return performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)";

/// Another page of the visitor to whom this name and token are kept reads their conversation to its end.
async fn read_elsewhere(stage: &Stage, agent: &mut Wire, kept: &Value) {
    let key = kept[0].as_str().and_then(|name| name.split(':').nth(1)).expect("a key of a site").to_owned();
    let (mut page, welcome) = Wire::greeted(&stage.relay, &Site { key }, kept[1].as_str(), json!([])).await;
    let card = &welcome["conversations"][0];
    let read =
        json!({ "conversation": card["conversation"], "received": card["head"], "read": card["head"] });
    page.say(json!({ "Read": read })).await;
    agent.hear_where("Read", |mark| mark["side"] == "Visitor" && mark["read"] == card["head"]).await;
}

/// Who comes back to a conversation sees what is unread without the chat being loaded, until it is wanted; and a page whose
/// conversation has ended is left alone.
pub async fn returns(stage: Arc<Stage>) {
    page(&stage, "returns").await;
    let (browser, mut agent) = (&stage.browser, stage.agent().await);
    browser.run("Merhaba.send('returns')").await;
    let conversation =
        arrives(&mut agent, "returns").await["conversation"].as_str().expect("an id").to_owned();
    browser.until("localStorage.length === 1").await;
    browser.open("about:blank").await;
    answer(&mut agent, &conversation, "an answer").await;

    page(&stage, "returns").await;
    assert_eq!(heard(browser, "unread").await, json!({ "count": 1 }));
    let name = browser.run(&format!("return {CHAT}.querySelector('a').ariaLabel")).await;
    assert_eq!(name, "Chat, 1 new message");
    browser.enter(&format!("{CHAT}.querySelector('iframe')")).await;
    assert_eq!(browser.run(FETCHED).await, json!(["/api/v1/visitor/unread"]));
    // Another answer, and the page is looked at again.
    answer(&mut agent, &conversation, "another answer").await;
    browser.run("document.dispatchEvent(new Event('visibilitychange'))").await;
    let kept = browser.run("return Object.entries(localStorage)[0]").await;
    browser.leave().await;
    browser.until("Merhaba.getUnreadCount() === 2").await;

    // Another page of the visitor reads it all: the chat that is loaded then has nothing to count, and says so.
    read_elsewhere(&stage, &mut agent, &kept).await;
    browser.run("Merhaba.open()").await;
    assert_eq!(heard(browser, "status").await, json!({ "status": "online" }));
    assert_eq!(heard(browser, "unread").await, json!({ "count": 0 }));
    assert_eq!(browser.run("return history.length").await, browser.run("return kept.before.history").await);
    browser.open("about:blank").await;
    agent.say(json!({ "Resolve": { "conversation": conversation } })).await;
    agent.hear("Entry").await;
    page(&stage, "returns").await;
    browser.until("localStorage.length === 0").await;
}

/// Listening: on, once, off, the function that stops, and listeners that throw.
pub async fn listens(stage: Arc<Stage>) {
    page(&stage, "listens").await;
    let browser = &stage.browser;
    browser.run("Merhaba.open()").await;
    browser.until("Merhaba.isReady()").await;
    browser
        .run(
            "window.calls = []; const call = name => () => calls.push(name);\n\
             Merhaba.on('closed', () => { throw new Error('a listener of the page') });\n\
             window.stop = Merhaba.on('closed', call('on')); Merhaba.once('closed', call('once'));\n\
             window.fn = call('off'); Merhaba.on('closed', fn)",
        )
        .await;
    browser.run("Merhaba.close(); Merhaba.open(); stop(); Merhaba.off('closed', fn); Merhaba.close()").await;
    assert_eq!(browser.run("return calls").await, json!(["on", "once", "off"]));
    assert_eq!(
        browser
            .run("Merhaba.on('closed', 5); Merhaba.off('nothing'); return typeof Merhaba.on('closed')")
            .await,
        "function"
    );
}

/// Before the frame is there, calls wait and keep their order; `send` does not open.
pub async fn talks(stage: Arc<Stage>) {
    page(&stage, "talks").await;
    let (browser, mut agent) = (&stage.browser, stage.agent().await);
    browser.run("Merhaba.send('first'); Merhaba('send', 'second')").await;
    let row = arrives(&mut agent, "second").await;
    let conversation = row["conversation"].as_str().expect("an id").to_owned();
    assert_eq!(browser.run("return Merhaba.isOpen()").await, false);
    assert_eq!(heard(browser, "conversation:started").await, json!({ "conversation": conversation }));
    assert_eq!(heard(browser, "message:sent").await, json!({ "conversation": conversation }));
    browser.until("kept.dom.filter(one => one[0] === 'message:sent').length === 2").await;
    assert_eq!(heard(browser, "status").await, json!({ "status": "online" }));
    assert_eq!(browser.run("return Merhaba.getStatus()").await, "online");

    answer(&mut agent, &conversation, "an answer").await;
    assert_eq!(heard(browser, "message:received").await, json!({ "conversation": conversation }));
    assert_eq!(heard(browser, "unread").await, json!({ "count": 1 }));
    assert_eq!(browser.run("return Merhaba.getUnreadCount()").await, 1);
    assert_eq!(browser.run(&format!("return {CHAT}.querySelector('a').dataset.n")).await, "1", "the badge");
    let name = browser.run(&format!("return {CHAT}.querySelector('a').ariaLabel")).await;
    assert_eq!(name, "Chat, 1 new message");

    browser.run("Merhaba.newMessage('a question')").await;
    assert_eq!(browser.run("return Merhaba.isOpen()").await, true);
    browser.until("Merhaba.getUnreadCount() === 0").await;
    enter_chat(browser).await;
    browser.until(&format!("{FIELD}.value === 'a question'")).await;
    write(browser, "!").await;
    arrives(&mut agent, "a question!").await;
    browser.leave().await;

    agent.say(json!({ "Resolve": { "conversation": conversation } })).await;
    assert_eq!(heard(browser, "conversation:ended").await, json!({ "conversation": conversation }));
    browser.run("Merhaba.close(); Merhaba.openConversation('anything')").await;
    assert_eq!(browser.run("return Merhaba.isOpen()").await, true);
    let said = browser.run("return kept.said.filter(one => one.k === 'conversation')").await;
    assert_eq!(said, json!([{ "k": "conversation", "id": "anything" }]));
}

/// An agent answers.
pub async fn answer(agent: &mut Wire, conversation: &str, body: &str) {
    agent.say(json!({ "Open": { "conversation": conversation, "after": 0 } })).await;
    let reply = json!({ "client_id": client_id(), "conversation": conversation, "body": body });
    agent.say(json!({ "Reply": reply })).await;
    agent.hear("Accepted").await;
}

/// What this relay does not take yet says so, each time as an event and once on the console, and is lost nowhere.
pub async fn unsupported(stage: Arc<Stage>) {
    page(&stage, "unsupported").await;
    let browser = &stage.browser;
    browser.run("Merhaba.setAttributes({ plan: 'small' }); Merhaba.open()").await;
    browser.until("Merhaba.isReady()").await;
    for (call, arguments, kept) in [
        ("openArticle", "'returns'", None),
        ("search", "'tea'", None),
        ("identify", "{ token: 'a.b.c' }", Some(json!({ "token": "a.b.c" }))),
        ("identify", "async () => ({ token: 'later' })", Some(json!({ "token": null }))),
        ("addTags", "['vip', 'tr']", Some(json!({ "tags": ["vip", "tr"] }))),
        ("removeTags", "['tr']", Some(json!({ "tags": ["vip"] }))),
        ("track", "'bought', { glasses: 6 }", None),
    ] {
        for _ in 0..2 {
            browser.run(&format!("Merhaba.{call}({arguments})")).await;
            assert_eq!(heard(browser, "error").await, json!({ "code": "unsupported", "call": call }));
        }
        let warned = format!("return kept.warned.filter(line => line.includes('{call}')).length");
        assert_eq!(browser.run(&warned).await, 1, "{call} warns once");
        if let Some(Value::Object(kept)) = kept {
            let person =
                browser.run("return kept.said.filter(one => one.k === 'person').at(-1).person").await;
            for (name, value) in kept {
                assert_eq!(person[&name], value, "{call}");
            }
        }
    }
    // Attributes are taken: whatever else cannot be, says so.
    browser.run("Merhaba.setAttributes({ seats: 3, f() {} })").await;
    let warned = "return kept.warned.filter(line => line.includes('setAttributes')).length";
    assert_eq!(browser.run(warned).await, 0);
    let person = browser.run("return kept.said.filter(one => one.k === 'person').at(-1).person").await;
    assert_eq!(person["attributes"], json!({ "plan": "small", "seats": 3 }));
    assert_eq!(
        (&person["events"][0]["name"], &person["events"][0]["data"]),
        (&json!("bought"), &json!({ "glasses": 6 }))
    );
    // Another handshake hands over all of it again.
    browser.run("kept.said = []; Merhaba.setLocale('tr')").await;
    browser.until("kept.said.some(one => one.k === 'person' && one.person.tags[0] === 'vip')").await;
}

/// An unknown call warns once, in whatever form and whenever it comes, and never throws.
pub async fn unknown(stage: Arc<Stage>) {
    page(&stage, "unknown").await;
    let browser = &stage.browser;
    let count = "return kept.warned.filter(line => line.includes('unknown call')).length";
    browser.run("Merhaba.fly(); Merhaba('fly', 1); Merhaba.fly()").await;
    assert_eq!(browser.run(count).await, 1);
    browser.run("Merhaba('sendAll'); Merhaba.open()").await;
    browser.until("Merhaba.isReady()").await;
    browser.run("Merhaba.fly(); Merhaba('sendAll'); Merhaba('walk'); Merhaba.walk()").await;
    assert_eq!(browser.run(count).await, 3);
    assert_eq!(browser.run("return Merhaba.then").await, Value::Null, "it is no promise");
    // Odd arguments are no reason to throw either.
    browser
        .run(
            "for (const name of ['boot', 'update', 'setTheme', 'setPosition', 'newMessage', 'setAttributes', 'addTags', 'removeTags', 'track', 'page', 'identify', 'on', 'once', 'off'])\n\
             for (const odd of [undefined, null, 5, '', [], {}]) Merhaba(name, odd)",
        )
        .await;
}

/// Where the visitor is: what the next message is kept with.
pub async fn places(stage: Arc<Stage>) {
    page(&stage, "places").await;
    let (browser, mut agent) = (&stage.browser, stage.agent().await);
    let mut told = async |text: &str, place: &str| {
        browser.run(&format!("Merhaba.send('{text}')")).await;
        let row = arrives(&mut agent, text).await;
        let url = row["visitor"]["page"]["url"].as_str().unwrap_or_default().to_owned();
        assert!(url.ends_with(place), "{text}: {url}");
    };
    told("at the beginning", "/api.html").await;
    browser.run("history.pushState({}, '', '/cart')").await;
    told("after navigation", "/cart").await;
    browser.run("Merhaba.page('/checkout?secret=1')").await;
    told("as the page says", "/checkout").await;
}

/// Language, theme, colour, place: at once, on both sides.
pub async fn looks(stage: Arc<Stage>) {
    page(&stage, "looks").await;
    let browser = &stage.browser;
    browser.run("Merhaba.open()").await;
    browser.until("Merhaba.isReady()").await;
    browser.run("Merhaba.setLocale('tr')").await;
    browser.until(&format!("{CHAT}.querySelector('a').ariaLabel === 'Sohbet'")).await;
    browser.until("kept.dom.filter(one => one[0] === 'ready').length === 2").await;
    browser.run("Merhaba.setTheme('dark'); Merhaba.setTheme({ color: '#aa0000' }); Merhaba.setPosition({ position: 'left', offset: '40 60' })").await;
    let place = browser
        .run(&format!(
            "const a = {CHAT}.querySelector('a'), b = a.getBoundingClientRect(); return [b.left, innerHeight - b.bottom, getComputedStyle(a).backgroundColor]"
        ))
        .await;
    assert_eq!(place, json!([40, 60, "rgb(170, 0, 0)"]));
    enter_chat(browser).await;
    let root = "document.documentElement";
    browser.until(&format!("{root}.lang === 'tr' && {root}.dataset.theme === 'dark' && {root}.style.getPropertyValue('--site') === '#aa0000'")).await;
    browser.leave().await;
}

/// The attributes of the tag, for people who write no script: they win over the settings object.
pub async fn attributes(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("attributes", "attributes.html")).await;
    let launcher = format!("{CHAT}.querySelector('a')");
    let shown = browser
        .until(&format!(
            "(a => [a.ariaLabel, a.checkVisibility(), a.href.split('/c/')[1] !== 'another', getComputedStyle(a.getRootNode().host).zIndex])({launcher})"
        ))
        .await;
    assert_eq!(shown, json!(["Sohbet", false, true, "77"]));
    browser.click("document.querySelector('.ask-us')").await;
    browser.until("Merhaba.isOpen() && Merhaba.isReady()").await;
    let frame = browser
        .run(&format!("const b = {CHAT}.querySelector('iframe').getBoundingClientRect(); return [b.left, innerHeight - b.bottom]"))
        .await;
    assert_eq!(frame, json!([40, 132]));
    enter_chat(browser).await;
    browser
        .until("document.documentElement.lang === 'tr' && document.documentElement.dataset.theme === 'dark'")
        .await;
    browser.leave().await;
}

/// Without a site there is nothing to see, until the page says which.
pub async fn siteless(stage: Arc<Stage>) {
    let browser = &stage.browser;
    browser.open(&stage.address("siteless", "siteless.html")).await;
    browser.until("window.Merhaba && Merhaba._").await;
    let shown = format!("return {CHAT}.querySelector('a').checkVisibility()");
    assert_eq!(browser.run(&shown).await, false, "no launcher that leads nowhere");
    browser.run("Merhaba.open()").await;
    assert_eq!(browser.run(&format!("return {CHAT}.querySelectorAll('iframe').length")).await, 0);
    browser.run("go()").await;
    assert_eq!(browser.run(&shown).await, true);
    let mut agent = stage.agent().await;
    browser.run("Merhaba.send('from siteless')").await;
    arrives(&mut agent, "from siteless").await;
}

/// Log-out: the visitor is forgotten, by either name of the call, and the next message is a stranger's.
pub async fn forgets(stage: Arc<Stage>) {
    page(&stage, "forgets").await;
    let (browser, mut agent) = (&stage.browser, stage.agent().await);
    let mut known = Vec::new();
    for (text, end) in [("one", "logout"), ("two", "shutdown"), ("three", "logout")] {
        browser.run(&format!("Merhaba.send('forgets {text}')")).await;
        known.push(arrives(&mut agent, &format!("forgets {text}")).await["visitor"]["id"].clone());
        browser.until("localStorage.length === 1").await;
        browser.run(&format!("Merhaba.{end}()")).await;
        browser.until(&format!("!{CHAT}.querySelector('iframe') && localStorage.length === 0")).await;
    }
    assert!(known[0] != known[1] && known[1] != known[2], "{known:?}");
}

/// What the frame keeps at the relay's origin: the kinds of it, in order.
const KEPT: &str = "Object.keys(localStorage).map(key => key.split(':')[2]).sort().join(' ')";

/// Log-out takes along all that the frame has kept of the person: the token, what they have answered, what still waits.
pub async fn leaves(stage: Arc<Stage>) {
    page(&stage, "leaves").await;
    let (browser, mut agent) = (&stage.browser, stage.agent().await);
    browser.run("Merhaba.send('leaves at once')").await;
    arrives(&mut agent, "leaves at once").await;
    browser.run("Merhaba.open()").await;
    enter_chat(browser).await;
    browser.until(&format!("{KEPT} === 'token'")).await;
    // Answers whose message is not stored yet, as another tab keeps them; and a message that nobody takes.
    browser.run("localStorage[Object.keys(localStorage)[0].replace('token', 'about')] = '{}'").await;
    stage.relay.signal(Signal::STOP);
    write(browser, "leaves nothing").await;
    browser.until(&format!("{KEPT} === 'about out token'")).await;
    browser.leave().await;
    browser.run("Merhaba.logout()").await;
    browser.until(&format!("!{CHAT}.querySelector('iframe')")).await;
    stage.relay.signal(Signal::CONT);
    browser.run("Merhaba.open()").await;
    enter_chat(browser).await;
    assert_eq!(browser.run(&format!("return {KEPT}")).await, "", "what is kept of who has logged out");
    browser.leave().await;
}

/// What stands on the page: elements, listeners, timers, globals.
const LEFT: &str = "return [document.querySelectorAll('*').length, [...kept.listeners].map(one => one.name).sort(), [...kept.timers],\n\
     Object.getOwnPropertyNames(window).filter(name => !kept.before.globals.includes(name)).sort(), document.adoptedStyleSheets.length, document.title]";

/// After `destroy()` nothing is left but the tag, and a new tag starts afresh.
pub async fn destroys(stage: Arc<Stage>) {
    page(&stage, "destroys").await;
    let browser = &stage.browser;
    browser.run("Merhaba.destroy()").await;
    let bare = browser.run(LEFT).await;
    assert!(bare[3].as_array().is_some_and(|all| !all.contains(&json!("Merhaba"))), "{bare}");
    let tag = "{ const tag = document.querySelector('#tag'), again = document.createElement('script'); again.id = 'tag'; again.src = tag.src;\n\
         again.dataset.site = tag.dataset.site; tag.replaceWith(again); }";
    for how in ["", "Merhaba.open()", "Merhaba.open(); Merhaba.close()"] {
        browser.run(tag).await;
        browser.until("window.Merhaba && Merhaba._").await;
        browser.run(how).await;
        if !how.is_empty() {
            browser.until("Merhaba.isReady()").await;
        }
        browser.run("window.last = Merhaba; Merhaba.destroy(); last.open(); last('send', 'x'); delete window.last").await;
        assert_eq!(browser.run(LEFT).await, bare, "after {how:?}");
    }
}
