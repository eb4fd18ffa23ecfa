//! Every action of both audiences, one at a time over good lines, against a model that keeps nothing but what was
//! said; and after each the law. There is no erasing of people in the protocol yet, so none here.
mod words;

use super::{
    acts::{ADA, Act, BORA, EACH, act},
    commands::{self, Named},
    faults::Faults,
    law::{self, SETTLED},
    page::{Answer, Machine, Whose, encode},
    world::{AGENTS, World},
};
use crate::{
    chat::{Form, Posted},
    clock::Clock,
    dice::Dice,
    proof::{Proof, amount, seed},
};
use merhaba_shared::protocol::{
    agent,
    ids::{AgentId, ClientId, ConversationId},
    limits::SNOOZE_MS,
    model::{GetHistory, Item, Kind, Status},
    triage::Priority,
    visitor,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What was said in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    visitor: usize,
    /// Messages with their text, and what stands between them.
    log: Vec<Result<String, Kind>>,
    assignee: Option<AgentId>,
    notes: Vec<String>,
    /// What waits for approval, the oldest first.
    proposed: Vec<(ClientId, String)>,
    snoozed: bool,
}

impl Said {
    fn status(&self) -> Status {
        let turned = |kind: &&Kind| matches!(kind, Kind::Resolved | Kind::Reopened);
        match self.log.iter().rev().find_map(|line| line.as_ref().err().filter(turned)) {
            Some(Kind::Resolved) => Status::Resolved,
            _ if self.snoozed => Status::Snoozed,
            _ => Status::Open,
        }
    }

    fn say(&mut self, body: String) {
        if self.status() != Status::Open {
            self.log.push(Err(Kind::Reopened));
            self.snoozed = false;
        }
        self.log.push(Ok(body));
    }
}

/// Everything that was said.
#[derive(Clone, Debug, Default)]
struct Model {
    said: BTreeMap<ConversationId, Said>,
    /// The conversations, the first one begun first.
    begun: Vec<ConversationId>,
    /// Every message that was sent: by whom, and the text.
    sent: Vec<(Whose, ClientId, String)>,
}

/// The model, the world that must agree with it, and what both were when the backup was made.
struct Play {
    model: Model,
    world: World,
    faults: Faults,
    backup: Option<Model>,
}

impl Play {
    fn one(&self, of: usize) -> Option<ConversationId> {
        let begun = &self.model.begun;
        (!begun.is_empty()).then(|| begun[of % begun.len()].clone())
    }

    fn is_theirs(&self, page: usize, conversation: &ConversationId) -> bool {
        Whose::Browser(self.model.said[conversation].visitor) == self.world.pages[page].whose
    }

    /// Sends a frame as it is, past the page's machine.
    fn raw<C: Serialize + Named>(&mut self, page: usize, command: &C) {
        let (now, page) = (self.world.now(), &mut self.world.pages[page]);
        page.link.as_mut().expect("connected").send(now, encode(command, page.codec));
        self.world.commands.insert(command.name());
    }

    fn write(&mut self, page: usize, body: &str) -> (ClientId, String) {
        let number = self.world.written.len();
        let (client_id, body) = self.world.write(page, format!("{number} {body}"));
        self.model.sent.push((self.world.pages[page].whose, client_id, body.clone()));
        (client_id, body)
    }

    /// A visitor writes on their page; the model learns the name of a conversation that begins.
    async fn send(&mut self, page: usize, new: bool, to: Option<ConversationId>) {
        let (client_id, body) = self.write(page, "a question");
        let Whose::Browser(visitor) = self.world.pages[page].whose else { return };
        let current = self.world.on(page, |machine, now| {
            let client = machine.as_visitor()?;
            if let Some(to) = &to {
                client.show(to);
            }
            if new {
                client.begin_new();
            }
            let current = client.thread().map(|thread| thread.conversation().clone());
            client.send(now, client_id, body.clone());
            current
        });
        let conversation = self.learn(visitor, client_id, body).await;
        assert!(current.is_none_or(|current| current == conversation), "it went elsewhere");
    }

    /// A visitor writes into the plain page's form.
    async fn post(&mut self, page: usize) {
        let Whose::Browser(visitor) = self.world.pages[page].whose else { return };
        let Some(token) = self.world.browsers[visitor].token.clone() else { return };
        let (client_id, body) = self.write(page, "a form");
        let form = Form {
            about: None,
            site: "shop".into(),
            token: Some(token),
            address: [10, 0, 2, 1].into(),
            locale: "tr".into(),
            page: None,
            client_id: Some(client_id),
            conversation: None,
            body: body.clone(),
        };
        let posted = self.world.relay.as_ref().expect("it runs").app.chat.post(form).await.expect("stored");
        assert!(matches!(posted, Posted::Stored { .. }), "{posted:?}");
        self.learn(visitor, client_id, body).await;
    }

