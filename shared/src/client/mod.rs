//! The client's half as a state machine: no socket, no clock, no page. Time comes in as a number of milliseconds
//! that only goes forward; what is to be done comes out as [`Effect`]s. The widget, the agent page, the tests and
//! the programs in `examples/` all drive this one machine.
//!
//! A host does three things: it feeds what happens ([`visitor::VisitorClient::opened`], `closed`, `event`, the
//! person's actions), it carries out [`Effect`]s in order, and it calls `tick` no later than `wake_at` says.
//! Being late is harmless: every rule looks at the time that has passed, not at the timers that fired.

pub mod agent;
pub mod visitor;

pub mod connection;

mod backstage;
mod inbox;
mod lead;
pub mod mutants;
mod opened;
pub mod outbox;
mod rows;
pub mod thread;
pub mod timeline;
mod token;

pub mod backoff;

use crate::protocol::ids::Token;

/// Milliseconds on a clock that only goes forward; where it starts does not matter.
pub type Ms = u64;

/// What the machine asks its host to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<Command> {
    /// Sockets do not open: see whether another way to the relay is free, for the next time one is to be opened.
    Detour,
    /// Become the one tab that sends, if tabs share what is unsent; `at_once`: the person writes here, so also if
    /// another tab is it. Answer with `led` when it is so, and again when it no longer is.
    Lead {
        /// Do not wait for the other.
        at_once: bool,
    },
    /// There is nothing to send, or the page goes: another tab may.
    Yield,
    /// Open a socket, letting go of any before it; answer with `opened` or `closed`.
    Connect,
    /// Let go of the socket; no answer.
    Disconnect,
    /// Send a frame on the open socket.
    Frame(Command),
    /// Keep `token`, unless another tab has kept one since: one is there and it is not `instead_of` (a token that
    /// the relay no longer knows). Answer with `token_kept` and the one that is kept then.
    KeepToken {
        /// The new one.
        token: Token,
        /// What it may replace.
        instead_of: Option<Token>,
    },
    /// Forget the token: the relay has withdrawn it.
    ForgetToken,
    /// This page is too old for the relay: load it again, once.
    Refresh,
}

/// What the line to the relay looks like, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The first connection is under way: nothing to tell yet.
    Starting,
    /// Connected, and the last thing asked was answered.
    Live,
    /// Not connected for a moment: the relay restarts, and has said when to come back.
    Restarting,
    /// Not connected, trying again.
    Lost,
    /// Connected again after [`Line::Lost`] was shown; turns into [`Line::Live`] by itself.
    Back,
    /// Ended by the relay for good, with this close code.
    Stopped(u16),
}
