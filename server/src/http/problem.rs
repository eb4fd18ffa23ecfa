//! How the relay says no over HTTP: a status, a word for programs, a sentence for people. Never an internal detail.
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::borrow::Cow;

/// An answer that is a refusal. In JSON: `{"code":"…","detail":"…"}`.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A refusal.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, detail: detail.into(), limit: None, retry_after: None }
    }

    /// 400: the request breaks a rule.
    pub fn bad(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", detail)
    }

    /// 401: nobody is signed in.
    pub fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "SignedOut", "sign in first")
    }

    /// 403: not from there, or not in that role.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden", detail)
    }

    /// 404: there is no such thing, or it is not yours; the two are not told apart.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", "not found")
    }

    /// 429, with the seconds to wait.
    pub fn too_fast(seconds: u64) -> Self {
        let detail = format!("too many tries; try again in {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RateLimited", detail).after(seconds)
    }

    /// 503: it cannot be done just now.
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", "not possible just now; try again").after(1)
    }

    /// With the seconds after which trying again makes sense.
    pub fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// With another word for programs.
    pub fn code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// With the number that was gone beyond.
    pub fn limit(self, limit: u64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<crate::store::StoreError> for Problem {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::warn!(%error, "the store refused");
        Self::unavailable()
    }
}

/// An answer in JSON.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    let mut response = (status, serde_json::to_string(value).unwrap_or_default()).into_response();
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
