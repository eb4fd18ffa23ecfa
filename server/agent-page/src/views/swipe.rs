//! A row that a finger draws aside: to the left it is resolved, to the right put off, both with a way back. The same can be
//! done by key, by button and in the palette. Scrolling stays the browser's; a mouse draws nothing.
use crate::{
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{CHECK, CLOCK, icon},
    time,
    views::sorting::may_sort,
};
use leptos::{ev::PointerEvent, prelude::*, web_sys};
use merhaba_shared::protocol::{
    ids::{ConversationId, Millis},
    model::Status,
};
use wasm_bindgen::JsCast;

/// So far, in pixels, a finger has to go before a row follows it, and more across than down.
const FOLLOWS: i32 = 14;
/// So far it has to go for the row to be let go of there.
const FAR: i32 = 104;
/// Beyond that the row follows more slowly.
const SLOWER: i32 = 4;

/// What a row is drawn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// Resolved.
    Done,
    /// Put off until then.
    Later(Millis),
}

/// A finger on the row.
#[derive(Clone, Copy)]
struct Finger {
    pointer: i32,
    x: i32,
    y: i32,
    /// Whether the row follows it.
    drawn: bool,
}

/// One row's. Copies are the same one.
#[derive(Clone, Copy)]
pub struct Swipe {
    /// A handle: one per row of a desk, which is all the page has.
    desk: StoredValue<Desk>,
    id: StoredValue<ConversationId>,
    finger: RwSignal<Option<Finger>>,
    across: RwSignal<i32>,
    /// The click that the browser may still make of it is none.
    drew: StoredValue<bool>,
}

impl Swipe {
    /// Nothing touches the row.
    pub fn new(desk: Desk, id: ConversationId) -> Self {
        Self {
            desk: StoredValue::new(desk),
            id: StoredValue::new(id),
            finger: RwSignal::new(None),
            across: RwSignal::new(0),
            drew: StoredValue::new(false),
        }
    }

    /// A finger comes down.
    pub fn down(self, event: &PointerEvent) {
        self.drew.set_value(false);
        if event.pointer_type() == "touch" && event.is_primary() {
            let (pointer, x, y) = (event.pointer_id(), event.client_x(), event.client_y());
            self.finger.set(Some(Finger { pointer, x, y, drawn: false }));
        }
    }

    /// It moves.
    pub fn moved(self, event: &PointerEvent) {
        let Some(finger) = self.of(event) else { return };
        let (x, y) = (event.client_x() - finger.x, event.client_y() - finger.y);
        if !finger.drawn {
            if x.abs() < FOLLOWS || x.abs() <= y.abs() || self.to(x).is_none() {
                return;
            }
            self.finger.set(Some(Finger { drawn: true, ..finger }));
            self.drew.set_value(true);
            let row = event.current_target().and_then(|row| row.dyn_into::<web_sys::Element>().ok());
            if let Some(row) = row {
                // Without it the finger only has to stay on the row.
                let _ = row.set_pointer_capture(finger.pointer);
            }
        }
        let x = if self.to(x).is_some() { x } else { 0 };
        let beyond = (x.abs() - FAR).max(0);
        self.across.set(x.signum() * (x.abs() - beyond + beyond / SLOWER));
    }

    /// It is lifted: far enough out, what is shown there is done.
    pub fn up(self, event: &PointerEvent) {
        let Some(finger) = self.of(event) else { return };
        let across = self.across.get_untracked();
        self.leave();
        if !finger.drawn || across.abs() < FAR {
            return;
        }
        self.id.with_value(|id| match self.to(across) {
            Some(To::Done) => self.desk.get_value().resolve(id),
            Some(To::Later(until)) => self.desk.get_value().snooze(id, until),
            None => {}
        });
    }

    /// The browser scrolls, or the finger is gone: nothing is done.
    pub fn leave(self) {
        self.finger.set(None);
        self.across.set(0);
    }

    /// Whether a click is the end of a swipe.
    pub fn drew(self) -> bool {
        self.drew.get_value()
    }

    /// Where the row is.
    pub fn place(self) -> Option<String> {
        let across = self.across.get();
        (across != 0).then(|| format!("translateX({across}px)"))
    }

    fn of(self, event: &PointerEvent) -> Option<Finger> {
        self.finger.get_untracked().filter(|finger| finger.pointer == event.pointer_id())
    }

    /// What lies on that side, if it can be done with this row now.
    fn to(self, across: i32) -> Option<To> {
        let desk = self.desk.get_value();
        let row = desk.peek(|client| self.id.with_value(|id| client.row(id).cloned()))?;
        if across == 0 || !desk.is_live_now() || !may_sort(desk.role(&row)) {
            return None;
        }
        if across < 0 {
            return (row.status != Status::Resolved).then_some(To::Done);
        }
        let first = time::later(desk.now_once(), desk.texts()).next();
        first.filter(|_| row.status == Status::Open).map(|(_, until)| To::Later(until))
    }
}

/// What shows under the row that is drawn aside.
#[component]
pub fn Beneath(swipe: Swipe) -> impl IntoView {
    let (texts, lang) = (texts(), lang());
    let to = Memo::new(move |_| swipe.to(swipe.across.get()));
    let far = Memo::new(move |_| swipe.across.get().abs() >= FAR);
    move || {
        let (class, path, words) = match to.get()? {
            To::Done => ("beneath done", CHECK, texts.resolve.to_owned()),
            To::Later(until) => {
                let words = fill(texts.snoozed_until, &[("time", &time::day_and_clock(until, lang))]);
                ("beneath later", CLOCK, words)
            }
        };
        Some(
            view! { <div class=class class:far=far aria-hidden="true">{icon(path)}<span>{words}</span></div> },
        )
    }
}
