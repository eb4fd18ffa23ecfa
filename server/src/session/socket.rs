//! From an upgrade to a session: the sizes, the subprotocol, the limits of the address, and axum's websocket as a
//! stream of frames. The only file of sessions that knows axum. `Origin`, cookie and token were checked before.
use super::{Ending, Fault, Frame, agent, line::Line, visitor};
use crate::{
    app::App,
    store::{SecretHash, SignIn},
};
use axum::{
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use futures_util::{Sink, Stream};
use merhaba_shared::protocol::{
    close::REFRESH,
    codec::Codec,
    limits::{FRAME_BYTES, OUTBOX_BYTES},
};
use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

/// Read from the line at once, in bytes: each socket has this buffer.
const READ_BYTES: usize = 1024;
/// Collected before it is written, in bytes.
const WRITE_BYTES: usize = 1024;
/// All who are told to connect again come back spread over this time, in milliseconds.
const SPREAD_MS: u64 = 3_000;

/// Serves a visitor's socket; 429 when the address has too many.
pub fn visitor(ws: WebSocketUpgrade, app: Arc<App>, codec: Codec, address: IpAddr) -> Response {
    let stranger = match app.gate.admit(address) {
        Ok(permit) => permit,
        Err(wait) => {
            let header = [(RETRY_AFTER, wait.seconds().to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, header, "too many sockets from this address\n")
                .into_response();
        }
    };
    let tracked = app.shutdown.track();
    sized(ws).protocols([codec.subprotocol()]).on_upgrade(move |socket| async move {
        let line = Line::new(Wire(socket), codec, app.shutdown.stopping());
        let (line, ending) = visitor::serve(app.clone(), line, stranger).await;
        finish(&app, line, ending).await;
        drop(tracked);
    })
}

/// Serves the socket of an agent who has signed in.
pub fn agent(
    ws: WebSocketUpgrade,
    app: Arc<App>,
    codec: Codec,
    sign_in: SignIn,
    secret: SecretHash,
) -> Response {
    let tracked = app.shutdown.track();
    sized(ws).protocols([codec.subprotocol()]).on_upgrade(move |socket| async move {
        let line = Line::new(Wire(socket), codec, app.shutdown.stopping());
        let (line, ending) = agent::serve(app.clone(), line, sign_in, secret).await;
        finish(&app, line, ending).await;
        drop(tracked);
    })
}

/// Accepts a page that is too old under the name it offered, only to tell it so: of a refused upgrade it sees nothing.
pub fn refresh(ws: WebSocketUpgrade, app: Arc<App>, name: String) -> Response {
    let tracked = app.shutdown.track();
    sized(ws).protocols([name]).on_upgrade(move |socket| async move {
        let line = Line::new(Wire(socket), Codec::Bin, CancellationToken::new());
        finish(&app, line, REFRESH.into()).await;
        drop(tracked);
    })
}

async fn finish(app: &App, line: Line<Wire>, ending: Ending) {
    if let Ending::Close(close) = &ending {
        app.chat.counters().count_closed(close.code);
        tracing::debug!(code = close.code, name = close.name, "closing a session");
    }
    line.finish(ending, Duration::from_millis(app.clock.below(SPREAD_MS))).await;
}

/// All four sizes: the defaults are 136 KiB a socket, and no bound on what waits to be written.
fn sized(ws: WebSocketUpgrade) -> WebSocketUpgrade {
    ws.max_frame_size(FRAME_BYTES)
        .max_message_size(FRAME_BYTES)
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_write_buffer_size(OUTBOX_BYTES)
}

/// axum's websocket as a stream of frames.
struct Wire(WebSocket);

impl Stream for Wire {
    type Item = Result<Frame, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(next.map(|message| message.map(frame).map_err(fault)))
    }
}

impl Sink<Frame> for Wire {
    type Error = Fault;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(&mut self.0).poll_ready(cx).map_err(fault)
    }

    fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Fault> {
        let message = match frame {
            Frame::Text(bytes) => Message::Text(Utf8Bytes::try_from(bytes).map_err(|_| Fault::NotText)?),
            Frame::Binary(bytes) => Message::Binary(bytes),
            Frame::Ping => Message::Ping(bytes::Bytes::new()),
            Frame::Pong => Message::Pong(bytes::Bytes::new()),
            Frame::Close(code, reason) => Message::Close(Some(CloseFrame { code, reason: reason.into() })),
        };
        Pin::new(&mut self.0).start_send(message).map_err(fault)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(&mut self.0).poll_flush(cx).map_err(fault)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(&mut self.0).poll_close(cx).map_err(fault)
    }
}

fn frame(message: Message) -> Frame {
    match message {
        Message::Text(text) => Frame::Text(text.into()),
        Message::Binary(bytes) => Frame::Binary(bytes),
        Message::Ping(_) => Frame::Ping,
        Message::Pong(_) => Frame::Pong,
        Message::Close(Some(close)) => Frame::Close(close.code, close.reason.to_string()),
        Message::Close(None) => Frame::Close(1005, String::new()),
    }
}

fn fault(error: axum::Error) -> Fault {
    use tungstenite::Error;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => Fault::TooBig,
        Some(Error::Utf8(_)) => Fault::NotText,
        Some(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => Fault::Lost,
        Some(Error::Protocol(_) | Error::AttackAttempt) => Fault::Protocol,
        _ => Fault::Lost,
    }
}
