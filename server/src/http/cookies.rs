//! The relay's two cookies: an agent's sign-in and, on the plain page only, a visitor's token. Over https they carry
//! the `__Host-` prefix; on an http loopback address they cannot, since browsers would drop them.
use super::origin::Own;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

/// The agent's sign-in.
pub const SIGN_IN: &str = "s";
/// The visitor's token on the plain page.
pub const VISITOR: &str = "v";

/// A cookie's name on this origin.
fn name(own: &Own, short: &str) -> String {
    if own.secure { format!("__Host-{short}") } else { short.to_owned() }
}

/// A cookie's value; one that was sent twice counts as none.
pub fn get(headers: &HeaderMap, own: &Own, short: &str) -> Option<String> {
    let name = name(own, short);
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut found = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, value)| *key == name && !value.is_empty());
    let value = found.next()?.1.to_owned();
    found.next().is_none().then_some(value)
}

/// A `Set-Cookie` value; the value is one the relay made.
pub fn set(own: &Own, short: &str, value: &str, max_age: Option<u64>) -> HeaderValue {
    let name = name(own, short);
    let secure = if own.secure { "; Secure" } else { "" };
    let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/{secure}; HttpOnly; SameSite=Strict{age}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::{SIGN_IN, get, set};
    use crate::http::origin::Own;
    use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

    #[test]
    fn the_exact_strings() {
        let own = Own::parse("https://chat.example.com").expect("an origin");
        assert_eq!(
            set(&own, SIGN_IN, "abc", None),
            "__Host-s=abc; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
        let own = Own::parse("http://127.0.0.1:8787").expect("an origin");
        assert_eq!(set(&own, SIGN_IN, "abc", None), "s=abc; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(set(&own, SIGN_IN, "", Some(0)), "s=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    }

    #[test]
    fn reads_one_and_doubts_two() {
        let own = Own::parse("http://127.0.0.1:8787").expect("an origin");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=1; s=abc; ss=x"));
        assert_eq!(get(&headers, &own, SIGN_IN).as_deref(), Some("abc"));
        headers.append(COOKIE, HeaderValue::from_static("s=def"));
        assert_eq!(get(&headers, &own, SIGN_IN), None);
    }
}
