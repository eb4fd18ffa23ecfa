//! What an open plain page is told of a message that was changed or taken away: it runs no script, and its policy lets no style
//! stand in the page, so a style sheet of a few bytes hides what stood there. The address says which, and nothing else is known
//! of it: it is the same for every conversation, and says nothing of any.
use super::problem::Problem;
use axum::{
    extract::Path,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use merhaba_shared::protocol::ids::Seq;

/// Where the style sheet is that hides the message at a place, as it was before the entry that changed it.
pub fn path(of: Seq, by: Seq) -> String {
    format!("/revised/{of}-{by}.css")
}

/// `/revised/{name}`
pub async fn show(Path(name): Path<String>) -> Result<Response, Problem> {
    let (of, by) = read(&name).ok_or_else(Problem::not_found)?;
    let style = format!("[data-of=\"{of}\"]:not([data-by=\"{by}\"]) {{ display: none !important }}\n");
    let mut response = style.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

fn read(name: &str) -> Option<(Seq, Seq)> {
    let (of, by) = name.strip_suffix(".css")?.split_once('-')?;
    Some((of.parse().ok()?, by.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{path, read};

    #[test]
    fn only_two_numbers_are_an_address() {
        assert_eq!(path(3, 12).strip_prefix("/revised/").and_then(read), Some((3, 12)));
        for name in ["", ".css", "3.css", "3-x.css", "3-4", "3-4-5.css", "-1-4.css", "3-4}.css"] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
