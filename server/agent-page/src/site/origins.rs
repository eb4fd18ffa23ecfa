//! The list of websites that may show the chat. What is wrong with a line is said under that line.
use super::{
    form::{Form, Line},
    settings::origin_trouble,
};
use crate::{
    i18n::{fill, site_texts},
    icons::{CLOSE, PLUS, icon},
    keys,
};
use leptos::prelude::*;

/// The card.
#[component]
pub fn Origins() -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let add = move |_| {
        let line = form.line(String::new());
        form.origins.update(|lines| lines.push(line));
        let field = format!("#origin-{}", line.number);
        request_animation_frame(move || {
            keys::focus(&field);
        });
    };
    let none =
        move || form.origins.with(Vec::is_empty).then(|| view! { <p class="hint">{texts.no_origins}</p> });
    view! {
        <section class="card" aria-labelledby="origins-head">
            <h2 id="origins-head">{texts.origins}</h2>
            <p class="lead">{texts.origins_lead}</p>
            {none}
            <For each=move || form.origins.get() key=|line| line.number children=|line| view! { <Field line/> }/>
            {form.may.then(|| view! { <button class="btn" id="add-origin" on:click=add>{icon(PLUS)}{texts.add_origin}</button> })}
        </section>
    }
}

/// One website.
#[component]
fn Field(line: Line) -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let left = RwSignal::new(!line.text.get_untracked().is_empty());
    let place = Memo::new(move |_| {
        form.origins.with(|lines| lines.iter().position(|it| *it == line)).unwrap_or_default()
    });
    let trouble = Memo::new(move |_| {
        let text = line.text.get();
        let said = form.refused.get().filter(|(value, _)| *value == text.trim());
        if let Some((_, why)) = said {
            return Some(fill(texts.origin_refused, &[("why", &why)]));
        }
        let twice = form
            .origins
            .with(|lines| lines.iter().take(place.get()).any(|other| other.text.get().trim() == text.trim()));
        // Nobody is told off in the middle of typing.
        left.get()
            .then(|| {
                if twice && !text.trim().is_empty() {
                    Some(texts.origin_twice)
                } else {
                    origin_trouble(&text, texts)
                }
            })
            .flatten()
            .map(str::to_owned)
    });
    let id = format!("origin-{}", line.number);
    let why = format!("origin-{}-why", line.number);
    let label = move || fill(texts.origin, &[("n", &(place.get() + 1).to_string())]);
    let remove = move |_| form.origins.update(|lines| lines.retain(|it| *it != line));
    let removes = move || fill(texts.remove_origin, &[("name", &line.text.get())]);
    view! {
        <div class="line">
            <input id=id type="url" inputmode="url" dir="ltr" spellcheck="false" autocapitalize="none" autocomplete="off"
                placeholder="https://www.example.com" aria-label=label readonly=!form.may prop:value=line.text
                aria-invalid=move || trouble.get().is_some().then_some("true") aria-describedby=why.clone()
                on:input=move |event| line.text.set(event_target_value(&event)) on:blur=move |_| left.set(true)/>
            {form.may.then(|| view! { <button class="icon" aria-label=removes on:click=remove>{icon(CLOSE)}</button> })}
        </div>
        <p class="trouble" id=why role="status">{move || trouble.get()}</p>
    }
}
