//! The relay's process in the simulation: its parts on one folder, and its sessions, which a crash ends at once. The
//! folder outlives it; nothing else does.
use super::link::{Socket, Wire, socket};
use crate::{
    app::App,
    chat::secret_hash,
    clock::Clock,
    session::{agent, line::Line, socket::finish, visitor},
    store::sqlite::{Executor, Sqlite},
};
use merhaba_shared::protocol::codec::Codec;
use std::{net::IpAddr, path::Path, sync::Arc};
use tokio::{sync::Notify, task::AbortHandle};

/// A relay that runs.
pub(super) struct Relay {
    pub(super) app: Arc<App>,
    pub(super) store: Arc<Sqlite>,
    sessions: Vec<AbortHandle>,
    bell: Arc<Notify>,
}

impl Relay {
    /// Starts on a folder.
    pub(super) fn start(dir: &Path, bell: &Arc<Notify>) -> Self {
        let fatal = Box::new(|why: &str| panic!("{why}"));
        let store = Sqlite::open_with(dir, &"e1".into(), fatal, Executor::Inline).expect("a store");
        let store = Arc::new(store);
        let app = Arc::new(App::new(store.clone(), Clock, true, dir));
        Self { app, store, sessions: Vec::new(), bell: bell.clone() }
    }

    fn keep(&mut self, mut wire: Wire, session: AbortHandle) -> Wire {
        self.sessions.retain(|session| !session.is_finished());
        self.sessions.push(session.clone());
        wire.session = Some(session);
        wire
    }

    fn line(&self, codec: Codec) -> (Line<Socket>, Wire) {
        let (socket, wire) = socket(&self.bell);
        (Line::new(socket, codec, self.app.shutdown.stopping()), wire)
    }

    /// A visitor's websocket; `None` when the gate says no.
    pub(super) fn visitor(&mut self, address: IpAddr, codec: Codec) -> Option<Wire> {
        let stranger = self.app.gate.admit(address).ok()?;
        let ((line, wire), app) = (self.line(codec), self.app.clone());
        let session = self.app.shutdown.spawn(async move {
            let (line, ending) = visitor::serve(app.clone(), line, stranger, None).await;
            finish(&app, line, ending).await;
        });
        Some(self.keep(wire, session.abort_handle()))
    }

    /// An agent's websocket; `None` when they are not signed in.
    pub(super) async fn agent(&mut self, name: &str, codec: Codec) -> Option<Wire> {
        let secret = secret_hash(name);
        let sign_in = self.app.chat.signed_in(secret).await.ok().flatten()?;
        let ((line, wire), app) = (self.line(codec), self.app.clone());
        let session = self.app.shutdown.spawn(async move {
            let (line, ending) = agent::serve(app.clone(), line, sign_in, secret).await;
            finish(&app, line, ending).await;
        });
        Some(self.keep(wire, session.abort_handle()))
    }

    /// The process is gone, between two instructions.
    pub(super) fn crash(self) {
        for session in &self.sessions {
            session.abort();
        }
    }
}
