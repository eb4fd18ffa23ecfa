//! The switches for language and appearance. Nothing else is chosen here.
use crate::{
    i18n::{Lang, Texts, texts},
    prefs::{Prefs, Theme},
};
use leptos::prelude::*;

/// An appearance in words.
pub const fn theme_name(theme: Theme, texts: &Texts) -> &'static str {
    match theme {
        Theme::Auto => texts.theme_auto,
        Theme::Light => texts.theme_light,
        Theme::Dark => texts.theme_dark,
    }
}

/// Both switches, side by side.
#[component]
pub fn Choices() -> impl IntoView {
    let texts = texts();
    let prefs = expect_context::<Prefs>();
    let languages = Lang::ALL.map(|lang| {
        let on = move || (prefs.lang.get() == lang).to_string();
        view! { <button type="button" lang=lang.tag() aria-pressed=on on:click=move |_| prefs.lang.set(lang)>{lang.name()}</button> }
    });
    let themes = Theme::ALL.map(|theme| {
        let on = move || (prefs.theme.get() == theme).to_string();
        view! { <button type="button" aria-pressed=on on:click=move |_| prefs.theme.set(theme)>{theme_name(theme, texts)}</button> }
    });
    view! {
        <div class="choices">
            <div class="switch" role="group" aria-label=texts.language>{languages.into_iter().collect_view()}</div>
            <div class="switch" role="group" aria-label=texts.theme>{themes.into_iter().collect_view()}</div>
        </div>
    }
}
