//! A floor: the least that a chat relay on axum can be, well made, so that what the real one costs more can be seen.
//! Conversations are topics; a frame that one party sends is acknowledged and goes to all parties. It has no sign-in, no
//! numbers that survive, no repeats, no read markers. With `durable` each message is committed and synced first.
mod topics;
mod writer;

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::Response,
    routing::get,
    serve::ListenerExt,
};
use futures_util::{FutureExt, SinkExt, StreamExt};
use std::{io, path::Path, sync::Arc, time::SystemTime};
use tokio::{net::TcpListener, sync::mpsc};
pub use topics::NAME;
use topics::Topics;
use writer::{Job, Writer};

/// Read from the line at once, in bytes.
const READ_BYTES: usize = 4 * 1024;
/// Collected before it is written, in bytes.
const WRITE_BYTES: usize = 16 * 1024;
/// What may wait to be written to one session.
const OUTBOX: usize = 1024;

/// What waits to be written to a session.
type Outbox = mpsc::Sender<Utf8Bytes>;

/// The floor.
struct Floor {
    topics: Arc<Topics>,
    writer: Option<Writer>,
}

/// Serves on a listener until the program is ended; keeps messages in this folder, if there is one.
///
/// # Errors
/// When the store cannot be made or the listener fails.
pub async fn serve(listener: TcpListener, durable: Option<&Path>) -> io::Result<()> {
    let topics = Arc::new(Topics::new());
    let writer = durable.map(|folder| Writer::start(folder, topics.clone())).transpose()?;
    let floor = Arc::new(Floor { topics, writer });
    let router = Router::new().route("/ws/{party}", get(upgrade)).with_state(floor);
    let listener = listener.tap_io(|stream| {
        // Without it frames would wait for company; it does not fail on a fresh socket.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await
}

async fn upgrade(State(floor): State<Arc<Floor>>, ws: WebSocketUpgrade) -> Response {
    ws.read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .on_upgrade(async move |socket| drop(session(&floor, socket).await))
}

/// One socket: joins its conversations, then takes turns between what it says and what it is told.
async fn session(floor: &Floor, mut socket: WebSocket) -> Result<(), axum::Error> {
    let (outbox, mut inbox) = mpsc::channel(OUTBOX);
    let Some(Ok(Message::Text(join))) = socket.next().await else { return Ok(()) };
    let _places = floor.topics.join(&join, &outbox);
    socket.send(Message::text(r#"{"Welcome":{}}"#)).await?;
    loop {
        tokio::select! {
            frame = socket.next() => {
                let mut frame = frame;
                // All that has come, before anything is written.
                loop {
                    let Some(Ok(message)) = frame else { return Ok(()) };
                    floor.take(message, &outbox, &mut socket).await?;
                    match socket.next().now_or_never() {
                        Some(next) => frame = next,
                        None => break,
                    }
                }
            }
            Some(text) = inbox.recv() => socket.feed(Message::Text(text)).await?,
        }
        // All that waits, then one write.
        while let Ok(text) = inbox.try_recv() {
            socket.feed(Message::Text(text)).await?;
        }
        socket.flush().await?;
    }
}

impl Floor {
    /// What a party says: a message, which is passed on here or once it is stored.
    async fn take(&self, said: Message, outbox: &Outbox, socket: &mut WebSocket) -> Result<(), axum::Error> {
        let Message::Text(text) = said else { return Ok(()) };
        let Some(sent) = topics::Sent::read(text) else { return Ok(()) };
        if let Some(writer) = &self.writer {
            writer.store(Job { sent, outbox: outbox.clone() }).await;
        } else {
            let accepted = self.topics.deliver(&sent, now());
            socket.feed(Message::Text(accepted)).await?;
        }
        Ok(())
    }
}

/// Milliseconds since 1970.
fn now() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis())
}
