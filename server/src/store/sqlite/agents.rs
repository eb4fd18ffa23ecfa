//! Agents, their sites, their sign-ins. Secrets come in as hashes and go nowhere.
use super::{
    fault::{Fault, Outcome},
    sites,
    sql::{change, many, one, word},
};
use crate::store::{Added, Agent, Membership, NewAgent, NewSignIn, SecretHash, SignIn};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AgentId, Millis, SiteKey},
    model::AgentAuthor,
};
use rusqlite::{Connection, Row, params};

pub(super) fn add(db: &Connection, new: &NewAgent) -> Outcome<Added> {
    let Some(site) = sites::id(db, &new.site)? else { return Ok(Added::NoSite) };
    let known = by_email(db, &new.email)?;
    let id = if let Some((id, _)) = known { id } else { insert(db, new)? };
    let sql = "INSERT INTO memberships (agent, site, role) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    if change(db, sql, params![id, site, new.role.number()])? == 0 {
        return Err(Fault::Conflict);
    }
    let (_, agent) = by_email(db, &new.email)?.ok_or(Fault::Conflict)?;
    Ok(if known.is_some() { Added::Joined(agent) } else { Added::New(agent) })
}

fn insert(db: &Connection, new: &NewAgent) -> Outcome<i64> {
    let sql = "INSERT INTO agents (public_id, email, name, password_hash, at) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (public_id) DO NOTHING";
    let values = params![new.id.as_str(), new.email, new.name, new.password_hash, new.at];
    if change(db, sql, values)? == 0 { Err(Fault::Conflict) } else { Ok(db.last_insert_rowid()) }
}

pub(super) fn by_email(db: &Connection, email: &str) -> Outcome<Option<(i64, Agent)>> {
    let sql = "SELECT id, public_id, email, name, password_hash FROM agents WHERE email = ?1";
    one(db, sql, [email], |row| read(row, 0))?.map(|found| with_sites(db, found)).transpose()
}

/// The team of a site by name, each with their role there.
pub(super) fn of_site(db: &Connection, site: &SiteKey) -> Outcome<Vec<(AgentAuthor, Role)>> {
    let sql = "SELECT m.role, a.public_id, a.name FROM sites s
               JOIN memberships m ON m.site = s.id JOIN agents a ON a.id = m.agent
               WHERE s.key = ?1 ORDER BY a.name, a.id";
    many(db, sql, [site.as_str()], |row| {
        let author = AgentAuthor { id: AgentId(row.get(1)?), name: row.get(2)? };
        Ok((author, word(row, 0, Role::from_number)?))
    })
}

pub(super) fn set_password(db: &Connection, agent: &AgentId, hash: &str) -> Outcome<()> {
    change(db, "UPDATE agents SET password_hash = ?2 WHERE public_id = ?1", [agent.as_str(), hash])
        .map(|_| ())
}

pub(super) fn sign_in(db: &Connection, new: &NewSignIn) -> Outcome<()> {
    let sql = "INSERT INTO sign_ins (secret, agent, at, seen_at)
               VALUES (?1, (SELECT id FROM agents WHERE public_id = ?2), ?3, ?3)";
    change(db, sql, params![new.secret, new.agent.as_str(), new.at]).map(|_| ())
}

pub(super) fn signed_in(db: &Connection, secret: &SecretHash) -> Outcome<Option<SignIn>> {
    let sql = "SELECT s.at, s.seen_at, a.id, a.public_id, a.email, a.name, a.password_hash
               FROM sign_ins s JOIN agents a ON a.id = s.agent WHERE s.secret = ?1";
    let found = one(db, sql, [secret], |row| Ok((row.get(0)?, row.get(1)?, read(row, 2)?)))?;
    let Some((at, seen_at, found)) = found else { return Ok(None) };
    let (_, agent) = with_sites(db, found)?;
    Ok(Some(SignIn { agent, at, seen_at }))
}

pub(super) fn touch(db: &Connection, secret: &SecretHash, at: Millis) -> Outcome<()> {
    change(db, "UPDATE sign_ins SET seen_at = ?2 WHERE secret = ?1", params![secret, at]).map(|_| ())
}

pub(super) fn sign_out(db: &Connection, secret: &SecretHash) -> Outcome<()> {
    change(db, "DELETE FROM sign_ins WHERE secret = ?1", [secret]).map(|_| ())
}

/// The row of an agent and how others see them.
pub(super) fn author(db: &Connection, agent: &AgentId) -> Outcome<Option<(i64, AgentAuthor)>> {
    let sql = "SELECT id, name FROM agents WHERE public_id = ?1";
    one(db, sql, [agent.as_str()], |row| {
        Ok((row.get(0)?, AgentAuthor { id: agent.clone(), name: row.get(1)? }))
    })
}

/// An agent's role on a site, by their rows.
pub(super) fn role(db: &Connection, agent: i64, site: i64) -> Outcome<Option<Role>> {
    let sql = "SELECT role FROM memberships WHERE agent = ?1 AND site = ?2";
    one(db, sql, [agent, site], |row| word(row, 0, Role::from_number))
}

fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<(i64, Agent)> {
    let agent = Agent {
        id: AgentId(row.get(first + 1)?),
        email: row.get(first + 2)?,
        name: row.get(first + 3)?,
        password_hash: row.get(first + 4)?,
        memberships: Vec::new(),
    };
    Ok((row.get(first)?, agent))
}

fn with_sites(db: &Connection, (id, mut agent): (i64, Agent)) -> Outcome<(i64, Agent)> {
    let sql = "SELECT m.role, s.key, s.name FROM memberships m JOIN sites s ON s.id = m.site
               WHERE m.agent = ?1 ORDER BY s.id";
    agent.memberships = many(db, sql, [id], |row| {
        let role = word(row, 0, Role::from_number)?;
        Ok(Membership { site: SiteKey(row.get(1)?), site_name: row.get(2)?, role })
    })?;
    Ok((id, agent))
}
