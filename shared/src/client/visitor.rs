//! The visitor's page: connection, outbox and conversations put together. All that the widget shows is read from
//! here; all that it does goes through here.
use super::{
    Effect, Line, Ms,
    connection::{Connection, Step},
    outbox::Outbox,
    thread::{Marks, Thread},
    token::Keepsake,
};
use crate::protocol::{
    ids::{ClientId, ConversationId, Epoch, SiteKey, Token, VisitorId},
    model::{AgentAuthor, Author, Item, Message, Ping, Resume, Side, Status, Typing},
    visitor::{Command, ConversationCard, Event, Hello, Page, Send, Welcome},
};
use alloc::{string::String, vec::Vec};

/// What the machine is made from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The website.
    pub site: SiteKey,
    /// The token kept from before.
    pub token: Option<Token>,
    /// The page's language.
    pub locale: String,
    /// The page the visitor is on.
    pub page: Option<Page>,
    /// Any number; spreads the waits of many pages.
    pub seed: u32,
}

/// The visitor's half of the protocol.
#[derive(Debug)]
pub struct VisitorClient {
    settings: Settings,
    connection: Connection,
    outbox: Outbox,
    threads: Vec<Thread>,
    current: Option<ConversationId>,
    begin_new: bool,
    keepsake: Keepsake,
    visitor: Option<VisitorId>,
    epoch: Option<Epoch>,
    online: bool,
    effects: Vec<Effect<Command>>,
}

