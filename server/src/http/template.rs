//! Fills the pages' templates: `{{name}}` with escaped text, `{{{name}}}` with markup the relay made itself. One
//! pass: what was filled in is never looked at again, so no value can name a placeholder.
use std::{borrow::Cow, collections::HashMap, fmt::Write as _};

/// Values by name.
#[derive(Clone, Debug, Default)]
pub struct Values<'a>(HashMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Values<'a> {
    /// Sets a value; as text or as markup is the placeholder's say.
    pub fn set(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> &mut Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

/// Fills a template. A name without a value gives nothing.
#[must_use]
pub fn fill(template: &str, values: &Values<'_>) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let raw = rest[start..].starts_with("{{{");
        let (open, close) = if raw { (3, "}}}") } else { (2, "}}") };
        let inner = &rest[start + open..];
        let Some(end) = inner.find(close) else {
            rest = &rest[start..];
            break;
        };
        let value = values.0.get(inner[..end].trim()).map_or("", |value| value.as_ref());
        if raw {
            out.push_str(value);
        } else {
            escape_into(&mut out, value);
        }
        rest = &inner[end + close.len()..];
    }
    out.push_str(rest);
    out
}

/// A text as markup: in an element or a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

fn escape_into(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A parser would read these as something else.
            '\0' => out.push('\u{fffd}'),
            '\r' => {
                let _ = write!(out, "&#13;");
            }
            letter => out.push(letter),
        }
    }
}

/// The names of a template's placeholders.
#[cfg(test)]
pub fn names(template: &str) -> Vec<String> {
    let parts = template.split("{{").skip(1).filter_map(|part| part.split_once("}}"));
    parts
        .map(|(name, _)| name.trim_start_matches('{').trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Values, escape, fill, names};

    #[test]
    fn text_is_escaped_markup_is_not_and_values_are_not_read_again() {
        let mut values = Values::default();
        values.set("a", "<b>\"'&{{x}}").set("x", "never").set("m", "<i>{{x}}</i>");
        assert_eq!(
            fill("{{a}}|{{{m}}}|{{none}}|{{ x }}|{{open", &values),
            "&lt;b&gt;&quot;&#39;&amp;{{x}}|<i>{{x}}</i>||never|{{open"
        );
    }

    #[test]
    fn what_a_parser_would_change_is_kept_or_replaced() {
        assert_eq!(escape("a\r\nb\0"), "a&#13;\nb\u{fffd}");
    }

    #[test]
    fn names_are_found() {
        assert_eq!(names("{{a}} {{{b}}} {{ c }}"), ["a", "b", "c"]);
    }
}
