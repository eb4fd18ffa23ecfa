//! What happens to a page as a whole: looked at or not, put away and taken out again, with or without network, and
//! what other tabs keep. Says what happened; decides nothing.
use super::{document, window};
use alloc::{rc::Rc, string::String};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget, PageTransitionEvent, StorageEvent};

/// Something that happened to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It can be seen again.
    Shown,
    /// It is in the background.
    Hidden,
    /// It is being left, perhaps for the back/forward cache: sockets must go.
    Left,
    /// It is back out of the cache.
    Returned,
    /// The browser says that there is a network.
    Online,
    /// The browser says that there is none.
    Offline,
    /// Another tab kept something, or forgot it.
    Kept {
        /// Under this key.
        key: String,
        /// `None`: forgotten.
        value: Option<String>,
    },
}

/// Tells every sign from now on, for as long as the page lives.
pub fn watch(tell: impl Fn(Sign) + 'static) {
    let tell = Rc::new(tell);
    let hear = move |event: Event| {
        if let Some(sign) = read(&event) {
            tell(sign);
        }
    };
    let hear = Closure::<dyn Fn(Event)>::new(hear);
    let window = window();
    for name in ["pagehide", "pageshow", "online", "offline", "storage"] {
        add(&window, name, &hear);
    }
    add(&document(), "visibilitychange", &hear);
    hear.forget();
}

/// Calls `then` at every event of this name, for as long as the page lives.
pub fn on(target: &EventTarget, name: &str, then: impl Fn(Event) + 'static) {
    let then = Closure::<dyn Fn(Event)>::new(then);
    add(target, name, &then);
    then.forget();
}

/// Asks before the page is left, while `needed` says so.
pub fn ask_before_leaving(needed: impl Fn() -> bool + 'static) {
    on(&window(), "beforeunload", move |event| {
        if needed() {
            event.prevent_default();
        }
    });
}

fn add(target: &EventTarget, name: &str, then: &Closure<dyn Fn(Event)>) {
    // Adding a listener fails for no target and no name.
    let _ = target.add_event_listener_with_callback(name, then.as_ref().unchecked_ref());
}

fn read(event: &Event) -> Option<Sign> {
    Some(match event.type_().as_str() {
        "pagehide" => Sign::Left,
        // At the first showing nothing was left yet.
        "pageshow" if !event.unchecked_ref::<PageTransitionEvent>().persisted() => return None,
        "pageshow" => Sign::Returned,
        "online" => Sign::Online,
        "offline" => Sign::Offline,
        "storage" => {
            let event = event.unchecked_ref::<StorageEvent>();
            Sign::Kept { key: event.key()?, value: event.new_value() }
        }
        _ if document().hidden() => Sign::Hidden,
        _ => Sign::Shown,
    })
}
