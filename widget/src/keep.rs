//! What was sent and is not confirmed, kept in the browser's storage, so that it survives a reload, a closed tab and a
//! crash. One key per message: tabs never overwrite one another, and a message that two tabs send is stored once all
//! the same, by its id. Nothing is written before the person sends something.
use crate::app::App;
use merhaba_shared::{
    browser::{language, storage},
    client::{
        Ms,
        outbox::{Outgoing, Progress},
    },
    protocol::ids::ClientId,
};

/// The digits of a time and of an id: what follows the prefix.
const TIME: usize = 13;

/// Takes up what an earlier page left, oldest first.
pub fn restore(app: &mut App, now: Ms) {
    let prefix = prefix(app);
    for key in storage::keys(&prefix) {
        let id = key.get(prefix.len() + TIME..).and_then(ClientId::from_hex);
        if let (Some(id), Some(body)) = (id, storage::kept(&key)) {
            app.client.send(now, id, body);
            app.kept.push((id, key));
        }
    }
}

/// Keeps what is new on its way, and forgets what has arrived.
pub fn settle(app: &mut App) {
    let mut gone = Vec::new();
    app.kept.retain(|(id, key)| {
        let waits = waiting(app.client.outbox().all()).any(|out| out.client_id == *id);
        if !waits {
            gone.push(key.clone());
        }
        waits
    });
    for key in gone {
        storage::forget(&key);
    }
    let (mut new, mut blocked) = (Vec::new(), app.blocked);
    for out in waiting(app.client.outbox().all()) {
        if app.kept.iter().all(|(id, _)| *id != out.client_id) {
            let mut key = prefix(app);
            key.push_str(&language::wall_clock().to_string());
            key.push_str(&out.client_id.to_hex());
            blocked |= !storage::keep(&key, &out.body);
            new.push((out.client_id, key));
        }
    }
    app.blocked = blocked;
    app.kept.append(&mut new);
}

/// Forgets all of it: the person has signed out.
pub fn forget(app: &mut App) {
    app.kept.clear();
    for key in storage::keys(&prefix(app)) {
        storage::forget(&key);
    }
}

fn waiting(all: &[Outgoing]) -> impl Iterator<Item = &Outgoing> {
    all.iter().filter(|out| !matches!(out.progress, Progress::Stored(_)))
}

fn prefix(app: &App) -> String {
    let mut prefix = String::from("merhaba:");
    prefix.push_str(&app.page.says("key"));
    prefix.push_str(":out:");
    prefix
}
