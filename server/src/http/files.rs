//! The loader and the pages' files, as the build embedded them. Never a cookie, never anything of a visitor.
use super::{
    Web, headers,
    pages::{self, Kind},
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The pinned loader's file name.
pub const PINNED: &str = concat!(env!("CARGO_PKG_VERSION"), ".js");

/// `/embed.js`, `/embed-api-HASH.js`, `/assets/HASH-name`: by their whole path.
pub async fn file(uri: Uri, request: HeaderMap) -> Response {
    find(uri.path(), &request, None)
}

/// `/embed/VERSION.js`: the loader of one version, for ever.
pub async fn pinned(Path(version): Path<String>, State(_): State<Arc<Web>>, request: HeaderMap) -> Response {
    if version == PINNED {
        find("/embed.js", &request, Some(Kind::Api))
    } else {
        Problem::not_found().into_response()
    }
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
