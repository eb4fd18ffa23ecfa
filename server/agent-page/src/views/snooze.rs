//! Putting a conversation off: later today, tomorrow, Monday or at any time, by the clock of the agent's own time zone; and
//! taking that back.
use super::{sorting::snoozed_words, times::Times};
use crate::{
    actions::Deed,
    desk::Desk,
    i18n::texts,
    icons::{CLOCK, icon},
};
use leptos::prelude::*;
use merhaba_shared::protocol::{ids::ConversationId, model::Status};

/// The button with its menu.
#[component]
pub fn Snooze(id: ConversationId) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let open = desk.snoozing;
    let (live, may) = (desk.is_live(), desk.may_sort());
    let status = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.status)));
    let words = move || row.with(|row| row.as_ref().and_then(|row| snoozed_words(row, texts)));
    let menu_id = id.clone();
    let menu = move || {
        let id = menu_id.clone();
        open.get().then(|| view! { <Times id="snooze-menu" title=texts.snooze set=texts.snooze_set open choose=move |until| desk.snooze(&id, until)/> })
    };
    let wake = move |_| desk.act(|client, _| client.snooze(&id, None));
    view! {
        {move || (status.get() == Some(Status::Snoozed)).then(|| { let wake = wake.clone(); view! {
            <span class="until">{icon(CLOCK)}{words}</span>
            {may.get().then(|| view! { <button id="wake" class="btn small" disabled=move || !live.get() on:click=wake>{texts.wake}</button> })}
        }})}
        {move || (may.get() && status.get() == Some(Status::Open)).then(|| { let menu = menu.clone(); view! {
            <span class="mine">
                <button id="snooze" class="btn small" disabled=move || !live.get() title=Deed::Snooze.titled(texts.snooze) aria-haspopup="dialog"
                    aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>{icon(CLOCK)}{texts.snooze}</button>
                {menu}
            </span>
        }})}
    }
}
