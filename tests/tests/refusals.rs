//! What the relay says no to over the network, and how clearly: strangers, wrong passwords, broken frames. Each refusal
//! names what was wrong; none of them ends the program or harms anybody else. What it refuses to begin is in `starting`.
use merhaba_tests::{
    http::{self, post_json},
    relay::{Relay, Site},
    wire::{self, Wire, client_id, refusal, upgrade},
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

async fn serve(folder: &TempDir) -> (Relay, Site) {
    let relay = Relay::under_test(&folder.path().join("data")).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    (relay, site)
}

// ── strangers ──

#[tokio::test]
async fn an_unknown_site_key_is_told_apart_everywhere() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    for path in ["/w/nowhere", "/c/nowhere"] {
        let answer = http::get(relay.authority(), path).await;
        assert_eq!(answer.status, 404, "{path} {answer:?}");
    }
    let mut visitor = Wire::visitor(&relay).await;
    visitor.say(json!({ "Hello": { "site": "nowhere", "token": null, "locale": "tr", "resume": [] } })).await;
    assert_eq!(visitor.closed().await.0, 4502);
}

#[tokio::test]
async fn a_foreign_origin_gets_no_socket_and_is_told_why() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    let evil = format!("{}.evil.example", relay.url());
    for path in ["/ws/visitor", "/ws/agent"] {
        for origin in ["https://shop.example", "null", &evil] {
            let result = upgrade(relay.authority(), path, &[("Origin", origin)]).await;
            assert_eq!(refusal(&result), Some(403), "{path} {origin}");
        }
        assert!(
            refusal(&upgrade(relay.authority(), path, &[]).await).is_some_and(|status| status == 403),
            "{path} none"
        );
    }
    let why =
        http::send(relay.authority(), "GET", "/api/v1/ws-check", &[("Origin", "https://shop.example")], b"")
            .await;
    let why = why.json();
    assert_eq!(why["ok"], false);
    assert!(why["reason"].as_str().is_some_and(|reason| reason.contains(relay.url())), "{why}");
}

#[tokio::test]
async fn an_agent_without_a_sign_in_gets_no_socket() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    let headers = [("Authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    let result = upgrade(relay.authority(), "/ws/agent", &headers).await;
    assert!(matches!(refusal(&result), Some(401 | 403)), "{:?}", refusal(&result));
    let result = upgrade(relay.authority(), "/ws/visitor?token=x", &[("Origin", relay.url())]).await;
    assert_eq!(refusal(&result), Some(400), "a token in an address would stand in logs");
}

#[tokio::test]
async fn only_the_sites_own_pages_may_frame_it() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let frame = http::get(relay.authority(), &format!("/w/{}", site.key)).await;
    let policy = frame.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("frame-ancestors https://shop.example"), "{policy}");
    let page = http::get(relay.authority(), &format!("/c/{}", site.key)).await;
    assert!(page.header("content-security-policy").unwrap_or_default().contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_agent_get_the_same_answer() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let agent = relay.add_agent(&site, "defne@example.com", "owner").await;
    let wrong = json!({ "email": agent.email, "password": "wrong horse battery" });
    let unknown = json!({ "email": "nobody@example.com", "password": "wrong horse battery" });
    let wrong = post_json(relay.authority(), "/api/v1/sessions", &wrong).await;
    let unknown = post_json(relay.authority(), "/api/v1/sessions", &unknown).await;
    assert_eq!((wrong.status, wrong.text()), (unknown.status, unknown.text()));
    assert_eq!(wrong.status, 401);
    let extra = json!({ "email": agent.email, "password": agent.password, "role": "owner" });
    assert_eq!(
        post_json(relay.authority(), "/api/v1/sessions", &extra).await.status,
        400,
        "an unknown field in REST"
    );
}

#[tokio::test]
async fn too_many_wrong_passwords_have_to_wait() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let agent = relay.add_agent(&site, "defne@example.com", "owner").await;
    let wrong = json!({ "email": agent.email, "password": "wrong horse battery" });
    let mut last = None;
    for _ in 0..6 {
        last = Some(post_json(relay.authority(), "/api/v1/sessions", &wrong).await);
    }
    let last = last.expect("six tries");
    assert_eq!(last.status, 429, "{last:?}");
    assert!(last.header("retry-after").is_some(), "{last:?}");
}

