//! What both audiences are told about: messages, entries, who wrote them, how far each side is. A type that a
//! visitor may be sent lives here or in [`super::visitor`]; nothing here may carry what only agents may see.
use super::ids::{AgentId, AttachmentId, ClientId, ConversationId, Millis, Seq};
use super::words::words;
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

words! {
    /// Where a conversation stands.
    Status {
        /// Somebody may be waiting.
        Open = 1,
        /// Put off until a time; a new message opens it.
        Snoozed = 2,
        /// Done; a new message opens it again.
        Resolved = 3,
    }
}

words! {
    /// One of the two parties of a conversation.
    Side {
        /// The person on the website.
        Visitor = 1,
        /// The people who answer, as one.
        Agent = 2,
    }
}

words! {
    /// What an entry that is not a message says. A page that does not know one counts its Seq and shows nothing.
    Kind {
        /// A kind of a later version.
        Unknown = 0,
        /// An agent closed the conversation, or its visitor ended it.
        Resolved = 1,
        /// The conversation was opened again, by a message or by an agent.
        Reopened = 2,
        /// The visitor said what they think of a closing. Has [`Content::Rated`].
        Rated = 3,
        /// An agent said a message of theirs in other words. Has [`Content::Edited`].
        Edited = 4,
        /// A message was taken away for good; its place stays. Has [`Content::Deleted`].
        Deleted = 5,
    } else Unknown
}

impl Kind {
    /// Whether an entry of this kind has a line of its own: what became of a message is shown where that stands.
    #[must_use]
    pub const fn has_line(self) -> bool {
        matches!(self, Self::Resolved | Self::Reopened | Self::Rated)
    }
}

/// Who wrote an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Author {
    /// The visitor of the conversation.
    Visitor(VisitorAuthor),
    /// One of the site's agents.
    Agent(AgentAuthor),
    /// The relay itself.
    System(SystemAuthor),
}

impl Author {
    /// The side that an author speaks for; the system speaks for the agents' side.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self {
            Self::Visitor(_) => Side::Visitor,
            Self::Agent(_) | Self::System(_) => Side::Agent,
        }
    }
}

/// A visitor as author: nothing but the name they typed, if they did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorAuthor {
    /// The name, unverified.
    #[serde(default)]
    pub name: Option<String>,
}

/// An agent as author: what a visitor may know of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentAuthor {
    /// Opaque.
    pub id: AgentId,
    /// The name shown.
    pub name: String,
}

/// The relay as author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemAuthor {}

/// A file that belongs to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Opaque.
    pub id: AttachmentId,
    /// File name as the sender had it, cleaned.
    pub name: String,
    /// Media type as the relay determined it by the content; whatever is no picture is `application/octet-stream`.
    pub media_type: String,
    /// Bytes, as the relay has them.
    pub size: u64,
    /// Set for a picture that the relay has drawn anew: it may be shown, and has a preview.
    #[serde(default)]
    pub picture: Option<Picture>,
}

/// A picture's size, so that a page can leave room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// In pixels, as it is shown.
    pub width: u32,
    /// In pixels, as it is shown.
    pub height: u32,
}

/// An object in JSON, its text in the binary codec: a page only hands it on to the part that knows what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object(pub String);

impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[cfg(feature = "json")]
        if to.is_human_readable() {
            let value: serde_json::Value =
                serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
            return value.serialize(to);
        }
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[cfg(feature = "json")]
        if from.is_human_readable() {
            return serde_json::Value::deserialize(from).map(|value| Self(value.to_string()));
        }
        String::deserialize(from).map(Self)
    }
}

/// A message: the main kind of timeline entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The conversation it stands in.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: Seq,
    /// The sender's own id for it: the sender finds its waiting bubble by it.
    pub client_id: ClientId,
    /// Who wrote it.
    pub author: Author,
    /// When the relay stored it.
    pub at: Millis,
    /// The text, byte for byte.
    pub body: String,
    /// Files.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// What there is to press or to fill in, or what was filled in: `replies`, `cards`, `form`, `answers`.
    #[serde(default)]
    pub extra: Option<Object>,
    /// The Seq of the entry that changed its words last, if one did: the text is the latest.
    #[serde(default)]
    pub edited: Option<Seq>,
    /// The Seq of the entry that took it away, if one did: then there is no text, and nothing with it.
    #[serde(default)]
    pub deleted: Option<Seq>,
    /// The Seq of the message that it quotes, if it does.
    #[serde(default)]
    pub quote: Option<Seq>,
}

impl Message {
    /// What the entry `by` did to it: other words, or none any more. What is older than what is here already does nothing.
    pub fn revise(&mut self, by: Seq, words: Option<&str>) {
        match words {
            None => {
                self.body.clear();
                self.attachments.clear();
                self.extra = None;
                self.quote = None;
                self.edited = None;
                self.deleted = Some(by);
            }
            Some(words) if self.deleted.is_none() && self.edited < Some(by) => {
                self.body = String::from(words);
                self.edited = Some(by);
            }
            Some(_) => {}
        }
    }
}

