//! The greeting in the chosen language, with what is left of its length.
use super::{
    form::Form,
    over,
    reception::{said, say},
    tongues::{Tongues, direction},
};
use crate::i18n::site_texts;
use leptos::prelude::*;
use merhaba_shared::protocol::limits::GREETING_CHARS;

/// The card.
#[component]
pub fn Greetings() -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let value = Memo::new(move |_| form.greetings.with(|words| said(words, form.tongue.get())));
    let ours = move || form.given.with_value(|given| given.ours.get(form.tongue.get(), "greeting"));
    let trouble = Memo::new(move |_| over(&value.read(), GREETING_CHARS, texts.greeting_long));
    let count = move || format!("{} / {GREETING_CHARS}", value.read().trim().chars().count());
    let set = move |event| {
        let text = event_target_value(&event);
        form.greetings.update(|words| say(words, form.tongue.get_untracked(), text));
    };
    view! {
        <section class="card" aria-labelledby="greeting-head">
            <h2 id="greeting-head"><label for="greeting">{texts.greeting}</label></h2>
            <p class="lead" id="greeting-lead">{texts.greeting_lead}</p>
            <Tongues id="greeting-tongue"/>
            <textarea id="greeting" rows="2" dir=move || direction(form.tongue.get()) lang=move || form.tongue.get() placeholder=ours readonly=!form.may prop:value=value
                aria-describedby="greeting-lead greeting-why" aria-invalid=move || trouble.get().is_some().then_some("true") on:input=set></textarea>
            <div class="labelled"><p class="trouble" id="greeting-why" role="status">{move || trouble.get()}</p>
                <span class="count" class:bad=move || trouble.get().is_some()>{count}</span></div>
        </section>
    }
}
