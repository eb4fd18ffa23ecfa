//! Whose a conversation is and how it is sorted: commands that the relay carries out or refuses. None is kept: on a line that is
//! down the page offers none of them.
use super::AgentClient;
use crate::protocol::{
    agent::{Assign, Claim, Command, Reopen, Resolve},
    ids::{AgentId, ConversationId, Millis},
    triage::{Bookmark, Escalate, Priority, SetPriority, SetTag, Snooze, Transfer},
};
use alloc::string::String;

impl AgentClient {
    /// Takes a conversation if nobody has.
    pub fn claim(&mut self, conversation: &ConversationId) {
        self.frame(Command::Claim(Claim { conversation: conversation.clone() }));
    }

    /// Gives a conversation to somebody, or to nobody.
    pub fn assign(&mut self, conversation: &ConversationId, agent: Option<AgentId>) {
        self.frame(Command::Assign(Assign { conversation: conversation.clone(), agent }));
    }

    /// Marks a conversation as done.
    pub fn resolve(&mut self, conversation: &ConversationId) {
        self.frame(Command::Resolve(Resolve { conversation: conversation.clone() }));
    }

    /// Opens it again.
    pub fn reopen(&mut self, conversation: &ConversationId) {
        self.frame(Command::Reopen(Reopen { conversation: conversation.clone() }));
    }

    /// Puts a tag on a conversation, or takes it off.
    pub fn tag(&mut self, conversation: &ConversationId, tag: String, on: bool) {
        self.frame(Command::Tag(SetTag { conversation: conversation.clone(), tag, on }));
    }

    /// Says how urgent a conversation is.
    pub fn prioritise(&mut self, conversation: &ConversationId, priority: Priority) {
        self.frame(Command::Priority(SetPriority { conversation: conversation.clone(), priority }));
    }

    /// Puts a conversation off until a time; `None`: it is open again.
    pub fn snooze(&mut self, conversation: &ConversationId, until: Option<Millis>) {
        self.frame(Command::Snooze(Snooze { conversation: conversation.clone(), until }));
    }

    /// Sets this agent's own mark on a conversation, or takes it away.
    pub fn bookmark(&mut self, conversation: &ConversationId, on: bool) {
        self.frame(Command::Bookmark(Bookmark { conversation: conversation.clone(), on }));
    }

    /// Sends a conversation to a department, or to the whole team.
    pub fn transfer(&mut self, conversation: &ConversationId, department: Option<String>) {
        self.frame(Command::Transfer(Transfer { conversation: conversation.clone(), department }));
    }

    /// Calls owners and admins to a conversation.
    pub fn escalate(&mut self, conversation: &ConversationId, reason: String) {
        self.frame(Command::Escalate(Escalate { conversation: conversation.clone(), reason }));
    }
}
