//! The pace at which lists move. Agents hear of every conversation of their sites, and where many write at once they
//! hear of many together: one wake-up and one write for each page instead of one for each message.
use crate::hub::Hub;
use merhaba_shared::protocol::agent::InboxRow;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// The time between two moments at which lists move. The first after a quiet time comes at once.
const MOMENT: Duration = Duration::from_millis(50);

/// What moves lists.
pub(super) struct Soon {
    hub: Arc<Hub>,
    posted: Notify,
    running: AtomicBool,
}

impl Soon {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, posted: Notify::new(), running: AtomicBool::new(false) }
    }

    /// Tells of a row, soon; at once where nobody runs [`Self::run`].
    pub(super) fn row(&self, row: &Arc<InboxRow>) {
        let first = self.hub.post(row);
        if !self.running.load(Ordering::Acquire) {
            self.hub.show();
        } else if first {
            self.posted.notify_one();
        }
    }

    /// Moves lists, moment by moment, for ever.
    pub(super) async fn run(self: Arc<Self>) {
        self.running.store(true, Ordering::Release);
        loop {
            if !self.hub.show() {
                self.posted.notified().await;
                self.hub.show();
            }
            tokio::time::sleep(MOMENT).await;
        }
    }
}
