//! The one task that takes alerts from the queue and brings them to push services. What fails for the moment is tried again,
//! each time later; what is too much, too old or refused is given up and counted. It logs no endpoint and no conversation.
use super::{
    alert::{Alert, Alerts, Whom},
    endpoint::Endpoint,
    post::{Letter, Post, Posted},
    seal::seal,
    vapid::Vapid,
};
use crate::{
    chat::{ABSOLUTE_MS, IDLE_MS},
    clock::Clock,
    store::{Store, StoreError, Target},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

/// Letters that may be on their way, those that wait for another try among them.
const AT_ONCE: usize = 64;
/// How often one is tried.
const TRIES: u32 = 4;
/// How long the second try waits, if the push service says nothing; each further one four times as long.
const AGAIN: Duration = Duration::from_secs(2);
/// The longest that a push service may make one wait.
const LONGEST: Duration = Duration::from_mins(1);
/// No second alert of the same kind about the same conversation within this time: the first says as much.
const APART: Duration = Duration::from_secs(20);
/// Alerts to one browser in a minute.
const A_MINUTE: usize = 30;
const MINUTE: Duration = Duration::from_mins(1);

/// What was told to one browser lately: when, and of what.
type Lately = Vec<(Instant, [u8; 32])>;

/// What the courier needs.
pub struct Courier {
    /// Whose browsers are where.
    pub store: Arc<dyn Store>,
    /// The queue.
    pub alerts: Arc<Alerts>,
    /// Who sends.
    pub vapid: Arc<Vapid>,
    /// How it goes out.
    pub post: Arc<Post>,
    /// The relay's own origin.
    pub relay: String,
    /// Time and randomness.
    pub clock: Clock,
}

impl Courier {
    /// Works until the relay ends.
    pub async fn run(self) {
        let Some(mut queue) = self.alerts.take() else { return };
        let mut lately = HashMap::new();
        let mut under_way = FuturesUnordered::new();
        loop {
            tokio::select! {
                Some(()) = under_way.next(), if !under_way.is_empty() => {}
                alert = queue.recv(), if under_way.len() < AT_ONCE => {
                    let Some(alert) = alert else { return };
                    match self.letters(&alert, &mut lately).await {
                        Ok(letters) => under_way.extend(letters.into_iter().map(|letter| self.deliver(letter))),
                        Err(error) => tracing::warn!(%error, "closed pages hear nothing for now"),
                    }
                }
            }
        }
    }

    /// A letter for each browser that is to hear of it.
    async fn letters(
        &self,
        alert: &Alert,
        lately: &mut HashMap<String, Lately>,
    ) -> Result<Vec<(Letter, String)>, StoreError> {
        let now = self.clock.now();
        let targets = self.store.push_targets(alert.site.clone(), now - IDLE_MS, now - ABSOLUTE_MS).await?;
        let monotonic = self.clock.monotonic();
        lately.retain(|_, told| {
            told.retain(|(at, _)| monotonic.duration_since(*at) < MINUTE);
            !told.is_empty()
        });
        let of = about(alert);
        let site = match &alert.whom {
            Whom::Department(_) => self.store.site(alert.site.clone()).await?,
            _ => None,
        };
        let departments = site.map(|site| site.settings.departments).unwrap_or_default();
        let concerned = targets.into_iter().filter(|target| alert.concerns(target, &departments));
        let concerned = concerned.filter(|target| {
            is_news(lately.entry(target.subscription.endpoint.clone()).or_default(), of, monotonic)
        });
        Ok(concerned.filter_map(|target| self.letter(alert, &target)).collect())
    }

    fn letter(&self, alert: &Alert, target: &Target) -> Option<(Letter, String)> {
        let endpoint = Endpoint::read(&target.subscription.endpoint, self.post.is_local())?;
        let text = json!({
            "kind": alert.kind.word(),
            "conversation": alert.conversation.as_str(),
            "site": target.site_name,
        });
        let body = seal(self.clock, &target.subscription, text.to_string().as_bytes())?;
        let now = self.clock.now();
        let authorization = self.vapid.authorization(&endpoint.origin, &self.relay, now)?;
        let hash = Sha256::digest(alert.conversation.as_str());
        // As long as a topic may be; of the conversation it tells the push service nothing.
        let topic = URL_SAFE_NO_PAD.encode(&hash[..24]);
        Some((
            Letter { endpoint, authorization, topic, body: body.into() },
            target.subscription.endpoint.clone(),
        ))
    }

    async fn deliver(&self, (letter, endpoint): (Letter, String)) {
        let mut pause = AGAIN;
        for tried in 1..=TRIES {
            match self.post.post(&letter).await {
                Posted::Taken => {
                    self.alerts.sent.fetch_add(1, Relaxed);
                    return;
                }
                Posted::Gone => {
                    self.alerts.gone.fetch_add(1, Relaxed);
                    if let Err(error) = self.store.forget_endpoint(endpoint).await {
                        tracing::warn!(%error, "a browser that is reached no more is kept for now");
                    }
                    return;
                }
                Posted::Later(wait) if tried < TRIES => {
                    tokio::time::sleep(wait.map_or(pause, |wait| wait.min(LONGEST))).await;
                    pause *= 4;
                }
                Posted::Later(_) | Posted::Refused => break,
            }
        }
        self.alerts.failed.fetch_add(1, Relaxed);
    }
}

/// What an alert is about, as short as that: a repeat says nothing new.
fn about(alert: &Alert) -> [u8; 32] {
    let Alert { kind, conversation, .. } = alert;
    // Whom it concerns makes a rung of the ladder news.
    Sha256::digest(format!("{}\0{}\0{:?}", kind.word(), conversation.as_str(), alert.whom)).into()
}

/// Whether a browser is told, and notes that it was.
fn is_news(told: &mut Lately, of: [u8; 32], now: Instant) -> bool {
    let again = told.iter().any(|(at, what)| *what == of && now.duration_since(*at) < APART);
    if again || told.len() >= A_MINUTE {
        return false;
    }
    told.push((now, of));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_waits_and_nobody_is_flooded() {
        let (mut told, now) = (Lately::new(), Clock.monotonic());
        assert!(is_news(&mut told, [1; 32], now));
        assert!(!is_news(&mut told, [1; 32], now + APART / 2), "the first says as much");
        assert!(is_news(&mut told, [2; 32], now), "another conversation");
        assert!(is_news(&mut told, [1; 32], now + APART));
        let more = (3..=255).filter(|of| is_news(&mut told, [*of; 32], now)).count();
        assert_eq!(more, A_MINUTE - 3);
    }

    #[test]
    fn another_rung_is_news() {
        use crate::push::alert::Kind;
        let alert = |whom| Alert { kind: Kind::Unattended, site: "s".into(), conversation: "c".into(), whom };
        assert_ne!(about(&alert(Whom::Team)), about(&alert(Whom::Admins)));
    }
}
