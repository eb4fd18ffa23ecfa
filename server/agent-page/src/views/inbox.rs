//! The lists of conversations: which one, how many each holds, and the rows of the one that is shown. Only the rows in
//! sight are in the page, however many there are. Loads on as it is scrolled.
use super::{
    found::{Found, SearchField},
    narrow::Narrow,
    palette::PaletteButton,
    row::Row,
    steps::Steps,
};
use crate::{
    counts::Narrowed,
    desk::Desk,
    i18n::{Texts, fill, texts},
    icons::{CHECK, FILTER, STAR, icon},
    search::Search,
    time::LATE_MS,
};
use leptos::{ev, html::Div, prelude::*};
use merhaba_shared::{
    client::agent::AgentClient,
    protocol::{agent::Filter, ids::ConversationId, triage::Only},
};

/// A row's height in rem, as the style sheet has it.
const ROW_REM: f64 = 4.75;
/// Rows that are drawn beyond either edge, so that the keyboard finds the next one.
const BEYOND: usize = 8;
/// So many rows before the end of what is here, the next page is asked for.
const NEAR: usize = 20;
/// The lists, in their order on the page.
pub const LISTS: [Filter; 12] = [
    Filter::Mine,
    Filter::Mentioned,
    Filter::Unassigned,
    Filter::Team,
    Filter::Open,
    Filter::Waiting,
    Filter::Unattended,
    Filter::Approval,
    Filter::Snoozed,
    Filter::Bookmarked,
    Filter::Resolved,
    Filter::All,
];

/// The rows in the page: where they begin in the list, and which they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    from: usize,
    ids: Vec<ConversationId>,
}

impl Stretch {
    /// A row's place in the list, counted from one.
    pub fn place(&self, id: &ConversationId) -> Option<usize> {
        self.ids.iter().position(|of| of == id).map(|at| self.from + at + 1)
    }
}

/// The column of conversations.
#[component]
pub fn Inbox() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let narrowing = RwSignal::new(desk.peek(|client| !client.only().is_none()));
    let only = desk.memo(|client| client.only().clone());
    let narrowed = move || only.with(|only| !only.is_none());
    let search = expect_context::<Search>();
    let label = move || if narrowed() { [texts.filters, " •"].concat() } else { texts.filters.into() };
    view! {
        <section class="inbox" aria-label=texts.conversations>
            <header><h1>{texts.inbox}</h1><Late/>
                <button id="filters" class="icon" class:on=narrowed title=label aria-label=label aria-expanded=move || narrowing.get().to_string()
                    on:click=move |_| narrowing.update(|open| *open = !*open)>{icon(FILTER)}</button>
                <PaletteButton class="icon"/>
            </header>
            <SearchField search/>
            <div class="listing" class:behind=move || search.is_on() inert=move || search.is_on()>
                <Tabs/>
                {move || narrowing.get().then(|| view! { <Narrow/> })}
                <List/>
                <Steps/>
            </div>
            {move || search.is_on().then(|| view! { <Found search/> })}
        </section>
    }
}

/// The lists, each with how many it holds.
#[component]
fn Tabs() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let filter = desk.memo(AgentClient::filter);
    let narrowed = Narrowed::follow(desk);
    let tab = |which: Filter| {
        let on = move || (filter.get() == which).to_string();
        let count =
            Memo::new(move |_| desk.read(|client| client.counted(which)).or_else(|| narrowed.counted(which)));
        let words = name(which, texts);
        let words = if which == Filter::Bookmarked {
            view! { {icon(STAR)}<span class="heard">{words}</span> }.into_any()
        } else {
            words.into_any()
        };
        let title = (which == Filter::Bookmarked).then_some(texts.bookmarked);
        let number = move || {
            count
                .get()
                .map(|count| view! { <span class="heard">", "</span><span class="count">{count}</span> })
        };
        // A team without trainees has nothing to approve, one that answers in time nothing unattended, and mentions are looked
        // at: one list less each.
        let hidden = move || {
            matches!(which, Filter::Approval | Filter::Unattended | Filter::Mentioned)
                && filter.get() != which
                && count.get().is_none_or(|count| count == 0)
        };
        let alarm = move || which == Filter::Unattended && count.get().is_some_and(|count| count > 0);
        view! {
            <button data-list=which.as_str() hidden=hidden class:loud=alarm aria-pressed=on title=title on:click=move |_| desk.list(which)>{words}{number}</button>
        }
    };
    view! { <div class="tabs" role="group" aria-label=texts.show>{LISTS.map(tab).into_iter().collect_view()}</div> }
}