    /// Learns where a visitor's message went, and the name of the conversation if it began with it.
    async fn learn(&mut self, visitor: usize, client_id: ClientId, body: String) -> ConversationId {
        self.world.run_until(self.world.now() + SETTLED).await;
        let place = law::log(&self.world).await.place_of(client_id);
        let (conversation, _) = place.unwrap_or_else(|| panic!("{body:?} was not stored"));
        if !self.model.said.contains_key(&conversation) {
            self.model.begun.push(conversation.clone());
        }
        let said = self.model.said.entry(conversation.clone());
        let said = said.or_insert_with(|| Said { visitor, ..Said::default() });
        assert_eq!(said.visitor, visitor);
        said.say(body);
        conversation
    }

    fn reply(&mut self, to: &ConversationId, open: bool) {
        let (client_id, body) = self.write(if open { ADA } else { BORA }, "an answer");
        let page = if open { ADA } else { BORA };
        let name = AgentId::from(AGENTS[page]);
        let conversation = to.clone();
        let text = body.clone();
        self.world.on(page, |machine, now| {
            machine.as_agent().map(|client| client.reply(now, client_id, &conversation, text))
        });
        let said = self.model.said.get_mut(to).expect("begun");
        said.assignee.get_or_insert(name);
        said.say(body);
    }

    /// What was sent is sent again, from any page of its sender, to wherever: it gets the first answer.
    async fn repeat(&mut self, page: usize, which: usize, to: usize) {
        let Some(conversation) = self.one(to) else { return };
        let (whose, client_id, body) = self.model.sent[which % self.model.sent.len()].clone();
        if whose != self.world.pages[page].whose {
            return;
        }
        let attachments = Vec::new();
        self.world.answers.clear();
        match whose {
            Whose::Browser(_) => {
                let conversation = Some(conversation);
                let send =
                    visitor::Send { client_id, conversation, new: false, body, attachments, about: None };
                self.raw(page, &visitor::Command::Send(send));
            }
            Whose::Agent(_) => {
                let reply = agent::Reply { client_id, conversation, body, attachments, quote: None };
                self.raw(page, &agent::Command::Reply(reply));
            }
        }
        self.world.run_until(self.world.now() + SETTLED).await;
        let first = law::log(&self.world).await.place_of(client_id);
        let first = first.map(|(conversation, seq)| Answer::Accepted(client_id, conversation, seq));
        assert_eq!(self.world.answers.first(), first.as_ref());
    }

    fn note(&mut self, of: &ConversationId) {
        let mut id = [0; 16];
        self.world.dice.fill(&mut id);
        let said = self.model.said.get_mut(of).expect("begun");
        let body = format!("note {}", said.notes.len());
        said.notes.push(body.clone());
        let note = agent::WriteNote { client_id: ClientId(id), conversation: of.clone(), body };
        self.raw(ADA, &agent::Command::Note(note));
    }

    fn turn(&mut self, of: &ConversationId, kind: Kind, to: Status) {
        self.world.on(ADA, |machine, _| {
            let client = machine.as_agent().expect("an agent");
            if kind == Kind::Resolved { client.resolve(of) } else { client.reopen(of) }
        });
        let said = self.model.said.get_mut(of).expect("begun");
        if said.status() != to {
            said.snoozed = false;
            said.log.push(Err(kind));
        }
    }

    fn assign(&mut self, of: &ConversationId, to: usize) {
        let to = AGENTS.get(to).map(|name| AgentId::from(*name));
        self.model.said.get_mut(of).expect("begun").assignee.clone_from(&to);
        self.world.on(ADA, |machine, _| machine.as_agent().map(|client| client.assign(of, to)));
    }

    fn snooze(&mut self, of: &ConversationId, off: bool) {
        // Long beyond the play, so that nothing opens by itself in it.
        let until = off.then(|| Clock.now() + SNOOZE_MS / 2);
        let said = self.model.said.get_mut(of).expect("begun");
        if said.status() != Status::Resolved {
            said.snoozed = off;
        }
        self.world.on(ADA, |machine, _| machine.as_agent().map(|client| client.snooze(of, until)));
    }

    fn claim(&mut self, page: usize, of: &ConversationId) {
        let said = self.model.said.get_mut(of).expect("begun");
        said.assignee.get_or_insert(AgentId::from(AGENTS[page]));
        self.world.on(page, |machine, _| machine.as_agent().map(|client| client.claim(of)));
    }

