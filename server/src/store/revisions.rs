//! How messages are changed and taken away, beside [`super::Store`]. An entry says that it was done; the words themselves stand
//! in the message's own place, the latest only, so that what is gone is nowhere. The same promises hold.
use super::{Changed, Forgotten, Pending, Then};
use merhaba_shared::protocol::{
    ids::{AgentId, AttachmentId, ClientId, ConversationId, Millis, Seq, SiteKey},
    model::Accepted,
};

/// Other words for a message, or its end.
#[derive(Clone, Debug)]
pub struct Revise {
    /// Who wants it.
    pub agent: AgentId,
    /// Makes it idempotent.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The message's Seq.
    pub of: Seq,
    /// The words, checked; `None`: it is to go.
    pub words: Option<String>,
    /// Their role lets them take away any message of the site, whenever it was written.
    pub any: bool,
    /// Now.
    pub at: Millis,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revised {
    /// Stored now.
    Stored {
        /// The answer; its `seq` is the new entry's.
        accepted: Accepted,
        /// The new entry and the conversation as it now is.
        changed: Box<Changed>,
        /// What must leave the index: nothing for other words, which the index finds by itself.
        unindex: Vec<Forgotten>,
        /// Files that have no row any more.
        files: Vec<(SiteKey, AttachmentId)>,
    },
    /// It was done before, or the message is gone already: the entry that did it.
    Repeated(Accepted),
    /// No such message in a conversation of theirs; or one that is gone and cannot say anything else.
    NotFound,
    /// Somebody else wrote it.
    NotYours,
    /// It was written too long ago.
    TooLate,
    /// Neither words nor a file would be left.
    Blank,
}

/// Durable changes of messages.
pub trait RevisionStore {
    /// Changes a message or takes it away.
    fn revise(&self, revise: Revise, then: Then<Revised>) -> Pending<Revised>;
}
