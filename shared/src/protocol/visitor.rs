//! What a visitor's page can send, and everything it can be told. Variants are only added at the end.
use super::error::Refused;
use super::ids::{AttachmentId, ClientId, ConversationId, Epoch, Millis, Seq, SiteKey, Token, VisitorId};
use super::model::{
    Accepted, AgentAuthor, Entry, GetHistory, Head, History, Message, Ping, Pong, Read, ReadMarker, Resume,
    Status, Typing, TypingNow,
};
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// What a visitor says of themself: `name`, `email` and `phone` are texts, `answers` a list of `question` and `answer`,
/// `consent` is true or false; whatever is absent was not said.
pub use super::model::Object as About;

/// What the website says of a visitor: names with texts, numbers or truths. At most [`super::limits::ATTRIBUTES`] are kept.
pub use super::model::Object as Attributes;

/// What a visitor's page can send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Who I am and what I have: the first frame, within [`super::limits::HELLO_MS`].
    Hello(Hello),
    /// A message.
    Send(Send),
    /// How far this side is.
    Read(Read),
    /// I am writing.
    Typing(Typing),
    /// Older entries, please.
    History(GetHistory),
    /// Are you there?
    Ping(Ping),
    /// I have gone to another page of the website.
    Page(Page),
    /// What the website says of me: all of it each time.
    Attributes(Attributes),
}

/// Everything a visitor's page can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The answer to `Hello`.
    Welcome(Welcome),
    /// A send is durable.
    Accepted(Accepted),
    /// A command was not carried out.
    Refused(Refused),
    /// A message, one's own included.
    Message(Message),
    /// A timeline entry that is not a message.
    Entry(Entry),
    /// The answer to `History`, and the missed entries after `Welcome` are sent one by one instead.
    History(History),
    /// Somebody is writing.
    Typing(TypingNow),
    /// How far a side is.
    Read(ReadMarker),
    /// The newest Seq.
    Head(Head),
    /// The answer to `Ping`.
    Pong(Pong),
    /// Whether an agent of the site is there.
    Presence(Presence),
}

/// The first frame of a visitor's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The website.
    pub site: SiteKey,
    /// The token kept from an earlier `Welcome`.
    #[serde(default)]
    pub token: Option<Token>,
    /// The page's language as a BCP 47 tag.
    #[serde(default)]
    pub locale: String,
    /// The page the visitor is on.
    #[serde(default)]
    pub page: Option<Page>,
    /// The store's life that `resume` speaks of.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    /// What the page has of each timeline it shows.
    #[serde(default)]
    pub resume: Vec<Resume>,
}

/// The page a visitor is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its address; the relay cuts query and fragment.
    #[serde(default)]
    pub url: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Where the visitor came from.
    #[serde(default)]
    pub referrer: String,
}

/// A message to be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// Made before the first try, the same at each.
    pub client_id: ClientId,
    /// `None`: the visitor's open conversation, or a new one.
    #[serde(default)]
    pub conversation: Option<ConversationId>,
    /// Start another conversation although one is open.
    #[serde(default)]
    pub new: bool,
    /// The text.
    pub body: String,
    /// Files, uploaded before by the same sender and in no other message; with them the text may be blank.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// What the site asked before the first message, and the answers.
    #[serde(default)]
    pub about: Option<About>,
}

/// The answer to `Hello`. Writes nothing: the visitor's row is made by the first `Send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The visitor.
    pub visitor: VisitorId,
    /// A new secret, to be kept just before the first `Send`; `None`: the one shown is good.
    pub token: Option<Token>,
    /// The token shown is unknown here: this is a new visitor, and what was never confirmed should be sent again.
    pub replaced: bool,
    /// This store's life.
    pub epoch: Epoch,
    /// The relay's clock.
    pub now: Millis,
    /// Whether an agent of the site is there.
    pub online: bool,
    /// When the site opens again, if it is closed now and will.
    pub back_at: Option<Millis>,
    /// The visitor's conversations, the latest active first.
    pub conversations: Vec<ConversationCard>,
}

/// One conversation as its visitor sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationCard {
    /// Opaque.
    pub conversation: ConversationId,
    /// Where it stands.
    pub status: Status,
    /// Its highest Seq.
    pub head: Seq,
    /// The highest Seq that arrived at the visitor.
    pub received: Seq,
    /// The highest Seq that the visitor read.
    pub read: Seq,
    /// The highest Seq that arrived at the agents.
    pub agent_received: Seq,
    /// The highest Seq that the agents read.
    pub agent_read: Seq,
    /// Messages of the agents' side that the visitor has not read.
    pub unread: u32,
    /// The agent who answers, if one has taken it.
    pub assignee: Option<AgentAuthor>,
}

/// Whether anybody is there to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Presence {
    /// At least one agent of the site is connected and not away, and the site is not closed.
    pub online: bool,
    /// When the site opens again, if it is closed now and will.
    pub back_at: Option<Millis>,
}