#[tokio::test]
async fn a_browser_gets_a_cookie_and_no_token() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let agent = relay.add_agent(&site, "defne@example.com", "owner").await;
    let body = json!({ "email": agent.email, "password": agent.password }).to_string();
    let headers =
        [("Content-Type", "application/json"), ("Origin", relay.url()), ("Sec-Fetch-Site", "same-origin")];
    let answer = http::send(relay.authority(), "POST", "/api/v1/sessions", &headers, body.as_bytes()).await;
    assert!(answer.status < 300, "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap_or_default();
    assert!(
        cookie.starts_with("s=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(!answer.text().contains("token"), "{answer:?}");
    let evil = [
        ("Content-Type", "application/json"),
        ("Origin", "https://evil.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    assert_eq!(
        http::send(relay.authority(), "POST", "/api/v1/sessions", &evil, body.as_bytes()).await.status,
        403
    );
}

// ── frames ──

fn send(body: &str) -> Value {
    json!({ "Send": { "client_id": client_id(), "conversation": null, "new": false, "body": body, "attachments": [] } })
}

#[tokio::test]
async fn a_message_too_long_or_blank_is_refused_and_one_of_4000_is_not() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let (mut visitor, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    let frame = send(&"ş".repeat(4_001));
    visitor.say(frame.clone()).await;
    let refused = visitor.hear("Refused").await;
    assert_eq!((&refused["code"], &refused["client_id"]), (&json!("TooLong"), &frame["Send"]["client_id"]));
    visitor.say(send(" \n\u{a0}")).await;
    assert_eq!(visitor.hear("Refused").await["code"], "BadRequest");
    visitor.say(send(&"ş".repeat(4_000))).await;
    assert_eq!(visitor.hear("Accepted").await["seq"], 1);
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_the_socket() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let (mut visitor, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    visitor.say(send(&"a".repeat(65_537))).await;
    assert_eq!(visitor.closed().await.0, 1009);
}

#[tokio::test]
async fn malformed_and_unknown_frames_are_refused_and_the_socket_stays() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let (mut visitor, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    let deep = format!("{{\"Send\":{}1{}}}", "[".repeat(2_000), "]".repeat(2_000));
    let frames = [
        "",
        "null",
        "[]",
        "{}",
        "{\"Send\":",
        "{\"Fly\":{}}",
        "{\"Send\":{}}",
        "\u{feff}{}",
        "{\"Ping\":{\"nonce\":-1}}",
        "{\"Ping\":{\"nonce\":1e99}}",
        "{\"Read\":{\"conversation\":1,\"received\":1,\"read\":1}}",
        "{\"Ping\":{\"nonce\":1},\"Read\":{}}",
        "{\"Send\":{\"client_id\":\"zz\",\"conversation\":null,\"new\":false,\"body\":\"a\",\"attachments\":[]}}",
        &deep,
    ];
    for frame in frames {
        visitor.say_text(frame).await;
        let refused = visitor.hear("Refused").await;
        assert_eq!(refused["code"], "BadRequest", "{frame:?}");
    }
    // What no client may say is ignored as a field it does not know.
    let mut forged = send("ben");
    forged["Send"]["author"] = json!({ "Agent": { "id": "x", "name": "Defne" } });
    forged["Send"]["seq"] = json!(99);
    visitor.say(forged).await;
    let message = visitor.hear("Message").await;
    assert_eq!((&message["seq"], &message["author"]), (&json!(1), &json!({ "Visitor": { "name": null } })));
}

#[tokio::test]
async fn a_foreign_conversation_and_a_random_one_get_the_same_words() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let (mut one, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    one.say(send("benim")).await;
    let foreign = one.hear("Accepted").await["conversation"].clone();
    let (mut two, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    let mut words = Vec::new();
    for conversation in [foreign, json!("AAAAAAAAAAAAAAAAAAAAAA")] {
        two.say(json!({ "History": { "conversation": conversation, "before": null, "limit": 10 } })).await;
        let refused = two.hear("Refused").await;
        assert_eq!(refused["code"], "NotFound");
        words.push(refused["detail"].clone());
    }
    assert_eq!(words[0], words[1]);
}

#[tokio::test]
async fn a_visitor_who_writes_too_fast_is_told_when_to_go_on() {
    let folder = folder();
    let (relay, site) = serve(&folder).await;
    let (mut visitor, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    for number in 0..6 {
        visitor.say(send(&number.to_string())).await;
    }
    let refused = visitor.hear("Refused").await;
    assert_eq!(refused["code"], "RateLimited");
    assert!(refused["retry_after_ms"].as_u64().is_some_and(|wait| (1..=2_000).contains(&wait)), "{refused}");
}

#[tokio::test]
async fn silence_or_another_first_frame_closes_as_late() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    let mut eager = Wire::visitor(&relay).await;
    eager.say(send("merhaba")).await;
    assert_eq!(eager.closed().await.0, 4505);
    let mut silent = Wire::visitor(&relay).await;
    assert_eq!(silent.closed().await.0, 4505);
}

#[tokio::test]
async fn an_older_page_is_asked_to_load_itself_again() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    let headers = [("Origin", relay.url()), ("Sec-WebSocket-Protocol", "merhaba.v1.bin.0")];
    let socket =
        upgrade(relay.authority(), "/ws/visitor", &headers).await.expect("the upgrade itself goes well");
    assert_eq!(wire::close_code(socket).await, Some(4504));
}

// ── plain HTTP ──

#[tokio::test]
async fn hosts_methods_and_sizes_have_their_answers() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    let at = relay.authority();
    assert_eq!(http::send(at, "GET", "/agent/", &[("Host", "evil.example")], b"").await.status, 421);
    assert_eq!(http::send(at, "GET", "/healthz", &[("Host", "anything")], b"").await.status, 200);
    assert_eq!(http::send(at, "TRACE", "/agent/", &[], b"").await.status, 405);
    assert_eq!(http::get(at, &format!("/agent/{}", "a".repeat(5_000))).await.status, 414);
    let large = "a".repeat(20_000);
    assert_eq!(http::send(at, "GET", "/healthz", &[("X-Large", &large)], b"").await.status, 431);
    let headers = [("Content-Type", "application/json")];
    assert_eq!(http::send(at, "POST", "/api/v1/sessions", &headers, &vec![b' '; 70_000]).await.status, 413);
    let headers = [("Content-Type", "text/plain")];
    assert_eq!(http::send(at, "POST", "/api/v1/sessions", &headers, b"{}").await.status, 415);
    assert_eq!(http::get(at, "/metrics").await.status, 404, "never on the public listener");
}
