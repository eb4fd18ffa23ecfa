//! What a message has besides text and files: quick replies, cards and forms that agents and bots send, and the answers
//! that a visitor gives to a form. It checks and says in words; it stores nothing and asks nobody.
use merhaba_shared::protocol::ids::{AttachmentId, Seq};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write as _};

/// Quick replies, cards, buttons of a card.
const MOST: usize = 10;
/// Fields of a form, and options of a choice.
const FIELDS: usize = 20;
/// Characters of what is pressed, of a label, of a title.
const LABEL_CHARS: usize = 80;
/// Characters of a card's text, and of an answer.
const TEXT_CHARS: usize = 1_000;
/// Bytes of an address.
const URL_BYTES: usize = 2_000;

/// What a message has besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extra {
    /// Answers to press: one is sent as the visitor's message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<String>,
    /// Cards, one beside the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    /// A form to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// What was filled in; made by the relay only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
}

/// A card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Card {
    /// Above it: a picture among the message's own files, never an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<AttachmentId>,
    /// In bold.
    pub title: String,
    /// Below it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What it offers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// A button: it opens an address, or sends an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Button {
    /// What it says.
    pub text: String,
    /// Where it leads: `https:` or `http:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
}

/// A form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// In order.
    pub fields: Vec<Field>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What programs call it: letters, digits, `_` and `-`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What is asked for.
    #[serde(default)]
    pub kind: FieldKind,
    /// Whether it may be left out.
    #[serde(default)]
    pub required: bool,
    /// Of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// What a field asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line.
    #[default]
    Text,
    /// Several lines.
    Long,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A number.
    Number,
    /// A day, `2026-11-22`.
    Date,
    /// One of `options`.
    Choice,
}

/// What a visitor filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// The Seq of the form's message.
    pub of: Seq,
    /// By the fields' names.
    pub values: BTreeMap<String, String>,
}

/// Why it cannot be taken, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExtraError(String);

fn wrong<T>(why: impl Into<String>) -> Result<T, ExtraError> {
    Err(ExtraError(why.into()))
}

fn text(what: &str, text: &str, most: usize) -> Result<(), ExtraError> {
    if text.trim().is_empty() {
        return wrong(format!("{what} is blank"));
    }
    if text.chars().count() > most {
        return wrong(format!("{what} has more than {most} characters"));
    }
    Ok(())
}

fn count(what: &str, count: usize, most: usize) -> Result<(), ExtraError> {
    if (1..=most).contains(&count) { Ok(()) } else { wrong(format!("{what}: 1 to {most}")) }
}

impl Extra {
    /// What an agent or a bot may send with these files: checked whole, as JSON. Whether a picture is one, its file says.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self, files: &[AttachmentId]) -> Result<(), ExtraError> {
        if self.pictures().any(|picture| !files.contains(picture)) {
            return wrong("a card's picture is one of the message's attachments");
        }
        if self.answers.is_some() {
            return wrong("answers are a visitor's");
        }
        if *self == Self::default() {
            return wrong("extra has replies, cards or form");
        }
        if !self.replies.is_empty() {
            count("replies", self.replies.len(), MOST)?;
            self.replies.iter().try_for_each(|reply| text("a reply", reply, LABEL_CHARS))?;
        }
        if !self.cards.is_empty() {
            count("cards", self.cards.len(), MOST)?;
            self.cards.iter().try_for_each(Card::check)?;
        }
        self.form.as_ref().map_or(Ok(()), Form::check)
    }

    /// The files that cards show.
    pub fn pictures(&self) -> impl Iterator<Item = &AttachmentId> {
        self.cards.iter().filter_map(|card| card.picture.as_ref())
    }
}

impl Card {
    fn check(&self) -> Result<(), ExtraError> {
        text("a card's title", &self.title, LABEL_CHARS)?;
        if !self.text.is_empty() {
            text("a card's text", &self.text, TEXT_CHARS)?;
        }
        if self.buttons.len() > MOST {
            return wrong(format!("a card has at most {MOST} buttons"));
        }
        self.buttons.iter().try_for_each(Button::check)
    }
}

impl Button {
    fn check(&self) -> Result<(), ExtraError> {
        text("a button's text", &self.text, LABEL_CHARS)?;
        match (&self.url, &self.reply) {
            (Some(url), None) => address(url),
            (None, Some(reply)) => text("a button's reply", reply, LABEL_CHARS),
            _ => wrong("a button has url or reply, one of them"),
        }
    }
}

fn address(url: &str) -> Result<(), ExtraError> {
    let parsed = url::Url::parse(url).ok().filter(|parsed| ["https", "http"].contains(&parsed.scheme()));
    if url.len() > URL_BYTES || parsed.is_none() {
        return wrong("a button's url is an https: or http: address of at most 2000 bytes");
    }
    Ok(())
}

impl Form {
    fn check(&self) -> Result<(), ExtraError> {
        count("fields", self.fields.len(), FIELDS)?;
        for (at, field) in self.fields.iter().enumerate() {
            let name = &field.name;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if name.is_empty() || name.len() > LABEL_CHARS || !name.chars().all(plain) {
                return wrong("a field's name has letters, digits, _ and -");
            }
            if self.fields.iter().take(at).any(|before| before.name == *name) {
                return wrong(format!("two fields are named {name}"));
            }
            text("a field's label", &field.label, LABEL_CHARS)?;
            if field.kind == FieldKind::Choice {
                count("options", field.options.len(), FIELDS)?;
                field.options.iter().try_for_each(|option| text("an option", option, LABEL_CHARS))?;
            } else if !field.options.is_empty() {
                return wrong("only a choice has options");
            }
        }
        Ok(())
    }

