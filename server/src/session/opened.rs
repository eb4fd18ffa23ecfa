//! The conversations that an agent's page hears all of: those it has opened, and those it wrote into without opening
//! them, since the sender too is told what they wrote. Each kind has its bound; it reads nothing and sends nothing.
use crate::hub::Subscription;
use merhaba_shared::protocol::{
    ids::{ConversationId, SiteKey, VisitorId},
    limits::{OPEN, SENDS_IN_FLIGHT},
};
use std::collections::{HashMap, VecDeque};

/// Conversations that are heard since the agent wrote into them: as many as replies can be under way. Beyond, the one
/// written into the longest time ago is heard no more.
const WRITTEN: usize = SENDS_IN_FLIGHT;

/// A conversation that the page hears all of.
pub(super) struct Heard {
    pub(super) site: SiteKey,
    pub(super) visitor: VisitorId,
    pub(super) _listening: Subscription,
}

/// All of them.
#[derive(Default)]
pub(super) struct Opened {
    all: HashMap<ConversationId, Heard>,
    /// Those that the page has not opened; the one written into last is the last.
    written: VecDeque<ConversationId>,
}

impl Opened {
    /// A conversation, if it is heard.
    pub(super) fn get(&self, conversation: &ConversationId) -> Option<&Heard> {
        self.all.get(conversation)
    }

    /// Whether the page may open this one too.
    pub(super) fn takes(&self, conversation: &ConversationId) -> bool {
        let opened = self.all.len() - self.written.len();
        opened < OPEN || self.all.contains_key(conversation) && !self.written.contains(conversation)
    }

    /// The page opens one. One subscription stands for it: with two, each event would come twice.
    pub(super) fn open(&mut self, conversation: &ConversationId, heard: Heard) {
        self.all.entry(conversation.clone()).or_insert(heard);
        self.written.retain(|written| written != conversation);
    }

    /// The agent writes into one that is heard; false: it is not.
    pub(super) fn write(&mut self, conversation: &ConversationId) -> bool {
        if let Some(at) = self.written.iter().position(|written| written == conversation) {
            self.written.remove(at);
            self.written.push_back(conversation.clone());
        }
        self.all.contains_key(conversation)
    }

    /// One is heard since the agent writes into it; gives the one that is heard no more instead.
    pub(super) fn join(&mut self, conversation: ConversationId, heard: Heard) -> Option<ConversationId> {
        self.all.insert(conversation.clone(), heard);
        self.written.push_back(conversation);
        let beyond = (self.written.len() > WRITTEN).then(|| self.written.pop_front()).flatten();
        self.all.remove(beyond.as_ref()?);
        beyond
    }

    /// The page closes one.
    pub(super) fn close(&mut self, conversation: &ConversationId) {
        self.all.remove(conversation);
        self.written.retain(|written| written != conversation);
    }
}
