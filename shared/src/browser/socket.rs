//! A socket to the relay that this page came from, in the binary subprotocol. It opens once and closes once: when
//! to come back is the machine's to say. Frames that are none of ours are skipped, as CONTRACT has it.
use super::window;
use crate::protocol::{SUBPROTOCOL_BIN, codec};
use alloc::{
    boxed::Box,
    rc::{Rc, Weak},
    string::String,
    vec::Vec,
};
use core::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};
use futures_util::{Sink, Stream};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use serde::{Serialize, de::DeserializeOwned};

/// The code of a close that the browser knows nothing about.
const UNKNOWN: u16 = 1006;

/// What happened on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened<Event> {
    /// It is open.
    Opened,
    /// A frame came.
    Event(Event),
    /// It closed, or never opened: the last that is heard of it.
    Closed {
        /// The close code; 1006 when the browser knows none.
        code: u16,
        /// The reason.
        reason: String,
    },
}

/// What came out of a socket before it was decoded.
enum Raw {
    Opened,
    Frame(Vec<u8>),
    Closed(u16, String),
}

type Line = Rc<RefCell<WebSocket>>;

/// An open socket, or one on its way. Letting it go closes it, and nothing more is told of it.
pub struct Socket {
    line: Option<Line>,
}

impl Socket {
    /// Opens a socket on this page's own origin, at `/ws/visitor` say. `tell` hears everything, from the next turn
    /// of the page's loop on.
    #[must_use]
    pub fn open<Event: DeserializeOwned>(path: &str, tell: impl Fn(Happened<Event>) + 'static) -> Self {
        let line = WebSocket::open_with_protocol(&address(path), SUBPROTOCOL_BIN).ok();
        let line = line.map(|socket| Rc::new(RefCell::new(socket)));
        let hear: Box<dyn Fn(Raw)> = Box::new(move |raw| match raw {
            Raw::Opened => tell(Happened::Opened),
            Raw::Frame(bytes) => {
                if let Ok(event) = codec::from_bin(&bytes) {
                    tell(Happened::Event(event));
                }
            }
            Raw::Closed(code, reason) => tell(Happened::Closed { code, reason }),
        });
        leptos::task::spawn_local(follow(line.as_ref().map(Rc::downgrade), hear));
        Self { line }
    }

    /// Sends a frame. On a socket that has closed meanwhile it goes nowhere: the machine sends again what matters.
    pub fn send(&self, frame: &impl Serialize) {
        self.send_bytes(codec::to_bin(frame));
    }

    fn send_bytes(&self, bytes: Vec<u8>) {
        if let Some(line) = &self.line {
            let _ = Pin::new(&mut *line.borrow_mut()).start_send(Message::Bytes(bytes));
        }
    }
}

/// Follows a socket to its end. It holds it only weakly: who lets the [`Socket`] go ends this too.
async fn follow(line: Option<Weak<RefCell<WebSocket>>>, hear: Box<dyn Fn(Raw)>) {
    let Some(line) = line else { return hear(Raw::Closed(UNKNOWN, String::new())) };
    let mut opened = false;
    while let Some(raw) = poll_fn(|turn| line.upgrade().map_or(Poll::Ready(None), |line| next(&line, &mut opened, turn))).await
    {
        let over = matches!(raw, Raw::Closed(..));
        hear(raw);
        if over {
            return;
        }
    }
}

/// What comes next; nothing when there is nothing left to tell.
fn next(line: &Line, opened: &mut bool, turn: &mut Context<'_>) -> Poll<Option<Raw>> {
    let mut socket = line.borrow_mut();
    if !*opened && Pin::new(&mut *socket).poll_ready(turn).is_ready() {
        *opened = true;
        if matches!(socket.state(), State::Open) {
            return Poll::Ready(Some(Raw::Opened));
        }
    }
    loop {
        let Poll::Ready(message) = Pin::new(&mut *socket).poll_next(turn) else { return Poll::Pending };
        return Poll::Ready(Some(match message {
            Some(Ok(Message::Bytes(bytes))) => Raw::Frame(bytes),
            Some(Err(WebSocketError::ConnectionClose(close))) => Raw::Closed(close.code, close.reason),
            None => Raw::Closed(UNKNOWN, String::new()),
            // A text frame is none of ours; after an error the close follows.
            Some(_) => continue,
        }));
    }
}

/// This page's origin with the scheme of websockets.
fn address(path: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let mut address = String::from("ws");
    address.push_str(origin.strip_prefix("http").unwrap_or_default());
    address.push_str(path);
    address
}
