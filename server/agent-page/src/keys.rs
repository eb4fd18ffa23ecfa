//! The keyboard of the desk: what a key does stands in the table of actions. Never takes a key from a field, nor one with a
//! modifier; the palette's, which has one, works everywhere.
use super::{
    actions::{Deed, PALETTE_KEY},
    desk::Desk,
    prefs::Prefs,
    route::Route,
    search::Search,
};
use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Listens for as long as the desk is shown.
pub fn listen(desk: Desk, search: Search, prefs: Prefs) {
    let handle = window_event_listener(ev::keydown, move |event| press(desk, search, prefs, &event));
    on_cleanup(move || handle.remove());
}

fn press(desk: Desk, search: Search, prefs: Prefs, event: &KeyboardEvent) {
    let with = event.ctrl_key() || event.meta_key();
    // What is asked in front of the page is answered first: a dialog closes by a key of its own.
    let asked = document().query_selector("dialog[open]").ok().flatten().is_some();
    if event.default_prevented() || event.alt_key() || event.is_composing() || asked {
        return;
    }
    if with {
        if !event.shift_key()
            && event.key().eq_ignore_ascii_case(PALETTE_KEY)
            && desk.perform(Deed::Palette, prefs)
        {
            event.prevent_default();
        }
        return;
    }
    let focused = document().active_element();
    if event.key() == "Escape" {
        escape(desk, search, focused);
        return;
    }
    if focused.is_some_and(|element| is_field(&element)) || !desk.route.with_untracked(Route::is_desk) {
        return;
    }
    if desk.deed_of(&event.key()).is_some_and(|deed| desk.perform(deed, prefs)) {
        event.prevent_default();
    }
}

fn escape(desk: Desk, search: Search, focused: Option<Element>) {
    if desk.planning.get_untracked() {
        desk.planning.set(false);
        focus("#later");
    } else if desk.snoozing.get_untracked() {
        desk.snoozing.set(false);
        focus("#snooze");
    } else if desk.details.get_untracked() {
        desk.details.set(false);
    } else if let Some(field) =
        focused.filter(is_field).and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        // Leaving a field is one step, leaving the conversation the next; what was typed stays.
        let _ = field.blur();
    } else if desk.route.with_untracked(|route| *route != Route::Inbox) {
        desk.go(Route::Inbox);
    } else {
        search.type_in(String::new());
    }
}

fn is_field(element: &Element) -> bool {
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Moves the focus by one row, from the focused or the open one.
pub fn step(by: i32) -> bool {
    let Ok(rows) = document().query_selector_all("#found .item, .listing:not(.behind) .item") else {
        return false;
    };
    let focused = document().active_element();
    let at = (0..rows.length()).find(|at| {
        let row = rows.item(*at).and_then(|row| row.dyn_into::<Element>().ok());
        let open = row.as_ref().is_some_and(|row| row.has_attribute("aria-current"));
        let no_row_focused = !focused.as_ref().is_some_and(|element| element.class_list().contains("item"));
        row.is_some() && (row == focused || (no_row_focused && open))
    });
    let next = match (at, by > 0) {
        (None, true) => Some(0),
        (None, false) => rows.length().checked_sub(1),
        (Some(at), true) => Some((at + 1).min(rows.length().saturating_sub(1))),
        (Some(at), false) => Some(at.saturating_sub(1)),
    };
    let row = next.and_then(|at| rows.item(at)).and_then(|row| row.dyn_into::<HtmlElement>().ok());
    row.is_some_and(|row| row.focus().is_ok())
}

/// Puts the focus on an element; whether it is there.
pub fn focus(selector: &str) -> bool {
    let element = document().query_selector(selector).ok().flatten();
    element
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}

/// Opens what was found first; whether there is anything.
pub fn press_first() -> bool {
    let first = document().query_selector("#found .item").ok().flatten();
    first.and_then(|first| first.dyn_into::<HtmlElement>().ok()).map(|first| first.click()).is_some()
}
