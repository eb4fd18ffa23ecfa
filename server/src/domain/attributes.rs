//! What a website says of its visitor: names with short texts. Unverified, since the page itself says it. Pure.
use merhaba_shared::protocol::{
    limits::{ATTRIBUTE_CHARS, ATTRIBUTE_NAME_CHARS, ATTRIBUTES},
    person::Attribute,
};
use serde_json::{Map, Value};

/// Reads what a page says, an object in JSON, cut to what is kept: texts, numbers and truths. What has no name, or says
/// nothing or something that is none of these, is left out. `None`: it is no object.
#[must_use]
pub fn read(json: &str) -> Option<Vec<Attribute>> {
    let all: Map<String, Value> = serde_json::from_str(json).ok()?;
    let said = all.into_iter().filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        let (name, value) = (short(&name, ATTRIBUTE_NAME_CHARS), short(&value, ATTRIBUTE_CHARS));
        (!name.is_empty() && !value.is_empty()).then_some(Attribute { name, value })
    });
    Some(said.take(ATTRIBUTES).collect())
}

/// On one line, without blanks around it, and no longer than that.
fn short(text: &str, chars: usize) -> String {
    let line: String = text.trim().chars().take(chars).collect();
    line.split(char::is_control).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Option<Vec<(String, String)>> {
        Some(read(json)?.into_iter().map(|said| (said.name, said.value)).collect())
    }

    #[test]
    fn texts_numbers_and_truths_are_kept_and_nothing_else() {
        let json = r#"{" plan ":"Usta","seats":3,"vip":true,"a":null,"b":[1],"c":{"d":1},"":"x","e":"  "}"#;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(said(json), Some(vec![pair("plan", "Usta"), pair("seats", "3"), pair("vip", "true")]));
        assert_eq!(said("[1]"), None);
        assert_eq!(said("{"), None);
        assert_eq!(said(r#"{"a":"x\n\u0000y"}"#), Some(vec![pair("a", "x  y")]));
    }

    #[test]
    fn what_is_too_long_or_too_much_is_cut() {
        let many: Map<String, Value> = (0..99).map(|n| (format!("{n:03}"), "ş".repeat(999).into())).collect();
        let kept = read(&Value::Object(many).to_string()).expect("an object");
        assert_eq!((kept.len(), kept[0].value.chars().count()), (ATTRIBUTES, ATTRIBUTE_CHARS));
        let kept = read(&format!(r#"{{"{}":1}}"#, "n".repeat(999))).expect("an object");
        assert_eq!(kept[0].name.len(), ATTRIBUTE_NAME_CHARS);
    }
}
