//! Alerts that climb: a visitor whom nobody answers is told to the whole team, then to owners and admins, each site in its
//! own time; and whoever calls for those at once. Never decides what an agent may: the session asks the rules first.
use super::{Chat, alarm, alerts};
use crate::store::{Changed, Pending, StoreError, Then};
use merhaba_shared::protocol::{ids::AgentId, triage::Escalate};
use std::{sync::Arc, time::Duration};

/// A message that nobody answers asks for no look of its own, so that writing stays as cheap as it is: sites are looked at
/// as often, which is how late a rung may come.
const LOOK_EVERY: Duration = Duration::from_secs(10);

impl Chat {
    /// Calls owners and admins, with a reason that was checked.
    pub fn escalate(&self, agent: &AgentId, escalate: Escalate) -> Pending<Option<Changed>> {
        let Escalate { conversation, reason } = escalate;
        self.store.escalate(agent.clone(), conversation, reason, self.clock.now(), self.sorted())
    }

    /// Climbs, for ever, each at its time; what came due while nobody ran, at once, one rung.
    pub fn climbing(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let chat = self.clone();
        let what = "nobody more is told of visitors who wait for now";
        async move { alarm::watch(&chat.ladder, what, || chat.climb()).await }
    }

    /// Climbs where it is due; how long to wait for the next. Where a site is closed nobody is called: what waits there
    /// climbs when it opens.
    pub async fn climb(&self) -> Result<Option<Duration>, StoreError> {
        let mut wait = LOOK_EVERY;
        for site in self.store.sites().await? {
            let (routing, now) = (site.settings.routing, self.clock.now());
            if site.settings.reception.hours.as_ref().is_some_and(|hours| !hours.are_open(now)) {
                continue;
            }
            let Some(next) = self.store.next_climb(site.key.clone(), routing).await? else { continue };
            if next <= now {
                // Where nobody can be told there is no hurry either.
                let climbed = self.store.climb(site.key, routing, now, self.told()).await?;
                wait = if climbed.is_empty() { wait } else { Duration::ZERO };
            } else {
                wait = wait.min(alarm::until(next, now));
            }
        }
        Ok(Some(wait))
    }

    /// A row is told even where only a number of it grew.
    fn told(&self) -> Then<Vec<Changed>> {
        let publisher = self.publisher.clone();
        Box::new(move |all| {
            for changed in all {
                publisher.done(changed.activity.as_ref(), &changed.row);
                if changed.activity.is_none() {
                    publisher.alert(Some(alerts::unattended(&changed.row)));
                }
                publisher.row(&changed.row);
            }
        })
    }
}
