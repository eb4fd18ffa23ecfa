//! Requests under fuzzing, against the router itself: forms, JSON and headers that were right once. Whatever is asked,
//! nothing panics, and the relay never says that it is its own fault.
use super::{HOST, Relay, document, relay};
use crate::{
    clock::Clock,
    domain::{email, origin, site},
    http::{plain_page::media_type, proxy},
    proof::{Proof, amount, seed},
    wild::Wild,
};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Request, StatusCode},
};
use std::time::Duration;
use tower::ServiceExt;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Method, path, media type and a body that the route would take. `KEY` is a site's key.
const REQUESTS: [(&str, &str, &str, &str); 12] = [
    ("GET", "/c/KEY?lang=tr", FORM, ""),
    ("POST", "/c/KEY", FORM, "body=Merhaba+%C5%9Furada%3F&client_id=0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    ("POST", "/c/KEY?lang=en&page=https%3A%2F%2Fshop.example%2Fa", FORM, "body=%F0%9F%99%8F&client_id="),
    ("GET", "/w/KEY?lang=tr&o=https%3A%2F%2Fshop.example", JSON, ""),
    ("POST", "/api/v1/sessions", JSON, r#"{"email":"nobody@example.com","password":"uzun bir parola"}"#),
    ("GET", "/api/v1/sites/KEY", JSON, ""),
    (
        "PATCH",
        "/api/v1/sites/KEY",
        JSON,
        r##"{"name":"Shop","color":"#0b7a75","origins":["https://shop.example"],"greetings":{"en":"Hello"}}"##,
    ),
    ("GET", "/api/v1/ws-check?audience=visitor", JSON, ""),
    ("GET", "/ws/visitor", JSON, ""),
    (
        "POST",
        "/csp-report",
        "application/csp-report",
        r#"{"csp-report":{"blocked-uri":"https://x.example"}}"#,
    ),
    ("GET", "/embed.js", JSON, ""),
    ("GET", "/nowhere/../%2e%2e/x", JSON, ""),
];

/// Headers that the relay reads, with a value each that it takes.
const HEADERS: [(&str, &str); 15] = [
    ("host", HOST),
    ("forwarded", "for=\"[2001:db8::1]:4711\";proto=https;by=203.0.113.43, for=10.0.0.1"),
    ("x-forwarded-for", "203.0.113.7, 10.0.0.1"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "chat.example"),
    ("cookie", "v_KEY=abc; s=0123456789012345678901234567890123456789012; __Host-s=x"),
    ("origin", "http://127.0.0.1:8787"),
    ("referer", "http://127.0.0.1:8787/c/KEY"),
    ("sec-fetch-site", "same-origin"),
    ("accept-language", "tr-TR,tr;q=0.9,en;q=0.8,*;q=0.1"),
    ("accept-encoding", "br;q=1.0, gzip;q=0.8, *;q=0.1"),
    ("authorization", "Bearer 0123456789012345678901234567890123456789012"),
    ("if-none-match", "W/\"abc\", \"def\""),
    ("sec-websocket-protocol", "merhaba.v1.json, merhaba.v1.bin.1"),
    ("content-type", "application/json; charset=utf-8"),
];

fn mutated(wild: &mut Wild, text: &str, percent: u64) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if wild.dice.percent(percent) {
        wild.mutate(&mut bytes);
    }
    bytes
}

/// A request with something wrong about it; `None` when no server would get it to read.
fn request(wild: &mut Wild, relay: &Relay, token: &str) -> Option<(String, Request<Body>)> {
    let (method, path, media_type, body) = *wild.dice.pick(&REQUESTS);
    let path = String::from_utf8(mutated(wild, path, 30)).ok()?.replace("KEY", &relay.site);
    let mut request = Request::builder().method(method).uri(&path);
    for (name, value) in HEADERS {
        let always = name == "host" && wild.dice.percent(90);
        if always || wild.dice.percent(20) {
            let value = value.replace("KEY", &relay.site);
            let value = HeaderValue::from_bytes(&mutated(wild, &value, if always { 0 } else { 70 })).ok()?;
            request = request.header(HeaderName::from_static(name), value);
        }
    }
    if wild.dice.percent(60) {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request = request.header("content-type", media_type);
    let body = mutated(wild, body, 80);
    Some((format!("{method} {path} {:?}", String::from_utf8_lossy(&body)), request.body(body.into()).ok()?))
}

/// The parsers alone, on text that no HTTP client would send.
fn parse(wild: &mut Wild) {
    let (name, value) = *wild.dice.pick(&HEADERS);
    let bytes = mutated(wild, value, 100);
    if let Ok(value) = HeaderValue::from_bytes(&bytes) {
        let headers = [(HeaderName::from_static(name), value)].into_iter().collect();
        let trusted = ["127.0.0.0/8".parse().expect("a net"), "::/0".parse().expect("a net")];
        let _ = proxy::client("127.0.0.1".parse().expect("an address"), &headers, &trusted);
    }
    let origins = ["https://*.shop.example:8443", "http://localhost:*", "https://[::1]"];
    let text = *wild.dice.pick(&origins);
    let text = String::from_utf8_lossy(&mutated(wild, text, 100)).into_owned();
    if let Ok(origin) = origin::check(&text) {
        assert_eq!(origin::check(&origin).as_ref(), Ok(&origin), "checked twice, it is the same");
    }
    let _ = (origin::allows(&origins.map(String::from), &text), email::plausible(&text), media_type(&text));
    let _ =
        (site::check_name(&text), site::check_color(&text), site::check_greetings(&[(text.clone(), text)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_asked_it_is_never_the_relays_fault() {
    let mut proof = Proof::begin("T12.http", &[]);
    let relay = relay().await;
    let token = relay.token("owner").await.expect("a token");
    let mut wild = Wild::new(seed());
    let until = Clock.monotonic() + Duration::from_secs(amount(4, 600));
    let (mut asked, mut fine) = (0_u64, 0_u64);
    while Clock.monotonic() < until {
        parse(&mut wild);
        let Some((what, mut request)) = request(&mut wild, &relay, &token) else { continue };
        if !document::built() && (what.contains("/c/") || what.contains("/w/")) {
            continue;
        }
        request.extensions_mut().insert(super::Peer(HOST.parse().expect("an address")));
        let status = relay.router.clone().oneshot(request).await.expect("an answer").status();
        assert!(status < StatusCode::INTERNAL_SERVER_ERROR, "{status} for {what}");
        asked += 1;
        fine += u64::from(status.is_success());
    }
    assert!(fine > 0, "nothing was taken: this tests nothing");
    proof.figure("requests", asked);
    proof.figure("taken", fine);
    proof.holds();
}
