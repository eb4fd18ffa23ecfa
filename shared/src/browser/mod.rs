//! The edges to the browser that both pages use: everything the client machine leaves to its host. Each file is one
//! edge; none knows a frame's meaning, and none keeps state that the machine should have.
//!
//! Where a browser refuses something (storage, a lock, a socket) that is a value, never a panic.

pub mod clock;
pub mod keep;
pub mod language;
pub mod lifecycle;
pub mod socket;
pub mod storage;
pub mod tabs;

pub mod object;

use web_sys::{Document, Window};

/// The page's window.
///
/// # Panics
/// Never in a page: there is no wasm of ours without a window.
#[must_use]
pub fn window() -> Window {
    web_sys::window().expect("a page")
}

/// The page's document.
///
/// # Panics
/// Never in a page.
#[must_use]
pub fn document() -> Document {
    window().document().expect("a document")
}
