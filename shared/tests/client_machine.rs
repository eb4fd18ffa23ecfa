//! The client machine against a model of the relay over lines that are cut, fall silent and lose the last frames.
//! Two tabs of one visitor write; then the faults stop, and both must show the relay's log, each message once.
use merhaba_shared::{
    client::{Effect, Ms, visitor::Settings, visitor::VisitorClient},
    protocol::{
        ids::{ClientId, Token},
        model::{Accepted, Author, Head, History, Item, Message, Pong, Status, VisitorAuthor},
        visitor::{Command, ConversationCard, Event, Send, Welcome},
    },
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet, VecDeque};

const CONVERSATION: &str = "c";

/// The relay as CONTRACT describes it, for one visitor with one conversation.
#[derive(Default)]
struct Relay {
    log: Vec<Message>,
    /// Tokens of visitors that have a row.
    tokens: HashSet<String>,
    made: usize,
}

impl Relay {
    fn item(&self, seq: u64) -> Option<Item> {
        self.log.get(usize::try_from(seq).ok()?.checked_sub(1)?).cloned().map(Item::Message)
    }

    fn hello(&mut self, token: Option<&Token>, after: Option<u64>) -> (Token, Vec<Event>) {
        let good = |token: &Token| self.tokens.contains(&token.0);
        let known = token.is_some_and(good);
        let mine = token.filter(|_| known).cloned().unwrap_or_else(|| self.new_token());
        let head = self.log.len() as u64;
        let card = ConversationCard {
            conversation: CONVERSATION.into(),
            status: Status::Open,
            head,
            received: 0,
            read: 0,
            agent_received: 0,
            agent_read: 0,
            unread: 0,
            assignee: None,
        };
        let welcome = Welcome {
            visitor: "v".into(),
            token: (!known).then(|| mine.clone()),
            replaced: !known && token.is_some(),
            epoch: "e".into(),
            now: 0,
            online: true,
            conversations: if known && head > 0 { vec![card] } else { Vec::new() },
        };
        let missed = after.filter(|_| known).into_iter().flat_map(|after| after + 1..=head);
        let missed: Vec<_> = missed.filter_map(|seq| self.item(seq)).map(event).collect();
        (mine, std::iter::once(Event::Welcome(welcome)).chain(missed).collect())
    }

    fn new_token(&mut self) -> Token {
        self.made += 1;
        Token(format!("t{}", self.made))
    }

    /// Stores a send; the message to publish if it is new.
    fn send(&mut self, token: &Token, send: &Send) -> (Event, Option<Message>) {
        self.tokens.insert(token.0.clone());
        let accepted = |message: &Message| {
            Event::Accepted(Accepted {
                client_id: message.client_id,
                conversation: CONVERSATION.into(),
                seq: message.seq,
                at: 0,
            })
        };
        if let Some(stored) = self.log.iter().find(|stored| stored.client_id == send.client_id) {
            return (accepted(stored), None);
        }
        let message = Message {
            conversation: CONVERSATION.into(),
            seq: self.log.len() as u64 + 1,
            client_id: send.client_id,
            author: Author::Visitor(VisitorAuthor::default()),
            at: 0,
            body: send.body.clone(),
            attachments: Vec::new(),
        };
        self.log.push(message.clone());
        (accepted(&message), Some(message))
    }
}

fn event(item: Item) -> Event {
    match item {
        Item::Message(message) => Event::Message(message),
        Item::Entry(entry) => Event::Entry(entry),
    }
}

/// One tab with its line.
struct Tab {
    client: VisitorClient,
    up: VecDeque<Command>,
    down: VecDeque<Event>,
    /// The token of the session on the relay, once greeted.
    session: Option<Token>,
    socket: bool,
    silent: bool,
    sent: Vec<ClientId>,
}

struct World {
    now: Ms,
    relay: Relay,
    storage: Option<Token>,
    tabs: Vec<Tab>,
    written: u32,
}

impl World {
    fn new() -> Self {
        let tab = |seed| Tab {
            client: VisitorClient::new(Settings {
                site: "s".into(),
                token: None,
                locale: "tr".into(),
                page: None,
                seed,
            }),
            up: VecDeque::new(),
            down: VecDeque::new(),
            session: None,
            socket: false,
            silent: false,
            sent: Vec::new(),
        };
        let mut world =
            Self { now: 1, relay: Relay::default(), storage: None, tabs: vec![tab(1), tab(2)], written: 0 };
        for at in 0..world.tabs.len() {
            world.tabs[at].client.start(1);
            world.carry_out(at);
        }
        world
    }