impl VisitorClient {
    /// A machine at rest; [`Self::start`] sets it off.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        Self {
            connection: Connection::new(settings.seed),
            keepsake: Keepsake::new(settings.token.take()),
            settings,
            outbox: Outbox::new(),
            threads: Vec::new(),
            current: None,
            begin_new: false,
            visitor: None,
            epoch: None,
            online: false,
            effects: Vec::new(),
        }
    }

    // What the page shows.

    /// What the line looks like.
    #[must_use]
    pub const fn line(&self) -> Line {
        self.connection.line()
    }

    /// Whether an agent of the site is there; meaningless while the line is down.
    #[must_use]
    pub const fn online(&self) -> bool {
        self.online && self.connection.is_live()
    }

    /// The conversation that is shown, once there is one.
    #[must_use]
    pub fn thread(&self) -> Option<&Thread> {
        let current = self.current.as_ref()?;
        self.threads.iter().find(|thread| thread.conversation() == current)
    }

    /// All of the visitor's conversations that are known here.
    #[must_use]
    pub fn threads(&self) -> &[Thread] {
        &self.threads
    }

    /// What is on its way.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The agent who answers: the last who wrote in what is shown. Who takes a conversation and says nothing is not
    /// told to visitors, so that a page that was there and one that is loaded later say the same.
    #[must_use]
    pub fn assignee(&self) -> Option<&AgentAuthor> {
        let items = self.thread()?.timeline().items();
        items.iter().rev().find_map(|item| match item {
            Item::Message(Message { author: Author::Agent(agent), .. }) => Some(agent),
            _ => None,
        })
    }

    /// Unread messages over all conversations.
    #[must_use]
    pub fn unread(&self) -> u32 {
        self.threads.iter().map(Thread::unread).sum()
    }

    /// Who the relay says this is, once it has.
    #[must_use]
    pub const fn visitor(&self) -> Option<&VisitorId> {
        self.visitor.as_ref()
    }

    // What the person does.

    /// Sends a message into the conversation that is shown, or begins one.
    pub fn send(&mut self, now: Ms, client_id: ClientId, body: String) {
        let new = core::mem::take(&mut self.begin_new);
        let conversation = if new { None } else { self.current.clone() };
        self.outbox.push(client_id, conversation, new, body);
        self.flush(now);
    }

    /// The next message begins another conversation.
    pub fn begin_new(&mut self) {
        self.begin_new = true;
        self.current = None;
    }

    /// Shows another conversation.
    pub fn show(&mut self, conversation: &ConversationId) {
        if self.threads.iter().any(|thread| thread.conversation() == conversation) {
            self.begin_new = false;
            self.current = Some(conversation.clone());
            self.fetch();
        }
    }

    /// Tries a failed message again.
    pub fn retry(&mut self, now: Ms, client_id: ClientId) {
        self.outbox.retry(client_id);
        self.flush(now);
    }

    /// Gives a failed message up and hands its text back.
    pub fn discard(&mut self, client_id: ClientId) -> Option<String> {
        self.outbox.discard(client_id)
    }

    /// The person looks at the end of the conversation.
    pub fn seen(&mut self, now: Ms) -> bool {
        let moved = self.current_mut().is_some_and(|thread| thread.seen(now));
        self.tell(now);
        moved
    }

    /// The person is writing, or has stopped.
    pub fn typing(&mut self, now: Ms, on: bool) {
        let live = self.connection.is_live();
        if let Some(thread) = self.current_mut()
            && thread.i_type(now, on)
            && live
        {
            let typing = Typing { conversation: thread.conversation().clone(), on };
            self.effects.push(Effect::Frame(Command::Typing(typing)));
        }
    }

    /// The person wants older entries.
    pub fn older(&mut self) {
        if self.connection.is_live()
            && let Some(ask) = self.current_mut().and_then(Thread::older)
        {
            self.effects.push(Effect::Frame(Command::History(ask)));
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
            let hello = Hello {
                site: self.settings.site.clone(),
                token: self.keepsake.token().cloned(),
                locale: self.settings.locale.clone(),
                page: self.settings.page.clone(),
                epoch: self.epoch.clone(),
                resume: self.threads.iter().filter_map(resume).collect(),
            };
            self.effects.push(Effect::Frame(Command::Hello(hello)));
        }
    }

    /// The socket closed, with the code and reason the browser gives (1006 and nothing when it does not know).
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
            Event::Accepted(accepted) => {
                self.outbox.accepted(&accepted);
                self.begun(&accepted.conversation);
                self.flush(now);
            }
            Event::Refused(refused) => {
                self.outbox.refused(now, &refused);
                self.flush(now);
            }
            Event::Message(message) => self.item(now, Item::Message(message)),
            Event::Entry(entry) => self.item(now, Item::Entry(entry)),
            Event::History(page) => {
                for item in &page.entries {
                    self.confirm(item);
                }
                if let Some(thread) = self.thread_mut(&page.conversation) {
                    thread.page(now, page);
                }
            }
            Event::Typing(typing) => {
                if let Some(thread) = self.thread_mut(&typing.conversation) {
                    thread.typing_now(now, typing);
                }
            }
            Event::Read(marker) => {
                if let Some(thread) = self.thread_mut(&marker.conversation) {
                    thread.marker(&marker);
                }
            }
            Event::Head(head) => {
                if let Some(thread) = self.thread_mut(&head.conversation) {
                    thread.head(head.seq);
                }
            }
            Event::Pong(pong) => self.connection.ponged(pong.nonce),
            Event::Presence(presence) => self.online = presence.online,
        }
        self.fetch();
        self.tell(now);
    }

    /// The host has kept a token: this one, or one that another tab had kept already.
    pub fn token_kept(&mut self, now: Ms, token: Token) {
        if self.keepsake.token() == Some(&token) {
            self.keepsake.kept(token);
            self.flush(now);
        } else {
            self.adopt(now, token);
        }
    }

    /// Another tab has kept a token: this page becomes the same visitor, unless it is somebody already.
    pub fn adopt(&mut self, now: Ms, token: Token) {
        if !self.threads.is_empty() || self.keepsake.kept(token) {
            return;
        }
        self.lost();
        let step = self.connection.suspend();
        self.carry_out(step);
        self.start(now);
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

    /// Whether the person can see the conversation.
    pub const fn set_visible(&mut self, visible: bool) {
        self.connection.set_visible(visible);
    }

    /// The visitor went to another page of the site.
    pub fn set_page(&mut self, page: Page) {
        self.settings.page = Some(page);
    }

    // What time asks for.

    /// Lets time pass.
    pub fn tick(&mut self, now: Ms) {
        for thread in &mut self.threads {
            thread.tick(now);
        }
        let step = self.connection.tick(now, self.outbox.sending());
        self.carry_out(step);
        self.tell(now);
        self.flush(now);
    }

    /// When [`Self::tick`] is needed at the latest.
    #[must_use]
    pub fn wake_at(&self, now: Ms) -> Option<Ms> {
        let connection = self.connection.wake_at(self.outbox.sending());
        let held = self.outbox.held_until(now).filter(|_| self.connection.is_live());
        let threads = self.threads.iter().filter_map(Thread::wake_at).filter(|_| self.connection.is_live());
        threads.chain(connection).chain(held).min()
    }

    /// What is to be done now, in order.
    pub fn effects(&mut self) -> Vec<Effect<Command>> {
        core::mem::take(&mut self.effects)
    }

    fn welcome(&mut self, now: Ms, welcome: Welcome) {
        if welcome.replaced {
            if let Some(wait) = self.keepsake.doubt() {
                let step = self.connection.postpone(now, wait);
                return self.carry_out(step);
            }
        } else {
            self.keepsake.known();
        }
        let renewed = self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch);
        if renewed || welcome.replaced {
            self.threads.clear();
            self.current = None;
            let cards = &welcome.conversations;
            self.outbox.renewed(|known| cards.iter().any(|card| card.conversation == *known));
        }
        if let Some(token) = welcome.token {
            self.keepsake.given(token, welcome.replaced);
        }
        self.visitor = Some(welcome.visitor);
        self.epoch = Some(welcome.epoch);
        self.online = welcome.online;
        self.connection.welcomed(now);
        for card in &welcome.conversations {
            self.card(card);
        }
        if self.current.is_none() && !self.begin_new {
            let open = welcome.conversations.iter().find(|card| card.status != Status::Resolved);
            self.current = open.or(welcome.conversations.first()).map(|card| card.conversation.clone());
        }
        for thread in &mut self.threads {
            thread.tell_again(now);
        }
        self.flush(now);
    }

    fn card(&mut self, card: &ConversationCard) {
        if self.thread_mut(&card.conversation).is_none() {
            self.threads.push(Thread::new(Side::Visitor, card.conversation.clone(), card.head));
        }
        if let Some(thread) = self.thread_mut(&card.conversation) {
            let mine = Marks { received: card.received, read: card.read };
            let theirs = Marks { received: card.agent_received, read: card.agent_read };
            thread.summary(card.head, card.status, mine, theirs, card.unread);
        }
    }

    fn item(&mut self, now: Ms, item: Item) {
        self.confirm(&item);
        let conversation = item.conversation().clone();
        self.begun(&conversation);
        if let Some(thread) = self.thread_mut(&conversation) {
            thread.item(now, item);
        }
    }

    /// A conversation that was not known here has begun, from this page or another tab.
    fn begun(&mut self, conversation: &ConversationId) {
        if self.thread_mut(conversation).is_none() {
            self.threads.push(Thread::new(Side::Visitor, conversation.clone(), 0));
        }
        if self.current.is_none() {
            self.current = Some(conversation.clone());
        }
    }

    fn confirm(&mut self, item: &Item) {
        if let Item::Message(message) = item
            && message.author.side() == Side::Visitor
        {
            self.outbox.confirmed(message.client_id);
        }
    }

    /// Sends what waits, once the token is kept.
    fn flush(&mut self, now: Ms) {
        if !self.connection.is_live() {
            return;
        }
        if !self.keepsake.is_kept() {
            if self.outbox.has_waiting() {
                self.effects.extend(self.keepsake.ask());
            }
            return;
        }
        if let Some(out) = self.outbox.next(now) {
            let send = Send {
                client_id: out.client_id,
                conversation: out.conversation.clone(),
                new: out.new,
                body: out.body.clone(),
                attachments: Vec::new(),
            };
            self.effects.push(Effect::Frame(Command::Send(send)));
        }
    }

    /// Asks for what is missing: in the conversation that is shown, and in any that has a message of this page whose
    /// entry has not come, since it would stay on its way for ever.
    fn fetch(&mut self) {
        if !self.connection.is_live() {
            return;
        }
        let (current, outbox) = (&self.current, &self.outbox);
        let wanted = self.threads.iter_mut().filter(|thread| {
            current.as_ref() == Some(thread.conversation()) || outbox.awaits_entry(thread.conversation())
        });
        let asked: Vec<_> = wanted.filter_map(Thread::wants).collect();
        self.effects.extend(asked.into_iter().map(|ask| Effect::Frame(Command::History(ask))));
    }

    fn tell(&mut self, now: Ms) {
        if self.connection.is_live() {
            let told = self.threads.iter_mut().filter_map(|thread| thread.tell(now));
            self.effects.extend(told.map(|read| Effect::Frame(Command::Read(read))));
        }
    }

    fn lost(&mut self) {
        self.outbox.lost();
        self.keepsake.lost();
        for thread in &mut self.threads {
            thread.lost();
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

    fn thread_mut(&mut self, conversation: &ConversationId) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|thread| thread.conversation() == conversation)
    }

    fn current_mut(&mut self) -> Option<&mut Thread> {
        let current = self.current.as_ref()?;
        self.threads.iter_mut().find(|thread| thread.conversation() == current)
    }
}

/// What to ask to be resumed: only a copy that has been loaded.
pub(super) fn resume(thread: &Thread) -> Option<Resume> {
    let timeline = thread.timeline();
    (timeline.is_loaded() && timeline.last() > 0)
        .then(|| Resume { conversation: thread.conversation().clone(), after: timeline.last() })
}
