//! The simulated world and its time: one thing happens at a time, then the relay's tasks come to rest, then the next.
//! All choices come from one seed, so that a run that failed can be had again.
use super::{
    link::{Down, Link, Wire},
    page::{Answer, Asked, Machine, Network, Page, Whose},
    relay::Relay,
};
use crate::{
    chat::secret_hash,
    clock::simulated::Simulation,
    dice::Dice,
    domain::department::Department,
    session::{Frame, tests::folder},
    store::{NewAgent, NewSignIn, Site, SiteSettings},
};
use merhaba_shared::{
    client::Ms,
    protocol::{
        agent::Role,
        codec::Codec,
        ids::{ClientId, SiteKey, Token},
    },
};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// The relay's tasks come to rest within it, in milliseconds: time moves only when nobody has anything to do.
const REST: Ms = 1;
/// How soon a session that takes nothing more is looked at again.
const AGAIN: Ms = 50;
/// More such wakes than a page could have a reason for.
const IDLE: u32 = 100;
/// Answers that are kept for who looks at them.
const ANSWERS: usize = 9;
/// The agents: all may answer.
pub(super) const AGENTS: [&str; 3] = ["ada", "bora", "cem"];

/// A message that somebody wrote on a page.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) client_id: ClientId,
    pub(super) page: usize,
    /// The page's life in which it was written.
    pub(super) life: u32,
    pub(super) body: String,
    /// Whether it must be in the log in the end.
    pub(super) must: bool,
}

/// A visitor's browser: what outlives its pages.
#[derive(Debug)]
pub(super) struct Browser {
    pub(super) token: Option<Token>,
    address: IpAddr,
}

/// Everything.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) clock: Simulation,
    pub(super) clock_jumped: bool,
    pub(super) restored: bool,
    began: Instant,
    pub(super) folder: tempfile::TempDir,
    pub(super) relay: Option<Relay>,
    pub(super) browsers: Vec<Browser>,
    pub(super) pages: Vec<Page>,
    pub(super) written: Vec<Written>,
    /// The relay's ends of lines that the page has let go of without the relay hearing of it.
    orphans: Vec<Wire>,
    pub(super) bell: Arc<Notify>,
    trace: DefaultHasher,
    pub(super) frames: u64,
    /// Wakes in a row after which a page wanted to be woken at once.
    idle: u32,
    /// The first answers to commands since this was emptied, on any page.
    pub(super) answers: Vec<Answer>,
    /// Texts that no frame to a visitor may hold.
    pub(super) unapproved: BTreeSet<String>,
    /// The names of the commands that pages sent.
    pub(super) commands: BTreeSet<&'static str>,
}

impl World {
    /// A shop with three agents, one page each, and visitors with a page each.
    pub(super) async fn new(seed: u64, visitors: usize) -> Self {
        let bell = Arc::new(Notify::new());
        let folder = folder();
        let mut world = Self {
            clock: Simulation::begin(seed),
            clock_jumped: false,
            restored: false,
            dice: Dice::new(seed),
            began: crate::clock::Clock.monotonic().into(),
            relay: Some(Relay::start(folder.path(), &bell)),
            folder,
            browsers: Vec::new(),
            pages: Vec::new(),
            written: Vec::new(),
            orphans: Vec::new(),
            bell,
            trace: DefaultHasher::new(),
            frames: 0,
            idle: 0,
            answers: Vec::new(),
            unapproved: BTreeSet::new(),
            commands: BTreeSet::new(),
        };
        world.hire().await;
        for agent in 0..AGENTS.len() {
            world.load(Whose::Agent(agent));
        }
        for number in 0..visitors {
            let last = u8::try_from(number).expect("few visitors");
            world.browsers.push(Browser { token: None, address: Ipv4Addr::new(10, 0, 1, last).into() });
            world.load(Whose::Browser(number));
        }
        world
    }

