//! Which list is shown and what it is narrowed to, as the query of the address: a reload keeps it, and a link can be
//! passed on. Never the path (`route`).
use leptos::prelude::window;
use merhaba_shared::protocol::{agent::Filter, triage::Only};
use wasm_bindgen::JsValue;

/// The query for a list; empty for the open ones of all.
pub fn query(filter: Filter, only: &Only) -> String {
    let list = (filter != Filter::Open).then(|| filter.as_str().to_ascii_lowercase());
    let Only { site, tag, agent, locale, department } = only;
    let parts = [
        ("list", list),
        ("site", site.as_ref().map(|site| site.0.clone())),
        ("tag", tag.clone()),
        ("agent", agent.as_ref().map(|agent| agent.0.clone())),
        ("language", locale.clone()),
        ("department", department.clone()),
    ];
    let parts = parts.into_iter().filter_map(|(name, value)| Some([name, "=", &escaped(&value?)].concat()));
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { String::new() } else { ["?", &parts.join("&")].concat() }
}

/// The list for a query; what it does not say is not narrowed.
pub fn parse(query: &str) -> (Filter, Only) {
    let (mut filter, mut only) = (Filter::Open, Only::default());
    for (name, value) in query.trim_start_matches('?').split('&').filter_map(|part| part.split_once('=')) {
        let Some(value) = unescaped(value).filter(|value| !value.is_empty()) else { continue };
        match name {
            "list" => {
                let known = Filter::ALL.iter().find(|filter| filter.as_str().eq_ignore_ascii_case(&value));
                filter = known.copied().unwrap_or(filter);
            }
            "site" => only.site = Some(value.as_str().into()),
            "tag" => only.tag = Some(value),
            "agent" => only.agent = Some(value.as_str().into()),
            "language" => only.locale = Some(value),
            "department" => only.department = Some(value),
            _ => {}
        }
    }
    (filter, only)
}

/// Everything but letters, digits and `-._~` as bytes in hexadecimal.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(half), 16));
            }
        }
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut half = || char::from(rest.next()?).to_digit(16);
                u8::try_from(half()? * 16 + half()?).ok()?
            }
            b'+' => b' ',
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The list that the address bar names.
pub fn here() -> (Filter, Only) {
    parse(&window().location().search().unwrap_or_default())
}

/// Puts a list into the address bar, in the place of the one that was there.
pub fn keep(filter: Filter, only: &Only) {
    let location = window().location();
    let (Ok(path), Ok(history)) = (location.pathname(), window().history()) else { return };
    // A browser that refuses (too often in a minute) only keeps an older address.
    let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&[path, query(filter, only)].concat()));
}

#[cfg(test)]
mod tests {
    use super::{parse, query};
    use merhaba_shared::protocol::{agent::Filter, triage::Only};

    #[test]
    fn every_list_comes_back_from_its_query() {
        let only = Only {
            site: Some("demo".into()),
            tag: Some("İade & değişim = 100%".into()),
            agent: Some("a_1-2".into()),
            locale: Some("tr".into()),
            department: Some("sales".into()),
        };
        for filter in Filter::ALL {
            for only in [Only::default(), only.clone()] {
                assert_eq!(parse(&query(*filter, &only)), (*filter, only));
            }
        }
        assert_eq!(query(Filter::Open, &Only::default()), "");
    }

    #[test]
    fn a_strange_query_is_the_open_ones_of_all() {
        for strange in ["", "?", "?list=none", "?tag=%", "?tag=%ff", "?x=1&&=&list", "?site="] {
            assert_eq!(parse(strange), (Filter::Open, Only::default()), "{strange}");
        }
    }
}
