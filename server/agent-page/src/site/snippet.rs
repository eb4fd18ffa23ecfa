//! What is pasted into a website: the line, the line with a link for browsers without script, the link, the words for
//! a Content-Security-Policy. Each can be copied; the page itself is the relay's, so its origin is the address.
use super::{
    form::Form,
    settings::{OURS, Settings},
};
use crate::{
    i18n::texts,
    icons::{CHECK, COPY, icon},
};
use js_sys::Promise;
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::browser::object::{call, get};
use merhaba_shared::contrast::Rgb;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};

/// How long "Copied" is shown.
const COPIED: Duration = Duration::from_secs(3);

/// All four.
#[component]
pub fn Snippets() -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let relay = window().location().origin().unwrap_or_default();
    let key = form.key();
    let link = [relay.as_str(), "/c/", key.as_str()].concat();
    let tag = {
        let (relay, key) = (relay.clone(), key.clone());
        Memo::new(move |_| snippet(&relay, key.as_str(), &form.typed()))
    };
    let (href, words) = (link.clone(), texts.chat_with_us);
    let both = Memo::new(move |_| {
        [tag.get().as_str(), "\n<noscript><a href=\"", &href, "\">", words, "</a></noscript>"].concat()
    });
    let policy = ["script-src ", &relay, "; frame-src ", &relay].concat();
    view! {
        <section class="card" aria-labelledby="snippet-head">
            <h2 id="snippet-head">{texts.snippet}</h2>
            <Copyable id="snippet" lead=texts.snippet_lead text=Signal::derive(move || tag.get())/>
            <h3>{texts.noscript}</h3>
            <Copyable id="noscript" lead=texts.noscript_lead text=Signal::derive(move || both.get())/>
            <h3>{texts.plain_link}</h3>
            <Copyable id="link" lead=texts.plain_link_lead text=Signal::stored(link)/>
            <h3>{texts.csp}</h3>
            <Copyable id="csp" lead=texts.csp_lead text=Signal::stored(policy)/>
        </section>
    }
}

/// The line. It carries the colour when it is not ours: before intent the loader asks the relay for nothing.
fn snippet(relay: &str, key: &str, settings: &Settings) -> String {
    let color = settings.color.as_deref().filter(|color| *color != OURS && Rgb::parse(color).is_some());
    let color = color.map(|color| [" data-color=\"", color, "\""].concat()).unwrap_or_default();
    ["<script async src=\"", relay, "/embed.js\" data-site=\"", key, "\"", &color, "></script>"].concat()
}

/// A text with a button that copies it and says so.
#[component]
fn Copyable(id: &'static str, lead: &'static str, text: Signal<String>) -> impl IntoView {
    let texts = texts();
    let done = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let clipboard = get(&window().navigator(), "clipboard");
        let written = call(&clipboard, "writeText", &text.get_untracked().into(), &JsValue::UNDEFINED);
        spawn_local(async move {
            // A browser may refuse the clipboard, and has none at all on an insecure address.
            let copied = match written.map(JsCast::dyn_into::<Promise>) {
                Some(Ok(promise)) => promise.await.is_ok(),
                _ => false,
            };
            // Told only while the page is still there.
            let _ = done.try_set(Some(copied));
            set_timeout(
                move || {
                    let _ = done.try_set(None);
                },
                COPIED,
            );
        });
    };
    let label = move || if done.get() == Some(true) { texts.copied } else { texts.copy };
    view! {
        <p class="lead">{lead}</p>
        <div class="copy">
            <pre tabindex="0" id=id dir="ltr">{text}</pre>
            <button class="btn" aria-describedby=id on:click=copy class:good=move || done.get() == Some(true)>
                {move || icon(if done.get() == Some(true) { CHECK } else { COPY })}<span aria-live="polite">{label}</span>
            </button>
        </div>
        {move || (done.get() == Some(false)).then(|| view! { <p class="trouble" role="alert">{texts.copy_failed}</p> })}
    }
}

#[cfg(test)]
mod tests {
    use super::snippet;
    use crate::site::settings::Settings;

    #[test]
    fn the_line_carries_another_colour_and_nothing_else() {
        let plain = Settings::default();
        let line = "<script async src=\"https://r.example/embed.js\" data-site=\"K\"></script>";
        assert_eq!(snippet("https://r.example", "K", &plain), line);
        let red = Settings { color: Some("#aa0000".into()), ..Settings::default() };
        assert!(snippet("https://r.example", "K", &red).ends_with(" data-color=\"#aa0000\"></script>"));
        let bad = Settings { color: Some("\"><b>".into()), ..Settings::default() };
        assert_eq!(snippet("https://r.example", "K", &bad), line);
    }
}
