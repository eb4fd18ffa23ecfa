//! JSON bodies: the right media type, known fields only. The size was settled at the door.
use super::{plain_page::media_type, problem::Problem};
use axum::{
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;

/// A body that was JSON.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(media_type);
        if kind.as_deref() != Some("application/json") {
            let detail = "this address takes JSON (application/json)";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BadMediaType", detail));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| Problem::bad("the body cannot be read"))?;
        // The position helps whoever wrote the request; the message names fields, never values.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Problem::bad(field(&error)),
            _ => Problem::bad(format!("not JSON, at line {} column {}", error.line(), error.column())),
        })
    }
}

fn field(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let known = ["unknown field", "missing field", "duplicate field"];
    if known.iter().any(|word| text.starts_with(word)) {
        return merhaba_shared::protocol::limits::cut(&text, 200).to_owned();
    }
    format!("a value has the wrong type, at line {} column {}", error.line(), error.column())
}
