//! A person at a page, played by a program: the real client machine on a real socket, and a journal of its own of what
//! it wrote, what was confirmed and what it was shown. It decides nothing that the machine decides, and never looks
//! into the relay.
//!
//! The machine's clock may run faster than the wall's: a wait of half a second before connecting again then takes an
//! instant, and thousands of cuts fit into a test.
mod agent;
mod clock;
pub mod couple;
pub mod crowd;
pub mod flood;
pub mod journal;
pub mod judge;
pub mod line;
pub mod log;
pub mod pair;
mod visitor;

pub use agent::AgentMachine;
pub use clock::Clock;
pub use visitor::{Storage, VisitorMachine};

use journal::Journal;
use line::{Door, Heard, Line};
use merhaba_shared::{
    client::{self, Effect, Ms, outbox::Outbox, thread::Thread},
    protocol::{
        ids::{ClientId, Token},
        model::{Accepted, Message, Side},
    },
};
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// Nothing is asked of a machine that asks for nothing within this time.
const IDLE: Duration = Duration::from_mins(1);

/// One of the two client machines with the person who acts on it.
pub trait Machine: Send {
    /// What it says.
    type Command: Serialize + Send;
    /// What it hears.
    type Event: Serialize + DeserializeOwned + Send;
    /// Where it connects to.
    const PATH: &'static str;
    /// The side that its person is on.
    const SIDE: Side;

    /// Begins to connect.
    fn start(&mut self, now: Ms);
    /// What is to be done now.
    fn effects(&mut self) -> Vec<Effect<Self::Command>>;
    /// The socket is open.
    fn opened(&mut self, now: Ms);
    /// The socket is closed.
    fn closed(&mut self, now: Ms, code: u16, reason: &str);
    /// A frame came; the person looks at what it brought.
    fn event(&mut self, now: Ms, event: Self::Event);
    /// Time passes.
    fn tick(&mut self, now: Ms);
    /// When time is needed.
    fn wake_at(&self, now: Ms) -> Option<Ms>;
    /// The page woke up.
    fn nudge(&mut self, now: Ms);
    /// Whether the page can be seen.
    fn set_visible(&mut self, visible: bool);
    /// The browser is asked to keep a token.
    fn keep(&mut self, now: Ms, token: Token, instead_of: Option<Token>);
    /// The person sends a message; `false` when there is nowhere to send it to yet.
    fn write(&mut self, now: Ms, client_id: ClientId, body: String) -> bool;
    /// What the line looks like.
    fn line(&self) -> client::Line;
    /// The conversation that is shown.
    fn thread(&self) -> Option<&Thread>;
    /// What is on its way.
    fn outbox(&self) -> &Outbox;
    /// Whether the page's list agrees with the conversation that it shows; a page without lists has nothing to say.
    fn lists_it(&self) -> bool {
        true
    }
    /// The confirmation in an event, if it is one.
    fn accepted(event: &Self::Event) -> Option<&Accepted>;
    /// The message in an event, if it is one.
    fn message(event: &Self::Event) -> Option<&Message>;
}

/// A machine, its line and its journal.
pub struct Player<M: Machine> {
    /// What happened to it.
    pub journal: Journal,
    /// The machine.
    pub machine: M,
    line: Line,
    clock: Clock,
}

impl<M: Machine> Player<M> {
    /// A page that begins to connect; `bearer` is an agent's token.
    pub fn new(name: &str, mut machine: M, door: Door, bearer: Option<String>, clock: Clock) -> Self {
        machine.start(clock.now());
        let line = Line::new(door, M::PATH, bearer);
        Self { journal: Journal::new(name, M::SIDE), machine, line, clock }
    }

    /// The person writes; `false` when there is nowhere to write to yet.
    pub fn write(&mut self, body: &str) -> bool {
        let client_id = ClientId(random());
        let written = self.machine.write(self.clock.now(), client_id, body.to_owned());
        if written {
            self.journal.wrote(client_id, body);
            self.carry_out();
        }
        written
    }

