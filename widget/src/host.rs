//! The website's page, as far as the frame speaks with it: over window.merhaba of handover.js, in the words that
//! loader/embed-api.js lists. It learns how many messages are unread and that something happened, never what was said.
use crate::{
    app::{App, end, turn, with},
    composer, page,
};
use merhaba_shared::{
    browser::{
        document, lifecycle,
        object::{call, get, object, text},
        tabs::merhaba,
        window,
    },
    client::{Line, thread::Thread},
    protocol::{
        ids::{ConversationId, Token},
        model::{Object, Status},
        visitor::Page,
    },
};
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::Event;

/// What the website's page was told last.
pub struct Host {
    /// Whether there is one at all.
    pub frame: bool,
    unread: u32,
    status: &'static str,
    marked: bool,
}

impl Host {
    /// Nothing was told yet.
    pub const fn new(frame: bool) -> Self {
        Self { frame, unread: 0, status: "", marked: false }
    }
}

fn post(kind: &str, more: &[(&str, JsValue)]) {
    let message = object(more);
    // Setting a property of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&message, &"k".into(), &kind.into());
    call(&merhaba(), "post", &message, &JsValue::UNDEFINED);
}

/// Opens a part.
pub fn part(name: &str) {
    call(&merhaba(), "part", &name.into(), &JsValue::UNDEFINED);
}

/// Tells the parts, where there are any, that something else is shown.
pub fn drawn() {
    call(&merhaba(), "drawn", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
}

/// Fits the field to its text.
pub fn grow() {
    call(&merhaba(), "grow", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
}

/// Takes over from handover.js: what it kept is sent first, in order; then the line to the relay is begun.
pub fn listen() {
    let frame = with(|app| app.host.frame);
    let hear = Closure::<dyn Fn(JsValue) -> JsValue>::new(|message: JsValue| heard(&message)).into_js_value();
    let kept = call(&merhaba(), "take", &hear, &JsValue::UNDEFINED);
    let kept = kept.map(|kept| js_sys::Array::from(&kept)).unwrap_or_default();
    turn(|app, now| {
        for text in kept.iter().filter_map(|text| text.as_string()) {
            composer::send(app, now, text);
        }
    });
    post("ready", &[]);
    if !frame {
        begin(page_of(&JsValue::UNDEFINED));
    }
    lifecycle::on(&window(), "resize", |_: Event| turn(|_, _| ()));
    if let Some(view) = window().visual_viewport().filter(|_| !frame) {
        lifecycle::on(&view, "resize", |_: Event| turn(|_, _| page::fit()));
    }
}

/// The page the visitor is on: the website's, as the host tells; on the plain page, itself.
fn page_of(told: &JsValue) -> Page {
    if told.is_object() {
        return Page { url: text(told, "url"), title: text(told, "title"), referrer: text(told, "referrer") };
    }
    let document = document();
    Page {
        url: window().location().href().unwrap_or_default(),
        title: document.title(),
        referrer: document.referrer(),
    }
}

fn begin(page: Page) {
    turn(|app, now| {
        app.client.set_page(page);
        app.client.start(now);
    });
}

/// A message of the website's page, or of a part of this one; what it gets back is for parts.
fn heard(message: &JsValue) -> JsValue {
    match text(message, "k").as_str() {
        "state" => return with(state),
        "conversation" => turn(|app, _| app.show(Some(text(message, "id")))),
        "new" => turn(|app, _| app.show(None)),
        "adopt" => turn(|app, now| app.client.adopt(now, Token(text(message, "token")))),
        "host" => begin(page_of(&get(message, "page"))),
        "person" => turn(|app, _| app.client.set_attributes(Object(text(message, "attributes")))),
        "page" => turn(|app, _| app.client.set_page(page_of(&get(message, "page")))),
        "open" => turn(|app, now| {
            app.sight.open = true;
            app.visible(now);
        }),
        "close" => turn(|app, now| {
            app.sight.open = false;
            app.visible(now);
        }),
        "prefill" => turn(|app, _| composer::prefill(app, &text(message, "text"))),
        "send" => turn(|app, now| composer::send(app, now, text(message, "text"))),
        "shutdown" => {
            end();
            post("forgotten", &[]);
        }
        _ => {}
    }
    JsValue::UNDEFINED
}

/// What parts may know: whose page this is, and which conversation it shows.
fn state(app: &mut App) -> JsValue {
    let token = app.client.token().map(|token| token.0.as_str());
    let (thread, unread) = (app.client.thread(), app.client.unread());
    object(&[
        ("token", token.into()),
        ("id", thread.map(|thread| thread.conversation().as_str()).into()),
        ("open", thread.is_some_and(|thread| thread.status() != Status::Resolved).into()),
        ("unread", unread.into()),
        ("elsewhere", (unread - thread.map_or(0, Thread::unread)).into()),
        ("known", (!app.client.threads().is_empty()).into()),
        ("closing", app.closing().map(|seq| u32::try_from(seq).unwrap_or(u32::MAX)).into()),
    ])
}

/// Tells what has changed since the last time.
pub fn tell(app: &mut App) {
    if !app.host.frame {
        return;
    }
    let unread = app.client.unread();
    if unread != app.host.unread {
        app.host.unread = unread;
        let text = page::counted("new_messages", unread as usize);
        post("unread", &[("count", unread.into()), ("text", text.into())]);
    }
    let status = match app.client.line() {
        Line::Stopped(_) => "closed",
        Line::Lost => "offline",
        Line::Restarting => app.host.status,
        _ if !app.greeted => app.host.status,
        _ if app.client.online() => "online",
        _ => "away",
    };
    if status != app.host.status {
        app.host.status = status;
        post("status", &[("status", status.into())]);
    }
    if let Some(thread) = app.client.thread() {
        let on = thread.status() != Status::Resolved || unread > 0;
        mark(app, on);
    }
}

/// Whether the website's page should remember that a conversation is under way.
fn mark(app: &mut App, on: bool) {
    if app.host.marked != on {
        app.host.marked = on;
        post("mark", &[("on", on.into())]);
    }
}

/// Something happened that the website's page may want to hear of.
pub fn event(app: &App, name: &str, conversation: &ConversationId) {
    if app.host.frame {
        let data = object(&[("conversation", conversation.as_str().into())]);
        post("event", &[("name", name.into()), ("data", data)]);
    }
}
