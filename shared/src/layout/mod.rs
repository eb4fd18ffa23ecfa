//! The layout both pages use, made for a phone first: how wide and high things are (`geometry`), how a log scrolls
//! (`scroll`), how much of it is drawn (`stretch`), which lines of a log belong together (`runs`), what a bubble hands on to the parts of its page (`attached`), the
//! line for what it quotes (`quote`), the small markup of messages (`spans`, the relay's plain page has it too), and the Leptos pieces that show them (`log`, and `list` for anything with keys). The rest are pure functions; tokens.css beside this file holds colours and sizes. Never a page's own state.

pub mod attached;
pub mod geometry;
pub mod quote;
pub mod runs;
pub mod scroll;
pub mod spans;
pub mod stretch;

#[cfg(feature = "ui")]
pub mod list;
#[cfg(feature = "ui")]
pub mod log;