    /// Plays until something is so.
    ///
    /// # Panics
    /// When it is not within this time: with the journal.
    pub async fn play_until(&mut self, within: Duration, what: &str, so: impl FnMut(&Self) -> bool) {
        let played = self.try_until(within, so).await;
        played.unwrap_or_else(|told| panic!("{what}: not within {within:?}; {told}"));
    }

    /// Plays until something is so.
    ///
    /// # Errors
    /// When it is not within this time: what the journal says.
    pub async fn try_until(
        &mut self,
        within: Duration,
        mut so: impl FnMut(&Self) -> bool,
    ) -> Result<(), String> {
        let deadline = Instant::now() + within;
        while !so(self) {
            if timeout_at(deadline, self.turn()).await.is_err() && !so(self) {
                return Err(self.told());
            }
        }
        Ok(())
    }

    /// Plays for so long.
    pub async fn play_for(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        while timeout_at(deadline, self.turn()).await.is_ok() {}
    }

    /// Plays as long as something else takes.
    pub async fn play_while<T>(&mut self, other: impl Future<Output = T>) -> T {
        tokio::pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return done,
                () = self.turn() => {}
            }
        }
    }

    /// One thing that happens: something is heard, or time has passed. May be given up at any point.
    pub async fn turn(&mut self) {
        self.carry_out();
        let now = self.clock.now();
        let wait = self.machine.wake_at(now).map_or(IDLE, |at| self.clock.real(at.saturating_sub(now)));
        match timeout(wait, self.line.hear::<M::Event>()).await {
            Err(_) => self.machine.tick(self.clock.now()),
            Ok(heard) => self.heard(heard),
        }
        self.carry_out();
    }

    /// The page slept for so long: its clock is ahead of what it did.
    pub fn slept(&mut self, time: Duration) {
        self.clock.skip(time);
    }

    /// The page wakes up, as after sleep.
    pub fn wake(&mut self) {
        let now = self.clock.now();
        self.machine.nudge(now);
        self.machine.tick(now);
        self.carry_out();
    }

    /// Whether all that was written here is confirmed.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.machine.outbox().all().is_empty()
            && self.journal.written.iter().all(|written| self.journal.is_shown(written.client_id))
    }

    /// The same, and the list says what the conversation does; lists have a pace of their own.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_confirmed() && self.machine.lists_it()
    }

    /// Everything that matters, for a test that has failed.
    #[must_use]
    pub fn told(&self) -> String {
        format!(
            "line {:?}, outbox {:?}, list right {}, {}",
            self.machine.line(),
            self.machine.outbox().all(),
            self.machine.lists_it(),
            self.journal.told()
        )
    }

    fn heard(&mut self, heard: Heard<M::Event>) {
        let now = self.clock.now();
        match heard {
            Heard::Opened => {
                self.journal.opened();
                self.machine.opened(now);
            }
            Heard::Closed { code, reason } => {
                self.journal.closed(code, &reason);
                self.machine.closed(now, code, &reason);
            }
            Heard::Event(event) => {
                if let Some(accepted) = M::accepted(&event) {
                    self.journal.accepted(accepted);
                }
                if let Some(message) = M::message(&event) {
                    self.journal.came(message.client_id);
                }
                self.machine.event(now, *event);
            }
        }
    }

    /// Does what the machine asks for, and notes what the page shows after it.
    fn carry_out(&mut self) {
        loop {
            self.journal.look(self.machine.thread(), self.machine.outbox(), self.machine.line());
            let effects = self.machine.effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::Connect => self.line.connect(),
                    Effect::Disconnect => {
                        self.journal.let_go();
                        self.line.let_go();
                    }
                    Effect::Frame(command) => self.line.say(&command),
                    Effect::KeepToken { token, instead_of } => {
                        self.machine.keep(self.clock.now(), token, instead_of);
                    }
                    // A page alone sends by itself, and the way around websockets is another proof's.
                    Effect::Detour | Effect::Lead { .. } | Effect::Yield => {}
                    Effect::ForgetToken => self.journal.lie("the relay withdrew the token"),
                    Effect::Refresh => self.journal.lie("the relay calls the page too old"),
                }
            }
        }
    }
}

/// Random bytes.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
