//! What `merhaba demo` adds to a relay: a site, a first agent, and a sign-in that stays the same from start to start.
//! Never on anything but loopback; the password is random and stands in a file only this account can read.
use crate::{
    access::password::{self, Verdict},
    clock::Clock,
    store::{NewAgent, Site, SiteSettings, Store, StoreError},
};
use merhaba_shared::protocol::{agent::Role, ids::AgentId};
use serde::{Deserialize, Serialize};
use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The demo's site.
pub const SITE: &str = "demo";

/// How to sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

/// Makes sure of site, agent and sign-in.
pub async fn prepare(store: &dyn Store, clock: Clock, dir: &Path) -> Result<SignIn, String> {
    let sign_in =
        sign_in(dir, clock).map_err(|error| format!("the demo's sign-in in {}: {error}", dir.display()))?;
    let settings = SiteSettings {
        name: "İnce Belli".into(),
        origins: vec!["http://localhost:*".into()],
        ..SiteSettings::default()
    };
    let site = Site { key: SITE.into(), at: clock.now(), settings };
    match store.add_site(site).await {
        Ok(_) | Err(StoreError::Conflict) => {}
        Err(error) => return Err(error.to_string()),
    }
    agent(store, clock, &sign_in).await.map_err(|error| error.to_string())?;
    Ok(sign_in)
}

/// The agent, with the password that is in the file.
async fn agent(store: &dyn Store, clock: Clock, sign_in: &SignIn) -> Result<(), StoreError> {
    let SignIn { email, password } = sign_in.clone();
    let Some(known) = store.agent_by_email(email.clone()).await? else {
        let agent = NewAgent {
            id: AgentId(clock.id()),
            site: SITE.into(),
            email,
            name: "Elif".into(),
            role: Role::Owner,
            password_hash: password::hash(&password, clock),
            at: clock.now(),
        };
        store.add_agent(agent).await?;
        return Ok(());
    };
    if password::compare(&password, &known.password_hash, clock) == Verdict::Wrong {
        store.set_password(known.id, password::hash(&password, clock)).await?;
    }
    Ok(())
}

/// The sign-in that is kept, or a new one.
fn sign_in(dir: &Path, clock: Clock) -> io::Result<SignIn> {
    let path = dir.join("demo.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => return serde_json::from_str(&text).map_err(io::Error::from),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    let sign_in = SignIn { email: "elif@demo.example".into(), password: clock.id() };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(serde_json::to_string(&sign_in)?.as_bytes())?;
    file.sync_all()?;
    Ok(sign_in)
}
