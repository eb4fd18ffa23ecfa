//! A conversation as a list shows it that nobody has read yet.
use merhaba_shared::protocol::{model::Status, visitor::ConversationCard};

/// An open one, with so many entries.
pub fn card(name: &str, head: u64) -> ConversationCard {
    ConversationCard {
        conversation: name.into(),
        status: Status::Open,
        head,
        received: 0,
        read: 0,
        agent_received: 0,
        agent_read: 0,
        unread: 0,
        assignee: None,
    }
}
