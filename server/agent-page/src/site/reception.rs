//! How a site receives its visitors, as the relay tells and takes it and as an owner types it: a day's hours are one
//! line, holidays a line each, choices a line each. The relay's word on what is right is the last one.
use crate::rest;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The days as the relay names them, Monday first.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One text by language.
pub type Words = Vec<(String, String)>;

/// A question before the first message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// `name`, `email`, `phone`, `choice` or `text`.
    pub asks: String,
    /// Whether there is no chat without an answer.
    pub required: bool,
    /// The question in the owner's words.
    pub label: Words,
    /// What can be chosen.
    pub choices: Vec<Words>,
}

/// How a site receives its visitors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reception {
    /// Whether there are hours; else it is always open.
    pub has_hours: bool,
    /// Time zone.
    pub zone: String,
    /// Each day's spans: `09:00-12:30, 13:30-18:00`.
    pub week: [String; 7],
    /// A line a date: `2027-01-01`, or `2026-12-31 09:00-12:00`.
    pub holidays: String,
    /// `chat`, `form` or `hide`.
    pub closed: String,
    /// What is said while it is closed, in place of ours.
    pub closed_text: Words,
    /// What is asked.
    pub questions: Vec<Question>,
    /// What is agreed to.
    pub consent: Words,
    /// Where more about that stands.
    pub privacy_url: String,
}

impl Reception {
    /// Reads what the relay sent.
    pub fn read(json: &JsValue) -> Self {
        let hours = rest::get(json, "hours");
        let week = rest::get(&hours, "week");
        let holidays = list(&rest::get(&hours, "holidays"));
        let line = |holiday: &JsValue| {
            let (date, spans) =
                (rest::text(holiday, "date").unwrap_or_default(), spans(&rest::get(holiday, "spans")));
            if spans.is_empty() { date } else { [date, spans].join(" ") }
        };
        Self {
            has_hours: hours.is_object(),
            zone: rest::text(&hours, "zone").unwrap_or_default(),
            week: DAYS.map(|day| spans(&rest::get(&week, day))),
            holidays: holidays.iter().map(line).collect::<Vec<_>>().join("\n"),
            closed: rest::text(json, "closed").unwrap_or_else(|| "chat".into()),
            closed_text: words(&rest::get(json, "closed_text")),
            questions: list(&rest::get(json, "questions")).iter().map(question).collect(),
            consent: words(&rest::get(json, "consent")),
            privacy_url: rest::text(json, "privacy_url").unwrap_or_default(),
        }
    }

    /// What the relay is sent.
    pub fn write(&self) -> JsValue {
        let questions: Array = self.questions.iter().map(write_question).collect();
        let privacy = self.privacy_url.trim();
        rest::object(&[
            ("hours", if self.has_hours { self.write_hours() } else { JsValue::NULL }),
            ("closed", self.closed.as_str().into()),
            ("closed_text", write_words(&self.closed_text)),
            ("questions", questions.into()),
            ("consent", write_words(&self.consent)),
            ("privacy_url", if privacy.is_empty() { JsValue::NULL } else { privacy.into() }),
        ])
    }

    fn write_hours(&self) -> JsValue {
        let week = Object::new();
        for (day, text) in DAYS.iter().zip(&self.week) {
            // Setting a property of a fresh plain object cannot fail.
            let _ = Reflect::set(&week, &(*day).into(), &write_spans(text));
        }
        let holidays = self.holidays.lines().map(str::trim).filter(|line| !line.is_empty());
        let holidays: Array = holidays
            .map(|line| {
                let (date, spans) = line.split_once(' ').unwrap_or((line, ""));
                rest::object(&[("date", date.into()), ("spans", write_spans(spans))])
            })
            .collect();
        rest::object(&[
            ("zone", self.zone.trim().into()),
            ("week", week.into()),
            ("holidays", holidays.into()),
        ])
    }
}

