//! Tabs of one browser, their lines and what the browser keeps for them, in front of the model of the relay: what a person
//! and a bad network can do, step by step, and until faults have stopped and all is where it belongs.
use super::Relay;
use merhaba_shared::{
    client::{
        Effect, Ms,
        outbox::{Outgoing, Progress},
        visitor::{Settings, VisitorClient},
    },
    protocol::{
        ids::{ClientId, ConversationId, Token},
        model::Pong,
        visitor::{Command, Event},
    },
};
use std::collections::{BTreeMap, HashSet, VecDeque};

/// Which message of the person's this is, from 1.
pub fn number(id: ClientId) -> u32 {
    u32::from_be_bytes([id.0[0], id.0[1], id.0[2], id.0[3]])
}

/// One tab with its line.
pub struct Tab {
    pub client: VisitorClient,
    pub up: VecDeque<Command>,
    pub down: VecDeque<Event>,
    /// The token of the session on the relay, once greeted.
    pub session: Option<Token>,
    pub socket: bool,
    pub silent: bool,
    /// What the page has put into the browser's storage.
    pub kept: Vec<ClientId>,
    /// The person has asked for another conversation here.
    pub begins: bool,
    /// The first message after that.
    pub first: Option<u32>,
}

/// Where a message was meant to go, by what the person saw.
#[derive(Clone, Debug)]
pub enum Meant {
    Into(ConversationId),
    /// Into the conversation that this message begins.
    New(u32),
}

pub struct World {
    pub now: Ms,
    pub relay: Relay,
    pub storage: Option<Token>,
    /// What is unsent, as the browser keeps it for all tabs.
    pub unsent: BTreeMap<u32, Outgoing>,
    /// The tab that may send, and those that wait to.
    pub lead: Option<usize>,
    pub waiting: Vec<usize>,
    pub tabs: Vec<Tab>,
    /// Pages loaded after a crash.
    pub made: u32,
    pub written: u32,
    pub meant: BTreeMap<u32, Meant>,
}

impl World {
    pub fn new() -> Self {
        let mut world = Self {
            now: 1,
            relay: Relay::default(),
            storage: None,
            unsent: BTreeMap::new(),
            lead: None,
            waiting: Vec::new(),
            tabs: Vec::new(),
            made: 2,
            written: 0,
            meant: BTreeMap::new(),
        };
        for seed in [1, 2] {
            let tab = world.tab(seed);
            world.tabs.push(tab);
            world.open(world.tabs.len() - 1);
        }
        world
    }

    /// A page that has just been loaded.
    pub fn tab(&self, seed: u32) -> Tab {
        let token = self.storage.clone();
        let settings = Settings { site: "s".into(), token, locale: "tr".into(), page: None, seed };
        Tab {
            client: VisitorClient::new(settings),
            up: VecDeque::new(),
            down: VecDeque::new(),
            session: None,
            socket: false,
            silent: false,
            kept: Vec::new(),
            begins: false,
            first: None,
        }
    }

    /// It takes up what is unsent and connects.
    pub fn open(&mut self, at: usize) {
        self.tabs[at].client.share();
        self.take_up(at);
        self.tabs[at].client.start(self.now);
        self.carry_out(at);
    }

    pub fn take_up(&mut self, at: usize) {
        let unsent: Vec<_> = self.unsent.values().cloned().collect();
        for out in &unsent {
            if !self.tabs[at].kept.contains(&out.client_id) {
                self.tabs[at].kept.push(out.client_id);
            }
        }
        self.tabs[at].client.take_up(self.now, unsent);
        self.carry_out(at);
    }

    /// The tab crashes, and a new page is loaded in its place.
    pub fn crash(&mut self, at: usize) {
        self.yields(at);
        self.made += 1;
        self.tabs[at] = self.tab(self.made);
        self.open(at);
    }