/// A timeline entry that is not a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The conversation it stands in.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: Seq,
    /// When the relay stored it.
    pub at: Millis,
    /// Who did it.
    pub author: Author,
    /// What was done.
    pub kind: Kind,
    /// What belongs to the kind.
    #[serde(default)]
    pub data: Data,
}

/// What belongs to an entry's kind: an object in JSON, length-prefixed bytes in the binary codec, so that a page that does
/// not know the kind can step over it. Most kinds have nothing: the object is empty. What cannot be read is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data(pub Option<Content>);

/// What an entry can have besides its kind. Variants are only added at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Of [`Kind::Rated`].
    Rated(Rating),
    /// Of [`Kind::Edited`].
    Edited(Edit),
    /// Of [`Kind::Deleted`].
    Deleted(Deletion),
}

/// Other words for a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The message's Seq.
    pub of: Seq,
    /// The words; `None`: others have come since, or the message is gone.
    #[serde(default)]
    pub body: Option<String>,
}

/// A message that is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The message's Seq.
    pub of: Seq,
}

/// What a visitor thinks of a closing; each part may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The Seq of the entry that closed the conversation: each closing is rated at most once.
    pub closing: Seq,
    /// How satisfied they are, from 0 to 100.
    #[serde(default)]
    pub csat: Option<u8>,
    /// How easy it was, from 0 to 100.
    #[serde(default)]
    pub ces: Option<u8>,
    /// In their words, at most [`super::limits::COMMENT_CHARS`].
    #[serde(default)]
    pub comment: Option<String>,
}

impl Serialize for Data {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[cfg(feature = "json")]
        if to.is_human_readable() {
            return match &self.0 {
                Some(content) => content.serialize(to),
                None => serde::ser::SerializeMap::end(to.serialize_map(Some(0))?),
            };
        }
        let bytes = self.0.as_ref().map(super::codec::to_bin).unwrap_or_default();
        bytes.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[cfg(feature = "json")]
        if from.is_human_readable() {
            let object = serde_json::Value::deserialize(from)?;
            return Ok(Self(serde_json::from_value(object).ok()));
        }
        let bytes = Vec::<u8>::deserialize(from)?;
        Ok(Self(if bytes.is_empty() { None } else { super::codec::from_bin(&bytes).ok() }))
    }
}

/// One entry of a timeline, of whatever kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// A message.
    Message(Message),
    /// Anything else.
    Entry(Entry),
}

impl Item {
    /// Its place in the timeline.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        match self {
            Self::Message(message) => message.seq,
            Self::Entry(entry) => entry.seq,
        }
    }

    /// The conversation it stands in.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        match self {
            Self::Message(message) => &message.conversation,
            Self::Entry(entry) => &entry.conversation,
        }
    }

    /// Who wrote or did it.
    #[must_use]
    pub const fn author(&self) -> &Author {
        match self {
            Self::Message(message) => &message.author,
            Self::Entry(entry) => &entry.author,
        }
    }

    /// When the relay stored it.
    #[must_use]
    pub const fn at(&self) -> Millis {
        match self {
            Self::Message(message) => message.at,
            Self::Entry(entry) => entry.at,
        }
    }
}

/// A send is durable: it is in the store, and the store has synced it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The send this answers.
    pub client_id: ClientId,
    /// The conversation the message stands in.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: Seq,
    /// When the relay stored it.
    pub at: Millis,
}

/// A page of a timeline, ascending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The conversation.
    pub conversation: ConversationId,
    /// Entries in ascending order, without a hole.
    pub entries: Vec<Item>,
    /// Whether older entries exist before the first of these.
    pub more: bool,
}

/// How far one side is in a conversation. Both marks only grow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMarker {
    /// The conversation.
    pub conversation: ConversationId,
    /// Whose marks.
    pub side: Side,
    /// The highest Seq that has arrived on that side.
    pub received: Seq,
    /// The highest Seq that has been read there.
    pub read: Seq,
}

/// Somebody is writing, or has stopped. Never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypingNow {
    /// The conversation.
    pub conversation: ConversationId,
    /// Writing, or stopped.
    pub on: bool,
    /// Who.
    pub author: Author,
}

/// The newest Seq of a conversation: a page that has less asks for the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its highest Seq.
    pub seq: Seq,
}

/// The answer to a `Ping`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// The number that was sent.
    pub nonce: u64,
}

// What both kinds of client ask in the same words.

/// Where a page's copy of a timeline ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The conversation.
    pub conversation: ConversationId,
    /// The highest Seq the page has without a hole.
    pub after: Seq,
}

/// How far the asking side is in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The conversation.
    pub conversation: ConversationId,
    /// The highest Seq that has arrived here.
    pub received: Seq,
    /// The highest Seq that has been read here.
    pub read: Seq,
}

/// The asking side is writing, or has stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// The conversation.
    pub conversation: ConversationId,
    /// Writing, or stopped.
    pub on: bool,
}

/// A page of a timeline, please.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetHistory {
    /// The conversation.
    pub conversation: ConversationId,
    /// Entries with a lower Seq than this; `None`: the newest.
    #[serde(default)]
    pub before: Option<Seq>,
    /// At most so many; the relay gives at most [`super::limits::HISTORY_PAGE`].
    pub limit: u16,
}

/// Are you there?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Comes back in the answer.
    pub nonce: u64,
}
