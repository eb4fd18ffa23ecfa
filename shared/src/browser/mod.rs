//! The edges to the browser.
