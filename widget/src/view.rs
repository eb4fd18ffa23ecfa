//! What Leptos shows: the log's lines with what stands before and after them, and the banner's words. Each view is
//! drawn again when something has happened; none keeps anything.
use crate::{
    app::{App, turn, watch, with},
    composer, effects, host, lines, words,
};
use leptos::{mount::mount_to, prelude::*, task::spawn_local};
use merhaba_shared::{
    client::Line,
    layout::log::{self, Key, Shown},
    protocol::close,
};
use web_sys::HtmlElement;

/// Puts the views into the served document, for as long as it lives.
pub fn mount(log: HtmlElement, banner: HtmlElement) {
    mount_to(log, Log).forget();
    mount_to(banner, Banner).forget();
}

fn keys() -> Vec<Key> {
    watch(lines::keys)
}

fn shown(key: Key) -> Shown {
    with(|app| Some(lines::shown(app, key))).unwrap_or(Shown::Small("", String::new()))
}

#[component]
fn Log() -> impl IntoView {
    // As function pointers all of them are one type: each closure's own would be code of its own.
    let no_older: fn() -> bool = || watch(|app| !lines::has_older(app));
    let not_loading: fn() -> bool =
        || watch(|app| app.client.thread().is_none_or(|t| t.timeline().is_loaded()));
    let nobody_types: fn() -> bool = || watch(|app| words::typing(app).is_empty());
    let at_end: fn() -> bool = || watch(|app| app.at_end());
    let typing: fn() -> String = || watch(|app| words::typing(app));
    let face: fn() -> String = || watch(|app| words::face(app));
    let jump: fn() -> String = || watch(|app| words::jump(app));
    let text = |name: &str| with(|app| app.page.text(name));
    let head = NodeRef::new();
    log::lines(head, keys, shown, composer::wished);
    view! {
        <button type="button" class="more" hidden=no_older on:click=|_| turn(|app, _| composer::older(app))>
            {text("load_earlier")}
        </button>
        <div class="event" hidden=not_loading node_ref=head>{text("loading")}</div>
        <div class="row last" hidden=nobody_types>
            <span class="heard">{typing}</span>
            <div class="face" aria-hidden="true">{face}</div>
            <div class="bubble typing" aria-hidden="true"><i></i><i></i><i></i></div>
        </div>
        <button type="button" class="jump" hidden=at_end on:click=|_| turn(|app, _| app.to_end = true)>
            {jump}
        </button>
    }
}

#[component]
fn Banner() -> impl IntoView {
    let says: fn() -> String = || watch(|app| words::banner(app));
    let current: fn() -> bool = || watch(|app| app.client.line() != Line::Stopped(close::REFRESH.code));
    view! {
        <span>{says}</span>
        <button type="button" hidden=current on:click=|_| effects::reload()>
            {with(|app| app.page.text("update_now"))}
        </button>
    }
}

/// Lets the log follow its end, or stand still, once the views have been drawn: they were woken before this is
/// queued, and the page's tasks run in order.
pub fn follow_end() {
    spawn_local(async {
        with(after_drawing);
        host::drawn();
    });
}

fn after_drawing(app: &mut App) {
    let height = app.page.log.scroll_height();
    let anchor = app.anchor.take();
    let top = if app.to_end || app.at_end() && !app.moved {
        Some(height)
    } else {
        let gone = anchor.map_or(0, |(line, top)| line.offset_top() - top);
        (gone != 0).then_some(app.place.top + gone)
    };
    app.to_end = false;
    app.moved = false;
    if let Some(top) = top {
        app.page.log.set_scroll_top(top);
    }
    app.place = app.page.place();
}
