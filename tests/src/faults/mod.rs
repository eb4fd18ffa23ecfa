//! Faults on purpose: what stands between a client and the relay, or under the relay, and goes wrong when asked. The
//! only place in the tests where time is let pass, because here the delay is the fault.
pub mod disk;
pub mod frames;
pub mod proxy;
pub mod trace;

use std::time::Duration;

/// The fault lasts for so long.
pub async fn last(time: Duration) {
    tokio::time::sleep(time).await;
}
