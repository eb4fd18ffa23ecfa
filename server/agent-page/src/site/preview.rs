//! The chat as visitors will see it: the relay draws its own document with what is typed here, and a frame that keeps and
//! sends nothing shows it (`widget/parts/preview.js`). Only the piece of a page around it and the launcher are drawn here.
use super::{form::Form, settings::OURS, tongues::Tongues};
use crate::{
    desk::Desk,
    i18n::{SiteTexts, site_texts},
    icons::{CHEVRON, PHONE, SCREEN, icon},
    rest,
};
use js_sys::JSON;
use leptos::{html::Div, prelude::*};
use merhaba_shared::{
    browser::{object::call, tabs::merhaba},
    contrast::Rgb,
};
use wasm_bindgen::JsValue;

/// What can be looked at: the relay's word for it, and ours.
type Scene = (&'static str, fn(&SiteTexts) -> &'static str);
const SCENES: [Scene; 4] = [
    ("open", |texts| texts.scene_open),
    ("away", |texts| texts.scene_away),
    ("closed", |texts| texts.scene_closed),
    ("talk", |texts| texts.scene_talk),
];

/// How it is looked at.
#[derive(Clone, Copy)]
struct Look {
    phone: RwSignal<bool>,
    dark: RwSignal<bool>,
    scene: RwSignal<String>,
}

/// The preview with its switches.
#[component]
pub fn Preview() -> impl IntoView {
    let (texts, desk) = (site_texts(), Desk::here());
    let framed = may_frame();
    if !framed && !desk.has_drafts() {
        load_again();
    }
    let look = Look {
        phone: RwSignal::new(false),
        dark: RwSignal::new(false),
        scene: RwSignal::new(SCENES[0].0.into()),
    };
    view! {
        <section class="preview" aria-labelledby="preview-head">
            <h2 id="preview-head">{texts.preview}</h2>
            <p class="lead">{texts.preview_lead}</p>
            {if framed {
                view! { <Switches look/><Stage look/> }.into_any()
            } else {
                // An answer is begun in the inbox, which loading anew would forget.
                view! { <button type="button" class="btn" on:click=move |_| load_again()>{texts.load_again}</button> }.into_any()
            }}
            <p class="hint" id="preview-said" role="status"></p>
        </section>
    }
}

/// Whether this document may frame one of the relay's: only the owner's page may, and it is told when it is loaded.
fn may_frame() -> bool {
    document()
        .document_element()
        .is_some_and(|root| root.get_attribute("data-owners").as_deref() == Some("yes"))
}

fn load_again() {
    // A page that cannot be loaded again keeps the button for it.
    let _ = window().location().reload();
}

#[component]
fn Switches(look: Look) -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let flip = |signal: RwSignal<bool>, value: bool, words: &'static str, face: Option<&'static str>| {
        let pressed = move || (signal.get() == value).to_string();
        view! { <button type="button" aria-pressed=pressed on:click=move |_| signal.set(value)>{face.map(icon)}{words}</button> }
    };
    let scenes = SCENES.map(|(word, words)| {
        // A site without hours is never closed.
        let off = move || word == "closed" && !form.reception.with(|it| it.has_hours);
        view! { <option value=word disabled=off selected=move || look.scene.with(|it| it == word)>{words(texts)}</option> }
    });
    view! {
        <div class="choices">
            <div class="switch" role="group" aria-label=texts.screen>{flip(look.phone, false, texts.desktop, Some(SCREEN))}{flip(look.phone, true, texts.phone, Some(PHONE))}</div>
            <div class="switch" role="group" aria-label=texts.theme>{flip(look.dark, false, texts.light, None)}{flip(look.dark, true, texts.dark, None)}</div>
        </div>
        <div class="picks"><div class="tongue"><label for="scene">{texts.scene}</label>
            <select id="scene" on:change=move |event| look.scene.set(event_target_value(&event))>{scenes.into_iter().collect_view()}</select></div>
        <Tongues id="preview-tongue"/></div>
    }
}

/// A piece of a website's page, with the frame and the launcher at their places.
#[component]
fn Stage(look: Look) -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let stage = NodeRef::<Div>::new();
    let key = form.key();
    Effect::new(move || {
        let Some(stage) = stage.get() else { return };
        let settings = JSON::stringify(&form.typed().write()).map_or_else(|_| String::new(), String::from);
        let theme = if look.dark.get() { "dark" } else { "light" };
        let action = ["/preview/", key.as_str(), "?lang=", form.tongue.get(), "#", theme].concat();
        let scene = look.scene.get();
        // A frame on a phone has other edges; the document itself need not be drawn anew.
        show(&stage, &action, &settings, &scene, texts);
    });
    let color = move || {
        let color = form.color.get().trim().to_ascii_lowercase();
        if Rgb::parse(&color).is_some() { color } else { OURS.into() }
    };
    let on = move || if Rgb::parse(&color()).is_none_or(Rgb::takes_white) { "#fff" } else { "#000" };
    let round = move || [form.radius.get().to_string().as_str(), "px"].concat();
    let side = move || match form.position.get().as_str() {
        "left" => "left",
        "right" => "right",
        _ if form.tongue.get() == "ar" => "left",
        _ => "right",
    };
    view! {
        <div class="stage" id="preview" node_ref=stage class:phone=look.phone data-side=side
            data-theme=move || if look.dark.get() { "dark" } else { "light" }
            style=("--site", color) style=("--on-site", on) style=("--round", round)>
            <span class="launcher" aria-hidden="true">{icon(CHEVRON)}</span>
        </div>
    }
}

fn show(stage: &JsValue, action: &str, settings: &str, scene: &str, texts: &SiteTexts) {
    let data = rest::object(&[
        ("stage", stage.clone()),
        ("action", action.into()),
        ("fields", rest::object(&[("settings", settings.into()), ("scene", scene.into())])),
        ("title", texts.preview.into()),
        ("partly", texts.preview_partly.into()),
        ("failed", texts.preview_failed.into()),
    ]);
    call(&merhaba(), "part", &"preview".into(), &data);
}
