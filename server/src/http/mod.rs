//! Everything that speaks HTTP: one accept loop ([`listen`]), one door ([`front`]), one table of routes ([`routes`]), one file per area. It writes
//! only through `chat` and the settings of `store`, and knows no session from inside.
pub mod front;
pub mod listen;
pub mod metrics;
pub mod routes;

mod agent_page;
mod api;
mod attachments;
mod files;
mod health;
mod icon;
mod link;
mod live_page;
mod loaders;
mod plain_page;
mod plural;
mod preview;
mod report;
mod revised;
mod shop;
mod websocket;
mod widget_page;
mod worker;

mod body;
mod cookies;
mod csrf;
mod document;
mod encoding;
mod headers;
mod identity;
mod notice;
pub mod origin;
mod pages;
mod problem;
mod proxy;
mod reception;
mod rich;
mod rows;
mod template;
mod texts;
mod tokens;
mod trickle;

pub use api::push::Push;
pub use api::sites::snippet;
pub use loaders::keep as keep_loader;
pub use shop::Shop;

use crate::{
    access::{password, tries::Tries},
    app::App,
    config::Config,
    keys::Root,
    session::links::Links,
};
use attachments::signed::{LABEL, Signer};
use ipnet::IpNet;
use origin::{Hosts, Own};
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Semaphore;

/// Files that may be on their way up at once.
const UPLOADING: usize = 32;

/// What the routes need.
pub struct Web {
    app: Arc<App>,
    links: Links,
    hosts: Hosts,
    listener: SocketAddr,
    trust: Vec<IpNet>,
    warned: AtomicBool,
    tries: Tries,
    turns: password::Turns,
    documents: widget_page::Documents,
    ready: health::Ready,
    reports: report::Reports,
    shop: Option<Shop>,
    signer: Signer,
    loaders: loaders::Loaders,
    uploading: Semaphore,
    push: Push,
}

impl Web {
    /// What the routes need, for this listener.
    pub fn new(
        app: Arc<App>,
        config: &Config,
        listener: SocketAddr,
        turns: password::Turns,
        shop: Option<Shop>,
        root: &Root,
        push: Push,
    ) -> Self {
        let clock = app.clock;
        Self {
            hosts: Hosts::new(config.public.clone(), listener),
            listener,
            trust: config.trust_proxy.clone(),
            warned: AtomicBool::new(false),
            tries: Tries::new(clock, config.rate_limits),
            turns,
            documents: widget_page::Documents::default(),
            ready: health::Ready::default(),
            reports: report::Reports::default(),
            shop,
            signer: Signer::new(root.derive(LABEL)),
            loaders: loaders::Loaders::default(),
            uploading: Semaphore::new(UPLOADING),
            links: Links::default(),
            push,
            app,
        }
    }

    /// The relay's usual own origin.
    pub fn own(&self) -> Own {
        self.hosts.usual(self.listener)
    }

    fn secure(&self) -> bool {
        matches!(&self.hosts, Hosts::Public(own) if own.secure)
    }

    fn warn_of_proxy(&self, peer: IpAddr) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(%peer, "Forwarded or X-Forwarded-* from an address that trust-proxy does not name: ignored");
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
#[path = "../../build/minify.rs"]
mod minify;
