//! Durable storage. One seam, [`Store`]: a method is one use-case and one transaction. Times and ids come in as
//! arguments, no driver type goes out. Seq is taken inside the writing transaction.
//!
//! A writing method queues its job when it is *called* and before it returns, so the order of calls is the order of
//! commits; the future only waits. [`Then`] runs right after the commit, in commit order and whether or not anybody
//! still waits: publishing from there can neither be forgotten nor overtaken.

mod approvals;
mod canned;
mod drafts;
mod files;
mod loaders;
mod outcome;
mod pending;
mod push;
mod revisions;
mod search;
mod sequence;
pub mod sqlite;
mod triage;
mod visits;

#[cfg(test)]
pub mod contract;

use crate::domain::{
    department::Department,
    reception::{About, Reception},
    routing::{Routing, Waiting},
    site::Edge,
};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Inbox, InboxRow, List, Role},
    ids::{AgentId, AttachmentId, ClientId, ConversationId, Epoch, Millis, Seq, SiteKey, VisitorId},
    model::{Accepted, AgentAuthor, History, Rating, Side},
    visitor::{ConversationCard, Page},
};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, sync::Arc};

pub use approvals::{ApprovalStore, Proposed, Settled};
pub use canned::{AllCanned, CannedStore, KeptCanned, SavedCanned};
pub use drafts::{DRAFT_AGE, DRAFTS, Draft, DraftStore, SavedDraft};
pub use files::{FileStore, Holder, Kept, NewFile, Preview, StoredFile};
pub use loaders::{LOADERS, Loader, LoaderStore};
pub use outcome::{Bounded, Changed, ClaimOutcome, Marked, Missed, Noted, Rated, Sent, Stored};
pub use pending::Pending;
pub use push::{PushStore, SUBSCRIPTIONS, Subscription, Target};
pub use revisions::{Revise, Revised, RevisionStore};
pub use search::{Forgotten, Found, FoundTag, Hit, Kind, Part, Search, SearchStore};
pub use sequence::Sequence;
pub use triage::TriageStore;
pub use visits::{VisitStore, Walk};

/// Why a use-case was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Something of that name exists already.
    #[error("exists already")]
    Conflict,
    /// The store cannot do it now: full, failing or overloaded. Nothing was stored.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Only a probe says so: so few bytes are left on the disk that the next write may fail.
    #[error("only {0} bytes are left on the disk")]
    NoRoom(u64),
}

/// Called once with the result of a committed use-case, in the order of commits. It must not block.
pub type Then<T> = Box<dyn FnOnce(&T) + Send>;

/// SHA-256 of a secret: all that is kept of tokens and session cookies.
pub type SecretHash = [u8; 32];

/// A website.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Public key.
    pub key: SiteKey,
    /// When it was added.
    pub at: Millis,
    /// What its owner can change.
    pub settings: SiteSettings,
}

/// What a site's owner can change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteSettings {
    /// Its name.
    pub name: String,
    /// Origins that may embed the widget, as `domain::origin` checked them.
    pub origins: Vec<String>,
    /// Brand colour, `#rrggbb`; `None`: ours.
    pub color: Option<String>,
    /// How round corners are, in pixels; `None`: as ours.
    pub radius: Option<u8>,
    /// The launcher's side; `None`: where a line of the page ends.
    pub position: Option<Edge>,
    /// Greeting by language tag (`en`, `tr`); a missing one is ours.
    pub greetings: Vec<(String, String)>,
    /// The longest file in bytes, 0: none at all; `None`: as long as the relay allows.
    pub file_bytes: Option<u64>,
    /// What all its files may weigh together, in bytes; `None`: what the relay allows.
    pub file_quota: Option<u64>,
    /// When it is open, and what is asked first.
    pub reception: Reception,
    /// How its conversations find an agent.
    pub routing: Routing,
    /// The parts of its team, in the order they are shown.
    pub departments: Vec<Department>,
}

/// An agent, with the sites they answer for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Opaque.
    pub id: AgentId,
    /// Sign-in name; compared without regard to case.
    pub email: String,
    /// Name shown.
    pub name: String,
    /// argon2id, PHC format.
    pub password_hash: String,
    /// Sites and roles.
    pub memberships: Vec<Membership>,
}

/// An agent's place on one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The site.
    pub site: SiteKey,
    /// Its name.
    pub site_name: String,
    /// What they may do there.
    pub role: Role,
}

/// An agent to be added.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Used when the e-mail is new here.
    pub id: AgentId,
    /// The site they join.
    pub site: SiteKey,
    /// Sign-in name.
    pub email: String,
    /// Name shown.
    pub name: String,
    /// Role on the site.
    pub role: Role,
    /// argon2id, PHC format.
    pub password_hash: String,
    /// Now.
    pub at: Millis,
}

/// What came of adding an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// A new agent.
    New(Agent),
    /// The e-mail was known from another site: it joined this one; name and password stay as they were.
    Joined(Agent),
    /// There is no such site.
    NoSite,
}

