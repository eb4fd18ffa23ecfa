//! Sessions over a socket in memory, with paused time and a store that works inline: what waits, waits for a timer,
//! and time goes there by itself.

mod agent;
mod approval;
mod ending;
mod form;
mod fuzz;
mod ladder;
mod mentions;
mod order;
mod person;
mod routing;
mod simulation;
mod visitor;

use super::{
    Fault, Frame,
    line::{self, Line},
};
use crate::{
    app::App,
    clock::Clock,
    store::{
        Added, NewAgent, NewSignIn, SecretHash, Site, SiteSettings,
        sqlite::{Executor, Sqlite},
    },
};
use futures_util::{Sink, Stream};
use merhaba_shared::protocol::{agent::Role, codec::Codec, ids::SiteKey};
use serde_json::{Value, json};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

/// Frames that the socket in memory holds before writing to it has to wait.
const SOCKET_FRAMES: usize = 64;
const HOME: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// The relay's end of a socket in memory.
struct Pipe {
    incoming: mpsc::Receiver<Result<Frame, Fault>>,
    outgoing: PollSender<Frame>,
}

impl Stream for Pipe {
    type Item = Result<Frame, Fault>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(cx)
    }
}

impl line::Socket for Pipe {}

impl Sink<Frame> for Pipe {
    type Error = Fault;
    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        self.outgoing.poll_reserve(cx).map_err(|_| Fault::Lost)
    }
    fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Fault> {
        self.outgoing.send_item(frame).map_err(|_| Fault::Lost)
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }
}

/// The client's end.
struct Client {
    to: mpsc::Sender<Result<Frame, Fault>>,
    from: mpsc::Receiver<Frame>,
    pongs: bool,
}

impl Client {
    async fn say(&self, frame: Value) {
        self.raw(Frame::Text(frame.to_string().into())).await;
    }

    async fn raw(&self, frame: Frame) {
        self.to.send(Ok(frame)).await.expect("the session reads");
    }

    async fn frame(&mut self) -> Frame {
        loop {
            match self.from.recv().await.expect("the session writes") {
                Frame::Ping if self.pongs => self.raw(Frame::Pong).await,
                frame => return frame,
            }
        }
    }

    /// All that was told until now.
    async fn told(&mut self) -> Vec<(String, Value)> {
        self.say(json!({"Ping": {"nonce": 77}})).await;
        let mut told = Vec::new();
        loop {
            let (kind, content) = self.event().await;
            if kind == "Pong" && content["nonce"] == 77 {
                return told;
            }
            told.push((kind, content));
        }
    }

    /// The next event: its kind and its content.
    async fn event(&mut self) -> (String, Value) {
        let frame = self.frame().await;
        let Frame::Text(bytes) = frame else { panic!("not an event: {frame:?}") };
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        let (kind, content) = value.as_object().and_then(|object| object.iter().next()).expect("one key");
        (kind.clone(), content.clone())
    }

    /// The next event of a kind; those of other kinds before it are passed over.
    async fn expect(&mut self, kind: &str) -> Value {
        loop {
            let (found, content) = self.event().await;
            if found == kind {
                return content;
            }
        }
    }

    /// The next events, as many and in the order of these kinds.
    async fn exactly<const N: usize>(&mut self, kinds: [&str; N]) -> [Value; N] {
        let mut contents = Vec::new();
        for kind in kinds {
            let (found, content) = self.event().await;
            assert_eq!(found, kind, "{content}");
            contents.push(content);
        }
        contents.try_into().expect("as many")
    }

    /// Nothing came until all that can happen without time passing has happened.
    async fn silence(&mut self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.from.try_recv().ok(), None);
    }

    /// The close frame; what comes before it is passed over.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Frame::Close(code, reason) = self.frame().await {
                return (code, reason);
            }
        }
    }
}

/// A folder in memory, where there is such: nothing here is about the disk, and syncing it would only take time.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder")
}

/// A relay without HTTP.
struct Rig {
    app: Arc<App>,
    store: Arc<Sqlite>,
    dir: tempfile::TempDir,
}

impl Rig {
    async fn new() -> Self {
        Self::with(true).await
    }

    async fn with(limited: bool) -> Self {
        let dir = folder();
        let fatal = Box::new(|why: &str| panic!("{why}"));
        let store = Sqlite::open_with(dir.path(), &"epoch".into(), fatal, Executor::Inline).expect("a store");
        let store = Arc::new(store);
        let app = Arc::new(App::new(store.clone(), Clock, limited, dir.path()));
        let rig = Self { app, store, dir };
        rig.site("shop").await;
        rig
    }

