//! What a site's owner may set: name, colour, corners, side, greetings. It knows nothing of how a page draws them, except which text
//! colour can be read on a colour.
use super::{origin, preview::preview};
use merhaba_shared::{
    contrast::Rgb,
    protocol::limits::{FILE_BYTES, GREETING_CHARS, LOCALE_BYTES, NAME_CHARS},
};
use serde::{Deserialize, Serialize};

/// Origins of one site: they all stand in one header.
pub const ORIGINS: usize = 50;
/// Languages that a site may greet in.
pub const GREETINGS: usize = 20;
/// The roundest corners, in pixels.
pub const RADIUS: u8 = 28;
/// The dark text colour, where white cannot be read.
pub const BLACK: &str = "#000000";
/// The light text colour.
pub const WHITE: &str = "#ffffff";

/// The side of a page that the launcher stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// Left.
    Left,
    /// Right.
    Right,
}

impl Edge {
    /// Its word in snippets and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The side of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Left, Self::Right].into_iter().find(|side| side.as_str() == word)
    }
}

/// Why a setting is not taken. Shown to the owner or operator, so each says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// A name is missing or too long.
    #[error("a name has 1 to {NAME_CHARS} characters")]
    Name,
    /// Not a colour.
    #[error("a colour is written #rrggbb, such as #0b7a75")]
    Color,
    /// Rounder than a bubble can be.
    #[error("corners are round by 0 to {RADIUS} pixels")]
    Radius,
    /// A greeting is too long.
    #[error("a greeting has at most {GREETING_CHARS} characters")]
    Greeting,
    /// Too many greetings.
    #[error("at most {GREETINGS} languages can have a greeting")]
    Greetings,
    /// Not a language tag.
    #[error("a language is written as a tag, such as en or tr")]
    Language,
    /// Not an origin.
    #[error(transparent)]
    Origin(#[from] origin::OriginError),
    /// More than the relay takes.
    #[error("a file has at most {FILE_BYTES} bytes")]
    FileBytes,
    /// More than can be counted.
    #[error("files have at most {} bytes together", i64::MAX)]
    FileQuota,
    /// Too many origins.
    #[error("at most {ORIGINS} origins can be allowed")]
    Origins,
}

/// A name of a site or person on one line, without the white space around it.
///
/// # Errors
/// [`SettingError::Name`] when nothing is left or it is too long.
pub fn check_name(name: &str) -> Result<String, SettingError> {
    if name.trim().chars().count() > NAME_CHARS {
        return Err(SettingError::Name);
    }
    Some(preview(name)).filter(|line| !line.is_empty()).ok_or(SettingError::Name)
}

/// A colour in lower case.
///
/// # Errors
/// [`SettingError::Color`] when it is not `#rrggbb`.
pub fn check_color(color: &str) -> Result<String, SettingError> {
    Rgb::parse(color).map(|_| color.to_ascii_lowercase()).ok_or(SettingError::Color)
}

/// How round corners are, in pixels.
///
/// # Errors
/// [`SettingError::Radius`] when it is more than [`RADIUS`].
pub const fn check_radius(pixels: u8) -> Result<u8, SettingError> {
    if pixels <= RADIUS { Ok(pixels) } else { Err(SettingError::Radius) }
}

/// Greetings by language, without white space around them; an empty one is left out: ours is shown.
///
/// # Errors
/// When a language is not a tag, a text is too long, or there are too many.
pub fn check_greetings(greetings: &[(String, String)]) -> Result<Vec<(String, String)>, SettingError> {
    let mut checked: Vec<(String, String)> = Vec::new();
    for (language, text) in greetings {
        let (language, text) = (check_language(language)?, text.trim());
        if text.chars().count() > GREETING_CHARS {
            return Err(SettingError::Greeting);
        }
        checked.retain(|(known, _)| *known != language);
        if !text.is_empty() {
            checked.push((language, text.to_owned()));
        }
    }
    if checked.len() > GREETINGS { Err(SettingError::Greetings) } else { Ok(checked) }
}

