//! When to connect, when to doubt the line, when to give it up. Knows no frames beyond "something was heard".
use super::{Line, Ms, backoff::Backoff};
use crate::protocol::close::{Decision, RESTART, decision};

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
        Step::Drop
    }

    /// The socket is open: the caller sends `Hello`.
    pub const fn opened(&mut self, now: Ms) -> bool {
        if !matches!(self.phase, Phase::Opening { .. }) {
            return false;
        }
        self.phase = Phase::Greeting { since: now };
        self.heard = now;
        true
    }

    /// `Welcome` was heard.
    pub const fn welcomed(&mut self, now: Ms) {
        self.phase = Phase::Live { since: now };
        self.down = None;
        self.ping = None;
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
        match decision(code) {
            Decision::Again => {
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
        if self.ping.is_none() && (quiet || self.late) { self.ask(now) } else { Step::Nothing }
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
        if long || self.late {
            self.told = true;
            self.back = None;
        } else if self.told && self.is_live() && self.down.is_none() {
            self.told = false;
            self.back = Some(now);
        }
    }

    /// A loss is told soon; the very first connection may take longer before anything is said.
    const fn patience(&self) -> Ms {
        if self.heard == 0 { ANSWER_WITHIN } else { BLINK }
    }

    /// What the person should be told about the line.
    #[must_use]
    pub const fn line(&self) -> Line {
        match self.phase {
            Phase::Stopped { code } => Line::Stopped(code),
            _ if self.told => Line::Lost,
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
mod tests {
    use super::{Connection, Line, Phase, Step};

    fn live(now: u64) -> Connection {
        let mut connection = Connection::new(3);
        assert_eq!(connection.start(now), Step::Connect);
        assert!(connection.opened(now + 10));
        connection.welcomed(now + 20);
        connection.heard(now + 20);
        connection
    }

    /// Ticks exactly when asked to, until the clock passes `until`; returns the steps with their times.
    fn run(connection: &mut Connection, mut now: u64, until: u64) -> Vec<(u64, Step)> {
        let mut steps = Vec::new();
        while let Some(at) = connection.wake_at(None).filter(|at| *at <= until) {
            now = now.max(at);
            let step = connection.tick(now, None);
            if step != Step::Nothing {
                steps.push((now, step));
            }
        }
        steps
    }

    #[test]
    fn a_silent_line_is_found_within_fifteen_seconds_while_visible() {
        let mut connection = live(0);
        let steps = run(&mut connection, 20, 15_020);
        assert!(matches!(steps[0], (8_020, Step::Ping(1))), "{steps:?}");
        assert!(matches!(steps[1], (13_020, Step::Drop)), "{steps:?}");
    }

    #[test]
    fn a_silent_line_is_found_within_thirty_five_seconds_while_hidden() {
        let mut connection = live(0);
        connection.set_visible(false);
        let steps = run(&mut connection, 20, 35_020);
        assert!(matches!(steps[..2], [(25_020, Step::Ping(1)), (30_020, Step::Drop)]), "{steps:?}");
    }

    #[test]
    fn an_answered_ping_keeps_the_line() {
        let mut connection = live(0);
        assert_eq!(connection.tick(8_020, None), Step::Ping(1));
        connection.ponged(1);
        connection.heard(8_100);
        assert_eq!(connection.tick(13_100, None), Step::Nothing);
        assert_eq!(connection.line(), Line::Live);
    }

    #[test]
    fn a_frozen_page_asks_as_soon_as_it_runs_again() {
        let mut connection = live(0);
        assert_eq!(connection.tick(600_000, None), Step::Ping(1));
        assert_eq!(connection.tick(605_000, None), Step::Drop);
    }

    #[test]
    fn lost_is_told_within_five_seconds_of_a_close_and_back_is_told_once() {
        let mut connection = live(0);
        connection.closed(20_000, 1006, "");
        assert_eq!(connection.line(), Line::Live);
        connection.tick(21_500, None);
        assert_eq!(connection.line(), Line::Lost);
        connection.nudge(22_000);
        connection.opened(22_010);
        connection.welcomed(22_020);
        assert_eq!(connection.line(), Line::Back);
        connection.heard(26_000);
        connection.tick(26_020, None);
        assert_eq!(connection.line(), Line::Live);
    }

    #[test]
    fn a_blink_is_not_shown() {
        let mut connection = live(0);
        connection.closed(20_000, 1006, "");
        let until = match connection.phase() {
            Phase::Waiting { until } => until,
            other => panic!("{other:?}"),
        };
        assert_eq!(connection.tick(until, None), Step::Connect);
        connection.opened(until + 5);
        connection.welcomed(until + 10);
        connection.tick(until + 15, None);
        assert_eq!(connection.line(), Line::Live);
    }

    #[test]
    fn offline_is_told_at_once_and_taken_back_when_the_line_answers() {
        let mut connection = live(0);
        connection.offline(1_000);
        assert_eq!(connection.line(), Line::Lost);
        assert_eq!(connection.nudge(2_000), Step::Ping(1));
        connection.ponged(1);
        connection.tick(2_010, None);
        assert_eq!(connection.line(), Line::Back);
    }

    #[test]
    fn an_unanswered_send_is_told_after_five_seconds_and_moved_after_fifteen() {
        let mut connection = live(0);
        assert_eq!(connection.tick(5_100, Some(100)), Step::Ping(1));
        assert_eq!(connection.line(), Line::Lost);
        connection.ponged(1);
        connection.heard(5_200);
        assert_eq!(connection.tick(15_100, Some(100)), Step::Drop);
    }

    #[test]
    fn the_close_code_decides() {
        let mut connection = live(0);
        assert_eq!(connection.closed(100, 4504, ""), Step::Refresh);
        let mut connection = live(0);
        connection.closed(100, 4503, "");
        assert_eq!(connection.line(), Line::Stopped(4503));
        assert_eq!(connection.wake_at(None), None);
    }

    #[test]
    fn a_restart_hint_is_obeyed_up_to_a_minute() {
        let mut connection = live(0);
        connection.closed(1_000, 4001, "2500");
        assert_eq!(connection.phase(), Phase::Waiting { until: 3_500 });
        let mut connection = live(0);
        connection.closed(1_000, 4001, "99999999");
        assert_eq!(connection.phase(), Phase::Waiting { until: 61_000 });
    }

    #[test]
    fn suspending_for_the_back_forward_cache_is_no_loss() {
        let mut connection = live(0);
        assert_eq!(connection.suspend(), Step::Drop);
        assert_eq!(connection.wake_at(None), None);
        assert_eq!(connection.start(90_000), Step::Connect);
        assert_eq!(connection.line(), Line::Live);
    }
}
