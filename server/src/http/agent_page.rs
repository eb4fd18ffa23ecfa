//! `/agent/` and everything under it: one document, the agent page. It carries nothing of anybody; what it shows
//! comes over the API and the websocket.
use super::{
    document::attributes,
    encoding::Encoded,
    front::Caller,
    headers::{self, Inline},
    notice, pages,
    template::{Values, fill},
    texts,
    widget_page::Asked,
};
use axum::{
    extract::{Extension, Query},
    http::{HeaderMap, HeaderValue, Uri, header::VARY},
    response::{IntoResponse, Redirect, Response},
};
use merhaba_shared::protocol::limits::FILE_BYTES;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Drawn = Arc<(Encoded, Inline)>;

/// The documents that were drawn, by language, and whether as the owner's page.
static DRAWN: Mutex<Option<HashMap<(&'static str, bool), Drawn>>> = Mutex::new(None);

/// `/`: agents and owners are the ones who come here by typing.
pub async fn home() -> Response {
    Redirect::to("/agent/").into_response()
}

/// The document.
pub async fn show(
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    address: Uri,
    request: HeaderMap,
) -> Response {
    if pages::AGENT_JS.is_empty() {
        return notice::Reader::of(asked.lang.as_deref(), &request, true).not_built();
    }
    let owners = is_owners(address.path());
    let drawn = drawn(texts::agent().choose(asked.lang.as_deref(), &request), owners);
    let mut response = drawn.0.answer(&request);
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language"));
    headers::agent_page(response.headers_mut(), &caller.own, &drawn.1, owners);
    response
}

/// Whether a path is the owner's page: `/agent/site` and `/agent/site/KEY`. The program loads it anew when it is gone to.
fn is_owners(path: &str) -> bool {
    path.strip_prefix("/agent/site").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn drawn(language: &'static str, owners: bool) -> Drawn {
    let mut kept = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    kept.entry((language, owners)).or_insert_with(|| Arc::new(draw(language, owners))).clone()
}

fn draw(language: &'static str, owners: bool) -> (Encoded, Inline) {
    let mut values = Values::default();
    let texts = texts::agent().of(language);
    for (name, text) in texts.into_iter().flatten() {
        values.set(format!("t.{name}"), text.as_str());
    }
    values
        .set("lang", language)
        .set("dir", texts::direction(language))
        .set("owners", if owners { "yes" } else { "" })
        .set("link", pages::LINK_JS)
        .set("parts", pages::PARTS_JS)
        .set("files", FILE_BYTES.to_string())
        .set("js", pages::AGENT_JS)
        .set("wasm", pages::AGENT_WASM)
        .set("wasm_sri", pages::AGENT_WASM_SRI)
        .set("style", pages::AGENT_STYLE)
        .set("script", pages::AGENT_SCRIPT)
        .set("texts", texts.map_or_else(String::new, |texts| attributes(texts, &[])));
    let html = fill(pages::AGENT_TEMPLATE, &values);
    let inline = Inline::of(&html);
    (Encoded::new("text/html; charset=utf-8", html), inline)
}
