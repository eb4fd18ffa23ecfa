//! What the relay and both pages share. The wire and the client machine know no I/O; what touches a browser
//! sits behind the feature `ui`.
extern crate alloc;

pub mod protocol;

pub mod contrast;

pub mod client;

#[cfg(feature = "ui")]
pub mod browser;
pub mod layout;
