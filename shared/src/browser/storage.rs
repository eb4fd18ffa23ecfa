//! What a page keeps in the browser. Storage that is blocked, full or gone is a value: the page then lives without.
use super::{
    object::{call, get},
    window,
};
use alloc::{string::String, vec::Vec};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::Storage;

/// The browser's storage for this origin, if it gives any.
fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Whether there is storage at all. Reads only: asking leaves no trace.
#[must_use]
pub fn allowed() -> bool {
    local().is_some()
}

/// What was kept under a key.
#[must_use]
pub fn kept(key: &str) -> Option<String> {
    local()?.get_item(key).ok().flatten()
}

/// Keeps a value; whether the browser took it.
pub fn keep(key: &str, value: &str) -> bool {
    local().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Forgets a value.
pub fn forget(key: &str) {
    if let Some(storage) = local() {
        // A storage that cannot remove cannot have kept either.
        let _ = storage.remove_item(key);
    }
}

/// The keys that begin with `prefix`, in order.
#[must_use]
pub fn keys(prefix: &str) -> Vec<String> {
    let Some(storage) = local() else { return Vec::new() };
    let mut keys: Vec<String> = Vec::new();
    for at in 0..storage.length().unwrap_or_default() {
        if let Some(key) = storage.key(at).ok().flatten().filter(|key| key.starts_with(prefix)) {
            // A sort would weigh two kilobytes in the page; these are few.
            let place = keys.iter().position(|other| *other > key).unwrap_or(keys.len());
            keys.insert(place, key);
        }
    }
    keys
}

/// What became of [`keep_first`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// This value was kept.
    Ours,
    /// Another tab had kept this one before.
    Theirs(String),
    /// The browser keeps nothing here.
    Nowhere,
}

/// Keeps a value unless another tab has kept one under that key, other than `instead_of`; `done` is told once. Two tabs that do this in the
/// same moment get the same answer: it happens under a lock of the browser where there is one.
pub fn keep_first(key: String, value: String, instead_of: Option<String>, done: impl FnOnce(Kept) + 'static) {
    if !allowed() {
        return done(Kept::Nowhere);
    }
    let lock = JsValue::from_str(&key);
    let mut done = Some(done);
    let ours = Closure::once_into_js(move || settle(&key, &value, instead_of.as_deref(), &mut done));
    let locks = get(&window().navigator(), "locks");
    match call(&locks, "request", &lock, &ours) {
        // A lock that is denied (some browsers, for a frame in another site): then without one.
        Some(asked) => drop(call(&asked, "catch", &ours, &JsValue::UNDEFINED)),
        // No locks (an insecure origin, an older browser): the check and the setting follow each other at once.
        None => {
            if let Some(now) = ours.dyn_ref::<js_sys::Function>() {
                let _ = now.call0(&JsValue::UNDEFINED);
            }
        }
    }
}

fn settle(key: &str, value: &str, instead_of: Option<&str>, done: &mut Option<impl FnOnce(Kept)>) {
    let answer = match kept(key) {
        Some(same) if same == value => Kept::Ours,
        Some(theirs) if Some(theirs.as_str()) != instead_of => Kept::Theirs(theirs),
        _ if keep(key, value) => Kept::Ours,
        _ => Kept::Nowhere,
    };
    if let Some(done) = done.take() {
        done(answer);
    }
}

/// Notes something for the life of this tab and says whether it was noted before: for what must happen only once.
/// Without storage it is always "before", so that nothing that reloads a page can go round in circles.
#[must_use]
pub fn noted_before(key: &str) -> bool {
    let Some(storage) = window().session_storage().ok().flatten() else { return true };
    let before = storage.get_item(key).ok().flatten().is_some();
    before || storage.set_item(key, "1").is_err()
}
