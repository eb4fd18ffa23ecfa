//! The harness: starts the real relay as a program and speaks to it from outside, over sockets and in a browser. It
//! never calls into the relay's code, so what it proves holds for other people's clients too.

pub mod aria;
pub mod axe;
pub mod browser;
pub mod cli;
pub mod dice;
pub mod faults;
pub mod files;
pub mod http;
pub mod link;
pub mod older;
pub mod owner;
pub mod phone;
pub mod player;
pub mod process;
pub mod proof;
pub mod relay;
pub mod scenes;
pub mod screen;
pub mod sources;
pub mod stage;
pub mod wire;
