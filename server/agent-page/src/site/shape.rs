//! How round the chat is, and on which side its button stands.
use super::form::Form;
use crate::i18n::{fill, site_texts};
use leptos::prelude::*;

/// As round as ours.
pub const ROUND: u8 = 16;
/// The roundest.
const ROUNDEST: u8 = 28;

/// The card.
#[component]
pub fn Shape() -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let pixels = move || fill(texts.pixels, &[("n", &form.radius.get().to_string())]);
    let set = move |event| {
        if let Ok(radius) = event_target_value(&event).parse() {
            form.radius.set(radius);
        }
    };
    let side = move |value: &'static str, words: &'static str| {
        let pressed = move || form.position.with(|side| (side == value).to_string());
        view! { <button type="button" disabled=!form.may aria-pressed=pressed on:click=move |_| form.position.set(value.into())>{words}</button> }
    };
    view! {
        <section class="card" aria-labelledby="shape-head">
            <h2 id="shape-head">{texts.shape}</h2>
            <p class="lead">{texts.shape_lead}</p>
            <div class="labelled"><label for="radius">{texts.radius}</label><span class="count">{pixels}</span></div>
            <input id="radius" type="range" min="0" max=ROUNDEST step="1" aria-valuetext=pixels disabled=!form.may prop:value=move || form.radius.get().to_string() on:input=set/>
            <div class="labelled"><b id="side-head">{texts.side}</b></div>
            <div class="switch" role="group" aria-labelledby="side-head">
                {side("", texts.side_auto)}{side("left", texts.side_left)}{side("right", texts.side_right)}
            </div>
            <p class="hint">{texts.side_hint}</p>
        </section>
    }
}
