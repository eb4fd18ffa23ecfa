//! What the store knows of loaders: every one that a relay on this store has served, so that a website that has pinned one
//! goes on with it after an update. It never changes one that another version has left.
use super::Pending;
use merhaba_shared::protocol::ids::Millis;

/// Loaders that are kept. One more, and the oldest goes.
pub const LOADERS: usize = 256;

/// The two scripts that run on a host page, as one version of the relay served them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loader {
    /// The relay's version, and what tells this build of it from others: `VERSION-HASH`.
    pub build: String,
    /// The relay's version.
    pub version: String,
    /// The first half.
    pub script: String,
    /// What the first half calls the second.
    pub half_name: String,
    /// The second half.
    pub half: String,
}

/// The store's half of loaders.
pub trait LoaderStore {
    /// Keeps a loader, unless it is there.
    fn keep_loader(&self, loader: Loader, at: Millis) -> Pending<()>;
    /// The first half of a build's loader, or of a version's latest build.
    fn loader(&self, name: String) -> Pending<Option<String>>;
    /// The second half of this name.
    fn loader_half(&self, name: String) -> Pending<Option<String>>;
}
