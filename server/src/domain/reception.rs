//! How a site receives its visitors: when it is open, what a closed site offers, what is asked before the first message
//! and agreed to. And what visitors answered, checked the same wherever it comes from.
use super::{
    email,
    hours::{Hours, HoursError},
    preview::preview,
};
use merhaba_shared::protocol::limits::{DEPARTMENT_BYTES, LOCALE_BYTES, NAME_CHARS, URL_BYTES};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Questions before the first message.
pub const QUESTIONS: usize = 8;
/// Choices of one question.
pub const CHOICES: usize = 20;
/// A question, a choice or an answer, in Unicode scalar values.
pub const ANSWER_CHARS: usize = 300;
/// What a visitor agrees to, in Unicode scalar values.
pub const CONSENT_CHARS: usize = 600;
/// What is said while a site is closed, in Unicode scalar values.
pub const CLOSED_CHARS: usize = 300;
/// A telephone number, in Unicode scalar values.
const PHONE_CHARS: usize = 40;
/// Languages of one text.
const LANGUAGES: usize = 20;

/// One text in several languages, by tag.
pub type Words = BTreeMap<String, String>;

/// The words in a language; in English where there are none, else whatever there is.
#[must_use]
pub fn words<'a>(words: &'a Words, language: &str) -> &'a str {
    words
        .get(language)
        .or_else(|| words.get("en"))
        .or_else(|| words.values().next())
        .map_or("", String::as_str)
}

/// The owner's words in just this language: where ours can be read, another language of theirs is no help.
#[must_use]
pub fn own<'a>(words: &'a Words, language: &str) -> Option<&'a str> {
    words.get(language).map(String::as_str)
}

/// What a closed site offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Closed {
    /// The chat as ever, with words about when somebody is there again.
    #[default]
    Chat,
    /// A message with an address, so that an answer can reach who has left.
    Form,
    /// No field.
    Hide,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// What they are called.
    Name,
    /// Where mail reaches them.
    Email,
    /// Where a call reaches them.
    Phone,
    /// One of the choices.
    Choice,
    /// Anything.
    Text,
}

impl Asks {
    /// Its word in forms and addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Choice => "choice",
            Self::Text => "text",
        }
    }
}

/// A question before the first message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    pub asks: Asks,
    /// Whether there is no chat without an answer.
    #[serde(default)]
    pub required: bool,
    /// The question in the owner's words; of a name, an address or a number it may be left to ours.
    #[serde(default)]
    pub label: Words,
    /// What can be chosen.
    #[serde(default)]
    pub choices: Vec<Words>,
}

/// How a site receives its visitors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reception {
    /// When it is open; `None`: always.
    pub hours: Option<Hours>,
    /// What it offers while it is not.
    pub closed: Closed,
    /// What it says while it is not, in place of ours.
    pub closed_text: Words,
    /// What is asked before the first message.
    pub questions: Vec<Question>,
    /// What is agreed to before the first message; empty: nothing.
    pub consent: Words,
    /// Where more about that can be read.
    pub privacy_url: Option<String>,
}

/// Why a reception is not taken: a sentence for the owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceptionError {
    /// The hours are wrong.
    #[error(transparent)]
    Hours(#[from] HoursError),
    /// Too many questions, or one of ours twice.
    #[error("at most {QUESTIONS} questions are asked, and name, email and phone once each")]
    Questions,
    /// A question without words.
    #[error("a question of your own has a label of 1 to {ANSWER_CHARS} characters")]
    Label,
    /// A question with choices that has none, or another that has some.
    #[error("a choice has 2 to {CHOICES} choices of 1 to {ANSWER_CHARS} characters, any other question none")]
    Choices,
    /// Too long a notice.
    #[error("what is said while closed has at most {CLOSED_CHARS} characters")]
    ClosedText,
    /// Too long a consent.
    #[error("what visitors agree to has at most {CONSENT_CHARS} characters")]
    Consent,
    /// Not a web address.
    #[error("the privacy page is a web address that begins with https://")]
    Privacy,
    /// Not a language tag.
    #[error("a language is written as a tag, such as en or tr")]
    Language,
}

impl Reception {
    /// Checks and tidies what an owner has set.
    ///
    /// # Errors
    /// [`ReceptionError`] with the part that is wrong.
    pub fn check(mut self) -> Result<Self, ReceptionError> {
        self.hours = self.hours.map(Hours::check).transpose()?;
        let ours = |asks| self.questions.iter().filter(|question| question.asks == asks).count();
        if self.questions.len() > QUESTIONS
            || [Asks::Name, Asks::Email, Asks::Phone].into_iter().any(|asks| ours(asks) > 1)
        {
            return Err(ReceptionError::Questions);
        }
        for question in &mut self.questions {
            question.check()?;
        }
        tidy(&mut self.closed_text, CLOSED_CHARS, &ReceptionError::ClosedText)?;
        tidy(&mut self.consent, CONSENT_CHARS, &ReceptionError::Consent)?;
        self.privacy_url = self.privacy_url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        let whole = |url: &String| {
            url.len() <= URL_BYTES && url.starts_with("https://") && url::Url::parse(url).is_ok()
        };
        if self.privacy_url.as_ref().is_some_and(|url| !whole(url)) {
            return Err(ReceptionError::Privacy);
        }
        Ok(self)
    }

