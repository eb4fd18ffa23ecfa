//! Loaders of other versions. A website may have pinned one with its hash, or a browser may still hold the one from before
//! an update: both go on with the very bytes they know, in both halves; the frame they make is the present one. What a page
//! and a frame say to each other is only ever added to. Never makes up an answer for a version that was not served.
use super::{
    Web,
    encoding::Encoded,
    headers,
    pages::{self, Kind},
    problem::Problem,
};
use crate::{
    app::App,
    store::{Loader, Pending},
};
use axum::{
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How the name of a second half begins.
pub const HALF: &str = "embed-api-";
/// The longest version and name that are looked for, in bytes.
const LONGEST: usize = 64;
/// Halves that stay compressed in memory; more make it start afresh.
const KEPT: usize = 64;
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Halves of other versions that were asked for, compressed.
#[derive(Default)]
pub struct Loaders(Mutex<HashMap<String, Arc<Encoded>>>);

impl Loaders {
    fn get(&self, name: &str) -> Option<Arc<Encoded>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn put(&self, name: &str, script: &Arc<Encoded>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(name.to_owned(), script.clone());
    }
}

/// Hands this program's own loader to the store, once at each start: a later version serves it from there.
pub async fn keep(app: &App) {
    let Some(loader) = own() else { return };
    if let Err(error) = app.store.keep_loader(loader, app.clock.now()).await {
        tracing::warn!(%error, "this version’s loader is not kept: pages that pin it would lose it with the next update");
    }
}

/// This program's own loader; none in a program that was built without.
fn own() -> Option<Loader> {
    let text = |kind| {
        let file = pages::FILES.iter().find(|file| Kind::of(file.url) == kind)?;
        Some((file.url.trim_start_matches('/'), String::from_utf8(file.body.raw().to_vec()).ok()?))
    };
    let ((_, script), (half_name, half)) = (text(Kind::Loader)?, text(Kind::Api)?);
    let (build, version) = (pages::EMBED_BUILD.into(), env!("CARGO_PKG_VERSION").into());
    Some(Loader { build, version, script, half_name: half_name.into(), half })
}

/// The first half of another version's loader, by its file's name.
pub async fn first(web: &Web, file: &str, request: &HeaderMap) -> Response {
    match file.strip_suffix(".js") {
        Some(version) => answer(web, file, request, |web| web.app.store.loader(version.to_owned())).await,
        None => Problem::not_found().into_response(),
    }
}

/// The second half of this name, of another version's loader.
pub async fn half(web: &Web, name: &str, request: &HeaderMap) -> Response {
    answer(web, name, request, |web| web.app.store.loader_half(name.to_owned())).await
}

async fn answer(
    web: &Web,
    name: &str,
    request: &HeaderMap,
    find: impl FnOnce(&Web) -> Pending<Option<String>>,
) -> Response {
    if name.len() > LONGEST {
        return Problem::not_found().into_response();
    }
    let script = match web.loaders.get(name) {
        Some(script) => Some(script),
        None => match find(web).await {
            Ok(Some(text)) => compress(web, name, text).await,
            Ok(None) => return Problem::not_found().into_response(),
            Err(_) => None,
        },
    };
    let Some(script) = script else { return Problem::unavailable().into_response() };
    let mut response = script.answer(request);
    headers::pinned(response.headers_mut());
    response
}

async fn compress(web: &Web, name: &str, text: String) -> Option<Arc<Encoded>> {
    let script = tokio::task::spawn_blocking(move || Arc::new(Encoded::new(SCRIPT, text))).await.ok()?;
    web.loaders.put(name, &script);
    Some(script)
}
