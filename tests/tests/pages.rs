//! The pages as HTTP serves them, with no browser: the plain page that takes a form, how files are compressed, kept and
//! framed. It needs the relay with its pages inside.
use merhaba_tests::{
    http::{self, Answer},
    relay::Relay,
};
use tempfile::TempDir;

async fn demo() -> (Relay, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    (Relay::demo(&folder.path().join("data")).await, folder)
}

/// Sends the plain page's form as a browser without script does.
async fn post(relay: &Relay, cookie: &str, client_id: &str, body: &str) -> Answer {
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", relay.url()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Cookie", cookie),
    ];
    let headers = if cookie.is_empty() { &headers[..3] } else { &headers[..] };
    let form = format!("client_id={client_id}&body={body}");
    http::send(relay.authority(), "POST", "/c/demo", headers, form.as_bytes()).await
}

/// What stands between two marks of a document.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).map_or_else(|| panic!("no {start} in {text}"), |at| at + start.len());
    &text[from..from + text[from..].find(end).unwrap_or_else(|| panic!("no {end} after {start}"))]
}

#[tokio::test]
async fn a_tab_has_the_mark() {
    let (relay, _folder) = demo().await;
    let icon = http::get(relay.authority(), "/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, Some("image/svg+xml")));
    assert!(icon.text().starts_with("<svg xmlns=") && icon.header("cache-control").is_some());
    let page = http::get(relay.authority(), "/agent/").await;
    assert!(page.text().contains("<link rel=\"icon\" href=\"/favicon.ico\" type=\"image/svg+xml\">"));
    for path in ["/agent/", "/c/demo"] {
        let page = http::get(relay.authority(), path).await;
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("; img-src 'self'"), "{policy}");
    }
}

#[tokio::test]
async fn the_plain_page_takes_a_message_once() {
    let (relay, _folder) = demo().await;
    let page = http::get(relay.authority(), "/c/demo?lang=en").await;
    assert_eq!(
        (page.status, page.header("set-cookie")),
        (200, None),
        "nothing is kept before the first message"
    );
    let text = page.text();
    assert!(text.contains("Write a message") && text.contains("Send"), "{text}");
    assert!(text.contains("action=\"/c/demo?lang=en\""), "the language stays after a message: {text}");
    let client_id = between(&text, "name=\"client_id\" value=\"", "\"").to_owned();
    assert_eq!(client_id.len(), 32);

    let sent = post(&relay, "", &client_id, "3+%3C+5+%26+%C3%A7ay%3F").await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("/c/demo")), "{sent:?}");
    let cookie = sent.header("set-cookie").unwrap_or_default().to_owned();
    assert!(
        cookie.starts_with("v=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap_or_default();

    // The same form again, as a second click or a reload sends it: stored once.
    assert_eq!(post(&relay, cookie, &client_id, "3+%3C+5+%26+%C3%A7ay%3F").await.status, 303);
    let shown = http::send(relay.authority(), "GET", "/c/demo", &[("Cookie", cookie)], b"").await.text();
    assert_eq!(shown.matches("3 &lt; 5 &amp; çay?").count(), 1, "once, as text: {shown}");
}

#[tokio::test]
async fn a_form_from_elsewhere_or_too_long_is_refused_and_keeps_its_text() {
    let (relay, _folder) = demo().await;
    let evil = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://evil.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    assert_eq!(http::send(relay.authority(), "POST", "/c/demo", &evil, b"body=a").await.status, 403);
    let long = "a".repeat(4_001);
    let answer = post(&relay, "", "00000000000000000000000000000001", &long).await;
    assert_ne!(answer.status, 303);
    assert!(answer.text().contains(&long), "what was typed is still there");
}

#[tokio::test]
async fn every_text_and_wasm_is_compressed_when_asked_and_never_else() {
    let (relay, _folder) = demo().await;
    let frame = http::get(relay.authority(), "/w/demo").await.text();
    let wasm = between(&frame, "data-wasm=\"", "\"").to_owned();
    let glue = between(&frame, "data-js=\"", "\"").to_owned();
    for path in ["/embed.js", "/w/demo", "/c/demo", "/agent/", "/api/v1/openapi.json", &wasm, &glue] {
        let plain = http::get(relay.authority(), path).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{path}");
        for (asked, coding) in [("br", "br"), ("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip", "gzip")]
        {
            let answer = http::send(relay.authority(), "GET", path, &[("Accept-Encoding", asked)], b"").await;
            assert_eq!(answer.header("content-encoding"), Some(coding), "{path} {asked}");
            assert!(answer.header("vary").is_some_and(|vary| vary.contains("ccept-")), "{path}: {answer:?}");
            assert!(answer.body.len() < plain.body.len(), "{path} {asked}");
        }
    }
}

#[tokio::test]
async fn files_are_named_by_content_kept_for_ever_and_documents_are_asked_for_again() {
    let (relay, _folder) = demo().await;
    let frame = http::get(relay.authority(), "/w/demo").await;
    let wasm = between(&frame.text(), "data-wasm=\"", "\"").to_owned();
    let file = http::get(relay.authority(), &wasm).await;
    assert_eq!(file.header("content-type"), Some("application/wasm"));
    assert!(file.header("cache-control").unwrap_or_default().contains("immutable"), "{:?}", file.headers);
    assert!(file.body.starts_with(b"\0asm"), "a wasm module");
    let parts = http::get(relay.authority(), between(&frame.text(), "data-parts=\"", "\"")).await.text();
    for named in ["\"menu\":\"", "\"tr\":\""] {
        let file = http::get(relay.authority(), between(&parts, named, "\"")).await;
        assert_eq!(file.status, 200, "{named}");
        assert!(file.header("cache-control").unwrap_or_default().contains("immutable"), "{:?}", file.headers);
    }
    assert_eq!(http::get(relay.authority(), &wasm.replace("/assets/", "/assets/0")).await.status, 404);

    let embed = http::get(relay.authority(), "/embed.js").await;
    let kept = embed.header("cache-control").unwrap_or_default();
    assert!(kept.contains("max-age=300") && !kept.contains("immutable"), "{kept}");
    assert_eq!(embed.header("access-control-allow-origin"), Some("*"), "integrity needs CORS");
    for (path, answer) in [("/w/demo", &frame), ("/embed.js", &embed)] {
        let etag = answer.header("etag").expect("an ETag");
        let again = http::send(relay.authority(), "GET", path, &[("If-None-Match", etag)], b"").await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
}

#[tokio::test]
async fn documents_carry_the_headers_that_keep_strangers_out() {
    let (relay, _folder) = demo().await;
    for (path, ancestors) in [("/c/demo", "frame-ancestors 'none'"), ("/agent/", "frame-ancestors 'none'")] {
        let answer = http::get(relay.authority(), path).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && policy.contains(ancestors), "{path} {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path} {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("server"), None, "{path}");
    }
    let frame = http::get(relay.authority(), "/w/demo").await;
    let policy = frame.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("frame-ancestors http://localhost:"), "{policy}");
    assert_eq!(frame.header("x-frame-options"), None);
    assert_eq!(frame.header("set-cookie"), None);
}
