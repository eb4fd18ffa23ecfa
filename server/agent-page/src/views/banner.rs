//! What the line to the relay looks like, in one sentence. Says nothing while all is well.
use crate::{
    app,
    desk::Desk,
    i18n::{fill, texts},
    icons::{CHECK, RETRY, icon},
};
use leptos::prelude::*;
use merhaba_shared::{
    client::Line,
    protocol::close::{REFRESH, REVOKED},
};

/// The banner over the columns.
#[component]
pub fn Banner() -> impl IntoView {
    let texts = texts();
    let line = Desk::here().line();
    let again = move |label: &'static str| view! { <button on:click=move |_| app::leave()>{label}</button> };
    let shown = move || match line.get() {
        Line::Starting | Line::Live | Line::Restarting => ().into_any(),
        Line::Lost => {
            view! { <div class="banner">{icon(RETRY)}<span>{texts.offline}</span></div> }.into_any()
        }
        Line::Back => {
            view! { <div class="banner good">{icon(CHECK)}<span>{texts.line_back}</span></div> }.into_any()
        }
        Line::Stopped(code) if code == REVOKED.code => {
            view! { <div class="banner bad"><span>{texts.revoked}</span>{again(texts.sign_in)}</div> }
                .into_any()
        }
        Line::Stopped(code) if code == REFRESH.code => {
            view! { <div class="banner"><span>{texts.refresh}</span>{again(texts.load_again)}</div> }
                .into_any()
        }
        Line::Stopped(code) => {
            let words = fill(texts.stopped, &[("n", &code.to_string())]);
            view! { <div class="banner bad"><span>{words}</span>{again(texts.load_again)}</div> }.into_any()
        }
    };
    view! { <div id="line" role="status">{shown}</div> }
}
