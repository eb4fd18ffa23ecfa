//! The log of the opened conversation: it stays at its end while the agent is there, keeps its place while older
//! entries come, and says how many came below.
use super::{bubble::Line, seek};
use crate::{
    desk::Desk,
    i18n::{fill, texts},
    icons::{DOWN, UP, icon},
    log::Piece,
    people,
};
use leptos::{ev, html::Div, prelude::*, web_sys};
use merhaba_shared::layout::{list::list, scroll::Place};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The log.
#[component]
pub fn Log() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let log = desk.log();
    let here = NodeRef::<Div>::new();
    let older =
        desk.memo(|client| client.current().is_some_and(|opened| opened.thread.timeline().has_older()));
    let below = RwSignal::new(0_usize);
    keep_place(desk, log, here, below);
    seek::follow(desk, log);
    // Another window has another height; no line has changed, and nothing was scrolled.
    let resized = window_event_listener(ev::resize, move |_| {
        if desk.at_end.try_get_untracked() == Some(true) {
            to_end(here);
        }
    });
    on_cleanup(move || resized.remove());
    let scrolled = move |_| {
        let Some(log) = here.get_untracked() else { return };
        let place = place(&log);
        let at_end = place.at_end();
        desk.at_end.set(at_end);
        if at_end {
            below.set(0);
            desk.look();
        }
        meet_unread(desk, &log);
        if place.at_start() && older.get_untracked() {
            desk.act(|client, _| client.older());
        }
    };
    let head = move || {
        if log.with(Option::is_none) {
            view! { <p class="word" role="status">{texts.loading}</p> }.into_any()
        } else if older.get() {
            view! { <button class="more" on:click=move |_| desk.act(|client, _| client.older())>{texts.earlier}</button> }.into_any()
        } else {
            ().into_any()
        }
    };
    let jump = move || {
        (!desk.at_end.get()).then(|| {
            let words = move || match below.get() {
                0 => texts.jump.into(),
                1 => fill(texts.new_messages_one, &[("n", "1")]),
                count => fill(texts.new_messages_other, &[("n", &count.to_string())]),
            };
            view! { <button class="jump" on:click=move |_| to_end(here)>{icon(DOWN)}{words}</button> }
        })
    };
    let unread = move || {
        desk.has_unread().then(|| {
            view! { <button class="jump" on:click=move |_| desk.to_unread()>{icon(UP)}{texts.to_unread}</button> }
        })
    };
    let start = NodeRef::new();
    list(start, move || log.get().unwrap_or_default(), |piece| view! { <Line piece/> });
    view! {
        <div class="over up">{unread}</div>
        <div class="log" id="log" role="log" aria-label=texts.log tabindex="0" node_ref=here on:scroll=scrolled>
            {head}
            <div hidden node_ref=start></div>
            <Dots/>
        </div>
        <div class="over">{jump}</div>
    }
}

/// The dots while the visitor writes.
#[component]
fn Dots() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let typed = desk.is_typed();
    let row = desk.current_row();
    move || {
        typed.get().then(|| {
            let name = row.with_untracked(|row| row.as_ref().map(|row| people::visitor(&row.visitor, texts)));
            let words = fill(texts.is_typing, &[("name", &name.unwrap_or_default())]);
            view! { <div class="row"><div class="bubble typing"><i></i><i></i><i></i><span class="heard">{words}</span></div></div> }
        })
    }
}

/// After each change: at the end, or where the agent was reading.
fn keep_place(desk: Desk, log: Memo<Option<Vec<Piece>>>, here: NodeRef<Div>, below: RwSignal<usize>) {
    let typed = desk.is_typed();
    let drawn = StoredValue::new(Place::default());
    let landed = StoredValue::new(None::<i32>);
    Effect::new(move |before: Option<(Option<Piece>, usize)>| {
        typed.track();
        let (first, count) = log.with(|log| {
            let bubbles =
                |log: &Vec<Piece>| log.iter().filter(|piece| matches!(piece, Piece::Bubble { .. })).count();
            let first = log
                .as_ref()
                .and_then(|log| log.iter().find(|piece| matches!(piece, Piece::Bubble { .. })).cloned());
            (first, log.as_ref().map_or(0, bubbles))
        });
        let grown_above = before.as_ref().is_some_and(|(old, _)| old.is_some() && *old != first);
        let more = count.saturating_sub(before.as_ref().map_or(count, |(_, old)| *old));
        let at_end = desk.at_end.get_untracked();
        if !at_end && !grown_above {
            below.update(|below| *below += more);
        }
        let drawn_any = first.is_some();
        request_animation_frame(move || {
            let Some(Some(log)) = here.try_get_untracked() else { return };
            let height = log.scroll_height();
            let before = Place { top: log.scroll_top(), ..drawn.try_get_value().unwrap_or_default() };
            let begins = drawn_any && desk.begins_at_unread();
            // What comes later above the line, of the backstage for one, does not push it away while nobody scrolls.
            let stays = !at_end && landed.try_get_value().flatten() == Some(log.scroll_top());
            let top = if at_end || begins { Some(height) } else { before.after(height, grown_above) };
            if let Some(top) = top {
                log.set_scroll_top(top);
            }
            if begins || stays {
                begin_at_unread(&log, stays);
                let _ = landed.try_set_value(Some(log.scroll_top()));
                desk.at_end.set(place(&log).at_end());
            }
            if begins {
                below.set(0);
            }
            meet_unread(desk, &log);
            // Kept only while the log is there.
            let _ = drawn.try_set_value(place(&log));
            desk.look();
        });
        (first, count)
    });
}

/// A log that shows its end goes to where the unread messages begin, if that is further up; one that was there `stays`.
fn begin_at_unread(log: &web_sys::Element, stays: bool) {
    if let Some(above) = unread_line(log).filter(|above| stays || *above < 0) {
        log.set_scroll_top(log.scroll_top() + above);
    }
}

/// The way to the unread messages is no longer offered once their beginning has been seen.
fn meet_unread(desk: Desk, log: &web_sys::Element) {
    if unread_line(log).is_some_and(|above| (0..log.client_height()).contains(&above)) {
        desk.met_unread();
    }
}

/// How far below the upper edge of what can be seen the line above the unread messages is, in pixels.
fn unread_line(log: &web_sys::Element) -> Option<i32> {
    let line: HtmlElement = log.query_selector(".fresh").ok().flatten()?.dyn_into().ok()?;
    let log: &HtmlElement = log.dyn_ref()?;
    Some(line.offset_top() - log.offset_top() - log.scroll_top())
}

fn place(log: &web_sys::Element) -> Place {
    Place { top: log.scroll_top(), seen: log.client_height(), height: log.scroll_height() }
}

fn to_end(log: NodeRef<Div>) {
    if let Some(Some(log)) = log.try_get_untracked() {
        let log: &web_sys::Element = &log;
        log.set_scroll_top(log.scroll_height());
    }
}
