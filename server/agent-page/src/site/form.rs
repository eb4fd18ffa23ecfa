//! What is typed on the owner's page, beside what is saved. A refusal keeps every letter that was typed.
use super::{
    departments::Department,
    path,
    reception::{Reception, Words},
    routing::Routing,
    settings::{Given, OURS, Settings},
    shape::ROUND,
};
use crate::{
    i18n::{SiteTexts, fill, lang, site_texts},
    rest::{self, Answer},
};
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::protocol::ids::SiteKey;
use std::ops::Deref;

/// A line of the list of origins: its number keeps the field while others come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Tells it apart.
    pub number: u32,
    /// What is typed.
    pub text: RwSignal<String>,
}

/// How saving stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// Nothing to tell.
    Rest,
    /// On its way.
    Busy,
    /// Done just now.
    Done,
    /// Not done, and why.
    Refused(String),
}

/// What can be typed; copies share their signals.
#[derive(Clone, Copy)]
pub struct Fields {
    /// Name.
    pub name: RwSignal<String>,
    /// Allowed origins.
    pub origins: RwSignal<Vec<Line>>,
    /// Colour, as typed.
    pub color: RwSignal<String>,
    /// How round corners are, in pixels.
    pub radius: RwSignal<u8>,
    /// The launcher's side; empty: where a line of the page ends.
    pub position: RwSignal<String>,
    /// Greetings by language.
    pub greetings: RwSignal<Words>,
    /// When the site is open, and what is asked first.
    pub reception: RwSignal<Reception>,
    /// How its conversations find an agent.
    pub routing: RwSignal<Routing>,
    /// The parts of its team.
    pub departments: RwSignal<Vec<Department>>,
}

/// The form; copies share their signals.
#[derive(Clone, Copy)]
pub struct Form {
    key: StoredValue<SiteKey>,
    saved: RwSignal<Settings>,
    texts: &'static SiteTexts,
    numbers: StoredValue<u32>,
    fields: Fields,
    /// What cannot be changed here.
    pub given: StoredValue<Given>,
    /// Whether the agent may change the site.
    pub may: bool,
    /// The language whose texts are shown.
    pub tongue: RwSignal<&'static str>,
    /// How saving stands.
    pub saving: RwSignal<Saving>,
    /// An origin that the relay did not take, and its reason.
    pub refused: RwSignal<Option<(String, String)>>,
    /// Whether something is not saved.
    pub dirty: Memo<bool>,
}

impl Deref for Form {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl Fields {
    fn blank() -> Self {
        Self {
            name: RwSignal::default(),
            origins: RwSignal::default(),
            color: RwSignal::default(),
            radius: RwSignal::default(),
            position: RwSignal::default(),
            greetings: RwSignal::default(),
            reception: RwSignal::default(),
            routing: RwSignal::default(),
            departments: RwSignal::default(),
        }
    }

    /// What is typed, as settings.
    fn settings(self, saved: &Settings) -> Settings {
        let color = Some(self.color.get().trim().to_ascii_lowercase());
        let mut greetings = self.greetings.get();
        for (_, text) in &mut greetings {
            *text = text.trim().into();
        }
        greetings.retain(|(_, text)| !text.is_empty());
        Settings {
            name: self.name.get().trim().into(),
            origins: self.origins.get().iter().map(|line| line.text.get().trim().to_owned()).collect(),
            // Ours stays `None` until another is chosen; whoever chose ours by its number keeps it.
            color: color.filter(|color| color != OURS || saved.color == Some(OURS.into())),
            radius: Some(self.radius.get()).filter(|radius| *radius != ROUND || saved.radius == Some(ROUND)),
            position: Some(self.position.get()).filter(|side| !side.is_empty()),
            greetings,
            reception: self.reception.get(),
            routing: self.routing.get(),
            departments: self.departments.get(),
        }
    }
}

impl Form {
    /// A form that shows what is saved.
    pub fn new(key: SiteKey, settings: Settings, given: Given, may: bool) -> Self {
        let (saved, fields) = (RwSignal::new(settings), Fields::blank());
        let form = Self {
            key: StoredValue::new(key),
            saved,
            texts: site_texts(),
            numbers: StoredValue::new(0),
            fields,
            given: StoredValue::new(given),
            may,
            tongue: RwSignal::new(lang().tag()),
            saving: RwSignal::new(Saving::Rest),
            refused: RwSignal::new(None),
            dirty: Memo::new(move |_| saved.with(|saved| *saved != fields.settings(saved))),
        };
        form.reset();
        form
    }