/// An agent's sign-in, by cookie or bearer token.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// Hash of the secret.
    pub secret: SecretHash,
    /// Who.
    pub agent: AgentId,
    /// Now.
    pub at: Millis,
}

/// A sign-in that is known and not ended. Whether it is too old is the caller's to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Who.
    pub agent: Agent,
    /// When they signed in.
    pub at: Millis,
    /// When it was last used, to the nearest minute or so.
    pub seen_at: Millis,
}

/// A visitor that has a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Opaque.
    pub id: VisitorId,
    /// The name they typed.
    pub name: Option<String>,
}

/// Who reads or writes: no method takes a bare conversation, so that a foreign id is never more than not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The visitor that owns the conversation.
    Visitor(VisitorId),
    /// An agent of the conversation's site.
    Agent(AgentId),
}

impl Principal {
    /// The side they stand on.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self {
            Self::Visitor(_) => Side::Visitor,
            Self::Agent(_) => Side::Agent,
        }
    }
}

/// A visitor as a sender of messages.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The site they are on.
    pub site: SiteKey,
    /// The visitor.
    pub visitor: VisitorId,
    /// Hash of their token, for their row.
    pub token: SecretHash,
    /// Their page's language, for their row and the conversation.
    pub locale: String,
    /// Where they are.
    pub page: Option<Page>,
}

/// A visitor's message.
#[derive(Clone, Debug)]
pub struct VisitorMessage {
    /// Who writes; a row is made if there is none.
    pub from: Arc<Sender>,
    /// Makes the send idempotent.
    pub client_id: ClientId,
    /// `None`: the visitor's latest open conversation, or a new one.
    pub conversation: Option<ConversationId>,
    /// A new conversation even if one is open.
    pub new: bool,
    /// The id a new conversation would get; unused where one is named.
    pub new_conversation: ConversationId,
    /// The text, checked.
    pub body: String,
    /// Files, uploaded before; found on the disk as they were written.
    pub attachments: Vec<AttachmentId>,
    /// What they filled in, as JSON, checked.
    pub extra: Option<String>,
    /// What they said of themself, checked; stored unless the message is a repeat.
    pub about: Option<Box<About>>,
    /// Now.
    pub at: Millis,
    /// What it must not overtake.
    pub sequence: Sequence,
}

impl VisitorMessage {
    /// The bytes of what the visitor's page sent with it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let page =
            self.from.page.as_ref().map_or(0, |page| page.url.len() + page.title.len() + page.referrer.len());
        self.body.len() + self.from.locale.len() + page
    }
}

/// An agent's message.
#[derive(Clone, Debug)]
pub struct AgentMessage {
    /// Who writes.
    pub agent: AgentId,
    /// Makes the send idempotent.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The text, checked.
    pub body: String,
    /// Files, uploaded before; found on the disk as they were written. A note has none.
    pub attachments: Vec<AttachmentId>,
    /// What there is to press or to fill in, as JSON, checked. A note has none.
    pub extra: Option<String>,
    /// The message that it quotes. A note has none.
    pub quote: Option<Seq>,
    /// Now.
    pub at: Millis,
    /// What it must not overtake; a note has no such order.
    pub sequence: Sequence,
}

/// How much a store holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdings {
    /// Websites.
    pub sites: u64,
    /// Agents.
    pub agents: u64,
    /// Visitors who have written.
    pub visitors: u64,
    /// Conversations.
    pub conversations: u64,
    /// Entries of all timelines: messages, and what stands between them.
    pub entries: u64,
    /// Notes.
    pub notes: u64,
    /// Files of messages.
    pub files: u64,
}

/// A backup that was made, compared with the store, and synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The file.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// The life of the store it is of.
    pub epoch: Epoch,
    /// What it holds.
    pub holdings: Holdings,
    /// Files of messages that were not there, or not as the store says.
    pub files_missing: u64,
}