    async fn hire(&self) {
        let store = &self.relay.as_ref().expect("it runs").store;
        let store: &dyn crate::store::Store = &**store;
        let department = |id: &str, members: &[&str]| Department {
            id: id.into(),
            name: [("en".to_owned(), id.to_owned())].into(),
            members: members.iter().map(|member| (*member).into()).collect(),
            offered: true,
        };
        let departments = vec![department("sales", &[]), department("repairs", &AGENTS[1..])];
        let settings = SiteSettings { name: "Shop".into(), departments, ..SiteSettings::default() };
        store.add_site(Site { key: "shop".into(), at: 0, settings }).await.expect("a site");
        for name in AGENTS {
            let new = NewAgent {
                id: name.into(),
                site: SiteKey::from("shop"),
                email: format!("{name}@example.com"),
                name: name.into(),
                role: Role::Agent,
                password_hash: String::new(),
                at: 0,
            };
            store.add_agent(new).await.expect("an agent");
            let at = crate::clock::Clock.now();
            store
                .sign_in(NewSignIn { secret: secret_hash(name), agent: name.into(), at })
                .await
                .expect("signed in");
        }
    }

    /// Milliseconds since the beginning.
    pub(super) fn now(&self) -> Ms {
        Ms::try_from(self.began.elapsed().as_millis()).unwrap_or(Ms::MAX)
    }

    // Pages.

    fn machine(&mut self, whose: Whose) -> Machine {
        let seed = u32::try_from(self.dice.below(u64::from(u32::MAX))).unwrap_or(1);
        match whose {
            Whose::Browser(browser) => Machine::visitor(self.browsers[browser].token.clone(), seed),
            Whose::Agent(_) => Machine::agent(seed),
        }
    }

    /// Somebody opens a page.
    pub(super) fn load(&mut self, whose: Whose) -> usize {
        let codec = if self.dice.percent(50) { Codec::Bin } else { Codec::Json };
        let machine = self.machine(whose);
        let mut page = Page::new(whose, machine, codec);
        page.latency = 5 + self.dice.below(200);
        self.pages.push(page);
        let at = self.pages.len() - 1;
        self.start(at);
        at
    }

    fn start(&mut self, at: usize) {
        let now = self.now();
        self.pages[at].machine.start(now);
        self.carry_out(at);
    }

    /// Loads a page again: all that it did not keep is forgotten.
    pub(super) fn reload(&mut self, at: usize) {
        self.forget(at);
        let machine = self.machine(self.pages[at].whose);
        let page = &mut self.pages[at];
        (page.machine, page.epoch, page.put_away, page.frozen) = (machine, None, false, 0);
        page.life += 1;
        self.start(at);
    }

    /// Closes a page for good.
    pub(super) fn close(&mut self, at: usize) {
        self.forget(at);
        self.pages[at].closed = true;
    }

    /// What was written there and is not known to be stored may be lost now.
    fn forget(&mut self, at: usize) {
        self.drop_link(at);
        let unsure: Vec<_> = self.pages[at].machine.outbox().all().iter().map(|out| out.client_id).collect();
        for written in self.written.iter_mut().filter(|written| unsure.contains(&written.client_id)) {
            written.must = false;
        }
    }

    /// Lets a page go into the back/forward cache, or takes it out.
    pub(super) fn put_away(&mut self, at: usize, away: bool) {
        self.pages[at].put_away = away;
        if away {
            self.pages[at].machine.suspend();
            self.carry_out(at);
        } else {
            self.start(at);
        }
    }

    /// Lets a person do something on a page.
    pub(super) fn on<T>(&mut self, at: usize, act: impl FnOnce(&mut Machine, Ms) -> T) -> T {
        let now = self.now();
        let done = act(&mut self.pages[at].machine, now);
        self.carry_out(at);
        done
    }

    /// A new id for a message, noted with its text.
    pub(super) fn write(&mut self, at: usize, body: String) -> (ClientId, String) {
        let mut id = [0; 16];
        self.dice.fill(&mut id);
        let (client_id, life) = (ClientId(id), self.pages[at].life);
        self.written.push(Written { client_id, page: at, life, body: body.clone(), must: true });
        (client_id, body)
    }

