//! What an agent's page sends to say a message in other words, or to take it away for good. What comes of it is an entry of
//! the timeline that names the message; the log only grows.
use super::ids::{ClientId, ConversationId, Seq};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Other words for a message of one's own, within [`super::limits::EDIT_MS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditMessage {
    /// Made before the first try, the same at each.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The message's Seq.
    pub of: Seq,
    /// The words.
    pub body: String,
}

/// Takes a message away for good: one's own within [`super::limits::EDIT_MS`], any for who runs the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteMessage {
    /// Made before the first try, the same at each.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The message's Seq.
    pub of: Seq,
}