    /// What a visitor filled in, as a message: its text, which everybody can read, and the answers by name. An answer of
    /// white space is none.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with the field's name.
    pub fn answered(
        &self,
        of: Seq,
        values: &BTreeMap<String, String>,
    ) -> Result<(String, Extra), ExtraError> {
        if let Some(name) = values.keys().find(|name| self.fields.iter().all(|field| field.name != **name)) {
            return wrong(format!("{name}: no such field"));
        }
        let (mut body, mut kept) = (String::new(), BTreeMap::new());
        for field in &self.fields {
            let value = values.get(&field.name).map_or("", |value| value.trim());
            if value.is_empty() {
                if field.required {
                    return wrong(format!("{}: missing", field.name));
                }
                continue;
            }
            field.check(value)?;
            // Writing into a text cannot fail.
            let _ = writeln!(body, "{}: {value}", field.label);
            kept.insert(field.name.clone(), value.to_owned());
        }
        if kept.is_empty() {
            return wrong("nothing is filled in");
        }
        let extra = Extra { answers: Some(Answers { of, values: kept }), ..Extra::default() };
        Ok((body.trim_end().to_owned(), extra))
    }
}

impl Field {
    fn check(&self, value: &str) -> Result<(), ExtraError> {
        let good = match self.kind {
            FieldKind::Text | FieldKind::Phone => !value.contains('\n'),
            FieldKind::Long => true,
            FieldKind::Email => value.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
            }),
            FieldKind::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            FieldKind::Date => value.parse::<jiff::civil::Date>().is_ok(),
            FieldKind::Choice => self.options.iter().any(|option| option == value),
        };
        if !good || value.chars().count() > TEXT_CHARS {
            return wrong(format!("{}: not a good answer", self.name));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Extra, ExtraError};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn checked(value: Value) -> Result<(), String> {
        let extra: Extra = serde_json::from_value(value).map_err(|error| error.to_string())?;
        extra.check(&["f1".into()]).map_err(|ExtraError(why)| why)
    }

    #[test]
    fn what_can_be_pressed_or_filled_in_is_taken() {
        for good in [
            json!({ "replies": ["Evet", "Hayır"] }),
            json!({ "cards": [{ "title": "Altılı bardak", "text": "60 °C", "buttons": [
                { "text": "Bak", "url": "https://shop.example/6" }, { "text": "Ayır", "reply": "Ayırın lütfen" }] }] }),
            json!({ "cards": [{ "title": "a", "picture": "f1" }] }),
            json!({ "form": { "fields": [{ "name": "size", "label": "Beden", "kind": "choice", "options": ["S", "M"] }] } }),
        ] {
            assert_eq!(checked(good.clone()), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_would_harm_or_mean_nothing_is_not() {
        let long = "x".repeat(81);
        for bad in [
            json!({}),
            json!({ "html": "<b>" }),
            json!({ "replies": [" "] }),
            json!({ "replies": [long] }),
            json!({ "replies": vec!["a"; 11] }),
            json!({ "cards": [{ "title": "a", "buttons": [{ "text": "b", "url": "javascript:alert(1)" }] }] }),
            json!({ "cards": [{ "title": "a", "buttons": [{ "text": "b" }] }] }),
            json!({ "cards": [{ "title": "a", "buttons": [{ "text": "b", "url": "https://a.example", "reply": "c" }] }] }),
            json!({ "cards": [{ "title": "a", "picture": "f2" }] }),
            json!({ "cards": [{ "title": "a", "picture": "https://shop.example/a.png" }] }),
            json!({ "form": { "fields": [] } }),
            json!({ "form": { "fields": [{ "name": "a b", "label": "c" }] } }),
            json!({ "form": { "fields": [{ "name": "a", "label": "c" }, { "name": "a", "label": "d" }] } }),
            json!({ "form": { "fields": [{ "name": "a", "label": "c", "kind": "choice" }] } }),
            json!({ "form": { "fields": [{ "name": "a", "label": "c", "options": ["d"] }] } }),
            json!({ "answers": { "of": 1, "values": {} } }),
        ] {
            assert!(checked(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_answered_form_is_a_text_that_everybody_can_read() {
        let form = json!({ "form": { "fields": [
            { "name": "order", "label": "Sipariş no", "kind": "number", "required": true },
            { "name": "mail", "label": "E-posta", "kind": "email" },
            { "name": "day", "label": "Gün", "kind": "date" },
            { "name": "size", "label": "Beden", "kind": "choice", "options": ["S", "M"] }] } });
        let form = serde_json::from_value::<Extra>(form).expect("a form").form.expect("a form");
        let answered = |pairs: &[(&str, &str)]| {
            let values: BTreeMap<_, _> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            form.answered(7, &values)
        };
        let (body, extra) = answered(&[("order", " 12 "), ("size", "M"), ("mail", " ")]).expect("good");
        assert_eq!(body, "Sipariş no: 12\nBeden: M");
        let json = serde_json::to_value(extra).expect("JSON");
        assert_eq!(json, json!({ "answers": { "of": 7, "values": { "order": "12", "size": "M" } } }));
        for bad in [
            &[("size", "M")][..],
            &[("order", "twelve")],
            &[("order", "12"), ("mail", "nobody")],
            &[("order", "12"), ("day", "2026-02-30")],
            &[("order", "12"), ("size", "XL")],
            &[("order", "12"), ("colour", "red")],
            &[],
        ] {
            assert!(answered(bad).is_err(), "{bad:?}");
        }
    }
}
