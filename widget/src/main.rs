//! The chat inside the frame, and on the plain page: a Leptos app that takes over the form the relay served, on the
//! same elements. It holds no rule of the conversation: those are `merhaba_shared::client`; this is its host.
//!
//! Read in this order: `app` is the one value everything hangs on and how it moves, `effects` does what the machine
//! asks, `keep` holds what is unsent over a reload, `host` talks with the website's page, `composer` with the person; `lines` and `view` show the log, `words`
//! everything around it, `page` is the served document.

mod app;
mod effects;
mod keep;

mod composer;
mod host;

mod lines;
mod view;
mod words;

mod page;

fn main() {
    app::start();
}
