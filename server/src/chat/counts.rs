//! The pace at which counts of lists are told: a site whose rows have changed, and that somebody looks at, is counted once
//! for all its pages, and at most once a second. Counts nothing itself.
use crate::{
    hub::{Hub, Topic, Weight},
    store::Store,
};
use merhaba_shared::protocol::{agent::Event, ids::SiteKey, limits::COUNTS_EVERY_MS, triage::Only};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// Which sites have changed.
#[derive(Default)]
pub(super) struct Moved {
    sites: Mutex<HashSet<SiteKey>>,
    moved: Notify,
}

impl Moved {
    /// A row of a site has changed.
    pub(super) fn note(&self, site: &SiteKey) {
        let mut sites = self.lock();
        if !sites.contains(site) {
            sites.insert(site.clone());
            self.moved.notify_one();
        }
    }

    /// Waits until one has changed since they were taken.
    pub(super) async fn wait(&self) {
        self.moved.notified().await;
    }

    /// Those that have changed; from here on they may change again.
    pub(super) fn take(&self) -> HashSet<SiteKey> {
        std::mem::take(&mut *self.lock())
    }

    /// Counts and tells, for ever.
    pub(super) async fn run(self: Arc<Self>, hub: Arc<Hub>, store: Arc<dyn Store>) {
        loop {
            self.wait().await;
            for site in self.take() {
                let topic = Topic::Lists(site.clone());
                if !hub.is_heard(&topic) {
                    continue;
                }
                // Rows that change from here on are counted again.
                match store.counts(site.clone(), Only::default()).await {
                    Ok(Some(counts)) => hub.publish(&topic, &Weight::Durable, &Event::Counts(counts)),
                    Ok(None) => {}
                    Err(_) => self.note(&site),
                }
            }
            tokio::time::sleep(Duration::from_millis(COUNTS_EVERY_MS)).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<SiteKey>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
