//! What this browser remembers for the agent: language, appearance, sound, details, what they have done once. Nothing
//! secret; storage may be blocked.
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

/// What a new agent does first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Answers.
    Answer,
    /// Hands a conversation over.
    Give,
    /// Resolves one.
    Resolve,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Answer, Self::Give, Self::Resolve];

    const fn letter(self) -> char {
        match self {
            Self::Answer => 'a',
            Self::Give => 'g',
            Self::Resolve => 'r',
        }
    }
}

/// Which of them were done: a letter for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps(String);

impl Steps {
    /// What stands for all of them when they were put aside.
    const ASIDE: char = '-';

    /// Whether this was done.
    pub fn is_done(&self, step: Step) -> bool {
        self.0.contains(step.letter())
    }

    /// Whether they were put aside.
    pub fn is_aside(&self) -> bool {
        self.0.contains(Self::ASIDE)
    }

    /// Puts them aside for good.
    pub fn put_aside(&mut self) {
        self.0.push(Self::ASIDE);
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
    /// What of the first steps was done.
    pub steps: RwSignal<Steps>,
    /// Whether the browser shows a notification while nobody looks at the page.
    pub notices: RwSignal<bool>,
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
            steps: RwSignal::new(Steps(read("steps").unwrap_or_default())),
            notices: RwSignal::new(read("notices").as_deref() == Some("on")),
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
        Effect::new(move |ran: Option<()>| {
            let steps = self.steps.get();
            if ran.is_some() {
                keep("steps", &steps.0);
            }
        });
        keep_switch("sound", self.sound);
        keep_switch("notices", self.notices);
        keep_switch("beside", self.beside);
    }

    /// A step was done, the first time or again.
    pub fn did(self, step: Step) {
        if !self.steps.with_untracked(|steps| steps.is_done(step)) {
            self.steps.update(|steps| steps.0.push(step.letter()));
        }
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
