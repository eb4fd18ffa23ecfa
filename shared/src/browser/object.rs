//! Plain objects of JavaScript, for messages between windows and for the few calls that have no typed binding.
//! Never evaluates text.
use alloc::string::String;
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A property; `undefined` where there is none, or `from` is no object.
#[must_use]
pub fn get(from: &JsValue, name: &str) -> JsValue {
    Reflect::get(from, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is a text, or nothing.
#[must_use]
pub fn text(from: &JsValue, name: &str) -> String {
    get(from, name).as_string().unwrap_or_default()
}

/// An object with these properties.
#[must_use]
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// Calls a method with up to two arguments; `None` where there is no such method, or it threw.
pub fn call(on: &JsValue, method: &str, first: &JsValue, second: &JsValue) -> Option<JsValue> {
    get(on, method).dyn_ref::<Function>()?.call2(on, first, second).ok()
}
