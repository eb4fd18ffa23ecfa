//! What the tabs of one browser agree on: which of them sends, and the way to the relay that this one may take. The
//! browser's half is `edges.js`, in the document before the wasm. Keeps no message and knows none.
use super::{
    object::{call, get},
    window,
};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// What the document's own scripts offer.
#[must_use]
pub fn merhaba() -> JsValue {
    get(&window(), "merhaba")
}

/// Sockets do not open: another way is looked for, and taken by the sockets that are opened when it is found.
pub fn detour() {
    call(&merhaba(), "detour", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
}

/// The right to send, or the wait for it. Letting it go gives it up.
pub struct Lead {
    give_up: Option<Function>,
    _tell: Closure<dyn Fn(bool)>,
}

impl Lead {
    /// Asks for it; `at_once`: another tab is not waited for. `tell` hears, never before this returns, whether this
    /// tab is the one, and when it no longer is.
    #[must_use]
    pub fn ask(at_once: bool, tell: impl Fn(bool) + 'static) -> Self {
        let tell = Closure::<dyn Fn(bool)>::new(tell);
        let give_up = call(&merhaba(), "lead", &at_once.into(), tell.as_ref());
        Self { give_up: give_up.and_then(|function| function.dyn_into().ok()), _tell: tell }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if let Some(give_up) = &self.give_up {
            // A function of ours that throws nothing.
            let _ = give_up.call0(&JsValue::UNDEFINED);
        }
    }
}
