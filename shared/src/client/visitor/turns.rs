//! What happens to the visitor's page from outside: the line, the relay's frames, other tabs, time. The person's side
//! is in [`super`].
use super::{Beginning, VisitorClient, resume};
use crate::{
    client::{
        Effect, Ms,
        connection::Step,
        mutants::{self, Mutant},
        outbox::Outgoing,
        thread::{Marks, Thread},
    },
    protocol::{
        error::{Code, Refused},
        ids::{ClientId, ConversationId, Token},
        model::{Item, Ping, Side, Status},
        visitor::{Attributes, Command, ConversationCard, Event, Hello, Page, Presence, Send, Welcome},
    },
};
use alloc::vec::Vec;

impl VisitorClient {
    // What happens to the line.

    /// Begins, or begins again after [`Self::suspend`].
    pub fn start(&mut self, now: Ms) {
        let step = self.connection.start(now);
        self.carry_out(step);
    }

    /// Lets the line go on purpose; nothing is lost.
    pub fn suspend(&mut self) {
        self.effects.extend(self.lead.pass());
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
                self.about = None;
                self.outbox.accepted(&accepted);
                self.begun(&accepted.conversation, Some(accepted.client_id));
                self.settle(&accepted.conversation);
                self.flush(now);
            }
            Event::Refused(refused) => {
                self.refused(now, &refused);
                self.flush(now);
            }
            Event::Message(message) => self.item(now, Item::Message(message)),
            Event::Entry(entry) => self.item(now, Item::Entry(entry)),
            Event::History(page) => {
                for item in &page.entries {
                    self.confirm(item);
                }
                let conversation = page.conversation.clone();
                if let Some(thread) = self.thread_mut(&conversation) {
                    thread.page(now, page);
                }
                self.settle(&conversation);
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
                self.begun(&head.conversation, None);
                if let Some(thread) = self.thread_mut(&head.conversation) {
                    thread.head(head.seq);
                }
            }
            Event::Pong(pong) => self.connection.ponged(pong.nonce),
            Event::Presence(presence) => self.presence = presence,
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
        if self.keepsake.take_over(token, !self.threads.is_empty()) {
            self.lost();
            let step = self.connection.suspend();
            self.carry_out(step);
            self.start(now);
        }
    }

    /// Other tabs keep messages of the same visitor too, and one of them sends at a time.
    pub const fn share(&mut self) {
        self.lead.share();
    }

    /// Whether this tab is the one that sends, as the host has found out.
    pub fn led(&mut self, now: Ms, leads: bool) {
        self.lead.given(leads);
        self.flush(now);
    }

    /// Takes up what this page kept before it was loaded again, or what another tab keeps.
    pub fn take_up(&mut self, now: Ms, kept: Vec<Outgoing>) {
        if self.visitor.is_none() && !kept.is_empty() {
            self.keepsake.unsure();
        }
        // A page that was loaded again goes on with the conversation that it was about to begin.
        if self.visitor.is_none() && self.current.is_none() && self.beginning.is_none() {
            let first = kept.iter().rfind(|out| out.is_first());
            self.beginning = first.map(|out| Beginning::With(out.client_id));
        }
        let threads = &self.threads;
        self.outbox.take_up(kept, |id| threads.iter().any(|thread| thread.timeline().has(id)));
        self.flush(now);
    }

    /// Another tab no longer keeps a message: it is stored, or the person took it back there.
    pub fn let_go(&mut self, now: Ms, client_id: ClientId) {
        self.outbox.confirmed(client_id);
        self.flush(now);
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
        if self.connection.is_live() && self.settings.page.as_ref() != Some(&page) {
            self.effects.push(Effect::Frame(Command::Page(page.clone())));
        }
        self.settings.page = Some(page);
    }

    /// What the website says of the visitor now; the relay is told on every line.
    pub fn set_attributes(&mut self, attributes: Attributes) {
        self.attributes = Some(attributes);
        if self.connection.is_live() {
            self.tell_attributes();
        }
    }

    fn tell_attributes(&mut self) {
        self.effects.extend(self.attributes.clone().map(|said| Effect::Frame(Command::Attributes(said))));
    }

    // What time asks for.

    /// Lets time pass.
    pub fn tick(&mut self, now: Ms) {
        for thread in &mut self.threads {
            thread.tick(now);
        }
        let step = self.connection.tick(now, self.outbox.sending());
        self.carry_out(step);
        self.fetch();
        self.tell(now);
        self.flush(now);
    }

    /// When [`Self::tick`] is needed at the latest.
    #[must_use]
    pub fn wake_at(&self, now: Ms) -> Option<Ms> {
        let connection = self.connection.wake_at(self.outbox.sending());
        let held = self.outbox.held_until(now).filter(|_| self.connection.is_live());
        let threads = self.threads.iter().filter_map(|thread| thread.wake_at(now));
        let threads = threads.filter(|_| self.connection.is_live());
        threads.chain(connection).chain(held).min()
    }

    /// What is to be done now, in order.
    pub fn effects(&mut self) -> Vec<Effect<Command>> {
        core::mem::take(&mut self.effects)
    }

    fn welcome(&mut self, now: Ms, welcome: Welcome) {
        if welcome.replaced {
            if let Some(other) = self.keepsake.instead() {
                (self.threads, self.current) = (Vec::new(), None);
                self.outbox.renewed(|_| false);
                return self.adopt(now, other);
            }
            if let Some(wait) = self.keepsake.doubt() {
                let step = self.connection.postpone(now, wait);
                return self.carry_out(step);
            }
        } else {
            self.keepsake.known();
        }
        let renewed = self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch);
        let renewed = renewed && !mutants::on(Mutant::EpochIgnored);
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
        self.presence = Presence { online: welcome.online, back_at: welcome.back_at };
        self.connection.welcomed(now);
        self.tell_attributes();
        for card in &welcome.conversations {
            self.card(card);
        }
        let named =
            |wanted: &ConversationId| welcome.conversations.iter().any(|card| card.conversation == *wanted);
        if let Some(wanted) = self.wanted.take().filter(named) {
            (self.current, self.beginning) = (Some(wanted), None);
        }
        // Another tab has sent what was to begin it, and the entry was lost with the line: it is the latest now.
        self.beginning = self.beginning.filter(|beginning| match beginning {
            Beginning::Next => true,
            Beginning::With(first) => self.outbox.has(*first),
        });
        if self.current.is_none() && self.beginning.is_none() {
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

    fn refused(&mut self, now: Ms, refused: &Refused) {
        let Some(id) = refused.client_id else { return };
        if refused.code == Code::NotFound && self.outbox.unname(id) {
            return;
        }
        if let Some(heir) = self.outbox.refused(now, refused)
            && self.beginning == Some(Beginning::With(id))
        {
            self.beginning = Some(Beginning::With(heir));
        }
    }

    fn item(&mut self, now: Ms, item: Item) {
        self.confirm(&item);
        let conversation = item.conversation().clone();
        let first = if let Item::Message(message) = &item { Some(message.client_id) } else { None };
        self.begun(&conversation, first);
        if let Some(thread) = self.thread_mut(&conversation) {
            thread.item(now, item);
        }
    }

    /// Something stands in a conversation: it may be one that was not known here, begun on this page or in another tab.
    /// It is shown if nothing else is, or if this message was to begin what is shown.
    fn begun(&mut self, conversation: &ConversationId, message: Option<ClientId>) {
        if self.thread_mut(conversation).is_none() {
            self.threads.push(Thread::new(Side::Visitor, conversation.clone(), 0));
        }
        let takes = match self.beginning {
            None => self.current.is_none(),
            Some(Beginning::Next) => false,
            // Without the first message here, another tab has sent it, and this is what it began or follows it.
            Some(Beginning::With(first)) => message == Some(first) || !self.outbox.has(first),
        };
        if takes {
            (self.current, self.beginning) = (Some(conversation.clone()), None);
        }
        if self.wanted.as_ref() == Some(conversation) {
            self.show(conversation);
        }
    }

    fn confirm(&mut self, item: &Item) {
        if let Item::Message(message) = item
            && message.author.side() == Side::Visitor
        {
            self.outbox.confirmed(message.client_id);
            self.outbox.begun(message.client_id, &message.conversation);
        }
    }

    /// What was stored long ago, and sent again after a crash, has its place in the copy already.
    fn settle(&mut self, conversation: &ConversationId) {
        let copy = self.threads.iter().find(|thread| thread.conversation() == conversation);
        if let Some(copy) = copy.map(Thread::timeline).filter(|copy| copy.is_loaded()) {
            self.outbox.settled(conversation, copy.last(), 0);
        }
    }

    /// Sends what waits, once the token is kept.
    pub(super) fn flush(&mut self, now: Ms) {
        if !self.connection.is_live() {
            return;
        }
        if !self.keepsake.is_kept() {
            if self.outbox.has_waiting() {
                self.effects.extend(self.keepsake.ask());
            }
            return;
        }
        if !self.lead.clears(&self.outbox, &mut self.effects) {
            return;
        }
        if let Some(out) = self.outbox.next(now) {
            let send = Send {
                client_id: out.client_id,
                conversation: out.conversation.clone(),
                new: out.is_first(),
                body: out.body.clone(),
                attachments: out.attachments.clone(),
                about: self.about.clone(),
            };
            self.effects.push(Effect::Frame(Command::Send(send)));
        }
    }

    /// Asks for what is missing: in the conversation that is shown, and in any that has a message of this page whose
    /// entry has not come, since it would stay on its way for ever.
    pub(super) fn fetch(&mut self) {
        if !self.connection.is_live() {
            return;
        }
        let (current, outbox) = (&self.current, &self.outbox);
        let wanted = self.threads.iter_mut().filter(|thread| {
            current.as_ref() == Some(thread.conversation()) || outbox.awaits_entry(thread.conversation())
        });
        self.effects.extend(wanted.filter_map(Thread::wants).map(|ask| Effect::Frame(Command::History(ask))));
    }

    pub(super) fn tell(&mut self, now: Ms) {
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
        if step == Step::Drop {
            self.lost();
        }
        self.connection.carry_out(step, |nonce| Command::Ping(Ping { nonce }), &mut self.effects);
    }
}