/// Durable storage.
pub trait Store:
    FileStore
    + LoaderStore
    + SearchStore
    + CannedStore
    + DraftStore
    + TriageStore
    + ApprovalStore
    + RevisionStore
    + VisitStore
    + PushStore
    + Send
    + Sync
    + 'static
{
    /// This store's life.
    fn epoch(&self) -> Epoch;
    /// Whether the next write will work: there is room, and writing something of no worth works.
    fn probe(&self) -> Pending<()>;
    /// A write has failed, and no probe has worked since.
    fn is_failing(&self) -> bool;
    /// Ends the writer after all queued jobs; later calls are `Unavailable`.
    fn close(&self) -> Pending<()>;
    /// Makes a whole copy of the store as it is at one instant, without holding up who writes. `Conflict` while
    /// another is being made. Dropping the future breaks it off.
    fn back_up(&self, to: PathBuf) -> Pending<BackedUp>;

    /// Adds a site; `Conflict` if the key is taken.
    fn add_site(&self, site: Site) -> Pending<Site>;
    /// A site by its key.
    fn site(&self, key: SiteKey) -> Pending<Option<Site>>;
    /// All sites.
    fn sites(&self) -> Pending<Vec<Site>>;
    /// Changes a site.
    fn update_site(&self, key: SiteKey, settings: SiteSettings) -> Pending<Option<Site>>;

    /// Adds an agent to a site; `Conflict` if they are there already.
    fn add_agent(&self, agent: NewAgent) -> Pending<Added>;
    /// An agent by e-mail, without regard to case.
    fn agent_by_email(&self, email: String) -> Pending<Option<Agent>>;
    /// The team of a site by name, each with their role there.
    fn agents(&self, site: SiteKey) -> Pending<Vec<(AgentAuthor, Role)>>;
    /// Replaces a password hash.
    fn set_password(&self, agent: AgentId, password_hash: String) -> Pending<()>;
    /// Stores a sign-in.
    fn sign_in(&self, sign_in: NewSignIn) -> Pending<()>;
    /// A sign-in by its secret's hash.
    fn signed_in(&self, secret: SecretHash) -> Pending<Option<SignIn>>;
    /// Notes that a sign-in was used.
    fn touch_sign_in(&self, secret: SecretHash, at: Millis) -> Pending<()>;
    /// Ends a sign-in.
    fn sign_out(&self, secret: SecretHash) -> Pending<()>;

    /// A visitor of a site by their token's hash.
    fn visitor(&self, site: SiteKey, token: SecretHash) -> Pending<Option<Visitor>>;
    /// A visitor's conversations, the latest active first.
    fn cards(&self, visitor: VisitorId, limit: usize) -> Pending<Vec<ConversationCard>>;

    /// Stores a visitor's message. `Unavailable` too when one before it in its sequence could not be stored.
    fn visitor_message(&self, message: VisitorMessage, then: Then<Sent>) -> Pending<Sent>;
    /// What a visitor's earlier send was answered, if it was stored: one look-up, writes nothing.
    fn accepted(&self, visitor: VisitorId, client_id: ClientId) -> Pending<Option<Accepted>>;
    /// Stores an agent's message, in its sequence; nobody's conversation becomes theirs.
    fn agent_message(&self, message: AgentMessage, then: Then<Sent>) -> Pending<Sent>;
    /// Moves a side's marks forward, never beyond the head.
    fn read(
        &self,
        who: Principal,
        conversation: ConversationId,
        received: Seq,
        read: Seq,
        then: Then<Option<Marked>>,
    ) -> Pending<Option<Marked>>;
    /// Takes a conversation if nobody has.
    fn claim(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<ClaimOutcome>>,
    ) -> Pending<Option<ClaimOutcome>>;
    /// Gives a conversation to an agent of its site, or to nobody. `None` too when that agent is not of the site.
    fn assign(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        to: Option<AgentId>,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Gives an open conversation to an agent of its site who answers, if it is still `from`'s, or nobody's; `None` if not.
    fn route(
        &self,
        conversation: ConversationId,
        from: Option<AgentId>,
        to: AgentId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// How many open conversations of a site each agent has, of those who have any.
    fn loads(&self, site: SiteKey) -> Pending<Vec<(AgentId, u32)>>;
    /// Open conversations of a site that are nobody's, and those of `gone` whose visitor waits; who waits the longest
    /// comes first.
    fn queue(&self, site: SiteKey, gone: Vec<AgentId>, limit: usize) -> Pending<Vec<Waiting>>;
    /// Resolves an open conversation.
    fn resolve(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Opens a resolved conversation again.
    fn reopen(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Ends a visitor's open conversation.
    fn end(
        &self,
        visitor: VisitorId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Stores what a visitor thinks of a closing, checked; each closing is rated once.
    fn rate(
        &self,
        visitor: VisitorId,
        conversation: ConversationId,
        rating: Rating,
        at: Millis,
        then: Then<Option<Rated>>,
    ) -> Pending<Option<Rated>>;
    /// Stores a note.
    fn note(&self, note: AgentMessage, then: Then<Noted>) -> Pending<Noted>;

    /// A conversation's list row.
    fn row(&self, who: Principal, conversation: ConversationId) -> Pending<Option<InboxRow>>;
    /// The newest entries before a Seq; at most `limit` of them and about `bytes` of bodies.
    fn history(
        &self,
        who: Principal,
        conversation: ConversationId,
        before: Option<Seq>,
        limit: u16,
        bytes: usize,
    ) -> Pending<Option<History>>;
    /// Entries after a Seq; about `bytes` of bodies, at least one entry if there is one.
    fn missed(
        &self,
        who: Principal,
        conversation: ConversationId,
        after: Seq,
        bytes: usize,
    ) -> Pending<Option<Missed>>;
    /// The newest lines of a conversation's backstage before a number, ascending.
    fn backstage(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Option<Vec<BackstageLine>>>;
    /// A page of a list; a cursor that is not one of ours gives the first page.
    fn inbox(&self, agent: AgentId, list: List) -> Pending<Inbox>;
}
