//! The use-cases: the only writers of the store and the only ones who publish. What was committed is published from
//! the commit itself (`then`), in its order and even if nobody waits any more. Never touches a socket.

mod alarm;
mod alerts;
mod approvals;
mod audience;
mod company;
mod conversations;
mod counts;
mod files;
mod form;
mod ladder;
mod markers;
mod messages;
mod presence;
mod publish;
mod refusal;
mod revisions;
mod routing;
mod settings;
mod sign_ins;
mod soon;
mod triage;
mod visitors;
mod visits;

pub use approvals::accepted_proposal;
pub use audience::Audience;
pub use company::Watch;
pub use files::{Taken, Upload, is_full};
pub use form::{Form, Posted};
pub use messages::{about, accepted_note, check, moved, sender};
pub use presence::Attendance;
pub use refusal::{bad_request, forbidden, no_file, no_quote, not_found, rate_limited, unavailable};
pub use revisions::{Wish, check_words, revised};
pub use sign_ins::{ABSOLUTE_MS, IDLE_MS, is_fresh};
pub use visitors::{Identity, secret_hash, visitor_of};
pub use visits::{Stay, referrer, step};

use crate::{
    bus, clock::Clock, counters::Counters, files::Files, gate::Gate, hub::Hub, push::alert::Alerts,
    store::Store,
};
use company::Company;
use presence::Presence;
use publish::Publisher;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

/// The use-cases.
pub struct Chat {
    store: Arc<dyn Store>,
    clock: Clock,
    gate: Gate,
    publisher: Publisher,
    presence: Arc<Presence>,
    company: Arc<Company>,
    counters: Arc<Counters>,
    files: Files,
    looks: Arc<Semaphore>,
    /// Something was put off, or that was taken back.
    put_off: Arc<Notify>,
    /// Something waits for approval since.
    proposed: Arc<Notify>,
    /// Something was written for later.
    planned: Arc<Notify>,
    /// A site's times are others since.
    ladder: Arc<Notify>,
}

impl Chat {
    /// The use-cases on this store, for one node.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock, gate: Gate, files: Files) -> Self {
        let publisher = Publisher::new(Arc::new(Hub::default()), Arc::new(bus::none::None));
        let presence = Arc::new(Presence::new(publisher.clone(), clock));
        let company = Arc::new(Company::new(publisher.clone()));
        let looks = Arc::new(Semaphore::new(1));
        Self {
            store,
            clock,
            gate,
            publisher,
            presence,
            company,
            counters: Arc::default(),
            files,
            looks,
            put_off: Arc::default(),
            proposed: Arc::default(),
            planned: Arc::default(),
            ladder: Arc::default(),
        }
    }

    /// Where sessions listen.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        self.publisher.hub()
    }

    /// Tells, for ever, what may be told a moment later; where nobody runs it, all is told at once.
    pub fn telling(&self) -> impl Future<Output = ()> + Send + use<> {
        self.publisher.run()
    }

    /// Tells, for ever, how many conversations lists hold.
    pub fn counting(&self) -> impl Future<Output = ()> + Send + use<> {
        self.publisher.counting(self.store.clone())
    }

    /// What closed pages are told.
    #[must_use]
    pub fn alerts(&self) -> &Arc<Alerts> {
        self.publisher.alerts()
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }
}
