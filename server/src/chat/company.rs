//! Who of the team looks at a conversation, and who writes an answer there, so that two do not answer at once. In
//! memory, and as true as the sessions it hears it from; never stored, and never told to a visitor.
use super::{Chat, publish::Publisher};
use crate::hub::{Topic, Weight};
use merhaba_shared::protocol::{
    agent::{self, Present},
    ids::ConversationId,
    limits::COMPANY,
    model::AgentAuthor,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A page that shows a conversation to somebody.
struct Page {
    number: u64,
    present: Present,
}

#[derive(Default)]
struct Register {
    /// The pages of each conversation that anybody looks at, in the order they came.
    pages: HashMap<ConversationId, Vec<Page>>,
    last: u64,
}

impl Register {
    /// Each agent once, whatever the number of their pages.
    fn present(&self, conversation: &ConversationId) -> Vec<Present> {
        let mut all: Vec<Present> = Vec::new();
        for page in self.pages.get(conversation).into_iter().flatten() {
            let known = all.iter().position(|present| present.agent.id == page.present.agent.id);
            match known {
                Some(at) => all[at].writing |= page.present.writing,
                None if all.len() < COMPANY => all.push(page.present.clone()),
                None => {}
            }
        }
        all
    }
}

/// The register of who looks where.
pub(super) struct Company {
    register: Mutex<Register>,
    publisher: Publisher,
}

impl Company {
    pub(super) fn new(publisher: Publisher) -> Self {
        Self { register: Mutex::default(), publisher }
    }

    /// Makes a change, and tells what came of it: under the lock, so that what is told last is true.
    fn change<T>(&self, conversation: &ConversationId, change: impl FnOnce(&mut Register) -> T) -> T {
        let mut register = self.lock();
        let done = change(&mut register);
        let company =
            agent::Company { conversation: conversation.clone(), present: register.present(conversation) };
        let topic = Topic::Conversation(conversation.clone());
        self.publisher.hub().publish(&topic, &Weight::Durable, &agent::Event::Company(company));
        done
    }

    fn lock(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page shows a conversation to an agent, as long as this lives.
#[must_use]
pub struct Watch {
    company: Arc<Company>,
    conversation: ConversationId,
    number: u64,
    writing: bool,
}

impl Watch {
    /// What the page shows.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        &self.conversation
    }

    /// The agent writes an answer there, or has stopped.
    pub fn writes(&mut self, on: bool) {
        if self.writing == on {
            return;
        }
        self.writing = on;
        self.company.change(&self.conversation, |register| {
            let pages = register.pages.get_mut(&self.conversation).into_iter().flatten();
            for page in pages.filter(|page| page.number == self.number) {
                page.present.writing = on;
            }
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.company.change(&self.conversation, |register| {
            if let Some(pages) = register.pages.get_mut(&self.conversation) {
                pages.retain(|page| page.number != self.number);
                if pages.is_empty() {
                    register.pages.remove(&self.conversation);
                }
            }
        });
    }
}

impl Chat {
    /// A page of an agent shows a conversation, which the agent may see: everybody who has it open is told.
    pub fn watch(&self, agent: &AgentAuthor, conversation: &ConversationId) -> Watch {
        let number = self.company.change(conversation, |register| {
            register.last += 1;
            let present = Present { agent: agent.clone(), writing: false };
            let page = Page { number: register.last, present };
            register.pages.entry(conversation.clone()).or_default().push(page);
            register.last
        });
        Watch { company: self.company.clone(), conversation: conversation.clone(), number, writing: false }
    }
}
