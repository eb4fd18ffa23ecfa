//! Passwords: argon2id and nothing else. At most two are worked on at once, since each takes 19 MiB and a core.
use crate::clock::Clock;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// The shortest password.
pub const SHORTEST: usize = 8;
/// The longest, in bytes: argon2 would take more, nobody needs it.
pub const LONGEST: usize = 1_024;

/// The hash of a password that nobody knows: what is typed for an unknown account is compared with it, so that it takes
/// as long as for a known one.
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cTkqYxWH5r64a0017QJJsA$iLKzTcqyuL7iUCWLNVx1MFYVXooa8tdVxFGM3Ug3Uvw";

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// At once.
const AT_ONCE: usize = 2;
/// How long one more may wait for its turn.
const WAIT: Duration = Duration::from_secs(1);

/// There is no turn to be had: try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// What came of comparing a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the one.
    Wrong,
    /// It is.
    Right,
    /// It is, and its hash was made with weaker parameters: this one replaces it.
    Renew(String),
}

fn argon2() -> Argon2<'static> {
    // The parameters are constants within the allowed range; the default would be the same ones.
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a new password may be one.
pub fn check(password: &str) -> Result<(), String> {
    match password.chars().count() {
        count if count < SHORTEST => Err(format!("a password has at least {SHORTEST} characters")),
        _ if password.len() > LONGEST => Err(format!("a password has at most {LONGEST} bytes")),
        _ => Ok(()),
    }
}

/// Hashes a password, in the PHC format. Takes its time: not for an async task.
pub fn hash(password: &str, clock: Clock) -> String {
    let salt: [u8; 16] = clock.random();
    #[expect(clippy::expect_used, reason = "constant parameters and a salt of the right size")]
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt).expect("argon2id hashes");
    hash.to_string()
}

/// Compares a password with a hash. Takes its time: not for an async task.
pub fn compare(password: &str, phc: &str, clock: Clock) -> Verdict {
    let Ok(parsed) = PasswordHash::new(phc) else { return Verdict::Wrong };
    if argon2().verify_password(password.as_bytes(), &parsed).is_err() {
        return Verdict::Wrong;
    }
    let current = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
    if phc.starts_with(&current) { Verdict::Right } else { Verdict::Renew(hash(password, clock)) }
}

/// The turns.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    /// Does a piece of password work off the async tasks when its turn comes.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let turn = tokio::time::timeout(WAIT, self.0.clone().acquire_owned()).await.ok().and_then(Result::ok);
        let turn = turn.ok_or(Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::{NOBODY, Verdict, check, compare, hash};
    use crate::clock::Clock;
    use argon2::{Argon2, Params, PasswordHasher};

    #[test]
    fn an_unknown_account_costs_what_a_known_one_costs() {
        assert_eq!(compare("whatever is typed", NOBODY, Clock::default()), Verdict::Wrong);
        let parameters = |phc: &str| phc.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(NOBODY), parameters(&hash("of a known account", Clock::default())));
    }

    #[test]
    fn the_hash_is_what_the_rules_ask_for() {
        let phc = hash("doğru parola", Clock);
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(compare("doğru parola", &phc, Clock), Verdict::Right);
        assert_eq!(compare("dogru parola", &phc, Clock), Verdict::Wrong);
        assert_eq!(compare("doğru parola", "nonsense", Clock), Verdict::Wrong);
    }

    #[test]
    fn a_weaker_hash_is_made_anew() {
        let weak = Argon2::from(Params::new(8, 1, 1, None).expect("parameters"));
        let phc = weak.hash_password_with_salt(b"password", b"saltsaltsalt").expect("hashed").to_string();
        let Verdict::Renew(new) = compare("password", &phc, Clock) else { panic!("not renewed") };
        assert_eq!(compare("password", &new, Clock), Verdict::Right);
    }

    #[test]
    fn short_ones_are_refused() {
        assert!(check("1234567").is_err());
        assert!(check("şşşşşşşş").is_ok());
        assert!(check(&"x".repeat(2000)).is_err());
    }
}
