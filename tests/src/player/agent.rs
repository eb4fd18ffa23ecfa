//! The agent's machine with an agent who looks for one conversation in the inbox and stays there: the one whose messages
//! begin with a certain word. What the inbox does not show, this agent never finds.
use super::Machine;
use merhaba_shared::{
    client::{self, Effect, Ms, agent::AgentClient, outbox::Outbox, thread::Thread},
    protocol::{
        agent::{Command, Event},
        ids::{ClientId, ConversationId, Token},
        model::{Accepted, Message, Side},
    },
};

/// An agent's page.
pub struct AgentMachine {
    client: AgentClient,
    word: String,
}

impl AgentMachine {
    /// An agent who looks for the conversation whose messages begin with this word.
    #[must_use]
    pub fn new(word: &str) -> Self {
        Self { client: AgentClient::new(u32::from_ne_bytes(super::random())), word: format!("{word} ") }
    }

    /// Whether the list has come.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.client.is_listed()
    }

    /// The rows that the list shows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.client.rows().len()
    }

    /// The conversation that is shown, and how many lines of its backstage are.
    #[must_use]
    pub fn backstage(&self) -> Option<(ConversationId, usize)> {
        let opened = self.client.current()?;
        Some((opened.thread.conversation().clone(), opened.backstage.lines().len()))
    }

    fn find(&mut self) {
        if self.client.current().is_some() {
            return;
        }
        let rows = self.client.rows();
        let row = rows.into_iter().find(|row| row.preview.starts_with(&self.word));
        if let Some(conversation) = row.map(|row| row.conversation.clone()) {
            self.client.open(&conversation);
        }
    }
}

impl Machine for AgentMachine {
    type Command = Command;
    type Event = Event;
    const PATH: &'static str = "/ws/agent";
    const SIDE: Side = Side::Agent;

    fn start(&mut self, now: Ms) {
        self.client.start(now);
    }

    fn effects(&mut self) -> Vec<Effect<Command>> {
        self.client.effects()
    }

    fn opened(&mut self, now: Ms) {
        self.client.opened(now);
    }

    fn closed(&mut self, now: Ms, code: u16, reason: &str) {
        self.client.closed(now, code, reason);
    }

    fn event(&mut self, now: Ms, event: Event) {
        self.client.event(now, event);
        self.client.notices();
        self.find();
        self.client.seen(now);
    }

    fn tick(&mut self, now: Ms) {
        self.client.tick(now);
    }

    fn wake_at(&self, now: Ms) -> Option<Ms> {
        self.client.wake_at(now)
    }

    fn nudge(&mut self, now: Ms) {
        self.client.nudge(now);
    }

    fn set_visible(&mut self, visible: bool) {
        self.client.set_visible(visible);
    }

    /// Agents have a cookie or a bearer token instead.
    fn keep(&mut self, _now: Ms, _token: Token, _instead_of: Option<Token>) {}

    fn write(&mut self, now: Ms, client_id: ClientId, body: String) -> bool {
        let here = self.client.current().map(|opened| opened.thread.conversation().clone());
        if let Some(conversation) = &here {
            self.client.reply(now, client_id, conversation, body);
        }
        here.is_some()
    }

    fn line(&self) -> client::Line {
        self.client.line()
    }

    fn thread(&self) -> Option<&Thread> {
        self.client.current().map(|opened| &opened.thread)
    }

    fn outbox(&self) -> &Outbox {
        self.client.outbox()
    }

    /// The row says how far the conversation is, and that nothing of it is unread by the one who looks at it.
    fn lists_it(&self) -> bool {
        self.client.current().is_none_or(|opened| {
            let row = self.client.row(opened.thread.conversation());
            row.is_some_and(|row| row.head == opened.thread.timeline().last() && row.unread == 0)
        })
    }

    fn accepted(event: &Event) -> Option<&Accepted> {
        match event {
            Event::Accepted(accepted) => Some(accepted),
            _ => None,
        }
    }

    fn message(event: &Event) -> Option<&Message> {
        match event {
            Event::Message(message) => Some(message),
            _ => None,
        }
    }
}
