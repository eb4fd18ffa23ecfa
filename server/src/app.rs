//! What every part of the relay is handed: put together once at the start. Never grows logic of its own.
use crate::{chat::Chat, clock::Clock, gate::Gate, shutdown::Shutdown, store::Store};
use std::sync::Arc;

/// The relay's parts.
pub struct App {
    /// Durable storage, for reading; only `chat` writes.
    pub store: Arc<dyn Store>,
    /// The use-cases.
    pub chat: Arc<Chat>,
    /// Who may come in, and how fast.
    pub gate: Gate,
    /// Time and randomness.
    pub clock: Clock,
    /// The end.
    pub shutdown: Shutdown,
}

impl App {
    /// Puts the parts together; without `limited` nobody is held back.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock, limited: bool) -> Self {
        let gate = Gate::new(clock, limited);
        let chat = Arc::new(Chat::new(store.clone(), clock, gate.clone()));
        Self { store, chat, gate, clock, shutdown: Shutdown::default() }
    }
}
