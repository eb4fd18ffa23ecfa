//! The widget as visitors will see it, drawn here in the widget's own styles inside a shadow root, so that neither
//! page's styles touch the other's. It is a picture: nothing in it can be pressed, and it asks the relay for nothing.
use super::{form::Form, greeting::ours, settings::OURS};
use crate::{
    i18n::{Lang, texts},
    icons::{CLOSE, PHONE, SCREEN, SEND, TALK, icon},
    people,
};
use leptos::{html::Div, prelude::*, web_sys};
use merhaba_shared::contrast::Rgb;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, HtmlElement, ShadowRootInit, ShadowRootMode};

/// The widget's own sheets, and how a preview holds them.
const SHEETS: [&str; 4] = [
    include_str!("../../../../shared/src/layout/tokens.css"),
    include_str!("../../../../widget/styles/frame.css"),
    include_str!("../../../../widget/styles/log.css"),
    include_str!("../../../../widget/styles/composer.css"),
];
const OWN: &str = include_str!("preview.css");

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Scene {
    phone: RwSignal<bool>,
    dark: RwSignal<bool>,
    lang: RwSignal<Lang>,
}

/// The preview with its switches.
#[component]
pub fn Preview() -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let scene = Scene {
        phone: RwSignal::new(false),
        dark: RwSignal::new(false),
        lang: RwSignal::new(crate::i18n::lang()),
    };
    let stage = NodeRef::<Div>::new();
    let filled = StoredValue::new(false);
    let held = StoredValue::new_local(None);
    Effect::new(move || {
        let Some(stage) = stage.get() else { return };
        if !filled.get_value() {
            filled.set_value(true);
            held.set_value(fill_shadow(&stage, form, scene).ok());
        }
    });
    let color = move || {
        let color = form.color.get().trim().to_ascii_lowercase();
        if Rgb::parse(&color).is_some() { color } else { OURS.into() }
    };
    let on = move || if Rgb::parse(&color()).is_none_or(Rgb::takes_white) { "#fff" } else { "#000" };
    let flip = |signal: RwSignal<bool>, value: bool, words: &'static str, face: Option<&'static str>| {
        let pressed = move || (signal.get() == value).to_string();
        view! { <button type="button" aria-pressed=pressed on:click=move |_| signal.set(value)>{face.map(icon)}{words}</button> }
    };
    let tongues = Lang::ALL.map(|lang| {
        let pressed = move || (scene.lang.get() == lang).to_string();
        view! { <button type="button" lang=lang.tag() aria-pressed=pressed on:click=move |_| scene.lang.set(lang)>{lang.name()}</button> }
    });
    view! {
        <section class="preview" aria-labelledby="preview-head">
            <h2 id="preview-head">{texts.preview}</h2>
            <p class="lead">{texts.preview_lead}</p>
            <div class="choices">
                <div class="switch" role="group">{flip(scene.phone, false, texts.desktop, Some(SCREEN))}{flip(scene.phone, true, texts.phone, Some(PHONE))}</div>
                <div class="switch" role="group">{flip(scene.dark, false, texts.light, None)}{flip(scene.dark, true, texts.dark, None)}</div>
                <div class="switch" role="group">{tongues.into_iter().collect_view()}</div>
            </div>
            <div class="stage" id="preview" role="img" aria-label=texts.preview inert node_ref=stage class:phone=scene.phone
                data-theme=move || if scene.dark.get() { "dark" } else { "light" } style=("--site", color) style=("--on-site", on)></div>
        </section>
    }
}

type Mounted = UnmountHandle<AnyViewState>;
type AnyViewState = <AnyView as Render>::State;

/// Puts the picture into a shadow root of the stage.
fn fill_shadow(stage: &HtmlElement, form: Form, scene: Scene) -> Result<Mounted, JsValue> {
    let shadow = stage.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?;
    let sheet = CssStyleSheet::new()?;
    sheet.replace_sync(&[&SHEETS.map(to_host).concat(), OWN].concat())?;
    shadow.set_adopted_style_sheets(&js_sys::Array::of1(&sheet));
    let inside: HtmlElement = document().create_element("div")?.unchecked_into();
    inside.set_class_name("inside");
    shadow.append_child(&inside)?;
    Ok(mount_to(inside, move || view! { <Picture form scene/> }.into_any()))
}

/// The sheets speak of a document; here the stage stands for it.
fn to_host(sheet: &str) -> String {
    sheet
        .replace(":root:not([data-theme=\"light\"])", ":host([data-theme=\"never\"])")
        .replace("[data-theme=\"dark\"] {", ":host([data-theme=\"dark\"]) {")
        .replace(":root {", ":host {")
        .replace("  --site: #0b7a75;", "")
        .replace("  --on-site: #fff;", "")
}

/// The panel with a short conversation, and the launcher under it.
#[component]
fn Picture(form: Form, scene: Scene) -> impl IntoView {
    let words = move |pick: fn(&crate::i18n::Texts) -> &'static str| move || pick(scene.lang.get().texts());
    let name = move || form.name.get();
    let face = move || people::initials(&form.name.get(), scene.lang.get());
    let greeting = move || {
        let lang = scene.lang.get();
        let typed = match lang {
            Lang::En => form.en.get(),
            Lang::Tr => form.tr.get(),
        };
        if typed.trim().is_empty() { ours(lang).to_owned() } else { typed.trim().to_owned() }
    };
    view! {
        <div class="panel">
            <header class="head">
                <div class="face">{face}</div>
                <div class="who"><h1 dir="auto">{name}</h1><p id="sub" data-online="true">{words(|texts| texts.online)}</p></div>
                <span class="icon">{icon(CLOSE)}</span>
            </header>
            <div id="log">
                <div class="row last"><div class="face">{face}</div><div class="bubble" dir="auto">{greeting}</div></div>
                <div class="gap"></div>
                <div class="row me last"><div class="bubble">{words(|texts| texts.preview_question)}</div></div>
                <div class="mark me">"14:02 · "{words(|texts| texts.read)}</div>
                <div class="row last"><div class="face">{face}</div><div class="bubble">{words(|texts| texts.preview_answer)}</div></div>
                <div class="mark">"Elif · 14:03"</div>
            </div>
            <div class="compose"><span id="t">{words(|texts| texts.write)}</span><span class="send">{icon(SEND)}</span></div>
        </div>
        <div class="launcher">{icon(TALK)}</div>
    }
}
