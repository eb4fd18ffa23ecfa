//! The relay as a library: rules, storage, and what serves them. It starts nothing by itself.
pub mod clock;
pub mod domain;
pub mod store;
