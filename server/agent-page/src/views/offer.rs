//! The canned replies that are offered over the field while a word after a slash is typed. The field keeps the focus: keys
//! move the choice, and a screen reader is told of it by the field. Never sends anything.
use crate::{
    canned::{Canned, Values, fitting, load, slash},
    desk::Desk,
    i18n::{fill, texts},
    route::Route,
};
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, task::spawn_local, web_sys};
use merhaba_shared::protocol::ids::SiteKey;

/// The offer of one field. Copies are the same one.
#[derive(Clone, Copy)]
pub struct Offer {
    field: NodeRef<Textarea>,
    /// What the site has, with its version.
    known: RwSignal<Option<(SiteKey, u32, Vec<Canned>)>>,
    /// The word after the slash; `None`: nothing is offered.
    word: RwSignal<Option<String>>,
    /// What fits it.
    fits: Memo<Vec<Canned>>,
    /// Which one is chosen.
    at: RwSignal<usize>,
}

impl Offer {
    /// Nothing is offered yet.
    pub fn new(desk: Desk, field: NodeRef<Textarea>) -> Self {
        let known = RwSignal::new(None::<(SiteKey, u32, Vec<Canned>)>);
        let word = RwSignal::new(None::<String>);
        let row = desk.current_row();
        let fits = Memo::new(move |_| {
            let Some(word) = word.get() else { return Vec::new() };
            row.with(|row| {
                let Some(row) = row else { return Vec::new() };
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
        Self { field, known, word, fits, at: RwSignal::new(0) }
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
        let word = self.before().as_deref().and_then(slash).map(str::to_owned);
        let begins = word.is_some() && self.word.with_untracked(Option::is_none);
        if self.word.with_untracked(|old| *old != word) {
            self.at.set(0);
            self.word.set(word);
        }
        if begins && let Some(row) = desk.current_row().get_untracked() {
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

    /// Puts one in the place of the slash and its word, with its variables filled; what stays open is selected.
    pub fn put(self, desk: Desk, canned: &Canned) {
        let (Some(field), Some(before)) = (self.field.get_untracked(), self.before()) else { return };
        let Some(row) = desk.current_row().get_untracked() else { return };
        let word = slash(&before).map_or(0, |word| units(word) + 1);
        let (end, text) = (units(&before), Values::of(desk, &row).fill(&canned.body));
        let start = end.saturating_sub(word);
        // Both places are within the text.
        let _ = field.set_range_text_with_start_and_end_and_mode(&text, start, end, "end");
        if let Some(hole) = crate::canned::hole(&text) {
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
        1 => texts.canned_one.into(),
        count => fill(texts.canned_other, &[("n", &count.to_string())]),
    };
    let empty = move || {
        let none = offer.word.with(|word| word.as_deref() == Some(""))
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
            view! { <ul class="offer" id="canned" role="listbox" aria-label=texts.canned>{options}</ul> }
        })
    };
    view! { {list}{empty}<span class="heard" role="status">{told}</span> }
}
