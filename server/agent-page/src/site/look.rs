//! The site's name. Visitors read it at the top of the chat.
use super::{form::Form, over};
use crate::i18n::site_texts;
use leptos::prelude::*;
use merhaba_shared::protocol::limits::NAME_CHARS;

/// The card.
#[component]
pub fn Name() -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let trouble = Memo::new(move |_| {
        let name = form.name.get();
        if name.trim().is_empty() {
            Some(texts.name_blank.to_owned())
        } else {
            over(&name, NAME_CHARS, texts.greeting_long)
        }
    });
    view! {
        <section class="card" aria-labelledby="name-head">
            <h2 id="name-head"><label for="site-name">{texts.site_name}</label></h2>
            <p class="lead" id="name-lead">{texts.site_name_lead}</p>
            <input id="site-name" type="text" dir="auto" autocomplete="off" readonly=!form.may
                prop:value=form.name aria-describedby="name-lead name-why" aria-invalid=move || trouble.get().is_some().then_some("true")
                on:input=move |event| form.name.set(event_target_value(&event))/>
            <p class="trouble" id="name-why" role="status">{move || trouble.get()}</p>
        </section>
    }
}
