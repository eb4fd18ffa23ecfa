//! How the relay says no to a command, and how decoding can fail. A refusal never closes the socket.
use super::ids::ClientId;
use super::words::words;
use alloc::string::String;
use serde::{Deserialize, Serialize};

words! {
    /// Why a command was refused.
    Code {
        /// The frame is not a command, or breaks its rules.
        BadRequest = 1,
        /// There is no such thing, or it is not yours: the two are not told apart.
        NotFound = 2,
        /// The text is longer than allowed.
        TooLong = 3,
        /// Too fast; `retry_after_ms` says when.
        RateLimited = 4,
        /// Your role may not do this.
        Forbidden = 5,
        /// What it names takes no more.
        Closed = 6,
        /// The relay cannot store just now; nothing was lost, try again.
        Unavailable = 7,
    }
}

impl Code {
    /// Whether sending the same again later can succeed: the outbox keeps such a message and tries by itself.
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable)
    }
}

/// A command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The send it answers, when it was one and could be read.
    pub client_id: Option<ClientId>,
    /// The reason, for programs.
    pub code: Code,
    /// The reason, for the developer's console; never for a visitor's eyes.
    pub detail: String,
    /// When trying again makes sense.
    pub retry_after_ms: Option<u32>,
}

/// Why bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// A kind of a later version. Clients skip it.
    UnknownKind,
    /// Not a frame of this protocol.
    Malformed {
        /// What is wrong, in a few words.
        detail: String,
        /// The send it was meant to be, if that much could be read.
        client_id: Option<ClientId>,
    },
}
