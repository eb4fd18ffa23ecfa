//! Files of messages over HTTP: up as a stream, down by short links that are signed and die with whoever asked for
//! them. Whatever is wrong with a link is the same 404.
pub mod download;
pub mod links;
pub mod signed;
pub mod upload;
