//! What stands on the page for a message that is said in other words or taken away: the buttons beside its bubble, and the line
//! over the field while it is edited. What is done stands in `desk/revising.rs`.
use crate::{
    desk::{Desk, May, Which},
    i18n::texts,
    icons::{BIN, CLOSE, EDIT, QUOTE, icon},
    keys,
};
use leptos::prelude::*;
use merhaba_shared::protocol::ids::ClientId;

/// The buttons of a message, once the pointer or a finger has come to it (`may`: what could be done then). By keyboard the arrow
/// up in the empty field does the same, so they are no stops on the way of the tab key.
#[component]
pub fn Tools(id: ClientId, may: RwSignal<May>) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let delete = move |_| {
        if let Some((conversation, seq)) = desk.current().get_untracked().zip(desk.seq_of(id)) {
            desk.delete(Which { conversation, seq });
        }
    };
    let edit = move |_| {
        if let Some(seq) = desk.seq_of(id) {
            desk.begin_edit(seq);
        }
    };
    let quote = move |_| {
        if let Some(seq) = desk.seq_of(id) {
            desk.quote(seq);
        }
    };
    move || {
        let may = may.get();
        (may.edit || may.delete || may.quote).then(|| {
            let quote = may.quote.then(|| {
                view! { <button type="button" class="icon" tabindex="-1" aria-label=texts.quote title=texts.quote on:click=quote>{icon(QUOTE)}</button> }
            });
            let edit = may.edit.then(|| {
                view! { <button type="button" class="icon" tabindex="-1" aria-label=texts.edit_message title=texts.edit_message on:click=edit>{icon(EDIT)}</button> }
            });
            let delete = may.delete.then(|| {
                view! { <button type="button" class="icon" tabindex="-1" aria-label=texts.delete_message title=texts.delete_message on:click=delete>{icon(BIN)}</button> }
            });
            view! { <div class="tools">{quote}{edit}{delete}</div> }
        })
    }
}

/// Over the field, while a message is edited: that it is one, and the ways out.
#[component]
pub fn Editing() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let delete = move |_| {
        if let Some(which) = desk.editing.get_untracked() {
            desk.delete(which);
            keys::focus("#answer");
        }
    };
    let leave = move |_| {
        desk.editing.set(None);
        keys::focus("#answer");
    };
    move || {
        desk.editing.get().map(|_| {
            view! {
                <div class="rewrite"><b>{icon(EDIT)}{texts.editing}</b>
                    <button type="button" class="icon" aria-label=texts.delete_message title=texts.delete_message on:click=delete>{icon(BIN)}</button>
                    <button type="button" class="icon" aria-label=texts.cancel title=texts.cancel on:click=leave>{icon(CLOSE)}</button></div>
            }
        })
    }
}
