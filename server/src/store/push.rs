//! The store's half of alerts to closed pages: the relay's key, and where each browser is reached.
use super::{Pending, SecretHash};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AgentId, Millis, SiteKey},
};

/// Subscriptions that are kept of one agent; beyond, the oldest go.
pub const SUBSCRIPTIONS: usize = 10;

/// Where a browser is reached, and what for. Its endpoint is as good as a secret: whoever knows it may try.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The address that its push service gave it.
    pub endpoint: String,
    /// Its public key, a point of P-256, uncompressed.
    pub p256dh: [u8; 65],
    /// What it and the relay share.
    pub auth: [u8; 16],
}

/// A browser of somebody of a site.
#[derive(Clone)]
pub struct Target {
    /// Who.
    pub agent: AgentId,
    /// What they are on the site.
    pub role: Role,
    /// The site's name.
    pub site_name: String,
    /// Where they are reached.
    pub subscription: Subscription,
}

/// Durable subscriptions.
pub trait PushStore {
    /// The relay's key, as PKCS #8: the one that is kept, else this one, which is kept from now on.
    fn push_key(&self, new: Vec<u8>) -> Pending<Vec<u8>>;
    /// Keeps where the browser of a sign-in is reached, in the place of what was; false: there is no such sign-in.
    fn subscribe(&self, secret: SecretHash, subscription: Subscription, at: Millis) -> Pending<bool>;
    /// Forgets it.
    fn unsubscribe(&self, secret: SecretHash) -> Pending<()>;
    /// Forgets whose endpoint this is: the push service knows it no more.
    fn forget_endpoint(&self, endpoint: String) -> Pending<()>;
    /// The browsers of everybody of a site whose sign-in was used after `used` and made after `made`.
    fn push_targets(&self, site: SiteKey, used: Millis, made: Millis) -> Pending<Vec<Target>>;
}
