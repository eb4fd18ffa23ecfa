//! Which sites have somebody there: at least one agent connected and not away. In memory, never stored; away lasts
//! as long as the relay runs.
use super::{Chat, publish::Publisher};
use crate::{
    bus::Hint,
    hub::{Topic, Weight},
};
use merhaba_shared::protocol::{
    agent::{self, SetStatus},
    ids::{AgentId, SiteKey},
    visitor,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
struct Register {
    /// Sessions of each agent on each site.
    sites: HashMap<SiteKey, HashMap<AgentId, usize>>,
    away: HashSet<AgentId>,
}

impl Register {
    fn online(&self, site: &SiteKey) -> bool {
        let here = self.sites.get(site);
        here.is_some_and(|agents| agents.keys().any(|agent| !self.away.contains(agent)))
    }

    fn sites_of(&self, agent: &AgentId) -> Vec<SiteKey> {
        let here = self.sites.iter().filter(|(_, agents)| agents.contains_key(agent));
        here.map(|(site, _)| site.clone()).collect()
    }

    fn leave(&mut self, site: &SiteKey, agent: &AgentId) {
        let Some(agents) = self.sites.get_mut(site) else { return };
        if let Some(sessions) = agents.get_mut(agent) {
            *sessions -= 1;
            if *sessions == 0 {
                agents.remove(agent);
            }
        }
        if agents.is_empty() {
            self.sites.remove(site);
        }
    }
}

/// The register of who is there.
pub(super) struct Presence {
    register: Mutex<Register>,
    publisher: Publisher,
}

impl Presence {
    pub(super) fn new(publisher: Publisher) -> Self {
        Self { register: Mutex::default(), publisher }
    }

    /// Makes a change, and tells of what came of it. Told under the lock, so that what is told last is true.
    fn change(&self, sites: &[SiteKey], change: impl FnOnce(&mut Register)) {
        let mut register = self.lock();
        let before: Vec<bool> = sites.iter().map(|site| register.online(site)).collect();
        change(&mut register);
        for (site, was) in sites.iter().zip(before) {
            let online = register.online(site);
            if online != was {
                let event = visitor::Event::Presence(visitor::Presence { online });
                self.publisher.hub().publish(&Topic::Presence(site.clone()), &Weight::Ephemeral, &event);
                self.publisher.bus().tell(Hint::Presence { site, online });
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An agent's session counts as being there, as long as this lives.
#[must_use]
pub struct Attendance {
    presence: Arc<Presence>,
    agent: AgentId,
    sites: Vec<SiteKey>,
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let leave = |register: &mut Register| {
            self.sites.iter().for_each(|site| register.leave(site, &self.agent));
        };
        self.presence.change(&self.sites, leave);
    }
}

impl Chat {
    /// Whether an agent of the site is there.
    #[must_use]
    pub fn online(&self, site: &SiteKey) -> bool {
        self.presence.lock().online(site)
    }

    /// An agent's session has begun.
    pub fn attend(&self, agent: &AgentId, sites: Vec<SiteKey>) -> Attendance {
        let arrive = |register: &mut Register| {
            for site in &sites {
                let agents = register.sites.entry(site.clone()).or_default();
                *agents.entry(agent.clone()).or_default() += 1;
            }
        };
        self.presence.change(&sites, arrive);
        Attendance { presence: self.presence.clone(), agent: agent.clone(), sites }
    }

    /// Whether an agent is marked away.
    #[must_use]
    pub fn is_away(&self, agent: &AgentId) -> bool {
        self.presence.lock().away.contains(agent)
    }

    /// Marks an agent away or back, and tells all their pages.
    pub fn set_status(&self, agent: &AgentId, status: &SetStatus) {
        let sites = self.presence.lock().sites_of(agent);
        self.presence.change(&sites, |register| {
            if status.away {
                register.away.insert(agent.clone());
            } else {
                register.away.remove(agent);
            }
        });
        let event = agent::Event::Status(status.clone());
        self.hub().publish(&Topic::Agent(agent.clone()), &Weight::Durable, &event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bus::none::None,
        hub::{
            Hub,
            outbox::{Delivery, Encoded, Outbox},
        },
    };
    use merhaba_shared::protocol::codec::Codec;

    fn change(presence: &Arc<Presence>, agent: &str, site: &str) -> Attendance {
        let (agent, sites) = (AgentId::from(agent), vec![SiteKey::from(site)]);
        presence.change(&sites, |register| {
            *register.sites.entry(sites[0].clone()).or_default().entry(agent.clone()).or_default() += 1;
        });
        Attendance { presence: presence.clone(), agent, sites }
    }

    #[test]
    fn a_site_is_online_from_the_first_agent_to_the_last() {
        let publisher = Publisher::new(Arc::new(Hub::default()), Arc::new(None));
        let presence = Arc::new(Presence::new(publisher));
        let outbox = Arc::new(Outbox::new(Codec::Json));
        let _listening = presence.publisher.hub().subscribe(Topic::Presence("s".into()), &outbox);
        let heard = || match outbox.try_next() {
            Some(Delivery::Packet(packet)) => Some(packet.frame == Encoded::Text(TRUE.into())),
            _ => Option::None,
        };
        let (one, two) = (change(&presence, "a", "s"), change(&presence, "b", "s"));
        let _elsewhere = change(&presence, "a", "t");
        assert_eq!((heard(), heard()), (Some(true), Option::None));
        presence.change(&["s".into()], |register| _ = register.away.insert("a".into()));
        assert!(presence.lock().online(&"s".into()));
        drop(two);
        assert_eq!((heard(), heard()), (Some(false), Option::None));
        presence.change(&["s".into()], |register| _ = register.away.remove(&AgentId::from("a")));
        assert_eq!(heard(), Some(true));
        drop(one);
        assert_eq!(heard(), Some(false));
        assert!(!presence.lock().sites.contains_key(&SiteKey::from("s")));
    }

    const TRUE: &str = r#"{"Presence":{"online":true}}"#;
}
