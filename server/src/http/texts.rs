//! The pages' texts by language, as the build embedded them, and which language a request asks for. English is the
//! one that is always there. What a page shows is never decided here.
use super::{encoding::weighted, pages, plural};
use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};
use std::{collections::BTreeMap, sync::OnceLock};

/// One language's texts.
pub type Texts = BTreeMap<String, String>;

/// A page's texts in all its languages.
#[derive(Debug, Default)]
pub struct Languages(BTreeMap<&'static str, Texts>);

/// The widget's texts.
pub fn widget() -> &'static Languages {
    static TEXTS: OnceLock<Languages> = OnceLock::new();
    TEXTS.get_or_init(|| Languages::read(pages::WIDGET_TEXTS))
}

/// The agent page's texts.
pub fn agent() -> &'static Languages {
    static TEXTS: OnceLock<Languages> = OnceLock::new();
    TEXTS.get_or_init(|| Languages::read(pages::AGENT_TEXTS))
}

/// The texts of the notices.
pub fn notices() -> &'static Languages {
    static TEXTS: OnceLock<Languages> = OnceLock::new();
    TEXTS.get_or_init(|| Languages::read(NOTICES))
}

const NOTICES: &[(&str, &str)] = &[
    ("ar", include_str!("notices/ar.json")),
    ("de", include_str!("notices/de.json")),
    ("en", include_str!("notices/en.json")),
    ("es", include_str!("notices/es.json")),
    ("fr", include_str!("notices/fr.json")),
    ("pt", include_str!("notices/pt.json")),
    ("ru", include_str!("notices/ru.json")),
    ("tr", include_str!("notices/tr.json")),
];

impl Languages {
    /// Reads them as the build embedded them.
    pub fn read(files: &'static [(&'static str, &'static str)]) -> Self {
        Self(files.iter().map(|(tag, json)| (*tag, serde_json::from_str(json).unwrap_or_default())).collect())
    }

    /// The language for a request: the one asked for in the address, else what the browser prefers, else English.
    pub fn choose(&self, asked: Option<&str>, headers: &HeaderMap) -> &'static str {
        if let Some(tag) = asked.and_then(|tag| self.known(tag)) {
            return tag;
        }
        let lines = headers.get_all(ACCEPT_LANGUAGE).into_iter().filter_map(|line| line.to_str().ok());
        let mut wanted: Vec<(&str, u16)> =
            lines.flat_map(|line| line.split(',')).take(20).map(weighted).collect();
        wanted.retain(|(_, weight)| *weight > 0);
        wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        wanted.iter().find_map(|(tag, _)| self.known(tag)).unwrap_or("en")
    }

    fn known(&self, tag: &str) -> Option<&'static str> {
        let primary = primary(tag);
        // The agent page's own texts are in its program, in these two languages.
        self.0.keys().copied().chain(["en", "tr"]).find(|known| *known == primary)
    }

    /// The languages.
    pub fn all(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }

    /// A language's texts; English where there is none.
    pub fn of(&self, tag: &str) -> Option<&Texts> {
        self.0.get(tag).or_else(|| self.0.get("en"))
    }
}

/// The first part of a tag: the language without its region, in lower case.
pub fn primary(tag: &str) -> String {
    tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// A text with a number in it, in the form that the language has for this number.
pub fn counted(texts: &Texts, language: &str, name: &str, number: usize) -> String {
    let form = texts.get(&format!("{name}_{}", plural::category(language, number)));
    form.or_else(|| texts.get(&format!("{name}_other")))
        .map_or_else(String::new, |text| text.replace("{n}", &number.to_string()))
}

/// `ltr` or `rtl`.
pub fn direction(tag: &str) -> &'static str {
    if matches!(tag, "ar" | "fa" | "he" | "ur") { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::{Languages, counted, widget};
    use axum::http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};

    #[test]
    fn the_address_is_stronger_than_the_browser() {
        let languages = Languages::read(&[("en", "{}"), ("tr", "{}")]);
        let mut headers = HeaderMap::new();
        assert_eq!(languages.choose(None, &headers), "en");
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("de, tr-TR;q=0.9, en;q=0.5"));
        assert_eq!(languages.choose(None, &headers), "tr");
        assert_eq!(languages.choose(Some("en-GB"), &headers), "en");
        assert_eq!(languages.choose(Some("xx"), &headers), "tr");
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("tr;q=0, en;q=0.1"));
        assert_eq!(languages.choose(None, &headers), "en");
    }

    #[test]
    fn the_widget_speaks_eight_languages_and_counts_in_each() {
        let headers = HeaderMap::new();
        for (tag, language) in [("pt-BR", "pt"), ("AR_eg", "ar"), ("ru", "ru"), ("it", "en")] {
            assert_eq!(widget().choose(Some(tag), &headers), language, "{tag}");
        }
        let said = |language: &'static str, number| {
            counted(widget().of(language).expect("its texts"), language, "too_long", number)
        };
        assert_eq!(said("en", 1), "That is 1 character too long.");
        assert_eq!(said("ru", 22), "Сообщение длиннее допустимого на 22 символа.");
        assert_eq!(said("ar", 2), "النص أطول من المسموح بحرفين.");
    }
}
