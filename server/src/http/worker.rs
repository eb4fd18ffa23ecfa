//! What makes the agent page a program that can be installed and woken: its manifest, its icons, and the worker that shows
//! alerts while no page is open. The same for everybody; the worker keeps no page and no answer.
use super::{headers, problem::Problem};
use axum::{
    extract::Path,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

const SCRIPT: &str = include_str!("../../agent-page/worker.js");
const MANIFEST: &str = include_str!("manifest.json");
/// The mark as pictures, for home screens: the name, and the bytes.
const ICONS: [(&str, &[u8]); 5] = [
    ("180.png", include_bytes!("icons/180.png")),
    ("192.png", include_bytes!("icons/192.png")),
    ("512.png", include_bytes!("icons/512.png")),
    ("maskable.png", include_bytes!("icons/maskable.png")),
    // In the tab, while somebody waits.
    ("waiting.svg", include_bytes!("icons/waiting.svg")),
];

/// `/agent/worker.js`
pub async fn script() -> Response {
    let mut response = answer(SCRIPT, "text/javascript; charset=utf-8");
    headers::worker(response.headers_mut());
    response
}

/// `/agent/manifest.webmanifest`
pub async fn manifest() -> Response {
    let mut response = answer(MANIFEST, "application/manifest+json");
    headers::icon(response.headers_mut());
    response
}

/// `/agent/icons/NAME`
pub async fn icon(Path(name): Path<String>) -> Result<Response, Problem> {
    let (_, bytes) = ICONS.iter().find(|(known, _)| *known == name).ok_or_else(Problem::not_found)?;
    let mut response = answer(*bytes, if name.ends_with("svg") { "image/svg+xml" } else { "image/png" });
    headers::icon(response.headers_mut());
    Ok(response)
}

fn answer(body: impl IntoResponse, kind: &'static str) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
