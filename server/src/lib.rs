//! The relay, in reading order: a socket becomes a session, a session's commands become use-cases of `chat`, those
//! write the store, and what the store has committed goes out through the hub. It starts nothing by itself.

pub mod app;
pub mod session;

pub mod chat;

pub mod domain;
pub mod store;

pub mod bus;
pub mod hub;

pub mod clock;
pub mod counters;
pub mod gate;
pub mod shutdown;
