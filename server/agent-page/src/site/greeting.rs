//! The greeting in each language of the widget, with what is left of its length.
use super::{form::Form, over};
use crate::i18n::{Lang, texts};
use leptos::prelude::*;
use merhaba_shared::protocol::limits::GREETING_CHARS;

/// The card.
#[component]
pub fn Greetings() -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    view! {
        <section class="card" aria-labelledby="greeting-head">
            <h2 id="greeting-head">{texts.greeting}</h2>
            <p class="lead">{texts.greeting_lead}</p>
            <Field lang=Lang::En text=form.en/>
            <Field lang=Lang::Tr text=form.tr/>
        </section>
    }
}

/// Our own greeting, where the owner wrote none.
pub const fn ours(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "Hello! How can we help?",
        Lang::Tr => "Merhaba! Nasıl yardımcı olalım?",
    }
}

#[component]
fn Field(lang: Lang, text: RwSignal<String>) -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let id = ["greeting-", lang.tag()].concat();
    let why = ["greeting-", lang.tag(), "-why"].concat();
    let trouble = Memo::new(move |_| over(&text.read(), GREETING_CHARS, texts.greeting_long));
    let count = move || format!("{} / {GREETING_CHARS}", text.read().trim().chars().count());
    view! {
        <div class="labelled"><label for=id.clone() lang=lang.tag()>{lang.name()}</label><span class="count" class:bad=move || trouble.get().is_some()>{count}</span></div>
        <textarea id=id rows="2" dir="auto" lang=lang.tag() placeholder=ours(lang) readonly=!form.may prop:value=text
            aria-describedby=why.clone() aria-invalid=move || trouble.get().is_some().then_some("true")
            on:input=move |event| text.set(event_target_value(&event))></textarea>
        <p class="trouble" id=why role="status">{move || trouble.get()}</p>
    }
}