    /// Does what a page's machine asks for.
    fn carry_out(&mut self, at: usize) {
        loop {
            let codec = self.pages[at].codec;
            let asked = self.pages[at].machine.asked(codec);
            if asked.is_empty() {
                return;
            }
            for asked in asked {
                self.ask(at, asked);
            }
        }
    }

    fn ask(&mut self, at: usize, asked: Asked) {
        let now = self.now();
        match asked {
            Asked::Connect => self.connect(at),
            Asked::Disconnect => self.drop_link(at),
            Asked::Frame(frame, name) => {
                self.commands.insert(name);
                if let Some(link) = self.pages[at].link.as_mut().filter(|link| link.is_open()) {
                    link.send(now, frame);
                }
            }
            Asked::Keep(token, instead_of) => self.keep(at, token, instead_of.as_ref()),
        }
    }

    /// The browser's storage, and the event by which other pages hear of it.
    fn keep(&mut self, at: usize, token: Token, instead_of: Option<&Token>) {
        let (now, whose) = (self.now(), self.pages[at].whose);
        let Whose::Browser(browser) = whose else { panic!("agents keep no token") };
        let kept = &mut self.browsers[browser].token;
        if kept.is_none() || kept.as_ref() == instead_of {
            *kept = Some(token);
        }
        let kept = kept.clone().expect("kept");
        for other in 0..self.pages.len() {
            let page = &mut self.pages[other];
            let Some(client) = page.machine.as_visitor().filter(|_| page.whose == whose && !page.closed)
            else {
                continue;
            };
            if other == at {
                client.token_kept(now, kept.clone());
            } else if !page.put_away {
                client.adopt(now, kept.clone());
                self.carry_out(other);
            }
        }
    }

    // Lines.

    fn connect(&mut self, at: usize) {
        self.drop_link(at);
        let now = self.now();
        let page = &mut self.pages[at];
        let mut link =
            Link::new((page.network != Network::Silent).then_some(now + 2 * page.latency), page.latency);
        if page.network == Network::Refused || self.relay.is_none() {
            link.opens = Some(Ms::MAX);
            link.reply(now, Down::End);
        }
        page.link = Some(link);
    }

    /// The page lets go. The relay hears of it, if anything gets there.
    pub(super) fn drop_link(&mut self, at: usize) {
        let Some(mut link) = self.pages[at].link.take() else { return };
        if link.deaf || link.mute || self.pages[at].network != Network::Up {
            self.orphans.extend(link.wire.take());
        }
    }

    /// Nobody holds lines any more whose page has gone: the relay hears of their end.
    pub(super) fn bury(&mut self) {
        self.orphans.clear();
    }

    async fn open(&mut self, at: usize) {
        let now = self.now();
        let (whose, codec, network) = (self.pages[at].whose, self.pages[at].codec, self.pages[at].network);
        let wire = match (&mut self.relay, whose) {
            (Some(relay), Whose::Browser(browser)) if network == Network::Up => {
                relay.visitor(self.browsers[browser].address, codec)
            }
            (Some(relay), Whose::Agent(agent)) if network == Network::Up => {
                relay.agent(AGENTS[agent], codec).await
            }
            _ => None,
        };
        let Some(link) = &mut self.pages[at].link else { return };
        if wire.is_none() {
            link.opens = Some(Ms::MAX);
            return link.reply(now, Down::End);
        }
        (link.opens, link.wire) = (None, wire);
        self.pages[at].machine.opened(now);
        self.carry_out(at);
    }

    fn deliver(&mut self, at: usize) {
        let now = self.now();
        let Some(what) = self.pages[at].link.as_mut().and_then(Link::arrive) else { return };
        self.note(at, &what);
        self.keeps_its_own(at, &what);
        match what {
            Down::Frame(Frame::Ping) => {
                if let Some(link) = &mut self.pages[at].link {
                    link.send(now, Frame::Pong);
                }
            }
            Down::Frame(Frame::Pong) => {}
            Down::Frame(Frame::Close(code, reason)) => self.end(at, code, &reason),
            Down::End => self.end(at, 1006, ""),
            Down::Frame(frame) => {
                let page = &mut self.pages[at];
                match page.machine.event(now, &frame) {
                    Some(Answer::Welcome(epoch)) => page.epoch = Some(epoch),
                    Some(answer) if self.answers.len() < ANSWERS => self.answers.push(answer),
                    _ => {}
                }
                self.carry_out(at);
            }
        }
    }