    /// What has to be asked: while a site is closed and takes messages with an address, the address is among it.
    #[must_use]
    pub fn asked(&self, open: bool) -> Vec<Question> {
        let mut asked = self.questions.clone();
        if !open && self.closed == Closed::Form {
            match asked.iter_mut().find(|question| question.asks == Asks::Email) {
                Some(question) => question.required = true,
                None => asked.push(Question {
                    asks: Asks::Email,
                    required: true,
                    label: Words::new(),
                    choices: Vec::new(),
                }),
            }
        }
        asked
    }
}

impl Question {
    fn check(&mut self) -> Result<(), ReceptionError> {
        tidy(&mut self.label, ANSWER_CHARS, &ReceptionError::Label)?;
        if matches!(self.asks, Asks::Choice | Asks::Text) && self.label.is_empty() {
            return Err(ReceptionError::Label);
        }
        for choice in &mut self.choices {
            tidy(choice, ANSWER_CHARS, &ReceptionError::Choices)?;
        }
        self.choices.retain(|choice| !choice.is_empty());
        let enough = if self.asks == Asks::Choice { 2..=CHOICES } else { 0..=0 };
        if enough.contains(&self.choices.len()) { Ok(()) } else { Err(ReceptionError::Choices) }
    }
}

/// White space around texts goes, and texts that are nothing else.
pub(super) fn tidy(words: &mut Words, most: usize, error: &ReceptionError) -> Result<(), ReceptionError> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if words.len() > LANGUAGES
        || words.keys().any(|tag| tag.len() > LOCALE_BYTES || !tag.split('-').all(part))
    {
        return Err(ReceptionError::Language);
    }
    let before = std::mem::take(words);
    for (tag, text) in before {
        let text = text.trim();
        if text.chars().count() > most {
            return Err(error.clone());
        }
        if !text.is_empty() {
            words.insert(tag.to_ascii_lowercase(), text.to_owned());
        }
    }
    Ok(())
}

/// What a visitor said of themself before the first message: claimed, never proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// What they are called.
    pub name: Option<String>,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Where a call reaches them.
    pub phone: Option<String>,
    /// The other questions as they were shown, with the answers.
    pub answers: Vec<Answer>,
    /// They agreed to what the site asks for.
    pub consent: bool,
    /// The department that the conversation is for, by its id: of the conversation, so it is not kept with the person.
    #[serde(skip_serializing)]
    pub topic: Option<String>,
}

/// An answer to a question of the site's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question as it was shown.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AboutError {
    /// Not an object of this shape.
    #[error("what is said about the visitor has another shape")]
    Shape,
    /// The name is too long.
    #[error("a name has at most {NAME_CHARS} characters")]
    Name,
    /// Mail cannot reach it.
    #[error("that is not an e-mail address")]
    Email,
    /// Nobody can call it.
    #[error("that is not a telephone number")]
    Phone,
    /// An answer is too long, or there are too many.
    #[error("an answer has at most {ANSWER_CHARS} characters, and at most {QUESTIONS} are kept")]
    Answers,
}

impl About {
    /// Reads and checks what came with a message.
    ///
    /// # Errors
    /// [`AboutError`] with the part that is wrong.
    pub fn read(json: &str) -> Result<Self, AboutError> {
        serde_json::from_str::<Self>(json).map_err(|_| AboutError::Shape)?.check()
    }

    /// Checks and tidies it: what is blank was not said.
    ///
    /// # Errors
    /// [`AboutError`] with the part that is wrong.
    pub fn check(self) -> Result<Self, AboutError> {
        let said = |text: Option<String>| text.map(|text| preview(&text)).filter(|text| !text.is_empty());
        let (name, phone) = (said(self.name), said(self.phone));
        if name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS) {
            return Err(AboutError::Name);
        }
        let email = self.email.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if email.as_deref().is_some_and(|text| email::plausible(text).is_none()) {
            return Err(AboutError::Email);
        }
        if phone.as_deref().is_some_and(|text| !is_phone(text)) {
            return Err(AboutError::Phone);
        }
        let long = |text: &str| text.chars().count() > ANSWER_CHARS;
        if self.answers.len() > QUESTIONS
            || self.answers.iter().any(|answer| long(&answer.question) || long(&answer.answer))
        {
            return Err(AboutError::Answers);
        }
        let answers = self.answers.into_iter().filter(|answer| !answer.answer.trim().is_empty()).collect();
        // What no department can be called was not chosen from those that were offered.
        let topic = self.topic.filter(|topic| (1..=DEPARTMENT_BYTES).contains(&topic.len()));
        Ok(Self { name, email, phone, answers, consent: self.consent, topic })
    }

    /// Whether anything is said of the person, and not only of the conversation.
    #[must_use]
    pub fn says_who(&self) -> bool {
        *self != Self { topic: self.topic.clone(), ..Self::default() }
    }

    /// The first required question that has no answer, if there is one.
    #[must_use]
    pub fn missing<'a>(&self, asked: &'a [Question]) -> Option<&'a Question> {
        asked.iter().filter(|question| question.required).find(|question| match question.asks {
            Asks::Name => self.name.is_none(),
            Asks::Email => self.email.is_none(),
            Asks::Phone => self.phone.is_none(),
            Asks::Choice | Asks::Text => !self
                .answers
                .iter()
                .any(|answer| question.label.values().any(|label| *label == answer.question)),
        })
    }
}

