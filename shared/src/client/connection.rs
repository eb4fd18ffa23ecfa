//! When to connect, when to doubt the line, when to give it up. Knows no frames beyond "something was heard".
use super::{
    Effect, Line, Ms,
    backoff::Backoff,
    mutants::{self, Mutant},
};
use crate::protocol::close::{AUTH_LATE, Decision, RESTART, decision};
use alloc::vec::Vec;

/// A socket must open, and a `Hello` be answered, within this time.
const OPEN_WITHIN: Ms = 10_000;
/// Something asked for must be answered within this time, or the line is shown as lost.
pub const ANSWER_WITHIN: Ms = 5_000;
/// A send that was not answered for so long, on a line that answers pings, is tried on a new one.
const SEND_WITHIN: Ms = 15_000;
/// Silence after which a visible page asks.
const QUIET_VISIBLE: Ms = 8_000;
/// Silence after which a hidden page asks.
const QUIET_HIDDEN: Ms = 25_000;
/// A line that lasted so long lets the waits start from the shortest again.
const LASTED: Ms = 10_000;
/// A loss shorter than this is not shown.
const BLINK: Ms = 1_500;
/// How long "connected again" is shown.
const BACK_FOR: Ms = 4_000;
/// A relay that restarts is back within this time, or the loss is told as any other.
const RESTARTS_WITHIN: Ms = 8_000;
/// So many sockets that did not open, and it may be the network that lets none through.
const BARRED: u8 = 2;
/// The longest delay hint that is obeyed.
const LONGEST_HINT: Ms = 60_000;

/// Where the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not started, or let go on purpose (the page is hidden away).
    Off,
    /// Waiting to connect again.
    Waiting {
        /// Until then.
        until: Ms,
    },
    /// The socket is opening.
    Opening {
        /// Since then.
        since: Ms,
    },
    /// The socket is open, `Hello` was sent.
    Greeting {
        /// Since then.
        since: Ms,
    },
    /// `Welcome` was heard.
    Live {
        /// Since then.
        since: Ms,
    },
    /// Ended for good, with this close code.
    Stopped {
        /// The close code.
        code: u16,
    },
}

/// What has to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// Open a socket.
    Connect,
    /// Send a ping with this nonce.
    Ping(u64),
    /// Let go of the socket: it is dead.
    Drop,
    /// Load the page again.
    Refresh,
}

/// The line to the relay.
#[derive(Clone, Debug)]
pub struct Connection {
    phase: Phase,
    backoff: Backoff,
    heard: Ms,
    ping: Option<Ms>,
    nonce: u64,
    visible: bool,
    /// Since when the line has not been live; `None` while it is.
    down: Option<Ms>,
    /// Whether the person has seen that the line is lost.
    told: bool,
    /// When it came back after that.
    back: Option<Ms>,
    /// A send has waited too long for its answer.
    late: bool,
    /// Sockets in a row that never opened; one that nothing answered counts for two.
    unopened: u8,
    restart: Restart,
}

/// Whether the relay said that it goes away for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Restart {
    /// It did not.
    No,
    /// It did.
    Said,
    /// It did, and the person has been told that much.
    Shown,
}

