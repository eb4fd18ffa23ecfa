//! What has its time: looked for, for ever, when the next of it is due and whenever something new may be due earlier.
//! Never knows what is due: who looks does that, and says how long until there is more.
use crate::store::StoreError;
use merhaba_shared::protocol::ids::Millis;
use std::time::Duration;
use tokio::sync::Notify;

/// The wall's clock may be set, and how long things wait be changed: it is looked at as often while something waits.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// After a failed look at the store.
const AGAIN: Duration = Duration::from_secs(1);

/// Looks at once, then for ever: when what it answered is over, or something is `new`. An answer of `None` says that
/// nothing waits. `what` tells whoever runs the relay what does not happen while looking fails.
pub(super) async fn watch<Looks>(new: &Notify, what: &'static str, look: impl Fn() -> Looks)
where
    Looks: Future<Output = Result<Option<Duration>, StoreError>>,
{
    loop {
        match look().await {
            Ok(None) => new.notified().await,
            Ok(Some(wait)) => {
                // Woken early by what is new, or on time.
                let _ = tokio::time::timeout(wait, new.notified()).await;
            }
            Err(error) => {
                tracing::warn!(%error, "{what}");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// How long until `next`, milliseconds of the wall's clock: nothing when it is due.
pub(super) fn until(next: Millis, now: Millis) -> Duration {
    Duration::from_millis(u64::try_from(next - now).unwrap_or(0)).min(LOOK_EVERY)
}
