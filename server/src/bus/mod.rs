//! From node to node: hints and what is ephemeral, never the content of a message. The log is the truth, so a hint
//! that is lost, doubled or late costs latency and nothing else.

pub mod none;

use merhaba_shared::protocol::{
    ids::{ConversationId, Seq, SiteKey, VisitorId},
    model::TypingNow,
};

/// What one node tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint<'a> {
    /// A timeline has grown: who follows it reads the log.
    Moved {
        /// Its site.
        site: &'a SiteKey,
        /// Its visitor.
        visitor: &'a VisitorId,
        /// Which.
        conversation: &'a ConversationId,
        /// Its highest Seq.
        head: Seq,
    },
    /// Somebody is writing.
    Typing(&'a TypingNow),
    /// Whether this node has an agent of the site.
    Presence {
        /// The site.
        site: &'a SiteKey,
        /// Whether there is one.
        online: bool,
    },
}

/// The way to the other nodes.
pub trait Bus: Send + Sync + 'static {
    /// Tells them, some time soon. Must not block; may lose it.
    fn tell(&self, hint: Hint<'_>);
}
