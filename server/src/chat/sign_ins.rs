//! Agents' sign-ins: how long they last, and that ending one ends its sockets. Never sees a password.
use super::Chat;
use crate::{
    hub::Topic,
    store::{Pending, SecretHash, SignIn, StoreError},
};
use merhaba_shared::protocol::{close::REVOKED, ids::Millis};

/// A sign-in that was not used for so long has ended.
pub const IDLE_MS: Millis = 12 * 60 * 60 * 1000;
/// A sign-in ends after so long, however much it is used.
pub const ABSOLUTE_MS: Millis = 14 * 24 * 60 * 60 * 1000;
/// Its use is noted at most so often.
const TOUCH_MS: Millis = 60 * 1000;

/// Whether a sign-in still counts.
#[must_use]
pub const fn is_fresh(sign_in: &SignIn, now: Millis) -> bool {
    now.saturating_sub(sign_in.seen_at) < IDLE_MS && now.saturating_sub(sign_in.at) < ABSOLUTE_MS
}

impl Chat {
    /// A sign-in by its secret's hash, if it still counts; notes that it was used.
    pub async fn signed_in(&self, secret: SecretHash) -> Result<Option<SignIn>, StoreError> {
        let now = self.clock.now();
        let found = self.store.signed_in(secret).await?.filter(|sign_in| is_fresh(sign_in, now));
        if found.as_ref().is_some_and(|sign_in| now - sign_in.seen_at >= TOUCH_MS) {
            // Queued by the call; nobody has to wait for it.
            drop(self.store.touch_sign_in(secret, now));
        }
        Ok(found)
    }

    /// Ends a sign-in, and closes its sockets.
    pub async fn sign_out(&self, secret: SecretHash) -> Result<(), StoreError> {
        let ending: Pending<()> = self.store.sign_out(secret);
        let ended = ending.await;
        self.kick(secret);
        ended
    }

    /// Closes a sign-in's sockets.
    pub fn kick(&self, secret: SecretHash) {
        self.hub().close(&Topic::SignIn(secret), REVOKED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Agent;

    #[test]
    fn a_sign_in_ends_by_idleness_and_by_age() {
        let agent = Agent {
            id: "a".into(),
            email: String::new(),
            name: String::new(),
            password_hash: String::new(),
            memberships: Vec::new(),
        };
        let mut sign_in = SignIn { agent, at: 0, seen_at: 0 };
        assert!(is_fresh(&sign_in, IDLE_MS - 1));
        assert!(!is_fresh(&sign_in, IDLE_MS));
        sign_in.seen_at = ABSOLUTE_MS - 1;
        assert!(is_fresh(&sign_in, ABSOLUTE_MS - 1));
        assert!(!is_fresh(&sign_in, ABSOLUTE_MS));
    }
}
