//! Whether a request that changes something may come from where it comes: `Sec-Fetch-Site` first, exact `Origin`
//! where a browser does not send it; a cookie with neither is refused. Pure.
use super::{origin::Own, problem::Problem};
use axum::http::{
    HeaderMap, HeaderName,
    header::{COOKIE, ORIGIN},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a browser sent it; programs send neither header.
pub fn from_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key(SEC_FETCH_SITE)
}

/// Whether `Origin` is there and is the relay's own, to the letter.
pub fn own_origin(headers: &HeaderMap, own: &Own) -> bool {
    let mut origins = headers.get_all(ORIGIN).into_iter();
    let first = origins.next();
    first.is_some_and(|origin| origin.as_bytes() == own.origin().as_bytes()) && origins.next().is_none()
}

/// Whether `Sec-Fetch-Site` is there and says same-origin.
pub fn same_site_word(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|word| word == "same-origin")
}

/// Checks a request that may change something.
pub fn check(headers: &HeaderMap, own: &Own) -> Result<(), Problem> {
    let fetch = headers.contains_key(SEC_FETCH_SITE);
    if fetch && !same_site_word(headers) {
        return Err(Problem::forbidden("this request came from another site"));
    }
    if !fetch && headers.contains_key(ORIGIN) && !own_origin(headers, own) {
        return Err(Problem::forbidden("this request came from another origin"));
    }
    if !from_browser(headers) && headers.contains_key(COOKIE) {
        return Err(Problem::forbidden("a request with a cookie says where it comes from"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::http::origin::Own;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn allowed(headers: &[(&'static str, &'static str)]) -> bool {
        let own = Own::parse("https://chat.example.com").expect("an origin");
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        check(&map, &own).is_ok()
    }

    #[test]
    fn the_table() {
        let cookie = ("cookie", "__Host-s=x");
        for (headers, right) in [
            (vec![], true),
            (vec![cookie], false),
            (vec![cookie, ("sec-fetch-site", "same-origin")], true),
            (vec![cookie, ("sec-fetch-site", "same-site")], false),
            (vec![cookie, ("sec-fetch-site", "cross-site")], false),
            (vec![cookie, ("sec-fetch-site", "none")], false),
            (vec![cookie, ("origin", "https://chat.example.com")], true),
            (vec![cookie, ("origin", "https://chat.example.com.evil.example")], false),
            (vec![cookie, ("origin", "http://chat.example.com")], false),
            (vec![cookie, ("origin", "null")], false),
            (vec![("origin", "https://evil.example")], false),
            (vec![cookie, ("origin", "https://chat.example.com"), ("origin", "https://evil.example")], false),
        ] {
            assert_eq!(allowed(&headers), right, "{headers:?}");
        }
    }
}
