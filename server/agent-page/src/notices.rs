//! The browser's own notifications, shown while nobody looks at the page. Asked for at a press and never before; they say
//! that a visitor waits and where, and never a word of anybody.
use crate::{desk::Desk, prefs::Prefs, route::Route};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use merhaba_shared::{
    browser::object::{call, get, object, text},
    protocol::ids::ConversationId,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// Turns them off, or on if the browser's own question is answered so.
pub fn switch(desk: Desk, prefs: Prefs) {
    if prefs.notices.get_untracked() {
        reach(false);
        return prefs.notices.set(false);
    }
    let denied = move || desk.say(desk.texts().notices_denied.into());
    let api = get(&window(), "Notification");
    let asked = call(&api, "requestPermission", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    let Some(asked) = asked.and_then(|asked| asked.dyn_into::<Promise>().ok()) else { return denied() };
    let answered = Closure::once_into_js(move |answer: JsValue| {
        if answer.as_string().as_deref() == Some("granted") {
            prefs.notices.set(true);
            reach(true);
        } else {
            denied();
        }
    });
    // A browser that breaks its promise has not allowed it: the switch stays off.
    call(&asked, "then", &answered, &JsValue::UNDEFINED);
}

/// Lets the relay reach this browser while the page is closed, or no more.
pub fn reach(on: bool) {
    let page = get(&window(), "merhaba");
    call(&page, "push", &on.into(), &JsValue::UNDEFINED);
}

/// Puts the page among the device's programs, if the browser has offered it.
pub fn install() {
    let page = get(&window(), "merhaba");
    call(&page, "install", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
}

/// Shows one; of several tabs and for several times there is one for each conversation. A press leads there.
pub fn show(desk: Desk, conversation: &ConversationId, site: &str) {
    // Where the relay reaches this browser, the worker shows it.
    if get(&get(&window(), "merhaba"), "pushed").is_truthy() {
        return;
    }
    let api = get(&window(), "Notification");
    if text(&api, "permission") != "granted" {
        return;
    }
    let Some(make) = api.dyn_ref::<Function>() else { return };
    let options = object(&[("body", site.into()), ("tag", conversation.as_str().into())]);
    let words = Array::of2(&desk.texts().notice_waits.into(), &options);
    // Where only workers may show them (some phones) there are none.
    let Ok(shown) = Reflect::construct(make, &words) else { return };
    let route = Route::Conversation(conversation.clone());
    let pressed = shown.clone();
    let press = Closure::once_into_js(move || {
        // A window that may not come forward stays where it is; the conversation is open all the same.
        let _ = window().focus();
        desk.go(route);
        call(&pressed, "close", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    });
    // Without it the notification leads nowhere, and is closed by whoever sees it.
    let _ = Reflect::set(&shown, &"onclick".into(), &press);
}
