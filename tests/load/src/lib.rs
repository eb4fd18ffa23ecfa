//! How fast the relay is, measured from outside, in reading order: programs to measure, lines to them, conversations on
//! the lines, paces for the conversations, and the report. It never calls into the relay's code; `floor` is what it is
//! compared with.

pub mod staff;
pub mod target;

pub mod frames;
pub mod limits;
pub mod lines;

pub mod dialect;
pub mod layout;
pub mod play;
pub mod script;
pub mod stage;
pub mod talk;

pub mod crowd;
pub mod fill;
pub mod grow;
pub mod histogram;
pub mod measure;

pub mod plan;
pub mod report;
pub mod run;
pub mod summary;

pub mod floor;
