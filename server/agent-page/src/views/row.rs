//! One conversation in the list. Changes in place: the element stays while the row is shown.
use super::shell::follow;
use crate::{
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{CLOCK, icon},
    people,
    route::Route,
    time::{self, LATE_MS},
};
use leptos::prelude::*;
use merhaba_shared::protocol::{agent::InboxRow, ids::ConversationId, model::Status};

/// A row: a link to its conversation.
#[component]
pub fn Row(id: ConversationId) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let route = Route::Conversation(id.clone());
    let row = {
        let id = id.clone();
        desk.memo(move |client| client.row(&id).cloned())
    };
    let many = desk.memo(|client| client.sites().len() > 1);
    let pick = move |look: fn(&InboxRow) -> String| {
        move || row.with(|row| row.as_ref().map(look).unwrap_or_default())
    };
    let open = Memo::new(move |_| desk.route.with(|route| route.conversation() == Some(&id)));
    let unread = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.unread)));
    let name = move || {
        row.with(|row| row.as_ref().map(|row| people::visitor(&row.visitor, texts)).unwrap_or_default())
    };
    let face = move || {
        row.with(|row| row.as_ref().map(|row| people::visitor_face(&row.visitor, lang)).unwrap_or_default())
    };
    let words =
        move || row.with(|row| row.as_ref().map(|row| people::preview(row, texts)).unwrap_or_default());
    let at = move || {
        row.with(|row| row.as_ref().map(|row| time::short(row.at, desk.now_once(), lang)).unwrap_or_default())
    };
    let wait = move || {
        let since = row.with(|row| {
            row.as_ref().filter(|row| row.status == Status::Open).and_then(|row| row.waiting_since)
        })?;
        let now = desk.now();
        let late = now - since > LATE_MS;
        Some(view! {
            <span class="wait" class:late=late><span class="heard">{texts.waits}" "</span>{icon(CLOCK)}{time::wait(since, now, lang)}</span>
        })
    };
    let badge = move || {
        let count = unread.get();
        let words = fill(texts.unread, &[("n", &count.to_string())]);
        (count > 0).then(|| view! { <span class="badge" aria-hidden="true">{count.min(99)}</span><span class="heard">{words}</span> })
    };
    // Whose it is, and with several sites where: small words under the preview, only where they say something.
    let place = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            let site = many.get().then(|| desk.peek(|client| site_name(client.sites(), row)));
            let who = row.assignee.as_ref().map(|agent| agent.name.clone());
            let done = (row.status == Status::Resolved).then(|| texts.is_resolved.to_owned());
            let parts: Vec<String> = [done, site, who].into_iter().flatten().collect();
            (!parts.is_empty()).then(|| view! { <small dir="auto">{parts.join(" · ")}</small> })
        })
    };
    let target = route.clone();
    view! {
        <a class="item" class:new=move || unread.get().gt(&0) href=route.path() data-conversation=pick(|row| row.conversation.0.clone())
            aria-current=move || open.get().then_some("true") on:click=move |event| follow(&event, desk, target.clone())>
            <span class="face" aria-hidden="true">{face}</span>
            <b dir="auto">{name}</b>
            <time>{at}</time>
            <p dir="auto">{words}</p>
            <span class="marks">{wait}{badge}</span>
            {place}
        </a>
    }
}

/// The name of a row's site.
pub fn site_name(sites: &[merhaba_shared::protocol::agent::SiteCard], row: &InboxRow) -> String {
    sites
        .iter()
        .find(|site| site.site == row.site)
        .map_or_else(|| row.site.0.clone(), |site| site.name.clone())
}
