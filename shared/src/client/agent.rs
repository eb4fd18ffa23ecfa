//! The agent's page: connection, lists, opened conversations and outbox put together. What the page shows and what the
//! person does; what comes from outside is in [`turns`].
mod person;
mod sorting;
mod turns;

use super::{
    Effect, Line, Ms,
    connection::Connection,
    inbox::Lists,
    lead::Lead,
    opened::Opens,
    outbox::{Outbox, Outgoing, Progress, What},
};
use crate::protocol::{
    agent::{Close, Command, Filter, InboxRow, Open, Present, SetStatus, SiteCard},
    approval::{Decide, Decided, Verdict},
    error::{Code, Refused},
    ids::{AttachmentId, ClientId, ConversationId, Epoch, Millis, Seq},
    model::{AgentAuthor, Typing},
    triage::Only,
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
    /// A message waits for approval; it is news, or it has been waiting.
    Approval {
        /// Where.
        conversation: ConversationId,
        /// How often more were told of it before; none, of a new one.
        passed: u8,
    },
    /// Nobody answers, and more are told, or told again.
    Unattended {
        /// Where.
        conversation: ConversationId,
        /// Who is: 1, the whole team; 2, owners and admins.
        rung: u8,
    },
    /// What they wrote for approval was returned, or they have taken it back.
    Returned {
        /// Where.
        conversation: ConversationId,
        /// By whom.
        by: AgentAuthor,
    },
    /// A colleague has mentioned them in a note.
    Mentioned {
        /// Where.
        conversation: ConversationId,
        /// Who.
        by: AgentAuthor,
    },
    /// Somebody else has decided before.
    Decided(Decided),
    /// A message was not changed, or not taken away, and will not be.
    Unchanged {
        /// What was wanted, with the words if it was an edit.
        wanted: Outgoing,
        /// Why not.
        code: Code,
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
    status: SetStatus,
    /// Nobody sees the page.
    hidden: bool,
    /// What the relay was told that the page shows.
    looked: Option<ConversationId>,
    /// Of whose person the relay tells what changes.
    asked_of: Option<ConversationId>,
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
            status: SetStatus { away: false, busy: false },
            hidden: false,
            looked: None,
            asked_of: None,
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

    /// Whether they are marked away or busy.
    #[must_use]
    pub const fn status(&self) -> &SetStatus {
        &self.status
    }

    /// The list that is shown.
    #[must_use]
    pub const fn filter(&self) -> Filter {
        self.lists.rows().filter()
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
        self.lists.rows().part(0, usize::MAX).collect()
    }

    /// How many rows the list has that are here.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.lists.rows().len()
    }

    /// The rows of a part of the list.
    pub fn rows_from(&self, from: usize, most: usize) -> impl Iterator<Item = &InboxRow> {
        self.lists.rows().part(from, most)
    }

    /// Where a conversation is in the list, counted from its beginning.
    #[must_use]
    pub fn position(&self, conversation: &ConversationId) -> Option<usize> {
        self.lists.rows().position(conversation)
    }

    /// What the list is narrowed to.
    #[must_use]
    pub const fn only(&self) -> &Only {
        self.lists.rows().only()
    }

    /// How often counts were told: whoever counts for themself does so again.
    #[must_use]
    pub const fn counts_told(&self) -> u64 {
        self.lists.counts_told()
    }

    /// How many a list holds, as lists are narrowed now; none where that is not known.
    #[must_use]
    pub fn counted(&self, filter: Filter) -> Option<u32> {
        self.lists.counted(filter, self.my_id())
    }

    /// Known open conversations whose visitor has waited since before this.
    #[must_use]
    pub fn late(&self, before: Millis) -> usize {
        self.lists.late(before)
    }

    /// Whether this agent has bookmarked a conversation.
    #[must_use]
    pub fn is_bookmarked(&self, conversation: &ConversationId) -> bool {
        self.lists.rows().is_bookmarked(conversation)
    }

    /// Whether this agent was mentioned in a conversation and has not looked since.
    #[must_use]
    pub fn is_mentioned(&self, conversation: &ConversationId) -> bool {
        self.lists.rows().is_mentioned(conversation)
    }

    /// A conversation's row, if it is known here.
    #[must_use]
    pub fn row(&self, conversation: &ConversationId) -> Option<&InboxRow> {
        self.lists.rows().row(conversation)
    }

    /// Open conversations with unread messages that are mine or nobody's.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lists.rows().unread()
    }

    /// The conversation that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&Opened> {
        self.opens.current()
    }

    /// Colleagues who look at the conversation that is shown, in the order they came.
    #[must_use]
    pub fn company(&self) -> Vec<&Present> {
        let present = self.current().map(|opened| &*opened.present).unwrap_or_default();
        present.iter().filter(|present| Some(&present.agent.id) != self.my_id()).collect()
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
        self.narrow(filter, self.only().clone());
    }

    /// Shows another list, or the same one narrowed to something.
    pub fn narrow(&mut self, filter: Filter, only: Only) {
        self.lists.begin(filter, only);
        self.frame(Command::List(self.lists.ask(None)));
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
            self.ask_person();
            return self.look();
        }
        let closed = self.opens.add(conversation, self.lists.rows().row(conversation));
        self.frame(Command::Open(Open { conversation: conversation.clone(), after: None }));
        if let Some(conversation) = closed {
            self.settle(&conversation);
            self.frame(Command::Close(Close { conversation }));
        }
    }

    /// Goes back to the list; the conversation stays open behind it.
    pub fn leave(&mut self) {
        self.opens.leave();
        self.look();
    }

    /// Sends an answer.
    pub fn reply(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, body: String) {
        self.reply_with(now, client_id, conversation, body, Vec::new(), None);
    }

    /// As [`Self::reply`], with files that were uploaded for it and the message that it quotes.
    pub fn reply_with(
        &mut self,
        now: Ms,
        client_id: ClientId,
        conversation: &ConversationId,
        body: String,
        attachments: Vec<AttachmentId>,
        quote: Option<Seq>,
    ) {
        let what = quote.map_or(What::Message, What::Quote);
        self.push(now, Outgoing { attachments, what, ..outgoing(client_id, conversation, body) });
    }

    /// Sends a message that a colleague is to approve first.
    pub fn propose(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, body: String) {
        self.push(now, Outgoing { what: What::Proposal, ..outgoing(client_id, conversation, body) });
    }

    /// Sends a message that goes by itself at a time, by the relay's clock.
    pub fn later(
        &mut self,
        now: Ms,
        client_id: ClientId,
        conversation: &ConversationId,
        body: String,
        due: Millis,
    ) {
        self.push(now, Outgoing { what: What::Later(due), ..outgoing(client_id, conversation, body) });
    }

    /// Decides on a message that waits for approval, or for its time.
    pub fn decide(&mut self, conversation: &ConversationId, number: u64, verdict: Verdict, text: String) {
        self.frame(Command::Decide(Decide { conversation: conversation.clone(), number, verdict, text }));
    }

    /// Writes a line that only the team sees.
    pub fn note(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, body: String) {
        self.push(now, Outgoing { what: What::Note, ..outgoing(client_id, conversation, body) });
    }

    /// Says a message of this agent's in other words.
    pub fn edit(
        &mut self,
        now: Ms,
        client_id: ClientId,
        conversation: &ConversationId,
        of: Seq,
        body: String,
    ) {
        self.push(now, Outgoing { what: What::Edit(of), ..outgoing(client_id, conversation, body) });
    }

    /// Takes a message away for good.
    pub fn delete(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, of: Seq) {
        let what = What::Deletion(of);
        self.push(now, Outgoing { what, ..outgoing(client_id, conversation, String::new()) });
    }

    fn push(&mut self, now: Ms, out: Outgoing) {
        self.outbox.push(out);
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

    /// Says whether they take conversations now.
    pub fn set_status(&mut self, status: SetStatus) {
        self.status = status.clone();
        self.frame(Command::Status(status));
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

/// An answer that waits to be sent.
fn outgoing(client_id: ClientId, conversation: &ConversationId, body: String) -> Outgoing {
    Outgoing {
        client_id,
        conversation: Some(conversation.clone()),
        begins: None,
        body,
        attachments: Vec::new(),
        what: What::Message,
        progress: Progress::Waiting,
    }
}
