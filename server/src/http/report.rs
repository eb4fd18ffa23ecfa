//! `/csp-report`: what browsers say a page tried against its policy. Logged as directive and kind of source only:
//! never an address with its path, never a sample of text. At most one line a second.
use super::Web;
use axum::{extract::State, http::StatusCode};
use bytes::Bytes;
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

const EVERY: Duration = Duration::from_secs(1);

/// When the last report was logged.
#[derive(Debug, Default)]
pub struct Reports(Mutex<Option<Instant>>);

/// Takes a report.
pub async fn take(State(web): State<Arc<Web>>, body: Bytes) -> StatusCode {
    let now = web.app.clock.monotonic();
    let mut last = web.reports.0.lock().unwrap_or_else(PoisonError::into_inner);
    if last.is_none_or(|at| now.duration_since(at) >= EVERY) {
        *last = Some(now);
        if let Some((directive, source)) = summary(&body) {
            tracing::warn!(directive, source, "a page was kept from something by its policy");
        }
    }
    StatusCode::NO_CONTENT
}

/// The directive, and the origin of what was blocked.
fn summary(body: &[u8]) -> Option<(String, String)> {
    let report: Value = serde_json::from_slice(body).ok()?;
    let report = report.get(0).unwrap_or(&report);
    let inner = report.get("body").or_else(|| report.get("csp-report"))?;
    let word = |names: [&str; 2]| names.iter().find_map(|name| inner.get(name)?.as_str());
    let directive = word(["effectiveDirective", "violated-directive"])?;
    let source = word(["blockedURL", "blocked-uri"]).unwrap_or_default();
    let source =
        url::Url::parse(source).map_or_else(|_| plain(source), |url| url.origin().ascii_serialization());
    Some((plain(directive), source))
}

fn plain(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn only_directive_and_origin_are_kept() {
        let new = br#"[{"type":"csp-violation","body":{"effectiveDirective":"img-src","blockedURL":"https://a.example/x?secret"}}]"#;
        assert_eq!(summary(new), Some(("img-src".into(), "https://a.example".into())));
        let old = br#"{"csp-report":{"violated-directive":"script-src 'self'\n","blocked-uri":"inline"}}"#;
        assert_eq!(summary(old), Some(("script-srcself".into(), "inline".into())));
        assert_eq!(summary(b"x"), None);
    }
}
