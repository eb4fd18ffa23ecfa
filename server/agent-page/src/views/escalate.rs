//! Calling owners and admins to a conversation: why, in a sentence, and no way back once they were told.
use crate::{
    desk::Desk,
    i18n::{fill, texts},
    icons::{CLOSE, icon},
};
use leptos::{
    html::{Dialog, Textarea},
    prelude::*,
};
use merhaba_shared::protocol::limits::REASON_CHARS;

/// The dialog.
#[component]
pub fn Escalate() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let (dialog, field) = (NodeRef::<Dialog>::new(), NodeRef::<Textarea>::new());
    let blank = RwSignal::new(true);
    let row = desk.current_row();
    let live = desk.is_live();
    Effect::new(move || {
        let (open, Some(dialog)) = (desk.escalating.get(), dialog.get()) else { return };
        if open == dialog.open() {
            return;
        }
        if !open {
            return dialog.close();
        }
        // A dialog that is in the page and closed can always be opened, and its field take the focus.
        let _ = dialog.show_modal();
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    });
    let call = move |_| {
        let Some(field) = field.get_untracked() else { return };
        let reason = field.value().trim().to_owned();
        if reason.chars().count() > REASON_CHARS {
            return desk.say(fill(texts.reason_long, &[("n", &REASON_CHARS.to_string())]));
        }
        if let Some(row) = row.get_untracked().filter(|_| !reason.is_empty()) {
            desk.escalate(&row.conversation, reason);
            field.set_value("");
            blank.set(true);
        }
    };
    view! {
        <dialog id="escalation" class="sheet" node_ref=dialog aria-labelledby="escalate-to" on:close=move |_| desk.escalating.set(false)>
            <header><h2 id="escalate-to">{texts.escalate_send}</h2>
                <button class="icon" aria-label=texts.close on:click=move |_| desk.escalating.set(false)>{icon(CLOSE)}</button></header>
            <p id="escalate-lead" class="lead">{texts.escalate_lead}</p>
            <label>{texts.escalate_reason}<textarea id="escalate-reason" rows="3" dir="auto" maxlength=REASON_CHARS.to_string() aria-describedby="escalate-lead" node_ref=field
                on:input=move |event| blank.set(event_target_value(&event).trim().is_empty())></textarea></label>
            <button id="escalate-send" class="btn main" disabled=move || blank.get() || !live.get() on:click=call>{texts.escalate_send}</button>
        </dialog>
    }
}
