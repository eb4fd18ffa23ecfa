//! The visitor's machine with a browser's storage beside it, which the tabs of one visitor share. Never talks by itself.
use super::Machine;
use merhaba_shared::{
    client::{
        self, Effect, Ms,
        outbox::Outbox,
        thread::Thread,
        visitor::{Settings, VisitorClient},
    },
    protocol::{
        ids::{ClientId, SiteKey, Token},
        model::{Accepted, Message, Side},
        visitor::{Command, Event},
    },
};
use std::sync::{Arc, Mutex, PoisonError};

/// What one browser keeps for a site: the visitor's token.
#[derive(Clone, Debug, Default)]
pub struct Storage(Arc<Mutex<Option<Token>>>);

impl Storage {
    /// The token, once one is kept.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a token unless another one is there; gives back the one that is kept then.
    fn keep(&self, token: Token, instead_of: Option<&Token>) -> Token {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() || kept.as_ref() == instead_of {
            *kept = Some(token.clone());
        }
        kept.clone().unwrap_or(token)
    }
}

/// A visitor's tab.
pub struct VisitorMachine {
    client: VisitorClient,
    storage: Storage,
}

impl VisitorMachine {
    /// A tab on a site, in a browser with this storage.
    #[must_use]
    pub fn new(site: &str, storage: &Storage) -> Self {
        let settings = Settings {
            site: SiteKey(site.to_owned()),
            token: storage.token(),
            locale: "tr".into(),
            page: None,
            seed: u32::from_ne_bytes(super::random()),
        };
        Self { client: VisitorClient::new(settings), storage: storage.clone() }
    }
}

impl Machine for VisitorMachine {
    type Command = Command;
    type Event = Event;
    const PATH: &'static str = "/ws/visitor";
    const SIDE: Side = Side::Visitor;

    fn start(&mut self, now: Ms) {
        self.client.start(now);
    }

    fn effects(&mut self) -> Vec<Effect<Command>> {
        self.client.effects()
    }

    fn opened(&mut self, now: Ms) {
        self.client.opened(now);
    }

    fn closed(&mut self, now: Ms, code: u16, reason: &str) {
        self.client.closed(now, code, reason);
    }

    fn event(&mut self, now: Ms, event: Event) {
        self.client.event(now, event);
        self.client.seen(now);
    }

    fn tick(&mut self, now: Ms) {
        self.client.tick(now);
    }

    fn wake_at(&self, now: Ms) -> Option<Ms> {
        self.client.wake_at(now)
    }

    fn nudge(&mut self, now: Ms) {
        self.client.nudge(now);
    }

    fn set_visible(&mut self, visible: bool) {
        self.client.set_visible(visible);
    }

    fn keep(&mut self, now: Ms, token: Token, instead_of: Option<Token>) {
        let kept = self.storage.keep(token, instead_of.as_ref());
        self.client.token_kept(now, kept);
    }

    fn write(&mut self, now: Ms, client_id: ClientId, body: String) -> bool {
        self.client.send(now, client_id, body);
        true
    }

    fn line(&self) -> client::Line {
        self.client.line()
    }

    fn thread(&self) -> Option<&Thread> {
        self.client.thread()
    }

    fn outbox(&self) -> &Outbox {
        self.client.outbox()
    }

    fn accepted(event: &Event) -> Option<&Accepted> {
        match event {
            Event::Accepted(accepted) => Some(accepted),
            _ => None,
        }
    }

    fn message(event: &Event) -> Option<&Message> {
        match event {
            Event::Message(message) => Some(message),
            _ => None,
        }
    }
}
