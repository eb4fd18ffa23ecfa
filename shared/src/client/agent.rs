//! The agent's page: connection, lists, opened conversations and outbox put together. What the page shows and what the
//! person does; what comes from outside is in [`turns`].
mod turns;

use super::{
    Effect, Line, Ms,
    connection::Connection,
    inbox::Lists,
    lead::Lead,
    opened::Opens,
    outbox::{Outbox, Outgoing, Progress},
};
use crate::protocol::{
    agent::{Assign, Claim, Close, Command, Filter, InboxRow, Open, Reopen, Resolve, SetStatus, SiteCard},
    error::Refused,
    ids::{AgentId, AttachmentId, ClientId, ConversationId, Epoch},
    model::{AgentAuthor, Typing},
};
use alloc::{string::String, vec::Vec};

pub use super::{backstage::Backstage, opened::Opened};

/// Something the person should be told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A visitor wrote; `began`: it is a new conversation.
    Wrote {
        /// Where.
        conversation: ConversationId,
        /// Whether it began with this.
        began: bool,
    },
    /// Somebody else has taken the conversation that was claimed.
    Taken {
        /// Which.
        conversation: ConversationId,
        /// By whom.
        by: AgentAuthor,
    },
    /// A colleague has given them a conversation.
    Given {
        /// Which.
        conversation: ConversationId,
        /// Who.
        by: AgentAuthor,
    },
    /// A command that was not a message was refused.
    Refused(Refused),
}

/// The agent's half of the protocol.
#[derive(Debug)]
pub struct AgentClient {
    connection: Connection,
    outbox: Outbox,
    lead: Lead,
    lists: Lists,
    opens: Opens,
    me: Option<AgentAuthor>,
    sites: Vec<SiteCard>,
    away: bool,
    epoch: Option<Epoch>,
    notices: Vec<Notice>,
    effects: Vec<Effect<Command>>,
}