/// The text in a language; empty where there is none.
pub fn said(words: &Words, tag: &str) -> String {
    words.iter().find(|(known, _)| known == tag).map(|(_, text)| text.clone()).unwrap_or_default()
}

/// Sets the text in a language.
pub fn say(words: &mut Words, tag: &str, text: String) {
    words.retain(|(known, _)| known != tag);
    if !text.is_empty() {
        words.push((tag.into(), text));
        words.sort();
    }
}

/// Choices in one language, a line each.
pub fn lines(choices: &[Words], tag: &str) -> String {
    choices.iter().map(|choice| said(choice, tag)).collect::<Vec<_>>().join("\n")
}

/// Sets the choices in one language from lines; the other languages keep their places.
pub fn set_lines(choices: &mut Vec<Words>, tag: &str, text: &str) {
    let lines: Vec<&str> = text.split('\n').collect();
    let others = |choice: &Words| choice.iter().any(|(known, text)| known != tag && !text.is_empty());
    let last = choices.iter().rposition(others).map_or(0, |last| last + 1);
    choices.resize(lines.len().max(last), Words::new());
    for (at, choice) in choices.iter_mut().enumerate() {
        say(choice, tag, lines.get(at).copied().unwrap_or_default().into());
    }
    while choices.last().is_some_and(Vec::is_empty) && choices.len() > lines.len() {
        choices.pop();
    }
}

pub(super) fn list(value: &JsValue) -> Vec<JsValue> {
    value.dyn_ref::<Array>().map(|list| list.iter().collect()).unwrap_or_default()
}

fn spans(value: &JsValue) -> String {
    list(value).iter().filter_map(JsValue::as_string).collect::<Vec<_>>().join(", ")
}

fn write_spans(text: &str) -> JsValue {
    let spans = text.split([',', ';']).map(|span| span.replace(['–', ' '], "").replace("--", "-"));
    let spans: Array = spans.filter(|span| !span.is_empty()).map(|span| JsValue::from_str(&span)).collect();
    spans.into()
}

/// One text by language, as the relay tells it.
pub fn words(value: &JsValue) -> Words {
    let pairs = value.dyn_ref::<Object>().map(Object::entries).unwrap_or_default();
    let mut words: Words = pairs
        .iter()
        .filter_map(|pair| {
            let pair: Array = pair.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        })
        .collect();
    words.sort();
    words
}

pub(super) fn write_words(words: &Words) -> JsValue {
    let object = Object::new();
    for (tag, text) in words {
        let _ = Reflect::set(&object, &tag.into(), &text.into());
    }
    object.into()
}

fn question(value: &JsValue) -> Question {
    Question {
        asks: rest::text(value, "asks").unwrap_or_default(),
        required: rest::get(value, "required").is_truthy(),
        label: words(&rest::get(value, "label")),
        choices: list(&rest::get(value, "choices")).iter().map(words).collect(),
    }
}

fn write_question(question: &Question) -> JsValue {
    let choices: Array =
        question.choices.iter().filter(|_| question.asks == "choice").map(write_words).collect();
    rest::object(&[
        ("asks", question.asks.as_str().into()),
        ("required", question.required.into()),
        ("label", write_words(&question.label)),
        ("choices", choices.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::{Words, lines, say, set_lines};

    #[test]
    fn choices_in_two_languages_keep_their_places() {
        let mut choices: Vec<Words> = Vec::new();
        set_lines(&mut choices, "en", "Orders\nReturns");
        set_lines(&mut choices, "tr", "Sipariş\nİade\nDiğer");
        assert_eq!(lines(&choices, "en"), "Orders\nReturns\n");
        assert_eq!(lines(&choices, "tr"), "Sipariş\nİade\nDiğer");
        set_lines(&mut choices, "tr", "Sipariş");
        assert_eq!(choices.len(), 2);
        say(&mut choices[0], "en", String::new());
        assert_eq!(choices[0], [("tr".to_owned(), "Sipariş".to_owned())]);
    }
}
