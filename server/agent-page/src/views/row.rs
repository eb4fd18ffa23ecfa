//! One conversation in the list. Changes in place: the element stays while the row is shown.
use super::{
    inbox::{Stretch, Total},
    shell::follow,
    sorting::{priority_class, priority_name},
    swipe::{Beneath, Swipe},
};
use crate::{
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{CLOCK, FLAG, STAR, icon},
    people,
    route::Route,
    time::{self, LATE_MS},
};
use leptos::{ev::MouseEvent, prelude::*};
use merhaba_shared::protocol::{
    agent::{InboxRow, SiteCard},
    ids::{ConversationId, SiteKey},
    model::Status,
    triage::Priority,
};

/// Tags that a row has room for.
const TAGS_SHOWN: usize = 2;

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
    let open = {
        let id = id.clone();
        Memo::new(move |_| desk.route.with(|route| route.conversation() == Some(&id)))
    };
    let begun = {
        let id = id.clone();
        Memo::new(move |_| desk.drafts.begun.with(|begun| begun.contains(&id)))
    };
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
            let part = row.triage.department.as_ref().map(|id| desk.departments.name(&row.site, id, lang));
            let done = (row.status == Status::Resolved).then(|| texts.is_resolved.to_owned());
            let later = row.triage.snoozed_until.map(|until| time::day_and_clock(until, lang));
            let asks =
                row.triage.proposed_at.map(|_| view! { <i class="tag asks">{texts.approval_short}</i> });
            let told = match row.triage.rung {
                0 => None,
                1 => Some(texts.rung_team),
                _ => Some(texts.rung_admins),
            };
            let told = told.map(|words| view! { <i class="tag told">{words}</i> });
            let parts: Vec<String> = [done, later, site, part, who].into_iter().flatten().collect();
            let words = (!parts.is_empty()).then(|| view! { <span dir="auto">{parts.join(" · ")}</span> });
            let tags = row.triage.tags.iter().take(TAGS_SHOWN).cloned();
            let tags = tags.map(|tag| view! { <i class="tag" dir="auto">{tag}</i> }).collect_view();
            let beyond = row.triage.tags.len().saturating_sub(TAGS_SHOWN);
            let beyond = (beyond > 0).then(|| view! { <i class="tag">{format!("+{beyond}")}</i> });
            Some(view! { <small>{told}{asks}{tags}{beyond}{words}</small> })
        })
    };
    let flag = move || {
        let priority = row.with(|row| row.as_ref().map(|row| row.triage.priority).unwrap_or_default());
        (priority != Priority::Normal).then(|| {
            view! { <span class=["flag ", priority_class(priority)].concat()>{icon(FLAG)}<span class="heard">{priority_name(priority, texts)}</span></span> }
        })
    };
    let star = {
        let id = id.clone();
        let on = desk.memo(move |client| client.is_bookmarked(&id));
        move || {
            on.get().then(|| view! { <span class="star on">{icon(STAR)}<span class="heard">{texts.bookmarked}</span></span> })
        }
    };
    let called = {
        let id = id.clone();
        let on = desk.memo(move |client| client.is_mentioned(&id));
        move || {
            on.get()
                .then(|| view! { <span class="at">"@"<span class="heard">{texts.mentioned}</span></span> })
        }
    };
    let (stretch, total) = (expect_context::<Memo<Stretch>>(), expect_context::<Total>().0);
    let swipe = Swipe::new(desk, id.clone());
    let posinset = { move || stretch.with(|stretch| stretch.place(&id)).map(|place| place.to_string()) };
    let target = route.clone();
    let clicked = move |event: MouseEvent| {
        if swipe.drew() { event.prevent_default() } else { follow(&event, desk, target.clone()) }
    };
    view! {
        <div class="swipe" role="listitem" aria-setsize=total aria-posinset=posinset on:pointerdown=move |event| swipe.down(&event) on:pointermove=move |event| swipe.moved(&event)
            on:pointerup=move |event| swipe.up(&event) on:pointercancel=move |_| swipe.leave()>
        <Beneath swipe/>
        <a class="item" draggable="false" style:transform=move || swipe.place() class:new=move || unread.get().gt(&0) href=route.path() data-conversation=pick(|row| row.conversation.0.clone())
            aria-current=move || open.get().then_some("true") on:click=clicked>
            <span class="face" aria-hidden="true">{face}</span>
            <b dir="auto">{name}</b>
            <time>{at}</time>
            <p dir="auto">{move || begun.get().then(|| view! { <em class="draft">{texts.draft}</em>" " })}{words}</p>
            <span class="marks">{flag}{called}{star}{wait}{badge}</span>
            {place}
        </a>
        </div>
    }
}

/// The name of a row's site.
pub fn site_name(sites: &[SiteCard], row: &InboxRow) -> String {
    site_name_of(sites, &row.site)
}

/// The name of a site, else its key.
pub fn site_name_of(sites: &[SiteCard], key: &SiteKey) -> String {
    let known = sites.iter().find(|site| site.site == *key);
    known.map_or_else(|| key.0.clone(), |site| site.name.clone())
}
