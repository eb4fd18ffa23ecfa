//! Going to a place in the open conversation: what lies between is loaded, then its line is shown in the middle, marked and
//! given the focus. Loads and scrolls; draws nothing.
use crate::{desk::Desk, log::Piece, search::Place};
use leptos::{prelude::*, web_sys};
use merhaba_shared::{
    client::agent::Opened,
    protocol::{agent::BackstageLine, ids::ClientId, model::Item},
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// The line that was gone to has this, until another one is.
const MARK: &str = "sought";

/// Follows what is sought, for as long as the log is shown.
pub fn follow(desk: Desk, log: Memo<Option<Vec<Piece>>>) {
    let shown = StoredValue::new(false);
    // Gone to again, when it is asked for again.
    Effect::new(move || {
        desk.sought.track();
        shown.set_value(false);
    });
    Effect::new(move || {
        let Some(place) = desk.sought.get().filter(|_| !shown.get_value()) else { return };
        if log.with(Option::is_none) {
            return;
        }
        let next = desk.peek(|client| {
            let opened =
                client.current().filter(|opened| *opened.thread.conversation() == place.conversation);
            opened.map(|opened| step(opened, &place))
        });
        match next {
            Some(Step::Older) => desk.act(|client, _| client.older()),
            Some(Step::There(id)) => {
                shown.set_value(true);
                desk.at_end.set(false);
                // After the log has found its own place.
                request_animation_frame(move || request_animation_frame(move || show(&id)));
            }
            Some(Step::Wait) | None => {}
        }
    });
}

enum Step {
    /// More of it must be here first.
    Older,
    /// It is on its way.
    Wait,
    /// It is the line with this id.
    There(ClientId),
}

fn step(opened: &Opened, place: &Place) -> Step {
    let timeline = opened.thread.timeline();
    let first = timeline.items().first().map_or(0, Item::seq);
    if first > place.seq && timeline.has_older() {
        return Step::Older;
    }
    let found = match place.note {
        Some(number) => opened.backstage.lines().iter().find_map(|line| match line {
            BackstageLine::Note(note) if note.number == number => Some(note.client_id),
            _ => None,
        }),
        // What stands there may be no message: then the last one before it.
        None => timeline.items().iter().rev().find_map(|item| match item {
            Item::Message(message) if message.seq <= place.seq => Some(message.client_id),
            _ => None,
        }),
    };
    found.map_or(Step::Wait, Step::There)
}

fn show(id: &ClientId) {
    if let Ok(Some(before)) = document().query_selector([".", MARK].concat().as_str()) {
        // A class of a line that is there can be taken.
        let _ = before.class_list().remove_1(MARK);
    }
    let line = document().query_selector(&["[data-message=\"", &id.to_hex(), "\"]"].concat());
    let Some(line) = line.ok().flatten().and_then(|line| line.dyn_into::<HtmlElement>().ok()) else { return };
    let middle = ScrollIntoViewOptions::new();
    middle.set_block(ScrollLogicalPosition::Center);
    line.scroll_into_view_with_scroll_into_view_options(&middle);
    let _ = line.class_list().add_1(MARK);
    line.set_tab_index(-1);
    let _ = line.focus();
}
