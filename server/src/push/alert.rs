//! What is told to closed pages, to whom, and the queue in front of the courier. Putting in never waits: what finds the queue
//! full is dropped and counted, since a page that opens sees everything anyway.
use crate::{
    domain::{
        conversation::{Action, may},
        department::{Department, answers},
    },
    store::Target,
};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AgentId, ConversationId, SiteKey},
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Alerts that may wait for the courier.
const WAITING: usize = 256;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A visitor wrote.
    Wrote,
    /// A conversation was handed over.
    Given,
    /// Somebody was mentioned in a note.
    Mentioned,
    /// Something waits for approval.
    Approval,
    /// Nobody answers.
    Unattended,
}

impl Kind {
    /// Its word in what is sent.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Given => "given",
            Self::Mentioned => "mentioned",
            Self::Approval => "approval",
            Self::Unattended => "unattended",
        }
    }
}

/// Whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// One agent.
    One(AgentId),
    /// Everybody of the site who answers.
    Team,
    /// Those of a department, by its id.
    Department(String),
    /// Its owners and admins.
    Admins,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What happened.
    pub kind: Kind,
    /// Where.
    pub site: SiteKey,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Who hears of it.
    pub whom: Whom,
}

impl Alert {
    /// Whether it concerns somebody; the site has these departments.
    #[must_use]
    pub fn concerns(&self, target: &Target, departments: &[Department]) -> bool {
        match &self.whom {
            Whom::One(agent) => *agent == target.agent,
            Whom::Team => may(target.role, Action::Reply),
            Whom::Department(id) => {
                may(target.role, Action::Reply) && answers(departments, &target.agent, Some(id))
            }
            Whom::Admins => matches!(target.role, Role::Owner | Role::Admin),
        }
    }
}

/// The queue, and what became of what was in it. Never an id, an endpoint or a text.
#[derive(Debug)]
pub struct Alerts {
    into: Sender<Alert>,
    from: Mutex<Option<Receiver<Alert>>>,
    /// Handed to a push service.
    pub sent: AtomicU64,
    /// Given up, or dropped where too much waited.
    pub failed: AtomicU64,
    /// Subscriptions that a push service knows no more.
    pub gone: AtomicU64,
}

impl Default for Alerts {
    fn default() -> Self {
        let (into, from) = channel(WAITING);
        Self {
            into,
            from: Mutex::new(Some(from)),
            sent: AtomicU64::default(),
            failed: AtomicU64::default(),
            gone: AtomicU64::default(),
        }
    }
}

impl Alerts {
    /// Queues one.
    pub fn put(&self, alert: Alert) {
        if self.into.try_send(alert).is_err() {
            self.failed.fetch_add(1, Relaxed);
        }
    }

    /// The other end, for the courier; there is one.
    pub fn take(self: &Arc<Self>) -> Option<Receiver<Alert>> {
        self.from.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Subscription;

    #[test]
    fn each_hears_what_concerns_them() {
        let target = |agent: &str, role| Target {
            agent: agent.into(),
            role,
            site_name: String::new(),
            subscription: Subscription { endpoint: String::new(), p256dh: [0; 65], auth: [0; 16] },
        };
        let alert = |whom| Alert { kind: Kind::Wrote, site: "s".into(), conversation: "c".into(), whom };
        let departments = [Department {
            id: "sales".into(),
            name: [("en".to_owned(), "Sales".to_owned())].into(),
            members: vec!["a".into(), "t".into()],
            offered: true,
        }];
        for (whom, agent, trainee, owner) in [
            (Whom::One("a".into()), true, false, false),
            (Whom::Team, true, false, true),
            (Whom::Department("sales".into()), true, false, false),
            (Whom::Department("gone".into()), true, false, true),
            (Whom::Admins, false, false, true),
        ] {
            let alert = alert(whom);
            assert_eq!(alert.concerns(&target("a", Role::Agent), &departments), agent);
            assert_eq!(alert.concerns(&target("t", Role::Trainee), &departments), trainee);
            assert_eq!(alert.concerns(&target("o", Role::Owner), &departments), owner);
        }
    }

    #[test]
    fn a_full_queue_holds_nobody_up() {
        let alerts = Arc::new(Alerts::default());
        let alert = Alert { kind: Kind::Wrote, site: "s".into(), conversation: "c".into(), whom: Whom::Team };
        for _ in 0..=WAITING {
            alerts.put(alert.clone());
        }
        assert_eq!(alerts.failed.load(Relaxed), 1);
        assert!(alerts.take().is_some() && alerts.take().is_none());
    }
}
