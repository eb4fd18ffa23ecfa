//! The loader and the pages' files, as the build embedded them. Never a cookie, never anything of a visitor.
use super::{
    Web, headers,
    loaders::{self, HALF},
    pages::{self, Kind},
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// `/embed.js`, `/embed-api-HASH.js`, `/assets/HASH-name`: by their whole path. An older loader still gets its own second
/// half.
pub async fn file(State(web): State<Arc<Web>>, uri: Uri, request: HeaderMap) -> Response {
    match uri.path().strip_prefix('/').filter(|name| name.starts_with(HALF)) {
        Some(name) if !is_embedded(uri.path()) => loaders::half(&web, name, &request).await,
        _ => find(uri.path(), &request, None),
    }
}

/// `/embed/VERSION.js`: the loader of one version, for ever: this one's, or one that the store has kept.
pub async fn pinned(
    Path(version): Path<String>,
    State(web): State<Arc<Web>>,
    request: HeaderMap,
) -> Response {
    let name = version.strip_suffix(".js");
    if name.is_some_and(|name| [pages::EMBED_BUILD, env!("CARGO_PKG_VERSION")].contains(&name)) {
        find("/embed.js", &request, Some(Kind::Api))
    } else {
        loaders::first(&web, &version, &request).await
    }
}

fn is_embedded(path: &str) -> bool {
    pages::FILES.iter().any(|file| file.url == path)
}

fn find(path: &str, request: &HeaderMap, kind: Option<Kind>) -> Response {
    let Some(file) = pages::FILES.iter().find(|file| file.url == path) else {
        return Problem::not_found().into_response();
    };
    let mut response = file.body.answer(request);
    match kind.unwrap_or(Kind::of(path)) {
        Kind::Loader => headers::loader(response.headers_mut()),
        Kind::Api => headers::pinned(response.headers_mut()),
        Kind::Asset => headers::asset(response.headers_mut()),
    }
    response
}
