//! Alerts that reach browsers whose page is closed: from the relay, against a push service of the tests' own; and in a real
//! browser, whose worker shows what comes.
#[path = "push/service.rs"]
mod service;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_tests::{
    browser::Browser,
    http,
    relay::{Agent, Relay, Site},
    stage::Stage,
    wire::Wire,
};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use service::{Service, Subscriber};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const CA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/push/ca.der");

struct World {
    relay: Relay,
    site: Site,
    service: Service,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let flags = ["--no-rate-limits", "--push-test-ca", CA, "--metrics-listen", "127.0.0.1:0"];
        let relay = Relay::serve(&folder.path().join("data"), &flags).await;
        let site = relay.add_site("Çay Evi", &[]).await;
        Self { relay, site, service: Service::start().await, _folder: folder }
    }

    /// Somebody of the site whose browser is reached there: their token, and the browser.
    async fn reached(&self, name: &str, path: &str) -> (String, Subscriber) {
        let agent = self.relay.add_agent(&self.site, &format!("{name}@example.com"), "agent").await;
        let (token, browser) = (sign_in(&self.relay, &agent).await, Subscriber::new());
        let told = browser.told(&format!("{}{path}", self.service.origin));
        assert_eq!(ask(&self.relay, "PUT", "/api/v1/push", &token, &told).await.status, 204);
        (token, browser)
    }

    async fn asked(&self, text: &str) -> Wire {
        Wire::asking(&self.relay, &self.site, text).await.0
    }

    fn subscriptions(&self) -> u32 {
        let db = rusqlite::Connection::open(self.relay.data().join("merhaba.db")).expect("the store");
        db.query_row("SELECT count(*) FROM push_subscriptions", [], |row| row.get(0)).expect("a number")
    }
}

async fn sign_in(relay: &Relay, agent: &Agent) -> String {
    let said = json!({ "email": agent.email, "password": agent.password });
    let answer = http::post_json(relay.authority(), "/api/v1/sessions", &said).await;
    answer.json()["token"].as_str().expect("a program gets a token").to_owned()
}

async fn ask(relay: &Relay, method: &str, path: &str, token: &str, body: &Value) -> http::Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    http::send(relay.authority(), method, path, &headers, body.as_bytes()).await
}

/// Waits until so many alerts have come to this.
async fn counted(relay: &Relay, outcome: &str, count: u32) {
    let line = format!("merhaba_alerts_total{{outcome=\"{outcome}\"}} {count}\n");
    let wait = async {
        while !http::get(relay.metrics(), "/metrics").await.text().contains(&line) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("never so: {line}"));
}

