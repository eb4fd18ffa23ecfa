//! What is offered over the field while a word is typed: canned replies after a slash, colleagues after an `@` in a note. The
//! field keeps the focus: keys move the choice, and a screen reader is told of it by the field. Never sends anything.
use super::give::{Colleague, colleagues};
use crate::{
    canned::{Canned, Values, at_sign, fitting, load, named, slash},
    desk::Desk,
    i18n::{fill, texts},
    route::Route,
};
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, task::spawn_local, web_sys};
use merhaba_shared::protocol::{agent::InboxRow, ids::SiteKey};

/// The offer of one field. Copies are the same one.
#[derive(Clone, Copy)]
pub struct Offer {
    field: NodeRef<Textarea>,
    /// What the site has, with its version.
    known: RwSignal<Option<(SiteKey, u32, Vec<Canned>)>>,
    /// The team of a site, each with what there is to say of them.
    team: RwSignal<Option<(SiteKey, Vec<Canned>)>>,
    /// The word after the slash or the `@`; `None`: nothing is offered.
    word: RwSignal<Option<String>>,
    /// Whether it is a colleague that is looked for.
    people: RwSignal<bool>,
    /// What fits it.
    fits: Memo<Vec<Canned>>,
    /// Which one is chosen.
    at: RwSignal<usize>,
}

impl Offer {
    /// Nothing is offered yet.
    pub fn new(desk: Desk, field: NodeRef<Textarea>) -> Self {
        let known = RwSignal::new(None::<(SiteKey, u32, Vec<Canned>)>);
        let team = RwSignal::new(None::<(SiteKey, Vec<Canned>)>);
        let (word, people) = (RwSignal::new(None::<String>), RwSignal::new(false));
        let row = desk.current_row();
        let fits = Memo::new(move |_| {
            let Some(word) = word.get() else { return Vec::new() };
            row.with(|row| {
                let Some(row) = row else { return Vec::new() };
                if people.get() {
                    return team.with(|team| {
                        let team = team.as_ref().filter(|(site, _)| *site == row.site);
                        team.map(|(_, team)| named(team, &word)).unwrap_or_default()
                    });
                }
                known.with(|known| {
                    let all = known
                        .as_ref()
                        .filter(|(site, ..)| *site == row.site)
                        .map(|(_, _, all)| all.as_slice());
                    fitting(all.unwrap_or_default(), &word, &row.visitor.locale)
                        .into_iter()
                        .cloned()
                        .collect()
                })
            })
        });
        Self { field, known, team, word, people, fits, at: RwSignal::new(0) }
    }

    /// Whether there is something to choose.
    pub fn is_open(self) -> bool {
        self.fits.with(|fits| !fits.is_empty())
    }

    /// The chosen one's id on the page.
    pub fn active(self) -> Option<String> {
        self.is_open().then(|| option_id(self.at.get()))
    }

    /// What is typed has changed.
    pub fn typed(self, desk: Desk) {
        let before = self.before().unwrap_or_default();
        let colleague = at_sign(&before).filter(|_| desk.noting.get_untracked());
        self.people.set(colleague.is_some());
        let word = colleague.or_else(|| slash(&before)).map(str::to_owned);
        let begins = word.is_some() && self.word.with_untracked(Option::is_none);
        if self.word.with_untracked(|old| *old != word) {
            self.at.set(0);
            self.word.set(word);
        }
        if begins && let Some(row) = desk.current_row().get_untracked() {
            if self.people.get_untracked() {
                return self.load_team(desk, row);
            }
            let site = row.site;
            let old = self.known.with_untracked(|known| {
                known.as_ref().filter(|(of, ..)| *of == site).map(|(_, version, all)| (*version, all.clone()))
            });
            spawn_local(async move {
                if let Some((version, all)) = load(&site, old).await {
                    // The agent may have gone elsewhere meanwhile.
                    let _ = self.known.try_set(Some((site, version, all)));
                }
            });
        }
    }

    fn load_team(self, desk: Desk, row: InboxRow) {
        let me = desk.peek(|client| client.me().map(|me| me.id.clone()));
        let texts = desk.texts();
        spawn_local(async move {
            let Ok(team) = colleagues(desk, &row).await else { return };
            let one = |Colleague { name, online, .. }: Colleague| {
                let body = if online { texts.available } else { texts.not_here }.to_owned();
                Canned { name, body, ..Canned::default() }
            };
            let team = team.into_iter().filter(|colleague| Some(&colleague.id) != me.as_ref());
            // The agent may have gone elsewhere meanwhile.
            let _ = self.team.try_set(Some((row.site, team.map(one).collect())));
        });
    }

    /// Nothing is offered until a slash is typed again.
    pub fn leave(self) {
        self.word.set(None);
    }