/// The rows, as many as are in sight.
#[component]
fn List() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let list = NodeRef::<Div>::new();
    let height = row_height();
    let (top, room) = (RwSignal::new(0_usize), RwSignal::new(12_usize));
    let count = desk.memo(AgentClient::listed);
    let stretch = Memo::new(move |_| {
        let from = top.get().min(count.get()).saturating_sub(BEYOND);
        let most = room.get() + 2 * BEYOND;
        let ids = desk.read(|client| {
            client.rows_from(from, most).map(|row| row.conversation.clone()).collect::<Vec<_>>()
        });
        Stretch { from, ids }
    });
    provide_context(stretch);
    let listed = desk.memo(AgentClient::is_listed);
    let shows = desk.memo(|client| (client.filter(), client.only().clone()));
    let more = desk.memo(AgentClient::has_more);
    let look = move || {
        if let Some(list) = list.get_untracked() {
            let rows = |pixels: i32| rows_in(f64::from(pixels) / height);
            top.set(rows(list.scroll_top()));
            room.set(rows(list.client_height()) + 1);
        }
    };
    // Another list is read from its beginning.
    Effect::new(move || {
        shows.track();
        if let Some(list) = list.get() {
            list.set_scroll_top(0);
            look();
        }
    });
    let resized = window_event_listener(ev::resize, move |_| look());
    on_cleanup(move || resized.remove());
    Effect::new(move || {
        if more.get() && top.get() + room.get() + NEAR >= count.get() {
            desk.act(|client, _| client.more());
        }
    });
    let total = Memo::new(move |_| {
        desk.read(|client| match (client.has_more(), client.counted(client.filter())) {
            (false, _) => client.listed().to_string(),
            (true, Some(counted)) => counted.to_string(),
            (true, None) => "-1".to_owned(),
        })
    });
    provide_context(Total(total));
    #[expect(clippy::cast_precision_loss, reason = "rows, not galaxies")]
    let whole = move || format!("{}rem", count.get() as f64 * ROW_REM);
    #[expect(clippy::cast_precision_loss, reason = "rows, not galaxies")]
    let part = move || format!("translateY({}rem)", stretch.with(|stretch| stretch.from) as f64 * ROW_REM);
    let under = move || match (listed.get(), count.get() == 0, more.get()) {
        (false, true, _) => view! { <p class="word" role="status">{texts.loading_list}</p> }.into_any(),
        (true, true, false) => {
            let words = shows.with(|(filter, only)| empty(*filter, only, texts));
            view! { <div class="empty">{icon(CHECK)}<p>{words}</p></div> }.into_any()
        }
        (_, _, true) => view! { <p class="word">{texts.loading_more}</p> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <div class="list" id="list" node_ref=list on:scroll=move |_| look() aria-busy=move || (!listed.get()).to_string()>
            <div class="rows" style:height=whole>
                <div role="list" style:transform=part>
                    <For each=move || stretch.get().ids key=Clone::clone children=|id| view! { <Row id/> }/>
                </div>
            </div>
            {under}
        </div>
    }
}

/// How many rows the whole list has, for screen readers; `-1`: more than are known.
#[derive(Clone, Copy)]
pub struct Total(pub Memo<String>);

/// A row's height in pixels: people set their letters larger.
fn row_height() -> f64 {
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    let size = size.and_then(|size| size.trim_end_matches("px").parse::<f64>().ok());
    size.filter(|size| *size > 1.0).unwrap_or(16.0) * ROW_REM
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole rows from the top")]
fn rows_in(rows: f64) -> usize {
    rows.max(0.0) as usize
}

/// How many wait too long.
#[component]
fn Late() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let late = Memo::new(move |_| {
        let before = desk.now() - LATE_MS;
        desk.read(|client| client.late(before))
    });
    move || {
        let count = late.get();
        let words = if count == 1 { texts.late_one } else { texts.late_other };
        (count > 0).then(|| view! { <span class="alarm">{fill(words, &[("n", &count.to_string())])}</span> })
    }
}

/// A list in words.
pub const fn name(filter: Filter, texts: &Texts) -> &'static str {
    match filter {
        Filter::Open => texts.open,
        Filter::Mine => texts.mine,
        Filter::Unassigned => texts.unassigned,
        Filter::Team => texts.team,
        Filter::Waiting => texts.waiting,
        Filter::Approval => texts.approval,
        Filter::Unattended => texts.unattended,
        Filter::Snoozed => texts.snoozed,
        Filter::Bookmarked => texts.bookmarked,
        Filter::Mentioned => texts.mentioned,
        Filter::Resolved => texts.resolved,
        Filter::All => texts.all,
    }
}

fn empty(filter: Filter, only: &Only, texts: &Texts) -> &'static str {
    if !only.is_none() {
        return texts.empty_narrow;
    }
    match filter {
        Filter::Open => texts.empty_open,
        Filter::Mine => texts.empty_mine,
        Filter::Unassigned => texts.empty_unassigned,
        Filter::Team => texts.empty_team,
        Filter::Waiting => texts.empty_waiting,
        Filter::Approval => texts.empty_approval,
        Filter::Unattended => texts.empty_unattended,
        Filter::Snoozed => texts.empty_snoozed,
        Filter::Bookmarked => texts.empty_bookmarked,
        Filter::Mentioned => texts.empty_mentioned,
        Filter::Resolved => texts.empty_resolved,
        Filter::All => texts.empty_all,
    }
}
