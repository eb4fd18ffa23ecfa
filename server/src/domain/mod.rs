//! Pure rules: no async, no I/O, nothing but the shared protocol. What may be stored and who may do what is decided
//! here, so that every way in (socket, REST, form, command line) decides the same.

pub mod attributes;
pub mod canned;
pub mod conversation;
pub mod department;
pub mod device;
pub mod email;
pub mod extra;
pub mod file;
pub mod hours;
pub mod mentions;
pub mod origin;
pub mod preview;
pub mod rating;
pub mod reception;
pub mod routing;
pub mod search;
pub mod site;
