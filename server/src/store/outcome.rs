//! What comes of the use-cases that write, and of one that reads a log: each variant is an answer that somebody waits for.
use merhaba_shared::protocol::{
    agent::{Activity, Claimed, InboxRow, Note},
    ids::AgentId,
    model::{Accepted, Item, ReadMarker},
};
use std::sync::Arc;

/// What came of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Stored now.
    Stored(Box<Stored>),
    /// Stored before: what was answered then. Nothing was written.
    Repeated(Accepted),
    /// No such conversation for this sender (or no such site).
    NotFound,
    /// One of its files is not this sender's, is in another message, or is not there any more.
    NoFile,
    /// What it quotes is no message of the conversation.
    NoQuote,
}

/// A send that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The answer to the sender.
    pub accepted: Accepted,
    /// The new entries in order: the message, and before it the opening again, if it did that.
    pub items: Vec<Item>,
    /// What it did in the backstage: an answer takes nobody's conversation.
    pub activity: Option<Activity>,
    /// The conversation as it now is.
    pub row: Arc<InboxRow>,
    /// Whether this began it.
    pub began: bool,
}

/// What came of a change to a conversation that is not a message. `None` in its place: not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// New entries in order; empty when nothing had to change.
    pub items: Vec<Item>,
    /// The new line of its backstage, if there is one.
    pub activity: Option<Activity>,
    /// The conversation as it now is.
    pub row: Arc<InboxRow>,
}

/// What came of a change that has a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bounded<T> {
    /// It is so now.
    Done(T),
    /// There are as many as there may be; nothing was changed.
    TooMany,
}

impl<T> Bounded<T> {
    /// What is so now, unless there were too many.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::TooMany => None,
        }
    }
}

/// What came of rating a closing. `None` in its place: not found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "made, told, and gone: nothing keeps many of them")]
pub enum Rated {
    /// Stored now.
    Stored(Changed),
    /// That closing was rated before: nothing was written.
    Repeated,
    /// What was named did not close the conversation.
    NotClosed,
}

/// What came of moving a read marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Where the side's marks now stand.
    pub marker: ReadMarker,
    /// Whether they moved.
    pub moved: bool,
    /// The conversation as it now is.
    pub row: Arc<InboxRow>,
}

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimOutcome {
    /// The answer.
    pub claimed: Claimed,
    /// The new line of its backstage; `None`: nothing had to change.
    pub activity: Option<Activity>,
    /// The conversation as it now is.
    pub row: Arc<InboxRow>,
}

/// What came of writing a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Stored now.
    Stored {
        /// It.
        note: Box<Note>,
        /// The conversation as it now is.
        row: Arc<InboxRow>,
        /// Who is mentioned in it.
        mentioned: Vec<AgentId>,
    },
    /// Stored before: what was answered then (`seq` is the note's number).
    Repeated(Accepted),
    /// No such conversation for this agent.
    NotFound,
}

/// Entries after a Seq, ascending, cut by bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The entries.
    pub items: Vec<Item>,
    /// Whether there are more after them.
    pub more: bool,
}
