//! What may be told a moment later: rows of lists. Agents hear of every conversation of their sites, and where many
//! write at once they hear of many together: one wake-up and one write for each page instead of one for each message.
//! A row that waits is replaced by a newer one of the same conversation. Never holds back a timeline's entries.
use crate::hub::{Hub, Topic, Weight};
use merhaba_shared::protocol::{
    agent::{self, InboxRow},
    ids::{ConversationId, SiteKey},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// The moment. The first after a quiet time is told at once.
const MOMENT: Duration = Duration::from_millis(50);
/// Rows of one site that are told in one moment: less than half of what a page's outbox takes.
const AT_ONCE: usize = 128;

/// Rows of one site, the longest waiting first.
#[derive(Default)]
struct Waiting {
    order: VecDeque<ConversationId>,
    rows: HashMap<ConversationId, InboxRow>,
}

/// Rows that wait.
pub(super) struct Soon {
    hub: Arc<Hub>,
    sites: Mutex<HashMap<SiteKey, Waiting>>,
    filled: Notify,
    running: AtomicBool,
}

impl Soon {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, sites: Mutex::default(), filled: Notify::new(), running: AtomicBool::new(false) }
    }

    /// Tells of a row, soon; at once where nobody runs [`Self::run`].
    pub(super) fn row(&self, row: &InboxRow) {
        if !self.running.load(Ordering::Acquire) {
            return self.tell(&row.site, row.clone());
        }
        let mut sites = self.lock();
        let first = sites.is_empty();
        let waiting = sites.entry(row.site.clone()).or_default();
        if waiting.rows.insert(row.conversation.clone(), row.clone()).is_none() {
            waiting.order.push_back(row.conversation.clone());
        }
        drop(sites);
        if first {
            self.filled.notify_one();
        }
    }

    /// Tells what waits, moment by moment, for ever.
    pub(super) async fn run(self: Arc<Self>) {
        self.running.store(true, Ordering::Release);
        loop {
            if self.lock().is_empty() {
                self.filled.notified().await;
            }
            for (site, rows) in self.take() {
                rows.into_iter().for_each(|row| self.tell(&site, row));
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// The longest waiting of each site.
    fn take(&self) -> Vec<(SiteKey, Vec<InboxRow>)> {
        let mut sites = self.lock();
        let taken = sites.iter_mut().map(|(site, waiting)| {
            let count = waiting.order.len().min(AT_ONCE);
            let names = waiting.order.drain(..count);
            (site.clone(), names.filter_map(|name| waiting.rows.remove(&name)).collect())
        });
        let taken = taken.collect();
        sites.retain(|_, waiting| !waiting.order.is_empty());
        taken
    }

    fn tell(&self, site: &SiteKey, row: InboxRow) {
        let event = agent::Event::InboxChanged(row);
        self.hub.publish(&Topic::Site(site.clone()), &Weight::Durable, &event);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SiteKey, Waiting>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
