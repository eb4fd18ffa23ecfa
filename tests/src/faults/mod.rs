//! Faults that are done on purpose to the line between a real client and a real relay, and to the relay's machine.
pub mod cut;