    /// No byte of what nobody has let go is on its way to a visitor.
    fn keeps_its_own(&self, at: usize, what: &Down) {
        let (Whose::Browser(_), Down::Frame(Frame::Text(bytes) | Frame::Binary(bytes))) =
            (self.pages[at].whose, what)
        else {
            return;
        };
        for text in &self.unapproved {
            let here = bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(!here, "page {at} is told {text:?}, which nobody has approved");
        }
    }

    fn end(&mut self, at: usize, code: u16, reason: &str) {
        let now = self.now();
        self.pages[at].link = None;
        self.pages[at].machine.closed(now, code, reason);
        self.carry_out(at);
    }

    fn note(&mut self, at: usize, what: &impl std::fmt::Debug) {
        self.frames += 1;
        (self.now(), at, format!("{what:?}")).hash(&mut self.trace);
    }

    /// What has happened so far, as one number.
    pub(super) fn trace(&self) -> u64 {
        self.trace.finish()
    }

    // Time.

    /// The next thing to happen: when, and to which page.
    fn next(&self, now: Ms) -> Option<(Ms, usize)> {
        let at = |page: &Page| {
            let link = page.link.as_ref();
            let runs = !page.closed && !page.put_away;
            let wakes = page.machine.wake_at(now).filter(|_| runs).map(|at| at.max(page.frozen));
            let opens = link.and_then(|link| link.opens).filter(|at| *at < Ms::MAX);
            let arrives = link.and_then(Link::down_at).map(|at| at.max(page.frozen));
            [wakes, opens, arrives, link.and_then(Link::up_at)].into_iter().flatten().min()
        };
        self.pages.iter().enumerate().filter_map(|(place, page)| Some((at(page)?, place))).min()
    }

    /// Lets one due thing of a page happen.
    async fn step(&mut self, at: usize) {
        let now = self.now();
        let (page, due) = (&mut self.pages[at], |time: Option<Ms>| time.is_some_and(|time| time <= now));
        let awake = page.frozen <= now;
        if let Some(link) = &mut page.link {
            if due(link.up_at()) {
                let frame = link.pass();
                return self.note(at, &frame);
            }
            if due(link.opens) {
                return self.open(at).await;
            }
            if awake && due(link.down_at()) {
                return self.deliver(at);
            }
        }
        if awake {
            self.on(at, Machine::tick);
            let again = self.pages[at].machine.wake_at(now).is_some_and(|time| time <= now);
            self.idle = if again { self.idle + 1 } else { 0 };
            assert!(
                self.idle < IDLE,
                "page {at} wants to be woken and then does nothing: {:?}",
                self.pages[at].machine
            );
        }
    }

    /// Lets things happen until a time.
    pub(super) async fn run_until(&mut self, until: Ms) {
        loop {
            let now = self.now();
            self.pages.iter_mut().filter_map(|page| page.link.as_mut()).for_each(|link| link.collect(now));
            self.orphans.retain(|wire| !wire.is_over());
            let next = self.next(now);
            if let Some((_, at)) = next.filter(|(time, _)| *time <= now) {
                self.step(at).await;
                self.until(now + REST).await;
                continue;
            }
            if now >= until {
                return;
            }
            let time = next.map_or(until, |(time, _)| time).min(until).min(now + 20 * AGAIN);
            tokio::select! {
                biased;
                () = self.bell.notified() => self.until(now + REST).await,
                () = self.until(time) => {}
            }
        }
    }

    async fn until(&self, time: Ms) {
        sleep_until(self.began + Duration::from_millis(time)).await;
    }
}
