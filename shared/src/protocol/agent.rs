//! What an agent's page can send, and everything it can be told. Notes, assignments and what is known of a visitor
//! can only be spelled here, so no visitor can be sent them. Variants are only added at the end.
use super::approval::{Decide, Decided, Proposal, Propose};
use super::backstage::Mentioned;
pub use super::backstage::{Activity, BackstageLine, Note};
pub use super::company::{Company, Look, Present, SetStatus};
use super::error::Refused;
use super::ids::{AgentId, AttachmentId, ClientId, ConversationId, Epoch, Millis, Seq, SiteKey, VisitorId};
use super::model::{
    Accepted, AgentAuthor, Entry, GetHistory, Head, History, Message, Ping, Pong, Read, ReadMarker, Resume,
    Side, Status, Typing, TypingNow,
};
use super::person::{GetPerson, Here, Person, Visit};
use super::revision::{DeleteMessage, EditMessage};
use super::triage::{Bookmark, Counts, Escalate, Only, SetPriority, SetTag, Snooze, Transfer, Triage};
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
        /// Learns: reads, claims nothing, writes notes, and answers that wait for approval.
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
        /// Open and somebody else's.
        Team = 6,
        /// Open, and the visitor waits: the longest first.
        Waiting = 7,
        /// Put off: what opens next first.
        Snoozed = 8,
        /// What this agent has bookmarked, whatever became of it.
        Bookmarked = 9,
        /// A message waits there for approval: the longest first, whatever became of the conversation.
        Approval = 10,
        /// Open, and nobody answers though more were told: the longest first.
        Unattended = 11,
        /// This agent was mentioned in a note there and has not looked since.
        Mentioned = 12,
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
        /// The author put a tag on it.
        Tagged = 4,
        /// The author took a tag off it.
        Untagged = 5,
        /// The author said how urgent it is.
        Prioritised = 6,
        /// The author put it off.
        Snoozed = 7,
        /// What the author had put off is open again, by itself or because they said so.
        Woken = 8,
        /// The relay gave it to the author: it was their turn.
        Routed = 9,
        /// The author let a trainee's message go.
        Approved = 10,
        /// The author let it go in other words.
        Changed = 11,
        /// The author gave it back.
        Returned = 12,
        /// The author took their own back.
        Withdrawn = 13,
        /// The author's message has waited so long that more are told.
        Passed = 14,
        /// Nobody answers: the relay told more. Its author is whose conversation it is, else an owner of the site.
        Climbed = 15,
        /// The author called for owners and admins.
        Escalated = 16,
        /// The author sent it to a department, or to the whole team.
        Transferred = 17,
        /// The author's message went at the time that they had said.
        Sent = 18,
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
    /// This conversation is before my eyes.
    Look(Look),
    /// A tag on, or off.
    Tag(SetTag),
    /// How urgent it is.
    Priority(SetPriority),
    /// Put it off, or open it again.
    Snooze(Snooze),
    /// My own mark on it, or not any more.
    Bookmark(Bookmark),
    /// A message to the visitor, for approval.
    Propose(Propose),
    /// What becomes of such a message.
    Decide(Decide),
    /// Other words for a message of mine.
    Edit(EditMessage),
    /// A message is to go.
    Delete(DeleteMessage),
    /// Owners and admins, please.
    Escalate(Escalate),
    /// Who is it that writes?
    Person(GetPerson),
    /// They answer this.
    Transfer(Transfer),
}

/// Everything an agent's page can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Who of the team looks at an opened conversation.
    Company(Company),
    /// How many conversations each list of a site holds.
    Counts(Counts),
    /// A bookmark of this agent was set or taken away.
    Bookmarked(Bookmark),
    /// A message that waits for approval, or has waited, in the backstage of an opened conversation.
    Proposal(Proposal),
    /// The answer to `Decide`.
    Decided(Decided),
    /// The answer to `Person`.
    Person(Person),
    /// Whoever was asked of has gone to another page.
    Visit(Visit),
    /// Whoever was asked of has come or gone.
    Here(Here),
    /// This agent was mentioned in a note, or has looked there since.
    Mentioned(Mentioned),
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
    /// The Seq of the message there that it quotes.
    #[serde(default)]
    pub quote: Option<Seq>,
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

/// A page of a list, in the order that its [`Filter`] says, else the latest active first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Which conversations.
    pub filter: Filter,
    /// Where the page before ended; `None`: the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// At most so many; the relay gives at most [`super::limits::INBOX_PAGE`].
    pub limit: u16,
    /// Only those.
    #[serde(default)]
    pub only: Only,
}

impl List {
    /// A page of a list that is not narrowed.
    #[must_use]
    pub fn whole(filter: Filter, cursor: Option<String>, limit: u16) -> Self {
        Self { filter, cursor, limit, only: Only::default() }
    }
}

/// Lines of the backstage, answered by one [`Event::Note`], [`Event::Activity`] or
/// [`Event::Proposal`] each, in their order.
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
    /// Whether they are marked busy.
    #[serde(default)]
    pub busy: bool,
    /// What they have bookmarked, at most [`super::limits::BOOKMARKS`].
    #[serde(default)]
    pub bookmarks: Vec<ConversationId>,
    /// Where they were mentioned and have not looked since, at most [`super::limits::MENTIONS`].
    #[serde(default)]
    pub mentions: Vec<ConversationId>,
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
    /// Rows, in the list's order. A narrowed list may have fewer than were asked for, and go on all the same.
    pub conversations: Vec<InboxRow>,
    /// Where this page ends; `None`: there is no more.
    pub cursor: Option<String>,
    /// What it was narrowed to.
    #[serde(default)]
    pub only: Only,
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
    /// What the team notes on it.
    #[serde(default)]
    pub triage: Triage,
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
