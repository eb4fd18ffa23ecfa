//! What stands on the page for a message that is quoted: the line over the field, and the one in a bubble. What is done stands
//! in `desk/quoting.rs`.
use crate::{
    desk::Desk,
    i18n::texts,
    icons::{CLOSE, QUOTE, icon},
    keys,
    quoted::Quoted,
};
use leptos::prelude::*;

/// Over the field, while the answer quotes a message: which one, and the way to take it off.
#[component]
pub fn Quoting() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let line = Memo::new(move |_| {
        let message = desk.quoted().and_then(|seq| desk.message(seq))?;
        let quoted = Quoted::of(message.seq, Some(&message));
        Some(desk.quote_line(quoted.who.as_deref(), quoted.words.as_deref()))
    });
    let leave = move |_| {
        desk.unquote();
        keys::focus("#answer");
    };
    move || {
        let line = line.get().filter(|_| !desk.noting.get() && desk.editing.with(Option::is_none))?;
        Some(view! {
            <div class="rewrite quoting">{icon(QUOTE)}<span class="heard">{texts.quoting}": "</span><q dir="auto">{line}</q>
                <button type="button" class="icon" aria-label=texts.unquote title=texts.unquote on:click=leave>{icon(CLOSE)}</button></div>
        })
    }
}

/// In a bubble: a press goes to what it quotes.
#[component]
pub fn InBubble(quoted: Quoted) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let Quoted { seq, here, who, words } = quoted;
    let line =
        if here { desk.quote_line(who.as_deref(), words.as_deref()) } else { texts.quote_earlier.to_owned() };
    view! {
        <button type="button" class="quote" dir="auto" title=texts.to_quoted on:click=move |_| desk.go_to_quoted(seq)>
            <span class="heard">{texts.quoting}": "</span>{line}</button>
    }
}
