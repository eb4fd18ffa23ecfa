//! Does what the machine asks of its host: sockets, frames, the token. Decides nothing that the machine could.
use crate::{
    app::{App, turn, with},
    host,
};
use merhaba_shared::{
    browser::{
        socket::{Happened, Socket},
        storage::{self, Kept},
        tabs::{self, Lead},
        window,
    },
    client::{Effect, Ms},
    protocol::{
        ids::Token,
        model::{Kind, Side},
        visitor::{Command, Event},
    },
};

/// Does everything that is asked for, in order.
pub fn carry_out() {
    for effect in with(|app| app.client.effects()) {
        match effect {
            Effect::Connect => with(|app| app.socket = Some(Socket::open("/ws/visitor", happened))),
            Effect::Detour => tabs::detour(),
            Effect::Lead { at_once } => lead(at_once),
            Effect::Yield => with(|app| app.lead = None),
            Effect::Disconnect => with(|app| {
                app.socket = None;
                app.greeted = false;
            }),
            Effect::Frame(frame) => send(&frame),
            Effect::KeepToken { token, instead_of } => keep(token, instead_of),
            Effect::ForgetToken => storage::forget(&with(|app| app.token_key())),
            Effect::Refresh => {
                let mut note = String::from("merhaba:refresh:");
                note.push_str(&with(|app| app.page.says("js")));
                if !storage::noted_before(&note) {
                    reload();
                }
            }
        }
    }
}

fn send(frame: &Command) {
    with(|app| {
        if let Some(socket) = &app.socket {
            socket.send(frame);
        }
    });
}

/// Asks to be the tab that sends; a question before this one no longer counts.
fn lead(at_once: bool) {
    let lead = Lead::ask(at_once, |leads| turn(|app, now| app.client.led(now, leads)));
    with(|app| app.lead = Some(lead));
}

/// Keeps the token just before the first message leaves, unless another tab has kept one: then that one counts.
fn keep(token: Token, instead_of: Option<Token>) {
    let key = with(|app| app.token_key());
    storage::keep_first(key, token.0.clone(), instead_of.map(|dead| dead.0), move |kept| {
        turn(|app, now| {
            app.blocked = kept == Kept::Nowhere;
            let token = if let Kept::Theirs(theirs) = kept { Token(theirs) } else { token };
            app.client.token_kept(now, token);
        });
    });
}

/// Loads the document again.
pub fn reload() {
    // A page that may not load itself again stays as it is, with the button that says so.
    let _ = window().location().reload();
}

fn happened(what: Happened<Event>) {
    turn(|app, now| match what {
        Happened::Opened => app.client.opened(now),
        Happened::Closed { code, reason } => {
            app.greeted = false;
            app.client.closed(now, code, &reason);
        }
        Happened::Event(event) => heard(app, now, event),
    });
}

/// A frame came: the machine learns of it, and the website's page of what concerns it.
fn heard(app: &mut App, now: Ms, event: Event) {
    app.greeted |= matches!(event, Event::Welcome(_));
    match &event {
        Event::Accepted(accepted) => {
            if accepted.seq == 1 {
                storage::forget(&app.key(":about"));
                host::event(app, "conversation:started", &accepted.conversation);
            }
            host::event(app, "message:sent", &accepted.conversation);
        }
        Event::Message(message) if message.author.side() == Side::Agent && fresh(app, message.seq) => {
            host::event(app, "message:received", &message.conversation);
        }
        Event::Entry(entry) if entry.kind == Kind::Resolved && fresh(app, entry.seq) => {
            host::event(app, "conversation:ended", &entry.conversation);
        }
        _ => {}
    }
    let along = match &event {
        Event::Welcome(welcome) => !welcome.conversations.is_empty(),
        event => matches!(event, Event::Accepted(_)),
    };
    app.client.event(now, event);
    if along {
        host::part("along");
    }
}

/// Whether an entry is one that was not here yet.
fn fresh(app: &App, seq: u64) -> bool {
    app.client.thread().is_none_or(|thread| seq > thread.timeline().last())
}
