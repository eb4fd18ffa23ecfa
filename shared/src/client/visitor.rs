//! The visitor's page: connection, outbox and conversations put together. All that the widget shows is read from
//! here; all that the person does goes through here. What comes from outside is in [`turns`].
mod turns;

use super::{
    Effect, Line, Ms,
    connection::Connection,
    lead::Lead,
    outbox::{Outbox, Outgoing, Progress, What},
    thread::Thread,
    token::Keepsake,
};
use crate::protocol::{
    ids::{AttachmentId, ClientId, ConversationId, Epoch, Millis, SiteKey, Token, VisitorId},
    model::{AgentAuthor, Author, Item, Message, Resume, Typing},
    visitor::{About, Attributes, Command, Page, Presence},
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

/// A conversation that is shown and is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beginning {
    /// The next message begins it.
    Next,
    /// This message begins it, and is on its way.
    With(ClientId),
}

/// The visitor's half of the protocol.
#[derive(Debug)]
pub struct VisitorClient {
    settings: Settings,
    connection: Connection,
    outbox: Outbox,
    threads: Vec<Thread>,
    current: Option<ConversationId>,
    /// While there is one, `current` is none.
    beginning: Option<Beginning>,
    /// To be shown as soon as the relay has named it.
    wanted: Option<ConversationId>,
    keepsake: Keepsake,
    lead: Lead,
    visitor: Option<VisitorId>,
    epoch: Option<Epoch>,
    presence: Presence,
    about: Option<About>,
    attributes: Option<Attributes>,
    effects: Vec<Effect<Command>>,
}

impl VisitorClient {
    /// A machine at rest; [`Self::start`] sets it off.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        Self {
            connection: Connection::new(settings.seed),
            keepsake: Keepsake::new(settings.token.take()),
            lead: Lead::alone(),
            settings,
            outbox: Outbox::new(),
            threads: Vec::new(),
            current: None,
            beginning: None,
            wanted: None,
            visitor: None,
            epoch: None,
            presence: Presence { online: false, back_at: None },
            about: None,
            attributes: None,
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
        self.presence.online && self.connection.is_live()
    }

    /// When the site opens again, if it is closed; as the relay said last.
    #[must_use]
    pub const fn back_at(&self) -> Option<Millis> {
        self.presence.back_at
    }

    /// Says what the visitor answered to what the site asks first: it goes with each message until one is stored.
    pub fn set_about(&mut self, about: Option<About>) {
        self.about = about;
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

    /// What is on its way into the conversation that is shown, oldest first. What names no conversation follows the one
    /// before it: into the visitor's open one, or into one that begins.
    pub fn pending(&self) -> impl Iterator<Item = &Outgoing> {
        self.outbox.all().iter().filter(|out| match self.beginning {
            _ if out.conversation.is_some() => out.conversation == self.current,
            None => out.begins.is_none(),
            Some(Beginning::Next) => false,
            Some(Beginning::With(first)) => out.begins == Some(first),
        })
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

    /// The token that the relay knows this page by, if there is one.
    #[must_use]
    pub const fn token(&self) -> Option<&Token> {
        self.keepsake.token()
    }

    // What the person does.

    /// Sends a message into the conversation that is shown, or begins one.
    pub fn send(&mut self, now: Ms, client_id: ClientId, body: String) {
        self.send_with(now, client_id, body, Vec::new());
    }

    /// As [`Self::send`], with files that were uploaded for it.
    pub fn send_with(&mut self, now: Ms, client_id: ClientId, body: String, attachments: Vec<AttachmentId>) {
        let begins = self.beginning.map(|beginning| match beginning {
            Beginning::With(first) if !self.outbox.has_failed(first) => first,
            // What was to begin it could not be taken: this does.
            _ => client_id,
        });
        self.beginning = begins.map(Beginning::With);
        let (conversation, progress) = (self.current.clone(), Progress::Waiting);
        self.outbox.push(Outgoing {
            client_id,
            conversation,
            begins,
            body,
            attachments,
            what: What::Message,
            progress,
        });
        self.lead.wrote();
        self.flush(now);
    }

    /// The next message begins another conversation.
    pub fn begin_new(&mut self) {
        self.beginning = Some(Beginning::Next);
        (self.current, self.wanted) = (None, None);
    }

    /// Shows another conversation; one that the relay has not named yet, as soon as it does.
    pub fn show(&mut self, conversation: &ConversationId) {
        if self.threads.iter().any(|thread| thread.conversation() == conversation) {
            (self.beginning, self.wanted) = (None, None);
            self.current = Some(conversation.clone());
            self.fetch();
        } else {
            self.wanted = Some(conversation.clone());
        }
    }

    /// Tries a failed message again.
    pub fn retry(&mut self, now: Ms, client_id: ClientId) {
        self.outbox.retry(client_id);
        self.lead.wrote();
        self.flush(now);
    }

    /// Gives a failed message up and hands its text back.
    pub fn discard(&mut self, client_id: ClientId) -> Option<String> {
        if self.beginning == Some(Beginning::With(client_id)) {
            self.beginning = Some(Beginning::Next);
        }
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
