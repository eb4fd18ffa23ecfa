//! The lines of a log as both pages show them: days, bubbles with their marks, events, the line before what is new.
//! A line never changes: one that says something else has another key, so that nothing is drawn twice and a screen
//! reader hears each line once. Text from people is a text node.
use super::list::list;
use alloc::{string::String, vec::Vec};
use leptos::{either::EitherOf3, html::Div, prelude::*};

/// What a line is told apart by. A page chooses its own kinds and ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The kind of line.
    pub kind: u8,
    /// Which one of its kind: a message's id, a Seq, a time.
    pub id: u128,
    /// What it says of it, where that can change.
    pub state: u64,
}

/// What a line shows; asked for once, when it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A message.
    Bubble {
        /// Written on this page's side.
        mine: bool,
        /// Letters for a face.
        face: String,
        /// Who wrote it, for who does not see where it stands.
        said: String,
        /// The text.
        body: String,
        /// The ids of its files with a blank between them: a part of the page draws them.
        files: String,
        /// Its Seq and, after a blank, what there is to press or to fill in, as JSON; or nothing.
        extra: String,
        /// A word that stands behind the text; or nothing.
        note: String,
        /// The line for the message that it quotes; or nothing.
        quote: String,
        /// The message was taken away: the text says so.
        gone: bool,
    },
    /// Something small, with the style's class for it: a day, an event, the time and state under a run.
    Small(&'static str, String),
    /// A message that was not taken: what is wrong, and the words for trying again and for taking the text back.
    Failed(String, String, String),
}

/// What a person can do with a message that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Try again.
    Again,
    /// Take the text back.
    Back,
}

/// The lines behind the element `after`, kept in step with the keys that `keys` gives; `wish` is told the id of a message
/// and what is wished.
pub fn lines(after: NodeRef<Div>, keys: fn() -> Vec<Key>, shown: fn(Key) -> Shown, wish: fn(u128, Wish)) {
    list(after, keys, move |key| line(key.id, shown(key), wish));
}

fn line(id: u128, shown: Shown, wish: fn(u128, Wish)) -> impl IntoView {
    match shown {
        Shown::Bubble { mine, face, said, body, files, extra, note, quote, gone } => {
            let class = match (mine, gone) {
                (false, false) => "row",
                (true, false) => "row me",
                (false, true) => "row gone",
                (true, true) => "row me gone",
            };
            EitherOf3::A(view! {
                <div class=class>
                    <span class="heard">{said}</span>
                    <div class="face" aria-hidden="true" hidden=mine>{face}</div>
                    <div class="bubble" dir="auto" data-files=files data-extra=extra data-note=note data-quote=quote>{body}</div>
                </div>
            })
        }
        Shown::Small(class, text) => EitherOf3::B(view! { <div class=class>{text}</div> }),
        Shown::Failed(wrong, again, back) => EitherOf3::C(view! {
            <div class="mark me fail">
                {wrong} <button type="button" on:click=move |_| wish(id, Wish::Again)>{again}</button>
                <button type="button" on:click=move |_| wish(id, Wish::Back)>{back}</button>
            </div>
        }),
    }
}