    /// The site's key.
    pub fn key(self) -> SiteKey {
        self.key.get_value()
    }

    /// A new line for an origin.
    pub fn line(self, text: String) -> Line {
        self.numbers.update_value(|number| *number += 1);
        Line { number: self.numbers.get_value(), text: RwSignal::new(text) }
    }

    /// Shows what is saved again.
    pub fn reset(self) {
        let saved = self.saved.get_untracked();
        self.origins.set(saved.origins.iter().map(|origin| self.line(origin.clone())).collect());
        self.color.set(saved.color.clone().unwrap_or_else(|| OURS.into()));
        self.radius.set(saved.radius.unwrap_or(ROUND));
        self.position.set(saved.position.unwrap_or_default());
        self.greetings.set(saved.greetings);
        self.name.set(saved.name);
        self.reception.set(saved.reception);
        self.routing.set(saved.routing);
        self.departments.set(saved.departments);
        self.refused.set(None);
        self.saving.set(Saving::Rest);
    }

    /// What is typed, as settings.
    pub fn typed(self) -> Settings {
        self.saved.with(|saved| self.fields.settings(saved))
    }

    /// Sends what is typed to the relay.
    pub fn save(self) {
        let (settings, path) = (untrack(|| self.typed()), path(&self.key()));
        self.saving.set(Saving::Busy);
        self.refused.set(None);
        spawn_local(async move {
            let answer = rest::ask("PATCH", &path, Some(&settings.write())).await;
            // The agent may have left the page meanwhile: what was saved is saved.
            if self.saving.try_get_untracked().is_some() {
                self.answered(&answer);
            }
        });
    }

    fn answered(self, answer: &Answer) {
        let texts = self.texts;
        if answer.is_ok()
            && let Some(settings) = Settings::read(&answer.body)
        {
            self.saved.set(settings);
            self.reset();
            self.saving.set(Saving::Done);
            return;
        }
        let detail = rest::text(&answer.body, "detail").unwrap_or_default();
        // What is wrong with one line is said under that line.
        let of_a_line = quoted(&detail);
        let detail = if of_a_line.is_some() { String::new() } else { detail };
        self.refused.set(of_a_line);
        self.saving.set(Saving::Refused(match answer.status {
            0 => texts.unreachable.into(),
            403 => texts.save_forbidden.into(),
            400 | 422 if !detail.is_empty() => [texts.save_refused, " ", &detail].concat(),
            400 | 422 => texts.save_refused.into(),
            status => fill(texts.unexpected, &[("n", &status.to_string())]),
        }));
    }
}

/// The value that the relay quotes at the head of a reason, and the reason.
fn quoted(detail: &str) -> Option<(String, String)> {
    let (value, _) = detail.strip_prefix('"')?.split_once("\" ")?;
    Some((value.into(), detail.into()))
}

/// The line at the bottom: what is not saved, and the two ways on.
#[component]
pub fn SaveBar() -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let state = move || match form.saving.get() {
        Saving::Busy => view! { <span>{texts.saving}</span> }.into_any(),
        Saving::Refused(why) => view! { <span class="trouble">{why}</span> }.into_any(),
        Saving::Done if !form.dirty.get() => view! { <span class="good">{texts.saved}</span> }.into_any(),
        _ if form.dirty.get() => view! { <span>{texts.unsaved}</span> }.into_any(),
        _ => ().into_any(),
    };
    let shown = move || form.may && (form.dirty.get() || form.saving.get() != Saving::Rest);
    let off = move || !form.dirty.get() || form.saving.get() == Saving::Busy;
    view! {
        <div class="save" class:shown=shown>
            <div role="status" aria-live="polite" id="saving">{state}</div>
            <button class="btn" id="discard" disabled=off on:click=move |_| form.reset()>{texts.discard}</button>
            <button class="btn main" id="save" disabled=off on:click=move |_| form.save()>{texts.save}</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn the_origin_that_was_refused_is_found_in_the_reason() {
        let detail = "\"ftp://x\" does not begin with https://";
        assert_eq!(quoted(detail), Some(("ftp://x".into(), detail.into())));
        assert_eq!(quoted("a name has 1 to 80 characters"), None);
    }
}