/// Waits until it is so.
async fn until(mut so: impl FnMut() -> bool) {
    let wait = async {
        while !so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it comes to be so in time");
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

#[tokio::test]
async fn only_the_browser_can_read_it_and_it_is_signed_by_the_relay() {
    let mut world = World::new().await;
    let (token, browser) = world.reached("defne", "/ok").await;
    let _visitor = world.asked("gizli söz").await;
    let letter = world.service.next().await;
    assert!(letter.head.starts_with("POST /ok HTTP/1.1"), "{letter:?}");
    assert_eq!(letter.field("content-encoding"), "aes128gcm");
    assert_eq!((letter.field("urgency"), letter.field("ttl")), ("high", "3600"));
    assert_eq!(letter.field("topic").len(), 32);
    let key = ask(&world.relay, "GET", "/api/v1/push", &token, &Value::Null).await.json();
    let said = letter.field("authorization").strip_prefix("vapid t=").expect("a token");
    let (signed, public) = said.split_once(", k=").expect("and a key");
    assert_eq!(key["key"], public);
    let (signed, signature) = signed.rsplit_once('.').expect("a signature");
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decoded(public));
    public.verify(signed.as_bytes(), &decoded(signature)).expect("it is the relay's");
    let claims: Value =
        serde_json::from_slice(&decoded(signed.split_once('.').expect("two").1)).expect("JSON");
    assert_eq!(claims["aud"], world.service.origin.as_str());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let lasts = claims["exp"].as_u64().expect("an end") - now;
    assert!((60..86_400).contains(&lasts), "{lasts}");
    let mut told = browser.open(&letter);
    assert!(told["conversation"].take().is_string());
    assert_eq!(told, json!({ "kind": "wrote", "conversation": null, "site": "Çay Evi" }));
    counted(&world.relay, "sent", 1).await;
    assert!(world.service.letters.try_recv().is_err(), "it was sent once");
    assert!(!world.relay.log().contains("/ok"), "where a browser is reached is in no log");
    // The key is kept: a browser that subscribed stays subscribed.
    world.relay = world.relay.again().await;
    assert_eq!(ask(&world.relay, "GET", "/api/v1/push", &token, &Value::Null).await.json(), key);
}

#[tokio::test]
async fn who_is_reached_no_more_is_forgotten() {
    let mut world = World::new().await;
    world.reached("defne", "/gone").await;
    let (token, _) = world.reached("mert", "/ok").await;
    assert_eq!(world.subscriptions(), 2);
    let _visitor = world.asked("visitor-1;").await;
    world.service.next().await;
    world.service.next().await;
    until(|| world.subscriptions() == 1).await;
    counted(&world.relay, "gone", 1).await;
    counted(&world.relay, "sent", 1).await;
    let out = ask(&world.relay, "DELETE", "/api/v1/sessions", &token, &Value::Null).await;
    assert_eq!(out.status, 204);
    assert_eq!(world.subscriptions(), 0, "it is gone with the sign-in");
}

#[tokio::test]
async fn who_says_later_is_asked_later() {
    let mut world = World::new().await;
    let (_, browser) = world.reached("defne", "/later").await;
    let _visitor = world.asked("visitor-1;").await;
    world.service.next().await;
    let again = world.service.next().await;
    assert_eq!(browser.open(&again)["kind"], "wrote");
}

#[tokio::test]
async fn a_slow_push_service_holds_nobody_up() {
    let mut world = World::new().await;
    world.reached("defne", "/slow").await;
    world.reached("mert", "/ok").await;
    let mut visitor = world.asked("visitor-0;").await;
    let began = Instant::now();
    let (first, second) = (world.service.next().await, world.service.next().await);
    assert!([&first, &second].iter().any(|letter| letter.head.starts_with("POST /ok ")));
    // One still hangs. What is written meanwhile is stored as ever, and new conversations are told.
    for number in 1..=20 {
        visitor.writes(&format!("visitor-{number};"), false).await;
    }
    let _other = world.asked("visitor-0;").await;
    loop {
        if world.service.next().await.head.starts_with("POST /ok ") {
            break;
        }
    }
    // The relay waits ten seconds for an answer.
    assert!(began.elapsed() < Duration::from_secs(8), "the second letter waited for nobody");
}

#[tokio::test]
async fn nothing_behind_the_wall_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = ["--metrics-listen", "127.0.0.1:0"];
    let relay = Relay::serve(&folder.path().join("data"), &flags).await;
    let site = relay.add_site("Çay Evi", &[]).await;
    let agent = relay.add_agent(&site, "defne@example.com", "agent").await;
    let (token, mut service) = (sign_in(&relay, &agent).await, Service::start().await);
    let browser = Subscriber::new();
    let port = service.origin.rsplit_once(':').expect("a port").1.to_owned();
    for bad in [
        format!("https://localhost:{port}/ok"),
        format!("https://127.0.0.1:{port}/ok"),
        "https://[::ffff:127.0.0.1]/ok".into(),
        "https://2130706433/ok".into(),
        "http://push.example.com/ok".into(),
    ] {
        let answer = ask(&relay, "PUT", "/api/v1/push", &token, &browser.told(&bad)).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    // A good name that leads inside is found out when it is looked up.
    let told = browser.told("https://localhost/ok");
    assert_eq!(ask(&relay, "PUT", "/api/v1/push", &token, &told).await.status, 204);
    let _visitor = Wire::asking(&relay, &site, "visitor-1;").await;
    // At once: what cannot be connected to, or says later, is tried for longer than this waits.
    counted(&relay, "failed", 1).await;
    assert!(service.letters.try_recv().is_err());
}

/// What the worker shows now.
async fn shown(browser: &Browser) -> Value {
    browser
        .run(
            "return navigator.serviceWorker.getRegistration('/agent/').then(r => r.getNotifications())
             .then(all => all.map(n => [n.title, n.body, n.tag]))",
        )
        .await
}

#[tokio::test]
async fn what_comes_is_shown_by_the_worker_and_leads_to_the_conversation() {
    let (stage, _visitor) = Stage::with(1).await;
    let agent = stage.agent("Mert", "agent").await;
    let origin = stage.relay.url().to_owned();
    agent.until("document.querySelector('link[rel=icon]').href.endsWith('waiting.svg')").await;
    let grant = json!({ "origin": origin, "permissions": ["notifications"] });
    agent.command("Browser.grantPermissions", grant).await;
    agent.click("document.querySelector('#me')").await;
    agent.click("document.querySelector('#notices')").await;
    agent.until("document.querySelector('#notices').getAttribute('aria-pressed') === 'true'").await;
    agent.run("return navigator.serviceWorker.ready.then(() => true)").await;
    let conversation = agent
        .run("return document.querySelector('#list .item a, #list a.item').pathname.split('/').pop()")
        .await;
    let conversation = conversation.as_str().expect("an id").to_owned();
    let page = agent.new_tab().await;
    agent.open(&format!("{origin}/api/v1/openapi.json")).await;
    agent.command("ServiceWorker.enable", json!({})).await;
    let data =
        json!({ "kind": "unattended", "conversation": conversation, "site": "Çay <b>Evi" }).to_string();
    let mut seen = json!([]);
    // The browser numbers its workers; it tells the number only in events, which do not come this way.
    for number in 0..4 {
        let push = json!({ "origin": origin, "registrationId": number.to_string(), "data": data });
        agent.command("ServiceWorker.deliverPushMessage", push).await;
    }
    let wait = async {
        while seen == json!([]) {
            seen = shown(&agent).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it is shown in time");
    assert_eq!(seen, json!([["A visitor is still waiting", "Çay <b>Evi", conversation]]));
    agent.close_tab(&page).await;
    // What the worker says to the page when it is pressed.
    let path = format!("/agent/c/{conversation}");
    agent
        .run(&format!(
            "navigator.serviceWorker.dispatchEvent(new MessageEvent('message', {{ data: {{ conversation: {path:?} }} }}))"
        ))
        .await;
    agent.until("document.querySelector('[role=log]')").await;
    assert_eq!(agent.run("return location.pathname").await, path);
    agent.close().await;
}

#[tokio::test]
async fn the_page_can_be_installed() {
    let stage = Stage::demo().await;
    let agent = stage.signed_in().await;
    let manifest = agent.command("Page.getAppManifest", json!({})).await;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let manifest: Value = serde_json::from_str(manifest["data"].as_str().expect("a manifest")).expect("JSON");
    for icon in manifest["icons"].as_array().expect("icons") {
        let answer = http::get(stage.relay.authority(), icon["src"].as_str().expect("an address")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, icon["type"].as_str()));
    }
    agent.click("document.querySelector('#me')").await;
    agent.until("document.querySelector('#notices')").await;
    let hidden = |id: &str| format!("return getComputedStyle(document.querySelector('{id}')).display");
    assert_eq!(agent.run(&hidden("#install-hint")).await, "none");
    agent
        .run(
            "const offer = new Event('beforeinstallprompt', { cancelable: true });
             offer.prompt = () => { window.prompted = offer.defaultPrevented };
             dispatchEvent(offer)",
        )
        .await;
    agent.click("document.querySelector('#install')").await;
    assert_eq!(agent.run("return window.prompted").await, true);
    agent.close().await;
}

/// Writes down, where all tabs can read it, that this one had its answer from the browser's lock, and each note that it played.
const LISTEN: &str =
    "const tab = String(performance.timeOrigin), ask = navigator.locks.request.bind(navigator.locks);
    navigator.locks.request = (name, how, held) => ask(name, how, lock => {
        const kept = held(lock);
        if (name === 'merhaba:agent:sound') localStorage['answered:' + tab] = '1';
        return kept;
    });
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
        localStorage['notes:' + tab] = Number(localStorage['notes:' + tab] || 0) + 1;
        return make.call(this);
    };";

#[tokio::test]
async fn one_tab_of_two_sounds() {
    let (stage, mut visitor) = Stage::with(1).await;
    let agent = stage.agent("Mert", "agent").await;
    agent.run(LISTEN).await;
    // The browser plays nothing before a gesture.
    agent.click("document.querySelector('#me')").await;
    agent.new_tab().await;
    agent.open(&format!("{}/agent/", stage.relay.url())).await;
    agent.until("document.querySelector('#list[aria-busy=false] .item')").await;
    agent.run(LISTEN).await;
    agent.click("document.querySelector('#me')").await;
    visitor.writes("visitor-1;", false).await;
    let of =
        |kind: &str| format!("Object.entries(localStorage).filter(([name]) => name.startsWith('{kind}:'))");
    agent.until(&format!("{}.length === 2", of("answered"))).await;
    agent.until(&format!("{}.some(([, count]) => count === '2')", of("notes"))).await;
    let notes = agent.run(&format!("return {}.map(([, count]) => count)", of("notes"))).await;
    assert_eq!(notes, json!(["2"]), "two notes are one sound, in one tab");
    agent.close().await;
}
