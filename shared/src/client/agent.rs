//! The agent's page: connection, lists, opened conversations and outbox put together.
use super::{
    Effect, Line, Ms,
    connection::{Connection, Step},
    outbox::Outbox,
    thread::{Marks, Thread},
    visitor::resume,
};
use crate::protocol::{
    agent::{
        Assign, Claim, Close, Command, Event, Filter, Hello, Inbox, InboxRow, List, Note, Open, Reopen,
        Reply, Resolve, SetStatus, SiteCard, Welcome,
    },
    error::Refused,
    ids::{AgentId, ClientId, ConversationId, Epoch},
    model::{AgentAuthor, Item, Ping, Read, Side, Status, Typing},
};
use alloc::{string::String, vec::Vec};

/// Rows asked for at a time.
const ROWS: u16 = 50;
/// Conversations that stay open behind the one that is shown, so that going back is instant.
const KEPT_OPEN: usize = 8;
/// "Arrived" is told to the relay this long after the row changed.
const TELL_AFTER: Ms = 300;

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
    /// A command that was not a message was refused.
    Refused(Refused),
}

/// A conversation that is open on the page.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its timeline and marks.
    pub thread: Thread,
    /// Its notes, ascending.
    pub notes: Vec<Note>,
}

/// The agent's half of the protocol.
#[derive(Debug)]
pub struct AgentClient {
    connection: Connection,
    outbox: Outbox,
    rows: Vec<InboxRow>,
    filter: Filter,
    cursor: Option<String>,
    listed: bool,
    opened: Vec<Opened>,
    current: Option<ConversationId>,
    me: Option<AgentAuthor>,
    sites: Vec<SiteCard>,
    away: bool,
    epoch: Option<Epoch>,
    tell: Option<Ms>,
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
            rows: Vec::new(),
            filter: Filter::Open,
            cursor: None,
            listed: false,
            opened: Vec::new(),
            current: None,
            me: None,
            sites: Vec::new(),
            away: false,
            epoch: None,
            tell: None,
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
        self.filter
    }

    /// Whether the list that is shown has come.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.listed
    }

    /// Whether the list goes on after the rows that are here.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.cursor.is_some()
    }

    /// The rows of the list that is shown, the latest active first.
    #[must_use]
    pub fn rows(&self) -> Vec<&InboxRow> {
        let mut rows: Vec<_> = self.rows.iter().filter(|row| self.shows(row)).collect();
        rows.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.conversation.cmp(&a.conversation)));
        rows
    }

    /// A conversation's row, if it is known here.
    #[must_use]
    pub fn row(&self, conversation: &ConversationId) -> Option<&InboxRow> {
        self.rows.iter().find(|row| row.conversation == *conversation)
    }

    /// Open conversations with unread messages that are mine or nobody's.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let mine =
            |row: &&InboxRow| row.assignee.is_none() || row.assignee.as_ref().map(|a| &a.id) == self.my_id();
        self.rows.iter().filter(|row| row.status == Status::Open && row.unread > 0).filter(mine).count()
    }

    /// The conversation that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&Opened> {
        let current = self.current.as_ref()?;
        self.opened.iter().find(|opened| opened.thread.conversation() == current)
    }

    /// Every conversation that is open here, the one shown last at the end.
    #[must_use]
    pub fn all_opened(&self) -> &[Opened] {
        &self.opened
    }

    /// A conversation, if it is open here.
    #[must_use]
    pub fn opened_conversation(&self, conversation: &ConversationId) -> Option<&Opened> {
        self.opened.iter().find(|opened| opened.thread.conversation() == conversation)
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
        self.filter = filter;
        self.cursor = None;
        self.listed = false;
        self.ask_list(None);
    }

    /// The next page of the list.
    pub fn more(&mut self) {
        if let Some(cursor) = self.cursor.take() {
            self.ask_list(Some(cursor));
        }
    }

    /// Shows a conversation; the ones before it stay open behind it for a while.
    pub fn open(&mut self, conversation: &ConversationId) {
        self.current = Some(conversation.clone());
        if let Some(at) = self.opened.iter().position(|opened| opened.thread.conversation() == conversation) {
            let opened = self.opened.remove(at);
            self.opened.push(opened);
            return;
        }
        let head = self.row(conversation).map_or(0, |row| row.head);
        let mut thread = Thread::new(Side::Agent, conversation.clone(), head.max(1));
        if let Some(row) = self.row(conversation) {
            summary(&mut thread, row);
        }
        thread.expect_page();
        self.opened.push(Opened { thread, notes: Vec::new() });
        self.frame(Command::Open(Open { conversation: conversation.clone(), after: None }));
        if self.opened.len() > KEPT_OPEN {
            let conversation = self.opened.remove(0).thread.conversation().clone();
            self.frame(Command::Close(Close { conversation }));
        }
    }

    /// Goes back to the list; the conversation stays open behind it.
    pub fn leave(&mut self) {
        self.current = None;
    }

    /// Sends an answer.
    pub fn reply(&mut self, now: Ms, client_id: ClientId, conversation: &ConversationId, body: String) {
        self.outbox.push(client_id, Some(conversation.clone()), false, body);
        self.flush(now);
    }

    /// Tries a failed answer again.
    pub fn retry(&mut self, now: Ms, client_id: ClientId) {
        self.outbox.retry(client_id);
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
        let moved = self.current_mut().is_some_and(|opened| opened.thread.seen(now));
        if moved
            && let Some(conversation) = self.current.clone()
            && let Some(row) = self.rows.iter_mut().find(|row| row.conversation == conversation)
        {
            row.unread = 0;
        }
        self.tell(now);
        moved
    }

    /// The person is writing, or has stopped.
    pub fn typing(&mut self, now: Ms, on: bool) {
        if let Some(opened) = self.current_mut()
            && opened.thread.i_type(now, on)
        {
            let typing = Typing { conversation: opened.thread.conversation().clone(), on };
            self.frame(Command::Typing(typing));
        }
    }

    /// The person wants older entries.
    pub fn older(&mut self) {
        if self.connection.is_live()
            && let Some(ask) = self.current_mut().and_then(|opened| opened.thread.older())
        {
            self.frame(Command::History(ask));
        }
    }

    // What happens to the line.

    /// Begins, or begins again after [`Self::suspend`].
    pub fn start(&mut self, now: Ms) {
        let step = self.connection.start(now);
        self.carry_out(step);
    }

    /// Lets the line go on purpose; nothing is lost.
    pub fn suspend(&mut self) {
        let step = self.connection.suspend();
        self.carry_out(step);
    }

    /// The socket is open.
    pub fn opened(&mut self, now: Ms) {
        if self.connection.opened(now) {
            let resume = self.opened.iter().filter_map(|opened| resume(&opened.thread)).collect();
            self.effects.push(Effect::Frame(Command::Hello(Hello { epoch: self.epoch.clone(), resume })));
        }
    }

    /// The socket closed.
    pub fn closed(&mut self, now: Ms, code: u16, reason: &str) {
        self.lost();
        let step = self.connection.closed(now, code, reason);
        if code == crate::protocol::close::REVOKED.code {
            self.effects.push(Effect::ForgetToken);
        }
        self.carry_out(step);
    }

    /// A frame came.
    pub fn event(&mut self, now: Ms, event: Event) {
        self.connection.heard(now);
        match event {
            Event::Welcome(welcome) => self.welcome(now, welcome),
            Event::Inbox(inbox) => self.inbox(inbox),
            Event::InboxChanged(row) => self.changed(now, row),
            Event::Message(message) => self.item(now, Item::Message(message)),
            Event::Entry(entry) => self.item(now, Item::Entry(entry)),
            Event::History(page) => {
                for item in &page.entries {
                    self.confirm(item);
                }
                if let Some(opened) = self.opened_mut(&page.conversation) {
                    opened.thread.page(now, page);
                }
            }
            Event::Note(note) => self.note(note),
            Event::Accepted(accepted) => {
                self.outbox.accepted(&accepted);
                self.flush(now);
            }
            Event::Refused(refused) => {
                if refused.client_id.is_none() {
                    self.notices.push(Notice::Refused(refused));
                } else {
                    self.outbox.refused(now, &refused);
                    self.flush(now);
                }
            }
            Event::Typing(typing) => {
                if let Some(opened) = self.opened_mut(&typing.conversation) {
                    opened.thread.typing_now(now, typing);
                }
            }
            Event::Read(marker) => {
                if let Some(opened) = self.opened_mut(&marker.conversation) {
                    opened.thread.marker(&marker);
                }
            }
            Event::Head(head) => {
                if let Some(opened) = self.opened_mut(&head.conversation) {
                    opened.thread.head(head.seq);
                }
            }
            Event::Pong(pong) => self.connection.ponged(pong.nonce),
            Event::Claimed(claimed) if claimed.won => {}
            Event::Claimed(claimed) => {
                self.notices.push(Notice::Taken { conversation: claimed.conversation, by: claimed.assignee });
            }
            Event::Status(status) => self.away = status.away,
        }
        self.fetch();
        self.tell(now);
    }

    /// The browser says there is no network.
    pub fn offline(&mut self, now: Ms) {
        self.connection.offline(now);
        self.nudge(now);
    }

    /// The page woke up, became visible, or the network is back.
    pub fn nudge(&mut self, now: Ms) {
        let step = self.connection.nudge(now);
        self.carry_out(step);
    }

    /// Whether the page can be seen.
    pub const fn set_visible(&mut self, visible: bool) {
        self.connection.set_visible(visible);
    }

    // What time asks for.

    /// Lets time pass.
    pub fn tick(&mut self, now: Ms) {
        for opened in &mut self.opened {
            opened.thread.tick(now);
        }
        let step = self.connection.tick(now, self.outbox.sending());
        self.carry_out(step);
        self.tell(now);
        self.flush(now);
    }

    /// When [`Self::tick`] is needed at the latest.
    #[must_use]
    pub fn wake_at(&self, now: Ms) -> Option<Ms> {
        let live = |_: &Ms| self.connection.is_live();
        let threads = self.opened.iter().filter_map(|opened| opened.thread.wake_at()).filter(live);
        let held = self.outbox.held_until(now).filter(live);
        let tell = self.tell.filter(live);
        threads.chain(self.connection.wake_at(self.outbox.sending())).chain(held).chain(tell).min()
    }

    /// What is to be done now, in order.
    pub fn effects(&mut self) -> Vec<Effect<Command>> {
        core::mem::take(&mut self.effects)
    }

    fn welcome(&mut self, now: Ms, welcome: Welcome) {
        if self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch) {
            self.opened.clear();
            self.rows.clear();
            self.outbox.renewed(true);
        }
        self.epoch = Some(welcome.epoch);
        self.me = Some(welcome.agent);
        self.sites = welcome.sites;
        self.away = welcome.away;
        self.connection.welcomed(now);
        self.ask_list(None);
        for opened in &mut self.opened {
            opened.thread.tell_again(now);
        }
        // What was open without having been loaded is not resumed: it is opened anew.
        let anew: Vec<_> = self.opened.iter_mut().filter(|opened| resume(&opened.thread).is_none()).collect();
        let anew: Vec<_> = anew
            .into_iter()
            .map(|opened| {
                opened.thread.expect_page();
                opened.thread.conversation().clone()
            })
            .collect();
        for conversation in anew {
            self.frame(Command::Open(Open { conversation, after: None }));
        }
        if let Some(current) = self.current.clone()
            && self.current().is_none()
        {
            self.open(&current);
        }
        self.flush(now);
    }

    fn inbox(&mut self, inbox: Inbox) {
        if inbox.filter != self.filter {
            return;
        }
        if !self.listed {
            // A first page is the truth about its list: rows that left it while the line was down go.
            let kept: Vec<_> = self.rows.iter().filter(|row| !self.shows(row)).cloned().collect();
            self.rows = kept;
        }
        self.listed = true;
        self.cursor = inbox.cursor;
        for row in inbox.conversations {
            self.keep(row);
        }
    }

    fn changed(&mut self, now: Ms, row: InboxRow) {
        let known = self.row(&row.conversation).map_or(0, |known| known.head);
        let mine = row.assignee.is_none() || row.assignee.as_ref().map(|a| &a.id) == self.my_id();
        if row.head > known && row.preview_side == Side::Visitor && row.unread > 0 {
            if mine {
                let began = row.head == 1;
                self.notices.push(Notice::Wrote { conversation: row.conversation.clone(), began });
            }
            self.tell.get_or_insert(now + TELL_AFTER);
        }
        self.keep(row);
    }

    fn keep(&mut self, row: InboxRow) {
        if let Some(opened) = self.opened_mut(&row.conversation) {
            summary(&mut opened.thread, &row);
        }
        match self.rows.iter_mut().find(|known| known.conversation == row.conversation) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
    }

    fn shows(&self, row: &InboxRow) -> bool {
        match self.filter {
            Filter::Open => row.status == Status::Open,
            Filter::Mine => {
                row.status == Status::Open
                    && row.assignee.is_some()
                    && row.assignee.as_ref().map(|a| &a.id) == self.my_id()
            }
            Filter::Unassigned => row.status == Status::Open && row.assignee.is_none(),
            Filter::Resolved => row.status == Status::Resolved,
            Filter::All => true,
        }
    }

    fn note(&mut self, note: Note) {
        if let Some(opened) = self.opened_mut(&note.conversation)
            && opened.notes.iter().all(|known| known.number != note.number)
        {
            opened.notes.push(note);
            opened.notes.sort_by_key(|note| note.number);
        }
    }

    fn item(&mut self, now: Ms, item: Item) {
        self.confirm(&item);
        if let Some(opened) = self.opened_mut(item.conversation()) {
            opened.thread.item(now, item);
        }
    }

    fn confirm(&mut self, item: &Item) {
        if let Item::Message(message) = item
            && message.author.side() == Side::Agent
        {
            self.outbox.confirmed(message.client_id);
        }
    }

    fn flush(&mut self, now: Ms) {
        if !self.connection.is_live() {
            return;
        }
        if let Some(out) = self.outbox.next(now)
            && let Some(conversation) = out.conversation.clone()
        {
            let reply = Reply {
                client_id: out.client_id,
                conversation,
                body: out.body.clone(),
                attachments: Vec::new(),
            };
            self.effects.push(Effect::Frame(Command::Reply(reply)));
        }
    }

    fn fetch(&mut self) {
        if self.connection.is_live()
            && let Some(ask) = self.current_mut().and_then(|opened| opened.thread.wants())
        {
            self.frame(Command::History(ask));
        }
    }

    /// Tells the relay what has arrived and been read: in opened conversations, and in rows that are mine or
    /// nobody's (their messages have arrived on this page, too).
    fn tell(&mut self, now: Ms) {
        if !self.connection.is_live() {
            return;
        }
        let mut told: Vec<Read> =
            self.opened.iter_mut().filter_map(|opened| opened.thread.tell(now)).collect();
        if self.tell.is_some_and(|at| now >= at) {
            self.tell = None;
            for row in &mut self.rows {
                let open = self.opened.iter().any(|opened| *opened.thread.conversation() == row.conversation);
                if !open && row.agent_received < row.head && row.unread > 0 {
                    row.agent_received = row.head;
                    let conversation = row.conversation.clone();
                    told.push(Read { conversation, received: row.head, read: row.agent_read });
                }
            }
        }
        self.effects.extend(told.into_iter().map(|read| Effect::Frame(Command::Read(read))));
    }

    fn ask_list(&mut self, cursor: Option<String>) {
        if cursor.is_none() {
            self.listed = false;
        }
        self.frame(Command::List(List { filter: self.filter, cursor, limit: ROWS }));
    }

    /// A frame that needs no answer to be kept: dropped while the line is down, since `Welcome` asks anew.
    fn frame(&mut self, command: Command) {
        if self.connection.is_live() {
            self.effects.push(Effect::Frame(command));
        }
    }

    fn lost(&mut self) {
        self.outbox.lost();
        for opened in &mut self.opened {
            opened.thread.lost();
        }
    }

    fn carry_out(&mut self, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Connect => self.effects.push(Effect::Connect),
            Step::Ping(nonce) => self.effects.push(Effect::Frame(Command::Ping(Ping { nonce }))),
            Step::Drop => {
                self.lost();
                self.effects.push(Effect::Disconnect);
            }
            Step::Refresh => self.effects.push(Effect::Refresh),
        }
    }

    fn my_id(&self) -> Option<&AgentId> {
        self.me.as_ref().map(|me| &me.id)
    }

    fn opened_mut(&mut self, conversation: &ConversationId) -> Option<&mut Opened> {
        self.opened.iter_mut().find(|opened| opened.thread.conversation() == conversation)
    }

    fn current_mut(&mut self) -> Option<&mut Opened> {
        let current = self.current.as_ref()?;
        self.opened.iter_mut().find(|opened| opened.thread.conversation() == current)
    }
}

fn summary(thread: &mut Thread, row: &InboxRow) {
    let mine = Marks { received: row.agent_received, read: row.agent_read };
    let theirs = Marks { received: row.visitor_received, read: row.visitor_read };
    thread.summary(row.head, row.status, mine, theirs, row.unread);
}
