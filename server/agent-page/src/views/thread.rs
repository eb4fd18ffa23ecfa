//! The opened conversation: header, log and composer, or what is said when there is none.
use super::{
    company::Company, composer::Composer, escalate::Escalate, give::Give, header::Header, log::Log,
    palette::KeyList, sorting::Sorting,
};
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
    // Only what has changed draws anew.
    let missing = Memo::new(move |_| desk.missing.get());
    let content = move || match (current.get(), missing.get()) {
        (None, _) => view! {
            <div class="empty big">{icon(TALK)}<h2>{texts.pick}</h2><p>{texts.pick_lead}</p><KeyList/></div>
        }
        .into_any(),
        (Some(id), Some(missing)) if id == missing => view! {
            <div class="empty big">
                {icon(TALK)}<h2>{texts.gone}</h2><p>{texts.gone_lead}</p>
                <button class="btn main" on:click=move |_| desk.go(Route::Inbox)>{texts.to_inbox}</button>
            </div>
        }
        .into_any(),
        (Some(id), _) => {
            view! { <Header/><Sorting id=id.clone()/><Log/><Company/><Composer id/><Give/><Escalate/> }
                .into_any()
        }
    };
    view! { <main class="thread">{content}</main> }
}
