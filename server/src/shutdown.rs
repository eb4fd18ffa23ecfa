//! The end of the relay's life: one signal that everybody hears, and a list of the tasks that must end after it.
//! The only place (with `lib.rs`) that starts tasks, so that none is forgotten. Never ends the process.
use std::future::Future;
use tokio::task::JoinHandle;
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// The signal and the list. A clone is the same one.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    signal: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Starts a task that [`Self::finished`] waits for.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(future)
    }

    /// A token for work that somebody else starts: [`Self::finished`] waits until it is dropped. axum starts a
    /// websocket's task itself, and its graceful shutdown does not wait for it.
    pub fn track(&self) -> TaskTrackerToken {
        self.tasks.token()
    }

    /// Cancelled when the relay stops.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.signal.clone()
    }

    /// Tells everybody to stop.
    pub fn begin(&self) {
        self.signal.cancel();
        self.tasks.close();
    }

    /// Waits until all tasks have ended; [`Self::begin`] must have been called.
    pub async fn finished(&self) {
        self.tasks.wait().await;
    }

    /// How many tasks are running.
    #[must_use]
    pub fn running(&self) -> usize {
        self.tasks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Shutdown;

    #[tokio::test]
    async fn waits_for_started_and_for_tracked_work() {
        let shutdown = Shutdown::default();
        let tracked = shutdown.track();
        let stopping = shutdown.stopping();
        shutdown.spawn(async move { stopping.cancelled().await });
        shutdown.begin();
        let waiting = shutdown.finished();
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(tracked);
        waiting.await;
        assert_eq!(shutdown.running(), 0);
    }
}