    /// Keeps what is new on its way in a tab, forgets what has arrived, and tells the others.
    pub fn keep(&mut self, at: usize) {
        let tab = &mut self.tabs[at];
        let waits: Vec<_> = tab
            .client
            .outbox()
            .all()
            .iter()
            .filter(|out| !matches!(out.progress, Progress::Stored(_)))
            .cloned()
            .collect();
        let gone: Vec<_> =
            tab.kept.iter().filter(|id| waits.iter().all(|out| out.client_id != **id)).copied().collect();
        let new: Vec<_> = waits.into_iter().filter(|out| !tab.kept.contains(&out.client_id)).collect();
        tab.kept.retain(|id| !gone.contains(id));
        tab.kept.extend(new.iter().map(|out| out.client_id));
        for out in &new {
            self.unsent.insert(number(out.client_id), out.clone());
        }
        let mut named = false;
        for out in tab.client.outbox().all().iter().filter(|out| out.conversation.is_some()) {
            if let Some(kept) = self.unsent.get_mut(&number(out.client_id)) {
                named |= kept.conversation.is_none();
                kept.conversation.clone_from(&out.conversation);
            }
        }
        // What follows another is named before that one is forgotten, and the other tabs hear of it in this order.
        for other in (0..self.tabs.len()).filter(|other| named && *other != at) {
            self.take_up(other);
        }
        self.unsent.retain(|_, out| !gone.contains(&out.client_id));
        for other in (0..self.tabs.len()).filter(|other| *other != at) {
            if !new.is_empty() {
                self.take_up(other);
            }
            for id in &gone {
                if self.tabs[other].kept.contains(id) {
                    self.tabs[other].kept.retain(|kept| kept != id);
                    self.tabs[other].client.let_go(self.now, *id);
                    self.carry_out(other);
                }
            }
        }
    }

    pub fn leads(&mut self, at: usize) {
        self.lead = Some(at);
        self.tabs[at].client.led(self.now, true);
        self.carry_out(at);
    }

    pub fn yields(&mut self, at: usize) {
        self.waiting.retain(|tab| *tab != at);
        if self.lead == Some(at) {
            self.lead = None;
            if !self.waiting.is_empty() {
                let next = self.waiting.remove(0);
                self.leads(next);
            }
        }
    }

    /// Does what the machine of a tab asks for.
    pub fn carry_out(&mut self, at: usize) {
        loop {
            let effects = self.tabs[at].client.effects();
            if effects.is_empty() {
                return self.keep(at);
            }
            for effect in effects {
                self.effect(at, effect);
            }
        }
    }

