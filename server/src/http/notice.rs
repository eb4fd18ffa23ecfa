//! Short documents that say one thing in both languages: no such chat, not built, not this way. Never anything from
//! the request.
use super::headers::{self, Inline};
use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

const STYLE: &str = "html{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
    body{max-width:34em;margin:12vh auto;padding:0 20px}h1{font-size:20px}p+h1{margin-top:2em}";

/// What is to be said: a title and a sentence, in English and in Turkish.
struct Words {
    en: (&'static str, &'static str),
    tr: (&'static str, &'static str),
}

fn answer(status: StatusCode, words: &Words, framed: bool) -> Response {
    let Words { en, tr } = words;
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{}</title><style>{STYLE}</style></head><body>\
         <h1>{}</h1><p>{}</p><div lang=\"tr\"><h1>{}</h1><p>{}</p></div></body></html>\n",
        en.0, en.0, en.1, tr.0, tr.1
    );
    let inline = Inline::of(&page);
    let mut response = (status, page).into_response();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    headers::notice(response.headers_mut(), &inline, framed);
    response
}

/// There is no such site.
pub fn unknown_site(framed: bool) -> Response {
    let words = Words {
        en: (
            "There is no chat at this address.",
            "If this is your website: compare the key in data-site with the one on your owner’s page, under Snippet.",
        ),
        tr: (
            "Bu adreste bir sohbet yok.",
            "Web sitesi sizinse: data-site içindeki anahtarı, sahip sayfanızdaki kodda yazan anahtarla karşılaştırın.",
        ),
    };
    answer(StatusCode::NOT_FOUND, &words, framed)
}

/// The program was built without its pages.
pub fn not_built() -> Response {
    let words = Words {
        en: ("The pages are not built.", "run make build, then start the relay again."),
        tr: ("Sayfalar derlenmemiş.", "make build komutunu çalıştırın, sonra sunucuyu yeniden başlatın."),
    };
    answer(StatusCode::SERVICE_UNAVAILABLE, &words, true)
}

/// The frame's document was asked for outside a frame.
pub fn only_framed() -> Response {
    let words = Words {
        en: (
            "This page belongs into a website.",
            "The same chat as a page of its own is under /c/ in place of /w/.",
        ),
        tr: (
            "Bu sayfa bir web sitesinin içinde açılır.",
            "Aynı sohbeti tek başına açmak için adreste /w/ yerine /c/ yazın.",
        ),
    };
    answer(StatusCode::FORBIDDEN, &words, false)
}

/// The store cannot be read just now.
pub fn unavailable() -> Response {
    let words = Words {
        en: ("The chat cannot start right now.", "Please try again in a little while."),
        tr: ("Sohbet şu anda başlatılamıyor.", "Lütfen biraz sonra yeniden deneyin."),
    };
    answer(StatusCode::SERVICE_UNAVAILABLE, &words, true)
}
