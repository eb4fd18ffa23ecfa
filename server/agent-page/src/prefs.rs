//! What this browser remembers for the agent: language, appearance, sound, details. Nothing secret; storage may be blocked.
use super::i18n::Lang;
use leptos::prelude::*;
use merhaba_shared::browser::{language, storage};

/// What the names of kept choices begin with.
const KEPT: &str = "merhaba:agent:";

/// Light, dark, or what the device asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the device.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word that is kept, and that the styles know.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The choices, each a signal that is kept when it changes.
#[derive(Clone, Copy)]
pub struct Prefs {
    /// Language.
    pub lang: RwSignal<Lang>,
    /// Appearance.
    pub theme: RwSignal<Theme>,
    /// Whether a new message makes a sound.
    pub sound: RwSignal<bool>,
    /// Whether the details stand beside the thread, where there is a column for them.
    pub beside: RwSignal<bool>,
}

impl Prefs {
    /// Reads what was kept, and keeps what changes.
    pub fn load() -> Self {
        let tag = read("lang").unwrap_or_else(language::of_page);
        let theme = read("theme").and_then(|word| Theme::ALL.into_iter().find(|theme| theme.word() == word));
        let prefs = Self {
            lang: RwSignal::new(Lang::from_tag(&tag)),
            theme: RwSignal::new(theme.unwrap_or(Theme::Auto)),
            sound: RwSignal::new(read("sound").as_deref() != Some("off")),
            beside: RwSignal::new(read("beside").as_deref() != Some("off")),
        };
        prefs.apply();
        prefs
    }

    /// Shows each choice on the document and keeps it once it was made (the first run keeps nothing).
    fn apply(self) {
        Effect::new(move |ran: Option<()>| {
            let tag = self.lang.get().tag();
            attribute("lang", tag);
            if ran.is_some() {
                keep("lang", tag);
            }
        });
        Effect::new(move |ran: Option<()>| {
            let word = self.theme.get().word();
            attribute("data-theme", word);
            if ran.is_some() {
                keep("theme", word);
            }
        });
        keep_switch("sound", self.sound);
        keep_switch("beside", self.beside);
    }
}

/// Keeps what is on or off, once it was changed.
fn keep_switch(name: &'static str, switch: RwSignal<bool>) {
    Effect::new(move |ran: Option<()>| {
        let word = if switch.get() { "on" } else { "off" };
        if ran.is_some() {
            keep(name, word);
        }
    });
}

fn attribute(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // A document without a root has nobody to show it to.
        let _ = root.set_attribute(name, value);
    }
}

fn read(name: &str) -> Option<String> {
    storage::kept(&[KEPT, name].concat())
}

fn keep(name: &str, value: &str) {
    // Blocked or full: the choice lasts until the page is left.
    storage::keep(&[KEPT, name].concat(), value);
}