    /// A key, while something is offered; whether it was for the offer. `take` puts the chosen one in.
    pub fn key(self, event: &KeyboardEvent, take: impl Fn(Canned)) -> bool {
        let count = self.fits.with_untracked(Vec::len);
        if count == 0 || event.is_composing() {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => self.at.update(|at| *at = (*at + count - 1) % count),
            "Enter" | "Tab" if !event.shift_key() => {
                if let Some(canned) =
                    self.fits.with_untracked(|fits| fits.get(self.at.get_untracked()).cloned())
                {
                    take(canned);
                }
            }
            "Escape" => self.leave(),
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        request_animation_frame(show_chosen);
        true
    }

    /// Puts one in the place of its sign and the word, with its variables filled; what stays open is selected. Of a colleague it
    /// is the name that is put in, behind its sign.
    pub fn put(self, desk: Desk, canned: &Canned) {
        let (Some(field), Some(before)) = (self.field.get_untracked(), self.before()) else { return };
        let Some(row) = desk.current_row().get_untracked() else { return };
        let people = self.people.get_untracked();
        let word = if people { at_sign(&before) } else { slash(&before) };
        let word = word.map_or(0, |word| units(word) + 1);
        let text = if people {
            ["@", &canned.name, " "].concat()
        } else {
            Values::of(desk, &row).fill(&canned.body)
        };
        let end = units(&before);
        let start = end.saturating_sub(word);
        // Both places are within the text.
        let _ = field.set_range_text_with_start_and_end_and_mode(&text, start, end, "end");
        if let Some(hole) = crate::canned::hole(&text).filter(|_| !people) {
            let at = start + units(text.split_once(&hole).map_or("", |(before, _)| before));
            let _ = field.set_selection_range(at, at + units(&hole));
        }
        let _ = field.focus();
        self.leave();
    }

    /// The text before the cursor, where nothing is selected.
    fn before(self) -> Option<String> {
        let field = self.field.get_untracked()?;
        let (start, end) = (field.selection_start().ok()??, field.selection_end().ok()??);
        let text: Vec<u16> = field.value().encode_utf16().collect();
        let before = text.get(..usize::try_from(start).ok()?)?;
        (start == end).then(|| String::from_utf16_lossy(before))
    }
}

/// A length as the browser counts it.
fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

fn option_id(at: usize) -> String {
    ["canned-", &at.to_string()].concat()
}

fn show_chosen() {
    if let Ok(Some(chosen)) = document().query_selector("#canned [aria-selected=true]") {
        let near = web_sys::ScrollIntoViewOptions::new();
        near.set_block(web_sys::ScrollLogicalPosition::Nearest);
        chosen.scroll_into_view_with_scroll_into_view_options(&near);
    }
}

/// The list.
#[component]
pub fn Offered<T: Fn(Canned) + Copy + Send + Sync + 'static>(offer: Offer, take: T) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let one = move |(at, canned): (usize, Canned)| {
        let chosen = move || (offer.at.get() == at).to_string();
        let first = canned.body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        let (name, language) = (canned.name.clone(), canned.language.clone());
        let pressed = move |event: leptos::ev::MouseEvent| {
            // The field keeps the focus.
            event.prevent_default();
            take(canned.clone());
        };
        view! {
            <li id=option_id(at) role="option" aria-selected=chosen on:mousedown=pressed>
                <b dir="auto">{name}</b>{language.map(|tag| view! { <span class="tag">{tag}</span> })}<span dir="auto">{first}</span>
            </li>
        }
    };
    let told = move || match offer.fits.with(Vec::len) {
        0 => String::new(),
        _ if offer.people.get() => texts.colleagues.into(),
        1 => texts.canned_one.into(),
        count => fill(texts.canned_other, &[("n", &count.to_string())]),
    };
    let empty = move || {
        let none = !offer.people.get()
            && offer.word.with(|word| word.as_deref() == Some(""))
            && offer.known.with(|known| known.as_ref().is_some_and(|(_, _, all)| all.is_empty()));
        none.then(|| {
            view! {
                <p class="offer none">{texts.canned_none}" "<a href=Route::Replies.path() on:click=move |event| super::shell::follow(&event, desk, Route::Replies)>{texts.canned_make}</a></p>
            }
        })
    };
    let list = move || {
        offer.is_open().then(|| {
            let options = offer.fits.get().into_iter().enumerate().map(one).collect_view();
            view! { <ul class="offer" id="canned" role="listbox" aria-label=move || if offer.people.get() { texts.colleagues } else { texts.canned }>{options}</ul> }
        })
    };
    view! { {list}{empty}<span class="heard" role="status">{told}</span> }
}
