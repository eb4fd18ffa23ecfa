//! The gate of the page: who is signed in, and the address bar. Keeps no password and no token.
use super::{
    desk::Desk,
    i18n::texts,
    keyboard,
    prefs::Prefs,
    rest,
    route::Route,
    sound::Sound,
    views::{shell::Shell, signin::SignIn},
};
use leptos::{ev, prelude::*, task::spawn_local};
use merhaba_shared::client::Line;
use wasm_bindgen::JsValue;

/// Where sign-ins are.
pub const SESSIONS: &str = "/api/v1/sessions";

/// What the page knows of the sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The relay is being asked.
    Checking,
    /// Nobody is signed in; `true`: somebody was.
    Out(bool),
    /// The relay did not answer.
    Unreachable,
    /// Somebody is.
    In,
}

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let prefs = Prefs::load();
    provide_context(prefs);
    let sound = Sound::new();
    let gate = RwSignal::new(Gate::Checking);
    provide_context(gate);
    let route = RwSignal::new(here());
    drop(window_event_listener(ev::popstate, move |_| route.set(here())));
    keyboard::follow();
    check(gate);
    // The desk lives beside the views: a switch of language draws them anew and loses nothing.
    let desk = Memo::new(move |_| (gate.get() == Gate::In).then(|| Held(Desk::start(prefs, sound, route))));
    watch_line(gate, desk);
    move || {
        prefs.lang.track();
        match (gate.get(), desk.get()) {
            (Gate::In, Some(Held(desk))) => {
                provide_context(desk);
                view! { <Shell/> }.into_any()
            }
            (Gate::Checking, _) => view! { <p class="boot" role="status">{texts().checking}</p> }.into_any(),
            (gate, _) => view! { <SignIn gate/> }.into_any(),
        }
    }
}

/// A desk in a memo: there is never more than one, so any two are the same.
#[derive(Clone, Copy)]
struct Held(Desk);

impl PartialEq for Held {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Asks the relay who is signed in.
fn check(gate: RwSignal<Gate>) {
    spawn_local(async move {
        let answer = rest::ask("GET", SESSIONS, None).await;
        gate.set(match answer.status {
            status if (200..300).contains(&status) => Gate::In,
            401 => Gate::Out(false),
            _ => Gate::Unreachable,
        });
    });
}

/// A lost line may mean that the sign-in has ended, which a page cannot see from a refused socket: it asks.
fn watch_line(gate: RwSignal<Gate>, desk: Memo<Option<Held>>) {
    Effect::new(move || {
        let Some(Held(desk)) = desk.get() else { return };
        if matches!(desk.line().get(), Line::Lost | Line::Stopped(_)) {
            spawn_local(async move {
                if rest::ask("GET", SESSIONS, None).await.status == 401 {
                    gate.set(Gate::Out(true));
                }
            });
        }
    });
}

/// Signs out and loads the page again, so that nothing of the agent's stays in memory.
pub fn sign_out(desk: Desk) {
    spawn_local(async move {
        let answer = rest::ask("DELETE", SESSIONS, None).await;
        if answer.is_ok() || answer.status == 401 {
            desk.forget();
            leave();
        } else {
            desk.say(desk.texts().unreachable.into());
        }
    });
}

/// Loads the page afresh, from its beginning.
pub fn leave() {
    // A page that cannot be loaded again shows that its line has ended.
    let _ = window().location().assign(&Route::Inbox.path());
}

/// Where the address bar says the agent is.
fn here() -> Route {
    Route::parse(&window().location().pathname().unwrap_or_default())
}

/// Puts a place into the address bar and the history.
pub fn push(route: &Route) {
    // Which list is shown goes along.
    let query = window().location().search().unwrap_or_default();
    if let Ok(history) = window().history() {
        // A browser that refuses (too often in a minute) only keeps an older address.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&[route.path(), query].concat()));
    }
}
