//! Who writes, from where, who answers, and what can be done with the conversation.
use super::row::site_name;
use crate::{
    actions::Deed,
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{BACK, CHECK, GIVE, INFO, RETRY, TAKE, icon},
    people,
    route::Route,
    time,
};
use leptos::prelude::*;
use merhaba_shared::protocol::{
    agent::{InboxRow, Role},
    model::Status,
};

/// The header of the thread.
#[component]
pub fn Header() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let name = move || {
        row.with(|row| {
            row.as_ref().map_or_else(|| texts.conversation.into(), |row| people::visitor(&row.visitor, texts))
        })
    };
    let about = move || row.with(|row| row.as_ref().map(|row| summary(desk, row)).unwrap_or_default());
    view! {
        <header class="top">
            <button class="icon back" aria-label=texts.back on:click=move |_| desk.go(Route::Inbox)>{icon(BACK)}</button>
            <div class="who" on:click=move |_| desk.toggle_details()><h2 id="who" dir="auto">{name}</h2><small dir="auto">{about}</small></div>
            <Deeds/>
            <button class="icon info" aria-label=texts.details title=Deed::Details.titled(texts.details)
                aria-expanded=move || desk.are_details_shown().to_string() on:click=move |_| desk.toggle_details()>{icon(INFO)}</button>
        </header>
    }
}

/// Site, page, language and who answers, as far as known.
fn summary(desk: Desk, row: &InboxRow) -> String {
    let (texts, lang) = (texts(), lang());
    let page =
        row.visitor.page.as_ref().map(|page| if page.title.is_empty() { &page.url } else { &page.title });
    let parts = [
        row.assignee.as_ref().map(|agent| fill(texts.taken_by, &[("name", &agent.name)])),
        row.triage.department.as_ref().map(|id| desk.departments.name(&row.site, id, lang)),
        Some(desk.peek(|client| site_name(client.sites(), row))),
        page.filter(|page| !page.is_empty()).cloned(),
        time::tongue(&row.visitor.locale, lang),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Take, hand over, resolve, open again: each only where it can be done.
#[component]
fn Deeds() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let live = desk.is_live();
    let me = desk.me();
    move || {
        let row = row.get()?;
        let mine = row.assignee.as_ref().map(|agent| &agent.id) == me.get().as_ref().map(|me| &me.id);
        let (open, free) = (row.status != Status::Resolved, row.assignee.is_none());
        let may = desk.role(&row) != Role::Trainee;
        let (id, off) = (row.conversation, move || !live.get());
        let to_me = me.get().map(|me| me.id);
        let (claim, assign, done, again) = (id.clone(), id.clone(), id.clone(), id);
        Some(view! {
            <div class="deeds">
                {(may && open && free).then(|| view! {
                    <button id="claim" class="btn" disabled=off on:click=move |_| desk.act(|client, _| client.claim(&claim))>
                        {icon(TAKE)}<span>{texts.take}</span>
                    </button>
                })}
                {(may && open && !free && !mine).then(|| view! {
                    <button id="assign" class="btn" disabled=off
                        on:click=move |_| desk.act(|client, _| client.assign(&assign, to_me.clone()))>
                        {icon(TAKE)}<span>{texts.take_over}</span>
                    </button>
                })}
                {(may && open).then(|| view! {
                    <button class="btn" disabled=off aria-haspopup="dialog" on:click=move |_| desk.giving.set(true)>
                        {icon(GIVE)}<span>{texts.give}</span>
                    </button>
                })}
                {(may && open).then(|| view! {
                    <button id="resolve" class="btn main" disabled=off on:click=move |_| desk.resolve(&done)>
                        {icon(CHECK)}<span>{texts.resolve}</span><kbd aria-hidden="true">{Deed::Resolve.key()}</kbd>
                    </button>
                })}
                {(may && !open).then(|| view! {
                    <button id="reopen" class="btn" disabled=off on:click=move |_| desk.act(|client, _| client.reopen(&again))>
                        {icon(RETRY)}<span>{texts.reopen}</span>
                    </button>
                })}
            </div>
        })
    }
}