/// At least five digits, and besides only what people write between them.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    (5..=PHONE_CHARS).contains(&digits)
        && text.chars().count() <= PHONE_CHARS
        && text.chars().all(|c| c.is_numeric() || " +-()/.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{About, AboutError, Asks, Reception, ReceptionError, own, words};

    fn check(json: &str) -> Result<Reception, ReceptionError> {
        serde_json::from_str::<Reception>(json).expect("the shape").check()
    }

    #[test]
    fn nothing_set_asks_nothing() {
        let reception = check("{}").expect("good");
        assert_eq!(reception, Reception::default());
        assert!(reception.asked(true).is_empty() && reception.asked(false).is_empty());
    }

    #[test]
    fn a_closed_site_that_takes_messages_asks_where_to_answer() {
        let reception =
            check(r#"{"closed":"form","questions":[{"asks":"email"},{"asks":"name"}]}"#).expect("good");
        assert!(!reception.asked(true)[0].required);
        assert!(reception.asked(false)[0].required);
        let asked = check(r#"{"closed":"form"}"#).expect("good").asked(false);
        assert_eq!(asked.iter().map(|question| question.asks).collect::<Vec<_>>(), [Asks::Email]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(
            check(r#"{"questions":[{"asks":"name"},{"asks":"name"}]}"#),
            Err(ReceptionError::Questions)
        );
        assert_eq!(
            check(r#"{"questions":[{"asks":"text","label":{"en":" "}}]}"#),
            Err(ReceptionError::Label)
        );
        assert_eq!(
            check(r#"{"questions":[{"asks":"choice","label":{"en":"Topic"},"choices":[{"en":"One"}]}]}"#),
            Err(ReceptionError::Choices)
        );
        assert_eq!(check(r#"{"privacy_url":"javascript:alert(1)"}"#), Err(ReceptionError::Privacy));
        assert_eq!(check(r#"{"consent":{"en\"":"x"}}"#), Err(ReceptionError::Language));
        let long = format!(r#"{{"closed_text":{{"tr":"{}"}}}}"#, "ş".repeat(301));
        assert_eq!(check(&long), Err(ReceptionError::ClosedText));
    }

    #[test]
    fn texts_fall_back() {
        let both = [("en".to_owned(), "Topic".to_owned()), ("tr".to_owned(), "Konu".to_owned())].into();
        assert_eq!((words(&both, "tr"), words(&both, "de")), ("Konu", "Topic"));
        assert_eq!((own(&both, "tr"), own(&both, "de")), (Some("Konu"), None));
    }

    #[test]
    fn answers_are_checked() {
        let about =
            About::read(r#"{"name":" Ayşe  Yılmaz ","email":"a@b.co","phone":"+90 (532) 000 00 00"}"#);
        assert_eq!(about.expect("good").name.as_deref(), Some("Ayşe Yılmaz"));
        assert_eq!(About::read(r#"{"email":"a@b"}"#), Err(AboutError::Email));
        assert_eq!(About::read(r#"{"phone":"call me"}"#), Err(AboutError::Phone));
        assert_eq!(About::read("\"x\""), Err(AboutError::Shape));
        let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(81));
        assert_eq!(About::read(&long), Err(AboutError::Name));
        assert_eq!(About::read(r#"{"name":" ","email":""}"#), Ok(About::default()));
    }

    #[test]
    fn a_required_answer_that_is_missing_is_found() {
        let json =
            r#"{"questions":[{"asks":"name"},{"asks":"text","required":true,"label":{"en":"Order"}}]}"#;
        let asked = check(json).expect("good").asked(true);
        let about = About::default();
        assert_eq!(about.missing(&asked).map(|question| question.asks), Some(Asks::Text));
        let about = About::read(r#"{"answers":[{"question":"Order","answer":"12"}]}"#).expect("good");
        assert_eq!(about.missing(&asked), None);
    }
}
