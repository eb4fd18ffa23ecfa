//! Visitors that have been given a token and have not written yet. Nothing of them is stored; the token names them
//! as long as one of their sockets is open, so that two tabs of one visitor can begin together. Bounded by the sockets.
use super::visitors::secret_hash;
use crate::{clock::Clock, store::SecretHash};
use merhaba_shared::protocol::ids::{SiteKey, Token, VisitorId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Whom a token names, on how many sockets.
struct Place {
    site: SiteKey,
    visitor: VisitorId,
    sockets: usize,
}

/// Everybody who has a token and no row.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<HashMap<SecretHash, Place>>>);

/// Keeps a visitor's token good until it is dropped.
pub struct Stay {
    waiting: Waiting,
    hash: SecretHash,
}

impl Waiting {
    /// Somebody new.
    pub(super) fn arrive(&self, site: &SiteKey, clock: Clock) -> (VisitorId, Token, Stay) {
        let (visitor, token) = (VisitorId(clock.id()), Token(clock.secret()));
        let hash = secret_hash(&token.0);
        let place = Place { site: site.clone(), visitor: visitor.clone(), sockets: 1 };
        self.places().insert(hash, place);
        (visitor, token, Stay { waiting: self.clone(), hash })
    }

    /// Another socket of somebody who waits on this site.
    pub(super) fn join(&self, site: &SiteKey, hash: SecretHash) -> Option<(VisitorId, Stay)> {
        let mut places = self.places();
        let place = places.get_mut(&hash).filter(|place| place.site == *site)?;
        place.sockets += 1;
        Some((place.visitor.clone(), Stay { waiting: self.clone(), hash }))
    }

    fn places(&self) -> MutexGuard<'_, HashMap<SecretHash, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        let mut places = self.waiting.places();
        if let Some(place) = places.get_mut(&self.hash) {
            place.sockets -= 1;
            if place.sockets == 0 {
                places.remove(&self.hash);
            }
        }
    }
}

impl std::fmt::Debug for Stay {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Stay")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_while_a_socket_is_open() {
        let waiting = Waiting::default();
        let (visitor, token, first) = waiting.arrive(&"a".into(), Clock);
        let hash = secret_hash(&token.0);
        assert!(waiting.join(&"b".into(), hash).is_none(), "another site");
        let (same, second) = waiting.join(&"a".into(), hash).expect("still there");
        assert_eq!(same, visitor);
        drop(first);
        assert!(waiting.join(&"a".into(), hash).is_some());
        drop(second);
        assert!(waiting.join(&"a".into(), hash).is_none());
        assert!(waiting.places().is_empty());
    }
}
