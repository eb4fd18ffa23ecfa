//! The site's one colour, with what it does to reading: the numbers are computed, not guessed.
use super::{form::Form, settings::OURS};
use crate::i18n::{Lang, fill, lang, site_texts};
use leptos::prelude::*;
use merhaba_shared::contrast::{Rgb, ratio};

/// Text needs at least this contrast.
const TEXT: f64 = 4.5;
/// A control needs at least this contrast with what is behind it.
const CONTROL: f64 = 3.0;

/// The card.
#[component]
pub fn Colour() -> impl IntoView {
    let (texts, lang) = (site_texts(), lang());
    let form = expect_context::<Form>();
    let color = Memo::new(move |_| Rgb::parse(form.color.get().trim()));
    let facts = move || {
        color.get().map(|color| {
            let ink = if color.takes_white() { texts.white } else { texts.black };
            let text = fill(texts.contrast_text, &[("ink", ink), ("n", &figure(color.with_text(), lang))]);
            let page = fill(texts.contrast_page, &[("n", &figure(color.with_white(), lang))]);
            let (low, dim) = (color.with_white() < CONTROL, color.with_text() < TEXT);
            view! {
                <p class="fact" class:warn=dim>{text}</p>
                <p class="fact" class:warn=low>{page}{low.then(|| [". ", texts.contrast_page_low].concat())}</p>
            }
        })
    };
    let bad = move || color.get().is_none();
    // The picker can only show a whole colour; while the field holds half a one it keeps the last.
    let picker = move || if bad() { OURS.to_owned() } else { form.color.get().trim().to_ascii_lowercase() };
    let set = move |event: leptos::ev::Event| form.color.set(event_target_value(&event));
    view! {
        <section class="card" aria-labelledby="colour-head">
            <h2 id="colour-head">{texts.colour}</h2>
            <p class="lead">{texts.colour_lead}</p>
            <div class="line">
                <input id="picker" type="color" aria-labelledby="colour-head" disabled=!form.may prop:value=picker on:input=set/>
                <input id="hex" class="hex" type="text" dir="ltr" spellcheck="false" autocomplete="off" aria-label=texts.hex readonly=!form.may
                    prop:value=form.color aria-invalid=move || bad().then_some("true") aria-describedby="hex-why" on:input=set/>
                {move || (form.may && form.color.get() != OURS).then(|| view! {
                    <button class="btn" on:click=move |_| form.color.set(OURS.into())>{texts.default_colour}</button>
                })}
            </div>
            <p class="trouble" id="hex-why" role="status">{move || bad().then_some(texts.hex_bad)}</p>
            <div class="facts">{facts}</div>
        </section>
    }
}

/// "4.9", or "4,9" in Turkish.
fn figure(value: f64, lang: Lang) -> String {
    let text = format!("{:.1}", ratio(value));
    if lang == Lang::Tr { text.replace('.', ",") } else { text }
}
