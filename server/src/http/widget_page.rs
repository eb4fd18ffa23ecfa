//! `/w/KEY`: the frame's document. Drawn and compressed when the site's settings change, kept for the requests after
//! that; only the site's origins may show it.
use super::{
    Web,
    document::{self, Document, Shown},
    encoding::Encoded,
    front::Caller,
    headers::{self, Inline},
    notice, pages,
    template::escape,
    texts,
};
use crate::store::{Site, SiteSettings};
use axum::{
    extract::{Extension, Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, header::VARY},
    response::{Html, IntoResponse, Response},
};
use merhaba_shared::protocol::visitor::Presence;
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// Documents kept; more make it start afresh.
const KEPT: usize = 1_024;

/// What may stand in a page's address.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The language.
    #[serde(default)]
    pub lang: Option<String>,
    /// Nobody wants the chat yet: only what is unread is asked for.
    #[serde(default)]
    pub quiet: Option<String>,
    /// The page has no script: its answer stays open for what comes later.
    #[serde(default)]
    pub live: Option<String>,
    /// On the plain page: which of the visitor's conversations; else the latest.
    #[serde(default)]
    pub conversation: Option<String>,
}

struct Kept {
    settings: SiteSettings,
    page: Encoded,
    inline: Inline,
}

type Name = (String, &'static str, Presence);

/// The documents that were drawn, by site, language and presence.
#[derive(Default)]
pub struct Documents(Mutex<HashMap<Name, Arc<Kept>>>);

impl Documents {
    fn get(&self, name: &Name, settings: &SiteSettings) -> Option<Arc<Kept>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(name).filter(|kept| kept.settings == *settings).cloned()
    }

    fn put(&self, name: Name, kept: Arc<Kept>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(name, kept);
    }
}

/// The frame's document.
pub async fn frame(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    request: HeaderMap,
) -> Response {
    let reader = notice::Reader::of(asked.lang.as_deref(), &request, true);
    let site = match web.app.store.site(key.as_str().into()).await {
        Ok(Some(site)) => site,
        Ok(None) => return reader.unknown_site(),
        Err(_) => return reader.unavailable(),
    };
    if !document::built() {
        return reader.not_built();
    }
    if request.get(SEC_FETCH_DEST).is_some_and(|place| place != "iframe") {
        return reader.only_framed();
    }
    let language = texts::widget().choose(asked.lang.as_deref(), &request);
    if asked.quiet.is_some() {
        let Document { html, inline } = quiet(&site, language);
        let mut response = Html(html).into_response();
        headers::widget_frame(response.headers_mut(), &caller.own, &inline, &site.settings.origins);
        return response;
    }
    let Some(kept) = keep(&web, &site, language).await else { return reader.not_built() };
    let mut response = kept.page.answer(&request);
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language"));
    headers::widget_frame(response.headers_mut(), &caller.own, &kept.inline, &site.settings.origins);
    response
}

/// The document of a frame that only asks what is unread.
fn quiet(site: &Site, language: &str) -> Document {
    let (key, color) = (escape(&site.key.0), site.settings.color.as_deref().map(escape).unwrap_or_default());
    let html = format!(
        "<!DOCTYPE html><html lang=\"{language}\" data-key=\"{key}\" data-color=\"{color}\"><head><meta charset=\"utf-8\">\
         <meta name=\"robots\" content=\"noindex\"><title></title></head><body><script>{}</script></body></html>",
        pages::QUIET_SCRIPT
    );
    let inline = Inline::of(&html);
    Document { html, inline }
}

async fn keep(web: &Web, site: &Site, language: &'static str) -> Option<Arc<Kept>> {
    let presence = web.app.chat.presence(&site.key);
    let name = (site.key.0.clone(), language, presence);
    if let Some(kept) = web.documents.get(&name, &site.settings) {
        return Some(kept);
    }
    let owned = site.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        let shown = Shown { mode: "frame", language, presence, asks: true, ..Shown::default() };
        let Document { html, inline } = document::draw(&owned, &shown)?;
        let page = Encoded::new("text/html; charset=utf-8", html);
        Some(Arc::new(Kept { settings: owned.settings, page, inline }))
    });
    let kept = drawn.await.ok().flatten()?;
    web.documents.put(name, kept.clone());
    Some(kept)
}
