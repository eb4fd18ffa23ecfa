//! Faults on purpose: what stands between a client and the relay, or under the relay, and goes wrong when asked. The
//! only place in the tests where time is let pass, because here the delay is the fault.
pub mod cut;
pub mod deaf;
pub mod disk;
pub mod filter;
pub mod frames;
pub mod full;
pub mod kill;
pub mod network;
pub mod proxy;
pub mod strike;
pub mod trace;
pub mod wall;

use std::time::Duration;

/// The fault lasts for so long.
pub async fn last(time: Duration) {
    tokio::time::sleep(time).await;
}
