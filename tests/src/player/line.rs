//! A page's socket as a browser has it: it opens by itself, takes whatever is said without waiting, and tells of an end
//! it knows nothing about with 1006. Decides nothing.
use crate::relay::Relay;
use futures_util::{FutureExt, Sink, SinkExt, Stream, future::BoxFuture};
use merhaba_shared::protocol::{
    close,
    codec::{Codec, from_bin, from_json, to_bin, to_json},
};
use serde::{Serialize, de::DeserializeOwned};
use socket2::SockRef;
use std::{
    future::{pending, poll_fn},
    io,
    pin::Pin,
};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

/// What a browser says of a close it knows nothing about.
pub const UNKNOWN: u16 = 1006;
/// A socket's buffers; thousands of players fit into one test.
const BUFFER_BYTES: usize = 4 * 1024;

/// What the system may keep for who does not read, where that is to be little.
const SMALL_BYTES: u32 = 4 * 1024;
const SMALL_SEGMENT: u32 = 536;

/// A websocket of ours.
pub type Socket = WebSocketStream<TcpStream>;

/// Where a page connects to, and what it says of itself.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where the connection goes: the relay, or what stands between.
    pub dial: String,
    /// The relay's own host and port.
    pub authority: String,
    /// The relay's own origin.
    pub origin: String,
    /// How frames are written.
    pub codec: Codec,
    /// Whether the system keeps next to nothing for who does not read.
    pub small: bool,
}

impl Door {
    /// Straight to the relay, in JSON.
    #[must_use]
    pub fn of(relay: &Relay) -> Self {
        let authority = relay.authority().to_owned();
        Self {
            dial: authority.clone(),
            authority,
            origin: relay.url().to_owned(),
            codec: Codec::Json,
            small: false,
        }
    }

    /// The same through somebody else.
    #[must_use]
    pub fn through(self, dial: &str) -> Self {
        Self { dial: dial.to_owned(), ..self }
    }

    /// The same in another codec.
    #[must_use]
    pub fn speaking(self, codec: Codec) -> Self {
        Self { codec, ..self }
    }

    /// The same with buffers as small as they can be.
    #[must_use]
    pub fn small(self) -> Self {
        Self { small: true, ..self }
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        if !self.small {
            return TcpStream::connect(&self.dial).await;
        }
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(SMALL_BYTES)?;
        // On loopback segments have 64 KiB, and the sender's buffer grows with them to megabytes.
        SockRef::from(&socket).set_tcp_mss(SMALL_SEGMENT)?;
        socket.connect(self.dial.parse().map_err(io::Error::other)?).await
    }

    /// Opens a socket; the close code that comes nearest to what happened when it cannot be.
    pub async fn open(self, path: &'static str, bearer: Option<String>) -> Result<Socket, u16> {
        let request = format!("ws://{}{path}", self.authority).into_client_request();
        let mut request = request.expect("an address");
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static(self.codec.subprotocol()));
        let (name, value) = match bearer {
            Some(bearer) => ("authorization", format!("Bearer {bearer}")),
            None => ("origin", self.origin.clone()),
        };
        headers.insert(name, HeaderValue::from_str(&value).expect("a header's value"));
        let stream = self.connect().await.map_err(|_| UNKNOWN)?;
        stream.set_nodelay(true).map_err(|_| UNKNOWN)?;
        let config =
            WebSocketConfig::default().read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES);
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(answer)) if matches!(answer.status().as_u16(), 401 | 403) => {
                Err(close::REVOKED.code)
            }
            Err(_) => Err(UNKNOWN),
        }
    }
}

/// What was heard.
#[derive(Debug)]
pub enum Heard<E> {
    /// The socket is open.
    Opened,
    /// A frame.
    Event(Box<E>),
    /// The socket closed.
    Closed {
        /// The close code.
        code: u16,
        /// The reason.
        reason: String,
    },
}

/// The socket, while there is one or one is opening.
pub struct Line {
    door: Door,
    path: &'static str,
    bearer: Option<String>,
    opening: Option<BoxFuture<'static, Result<Socket, u16>>>,
    socket: Option<Box<Socket>>,
}

impl Line {
    pub(super) fn new(door: Door, path: &'static str, bearer: Option<String>) -> Self {
        Self { door, path, bearer, opening: None, socket: None }
    }

    /// Begins to open a socket, letting go of any before it.
    pub(super) fn connect(&mut self) {
        self.socket = None;
        self.opening = Some(self.door.clone().open(self.path, self.bearer.clone()).boxed());
    }

    /// Lets the socket go.
    pub(super) fn let_go(&mut self) {
        (self.opening, self.socket) = (None, None);
    }

    /// Says something; on a socket that has gone it goes nowhere, and the machine will notice.
    pub(super) fn say<C: Serialize>(&mut self, command: &C) {
        if let Some(socket) = &mut self.socket {
            let frame = match self.door.codec {
                Codec::Json => Message::text(to_json(command)),
                Codec::Bin => Message::binary(to_bin(command)),
            };
            // What does not go out now goes out while it listens.
            let _ = Pin::new(socket.as_mut()).start_send(frame);
            let _ = socket.flush().now_or_never();
        }
    }

    /// Waits for what comes next; for ever while there is no socket. Nothing is lost when the wait is given up.
    pub(super) async fn hear<E: DeserializeOwned>(&mut self) -> Heard<E> {
        if let Some(opening) = &mut self.opening {
            let opened = opening.await;
            self.opening = None;
            return match opened {
                Ok(socket) => {
                    self.socket = Some(Box::new(socket));
                    Heard::Opened
                }
                Err(code) => Heard::Closed { code, reason: String::new() },
            };
        }
        loop {
            let Some(socket) = &mut self.socket else { return pending().await };
            // What could not go out at once goes out whenever this is looked at.
            let next = poll_fn(|cx| {
                let mut socket = Pin::new(socket.as_mut());
                let _ = socket.as_mut().poll_flush(cx);
                socket.poll_next(cx)
            });
            match next.await {
                Some(Ok(Message::Text(text))) => {
                    // A kind of a later version is skipped, as the protocol has it.
                    if let Ok(event) = from_json(&text) {
                        return Heard::Event(Box::new(event));
                    }
                }
                Some(Ok(Message::Binary(bytes))) => {
                    return Heard::Event(Box::new(from_bin(&bytes).expect("a frame of this revision")));
                }
                Some(Ok(Message::Close(frame))) => {
                    self.socket = None;
                    let (code, reason) = frame.map_or((UNKNOWN, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    });
                    return Heard::Closed { code, reason };
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    self.socket = None;
                    return Heard::Closed { code: UNKNOWN, reason: String::new() };
                }
            }
        }
    }
}
