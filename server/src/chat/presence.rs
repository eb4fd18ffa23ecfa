//! Which sites have somebody there: at least one agent connected and not away, while the site is open. In memory, never
//! stored; away lasts as long as the relay runs.
use super::{Chat, publish::Publisher};
use crate::{
    bus::Hint,
    clock::Clock,
    domain::hours::Hours,
    hub::{Topic, Weight},
    store::StoreError,
};
use merhaba_shared::protocol::{
    agent::{self, SetStatus},
    ids::{AgentId, Millis, SiteKey},
    visitor,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often closed sites are looked at whether they have opened, and open ones whether they have closed.
const LOOK_EVERY: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Register {
    /// Sessions of each agent on each site.
    sites: HashMap<SiteKey, HashMap<AgentId, usize>>,
    away: HashSet<AgentId>,
    /// There, but given nothing more.
    busy: HashSet<AgentId>,
    /// Since when agents who were there are not, on the clock that only goes forward.
    gone: HashMap<AgentId, Instant>,
    /// When the sites that are not always open are.
    hours: HashMap<SiteKey, Hours>,
    /// What was told last; of sites that are not here, that nobody is there.
    told: HashMap<SiteKey, visitor::Presence>,
}

impl Register {
    /// Nobody is shown as there while the site is closed, even if they have left their page open.
    fn presence(&self, site: &SiteKey, now: Millis) -> visitor::Presence {
        let opening = self.hours.get(site).map_or(Some(now), |hours| hours.next_opening(now));
        let open = opening == Some(now);
        let here = self.sites.get(site);
        let anybody = here.is_some_and(|agents| agents.keys().any(|agent| !self.away.contains(agent)));
        visitor::Presence { online: open && anybody, back_at: opening.filter(|_| !open) }
    }

    fn sites_of(&self, agent: &AgentId) -> Vec<SiteKey> {
        let here = self.sites.iter().filter(|(_, agents)| agents.contains_key(agent));
        here.map(|(site, _)| site.clone()).collect()
    }

    fn is_here(&self, agent: &AgentId) -> bool {
        self.sites.values().any(|agents| agents.contains_key(agent))
    }

    /// Notes since when an agent is gone, or that they are there.
    fn look_after(&mut self, agent: &AgentId, now: Instant) {
        if self.is_here(agent) && !self.away.contains(agent) {
            self.gone.remove(agent);
        } else {
            self.gone.entry(agent.clone()).or_insert(now);
        }
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

    /// What has to be told of a site, if it is another thing than what was told last.
    fn news(&mut self, site: &SiteKey, now: Millis) -> Option<visitor::Presence> {
        let presence = self.presence(site, now);
        if self.told.get(site).copied().unwrap_or_default() == presence {
            return None;
        }
        if presence == visitor::Presence::default() {
            self.told.remove(site);
        } else {
            self.told.insert(site.clone(), presence);
        }
        Some(presence)
    }
}

/// The register of who is there.
pub(super) struct Presence {
    register: Mutex<Register>,
    publisher: Publisher,
    clock: Clock,
    began: Instant,
}

impl Presence {
    pub(super) fn new(publisher: Publisher, clock: Clock) -> Self {
        Self { register: Mutex::default(), publisher, clock, began: clock.monotonic() }
    }

    /// Agents of a site who can be given conversations now.
    pub(super) fn takers(&self, site: &SiteKey) -> Vec<AgentId> {
        let register = self.lock();
        let here = register.sites.get(site).into_iter().flat_map(HashMap::keys);
        let takes = |agent: &&AgentId| !register.away.contains(*agent) && !register.busy.contains(*agent);
        here.filter(takes).cloned().collect()
    }

    /// Whether an agent has been gone for so long. Whoever was not seen yet may be coming back since the relay began.
    pub(super) fn is_gone(&self, agent: &AgentId, site: &SiteKey, after: Duration) -> bool {
        let register = self.lock();
        let here = register.sites.get(site).is_some_and(|agents| agents.contains_key(agent));
        if here && !register.away.contains(agent) {
            return false;
        }
        let since = register.gone.get(agent).copied().unwrap_or(self.began);
        self.clock.monotonic().saturating_duration_since(since) >= after
    }

    /// Makes a change, and tells of what came of it. Told under the lock, so that what is told last is true.
    fn change(&self, sites: &[SiteKey], change: impl FnOnce(&mut Register)) {
        let mut register = self.lock();
        change(&mut register);
        let now = self.clock.now();
        for site in sites {
            self.tell(&mut register, site, now);
            self.publisher.router().touch(site);
        }
    }

    fn tell(&self, register: &mut Register, site: &SiteKey, now: Millis) {
        let Some(presence) = register.news(site, now) else { return };
        let event = visitor::Event::Presence(presence);
        self.publisher.hub().publish(&Topic::Presence(site.clone()), &Weight::Ephemeral, &event);
        self.publisher.bus().tell(Hint::Presence { site, online: presence.online });
    }

    /// Sets when a site is open.
    pub(super) fn set_hours(&self, site: &SiteKey, hours: Option<Hours>) {
        self.change(std::slice::from_ref(site), |register| {
            match hours {
                Some(hours) => register.hours.insert(site.clone(), hours),
                None => register.hours.remove(site),
            };
        });
    }

    /// Tells of the sites that have opened or closed since. One at a time: everybody who comes asks for the register.
    fn look(&self) {
        let sites: Vec<SiteKey> = self.lock().hours.keys().cloned().collect();
        for site in &sites {
            let mut register = self.lock();
            self.tell(&mut register, site, self.clock.now());
        }
    }

    /// What was told last of a site: each change is told in the same breath, and hours are looked at every ten seconds.
    /// Nothing is reckoned here, where everybody who comes passes through.
    fn told(&self, site: &SiteKey) -> visitor::Presence {
        self.lock().told.get(site).copied().unwrap_or_default()
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
        let now = self.presence.clock.monotonic();
        let leave = |register: &mut Register| {
            self.sites.iter().for_each(|site| register.leave(site, &self.agent));
            register.look_after(&self.agent, now);
        };
        self.presence.change(&self.sites, leave);
    }
}

impl Chat {
    /// Whether an agent of the site is there, or when it opens again: as every page was told last.
    #[must_use]
    pub fn presence(&self, site: &SiteKey) -> visitor::Presence {
        self.presence.told(site)
    }

    /// Learns when the sites are open; later changes come with their settings.
    pub async fn learn_hours(&self) -> Result<(), StoreError> {
        for site in self.store.sites().await? {
            self.presence.set_hours(&site.key, site.settings.reception.hours);
        }
        Ok(())
    }

    /// Watches, for ever, whether sites open or close. The wall's clock is asked each time: should it be set, the sites
    /// follow within the pace of this.
    pub fn watching_hours(&self) -> impl Future<Output = ()> + Send + use<> {
        let presence = self.presence.clone();
        async move {
            let mut ticks = tokio::time::interval(LOOK_EVERY);
            loop {
                ticks.tick().await;
                presence.look();
            }
        }
    }

    /// An agent's session has begun.
    pub fn attend(&self, agent: &AgentId, sites: Vec<SiteKey>) -> Attendance {
        let now = self.clock.monotonic();
        let arrive = |register: &mut Register| {
            for site in &sites {
                let agents = register.sites.entry(site.clone()).or_default();
                *agents.entry(agent.clone()).or_default() += 1;
            }
            register.look_after(agent, now);
        };
        self.presence.change(&sites, arrive);
        Attendance { presence: self.presence.clone(), agent: agent.clone(), sites }
    }

    /// Whether an agent is connected for a site and not marked away.
    #[must_use]
    pub fn is_there(&self, agent: &AgentId, site: &SiteKey) -> bool {
        let register = self.presence.lock();
        let connected = register.sites.get(site).is_some_and(|agents| agents.contains_key(agent));
        connected && !register.away.contains(agent)
    }

    /// Whether an agent is marked away.
    #[must_use]
    pub fn is_away(&self, agent: &AgentId) -> bool {
        self.presence.lock().away.contains(agent)
    }

    /// Whether an agent is marked busy.
    #[must_use]
    pub fn is_busy(&self, agent: &AgentId) -> bool {
        self.presence.lock().busy.contains(agent)
    }

    /// Marks an agent away, busy or back, and tells all their pages.
    pub fn set_status(&self, agent: &AgentId, status: &SetStatus) {
        let (sites, now) = (self.presence.lock().sites_of(agent), self.clock.monotonic());
        self.presence.change(&sites, |register| {
            mark(&mut register.away, agent, status.away);
            mark(&mut register.busy, agent, status.busy);
            register.look_after(agent, now);
        });
        let event = agent::Event::Status(status.clone());
        self.hub().publish(&Topic::Agent(agent.clone()), &Weight::Durable, &event);
    }
}

fn mark(marked: &mut HashSet<AgentId>, agent: &AgentId, on: bool) {
    if on {
        marked.insert(agent.clone());
    } else {
        marked.remove(agent);
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
        let presence = Arc::new(Presence::new(publisher, Clock));
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
        assert!(presence.lock().presence(&"s".into(), 0).online);
        drop(two);
        assert_eq!((heard(), heard()), (Some(false), Option::None));
        presence.change(&["s".into()], |register| _ = register.away.remove(&AgentId::from("a")));
        assert_eq!(heard(), Some(true));
        drop(one);
        assert_eq!(heard(), Some(false));
        assert!(!presence.lock().sites.contains_key(&SiteKey::from("s")));
    }

    #[test]
    fn what_is_told_is_what_would_be_reckoned_after_each_change() {
        let publisher = Publisher::new(Arc::new(Hub::default()), Arc::new(None));
        let presence = Arc::new(Presence::new(publisher, Clock));
        let site = SiteKey::from("s");
        let told = || {
            let told = presence.told(&site);
            assert_eq!(told, presence.lock().presence(&site, Clock.now()));
            (told.online, told.back_at.is_some())
        };
        // Open on one day only: today, or in a month.
        let hours = |days: i64| {
            let day = jiff::Timestamp::from_millisecond(Clock.now() + days * 86_400_000).expect("a time");
            let date = day.strftime("%Y-%m-%d");
            let text =
                format!(r#"{{"zone":"UTC","holidays":[{{"date":"{date}","spans":["00:00-24:00"]}}]}}"#);
            Some(serde_json::from_str::<Hours>(&text).expect("hours"))
        };
        assert_eq!(told(), (false, false), "of a site that nobody has told of");
        presence.set_hours(&site, hours(30));
        assert_eq!(told(), (false, true));
        let one = change(&presence, "a", "s");
        assert_eq!(told(), (false, true), "somebody is there, and it is closed");
        presence.set_hours(&site, hours(0));
        assert_eq!(told(), (true, false));
        drop(one);
        assert_eq!(told(), (false, false));
        presence.set_hours(&site, hours(30));
        presence.set_hours(&site, Option::None);
        assert_eq!(told(), (false, false), "always open");
    }

    const TRUE: &str = r#"{"Presence":{"online":true,"back_at":null}}"#;
}
