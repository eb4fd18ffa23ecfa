//! What is done to words in the model: others for them, taken away, and let go by a colleague first.
use super::super::law;
use super::{ADA, BORA, Play};
use crate::{clock::Clock, session::tests::simulation::world::AGENTS, store::Store};
use merhaba_shared::protocol::{
    agent::BackstageLine,
    approval::Verdict,
    ids::{AgentId, ClientId, ConversationId},
    limits::EDIT_MS,
    model::{Author, Item, Kind},
};

/// So long a wish may be under way, in milliseconds.
const UNDER_WAY: i64 = 60_000;

impl Play {
    /// Ada says one of her messages in other words, or takes it away.
    pub(super) async fn revise(&mut self, of: &ConversationId, which: usize, gone: bool) {
        let log = law::log(&self.world).await;
        let own = log.rows[of].1.iter().filter_map(|item| match item {
            Item::Message(message) if message.deleted.is_none() => Some(message),
            _ => None,
        });
        let own: Vec<_> = own
            .filter(|message| matches!(&message.author, Author::Agent(by) if by.id.as_str() == AGENTS[ADA]))
            .collect();
        let Some(message) = (!own.is_empty()).then(|| own[which % own.len()]) else { return };
        let (seq, age) = (message.seq, Clock.now() - message.at);
        let said = self.model.said.get_mut(of).expect("begun");
        let body = if gone { String::new() } else { format!("other words {}", said.log.len()) };
        if age <= EDIT_MS - UNDER_WAY {
            said.log[usize::try_from(seq - 1).expect("small")] = Ok(body.clone());
            said.log.push(Err(if gone { Kind::Deleted } else { Kind::Edited }));
        } else if age <= EDIT_MS {
            // It comes in time, or it does not.
            return;
        }
        let mut id = [0; 16];
        self.world.dice.fill(&mut id);
        self.world.on(ADA, |machine, now| {
            let client = machine.as_agent().expect("an agent");
            if gone {
                client.delete(now, ClientId(id), of, seq);
            } else {
                client.edit(now, ClientId(id), of, seq, body);
            }
        });
    }

    pub(super) fn propose(&mut self, of: &ConversationId) {
        let mut id = [0; 16];
        self.world.dice.fill(&mut id);
        let said = self.model.said.get_mut(of).expect("begun");
        let client_id = ClientId(id);
        let body = format!("proposal {}.", client_id.to_hex());
        said.proposed.push((client_id, body.clone()));
        self.world.unapproved.insert(body.clone());
        self.world.on(ADA, |machine, now| {
            machine.as_agent().map(|client| client.propose(now, client_id, of, body))
        });
    }

    /// The other agent decides on the oldest that waits; who wrote it can only take it back.
    pub(super) async fn decide(&mut self, of: &ConversationId, to: usize) {
        // The last one, only the relay says.
        let verdict = Verdict::ALL[to % (Verdict::ALL.len() - 1)];
        let said = self.model.said.get_mut(of).expect("begun");
        if said.proposed.is_empty() {
            return;
        }
        let (client_id, body) = said.proposed.remove(0);
        let other = format!("other words for {body}").replace("proposal", "number");
        let gone = match verdict {
            Verdict::Approved => {
                self.world.unapproved.remove(&body);
                Some(body)
            }
            Verdict::Changed => Some(other.clone()),
            Verdict::Returned | Verdict::Withdrawn | Verdict::Sent => None,
        };
        let decider = if verdict == Verdict::Withdrawn { ADA } else { BORA };
        if let Some(body) = gone {
            said.assignee.get_or_insert(AgentId::from(AGENTS[decider]));
            said.say(body);
        }
        let store = &self.world.relay.as_ref().expect("it runs").store;
        let lines = store.backstage(AGENTS[0].into(), of.clone(), None, 999).await.expect("read");
        let number = lines.into_iter().flatten().find_map(|line| match line {
            BackstageLine::Proposal(proposal) if proposal.client_id == client_id => Some(proposal.number),
            _ => None,
        });
        let (number, text) = (
            number.expect("it was stored"),
            match verdict {
                Verdict::Changed => other,
                Verdict::Returned => "why".into(),
                Verdict::Approved | Verdict::Withdrawn | Verdict::Sent => String::new(),
            },
        );
        self.world.on(decider, |machine, _| {
            machine.as_agent().map(|client| client.decide(of, number, verdict, text))
        });
    }
}
