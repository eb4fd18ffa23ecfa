//! What is known of the visitor and the conversation: a column where there is room, else a sheet. Who that is, is drawn by
//! `person`.
use super::{
    person::{Attributes, Head, Known, Pages, PastOnes},
    row::site_name,
    sorting::{Tags, priority_name, snoozed_words},
};
use crate::{
    desk::Desk,
    i18n::{Texts, fill, lang, texts},
    icons::{CLOSE, icon},
    people, rest, time,
};
use js_sys::JSON;
use leptos::prelude::*;
use merhaba_shared::protocol::{agent::InboxRow, model::Status};
use wasm_bindgen::JsCast;

/// The column of details.
#[component]
pub fn Side() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let (open, shown) = (move || desk.details.get(), desk.beside());
    let which = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.conversation.clone())));
    let label = move || {
        let name = row.with(|row| row.as_ref().map(|row| people::visitor(&row.visitor, texts)));
        name.map(|name| fill(texts.about, &[("name", &name)]))
    };
    // The sheet stays while its facts change: a tag may be half typed in it.
    move || {
        which.get().map(|id| {
            view! {
                <div class="veil side-veil" class:open=open on:click=move |_| desk.details.set(false)></div>
                <aside class="side" class:open=open class:shut=move || !shown.get() aria-label=label>
                    <button class="icon close" aria-label=texts.close on:click=move |_| desk.show_details(false)>{icon(CLOSE)}</button>
                    {move || row.get().map(|row| view! { <Visitor row/> })}
                    <Pages row/>
                    <Attributes/>
                    <PastOnes/>
                    {move || row.get().map(|row| view! { <Facts row/> })}
                    <section><h3>{texts.tags}</h3><Tags id/></section>
                </aside>
            }
        })
    }
}

/// What they said of themself, and what is known of them.
#[component]
fn Visitor(row: InboxRow) -> impl IntoView {
    let (texts, lang) = (texts(), lang());
    let visitor = row.visitor;
    let name = visitor.name.clone().filter(|name| !name.trim().is_empty());
    let name = name.map(|name| view! { <dt>{texts.name}</dt><dd><span dir="auto">{name}</span>" "<small class="tag">{texts.claimed}</small></dd> });
    let said = visitor.about.as_ref().map(|about| about_lines(&about.0, texts));
    let tongue = time::tongue(&visitor.locale, lang).unwrap_or_else(|| texts.unknown.into());
    let number = visitor.number;
    let (face, called) = (people::visitor_face(&visitor, lang), people::visitor(&visitor, texts));
    view! {
        <section>
            <Head face name=called/>
            <h3>{texts.person}</h3>
            <dl>{name}{said}<dt>{texts.number}</dt><dd>{number}</dd><dt>{texts.their_language}</dt><dd>{tongue}</dd><Known/></dl>
        </section>
    }
}

/// Where the conversation stands.
#[component]
fn Facts(row: InboxRow) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let status = match row.status {
        Status::Resolved => texts.is_resolved.to_owned(),
        Status::Snoozed => snoozed_words(&row, texts).unwrap_or_else(|| texts.snoozed.into()),
        Status::Open => texts.open.into(),
    };
    let assigned = row.assignee.as_ref().map_or_else(|| texts.nobody.to_owned(), |agent| agent.name.clone());
    let site = desk.peek(|client| site_name(client.sites(), &row));
    view! {
        <section>
            <h3>{texts.conversation}</h3>
            <dl>
                <dt>{texts.status}</dt><dd>{status}</dd>
                <dt>{texts.priority}</dt><dd>{priority_name(row.triage.priority, texts)}</dd>
                <dt>{texts.assigned}</dt><dd dir="auto">{assigned}</dd>
                <dt>{texts.began}</dt><dd>{time::full(row.created_at, lang)}</dd>
                <dt>{texts.site}</dt><dd dir="auto">{site}</dd>
            </dl>
        </section>
    }
}

/// What they said of themself before the first message; all of it only claimed.
fn about_lines(json: &str, texts: &'static Texts) -> AnyView {
    let about = JSON::parse(json).unwrap_or_default();
    let line =
        |label: String, value: String| view! { <dt dir="auto">{label}</dt><dd dir="auto">{value}</dd> };
    let known = [("email", texts.email), ("phone", texts.telephone)];
    let known = known.map(|(key, label)| rest::text(&about, key).map(|value| line(label.into(), value)));
    let answers = rest::get(&about, "answers").dyn_into::<js_sys::Array>().unwrap_or_default();
    let answers = answers
        .iter()
        .filter_map(|answer| Some(line(rest::text(&answer, "question")?, rest::text(&answer, "answer")?)));
    let agreed = rest::get(&about, "consent")
        .is_truthy()
        .then(|| view! { <dt>{texts.consent}</dt><dd>{texts.agreed}</dd> });
    view! { {known.into_iter().collect_view()}{answers.collect_view()}{agreed} }.into_any()
}
