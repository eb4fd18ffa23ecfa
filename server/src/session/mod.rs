//! One websocket: a task that begins with the handshake and then takes one input at a time until the end. `socket`
//! is the only file that knows axum; the rest runs over any stream of frames. Where websockets are blocked that is a
//! `link`, over single requests; `links` holds those that live, and `feed` is one that the relay itself asks. Never writes the store but through
//! `chat`, and never decides what is told to whom.

pub mod feed;
pub mod link;
pub mod links;
pub mod socket;

mod handshake;
mod live;

mod agent;
mod visitor;

mod follow;
mod heartbeat;
mod line;
mod opened;
mod order;
mod rate;
mod rows;

#[cfg(test)]
mod tests;

use merhaba_shared::protocol::close::Close;

/// A session's websocket frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Text; what arrived is not yet checked to be UTF-8 by this type.
    Text(bytes::Bytes),
    /// Bytes.
    Binary(bytes::Bytes),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// The end, with code and reason.
    Close(u16, String),
}

/// Why a socket cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A frame or message longer than allowed.
    TooBig,
    /// Text that is not UTF-8.
    NotText,
    /// Against the websocket protocol.
    Protocol,
    /// The line is gone.
    Lost,
}

impl Fault {
    /// The close code that tells of it, if anybody can be told.
    const fn code(self) -> Option<u16> {
        match self {
            Self::TooBig => Some(1009),
            Self::NotText => Some(1007),
            Self::Protocol => Some(1002),
            Self::Lost => None,
        }
    }
}

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The line is gone.
    Gone,
    /// The other side closed; it waits for the answer to that.
    Left,
    /// The relay closes, with one of its codes.
    Close(Close),
    /// The other side broke the protocol.
    Fault(Fault),
}

impl From<Close> for Ending {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl From<crate::store::StoreError> for Ending {
    /// Nothing can be read just now: better an end that is noticed than a page that waits.
    fn from(_: crate::store::StoreError) -> Self {
        merhaba_shared::protocol::close::UNAVAILABLE.into()
    }
}
