//! `/api/v1/openapi.json`: the description of the REST interface, a written file; a test compares it with the router.
use crate::http::encoding::Encoded;
use axum::{http::HeaderMap, response::Response};
use std::sync::OnceLock;

/// The file as it is written.
pub const TEXT: &str = include_str!("openapi.json");

/// Shows it.
pub async fn show(request: HeaderMap) -> Response {
    static FILE: OnceLock<Encoded> = OnceLock::new();
    FILE.get_or_init(|| Encoded::new("application/json; charset=utf-8", TEXT)).answer(&request)
}
