//! What every part of the relay is handed: put together once at the start. Never grows logic of its own.
use crate::{chat::Chat, clock::Clock, files::Files, gate::Gate, shutdown::Shutdown, store::Store};
use std::{path::Path, sync::Arc};

/// The relay's parts.
pub struct App {
    /// Durable storage, for reading; only `chat` writes.
    pub store: Arc<dyn Store>,
    /// The use-cases.
    pub chat: Arc<Chat>,
    /// Files on the disk, for reading; only `chat` writes.
    pub files: Files,
    /// Who may come in, and how fast.
    pub gate: Gate,
    /// Time and randomness.
    pub clock: Clock,
    /// The end.
    pub shutdown: Shutdown,
}

impl App {
    /// Puts the parts together, with the files of a data folder; without `limited` nobody is held back.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock, limited: bool, data: &Path) -> Self {
        let files = Files::of(data, &store.epoch());
        let gate = Gate::new(clock, limited);
        let chat = Arc::new(Chat::new(store.clone(), clock, gate.clone(), files.clone()));
        Self { files, store, chat, gate, clock, shutdown: Shutdown::default() }
    }
}
