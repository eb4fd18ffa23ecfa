//! What the operator can order from the command line: add a site, add an agent, make a backup. Carried out on the
//! store, by the relay that has it open or by the command itself; the same checks either way.
use crate::{
    access::password::{self, Turns},
    backups,
    clock::Clock,
    domain::{email, site},
    http::snippet,
    store::{Added, Agent, Holdings, NewAgent, Site, SiteSettings, Store, StoreError},
};
use merhaba_shared::protocol::{agent::Role, ids::AgentId};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// An order.
#[derive(Clone, Serialize, Deserialize)]
pub enum Order {
    /// Adds a site.
    SiteAdd {
        /// Its name.
        name: String,
        /// Origins that may embed it.
        origins: Vec<String>,
    },
    /// Adds an agent.
    AgentAdd {
        /// The site.
        site: String,
        /// Sign-in name.
        email: String,
        /// Name shown.
        name: String,
        /// `owner`, `admin`, `agent` or `trainee`.
        role: String,
        /// The password.
        password: String,
    },
    /// Makes a backup.
    Backup {
        /// The file to make, as an absolute path.
        to: String,
    },
}

impl Order {
    /// How long it may take. A backup takes as long as the disk does.
    #[must_use]
    pub const fn within(&self) -> Duration {
        match self {
            Self::SiteAdd { .. } | Self::AgentAdd { .. } => Duration::from_secs(15),
            Self::Backup { .. } => Duration::from_hours(6),
        }
    }

    /// Whether it may be broken off when the relay stops: it then has changed nothing.
    #[must_use]
    pub const fn may_be_broken_off(&self) -> bool {
        matches!(self, Self::Backup { .. })
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// A site was added.
    Site {
        /// Its key.
        site: String,
        /// Its name.
        name: String,
        /// Its origins.
        origins: Vec<String>,
        /// The line to paste.
        snippet: String,
    },
    /// An agent was added.
    Agent {
        /// Their id.
        agent: String,
        /// Sign-in name.
        email: String,
        /// Name shown.
        name: String,
        /// Role on the site.
        role: String,
        /// The site.
        site: String,
        /// They were known from another site: name and password stay as they were.
        joined: bool,
    },
    /// A backup was made.
    Backup {
        /// The file.
        backup: String,
        /// Its length.
        bytes: u64,
        /// The life of the store it is of.
        epoch: String,
        /// Files of messages that were not there, or not as the store says.
        files_missing: u64,
        /// What it holds.
        #[serde(flatten)]
        holdings: Holdings,
    },
    /// A backup was restored.
    Restored {
        /// The store's file.
        restored: String,
        /// Its epoch from now on.
        epoch: String,
        /// The epoch that the backup was of.
        backup_epoch: String,
        /// Agents' sign-ins that it had: they are ended.
        signed_out: usize,
        /// Files of messages that the backup did not bring, or not as it says.
        files_missing: u64,
        /// Where the store lies that was there before.
        kept: Option<String>,
        /// What it holds.
        #[serde(flatten)]
        holdings: Holdings,
    },
}

/// Where orders are carried out.
pub struct Desk<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// Time and randomness.
    pub clock: Clock,
    /// Turns for password work.
    pub turns: &'a Turns,
    /// The relay's origin, for the snippet.
    pub relay: &'a str,
}

impl Desk<'_> {
    /// Carries out an order; an error is a sentence for the operator.
    pub async fn carry_out(&self, order: Order) -> Result<Outcome, String> {
        match order {
            Order::SiteAdd { name, origins } => self.add_site(&name, &origins).await,
            Order::AgentAdd { site, email, name, role, password } => {
                self.add_agent(&site, &email, &name, &role, password).await
            }
            Order::Backup { to } => self.back_up(to.into()).await,
        }
    }

    async fn add_site(&self, name: &str, origins: &[String]) -> Result<Outcome, String> {
        let name = site::check_name(name).map_err(|error| wrong("--name", name, &error))?;
        let origins = site::check_origins(origins).map_err(|error| format!("--origin: {error}"))?;
        let settings = SiteSettings { name, origins, ..SiteSettings::default() };
        let site = Site { key: self.key().as_str().into(), at: self.clock.now(), settings };
        let Site { key, settings, .. } =
            self.store.add_site(site).await.map_err(|error| error.to_string())?;
        let snippet = snippet(self.relay, key.as_str());
        Ok(Outcome::Site { site: key.0, name: settings.name, origins: settings.origins, snippet })
    }

    async fn add_agent(
        &self,
        site: &str,
        email: &str,
        name: &str,
        role: &str,
        password: String,
    ) -> Result<Outcome, String> {
        let role = role_of(role).ok_or_else(|| wrong("--role", role, &"owner, admin, agent or trainee"))?;
        let email = email::plausible(email)
            .ok_or_else(|| wrong("--email", email, &"an address such as ayse@example.com"))?;
        let name = site::check_name(name).map_err(|error| wrong("--name", name, &error))?;
        password::check(&password)?;
        let clock = self.clock;
        let hashing = self.turns.run(move || password::hash(&password, clock)).await;
        let agent = NewAgent {
            id: AgentId(clock.id()),
            site: site.into(),
            email: email.to_owned(),
            name,
            role,
            password_hash: hashing.map_err(|_| "the relay is busy with sign-ins; try again")?,
            at: clock.now(),
        };
        match self.store.add_agent(agent).await {
            Ok(Added::New(agent)) => Ok(outcome(agent, site, role, false)),
            Ok(Added::Joined(agent)) => Ok(outcome(agent, site, role, true)),
            Ok(Added::NoSite) => Err(wrong("--site", site, &"the key of a site, as site add prints it")),
            Err(StoreError::Conflict) => Err(format!("{email} is an agent of this site already")),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn back_up(&self, to: PathBuf) -> Result<Outcome, String> {
        match self.store.back_up(to).await {
            Ok(made) => Ok(backups::outcome(made)),
            Err(StoreError::Conflict) => Err(backups::none(&"another one is being made")),
            Err(StoreError::Unavailable(why)) => Err(backups::none(&why)),
            Err(error @ StoreError::NoRoom(_)) => Err(backups::none(&error.to_string())),
        }
    }

    /// A site's key: letters and digits only, so that it can stand anywhere.
    fn key(&self) -> String {
        loop {
            let id = self.clock.id();
            if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return id;
            }
        }
    }
}

fn wrong(name: &str, value: &str, right: &dyn std::fmt::Display) -> String {
    format!("{name} cannot be {value:?}: {right}")
}

/// The role of a word in lower case.
fn role_of(word: &str) -> Option<Role> {
    Role::ALL.iter().copied().find(|role| role.as_str().eq_ignore_ascii_case(word))
}

fn outcome(agent: Agent, site: &str, role: Role, joined: bool) -> Outcome {
    let role = role.as_str().to_ascii_lowercase();
    Outcome::Agent {
        agent: agent.id.0,
        email: agent.email,
        name: agent.name,
        role,
        site: site.to_owned(),
        joined,
    }
}
