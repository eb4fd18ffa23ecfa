//! What is pasted into a website: the line, the line with a link for browsers without script, the link, the words for
//! a Content-Security-Policy. Each can be copied; the page itself is the relay's, so its origin is the address.
use super::{
    form::Form,
    settings::{OURS, Settings},
};
use crate::{
    i18n::site_texts,
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
    let texts = site_texts();
    let form = expect_context::<Form>();
    let relay = window().location().origin().unwrap_or_default();
    let key = form.key();
    let link = [relay.as_str(), "/c/", key.as_str()].concat();
    let pinned = RwSignal::new(false);
    let tag = {
        let plain = line(&relay, key.as_str());
        let exact = form.given.with_value(|given| given.pinned.clone());
        Memo::new(move |_| with_look(if pinned.get() { &exact } else { &plain }, &form.typed()))
    };
    let lead = move || if pinned.get() { texts.pinned_lead } else { texts.snippet_lead };
    let pressed = move |on: bool| move || (pinned.get() == on).to_string();
    let (href, words) = (link.clone(), texts.chat_with_us);
    let both = Memo::new(move |_| {
        [tag.get().as_str(), "\n<noscript><a href=\"", &href, "\">", words, "</a></noscript>"].concat()
    });
    let policy = ["script-src ", &relay, "; frame-src ", &relay].concat();
    view! {
        <section class="card" aria-labelledby="snippet-head">
            <h2 id="snippet-head">{texts.snippet}</h2>
            <div class="switch" role="group" aria-labelledby="snippet-head">
                <button type="button" aria-pressed=pressed(false) on:click=move |_| pinned.set(false)>{texts.follows}</button>
                <button type="button" id="pinned" aria-pressed=pressed(true) on:click=move |_| pinned.set(true)>{texts.pinned}</button>
            </div>
            <Copyable id="snippet" lead=Signal::derive(lead) text=Signal::derive(move || tag.get())/>
            <h3>{texts.noscript}</h3>
            <Copyable id="noscript" lead=Signal::stored(texts.noscript_lead) text=Signal::derive(move || both.get())/>
            <h3>{texts.plain_link}</h3>
            <Copyable id="link" lead=Signal::stored(texts.plain_link_lead) text=Signal::stored(link)/>
            <h3>{texts.csp}</h3>
            <Copyable id="csp" lead=Signal::stored(texts.csp_lead) text=Signal::stored(policy)/>
        </section>
    }
}

/// The line, which follows the relay's version.
fn line(relay: &str, key: &str) -> String {
    ["<script async src=\"", relay, "/embed.js\" data-site=\"", key, "\"></script>"].concat()
}

/// A line with the colour and the side that are not ours: before intent the loader asks the relay for nothing.
fn with_look(line: &str, settings: &Settings) -> String {
    const END: &str = "></script>";
    let color = settings.color.as_deref().filter(|color| *color != OURS && Rgb::parse(color).is_some());
    let look = [("color", color), ("position", settings.position.as_deref())];
    let mut line = line.strip_suffix(END).unwrap_or(line).to_owned();
    for (name, value) in look {
        if let Some(value) = value {
            line.push_str(&[" data-", name, "=\"", value, "\""].concat());
        }
    }
    line + END
}

/// A text with a button that copies it and says so.
#[component]
fn Copyable(id: &'static str, lead: Signal<&'static str>, text: Signal<String>) -> impl IntoView {
    let texts = site_texts();
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
        <p class="lead" aria-live="polite">{lead}</p>
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
    use super::{line, with_look};
    use crate::site::settings::Settings;

    #[test]
    fn a_line_carries_another_colour_and_side_and_nothing_else() {
        let plain = "<script async src=\"https://r.example/embed.js\" data-site=\"K\"></script>";
        assert_eq!(line("https://r.example", "K"), plain);
        assert_eq!(with_look(plain, &Settings::default()), plain);
        let red =
            Settings { color: Some("#aa0000".into()), position: Some("left".into()), ..Settings::default() };
        assert!(with_look(plain, &red).ends_with(" data-color=\"#aa0000\" data-position=\"left\"></script>"));
        let bad = Settings { color: Some("\"><b>".into()), ..Settings::default() };
        assert_eq!(with_look(plain, &bad), plain);
    }
}
