//! Short documents that say one thing: no such chat, not built, not this way. They say it in the reader's language, and
//! in English below where that is another. Never anything from the request.
use super::{
    headers::{self, Inline},
    template::escape,
    texts::{self, Texts},
};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use std::fmt::Write as _;

const STYLE: &str = "html{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
    body{max-width:34em;margin:12vh auto;padding:0 20px}h1{font-size:20px}div{margin-top:2em}";

/// Who reads a notice.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// The language.
    pub language: &'static str,
    /// In a website's frame, or on a page of its own.
    pub framed: bool,
}

impl Reader {
    /// Whoever asks, by the language in the address or the browser's.
    pub fn of(asked: Option<&str>, request: &HeaderMap, framed: bool) -> Self {
        Self { language: texts::notices().choose(asked, request), framed }
    }

    /// There is no such site.
    pub fn unknown_site(self) -> Response {
        self.answer(StatusCode::NOT_FOUND, "unknown_site")
    }

    /// The program was built without its pages.
    pub fn not_built(self) -> Response {
        self.answer(StatusCode::SERVICE_UNAVAILABLE, "not_built")
    }

    /// The frame's document was asked for outside a frame.
    pub fn only_framed(self) -> Response {
        Self { framed: false, ..self }.answer(StatusCode::FORBIDDEN, "only_framed")
    }

    /// The store cannot be read just now.
    pub fn unavailable(self) -> Response {
        self.answer(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    }

    fn answer(self, status: StatusCode, what: &str) -> Response {
        let page = page(self.language, what);
        let inline = Inline::of(&page);
        let mut response = (status, page).into_response();
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, html);
        headers::notice(response.headers_mut(), &inline, self.framed);
        response
    }
}

fn page(language: &str, what: &str) -> String {
    let none = Texts::new();
    let (title, body) = words(texts::notices().of(language).unwrap_or(&none), what);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\" dir=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1><p>{body}</p>",
        texts::direction(language)
    );
    if language != "en" {
        let (title, body) = words(texts::notices().of("en").unwrap_or(&none), what);
        let _ = write!(page, "<div lang=\"en\" dir=\"ltr\"><h1>{title}</h1><p>{body}</p></div>");
    }
    page.push_str("</body></html>\n");
    page
}

/// What is said, and what to do about it.
fn words(texts: &Texts, what: &str) -> (String, String) {
    let text = |name: &str| texts.get(name).map_or_else(String::new, |text| escape(text));
    (text(what), text(&format!("{what}_way")))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn a_notice_is_in_the_readers_language_with_english_below() {
        let english = page("en", "unknown_site");
        assert!(english.contains("<h1>There is no chat at this address.</h1>") && !english.contains("<div"));
        let arabic = page("ar", "unavailable");
        assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"), "{arabic}");
        assert!(arabic.contains("<div lang=\"en\" dir=\"ltr\"><h1>The chat cannot start right now.</h1>"));
        for what in ["unknown_site", "not_built", "only_framed", "unavailable"] {
            assert!(
                !page("ru", what).contains("<h1></h1>") && !page("ru", what).contains("<p></p>"),
                "{what}"
            );
        }
    }
}
