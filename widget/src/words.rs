//! What is said around the log: under the name, in the banner, over the field. The screen never lies: "online" only
//! while the relay says so on a line that answers, "sent" only once it is stored.
use crate::{
    app::App,
    page::{counted, say, write},
};
use merhaba_shared::{
    browser::{clock, language, object::call, tabs::merhaba},
    client::{Line, Ms, thread::Thread},
    layout::runs::initials,
    protocol::{close, limits::BODY_CHARS, model::Author},
};
use wasm_bindgen::JsValue;

/// From so many characters on, the field's length is said.
const NEARLY_FULL: usize = 3_800;

/// Writes everything that is no view.
pub fn write_all(app: &App, now: Ms) {
    presence(app);
    banner_look(app);
    hint(app, now);
}

/// The name of who answers, and whether somebody is there.
fn presence(app: &App) {
    if let Some(agent) = app.client.assignee() {
        write(&app.page.name, &agent.name);
        if let Some(face) = app.page.name.parent_element().and_then(|who| who.previous_element_sibling()) {
            write(&face, &initials(&agent.name));
        }
    }
    let key = match app.client.line() {
        Line::Starting => return,
        // Nothing can be promised on a line that has ended.
        Line::Stopped(_) => "",
        Line::Live | Line::Back if !app.greeted => return,
        Line::Live | Line::Back if app.client.online() => "online",
        Line::Lost | Line::Restarting => "connecting",
        _ => "away",
    };
    let online = if key == "online" { "true" } else { "false" };
    // Setting an attribute with a fixed name cannot fail.
    let _ = app.page.sub.set_attribute("data-online", online);
    // Where the site has hours, the script that knows them says when somebody is there again.
    let back = app.client.back_at().map_or(JsValue::UNDEFINED, language::number);
    let said = call(&merhaba(), "presence", &back, &JsValue::UNDEFINED).and_then(|said| said.as_string());
    let said = said.filter(|said| key == "away" && !said.is_empty());
    write(&app.page.sub, &said.unwrap_or_else(|| app.page.text(key)));
}

/// What the banner says; empty: nothing.
pub fn banner(app: &App) -> String {
    app.page.text(match app.client.line() {
        Line::Starting | Line::Live | Line::Restarting => return String::new(),
        Line::Lost => "offline",
        Line::Back => "back",
        Line::Stopped(code) if code == close::REFRESH.code => "update",
        Line::Stopped(code) if code == close::SITE_UNKNOWN.code => "unknown_site",
        Line::Stopped(code) if code == close::REVOKED.code => "revoked",
        Line::Stopped(_) => "unavailable",
    })
}

fn banner_look(app: &App) {
    let line = app.client.line();
    app.page.banner.set_class_name(if line == Line::Back { "banner good" } else { "banner" });
    app.page.banner.set_hidden(matches!(line, Line::Starting | Line::Live | Line::Restarting));
}

/// The line over the field: too long, too fast, nothing kept. Bad news in red.
fn hint(app: &App, now: Ms) {
    let length = app.page.field.value().chars().count();
    let (calm, text) = if length > BODY_CHARS {
        (false, counted("too_long", length - BODY_CHARS))
    } else if let Some(seconds) = held(app, now) {
        (true, counted("too_fast", seconds))
    } else if length >= NEARLY_FULL {
        let mut text = length.to_string();
        text.push_str(" / ");
        text.push_str(&BODY_CHARS.to_string());
        (true, text)
    } else if app.blocked {
        (true, app.page.text("storage"))
    } else {
        (true, String::new())
    };
    app.page.hint.set_class_name(if calm { "calm" } else { "" });
    app.page.hint.set_hidden(text.is_empty());
    write(&app.page.hint, &text);
}

/// Seconds until what was written too fast leaves.
pub fn held(app: &App, now: Ms) -> Option<usize> {
    let until = app.client.outbox().held_until(now)?;
    (app.greeted).then(|| usize::try_from((until - now).div_ceil(1_000)).unwrap_or(usize::MAX))
}

/// A message that is too long was to be sent: the line over the field is said again.
pub fn insist(app: &App) {
    app.page.hint.set_text_content(None);
}

/// The name of who is writing; empty: nobody.
fn writer(app: &App) -> String {
    match app.client.thread().and_then(|thread| thread.typing(clock::now())) {
        Some(Author::Agent(agent)) => agent.name.clone(),
        Some(_) => app.page.text("team"),
        None => String::new(),
    }
}

/// Who is writing, in words; empty: nobody.
pub fn typing(app: &App) -> String {
    let name = writer(app);
    if name.is_empty() { name } else { say("typing", &name.into()) }
}

/// Their face.
pub fn face(app: &App) -> String {
    initials(&writer(app))
}

/// What the button back to the end says.
pub fn jump(app: &App) -> String {
    match app.client.thread().map_or(0, Thread::unread) {
        0 => app.page.text("jump"),
        unread => counted("new_messages", unread as usize),
    }
}
