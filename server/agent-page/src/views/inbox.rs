//! The list of conversations: which ones, the rows, and what is said when there are none. Loads on as it is scrolled.
use super::row::Row;
use crate::{
    desk::Desk,
    i18n::{Texts, fill, texts},
    icons::{CHECK, icon},
    time::LATE_MS,
};
use leptos::{html::Div, prelude::*};
use merhaba_shared::{
    client::agent::AgentClient,
    protocol::{agent::Filter, ids::ConversationId, model::Status},
};

/// So near the end of the list, in pixels, the next page is asked for.
const NEAR: i32 = 400;

/// The column of conversations.
#[component]
pub fn Inbox() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let ids = desk.memo(|client| {
        client.rows().iter().map(|row| row.conversation.clone()).collect::<Vec<ConversationId>>()
    });
    let listed = desk.memo(AgentClient::is_listed);
    let filter = desk.memo(AgentClient::filter);
    let more = desk.memo(AgentClient::has_more);
    let tabs = Filter::ALL.iter().map(|which| {
        let which = *which;
        let on = move || (filter.get() == which).to_string();
        view! { <button aria-pressed=on on:click=move |_| desk.list(which)>{name(which, texts)}</button> }
    });
    let list = NodeRef::<Div>::new();
    let scrolled = move |_| {
        if let Some(list) = list.get_untracked()
            && more.get_untracked()
            && list.scroll_height() - list.scroll_top() - list.client_height() < NEAR
        {
            desk.act(|client, _| client.more());
        }
    };
    let under = move || match (listed.get(), ids.with(Vec::is_empty), more.get()) {
        (false, true, _) => view! { <p class="word" role="status">{texts.loading_list}</p> }.into_any(),
        (true, true, _) => {
            view! { <div class="empty">{icon(CHECK)}<p>{empty(filter.get(), texts)}</p></div> }.into_any()
        }
        (_, false, true) => view! { <p class="word">{texts.loading_more}</p> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <section class="inbox" aria-label=texts.conversations>
            <header><h1>{texts.inbox}</h1><Late/></header>
            <div class="tabs" role="group" aria-label=texts.show>{tabs.collect_view()}</div>
            <div class="list" id="list" node_ref=list on:scroll=scrolled aria-busy=move || (!listed.get()).to_string()>
                <For each=move || ids.get() key=Clone::clone children=|id| view! { <Row id/> }/>
                {under}
            </div>
        </section>
    }
}

/// How many wait too long.
#[component]
fn Late() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let late = Memo::new(move |_| {
        let now = desk.now();
        let waits = |since: Option<i64>| since.is_some_and(|since| now - since > LATE_MS);
        desk.read(|client| {
            client.rows().iter().filter(|row| row.status == Status::Open && waits(row.waiting_since)).count()
        })
    });
    move || {
        let count = late.get();
        let words = if count == 1 { texts.late_one } else { texts.late_other };
        (count > 0).then(|| view! { <span class="alarm">{fill(words, &[("n", &count.to_string())])}</span> })
    }
}

const fn name(filter: Filter, texts: &Texts) -> &'static str {
    match filter {
        Filter::Open => texts.open,
        Filter::Mine => texts.mine,
        Filter::Unassigned => texts.unassigned,
        Filter::Resolved => texts.resolved,
        Filter::All => texts.all,
    }
}

const fn empty(filter: Filter, texts: &Texts) -> &'static str {
    match filter {
        Filter::Open => texts.empty_open,
        Filter::Mine => texts.empty_mine,
        Filter::Unassigned => texts.empty_unassigned,
        Filter::Resolved => texts.empty_resolved,
        Filter::All => texts.empty_all,
    }
}
