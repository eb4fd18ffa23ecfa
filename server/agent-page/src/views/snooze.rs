//! Putting a conversation off: later today, tomorrow, Monday or at any time, by the clock of the agent's own time zone; and
//! taking that back.
use super::sorting::snoozed_words;
use crate::{
    actions::Deed,
    desk::Desk,
    i18n::{lang, texts},
    icons::{CLOCK, icon},
    time,
};
use leptos::{html::Input, prelude::*};
use merhaba_shared::protocol::{
    ids::{ConversationId, Millis},
    limits::SNOOZE_MS,
    model::Status,
};

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
    let menu = move || open.get().then(|| view! { <Menu id=menu_id.clone()/> });
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

#[component]
fn Menu(id: ConversationId) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let field = NodeRef::<Input>::new();
    let id = StoredValue::new(id);
    let choose = move |until: Millis| id.with_value(|id| desk.snooze(id, until));
    let now = desk.now_once();
    let lines = time::later(now, texts).enumerate().map(|(at, (words, until))| {
        let node = NodeRef::<leptos::html::Button>::new();
        if at == 0 {
            node.on_load(|first| _ = first.focus());
        }
        view! {
            <button class="line" node_ref=node on:click=move |_| choose(until)>{words}<small>{time::day_and_clock(until, lang)}</small></button>
        }
    });
    let set = move |_| {
        let value = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let until = time::from_field(&value);
        match until.filter(|until| *until > now && *until - now < SNOOZE_MS) {
            Some(until) => choose(until),
            None => desk.say(texts.snooze_past.into()),
        }
    };
    view! {
        <div class="veil" on:click=move |_| desk.snoozing.set(false)></div>
        <div id="snooze-menu" class="menu down" role="dialog" aria-label=texts.snooze>
            {lines.collect_view()}
            <label>{texts.snooze_date}<input type="datetime-local" node_ref=field/></label>
            <button class="btn" on:click=set>{texts.snooze_set}</button>
        </div>
    }
}
