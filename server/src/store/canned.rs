//! The store's half of canned replies.
use super::Pending;
use crate::domain::canned::Canned;
use merhaba_shared::protocol::ids::{Millis, SiteKey};
use serde::Serialize;

/// A canned reply that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptCanned {
    /// Opaque.
    pub id: String,
    /// The reply.
    #[serde(flatten)]
    pub canned: Canned,
}

/// The canned replies of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllCanned {
    /// Grows with every change.
    pub version: u64,
    /// By name; `None`: as they were at the version that was named.
    pub replies: Option<Vec<KeptCanned>>,
}

/// What came of keeping one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedCanned {
    /// It is kept; the site's new version.
    Saved(u64),
    /// Another one has its name, for the same language.
    Taken,
    /// The site has as many as it may.
    Full,
    /// There is no such site, or the id is another site's.
    NotFound,
}

/// The store's half of canned replies. Who may is decided before.
pub trait CannedStore {
    /// Those of a site, unless they are as they were at the version that the page knows.
    fn canned(&self, site: SiteKey, known: Option<u64>) -> Pending<Option<AllCanned>>;
    /// Keeps one, in the place of the one with its id if there is one.
    fn save_canned(&self, site: SiteKey, reply: KeptCanned, at: Millis) -> Pending<SavedCanned>;
    /// Takes one away, if it is there.
    fn forget_canned(&self, site: SiteKey, id: String) -> Pending<bool>;
}