impl Connection {
    /// `seed` spreads the pages' waits.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self {
            phase: Phase::Off,
            backoff: Backoff::new(seed),
            heard: 0,
            ping: None,
            nonce: 0,
            visible: true,
            down: None,
            told: false,
            back: None,
            late: false,
            unopened: 0,
            restart: Restart::No,
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether frames may be sent.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live { .. })
    }

    /// Begins, or begins again after [`Self::suspend`].
    pub const fn start(&mut self, now: Ms) -> Step {
        if !matches!(self.phase, Phase::Off) {
            return Step::Nothing;
        }
        if self.down.is_none() {
            self.down = Some(now);
        }
        self.phase = Phase::Opening { since: now };
        Step::Connect
    }

    /// Lets go on purpose: the page goes into the back/forward cache, say.
    pub const fn suspend(&mut self) -> Step {
        if matches!(self.phase, Phase::Stopped { .. }) {
            return Step::Nothing;
        }
        self.phase = Phase::Off;
        self.down = None;
        self.ping = None;
        self.late = false;
        self.restart = Restart::No;
        Step::Drop
    }

    /// The socket is open: the caller sends `Hello`.
    pub const fn opened(&mut self, now: Ms) -> bool {
        if !matches!(self.phase, Phase::Opening { .. }) {
            return false;
        }
        self.phase = Phase::Greeting { since: now };
        self.heard = now;
        self.unopened = 0;
        true
    }

    /// What the host does for a step; `ping` makes the frame that asks.
    pub(super) fn carry_out<C>(&mut self, step: Step, ping: impl FnOnce(u64) -> C, to: &mut Vec<Effect<C>>) {
        match step {
            Step::Nothing => {}
            Step::Connect => {
                if self.is_barred() {
                    to.push(Effect::Detour);
                }
                to.push(Effect::Connect);
            }
            Step::Ping(nonce) => to.push(Effect::Frame(ping(nonce))),
            Step::Drop => to.push(Effect::Disconnect),
            Step::Refresh => to.push(Effect::Refresh),
        }
    }

    /// Whether sockets seem not to get through, though perhaps something else does; said once each time.
    const fn is_barred(&mut self) -> bool {
        let barred = self.unopened >= BARRED;
        if barred {
            self.unopened = 0;
        }
        barred
    }

    /// `Welcome` was heard.
    pub const fn welcomed(&mut self, now: Ms) {
        self.phase = Phase::Live { since: now };
        self.down = None;
        self.ping = None;
        self.restart = Restart::No;
        if self.told {
            self.told = false;
            self.back = Some(now);
        }
    }

    /// Any frame was heard.
    pub const fn heard(&mut self, now: Ms) {
        self.heard = now;
    }

    /// The answer to a ping was heard; one to an older ping does not count.
    pub const fn ponged(&mut self, nonce: u64) {
        if nonce == self.nonce && self.is_live() {
            self.ping = None;
            self.down = None;
        }
    }

    /// Lets go of an open socket, to try again after `wait`.
    pub const fn postpone(&mut self, now: Ms, wait: Ms) -> Step {
        self.phase = Phase::Waiting { until: now + wait };
        Step::Drop
    }

    /// The socket is closed, or never opened.
    pub fn closed(&mut self, now: Ms, code: u16, reason: &str) -> Step {
        if matches!(self.phase, Phase::Off | Phase::Stopped { .. } | Phase::Waiting { .. }) {
            return Step::Nothing;
        }
        if matches!(self.phase, Phase::Opening { .. }) {
            self.unopened += 1;
        }
        // A page says `Hello` and nothing before it, so it is only told that it came too late: over a slow line, or to
        // a relay that everybody comes back to at once. That is no reason to stay away.
        let decision = if code == AUTH_LATE.code { Decision::Again } else { decision(code) };
        match decision {
            Decision::Again => {
                if code == RESTART.code && self.is_live() {
                    self.restart = Restart::Said;
                }
                let hint = if code == RESTART.code { reason.parse::<Ms>().ok() } else { None };
                self.retry(now, hint);
                Step::Nothing
            }
            Decision::Stop => {
                self.phase = Phase::Stopped { code };
                Step::Nothing
            }
            Decision::Refresh => {
                self.phase = Phase::Stopped { code };
                Step::Refresh
            }
        }
    }

    /// The browser says that there is no network.
    pub const fn offline(&mut self, now: Ms) {
        if matches!(self.phase, Phase::Stopped { .. } | Phase::Off) {
            return;
        }
        if self.down.is_none() {
            self.down = Some(now);
        }
        self.told = true;
        self.restart = Restart::No;
        self.back = None;
    }

    /// The page became visible, woke up, or the network is back: look now instead of waiting.
    pub const fn nudge(&mut self, now: Ms) -> Step {
        match self.phase {
            Phase::Waiting { .. } => {
                self.phase = Phase::Opening { since: now };
                Step::Connect
            }
            Phase::Live { .. } if self.ping.is_none() => self.ask(now),
            _ => Step::Nothing,
        }
    }

    /// Whether somebody looks at the page: a visible one asks sooner.
    pub const fn set_visible(&mut self, visible: bool) {
        self.visible = visible;
    }

    /// What the passing of time asks for. `sending` is when the oldest unanswered send left.
    pub fn tick(&mut self, now: Ms, sending: Option<Ms>) -> Step {
        self.late = sending.is_some_and(|since| now.saturating_sub(since) >= ANSWER_WITHIN);
        self.settle(now);
        match self.phase {
            Phase::Waiting { until } if now >= until => {
                self.phase = Phase::Opening { since: now };
                Step::Connect
            }
            Phase::Opening { since } | Phase::Greeting { since }
                if now.saturating_sub(since) >= OPEN_WITHIN =>
            {
                if matches!(self.phase, Phase::Opening { .. }) {
                    self.unopened += 2;
                }
                self.retry(now, None);
                Step::Drop
            }
            Phase::Live { .. } => self.tick_live(now, sending),
            _ => Step::Nothing,
        }
    }

    fn tick_live(&mut self, now: Ms, sending: Option<Ms>) -> Step {
        let unanswered = self.ping.is_some_and(|since| now.saturating_sub(since) >= ANSWER_WITHIN);
        let stuck = sending.is_some_and(|since| now.saturating_sub(since) >= SEND_WITHIN);
        if unanswered || stuck {
            self.retry(now, None);
            return Step::Drop;
        }
        let quiet = now.saturating_sub(self.heard) >= self.quiet();
        let asks = (quiet || self.late) && !mutants::on(Mutant::SilenceBelieved);
        if self.ping.is_none() && asks { self.ask(now) } else { Step::Nothing }
    }

    const fn quiet(&self) -> Ms {
        if self.visible { QUIET_VISIBLE } else { QUIET_HIDDEN }
    }

    const fn ask(&mut self, now: Ms) -> Step {
        self.nonce += 1;
        self.ping = Some(now);
        Step::Ping(self.nonce)
    }

    fn retry(&mut self, now: Ms, hint: Option<Ms>) {
        if let Phase::Live { since } = self.phase
            && now.saturating_sub(since) >= LASTED
        {
            self.backoff.reset();
        }
        let wait = hint.map_or_else(|| self.backoff.wait(), |hint| hint.min(LONGEST_HINT));
        self.phase = Phase::Waiting { until: now + wait };
        self.ping = None;
        self.late = false;
        if self.down.is_none() {
            self.down = Some(now);
        }
    }

    /// Turns what time has passed into what the person is told.
    fn settle(&mut self, now: Ms) {
        if self.back.is_some_and(|since| now.saturating_sub(since) >= BACK_FOR) {
            self.back = None;
        }
        let long = self.down.is_some_and(|since| now.saturating_sub(since) >= self.patience());
        if long && self.restart == Restart::Said {
            self.restart = Restart::Shown;
        } else if long || self.late {
            self.told = true;
            self.back = None;
        } else if self.told && self.is_live() && self.down.is_none() {
            self.told = false;
            self.back = Some(now);
        }
    }

    /// A loss is told soon; the very first connection may take longer before anything is said, and a restart before
    /// anything more than a mark is shown.
    const fn patience(&self) -> Ms {
        match (self.heard, self.restart) {
            (0, _) => ANSWER_WITHIN,
            (_, Restart::Shown) => RESTARTS_WITHIN,
            _ => BLINK,
        }
    }

    /// What the person should be told about the line.
    #[must_use]
    pub const fn line(&self) -> Line {
        match self.phase {
            Phase::Stopped { code } => Line::Stopped(code),
            _ if self.told => Line::Lost,
            _ if matches!(self.restart, Restart::Shown) => Line::Restarting,
            Phase::Live { .. } if self.back.is_some() => Line::Back,
            Phase::Live { .. } => Line::Live,
            _ if self.heard == 0 => Line::Starting,
            _ => Line::Live,
        }
    }

    /// When [`Self::tick`] is needed at the latest; `None`: not by itself.
    #[must_use]
    pub fn wake_at(&self, sending: Option<Ms>) -> Option<Ms> {
        let phase = match self.phase {
            Phase::Waiting { until } => Some(until),
            Phase::Opening { since } | Phase::Greeting { since } => Some(since + OPEN_WITHIN),
            Phase::Live { .. } => {
                Some(self.ping.map_or(self.heard + self.quiet(), |since| since + ANSWER_WITHIN))
            }
            Phase::Off | Phase::Stopped { .. } => None,
        };
        let told = self.down.filter(|_| !self.told).map(|since| since + self.patience());
        let back = self.back.map(|since| since + BACK_FOR);
        let send = sending.map(|since| since + if self.late { SEND_WITHIN } else { ANSWER_WITHIN });
        [phase, told, back, send].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests;