    async fn history(&mut self, page: usize) {
        let Some(conversation) = self.one(page) else { return };
        let ask = GetHistory { conversation, before: Some(2), limit: 1 };
        match self.world.pages[page].whose {
            Whose::Browser(_) => self.raw(page, &visitor::Command::History(ask)),
            Whose::Agent(_) => self.raw(page, &agent::Command::History(ask)),
        }
        self.world.run_until(self.world.now() + SETTLED).await;
    }

    fn close(&mut self, of: ConversationId) {
        // A page that is left closes by itself only after many more; what it shows is asked for anew.
        let shows = |machine: &mut Machine| {
            let current = machine
                .as_agent()
                .and_then(|client| client.current().map(|o| o.thread.conversation().clone()));
            current == Some(of.clone())
        };
        if !self.world.on(BORA, |machine, _| shows(machine)) {
            self.raw(BORA, &agent::Command::Close(agent::Close { conversation: of }));
        }
    }

    async fn act(&mut self, act: Act) {
        let named = match act {
            Act::SendElsewhere { to: of, .. }
            | Act::ReplyUnopened { to: of }
            | Act::Open { of }
            | Act::Close { of }
            | Act::Note { of }
            | Act::Propose { of }
            | Act::Decide { of, .. }
            | Act::Claim { of, .. }
            | Act::Assign { of, .. }
            | Act::Tag { of, .. }
            | Act::Edit { of, .. }
            | Act::Delete { of, .. }
            | Act::Prioritise { of, .. }
            | Act::Escalate { of }
            | Act::Transfer { of, .. }
            | Act::Snooze { of, .. }
            | Act::Bookmark { of, .. }
            | Act::Resolve { of }
            | Act::Reopen { of } => self.one(of),
            _ => None,
        };
        match (act, named) {
            (Act::Send { page }, _) => self.send(page, false, None).await,
            (Act::SendNew { page }, _) => self.send(page, true, None).await,
            (Act::SendElsewhere { page, .. }, Some(to)) if self.is_theirs(page, &to) => {
                self.send(page, false, Some(to)).await;
            }
            (Act::Repeat { page, which, to }, _) if !self.model.sent.is_empty() => {
                self.repeat(page, which, to).await;
            }
            (Act::Post { page }, _) => self.post(page).await,
            (Act::Open { .. }, Some(of)) => {
                self.world.on(ADA, |machine, _| machine.as_agent().map(|client| client.open(&of)));
            }
            (Act::Close { .. }, Some(of)) => self.close(of),
            (Act::Reply, _) => {
                let shown = |machine: &mut Machine| {
                    Some(machine.as_agent()?.current()?.thread.conversation().clone())
                };
                let to = self.world.on(ADA, |machine, _| shown(machine));
                if let Some(to) = to.filter(|to| self.model.said.contains_key(to)) {
                    self.reply(&to, true);
                }
            }
            (Act::ReplyUnopened { .. }, Some(to)) => self.reply(&to, false),
            (Act::Note { .. }, Some(of)) => self.note(&of),
            (Act::Propose { .. }, Some(of)) => self.propose(&of),
            (Act::Decide { to, .. }, Some(of)) => self.decide(&of, to).await,
            (Act::Edit { which, .. }, Some(of)) => self.revise(&of, which, false).await,
            (Act::Delete { which, .. }, Some(of)) => self.revise(&of, which, true).await,
            (Act::Claim { page, .. }, Some(of)) => self.claim(page, &of),
            (Act::Assign { to, .. }, Some(of)) => self.assign(&of, to),
            (Act::Tag { on, .. }, Some(of)) => {
                self.world.on(ADA, |machine, _| {
                    machine.as_agent().map(|client| client.tag(&of, "İade".into(), on))
                });
            }
            (Act::Prioritise { to, .. }, Some(of)) => {
                let priority = Priority::ALL[to % Priority::ALL.len()];
                self.world
                    .on(ADA, |machine, _| machine.as_agent().map(|client| client.prioritise(&of, priority)));
            }
            (Act::Escalate { .. }, Some(of)) => {
                let reason = "ask the owner".to_owned();
                self.world
                    .on(ADA, |machine, _| machine.as_agent().map(|client| client.escalate(&of, reason)));
            }
            (Act::Transfer { to, .. }, Some(of)) => {
                let to = [None, Some("sales"), Some("repairs"), Some("gone")][to % 4].map(str::to_owned);
                self.world.on(ADA, |machine, _| machine.as_agent().map(|client| client.transfer(&of, to)));
            }
            (Act::Snooze { off, .. }, Some(of)) => self.snooze(&of, off),
            (Act::Bookmark { page, on, .. }, Some(of)) => {
                self.world.on(page, |machine, _| machine.as_agent().map(|client| client.bookmark(&of, on)));
            }
            (Act::Resolve { .. }, Some(of)) => self.turn(&of, Kind::Resolved, Status::Resolved),
            (Act::Reopen { .. }, Some(of)) => self.turn(&of, Kind::Reopened, Status::Open),
            (Act::Seen { page }, _) => self.world.on(page, Machine::seen),
            (Act::Typing { page }, _) => self.world.on(page, |machine, now| match machine {
                // Whoever writes has gone to another page before.
                Machine::Visitor(client) => {
                    let url = format!("https://shop.example/{now}");
                    client.set_page(visitor::Page { url, ..visitor::Page::default() });
                    client.typing(now, true);
                }
                Machine::Agent(client) => client.typing(now, true),
            }),
            (Act::History { page }, _) => self.history(page).await,
            (Act::List { page, filter }, _) => {
                let filter = agent::Filter::ALL[filter % agent::Filter::ALL.len()];
                self.world.on(page, |machine, _| machine.as_agent().map(|client| client.list(filter)));
            }
            (Act::Away { page, away }, _) => {
                self.world.on(page, |machine, _| {
                    machine.as_agent().map(|client| client.set_status(agent::SetStatus { away, busy: false }))
                });
            }
            (Act::Drop { page }, _) => Faults::cut(&mut self.world, page),
            (Act::Reload { page }, _) => self.world.reload(page),
            (Act::Restart, _) => self.faults.crash(&mut self.world),
            (Act::BackUp, _) => {
                self.faults.back_up(&self.world);
                self.backup = Some(self.model.clone());
            }
            (Act::Restore, _) => {
                if let Some(model) = self.backup.take() {
                    self.faults.restore(&mut self.world).await;
                    self.model = Model { sent: model.sent.clone(), ..model };
                }
            }
            _ => {}
        }
    }

