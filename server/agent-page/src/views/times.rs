//! A menu of times: later today, tomorrow, Monday or any other, by the clock of the agent's own time zone. What happens then,
//! whoever opens it knows.
use crate::{
    desk::Desk,
    i18n::{lang, texts},
    time,
};
use leptos::{html::Input, prelude::*};
use merhaba_shared::protocol::{ids::Millis, limits::SNOOZE_MS};

/// The menu, as long as it is open. A time that is past, or more than a year away, is not chosen.
#[component]
pub fn Times(
    id: &'static str,
    title: &'static str,
    set: &'static str,
    open: RwSignal<bool>,
    choose: impl Fn(Millis) + Send + Sync + 'static,
) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let field = NodeRef::<Input>::new();
    let choose = StoredValue::new(choose);
    let choose = move |at: Millis| choose.with_value(|choose| choose(at));
    let now = desk.now_once();
    let lines = time::later(now, texts).enumerate().map(|(at, (words, until))| {
        let node = NodeRef::<leptos::html::Button>::new();
        if at == 0 {
            node.on_load(|first| _ = first.focus());
        }
        view! {
            <button type="button" class="line" node_ref=node on:click=move |_| choose(until)>{words}<small>{time::day_and_clock(until, lang)}</small></button>
        }
    });
    let typed = move |_| {
        let value = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        match time::from_field(&value).filter(|at| *at > now && *at - now < SNOOZE_MS) {
            Some(at) => choose(at),
            None => desk.say(texts.snooze_past.into()),
        }
    };
    view! {
        <div class="veil" on:click=move |_| open.set(false)></div>
        <div id=id class="menu down" role="dialog" aria-label=title>
            {lines.collect_view()}
            <label>{texts.snooze_date}<input type="datetime-local" node_ref=field/></label>
            <button type="button" class="btn" on:click=typed>{set}</button>
        </div>
    }
}