    /// Does what the machine of a tab asks for.
    fn carry_out(&mut self, at: usize) {
        loop {
            let effects = self.tabs[at].client.effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.effect(at, effect);
            }
        }
    }

    fn effect(&mut self, at: usize, effect: Effect<Command>) {
        let now = self.now;
        match effect {
            Effect::Connect => {
                self.hang_up(at);
                self.tabs[at].socket = true;
                self.tabs[at].client.opened(now);
            }
            Effect::Disconnect => self.hang_up(at),
            Effect::Frame(command) => {
                if self.tabs[at].socket && !self.tabs[at].silent {
                    self.tabs[at].up.push_back(command);
                }
            }
            Effect::KeepToken { token, instead_of } => {
                if self.storage.is_none() || self.storage == instead_of {
                    self.storage = Some(token);
                }
                let kept = self.storage.clone().expect("kept");
                self.tabs[at].client.token_kept(now, kept.clone());
                for other in (0..self.tabs.len()).filter(|other| *other != at) {
                    self.tabs[other].client.adopt(now, kept.clone());
                    self.carry_out(other);
                }
            }
            Effect::ForgetToken | Effect::Refresh => panic!("nobody revoked anything"),
        }
    }

    fn hang_up(&mut self, at: usize) {
        let tab = &mut self.tabs[at];
        (tab.up, tab.down, tab.session) = (VecDeque::new(), VecDeque::new(), None);
        (tab.socket, tab.silent) = (false, false);
    }

    /// The relay reads one frame of a tab.
    fn relay_reads(&mut self, at: usize) {
        let Some(command) = self.tabs[at].up.pop_front() else { return };
        let mut answers = Vec::new();
        match command {
            Command::Hello(hello) => {
                let after = hello.resume.first().map(|resume| resume.after);
                let (token, events) = self.relay.hello(hello.token.as_ref(), after);
                self.tabs[at].session = Some(token);
                answers = events;
            }
            Command::Send(send) => {
                let token = self.tabs[at].session.clone().expect("greeted");
                assert_eq!(Some(&token), self.storage.as_ref(), "the token is kept before the first send");
                let (accepted, new) = self.relay.send(&token, &send);
                answers.push(accepted);
                for tab in
                    self.tabs.iter_mut().filter(|tab| tab.session.as_ref() == Some(&token) && !tab.silent)
                {
                    tab.down.extend(new.clone().map(Event::Message));
                }
            }
            Command::History(ask) => {
                let to = ask.before.unwrap_or(self.relay.log.len() as u64 + 1);
                let from = to.saturating_sub(u64::from(ask.limit)).max(1);
                let entries = (from..to).filter_map(|seq| self.relay.item(seq)).collect();
                answers.push(Event::History(History {
                    conversation: CONVERSATION.into(),
                    entries,
                    more: from > 1,
                }));
            }
            Command::Ping(ping) => {
                answers.push(Event::Pong(Pong { nonce: ping.nonce }));
                let head = self.relay.log.len() as u64;
                answers.push(Event::Head(Head { conversation: CONVERSATION.into(), seq: head }));
            }
            Command::Read(_) | Command::Typing(_) => {}
        }
        if !self.tabs[at].silent {
            self.tabs[at].down.extend(answers);
        }
    }

    /// A tab reads one frame.
    fn tab_reads(&mut self, at: usize) {
        if let Some(event) = self.tabs[at].down.pop_front() {
            self.tabs[at].client.event(self.now, event);
            self.carry_out(at);
        }
    }

    fn write(&mut self, at: usize) {
        self.written += 1;
        let mut id = [0; 16];
        id[..4].copy_from_slice(&self.written.to_be_bytes());
        self.tabs[at].sent.push(ClientId(id));
        self.tabs[at].client.send(self.now, ClientId(id), format!("message {}", self.written));
        self.carry_out(at);
    }

    fn cut(&mut self, at: usize) {
        if self.tabs[at].socket {
            self.hang_up(at);
            self.tabs[at].client.closed(self.now, 1006, "");
            self.carry_out(at);
        }
    }

    fn pass(&mut self, time: Ms) {
        self.now += time;
        for at in 0..self.tabs.len() {
            self.tabs[at].client.tick(self.now);
            self.carry_out(at);
        }
    }

    fn step(&mut self, kind: u8, at: usize) {
        match kind {
            0 => self.write(at),
            1..=4 => self.relay_reads(at),
            5..=8 => self.tab_reads(at),
            9 => self.cut(at),
            10 => self.tabs[at].silent = self.tabs[at].socket,
            11 => self.pass(400),
            12 => self.pass(6_000),
            _ => (0..self.tabs.len()).for_each(|at| self.cut(at)),
        }
    }

    /// Faults stop: how long until everything is where it belongs, in milliseconds.
    fn settle(&mut self) -> Option<Ms> {
        let began = self.now;
        while self.now < began + 120_000 {
            for at in 0..self.tabs.len() {
                // A machine that answers every frame with another would never stop: that, too, does not settle.
                for _ in 0..2_000 {
                    if self.tabs[at].up.is_empty() && self.tabs[at].down.is_empty() {
                        break;
                    }
                    self.relay_reads(at);
                    self.tab_reads(at);
                }
            }
            let quiet = self.tabs.iter().all(|tab| tab.up.is_empty() && tab.down.is_empty());
            if quiet && self.is_whole() {
                return Some(self.now - began);
            }
            self.pass(100);
        }
        None
    }

    fn is_whole(&self) -> bool {
        self.tabs.iter().all(|tab| {
            let shown = tab.client.thread().map_or(0, |thread| thread.timeline().last());
            tab.client.outbox().all().is_empty() && shown == self.relay.log.len() as u64
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_time: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_doubled_or_out_of_order(steps in prop::collection::vec((0_u8..14, 0_usize..2), 0..250)) {
        let mut world = World::new();
        for (kind, at) in steps {
            world.step(kind, at);
        }
        let took = world.settle();
        let clients = || world.tabs.iter().map(|tab| &tab.client).collect::<Vec<_>>();
        prop_assert!(took.is_some_and(|took| took <= 60_000), "took {took:?} ms: {:#?}", clients());
        prop_assert_eq!(world.relay.log.len(), world.written as usize);
        let place: HashMap<_, _> = world.relay.log.iter().map(|message| (message.client_id, message.seq)).collect();
        for tab in &world.tabs {
            let seqs: Vec<_> = tab.sent.iter().map(|id| place[id]).collect();
            prop_assert!(seqs.is_sorted(), "one sender's order: {seqs:?}");
            if let Some(thread) = tab.client.thread() {
                let shown: Vec<_> = thread.timeline().items().iter().map(Item::seq).collect();
                prop_assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "{shown:?}");
            }
        }
    }
}

#[test]
fn a_loss_behind_the_last_message_is_found_by_the_next_head() {
    let mut world = World::new();
    world.settle();
    world.write(0);
    world.settle();
    // The other tab's line loses the next message, and says nothing.
    world.write(0);
    world.relay_reads(0);
    world.tabs[1].down.clear();
    let took = world.settle();
    assert!(took.is_some_and(|took| took <= 10_000), "noticed and repaired after {took:?} ms");
}

#[test]
fn an_entry_that_was_lost_behind_its_acknowledgement_is_fetched_where_nobody_looks() {
    let settings = Settings {
        site: "s".into(),
        token: Some(Token("t".into())),
        locale: "tr".into(),
        page: None,
        seed: 1,
    };
    let (mut client, id) = (VisitorClient::new(settings), ClientId([7; 16]));
    let card = |name: &str, head| ConversationCard {
        conversation: name.into(),
        status: Status::Open,
        head,
        received: 0,
        read: 0,
        agent_received: 0,
        agent_read: 0,
        unread: 0,
        assignee: None,
    };
    let welcome = |conversations| {
        let (visitor, epoch) = ("v".into(), "e".into());
        Event::Welcome(Welcome {
            visitor,
            token: None,
            replaced: false,
            epoch,
            now: 0,
            online: true,
            conversations,
        })
    };
    client.start(1);
    client.opened(2);
    client.event(3, welcome(vec![card("old", 4)]));
    client.begin_new();
    client.send(4, id, "another matter".into());
    // The acknowledgement comes, the entry does not; the person goes back to the old conversation.
    client.event(5, Event::Accepted(Accepted { client_id: id, conversation: "new".into(), seq: 1, at: 0 }));
    client.show(&"old".into());
    client.closed(6, 1006, "");
    client.nudge(7);
    client.opened(8);
    client.effects();
    client.event(9, welcome(vec![card("new", 1), card("old", 4)]));
    let asked = |effect: Effect<Command>| match effect {
        Effect::Frame(Command::History(ask)) => Some(ask.conversation.0),
        _ => None,
    };
    let asked: Vec<_> = client.effects().into_iter().filter_map(asked).collect();
    assert!(asked.contains(&"new".to_owned()), "{asked:?}");
}
