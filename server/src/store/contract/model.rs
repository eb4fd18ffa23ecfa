//! Random actions against a small model that keeps nothing but logs: whatever lists and rows say must be what
//! counting the log by brute force says.
use super::world::{Open, World, agent, client_id, get, quiet, repeated, stored, visitor};
use crate::store::{AgentMessage, Revise, Revised, Sent, VisitorMessage};
use merhaba_shared::protocol::{
    agent::{Filter, InboxRow, List},
    ids::{AgentId, ConversationId, Millis, VisitorId},
    model::{Accepted, Item, Kind, Side, Status},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

const VISITORS: [&str; 2] = ["ali", "veli"];
const AGENTS: [&str; 2] = ["mert", "ayse"];

/// Numbers stand for "one of those there are", whatever their number is then.
#[derive(Clone, Debug)]
enum Action {
    Send { visitor: usize, to: Option<usize>, new: bool },
    Reply { agent: usize, to: usize },
    Repeat { which: usize, to: usize },
    Read { agent: bool, who: usize, of: usize, received: u64, read: u64 },
    Claim { agent: usize, of: usize },
    Assign { agent: usize, of: usize, to: Option<usize> },
    Revise { agent: usize, of: usize, which: usize, gone: bool },
    Resolve { agent: usize, of: usize },
    Reopen { agent: usize, of: usize },
}

fn action() -> impl Strategy<Value = Action> {
    let (who, of) = (0..2_usize, 0..8_usize);
    let (to, mark) = (prop::option::of(0..2_usize), 0..12_u64);
    prop_oneof![
        4 => (who.clone(), prop::option::of(of.clone()), prop::bool::weighted(0.2))
            .prop_map(|(visitor, to, new)| Action::Send { visitor, to, new }),
        3 => (who.clone(), of.clone()).prop_map(|(agent, to)| Action::Reply { agent, to }),
        2 => (0..99_usize, of.clone()).prop_map(|(which, to)| Action::Repeat { which, to }),
        3 => (any::<bool>(), who.clone(), of.clone(), mark.clone(), mark)
            .prop_map(|(agent, who, of, received, read)| Action::Read { agent, who, of, received, read }),
        1 => (who.clone(), of.clone()).prop_map(|(agent, of)| Action::Claim { agent, of }),
        1 => (who.clone(), of.clone(), to).prop_map(|(agent, of, to)| Action::Assign { agent, of, to }),
        2 => (who.clone(), of.clone(), 0..12_usize, any::<bool>())
            .prop_map(|(agent, of, which, gone)| Action::Revise { agent, of, which, gone }),
        1 => (who.clone(), of.clone()).prop_map(|(agent, of)| Action::Resolve { agent, of }),
        1 => (who, of).prop_map(|(agent, of)| Action::Reopen { agent, of }),
    ]
}

/// An entry as the model keeps it.
#[derive(Clone, Debug)]
struct Line {
    side: Side,
    at: Millis,
    body: Option<String>,
    kind: Option<Kind>,
    /// Whose message it is, if an agent's.
    by: Option<usize>,
    gone: bool,
}

impl Line {
    fn new(side: Side, at: Millis, body: Option<String>, kind: Option<Kind>) -> Self {
        Self { side, at, body, kind, by: None, gone: false }
    }
}

#[derive(Debug)]
struct Conversation {
    name: ConversationId,
    visitor: usize,
    log: Vec<Line>,
    assignee: Option<usize>,
    /// Lines of its backstage: how often the assignee changed.
    lines: u64,
    /// Received and read, of the visitor and of the agents.
    marks: [(u64, u64); 2],
    /// When it last moved, counted in entries of the whole store.
    moved: usize,
}

/// A send that was answered, to be sent again.
enum Known {
    Visitor(VisitorMessage, Accepted),
    Agent(AgentMessage, Accepted),
}

#[derive(Default)]
struct Model {
    conversations: Vec<Conversation>,
    known: Vec<Known>,
    entries: usize,
}

const fn index(side: Side) -> usize {
    match side {
        Side::Visitor => 0,
        Side::Agent => 1,
    }
}

impl Line {
    /// Whether it only says what became of another.
    const fn revises(&self) -> bool {
        matches!(self.kind, Some(Kind::Edited | Kind::Deleted))
    }
}

/// The Seq of a line.
fn number_of(place: usize) -> u64 {
    number(place + 1)
}

fn number(length: usize) -> u64 {
    u64::try_from(length).expect("a short log")
}

impl Conversation {
    fn head(&self) -> u64 {
        number(self.log.len())
    }

    fn status(&self) -> Status {
        match self.log.iter().rev().filter(|line| !line.revises()).find_map(|line| line.kind) {
            Some(Kind::Resolved) => Status::Resolved,
            _ => Status::Open,
        }
    }

    fn unread(&self, side: Side) -> u32 {
        let read = usize::try_from(self.marks[index(side)].1).expect("a short log");
        let theirs = self.log[read..].iter().filter(|line| line.body.is_some() && line.side != side);
        u32::try_from(theirs.count()).expect("a short log")
    }

    fn waiting_since(&self) -> Option<Millis> {
        let answers = |line: &Line| line.side == Side::Agent && !line.revises();
        let answered = self.log.iter().rposition(answers).map_or(0, |at| at + 1);
        self.log[answered..].iter().find(|line| line.body.is_some()).map(|line| line.at)
    }

    fn add(&mut self, line: Line, entries: &mut usize) {
        let head = self.head();
        let (received, read) = &mut self.marks[index(line.side)];
        for mark in [received, read] {
            *mark += u64::from(*mark == head);
        }
        self.log.push(line);
        *entries += 1;
        self.moved = *entries;
    }

    fn say(&mut self, side: Side, body: &str, at: Millis, entries: &mut usize) {
        if self.status() == Status::Resolved {
            self.add(Line::new(side, at, None, Some(Kind::Reopened)), entries);
        }
        self.add(Line::new(side, at, Some(body.to_owned()), None), entries);
    }

    /// Everything that a row says, by counting.
    fn check(&self, row: &InboxRow) {
        let last = self.log.iter().rev().find(|line| line.body.is_some()).expect("it begins with a message");
        assert_eq!(row.conversation, self.name);
        assert_eq!((row.status, row.head), (self.status(), self.head()));
        assert_eq!((Some(&row.preview), row.preview_side), (last.body.as_ref(), last.side));
        assert_eq!((row.created_at, Some(row.at)), (self.log[0].at, self.log.last().map(|line| line.at)));
        assert_eq!((row.unread, row.waiting_since), (self.unread(Side::Agent), self.waiting_since()));
        assert_eq!((row.visitor_received, row.visitor_read), self.marks[0]);
        assert_eq!((row.agent_received, row.agent_read), self.marks[1]);
        assert_eq!(row.visitor.id.as_str(), VISITORS[self.visitor]);
        let assignee = row.assignee.as_ref().map(|agent| agent.id.as_str());
        assert_eq!(assignee, self.assignee.map(|agent| AGENTS[agent]));
        assert_eq!(row.backstage, self.lines);
    }

    fn give(&mut self, to: Option<usize>) {
        self.lines += u64::from(self.assignee != to);
        self.assignee = to;
    }

    /// Takes it if nobody has; gives who has it then.
    fn take(&mut self, agent: usize) -> usize {
        self.give(Some(self.assignee.unwrap_or(agent)));
        self.assignee.unwrap_or(agent)
    }

    fn check_log(&self, log: &[Item]) {
        assert_eq!(log.len(), self.log.len());
        for (place, (item, line)) in (1..).zip(log.iter().zip(&self.log)) {
            assert_eq!((item.seq(), item.at(), item.author().side()), (place, line.at, line.side));
            match item {
                Item::Message(message) => assert_eq!(Some(&message.body), line.body.as_ref()),
                Item::Entry(entry) => assert_eq!(Some(entry.kind), line.kind),
            }
        }
    }
}

impl Model {
    fn pick(&self, which: usize) -> Option<usize> {
        (!self.conversations.is_empty()).then(|| which % self.conversations.len())
    }

    fn latest_open(&self, visitor: usize) -> Option<usize> {
        let own = self.conversations.iter().enumerate().filter(|(_, conversation)| {
            conversation.visitor == visitor && conversation.status() == Status::Open
        });
        own.max_by_key(|(_, conversation)| conversation.moved).map(|(place, _)| place)
    }

    fn act(&mut self, world: &World, action: &Action) {
        match *action {
            Action::Send { visitor, to, new } => {
                self.send(world, visitor, to.and_then(|to| self.pick(to)), new);
            }
            Action::Repeat { which, to } => self.repeat(world, which, to),
            Action::Reply { agent, to } => self.with(to, |model, to| model.reply(world, agent, to)),
            Action::Read { agent, who, of, received, read } => {
                self.with(of, |model, of| model.read(world, agent, who, of, received, read));
            }
            Action::Revise { agent, of, which, gone } => {
                self.with(of, |model, of| model.revise(world, (agent, of), which, gone));
            }
            Action::Claim { agent, of } => self.with(of, |model, of| model.claim(world, agent, of)),
            Action::Assign { agent, of, to } => self.with(of, |model, of| model.assign(world, agent, of, to)),
            Action::Resolve { agent, of } => {
                self.with(of, |model, of| model.turn(world, agent, of, Kind::Resolved));
            }
            Action::Reopen { agent, of } => {
                self.with(of, |model, of| model.turn(world, agent, of, Kind::Reopened));
            }
        }
    }

    fn with(&mut self, which: usize, act: impl FnOnce(&mut Self, usize)) {
        if let Some(place) = self.pick(which) {
            act(self, place);
        }
    }

    fn send(&mut self, world: &World, visitor: usize, to: Option<usize>, new: bool) {
        let conversation = to.map(|to| self.conversations[to].name.clone());
        let message = VisitorMessage { conversation, new, ..world.visitor_says(VISITORS[visitor]) };
        let sent = world.send(message.clone());
        let to = match to {
            Some(to) if self.conversations[to].visitor != visitor => return assert_eq!(sent, Sent::NotFound),
            Some(to) => Some(to),
            None if new => None,
            None => self.latest_open(visitor),
        };
        let sent = stored(sent);
        assert_eq!(sent.began, to.is_none());
        let to = to.unwrap_or_else(|| {
            let name = message.new_conversation.clone();
            let marks = [(0, 0); 2];
            self.conversations.push(Conversation {
                name,
                visitor,
                log: vec![],
                assignee: None,
                lines: 0,
                marks,
                moved: 0,
            });
            self.conversations.len() - 1
        });
        self.conversations[to].say(Side::Visitor, &message.body, message.at, &mut self.entries);
        self.conversations[to].check(&sent.row);
        self.known.push(Known::Visitor(message, sent.accepted));
    }

    fn reply(&mut self, world: &World, agent: usize, to: usize) {
        let conversation = &mut self.conversations[to];
        let message = world.agent_says(AGENTS[agent], &conversation.name);
        let sent = stored(world.reply(message.clone()));
        conversation.take(agent);
        conversation.say(Side::Agent, &message.body, message.at, &mut self.entries);
        conversation.log.last_mut().expect("said").by = Some(agent);
        conversation.check(&sent.row);
        self.known.push(Known::Agent(message, sent.accepted));
    }

    /// `ayse` runs the site: she may take away anything. Nobody may put words into another's mouth.
    fn revise(&mut self, world: &World, (agent, of): (usize, usize), which: usize, gone: bool) {
        let conversation = &mut self.conversations[of];
        let place = which % conversation.log.len();
        let any = AGENTS[agent] == "ayse";
        let words = (!gone).then(|| format!("words {}", world.fresh()));
        let (at, number) = (world.tick(), world.fresh());
        let revise = Revise {
            agent: AgentId::from(AGENTS[agent]),
            client_id: client_id(number),
            conversation: conversation.name.clone(),
            of: number_of(place),
            words: words.clone(),
            any,
            at,
        };
        let revised = get(world.store.revise(revise.clone(), quiet()));
        let line = &mut conversation.log[place];
        match revised {
            Revised::NotFound => assert!(line.body.is_none() || line.gone),
            Revised::NotYours => assert!(line.by != Some(agent) && !(any && gone)),
            Revised::Repeated(accepted) => assert!(gone && line.gone && accepted.seq > number_of(place)),
            Revised::Stored { changed, accepted, .. } => {
                assert!(!line.gone && (line.by == Some(agent) || any && gone), "{line:?}");
                line.body = Some(words.unwrap_or_default());
                line.gone = gone;
                let kind = if gone { Kind::Deleted } else { Kind::Edited };
                conversation.add(Line::new(Side::Agent, at, None, Some(kind)), &mut self.entries);
                conversation.check(&changed.row);
                let again = get(world.store.revise(revise, quiet()));
                assert_eq!(again, Revised::Repeated(accepted));
            }
            other => panic!("{other:?}"),
        }
    }

    fn repeat(&self, world: &World, which: usize, to: usize) {
        let Some(to) = self.pick(to).map(|to| self.conversations[to].name.clone()) else { return };
        match &self.known[which % self.known.len()] {
            Known::Visitor(message, accepted) => {
                let again = VisitorMessage {
                    conversation: Some(to),
                    new: which.is_multiple_of(2),
                    ..message.clone()
                };
                assert_eq!(&repeated(world.send(again)), accepted);
            }
            Known::Agent(message, accepted) => {
                let again = AgentMessage { conversation: to, ..message.clone() };
                assert_eq!(&repeated(world.reply(again)), accepted);
            }
        }
    }

    fn read(&mut self, world: &World, by_agent: bool, who: usize, of: usize, received: u64, read: u64) {
        let conversation = &mut self.conversations[of];
        let (who, side, may) = if by_agent {
            (agent(AGENTS[who]), Side::Agent, true)
        } else {
            (visitor(VISITORS[who]), Side::Visitor, who == conversation.visitor)
        };
        let marked = get(world.store.read(who, conversation.name.clone(), received, read, quiet()));
        if !may {
            return assert_eq!(marked, None);
        }
        let marked = marked.expect("theirs");
        let head = conversation.head();
        let marks = &mut conversation.marks[index(side)];
        let before = *marks;
        *marks = (before.0.max(received.max(read).min(head)), before.1.max(read.min(head)));
        assert_eq!((marked.moved, (marked.marker.received, marked.marker.read)), (*marks != before, *marks));
        conversation.check(&marked.row);
    }

    fn claim(&mut self, world: &World, agent: usize, of: usize) {
        let conversation = &mut self.conversations[of];
        let claim =
            world.store.claim(AgentId::from(AGENTS[agent]), conversation.name.clone(), world.tick(), quiet());
        let claim = get(claim).expect("of their site");
        assert_eq!(claim.claimed.won, conversation.take(agent) == agent);
        conversation.check(&claim.row);
    }

    fn assign(&mut self, world: &World, agent: usize, of: usize, to: Option<usize>) {
        let conversation = &mut self.conversations[of];
        let (agent, name) = (AgentId::from(AGENTS[agent]), conversation.name.clone());
        let to_name = to.map(|to| AgentId::from(AGENTS[to]));
        conversation.give(to);
        let changed =
            get(world.store.assign(agent, name, to_name, world.tick(), quiet())).expect("of their site");
        conversation.check(&changed.row);
    }

    fn turn(&mut self, world: &World, agent: usize, of: usize, kind: Kind) {
        let conversation = &mut self.conversations[of];
        let (agent, name, at) = (AgentId::from(AGENTS[agent]), conversation.name.clone(), world.tick());
        let (turned, from) = if kind == Kind::Resolved {
            (world.store.resolve(agent, name, at, quiet()), Status::Open)
        } else {
            (world.store.reopen(agent, name, at, quiet()), Status::Resolved)
        };
        let changed = get(turned).expect("of their site");
        assert_eq!(changed.items.len(), usize::from(conversation.status() == from));
        if conversation.status() == from {
            conversation.add(Line::new(Side::Agent, at, None, Some(kind)), &mut self.entries);
        }
        conversation.check(&changed.row);
    }

    /// Everything that can be read, against the model.
    fn check(&mut self, world: &World) {
        self.conversations.sort_by_key(|conversation| std::cmp::Reverse(conversation.moved));
        for conversation in &self.conversations {
            conversation.check(&world.row(&conversation.name));
            conversation.check_log(&world.log(&conversation.name));
        }
        for (place, name) in VISITORS.into_iter().enumerate() {
            self.check_cards(world, place, VisitorId::from(name));
        }
        for (place, name) in AGENTS.into_iter().enumerate() {
            for filter in Filter::ALL {
                self.check_list(world, place, AgentId::from(name), *filter);
            }
        }
    }

    fn check_cards(&self, world: &World, visitor: usize, name: VisitorId) {
        let own = self.conversations.iter().filter(|conversation| conversation.visitor == visitor);
        let cards = get(world.store.cards(name, 99));
        assert_eq!(cards.len(), own.clone().count());
        for (card, conversation) in cards.iter().zip(own) {
            assert_eq!((&card.conversation, card.head), (&conversation.name, conversation.head()));
            assert_eq!(
                (card.status, card.unread),
                (conversation.status(), conversation.unread(Side::Visitor))
            );
            assert_eq!((card.received, card.read), conversation.marks[0]);
            assert_eq!((card.agent_received, card.agent_read), conversation.marks[1]);
        }
    }

    fn check_list(&self, world: &World, agent: usize, name: AgentId, filter: Filter) {
        let shown = |conversation: &&Conversation| {
            let open = conversation.status() == Status::Open;
            match filter {
                Filter::Open => open,
                Filter::Mine => open && conversation.assignee == Some(agent),
                Filter::Unassigned => open && conversation.assignee.is_none(),
                Filter::Resolved => !open,
                Filter::All => true,
                Filter::Team => open && conversation.assignee.is_some_and(|of| of != agent),
                Filter::Waiting => open && conversation.waiting_since().is_some(),
                // What an agent sorts by hand has a property of its own.
                Filter::Snoozed
                | Filter::Bookmarked
                | Filter::Approval
                | Filter::Unattended
                | Filter::Mentioned => false,
            }
        };
        let mut shown: Vec<_> = self.conversations.iter().filter(shown).collect();
        if filter == Filter::Waiting {
            shown.sort_by_key(|conversation| conversation.waiting_since());
        }
        let expected: Vec<_> = shown.into_iter().map(|shown| &shown.name).collect();
        let page = get(world.store.inbox(name, List::whole(filter, None, 100)));
        assert_eq!(page.conversations.iter().map(|row| &row.conversation).collect::<Vec<_>>(), expected);
    }
}

/// Lists, rows, cards and pages are what counting the log gives, after any actions and after a restart.
pub fn whatever_happens_lists_agree_with_the_log(place: fn() -> Open) {
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&prop::collection::vec(action(), 1..60), |actions| {
        let open = place();
        let (world, mut model) = (World::new(&open), Model::default());
        for action in &actions {
            model.act(&world, action);
        }
        model.check(&world);
        model.check(&world.restarted(&open));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
