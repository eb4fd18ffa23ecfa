//! Colleagues who are in the conversation that is shown: who looks, and who is writing an answer, so that two do not
//! answer at once. Says nothing when nobody is there.
use crate::{
    desk::Desk,
    i18n::{fill, lang, texts},
    people, time,
};
use leptos::prelude::*;
use merhaba_shared::protocol::agent::Present;

/// The line between the log and the composer.
#[component]
pub fn Company() -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let present = desk.memo(|client| client.company().into_iter().cloned().collect::<Vec<_>>());
    let line = move || {
        let present = present.get();
        let writing: Vec<_> = present.iter().filter(|one| one.writing).cloned().collect();
        let (who, one, other, class) = if writing.is_empty() {
            (present, texts.looks_one, texts.looks_other, "company")
        } else {
            (writing, texts.writes_one, texts.writes_other, "company writing")
        };
        if who.is_empty() {
            return None;
        }
        let names: Vec<&str> = who.iter().map(|present| &*present.agent.name).collect();
        let names = time::listed(&names, lang);
        let words = fill(if who.len() == 1 { one } else { other }, &[("names", &names)]);
        let face = |Present { agent, .. }: &Present| {
            view! { <span class="face" aria-hidden="true">{people::initials(&agent.name, lang)}</span> }
        };
        let faces = who.iter().take(FACES).map(face).collect_view();
        Some(view! { <div class=class>{faces}<span dir="auto">{words}</span></div> })
    };
    view! { <div role="status">{line}</div> }
}

/// So many faces are drawn; the words name all.
const FACES: usize = 3;
