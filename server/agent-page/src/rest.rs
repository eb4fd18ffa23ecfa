//! The few REST calls of the page, as JSON by the browser's own parser. Sends the cookie and nothing secret besides.
use js_sys::{JSON, Promise};
use leptos::{prelude::window, web_sys};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, RequestCredentials, RequestInit, Response};

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
    let Ok(promise) = request(method, path, body) else { return nothing };
    let Ok(response) = promise.await.and_then(JsCast::dyn_into::<Response>) else { return nothing };
    let retry_after = response.headers().get("retry-after").ok().flatten().and_then(|text| text.parse().ok());
    let body = match response.json() {
        Ok(json) => json.await.unwrap_or(JsValue::UNDEFINED),
        Err(_) => JsValue::UNDEFINED,
    };
    Answer { status: response.status(), body, retry_after }
}

fn request(method: &str, path: &str, body: Option<&JsValue>) -> Result<Promise, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_credentials(RequestCredentials::SameOrigin);
    if let Some(body) = body {
        let headers = Headers::new()?;
        headers.set("content-type", "application/json")?;
        init.set_headers(&headers);
        init.set_body(&JSON::stringify(body)?.into());
    }
    Ok(window().fetch_with_str_and_init(path, &init).unchecked_into())
}

/// A property that is text.
pub fn text(value: &JsValue, name: &str) -> Option<String> {
    get(value, name).as_string()
}
