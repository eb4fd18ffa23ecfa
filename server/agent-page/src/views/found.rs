//! The search field over the list, and what was found in the list's place. The list itself stays as it was behind it. What
//! people wrote is text, piece by piece.
use super::row::site_name_of;
use crate::{
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{CLOSE, LOOK, icon},
    keys, people,
    route::Route,
    search::{FoundTag, Hit, Kind, Search, State},
    time,
};
use leptos::{
    ev::KeyboardEvent,
    html::{Div, Input},
    prelude::*,
};

/// So near the end of the hits, in pixels, the next page is asked for.
const NEAR: i32 = 400;
/// The longest search in characters, as the relay reads it.
const SEARCH_CHARS: usize = 200;

/// The field.
#[component]
pub fn SearchField(search: Search) -> impl IntoView {
    let texts = texts();
    let field = NodeRef::<Input>::new();
    let typed = move |_| {
        if let Some(field) = field.get_untracked() {
            search.type_in(field.value());
        }
    };
    let clear = move || {
        if let Some(field) = field.get_untracked() {
            field.set_value("");
            // Whoever cleared it goes on typing, or leaves with the next Esc.
            let _ = field.focus();
        }
        search.type_in(String::new());
    };
    let pressed = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.prevent_default();
            clear();
            if let Some(field) = field.get_untracked() {
                let _ = field.blur();
            }
        }
        "ArrowDown" if keys::focus("#found .item") => event.prevent_default(),
        "Enter" if !event.is_composing() && keys::press_first() => event.prevent_default(),
        _ => {}
    };
    view! {
        <div class="search" role="search">
            {icon(LOOK)}
            <input id="search" type="text" inputmode="search" enterkeyhint="search" autocomplete="off" spellcheck="false" dir="auto"
                maxlength=SEARCH_CHARS.to_string() aria-label=texts.search placeholder=texts.search_hint aria-keyshortcuts="/"
                prop:value=move || search.typed.get() node_ref=field on:input=typed on:keydown=pressed/>
            {move || if search.is_on() {
                view! { <button class="icon" type="button" aria-label=texts.search_clear title=texts.search_clear on:click=move |_| clear()>{icon(CLOSE)}</button> }.into_any()
            } else {
                view! { <kbd class="keys" aria-hidden="true">"/"</kbd> }.into_any()
            }}
        </div>
    }
}

/// What was found.
#[component]
pub fn Found(search: Search) -> impl IntoView {
    let texts = texts();
    let list = NodeRef::<Div>::new();
    let scrolled = move |_| {
        if let Some(list) = list.get_untracked()
            && list.scroll_height() - list.scroll_top() - list.client_height() < NEAR
        {
            search.more();
        }
    };
    let none = move || search.hits.with(Vec::is_empty) && search.tags.with(Vec::is_empty);
    let under = move || {
        match (search.state.get(), none()) {
        (State::Failed, _) => view! {
            <div class="empty"><p role="alert">{texts.search_failed}</p><button class="btn" on:click=move |_| search.again()>{texts.retry}</button></div>
        }
        .into_any(),
        (State::Found, true) => view! {
            <div class="empty">{icon(LOOK)}<p dir="auto">{fill(texts.search_none, &[("text", search.typed.get_untracked().trim())])}</p><p class="hint">{texts.search_none_lead}</p></div>
        }
        .into_any(),
        (State::Asked, true) => view! { <p class="word">{texts.searching}</p> }.into_any(),
        _ => ().into_any(),
    }
    };
    let all = move || search.hits.with(Vec::len) + search.tags.with(Vec::len);
    let told = move || match (search.state.get(), all()) {
        (State::Asked, 0) => texts.searching.to_owned(),
        (State::Found, 1) => texts.found_one.into(),
        (State::Found, count) if count > 0 => fill(texts.found_other, &[("n", &count.to_string())]),
        _ => String::new(),
    };
    view! {
        <div class="list found" id="found" role="group" aria-label=texts.found node_ref=list on:scroll=scrolled
            aria-busy=move || (search.state.get() == State::Asked).to_string()>
            <p class="heard" role="status">{told}</p>
            {move || search.tags.get().into_iter().map(|found| view! { <OneTag search found/> }).collect_view()}
            {move || search.hits.get().into_iter().map(|hit| view! { <One hit/> }).collect_view()}
            {under}
        </div>
    }
}

/// A tag: what has it becomes the list.
#[component]
fn OneTag(search: Search, found: FoundTag) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let FoundTag { tag, snippet } = found;
    let follow = move |_| {
        search.type_in(String::new());
        desk.show_tagged(tag.clone());
    };
    view! {
        <button class="item" type="button" on:click=follow>
            <span class="face" aria-hidden="true">"#"</span>
            <b dir="auto">{pieces(snippet)}</b>
            <small>{texts.found_tag}</small>
        </button>
    }
}

/// A text with what was looked for marked in it.
fn pieces(snippet: Vec<(String, bool)>) -> impl IntoView {
    let piece = |(text, hit): (String, bool)| {
        if hit { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    };
    snippet.into_iter().map(piece).collect_view()
}

/// One hit: a link to its place.
#[component]
fn One(hit: Hit) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let Hit { kind, place, site, visitor, at, author, resolved, snippet } = hit;
    let many = desk.peek(|client| client.sites().len() > 1);
    let site = many.then(|| desk.peek(|client| site_name_of(client.sites(), &site)));
    let by = match (kind, author) {
        (Kind::Person, _) => Some(texts.found_person.to_owned()),
        (Kind::Note, Some(name)) => Some(fill(texts.found_note, &[("name", &name)])),
        (_, name) => name,
    };
    let small = [by, site, resolved.then(|| texts.is_resolved.to_owned())];
    let small = small.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let (route, here) = (Route::Conversation(place.conversation.clone()), place.clone());
    let open = Memo::new(move |_| desk.sought.with(|sought| sought.as_ref() == Some(&here)));
    let follow = move |event: leptos::ev::MouseEvent| {
        if event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
        {
            event.prevent_default();
            desk.go_to(place.clone());
        }
    };
    view! {
        <a class="item" class:notes=kind == Kind::Note href=route.path() aria-current=move || open.get().then_some("true") on:click=follow>
            <span class="face" aria-hidden="true">{people::visitor_face(&visitor, lang)}</span>
            <b dir="auto">{people::visitor(&visitor, texts)}</b>
            <time>{time::short(at, desk.now_once(), lang)}</time>
            <p dir="auto">{pieces(snippet)}</p>
            {(!small.is_empty()).then(|| view! { <small dir="auto">{small}</small> })}
        </a>
    }
}
