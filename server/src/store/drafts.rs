//! The store's half of drafts: what an agent has begun to write. Nobody else is ever given it.
use super::Pending;
use merhaba_shared::protocol::ids::{AgentId, ConversationId, Millis};
use serde::Serialize;

/// Drafts of one agent.
pub const DRAFTS: usize = 200;
/// How long one is kept that nobody touches, in milliseconds.
pub const DRAFT_AGE: Millis = 30 * 24 * 60 * 60 * 1000;

/// A text begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Where.
    pub conversation: ConversationId,
    /// Whether it is a note.
    pub note: bool,
    /// What is named to change it.
    pub version: u64,
    /// The text; absent in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What came of keeping one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedDraft {
    /// It is kept, or gone if it was empty; its new version.
    Saved(u64),
    /// Another page has written since: nothing was changed.
    Behind,
    /// The agent has as many as they may.
    Full,
    /// There is no such conversation for them.
    NotFound,
}

/// The store's half of drafts.
pub trait DraftStore {
    /// Where the agent has begun something; without the texts.
    fn drafts(&self, agent: AgentId, now: Millis) -> Pending<Vec<Draft>>;
    /// What they have begun in one conversation.
    fn drafts_in(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        now: Millis,
    ) -> Pending<Option<Vec<Draft>>>;
    /// Keeps one in the place of the version that it names (0: of none); an empty one is taken away.
    fn save_draft(&self, agent: AgentId, draft: Draft, now: Millis) -> Pending<SavedDraft>;
}
