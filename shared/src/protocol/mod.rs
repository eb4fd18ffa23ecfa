//! The wire, version 1: every frame a page and the relay exchange, in both codecs. No I/O, no policy.
//!
//! Read in this order: [`ids`] and [`model`] are what is talked about, [`visitor`] and [`agent`] are the two
//! conversations with the relay, [`codec`] is how they become bytes, [`close`] and [`limits`] are the tables.
//! What only agents may see can only be spelled in [`agent`], [`company`], [`person`] and [`triage`].

pub mod ids;
pub mod model;
pub mod visitor;

pub mod agent;
pub mod approval;
pub mod backstage;
pub mod company;
pub mod person;
pub mod revision;
pub mod triage;

pub mod codec;
pub mod error;

pub mod close;
pub mod limits;

mod words;

/// The revision of the wire types: a part of the binary subprotocol's name. Any edit of a wire type raises it,
/// since postcard would read an old or new shape silently wrong; a test compares the hash of these sources.
pub const REVISION: u16 = 1;

/// The JSON subprotocol, for programs.
pub const SUBPROTOCOL_JSON: &str = "merhaba.v1.json";

/// The binary subprotocol of this revision, for our own pages.
pub const SUBPROTOCOL_BIN: &str = "merhaba.v1.bin.1";

/// What every binary subprotocol's name starts with; the revision follows.
pub const SUBPROTOCOL_BIN_PREFIX: &str = "merhaba.v1.bin.";