impl AgentClient {
    /// A machine at rest; `seed` spreads the waits of many pages.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self {
            connection: Connection::new(seed),
            outbox: Outbox::new(),
            lead: Lead::alone(),
            lists: Lists::new(),
            opens: Opens::new(),
            me: None,
            sites: Vec::new(),
            away: false,
            epoch: None,
            notices: Vec::new(),
            effects: Vec::new(),
        }
    }

    // What the page shows.

    /// What the line looks like.
    #[must_use]
    pub const fn line(&self) -> Line {
        self.connection.line()
    }

    /// Who signed in, once the relay has said.
    #[must_use]
    pub const fn me(&self) -> Option<&AgentAuthor> {
        self.me.as_ref()
    }

    /// Their sites.
    #[must_use]
    pub fn sites(&self) -> &[SiteCard] {
        &self.sites
    }

    /// Whether they are marked away.
    #[must_use]
    pub const fn away(&self) -> bool {
        self.away
    }

    /// The list that is shown.
    #[must_use]
    pub const fn filter(&self) -> Filter {
        self.lists.filter()
    }

    /// Whether the list that is shown has come.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.lists.is_listed()
    }

    /// Whether the list goes on after the rows that are here.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.lists.has_more()
    }

    /// The rows of the list that is shown, the latest active first.
    #[must_use]
    pub fn rows(&self) -> Vec<&InboxRow> {
        self.lists.shown(self.my_id())
    }

    /// A conversation's row, if it is known here.
    #[must_use]
    pub fn row(&self, conversation: &ConversationId) -> Option<&InboxRow> {
        self.lists.row(conversation)
    }

    /// Open conversations with unread messages that are mine or nobody's.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lists.waiting(self.my_id())
    }

    /// The conversation that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&Opened> {
        self.opens.current()
    }

    /// Every conversation that is open here, the one shown last at the end.
    #[must_use]
    pub fn all_opened(&self) -> &[Opened] {
        self.opens.all()
    }

    /// A conversation, if it is open here.
    #[must_use]
    pub fn opened_conversation(&self, conversation: &ConversationId) -> Option<&Opened> {
        self.opens.get(conversation)
    }

    /// What is on its way.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// What the person should be told, each once.
    pub fn notices(&mut self) -> Vec<Notice> {
        core::mem::take(&mut self.notices)
    }

    // What the person does.

    /// Shows another list.
    pub fn list(&mut self, filter: Filter) {
        self.lists.begin(filter);
        self.ask_list(None);
    }

    /// The next page of the list.
    pub fn more(&mut self) {
        if let Some(cursor) = self.lists.next() {
            self.ask_list(Some(cursor));
        }
    }

    /// Shows a conversation; the ones before it stay open behind it for a while.
    pub fn open(&mut self, conversation: &ConversationId) {
        if self.opens.show(conversation) {
            return;
        }
        let closed = self.opens.add(conversation, self.lists.row(conversation));
        self.frame(Command::Open(Open { conversation: conversation.clone(), after: None }));
        if let Some(conversation) = closed {
            self.frame(Command::Close(Close { conversation }));
        }
    }

    /// Goes back to the list; the conversation stays open behind it.
    pub fn leave(&mut self) {
        self.opens.leave();
    }

    /// Sends an answer.
    pub fn reply(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, body: String) {
        self.reply_with(now, client_id, conversation, body, Vec::new());
    }

    /// As [`Self::reply`], with files that were uploaded for it.
    pub fn reply_with(
        &mut self,
        now: Ms,
        client_id: ClientId,
        conversation: &ConversationId,
        body: String,
        attachments: Vec<AttachmentId>,
    ) {
        self.push(now, client_id, conversation, body, attachments, false);
    }

    /// Writes a line that only the team sees.
    pub fn note(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, body: String) {
        self.push(now, client_id, conversation, body, Vec::new(), true);
    }

    fn push(
        &mut self,
        now: Ms,
        client_id: ClientId,
        conversation: &ConversationId,
        body: String,
        attachments: Vec<AttachmentId>,
        note: bool,
    ) {
        let (conversation, progress) = (Some(conversation.clone()), Progress::Waiting);
        self.outbox.push(Outgoing {
            client_id,
            conversation,
            begins: None,
            body,
            attachments,
            note,
            progress,
        });
        self.lead.wrote();
        self.flush(now);
    }

    /// Tries a failed answer again.
    pub fn retry(&mut self, now: Ms, client_id: ClientId) {
        self.outbox.retry(client_id);
        self.lead.wrote();
        self.flush(now);
    }

    /// Gives a failed answer up and hands its text back.
    pub fn discard(&mut self, client_id: ClientId) -> Option<String> {
        self.outbox.discard(client_id)
    }

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

    /// Says whether they take conversations now.
    pub fn set_away(&mut self, away: bool) {
        self.away = away;
        self.frame(Command::Status(SetStatus { away }));
    }

    /// The person looks at the end of the conversation that is shown.
    pub fn seen(&mut self, now: Ms) -> bool {
        let moved = self.opens.current_mut().is_some_and(|opened| opened.thread.seen(now));
        if let (true, Some(conversation)) = (moved, self.opens.shown()) {
            self.lists.read(conversation);
        }
        self.tell(now);
        moved
    }

    /// The person is writing, or has stopped.
    pub fn typing(&mut self, now: Ms, on: bool) {
        if let Some(opened) = self.opens.current_mut()
            && opened.thread.i_type(now, on)
        {
            let typing = Typing { conversation: opened.thread.conversation().clone(), on };
            self.frame(Command::Typing(typing));
        }
    }

    /// The person wants older entries.
    pub fn older(&mut self) {
        if self.connection.is_live()
            && let Some(ask) = self.opens.current_mut().and_then(|opened| opened.thread.older())
        {
            self.frame(Command::History(ask));
        }
    }
}
