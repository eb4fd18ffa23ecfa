//! The languages that the chat speaks, and the switch between them: what is written on the cards is written in the one
//! that is chosen, and the preview shows that one. What is left empty shows what its visitors read instead.
use super::{
    form::Form,
    reception::{Words, said},
};
use crate::{i18n::site_texts, rest};
use js_sys::{Array, Object};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Each with its own name for itself.
pub const TONGUES: [(&str, &str); 8] = [
    ("en", "English"),
    ("tr", "Türkçe"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("ar", "العربية"),
    ("ru", "Русский"),
];

/// Our own texts, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours(Vec<(String, Words)>);

impl Ours {
    /// Reads what the relay told with a site.
    pub fn read(json: &JsValue) -> Self {
        let all = rest::get(json, "ours").dyn_into::<Object>().map(|all| Object::entries(&all));
        let pair = |pair: JsValue| {
            let pair: Array = pair.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, super::reception::words(&pair.get(1))))
        };
        Self(all.map(|all| all.iter().filter_map(pair).collect()).unwrap_or_default())
    }

    /// One of them.
    pub fn get(&self, tongue: &str, name: &str) -> String {
        self.0.iter().find(|(tag, _)| tag == tongue).map(|(_, words)| said(words, name)).unwrap_or_default()
    }
}

/// What visitors of a language read of a text that has none in it: English, else whatever there is.
pub fn instead(words: &Words, tongue: &str) -> String {
    let others = || words.iter().filter(|(tag, text)| tag != tongue && !text.trim().is_empty());
    let english = others().find(|(tag, _)| tag == "en");
    english.or_else(|| others().next()).map(|(_, text)| text.clone()).unwrap_or_default()
}

/// The direction of a field in a language: of what is typed, and while nothing is, of what stands there in grey.
pub fn direction(tongue: &str) -> &'static str {
    if tongue == "ar" { "rtl" } else { "auto" }
}

/// The switch. Every card that holds texts has one; they are the same switch.
#[component]
pub fn Tongues(id: &'static str) -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let options = TONGUES.map(|(tag, name)| {
        view! { <option value=tag lang=tag selected=move || form.tongue.get() == tag>{name}</option> }
    });
    let picked = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        if let Some((tag, _)) = TONGUES.into_iter().find(|(tag, _)| *tag == value) {
            form.tongue.set(tag);
        }
    };
    view! {
        <div class="tongue"><label for=id>{texts.tongue}</label>
            <select id=id on:change=picked prop:value=move || form.tongue.get()>{options.into_iter().collect_view()}</select></div>
    }
}

#[cfg(test)]
mod tests {
    use super::instead;

    #[test]
    fn english_stands_in_then_whatever_there_is() {
        let pair = |tag: &str, text: &str| (tag.to_owned(), text.to_owned());
        let both = vec![pair("de", "Thema"), pair("en", "Topic"), pair("tr", "Konu")];
        assert_eq!((instead(&both, "ru"), instead(&both, "en")), ("Topic".into(), "Thema".into()));
        assert_eq!(instead(&vec![pair("tr", "Konu")], "tr"), "");
        assert_eq!(instead(&vec![pair("en", " "), pair("tr", "Konu")], "ar"), "Konu");
    }
}
