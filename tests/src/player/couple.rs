//! A visitor and an agent who stay: they exchange messages whenever the test wants, over whatever has happened meanwhile,
//! and all of it is judged at the end.
use super::{
    AgentMachine, Clock, Player, Storage, VisitorMachine,
    judge::{Findings, judge},
    line::Door,
    log,
    pair::Desk,
};
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// A visitor and an agent in one conversation.
pub struct Couple {
    /// The visitor.
    pub visitor: Player<VisitorMachine>,
    /// The agent.
    pub agent: Player<AgentMachine>,
    /// The visitor's browser.
    pub storage: Storage,
    site: String,
    word: String,
    written: usize,
}

impl Couple {
    /// Both begin to connect through their doors; the conversation's messages begin with this word.
    #[must_use]
    pub fn new(desk: &Desk, word: &str, visitor: Door, agent: Door) -> Self {
        let (storage, clock) = (Storage::default(), Clock::real_time());
        let machine = VisitorMachine::new(&desk.site.key, &storage);
        let visitor = Player::new(&format!("{word} v"), machine, visitor, None, clock);
        let machine = AgentMachine::new(word);
        let agent = Player::new(&format!("{word} a"), machine, agent, Some(desk.bearer.clone()), clock);
        Self { visitor, agent, storage, site: desk.site.key.clone(), word: word.to_owned(), written: 0 }
    }

    /// The visitor writes first, and the agent finds it.
    pub async fn meet(&mut self, within: Duration) {
        self.visitor_writes();
        self.settle(within).await;
    }

    /// The visitor sends a message.
    pub fn visitor_writes(&mut self) {
        self.written += 1;
        let body = format!("{} visitor {}", self.word, self.written);
        assert!(self.visitor.write(&body), "a visitor can always write");
    }

    /// The agent sends a message; they must have met.
    pub fn agent_writes(&mut self) {
        self.written += 1;
        let body = format!("{} agent {}", self.word, self.written);
        assert!(self.agent.write(&body), "the agent has found the conversation");
    }

    /// Both write one message and play until everything stands on both screens; how long that took.
    pub async fn exchange(&mut self, within: Duration) -> Duration {
        let began = Instant::now();
        self.visitor_writes();
        self.agent_writes();
        let all = self.written;
        self.play_until(within, "both messages on both screens", |visitor, agent| {
            visitor.journal.messages() >= all
                && agent.journal.messages() >= all
                && visitor.is_confirmed()
                && agent.is_confirmed()
        })
        .await;
        began.elapsed()
    }

    /// Plays until everything that was written stands on both screens.
    pub async fn settle(&mut self, within: Duration) {
        let all = self.written;
        self.play_until(within, "everything on both screens", |visitor, agent| {
            visitor.journal.messages() >= all
                && agent.journal.messages() >= all
                && visitor.is_settled()
                && agent.is_settled()
        })
        .await;
    }

    /// Plays both until something is so.
    ///
    /// # Panics
    /// When it is not within this time.
    pub async fn play_until(
        &mut self,
        within: Duration,
        what: &str,
        so: impl Fn(&Player<VisitorMachine>, &Player<AgentMachine>) -> bool,
    ) {
        let deadline = tokio::time::Instant::now() + within;
        while !so(&self.visitor, &self.agent) {
            let played = timeout_at(deadline, self.turn()).await;
            assert!(
                played.is_ok() || so(&self.visitor, &self.agent),
                "{what}: not within {within:?}; {}; {}",
                self.visitor.told(),
                self.agent.told()
            );
        }
    }

    /// One thing that happens to either. May be given up at any point.
    pub async fn turn(&mut self) {
        tokio::select! {
            () = self.visitor.turn() => {}
            () = self.agent.turn() => {}
        }
    }

    /// Plays both as long as something else takes.
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

    /// Judges all of it by what the relay has; `reader` is the way to the relay.
    pub async fn judge(&self, reader: Door) -> Findings {
        let token = self.storage.token().expect("a message was sent, so a token is kept");
        let conversation = self.agent.journal.conversation.clone().expect("they have met");
        let log = log::read(reader, &self.site, &token, &conversation).await;
        judge(&log, &[&self.visitor.journal, &self.agent.journal])
    }
}
