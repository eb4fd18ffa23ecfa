//! How long the plain page stays open, with time that goes by itself.
use super::{HOST, VISITOR, document, relay};
use crate::http::live_page::OPEN_FOR;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

#[tokio::test]
async fn an_open_page_shows_that_it_lives_and_ends_in_time() {
    if !document::built() {
        return;
    }
    let relay = relay().await;
    let request = Request::get(format!("/c/{}?lang=en&live=1", relay.site))
        .header(header::HOST, HOST)
        .header(header::COOKIE, format!("v={}:{VISITOR}", relay.site))
        .body(Body::empty())
        .expect("a request");
    let response = relay.router.clone().oneshot(request).await.expect("it answers");
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body();
    let mut next = async || {
        let frame = body.frame().await?.expect("it goes on").into_data().ok()?;
        Some(String::from_utf8_lossy(&frame).into_owned())
    };
    let head = next().await.expect("a beginning");
    assert!(head.contains("Merhaba") && !head.contains("</html>"), "{head}");
    // From here on nothing but timers is waited for.
    tokio::time::pause();
    let began = relay.app.clock.monotonic();
    let (mut alive, mut last) = (0, String::new());
    while let Some(piece) = next().await {
        alive += usize::from(piece == "<!-- -->\n");
        last = piece;
    }
    let lasted = relay.app.clock.monotonic() - began;
    assert!(lasted.abs_diff(OPEN_FOR) < std::time::Duration::from_secs(30), "{lasted:?}");
    assert!(alive > 60, "{alive}: a proxy cuts what is silent for a minute");
    assert!(last.contains("Show new messages") && last.trim_end().ends_with("</html>"), "{last}");
}
