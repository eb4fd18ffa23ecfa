//! The keyboard of the desk: J and K or the arrows move in the list, R answers, N notes, E resolves, Esc goes back. Never takes
//! a key from a field, nor one with a modifier.
use super::{desk::Desk, route::Route};
use leptos::{ev, prelude::*, web_sys};
use merhaba_shared::protocol::model::Status;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Listens for as long as the desk is shown.
pub fn listen(desk: Desk) {
    let handle = window_event_listener(ev::keydown, move |event| press(desk, &event));
    on_cleanup(move || handle.remove());
}

fn press(desk: Desk, event: &KeyboardEvent) {
    if event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || event.is_composing()
    {
        return;
    }
    let focused = document().active_element();
    if event.key() == "Escape" {
        escape(desk, focused);
        return;
    }
    if focused.is_some_and(|element| is_field(&element)) || desk.route.with_untracked(Route::is_site) {
        return;
    }
    let done = match event.key().as_str() {
        "j" | "ArrowDown" => step(1),
        "k" | "ArrowUp" => step(-1),
        "r" => write(desk, false),
        "n" => write(desk, true),
        "e" => resolve(desk),
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

fn escape(desk: Desk, focused: Option<Element>) {
    if desk.details.get_untracked() {
        desk.details.set(false);
    } else if let Some(field) =
        focused.filter(is_field).and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        // Leaving a field is one step, leaving the conversation the next; what was typed stays.
        let _ = field.blur();
    } else if desk.route.with_untracked(|route| *route != Route::Inbox) {
        desk.go(Route::Inbox);
    }
}

fn is_field(element: &Element) -> bool {
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Moves the focus by one row, from the focused or the open one.
fn step(by: i32) -> bool {
    let Ok(rows) = document().query_selector_all("#list .item") else { return false };
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

/// Goes to the field, for an answer or for a note.
fn write(desk: Desk, note: bool) -> bool {
    desk.noting.set(note);
    focus("#answer")
}

fn resolve(desk: Desk) -> bool {
    let Some(row) = desk.current_row().get_untracked() else { return false };
    if row.status == Status::Resolved || !desk.is_live().get_untracked() {
        return false;
    }
    desk.act(|client, _| client.resolve(&row.conversation));
    true
}