    async fn site(&self, key: &str) {
        let settings = SiteSettings { name: key.into(), ..SiteSettings::default() };
        self.app.store.add_site(Site { key: key.into(), at: 0, settings }).await.expect("a site");
    }

    /// An agent of a site who is signed in.
    async fn sign_in(&self, name: &str, site: &str, role: Role) -> SecretHash {
        let new = NewAgent {
            id: name.into(),
            site: SiteKey::from(site),
            email: format!("{name}@example.com"),
            name: name.into(),
            role,
            password_hash: String::new(),
            at: 0,
        };
        let added = self.app.store.add_agent(new).await.expect("an agent");
        assert!(matches!(added, Added::New(_)));
        let secret = crate::chat::secret_hash(name);
        let at = self.app.clock.now();
        self.app.store.sign_in(NewSignIn { secret, agent: name.into(), at }).await.expect("a sign-in");
        secret
    }

    fn pipe() -> (Pipe, Client) {
        let (to, incoming) = mpsc::channel(SOCKET_FRAMES);
        let (outgoing, from) = mpsc::channel(SOCKET_FRAMES);
        (Pipe { incoming, outgoing: PollSender::new(outgoing) }, Client { to, from, pongs: true })
    }

    /// A visitor's socket, before its first frame.
    fn visitor_socket(&self) -> Client {
        self.visitor_line(Codec::Json)
    }

    fn visitor_line(&self, codec: Codec) -> Client {
        let (pipe, client) = Self::pipe();
        let app = self.app.clone();
        let line = Line::new(pipe, codec, app.shutdown.stopping());
        let stranger = app.gate.admit(HOME).expect("room");
        self.app.shutdown.spawn(async move {
            let (line, ending) = super::visitor::serve(app.clone(), line, stranger, device()).await;
            super::socket::finish(&app, line, ending).await;
        });
        client
    }

    /// A visitor's socket after Hello; with what was welcomed.
    async fn visitor(&self, hello: Value) -> (Client, Value) {
        let mut client = self.visitor_socket();
        let mut first = json!({"site": "shop"});
        let fields = first.as_object_mut().expect("an object");
        fields.extend(hello.as_object().cloned().into_iter().flatten());
        client.say(json!({ "Hello": first })).await;
        let [welcome] = client.exactly(["Welcome"]).await;
        (client, welcome)
    }

    /// An agent's socket after Hello, of a sign-in made by [`Self::sign_in`].
    async fn agent(&self, secret: SecretHash, hello: Value) -> (Client, Value) {
        let mut client = self.agent_socket(secret).await;
        client.say(json!({ "Hello": hello })).await;
        let [welcome] = client.exactly(["Welcome"]).await;
        (client, welcome)
    }

    async fn agent_socket(&self, secret: SecretHash) -> Client {
        self.agent_line_of(secret, Codec::Json).await
    }

    /// An agent's socket, of a sign-in made by [`Self::sign_in`] with this name.
    async fn agent_line(&self, name: &str, codec: Codec) -> Client {
        self.agent_line_of(crate::chat::secret_hash(name), codec).await
    }

    async fn agent_line_of(&self, secret: SecretHash, codec: Codec) -> Client {
        let (pipe, client) = Self::pipe();
        let app = self.app.clone();
        let sign_in = app.chat.signed_in(secret).await.expect("a store").expect("signed in");
        let line = Line::new(pipe, codec, app.shutdown.stopping());
        self.app.shutdown.spawn(async move {
            let (line, ending) = super::agent::serve(app.clone(), line, sign_in, secret).await;
            super::socket::finish(&app, line, ending).await;
        });
        client
    }
}

/// What every visitor here uses.
fn device() -> Option<merhaba_shared::protocol::person::Device> {
    crate::domain::device::of("Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0")
}

/// A client id from a number.
fn cid(number: u32) -> String {
    format!("{number:032x}")
}

/// A `Send` into the open conversation.
fn send(number: u32, body: &str) -> Value {
    json!({"Send": {"client_id": cid(number), "conversation": null, "new": false, "body": body, "attachments": []}})
}

/// The numbers of messages and entries.
fn seqs(events: &[Value]) -> Vec<u64> {
    events.iter().filter_map(|event| event["seq"].as_u64()).collect()
}
