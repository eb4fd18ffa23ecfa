//! The few REST calls of the page, as JSON by the browser's own parser. Sends the cookie and nothing secret besides.
use gloo_net::http::{Method, Request, RequestBuilder};
use js_sys::JSON;
use leptos::web_sys::RequestCredentials;
use wasm_bindgen::JsValue;

pub use merhaba_shared::browser::object::{get, object};

/// An answer of the relay.
pub struct Answer {
    /// The HTTP status; 0: none came.
    pub status: u16,
    /// The JSON, or `undefined`.
    pub body: JsValue,
    /// Seconds until trying again makes sense.
    pub retry_after: Option<u32>,
}

impl Answer {
    /// Whether it went well.
    pub const fn is_ok(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

/// Asks the relay; no answer at all is an answer with status 0.
pub async fn ask(method: &str, path: &str, body: Option<&JsValue>) -> Answer {
    let nothing = Answer { status: 0, body: JsValue::UNDEFINED, retry_after: None };
    let Some(request) = request(method, path, body) else { return nothing };
    let Ok(response) = request.send().await else { return nothing };
    let retry_after = response.headers().get("retry-after").and_then(|text| text.parse().ok());
    let body = match response.text().await {
        Ok(text) => JSON::parse(&text).unwrap_or(JsValue::UNDEFINED),
        Err(_) => JsValue::UNDEFINED,
    };
    Answer { status: response.status(), body, retry_after }
}

fn request(method: &str, path: &str, body: Option<&JsValue>) -> Option<Request> {
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let request = RequestBuilder::new(path).method(method).credentials(RequestCredentials::SameOrigin);
    let Some(body) = body else { return request.build().ok() };
    request.header("content-type", "application/json").body(JSON::stringify(body).ok()?).ok()
}

/// A property that is text.
pub fn text(value: &JsValue, name: &str) -> Option<String> {
    get(value, name).as_string()
}

/// A property that is a whole number and not below nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and milliseconds of the relay's, which a float holds"
)]
pub fn number(value: &JsValue, name: &str) -> Option<u64> {
    get(value, name).as_f64().filter(|number| *number >= 0.0).map(|number| number as u64)
}
