//! What an agent's page can send, and everything it can be told. Notes, assignments and what is known of a visitor
//! can only be spelled here, so no visitor can be sent them. Variants are only added at the end.
use super::error::Refused;
use super::ids::{AgentId, AttachmentId, ClientId, ConversationId, Epoch, Millis, Seq, SiteKey, VisitorId};
use super::model::{
    Accepted, AgentAuthor, Entry, GetHistory, Head, History, Message, Ping, Pong, Read, ReadMarker, Resume,
    Side, Status, Typing, TypingNow,
};
use super::visitor::{About, Page};
use super::words::words;
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

words! {
    /// What an agent may do on a site.
    Role {
        /// Everything, and owns the site.
        Owner = 1,
        /// Everything but giving the site away.
        Admin = 2,
        /// Answers.
        Agent = 3,
        /// Learns: reads, claims nothing, writes notes.
        Trainee = 4,
    }
}

words! {
    /// Which conversations a list shows.
    Filter {
        /// Open, whoever owns them.
        Open = 1,
        /// Open and mine.
        Mine = 2,
        /// Open and nobody's.
        Unassigned = 3,
        /// Resolved.
        Resolved = 4,
        /// All.
        All = 5,
    }
}

words! {
    /// What was done to a conversation and only the team sees.
    Deed {
        /// The author took it.
        Claimed = 1,
        /// The author gave it to somebody.
        Assigned = 2,
        /// The author gave it to nobody.
        Released = 3,
    }
}

/// What an agent's page can send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// What I have: the first frame, within [`super::limits::HELLO_MS`]. Who I am was settled by the upgrade.
    Hello(Hello),
    /// Show me a conversation, and tell me of all that happens there.
    Open(Open),
    /// I no longer look at it.
    Close(Close),
    /// A message to the visitor.
    Reply(Reply),
    /// A line only the team sees.
    Note(WriteNote),
    /// I take it, if nobody has.
    Claim(Claim),
    /// They take it; `None`: nobody.
    Assign(Assign),
    /// It is done.
    Resolve(Resolve),
    /// It is not done.
    Reopen(Reopen),
    /// How far the agents' side is.
    Read(Read),
    /// I am writing.
    Typing(Typing),
    /// A page of a list.
    List(List),
    /// Whether I take conversations now.
    Status(SetStatus),
    /// Older entries, please.
    History(GetHistory),
    /// Are you there?
    Ping(Ping),
    /// Older lines of the backstage, please.
    Backstage(GetBackstage),
}

/// Everything an agent's page can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "made, encoded or drawn, and gone: nothing keeps many of them")]
pub enum Event {
    /// The answer to `Hello`.
    Welcome(Welcome),
    /// A page of a list.
    Inbox(Inbox),
    /// A row of a list is new or has changed.
    InboxChanged(InboxRow),
    /// A message in an opened conversation.
    Message(Message),
    /// Another entry in an opened conversation.
    Entry(Entry),
    /// The answer to `Open` and `History`.
    History(History),
    /// A note in an opened conversation.
    Note(Note),
    /// A reply or note is durable.
    Accepted(Accepted),
    /// A command was not carried out.
    Refused(Refused),
    /// Somebody is writing in an opened conversation.
    Typing(TypingNow),
    /// How far a side is in an opened conversation.
    Read(ReadMarker),
    /// The newest Seq of an opened conversation.
    Head(Head),
    /// The answer to `Ping`.
    Pong(Pong),
    /// The answer to `Claim`.
    Claimed(Claimed),
    /// The answer to `Status`, on every page of the agent.
    Status(SetStatus),
    /// How many rows came as `InboxChanged`: who has fewer has missed some.
    Rows(Rows),
    /// Something that was done, in the backstage of an opened conversation.
    Activity(Activity),
}

/// The first frame of an agent's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The store's life that `resume` speaks of.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    /// Conversations that are open on the page: opens them again and sends what was missed.
    #[serde(default)]
    pub resume: Vec<Resume>,
}

/// Opens a conversation on this page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Which.
    pub conversation: ConversationId,
    /// The highest Seq the page has without a hole; `None`: nothing, send the newest page.
    #[serde(default)]
    pub after: Option<Seq>,
}

/// Closes a conversation on this page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {
    /// Which.
    pub conversation: ConversationId,
}

/// A message to the visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Made before the first try, the same at each.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The text.
    pub body: String,
    /// Files, uploaded before by the same sender and in no other message; with them the text may be blank.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
}

/// A note to be stored in the backstage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteNote {
    /// Made before the first try, the same at each.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The text.
    pub body: String,
}

/// I take it, if nobody has: compare-and-set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which.
    pub conversation: ConversationId,
}

/// They take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// Which.
    pub conversation: ConversationId,
    /// Who; `None`: nobody.
    #[serde(default)]
    pub agent: Option<AgentId>,
}

/// It is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolve {
    /// Which.
    pub conversation: ConversationId,
}

/// It is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopen {
    /// Which.
    pub conversation: ConversationId,
}

/// A page of a list, the latest active first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Which conversations.
    pub filter: Filter,
    /// Where the page before ended; `None`: the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// At most so many; the relay gives at most [`super::limits::INBOX_PAGE`].
    pub limit: u16,
}

