//! The client machine with a rule on top: whatever a visitor wrote and nobody answered gets an answer. It knows no
//! socket; what it wants done, the caller does.
use crate::relay::Relay;
use merhaba_shared::{
    client::{Effect, Line, Ms, agent::AgentClient},
    protocol::{
        agent::Event,
        ids::{ClientId, ConversationId, Seq},
        model::{Item, Side},
    },
};
use std::collections::HashMap;

/// An agent that answers by a rule.
pub struct Bot {
    client: AgentClient,
    answer: fn(&str) -> String,
    /// Up to where each conversation has been answered.
    answered: HashMap<ConversationId, Seq>,
}

impl Bot {
    /// A bot that begins to connect.
    pub fn new(now: Ms, answer: fn(&str) -> String) -> Self {
        let mut client = AgentClient::new(u32::from_ne_bytes(random()));
        client.start(now);
        Self { client, answer, answered: HashMap::new() }
    }

    /// A frame came.
    pub fn event(&mut self, now: Ms, event: Event) {
        self.client.event(now, event);
        self.client.notices();
        self.open_what_waits();
        self.answer_what_is_open(now);
    }

    /// The socket closed.
    pub fn closed(&mut self, now: Ms, code: u16, reason: &str) {
        self.client.closed(now, code, reason);
    }

    /// Time passed.
    pub fn tick(&mut self, now: Ms) {
        self.client.tick(now);
    }

    /// When [`Self::tick`] is needed.
    pub fn wake_at(&self, now: Ms) -> Option<Ms> {
        self.client.wake_at(now)
    }

    /// The close code, if the relay ended it for good.
    pub const fn stopped(&self) -> Option<u16> {
        match self.client.line() {
            Line::Stopped(code) => Some(code),
            _ => None,
        }
    }

    /// Does what the machine asks for.
    pub async fn carry_out(&mut self, now: Ms, relay: &mut Relay) {
        loop {
            let effects = self.client.effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::Connect => match relay.connect().await {
                        Ok(()) => self.client.opened(now),
                        Err(code) => self.client.closed(now, code, ""),
                    },
                    Effect::Disconnect => relay.disconnect(),
                    Effect::Frame(command) => relay.send(&command).await,
                    // Those are for pages.
                    Effect::Detour
                    | Effect::Lead { .. }
                    | Effect::Yield
                    | Effect::KeepToken { .. }
                    | Effect::ForgetToken
                    | Effect::Refresh => {}
                }
            }
        }
    }

    /// Opens the conversations whose last word is the visitor's.
    fn open_what_waits(&mut self) {
        let waits =
            self.client.rows().into_iter().filter(|row| row.preview_side == Side::Visitor && row.unread > 0);
        let waits: Vec<_> = waits.map(|row| row.conversation.clone()).collect();
        for conversation in waits {
            if self.client.opened_conversation(&conversation).is_none() {
                self.client.open(&conversation);
            }
        }
    }

    /// Answers each message after the last word of an agent, once.
    fn answer_what_is_open(&mut self, now: Ms) {
        let mut answers = Vec::new();
        for opened in self.client.all_opened() {
            let conversation = opened.thread.conversation();
            let items = opened.thread.timeline().items();
            let ours =
                items.iter().rev().find(|item| item.author().side() == Side::Agent).map_or(0, Item::seq);
            let from = self.answered.get(conversation).copied().unwrap_or(0).max(ours);
            for item in items.iter().filter(|item| item.seq() > from) {
                if let Item::Message(message) = item {
                    answers.push((conversation.clone(), message.seq, (self.answer)(&message.body)));
                }
            }
        }
        for (conversation, seq, body) in answers {
            self.answered.insert(conversation.clone(), seq);
            self.client.reply(now, ClientId(random()), &conversation, body);
            self.client.open(&conversation);
            self.client.seen(now);
        }
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