    /// Waits until everybody is back, if somebody was sent away, and all has been told.
    async fn settle(&mut self) {
        let patience = self.world.now() + 60_000;
        self.world.run_until(self.world.now() + SETTLED).await;
        while self.faults.next_end().is_some() || self.world.pages.iter().any(|page| !page.is_live()) {
            assert!(self.world.now() < patience, "somebody does not come back");
            self.faults.heal(&mut self.world).await;
            self.world.run_until(self.world.now() + 100).await;
        }
        self.world.run_until(self.world.now() + 2 * SETTLED).await;
    }

    /// The relay has stored what was said, and nothing else.
    async fn check(&self, act: Act) {
        let log = law::log(&self.world).await;
        let stored = log.rows.iter().map(|(name, (row, items))| {
            let line = |item: &Item| match item {
                Item::Message(message) => Ok(message.body.clone()),
                Item::Entry(entry) => Err(entry.kind),
            };
            let said = &self.model.said.get(name).unwrap_or_else(|| panic!("nobody began {name}"));
            assert_eq!(row.status, said.status(), "after {act:?}");
            assert_eq!(row.assignee.as_ref().map(|agent| &agent.id), said.assignee.as_ref(), "after {act:?}");
            (name.clone(), items.iter().map(line).collect::<Vec<_>>())
        });
        let said = self.model.said.iter().map(|(name, said)| (name.clone(), said.log.clone()));
        assert_eq!(stored.collect::<BTreeMap<_, _>>(), said.collect(), "after {act:?}");
    }
}

fn play(seed: u64, steps: usize) -> BTreeSet<&'static str> {
    super::runtime().block_on(async {
        let world = law::pages(seed).await;
        let mut play = Play { model: Model::default(), world, faults: Faults::default(), backup: None };
        let mut dice = Dice::new(seed ^ 0xac7);
        for step in 0..steps {
            let act = EACH.get(step).copied().unwrap_or_else(|| act(&mut dice));
            play.act(act).await;
            play.settle().await;
            play.check(act).await;
            law::hold(&mut play.world, &format!("{act:?} of seed {seed}")).await;
        }
        play.world.commands
    })
}

#[test]
fn every_action_is_as_if_the_page_had_been_loaded_after_it() {
    let mut proof = Proof::begin("T4.model", &["P4", "P5", "P6", "P7", "P9", "P18"]);
    let (first, cases, steps) = (seed(), amount(2, 400), 80);
    let mut commands = BTreeSet::new();
    for number in 0..cases {
        // One that failed is had again as the first, with MERHABA_SEED.
        let seed = first.wrapping_add(number);
        println!("model {seed}");
        commands.extend(play(seed, steps));
    }
    proof.figure("cases", cases);
    proof.figure("steps", cases * steps as u64);
    proof.figure("commands", commands.len());
    let unsaid: Vec<_> = commands::ALL.into_iter().filter(|name| !commands.contains(name)).collect();
    assert!(unsaid.is_empty(), "nobody in the model sends {unsaid:?}");
    proof.holds();
}
