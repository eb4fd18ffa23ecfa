//! `/favicon.ico`: the mark, for tabs and bookmarks. Browsers ask for it by this name where a page links none; a drawing
//! under it is taken as one.
use super::headers;
use axum::{
    http::{HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

/// The mark as both pages draw it: a bubble that smiles.
const MARK: &str = include_str!("icon.svg");

/// `/favicon.ico`
pub async fn show() -> Response {
    let mut response = MARK.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers::icon(response.headers_mut());
    response
}
