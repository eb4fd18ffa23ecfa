//! Canned replies: what one may be. What its variables become is the page's: whoever sends it sees the text first.
use merhaba_shared::protocol::limits::{BODY_CHARS, BodyError, LOCALE_BYTES, check_body};
use serde::{Deserialize, Serialize};

/// Canned replies of one site.
pub const CANNED: usize = 500;
/// A name's length in Unicode scalar values.
const NAME_CHARS: usize = 40;

/// A text that is sent often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// What it is called: what is typed after the slash.
    pub name: String,
    /// For visitors who speak this; `None`: for all.
    #[serde(default)]
    pub language: Option<String>,
    /// The text, with variables like `{visitor.name}`.
    pub body: String,
}

/// What is wrong with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannedError {
    /// No name, or one that is too long or has line breaks.
    #[error("a canned reply has a name of one line and at most {NAME_CHARS} characters")]
    Name,
    /// Not a language tag.
    #[error("a language is a tag like tr or pt-BR")]
    Language,
    /// Nothing, or too much.
    #[error("a canned reply has a text of at most {BODY_CHARS} characters")]
    Body,
}

impl Canned {
    /// The same without blanks around it, if it may be kept.
    ///
    /// # Errors
    /// [`CannedError`] is a sentence for the agent.
    pub fn checked(self) -> Result<Self, CannedError> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
            return Err(CannedError::Name);
        }
        let language = self.language.map(|tag| tag.trim().to_ascii_lowercase()).filter(|tag| !tag.is_empty());
        let part =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if language.as_ref().is_some_and(|tag| tag.len() > LOCALE_BYTES || !tag.split('-').all(part)) {
            return Err(CannedError::Language);
        }
        match check_body(&self.body) {
            Ok(()) => Ok(Self { name, language, body: self.body }),
            Err(BodyError::Blank | BodyError::TooLong(_)) => Err(CannedError::Body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Canned, CannedError};

    fn checked(name: &str, language: Option<&str>, body: &str) -> Result<Canned, CannedError> {
        Canned { name: name.into(), language: language.map(Into::into), body: body.into() }.checked()
    }

    #[test]
    fn what_may_be_kept() {
        let kept = checked(" iade ", Some("pt-BR"), " metin ").expect("fine");
        assert_eq!(
            (kept.name.as_str(), kept.language.as_deref(), kept.body.as_str()),
            ("iade", Some("pt-br"), " metin ")
        );
        assert_eq!(checked("a", Some(" "), "x").map(|kept| kept.language), Ok(None));
        for (name, language, body, why) in [
            (" ", None, "x", CannedError::Name),
            ("a\nb", None, "x", CannedError::Name),
            (&"a".repeat(41), None, "x", CannedError::Name),
            ("a", Some("türkçe"), "x", CannedError::Language),
            ("a", None, " \n", CannedError::Body),
            ("a", None, &"x".repeat(4_001), CannedError::Body),
        ] {
            assert_eq!(checked(name, language, body), Err(why), "{name:?} {language:?}");
        }
    }
}
