//! A socket to the relay that this page came from, in the binary subprotocol. It opens once and closes once: when
//! to come back is the machine's to say. Frames that are none of ours are skipped, as CONTRACT has it.
use super::window;
use crate::protocol::{SUBPROTOCOL_BIN, codec};
use alloc::string::String;
use js_sys::{ArrayBuffer, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, CloseEvent, Event as DomEvent, MessageEvent, WebSocket};

/// The code of a close that the browser knows nothing about.
const UNKNOWN: u16 = 1006;
/// What is listened for; an error is followed by a close.
const EVENTS: [&str; 3] = ["open", "message", "close"];

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

/// Who listens to a socket.
type Hear = Closure<dyn Fn(DomEvent)>;

/// An open socket, or one on its way. Letting it go closes it, and nothing more is told of it.
pub struct Socket {
    line: Option<(WebSocket, Hear)>,
}

impl Socket {
    /// Opens a socket on this page's own origin, at `/ws/visitor` say. `tell` hears everything, from the next turn
    /// of the page's loop on.
    #[must_use]
    pub fn open<Event: DeserializeOwned>(path: &str, tell: impl Fn(Happened<Event>) + 'static) -> Self {
        let Ok(socket) = WebSocket::new_with_str(&address(path), SUBPROTOCOL_BIN) else {
            leptos::task::spawn_local(async move {
                tell(Happened::Closed { code: UNKNOWN, reason: String::new() });
            });
            return Self { line: None };
        };
        let hear = Hear::new(move |event: DomEvent| {
            if let Some(happened) = read(&event) {
                tell(happened);
            }
        });
        socket.set_binary_type(BinaryType::Arraybuffer);
        for name in EVENTS {
            // Adding a listener fails for no target and no name.
            let _ = socket.add_event_listener_with_callback(name, hear.as_ref().unchecked_ref());
        }
        Self { line: Some((socket, hear)) }
    }

    /// Sends a frame. On a socket that has closed meanwhile it goes nowhere: the machine sends again what matters.
    pub fn send(&self, frame: &impl Serialize) {
        if let Some((socket, _)) = &self.line {
            let _ = socket.send_with_u8_array(&codec::to_bin(frame));
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some((socket, hear)) = &self.line {
            for name in EVENTS {
                let _ = socket.remove_event_listener_with_callback(name, hear.as_ref().unchecked_ref());
            }
            // A socket that has closed already is closed.
            let _ = socket.close();
        }
    }
}

/// What an event says; nothing for a frame that is none of ours.
fn read<Event: DeserializeOwned>(event: &DomEvent) -> Option<Happened<Event>> {
    Some(match event.type_().as_str() {
        "open" => Happened::Opened,
        "message" => {
            let frame = event.unchecked_ref::<MessageEvent>().data().dyn_into::<ArrayBuffer>().ok()?;
            Happened::Event(codec::from_bin(&Uint8Array::new(&frame).to_vec()).ok()?)
        }
        _ => {
            let close: &CloseEvent = event.unchecked_ref();
            Happened::Closed { code: close.code(), reason: close.reason() }
        }
    })
}

/// This page's origin with the scheme of websockets.
fn address(path: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let mut address = String::from("ws");
    address.push_str(origin.strip_prefix("http").unwrap_or_default());
    address.push_str(path);
    address
}
