//! The signed-in page: rail, list, thread and details beside each other, or in turns where there is little room.
use super::{
    banner::Banner,
    inbox::Inbox,
    palette::{Keys, Palette},
    rail::Rail,
    replies::Replies,
    side::Side,
    thread::Thread,
};
use crate::{actions::Deed, desk::Desk, keys, prefs::Prefs, route::Route, search::Search, site::SitePage};
use leptos::prelude::*;

/// The frame that everything stands in.
#[component]
pub fn Shell() -> impl IntoView {
    let desk = Desk::here();
    // Beside the views that come and go: whoever returns from a place finds the search as it was.
    let search = Search::new();
    provide_context(search);
    keys::listen(desk, search, expect_context::<Prefs>());
    let turn = move || match desk.route.get() {
        Route::Inbox => "list",
        Route::Conversation(_) => "thread",
        Route::Site(_) | Route::Replies => "site",
    };
    let page = Memo::new(move |_| desk.route.with(|route| (route.is_desk(), route.is_site())));
    let texts = desk.texts();
    let undo = move || {
        desk.undo.get().map(|_| view! { <button id="undo" on:click=move |_| { desk.take_back_last(); }>{texts.undo}<kbd aria-hidden="true">{Deed::Undo.key()}</kbd></button> })
    };
    let toast = move || {
        desk.toast.get().map(|(_, sentence)| view! { <p class="toast"><span>{sentence}</span>{undo}</p> })
    };
    view! {
        <div class="shell" data-turn=turn>
            <Rail/>
            <div class="desk">
                <Banner/>
                {move || match page.get() {
                    (true, _) => view! { <div class="columns"><Inbox/><Thread/><Side/></div> }.into_any(),
                    (_, true) => view! { <SitePage/> }.into_any(),
                    _ => view! { <Replies/> }.into_any(),
                }}
            </div>
            <Palette/>
            <Keys/>
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