    pub fn effect(&mut self, at: usize, effect: Effect<Command>) {
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
            Effect::Lead { at_once } => match self.lead {
                Some(other) if other == at => {}
                Some(other) if at_once => {
                    self.waiting.retain(|tab| *tab != at);
                    self.leads(at);
                    self.tabs[other].client.led(now, false);
                    self.carry_out(other);
                }
                Some(_) => self.waiting.push(at),
                None => self.leads(at),
            },
            Effect::Yield => self.yields(at),
            // Every socket opens here.
            Effect::Detour => {}
            Effect::ForgetToken | Effect::Refresh => panic!("nobody revoked anything"),
        }
    }

    pub fn hang_up(&mut self, at: usize) {
        let tab = &mut self.tabs[at];
        (tab.up, tab.down, tab.session) = (VecDeque::new(), VecDeque::new(), None);
        (tab.socket, tab.silent) = (false, false);
    }

    /// The relay reads one frame of a tab.
    pub fn relay_reads(&mut self, at: usize) {
        let Some(command) = self.tabs[at].up.pop_front() else { return };
        let mut answers = Vec::new();
        match command {
            Command::Hello(hello) => {
                let (token, events) = self.relay.hello(hello.token.as_ref(), &hello.resume);
                self.tabs[at].session = Some(token);
                answers = events;
            }
            Command::Send(send) => {
                let token = self.tabs[at].session.clone().expect("greeted");
                assert_eq!(Some(&token), self.storage.as_ref(), "the token is kept before the first send");
                self.relay.sends += 1;
                let (accepted, new) = self.relay.send(&token, &send);
                answers.push(accepted);
                for tab in
                    self.tabs.iter_mut().filter(|tab| tab.session.as_ref() == Some(&token) && !tab.silent)
                {
                    tab.down.extend(new.clone().map(Event::Message));
                }
            }
            Command::History(ask) => {
                answers.push(Event::History(self.relay.history(ask.conversation, ask.before, ask.limit)));
            }
            Command::Ping(ping) => {
                answers.push(Event::Pong(Pong { nonce: ping.nonce }));
                answers.extend(self.relay.heads());
            }
            Command::Read(_) | Command::Typing(_) | Command::Page(_) | Command::Attributes(_) => {}
        }
        if !self.tabs[at].silent {
            self.tabs[at].down.extend(answers);
        }
    }

    /// A tab reads one frame.
    pub fn tab_reads(&mut self, at: usize) {
        if let Some(event) = self.tabs[at].down.pop_front() {
            self.tabs[at].client.event(self.now, event);
            self.carry_out(at);
        }
    }

    pub fn write(&mut self, at: usize) {
        self.written += 1;
        let mut id = [0; 16];
        id[..4].copy_from_slice(&self.written.to_be_bytes());
        // As a page does: nothing that another tab wrote a moment ago may come later.
        self.take_up(at);
        let tab = &mut self.tabs[at];
        if let Some(thread) = tab.client.thread() {
            self.meant.insert(self.written, Meant::Into(thread.conversation().clone()));
        } else if tab.begins {
            let first = *tab.first.get_or_insert(self.written);
            // Another tab may have sent the first one, and this one not have heard where it stands.
            let here = |out: &Outgoing| number(out.client_id) == first;
            if first == self.written || tab.client.outbox().all().iter().any(here) {
                self.meant.insert(self.written, Meant::New(first));
            }
        }
        self.tabs[at].client.send(self.now, ClientId(id), format!("message {}", self.written));
        self.carry_out(at);
    }

    /// The person asks for another conversation.
    pub fn begin(&mut self, at: usize) {
        self.tabs[at].client.begin_new();
        (self.tabs[at].begins, self.tabs[at].first) = (true, None);
        self.carry_out(at);
    }

    /// The person goes to one of the conversations that the tab knows.
    pub fn show(&mut self, at: usize) {
        let which = self.written as usize;
        let tab = &mut self.tabs[at];
        let known: Vec<_> = tab.client.threads().iter().map(|thread| thread.conversation().clone()).collect();
        if !known.is_empty() {
            tab.client.show(&known[which % known.len()]);
            tab.begins = false;
            self.carry_out(at);
        }
    }

    pub fn cut(&mut self, at: usize) {
        if self.tabs[at].socket {
            self.hang_up(at);
            self.tabs[at].client.closed(self.now, 1006, "");
            self.carry_out(at);
        }
    }

    pub fn pass(&mut self, time: Ms) {
        self.now += time;
        for at in 0..self.tabs.len() {
            self.tabs[at].client.tick(self.now);
            self.carry_out(at);
        }
    }

    pub fn step(&mut self, kind: u8, at: usize) {
        match kind {
            0 => self.write(at),
            1..=4 => self.relay_reads(at),
            5..=8 => self.tab_reads(at),
            9 => self.cut(at),
            10 => self.tabs[at].silent = self.tabs[at].socket,
            11 => self.pass(400),
            12 => self.pass(6_000),
            13 => self.crash(at),
            14 => self.begin(at),
            15 => self.show(at),
            _ => (0..self.tabs.len()).for_each(|at| self.cut(at)),
        }
    }

    /// The relay ends, and comes back with its log as it was when it had `messages`; nothing is on any line.
    pub fn restore(&mut self, messages: usize, tokens: HashSet<String>) {
        (0..self.tabs.len()).for_each(|at| self.cut(at));
        self.relay.log.truncate(messages);
        self.relay.tokens = tokens;
        self.relay.restored += 1;
    }

    /// Faults stop: how long until everything is where it belongs, in milliseconds.
    pub fn settle(&mut self) -> Option<Ms> {
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

    pub fn is_whole(&self) -> bool {
        self.tabs.iter().all(|tab| {
            let whole = tab.client.thread().is_none_or(|thread| {
                let name = thread.conversation();
                thread.timeline().items().last() == self.relay.item(name, self.relay.head(name)).as_ref()
            });
            // Nothing but the person's wish for another conversation leaves the log empty.
            let shown = tab.client.thread().is_some() || tab.begins || self.relay.log.is_empty();
            tab.client.outbox().all().is_empty() && whole && shown
        })
    }

    /// Where each message stands that is stored.
    pub fn place(&self, message: u32) -> Option<&ConversationId> {
        self.relay
            .log
            .iter()
            .find(|stored| number(stored.client_id) == message)
            .map(|stored| &stored.conversation)
    }
}
