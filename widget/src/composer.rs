//! What the person writes: from the field to the machine, and back when a message could not be taken. Keys, growing and
//! focus stay with handover.js; the field itself is never replaced.
use crate::{
    app::{App, turn},
    host, keep, lines, words,
};
use merhaba_shared::{
    browser::{clock, lifecycle},
    client::Ms,
    layout::log::Wish,
    protocol::{
        ids::{AttachmentId, ClientId},
        limits::{BodyError, check_body, check_said},
    },
};
use web_sys::Event;

/// Listens to the form and the field.
pub fn listen() {
    let elements =
        crate::app::with(|app| Some((app.page.form.clone(), app.page.field.clone(), app.page.log.clone())));
    let Some((form, field, log)) = elements else { return };
    lifecycle::on(&form, "submit", |event: Event| {
        event.prevent_default();
        turn(submit);
    });
    lifecycle::on(&field, "input", |_: Event| {
        turn(|app, now| {
            let writing = !app.page.field.value().is_empty();
            app.client.typing(now, writing);
        });
    });
    lifecycle::on(&log, "scroll", |_: Event| scrolled());
}

fn submit(app: &mut App, now: Ms) {
    let body = app.page.field.value();
    match check_said(&body, app.page.files()) {
        Err(BodyError::Blank) => {}
        // The text stays in the field; the line above it says by how much it is too long.
        Err(BodyError::TooLong(_)) => words::insist(app),
        Ok(()) => {
            app.page.field.set_value("");
            let files = app.page.take_files();
            send_with(app, now, body, files);
            host::grow();
        }
    }
}

/// Sends a text, and shows it.
pub fn send(app: &mut App, now: Ms, body: String) {
    if check_body(&body) != Err(BodyError::Blank) {
        send_with(app, now, body, Vec::new());
    }
}

fn send_with(app: &mut App, now: Ms, body: String, files: Vec<AttachmentId>) {
    app.to_end = true;
    app.new_from = None;
    // A frame waits for the website's page to say where it stands; a message does not wait for that.
    app.client.start(now);
    // What another tab wrote a moment ago comes first.
    keep::restore(app, now);
    app.client.send_with(now, clock::client_id(), body, files);
}

/// Puts a text into the field, after what is there.
pub fn prefill(app: &App, text: &str) {
    let mut value = app.page.field.value();
    if !value.is_empty() && !text.is_empty() {
        value.push('\n');
    }
    value.push_str(text);
    app.page.field.set_value(&value);
    host::grow();
}

/// What the person wishes for a message that was not taken.
pub fn wished(id: u128, wish: Wish) {
    let id = ClientId(id.to_be_bytes());
    turn(|app, now| match wish {
        Wish::Again => app.client.retry(now, id),
        Wish::Back => {
            if let Some(body) = app.client.discard(id) {
                prefill(app, &body);
            }
        }
    });
}

/// The log moved: what is beyond is drawn or fetched before it is reached, and its end counts as seen.
fn scrolled() {
    let due = crate::app::with(|app| {
        let (before, place) = (app.place, app.page.place());
        let here = !app.stretch.starts();
        let asked = app.client.thread().is_some_and(|thread| thread.timeline().is_asked());
        place.near_start() && (here || !asked && lines::has_older(app))
            || place.near_end() && app.stretch.to.is_some()
            || place.at_end() != before.at_end()
    });
    if due {
        turn(|app, _| {
            if app.place.near_start() {
                older(app);
            }
        });
    }
}

/// Older entries are wanted: those that are here already, and the relay's before these run out.
pub fn older(app: &mut App) {
    app.stretch.older = !app.stretch.starts();
    if app.stretch.is_short() {
        app.client.older();
    }
}
