//! The opened conversation: header, log and composer, or what is said when there is none.
use super::{composer::Composer, give::Give, header::Header, log::Log};
use crate::{
    desk::Desk,
    i18n::texts,
    icons::{TALK, icon},
    route::Route,
};
use leptos::prelude::*;

/// The middle column.
#[component]
pub fn Thread() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let current = desk.current();
    let content = move || {
        match (current.get(), desk.missing.get()) {
        (None, _) => view! {
            <div class="empty big">{icon(TALK)}<h2>{texts.pick}</h2><p>{texts.pick_lead}</p><p class="hint keys">{texts.keys_hint}</p></div>
        }
        .into_any(),
        (Some(id), Some(missing)) if id == missing => view! {
            <div class="empty big">
                {icon(TALK)}<h2>{texts.gone}</h2><p>{texts.gone_lead}</p>
                <button class="btn main" on:click=move |_| desk.go(Route::Inbox)>{texts.to_inbox}</button>
            </div>
        }
        .into_any(),
        (Some(id), _) => view! { <Header/><Log/><Composer id/><Give/> }.into_any(),
    }
    };
    view! { <main class="thread">{content}</main> }
}
