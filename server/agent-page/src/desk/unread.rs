//! Where what nobody had read began when the conversation was opened. It stays there while the conversation is open, however
//! far the agents' side has read since; the log draws a line above it and begins there. Reads and scrolls nothing.
use super::Desk;
use crate::search::Place;
use leptos::prelude::*;
use merhaba_shared::{
    client::{agent::AgentClient, timeline::Timeline},
    protocol::{
        ids::{ConversationId, Seq},
        model::{Author, Item},
    },
};

/// What was known of a conversation when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    conversation: ConversationId,
    /// The last Seq that was read; nothing, where all was, or where all is new.
    after: Option<Seq>,
    /// Whether the log has been drawn with it.
    begun: bool,
    /// Whether the line has been before the agent's eyes, or there is none.
    met: bool,
}

impl Unread {
    /// The opened conversation, once something of it is here.
    fn of(client: &AgentClient) -> Option<Self> {
        let opened = client.current().filter(|opened| opened.thread.timeline().is_loaded())?;
        let conversation = opened.thread.conversation();
        let row = client.row(conversation)?;
        // Above the first message of all a line would tell nothing.
        let after = Some(row.agent_read).filter(|read| *read > 0 && row.unread > 0);
        Some(Self { conversation: conversation.clone(), after, begun: after.is_none(), met: after.is_none() })
    }

    /// Whether there was anything.
    pub const fn is_any(&self) -> bool {
        self.after.is_some()
    }

    /// The first message that nobody had read, where all from there on is loaded.
    pub fn first(&self, timeline: &Timeline) -> Option<Seq> {
        let (after, items) = (self.after?, timeline.items());
        if items.first()?.seq() > after + 1 && timeline.has_older() {
            return None;
        }
        items.iter().find_map(|item| match item {
            Item::Message(message) if message.seq > after && matches!(message.author, Author::Visitor(_)) => {
                Some(message.seq)
            }
            _ => None,
        })
    }
}

impl Desk {
    /// Notes, when something of an opened conversation is here for the first time, where its unread messages begin. It is
    /// not at its end, and so not read, until it has been drawn.
    pub(super) fn note_unread(self) {
        let known =
            self.unread.with_untracked(|unread| unread.as_ref().map(|unread| unread.conversation.clone()));
        let (shown, now) = self.peek(|client| {
            let shown = client.current().map(|opened| opened.thread.conversation().clone());
            let now = if shown == known { None } else { Unread::of(client) };
            (shown, now)
        });
        if shown == known || (known.is_none() && now.is_none()) {
            return;
        }
        if now.as_ref().is_some_and(Unread::is_any) {
            self.at_end.set(false);
        }
        self.unread.set(now);
    }

    /// Whether the log is to begin at the unread messages, if its end does not show them all: once.
    pub fn begins_at_unread(self) -> bool {
        let begins = self.unread.with_untracked(|unread| unread.as_ref().is_some_and(|unread| !unread.begun));
        if begins {
            self.unread.update(|unread| {
                if let Some(unread) = unread {
                    unread.begun = true;
                }
            });
        }
        begins
    }

    /// Whether there is a first unread message to go to that the agent has not met.
    pub fn has_unread(self) -> bool {
        self.unread.with(|unread| unread.as_ref().is_some_and(|unread| !unread.met))
    }

    /// The line has been before the agent's eyes.
    pub fn met_unread(self) {
        if self.unread.with_untracked(|unread| unread.as_ref().is_some_and(|unread| !unread.met)) {
            self.unread.update(|unread| {
                if let Some(unread) = unread {
                    unread.met = true;
                }
            });
        }
    }

    /// Goes to the first unread message, also where older ones must come first.
    pub fn to_unread(self) {
        let Some((conversation, after)) = self.unread.with_untracked(|unread| {
            unread.as_ref().and_then(|unread| Some((unread.conversation.clone(), unread.after?)))
        }) else {
            return;
        };
        let first = self.peek(|client| {
            let timeline = client.current()?.thread.timeline();
            self.unread.with_untracked(|unread| unread.as_ref()?.first(timeline))
        });
        self.met_unread();
        self.sought.set(Some(Place { conversation, seq: first.unwrap_or(after + 1), note: None }));
    }
}

#[cfg(test)]
mod tests {
    use super::Unread;
    use merhaba_shared::{
        client::timeline::Timeline,
        protocol::{
            ids::{ClientId, Seq},
            model::{AgentAuthor, Author, History, Item, Message, VisitorAuthor},
        },
    };

    fn message(seq: Seq, out: bool) -> Item {
        let elif = AgentAuthor { id: "a".into(), name: "Elif".into() };
        let author = if out { Author::Agent(elif) } else { Author::Visitor(VisitorAuthor::default()) };
        Item::Message(Message {
            conversation: "c".into(),
            seq,
            client_id: ClientId([0; 16]),
            author,
            at: 0,
            body: "m".into(),
            attachments: vec![],
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        })
    }

    fn unread(after: Option<Seq>) -> Unread {
        Unread { conversation: "c".into(), after, begun: true, met: false }
    }

    #[test]
    fn the_first_unread_is_the_visitors_and_known_only_when_all_since_is_here() {
        let mut timeline = Timeline::new("c".into(), 6);
        let entries = vec![message(4, true), message(5, false), message(6, false)];
        timeline.page(History { conversation: "c".into(), entries, more: true });
        assert_eq!(unread(Some(3)).first(&timeline), Some(5), "not the team's own");
        assert_eq!(unread(Some(5)).first(&timeline), Some(6));
        assert_eq!(unread(Some(6)).first(&timeline), None);
        assert_eq!(unread(Some(2)).first(&timeline), None, "the third is not here");
        assert_eq!(unread(None).first(&timeline), None);
    }
}