/// The longest file that a site takes, in bytes; 0 is none at all.
///
/// # Errors
/// [`SettingError::FileBytes`] when it is more than the relay takes.
pub const fn check_file_bytes(bytes: u64) -> Result<u64, SettingError> {
    if bytes <= FILE_BYTES { Ok(bytes) } else { Err(SettingError::FileBytes) }
}

/// What all files of a site may weigh together, in bytes.
///
/// # Errors
/// [`SettingError::FileQuota`] when the store could not count it.
pub const fn check_file_quota(bytes: u64) -> Result<u64, SettingError> {
    if bytes <= i64::MAX.unsigned_abs() { Ok(bytes) } else { Err(SettingError::FileQuota) }
}

/// Origins as the browser spells them, each once.
///
/// # Errors
/// When one is not an origin or there are too many.
pub fn check_origins(origins: &[String]) -> Result<Vec<String>, SettingError> {
    let mut checked: Vec<String> = Vec::new();
    for origin in origins {
        let origin = origin::check(origin)?;
        if !checked.contains(&origin) {
            checked.push(origin);
        }
    }
    if checked.len() > ORIGINS { Err(SettingError::Origins) } else { Ok(checked) }
}

fn check_language(tag: &str) -> Result<String, SettingError> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let whole = tag.len() <= LOCALE_BYTES && tag.split('-').all(part);
    if whole { Ok(tag.to_ascii_lowercase()) } else { Err(SettingError::Language) }
}

/// The text colour to write with on a colour: [`WHITE`] or [`BLACK`], whichever has the better contrast (WCAG 2), which
/// is never under 4.5. What is not a colour counts as white paper.
#[must_use]
pub fn text_color(color: &str) -> &'static str {
    if Rgb::parse(color).is_some_and(Rgb::takes_white) { WHITE } else { BLACK }
}

#[cfg(test)]
mod tests {
    use super::{
        BLACK, SettingError, WHITE, check_color, check_greetings, check_name, check_origins, text_color,
    };

    fn pair(language: &str, text: &str) -> (String, String) {
        (language.to_owned(), text.to_owned())
    }

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(check_color("#0B7A75").as_deref(), Ok("#0b7a75"));
        for bad in ["", "#fff", "0b7a75", "#0b7a7g", "#0b7a75;", "#ééé", "red"] {
            assert_eq!(check_color(bad), Err(SettingError::Color), "{bad}");
        }
    }

    #[test]
    fn the_text_can_be_read_on_every_colour() {
        assert_eq!(["#0b7a75", "#ffd400", "red"].map(text_color), [WHITE, BLACK, BLACK]);
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(check_name("  Çarşı\nKitap "), Ok("Çarşı Kitap".to_owned()));
        assert_eq!(check_name(" \n "), Err(SettingError::Name));
        assert_eq!(check_name(&"a".repeat(81)), Err(SettingError::Name));
    }

    #[test]
    fn greetings_have_a_language_and_an_end() {
        let given = [pair("TR", " Merhaba! "), pair("en", " "), pair("tr", "Hoş geldiniz")];
        assert_eq!(check_greetings(&given), Ok(vec![pair("tr", "Hoş geldiniz")]));
        assert_eq!(check_greetings(&[pair("tr\"", "a")]), Err(SettingError::Language));
        assert_eq!(check_greetings(&[pair("tr", &"ş".repeat(201))]), Err(SettingError::Greeting));
    }

    #[test]
    fn origins_stand_once() {
        let given = ["https://a.example/".to_owned(), "https://A.example".to_owned()];
        assert_eq!(check_origins(&given), Ok(vec!["https://a.example".to_owned()]));
        let many: Vec<_> = (0..51).map(|n| format!("https://a{n}.example")).collect();
        assert_eq!(check_origins(&many), Err(SettingError::Origins));
    }
}
