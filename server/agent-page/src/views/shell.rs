//! The signed-in page: rail, list, thread and details beside each other, or in turns where there is little room.
use super::{banner::Banner, inbox::Inbox, rail::Rail, side::Side, thread::Thread};
use crate::{desk::Desk, keys, route::Route, site::SitePage};
use leptos::prelude::*;

/// The frame that everything stands in.
#[component]
pub fn Shell() -> impl IntoView {
    let desk = Desk::here();
    keys::listen(desk);
    let turn = move || match desk.route.get() {
        Route::Inbox => "list",
        Route::Conversation(_) => "thread",
        Route::Site(_) => "site",
    };
    let site = Memo::new(move |_| desk.route.with(Route::is_site));
    let toast = move || desk.toast.get().map(|(_, sentence)| view! { <p class="toast">{sentence}</p> });
    view! {
        <div class="shell" data-turn=turn>
            <Rail/>
            <div class="desk">
                <Banner/>
                {move || if site.get() {
                    view! { <SitePage/> }.into_any()
                } else {
                    view! { <div class="columns"><Inbox/><Thread/><Side/></div> }.into_any()
                }}
            </div>
            <div class="toasts" role="status" aria-live="polite">{toast}</div>
        </div>
    }
}

/// A click that the page answers itself; one for a new tab or window goes its own way.
pub fn follow(event: &leptos::ev::MouseEvent, desk: Desk, route: Route) {
    if event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
    {
        event.prevent_default();
        desk.go(route);
    }
}