/// Lines of the backstage, answered by one [`Event::Note`] or [`Event::Activity`] each, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetBackstage {
    /// Which conversation's.
    pub conversation: ConversationId,
    /// Those with a lower number; `None`: the newest.
    #[serde(default)]
    pub before: Option<u64>,
    /// At most so many; the relay gives at most [`super::limits::BACKSTAGE_PAGE`].
    pub limit: u16,
}

/// Whether the agent takes conversations now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetStatus {
    /// Connected, but not there: does not count as online.
    pub away: bool,
}

/// The answer to `Hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Who signed in.
    pub agent: AgentAuthor,
    /// Their sites.
    pub sites: Vec<SiteCard>,
    /// This store's life.
    pub epoch: Epoch,
    /// The relay's clock.
    pub now: Millis,
    /// Whether they are marked away.
    pub away: bool,
}

/// A site as its agents see it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteCard {
    /// Its key.
    pub site: SiteKey,
    /// Its name.
    pub name: String,
    /// The agent's role there.
    pub role: Role,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// The filter that was asked for.
    pub filter: Filter,
    /// Rows, the latest active first.
    pub conversations: Vec<InboxRow>,
    /// Where this page ends; `None`: there is no more.
    pub cursor: Option<String>,
}

/// How many rows of lists were told, so that a page notices that one got lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The `InboxChanged` that were sent on this connection.
    pub told: u64,
}

/// A conversation as agents see it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    /// Opaque.
    pub conversation: ConversationId,
    /// Its site.
    pub site: SiteKey,
    /// Where it stands.
    pub status: Status,
    /// Its highest Seq.
    pub head: Seq,
    /// The beginning of the latest message, one line.
    pub preview: String,
    /// Who wrote that.
    pub preview_side: Side,
    /// When the latest entry was stored.
    pub at: Millis,
    /// When it began.
    pub created_at: Millis,
    /// Since when the visitor waits for an answer; `None`: they do not.
    pub waiting_since: Option<Millis>,
    /// Messages of the visitor that no agent has read.
    pub unread: u32,
    /// Who owns it.
    pub assignee: Option<AgentAuthor>,
    /// Who writes.
    pub visitor: VisitorCard,
    /// The highest Seq that arrived at the visitor.
    pub visitor_received: Seq,
    /// The highest Seq that the visitor read.
    pub visitor_read: Seq,
    /// The highest Seq that arrived at the agents.
    pub agent_received: Seq,
    /// The highest Seq that the agents read.
    pub agent_read: Seq,
    /// The highest number of its backstage: a page that has a lower one has missed a line.
    #[serde(default)]
    pub backstage: u64,
}

/// What agents know of a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorCard {
    /// Opaque.
    pub id: VisitorId,
    /// A number that tells nameless visitors of a site apart, for people.
    pub number: u64,
    /// The name they typed, unverified.
    pub name: Option<String>,
    /// Their page's language.
    pub locale: String,
    /// The page the conversation was last written from.
    pub page: Option<Page>,
    /// What they said of themself, unverified.
    #[serde(default)]
    pub about: Option<About>,
}

/// A line only the team sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the backstage, numbered apart from the timeline.
    pub number: u64,
    /// The writer's own id for it.
    pub client_id: ClientId,
    /// Who wrote it.
    pub author: AgentAuthor,
    /// When the relay stored it.
    pub at: Millis,
    /// The timeline's head when it was written: where a page shows it.
    pub after: Seq,
    /// The text.
    pub body: String,
}

/// A line of the backstage that is not a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the backstage, in one row with the notes.
    pub number: u64,
    /// Who did it.
    pub author: AgentAuthor,
    /// When the relay stored it.
    pub at: Millis,
    /// The timeline's head when it was done: where a page shows it.
    pub after: Seq,
    /// What.
    pub deed: Deed,
    /// To whom, of what is done to somebody.
    #[serde(default)]
    pub to: Option<AgentAuthor>,
}

/// A line of the backstage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackstageLine {
    /// What somebody wrote.
    Note(Note),
    /// What somebody did.
    Activity(Activity),
}

impl BackstageLine {
    /// Where it is.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        match self {
            Self::Note(note) => &note.conversation,
            Self::Activity(activity) => &activity.conversation,
        }
    }

    /// Its place in the backstage.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::Note(note) => note.number,
            Self::Activity(activity) => activity.number,
        }
    }

    /// The timeline's head when it was stored.
    #[must_use]
    pub const fn after(&self) -> Seq {
        match self {
            Self::Note(note) => note.after,
            Self::Activity(activity) => activity.after,
        }
    }

    /// The event that tells it.
    #[must_use]
    pub fn event(self) -> Event {
        match self {
            Self::Note(note) => Event::Note(note),
            Self::Activity(activity) => Event::Activity(activity),
        }
    }
}

/// The answer to `Claim`: a lost race is a value, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// Which.
    pub conversation: ConversationId,
    /// Who owns it now.
    pub assignee: AgentAuthor,
    /// Whether that is the asker.
    pub won: bool,
}
