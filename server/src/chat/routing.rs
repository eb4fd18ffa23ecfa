//! Gives conversations that wait to agents who have room, as each site's owner has set it. Whatever changes, a message,
//! a resolved conversation, an agent who comes or goes, has the site looked at again; what is given is settled by the
//! store, so that whoever takes a conversation by hand in the same moment has it.
use super::{Chat, counts::Moved, presence::Presence, publish::Publisher};
use crate::{
    clock::Clock,
    domain::{
        department::Department,
        routing::{Mode, Routing, Taker, plan},
    },
    store::{Changed, SiteSettings, Store, StoreError},
};
use merhaba_shared::protocol::ids::{AgentId, SiteKey};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::MissedTickBehavior;

/// How often sites are looked at though nothing happened: an agent may have been gone for too long.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Between two rounds: what happens meanwhile is looked at together.
const PACE: Duration = Duration::from_millis(50);
/// Conversations of a site that are given in one round.
const AT_ONCE: usize = 256;

/// How a site gives conversations, and to whom of its team.
struct Rules {
    routing: Routing,
    departments: Vec<Department>,
}

#[derive(Default)]
struct Sites {
    /// Those that give conversations by themselves.
    routing: HashMap<SiteKey, Arc<Rules>>,
    /// When each agent was given one last, as a number that grows.
    given: HashMap<AgentId, u64>,
    last: u64,
}

/// Which sites are to be looked at.
#[derive(Default)]
pub(super) struct Router {
    sites: Mutex<Sites>,
    touched: Moved,
}

impl Router {
    /// Something happened on a site.
    pub(super) fn touch(&self, site: &SiteKey) {
        if self.lock().routing.contains_key(site) {
            self.touched.note(site);
        }
    }

    /// How a site gives its conversations from now on.
    pub(super) fn set(&self, site: &SiteKey, settings: &SiteSettings) {
        let mut sites = self.lock();
        let (routing, departments) = (settings.routing, settings.departments.clone());
        if routing.mode == Mode::Hand {
            sites.routing.remove(site);
        } else {
            sites.routing.insert(site.clone(), Arc::new(Rules { routing, departments }));
        }
        drop(sites);
        self.touch(site);
    }

    fn touch_all(&self) {
        self.lock().routing.keys().for_each(|site| self.touched.note(site));
    }

    fn take(&self) -> Vec<(SiteKey, Arc<Rules>)> {
        let sites = self.lock();
        self.touched
            .take()
            .into_iter()
            .filter_map(|site| sites.routing.get(&site).map(|rules| (site, rules.clone())))
            .collect()
    }

    /// Agents with what they carry and when they were given one last; and the last number.
    fn takers(&self, agents: Vec<AgentId>, loads: &HashMap<AgentId, u32>) -> (Vec<Taker>, u64) {
        let sites = self.lock();
        let taker = |agent: AgentId| Taker {
            load: loads.get(&agent).copied().unwrap_or_default(),
            given: sites.given.get(&agent).copied().unwrap_or_default(),
            agent,
        };
        (agents.into_iter().map(taker).collect(), sites.last)
    }

    fn gave(&self, agent: &AgentId) {
        let mut sites = self.lock();
        sites.last += 1;
        let last = sites.last;
        sites.given.insert(agent.clone(), last);
    }

    fn lock(&self) -> MutexGuard<'_, Sites> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a round works with.
struct Round {
    store: Arc<dyn Store>,
    presence: Arc<Presence>,
    publisher: Publisher,
    clock: Clock,
}

impl Round {
    /// Gives what waits on a site to who has room there.
    async fn give(&self, site: &SiteKey, rules: &Rules) -> Result<(), StoreError> {
        let Rules { routing, departments } = rules;
        let router = self.publisher.router();
        let agents = self.presence.takers(site);
        if agents.is_empty() {
            return Ok(());
        }
        let loads: HashMap<AgentId, u32> = self.store.loads(site.clone()).await?.into_iter().collect();
        let after = Duration::from_secs(60 * u64::from(routing.gone_minutes));
        let is_gone =
            |agent: &&AgentId| routing.gone_minutes > 0 && self.presence.is_gone(agent, site, after);
        let gone: Vec<AgentId> = loads.keys().filter(is_gone).cloned().collect();
        let waiting = self.store.queue(site.clone(), gone, AT_ONCE).await?;
        let more = waiting.len() == AT_ONCE;
        let (mut takers, last) = router.takers(agents, &loads);
        let plan = plan(*routing, departments, &mut takers, waiting, last);
        let some = !plan.is_empty();
        for (waiting, to) in plan {
            let publisher = self.publisher.clone();
            let then = move |changed: &Option<Changed>| {
                if let Some(changed) = changed {
                    publisher.sorted(changed);
                }
            };
            let (now, from) = (self.clock.now(), waiting.owner);
            let done = self.store.route(waiting.conversation, from, to.clone(), now, Box::new(then));
            if done.await?.is_some() {
                router.gave(&to);
            }
        }
        if more && some {
            router.touch(site);
        }
        Ok(())
    }
}

impl Chat {
    /// Learns how the sites give conversations; later changes come with their settings.
    pub async fn learn_routing(&self) -> Result<(), StoreError> {
        for site in self.store.sites().await? {
            self.publisher.router().set(&site.key, &site.settings);
        }
        Ok(())
    }

    /// Gives, for ever, what waits to who has room. A store that cannot do it now is asked again a little later.
    pub fn routing(&self) -> impl Future<Output = ()> + Send + use<> {
        let round = Round {
            store: self.store.clone(),
            presence: self.presence.clone(),
            publisher: self.publisher.clone(),
            clock: self.clock,
        };
        async move {
            let router = round.publisher.router().clone();
            let (mut looks, mut pace) = (tokio::time::interval(LOOK_EVERY), tokio::time::interval(PACE));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = router.touched.wait() => {}
                    _ = looks.tick() => router.touch_all(),
                }
                for (site, rules) in router.take() {
                    if let Err(error) = round.give(&site, &rules).await {
                        tracing::warn!(%site, %error, "conversations could not be given");
                    }
                }
                pace.tick().await;
            }
        }
    }
}
