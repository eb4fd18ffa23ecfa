//! Who was mentioned where and has not looked since. What a note says decides it (`domain/mentions.rs`); looking there ends it.
use super::{
    agents,
    fault::Outcome,
    sql::{change, limit, many},
    threads,
};
use crate::{domain::mentions::mentioned, store::Principal};
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, Millis},
    limits::MENTIONS,
};
use rusqlite::{Connection, params};

/// Keeps who is mentioned in a note, besides who wrote it; gives them.
pub(super) fn keep(
    db: &Connection,
    (conversation, site): (i64, i64),
    writer: i64,
    body: &str,
    at: Millis,
) -> Outcome<Vec<AgentId>> {
    if !body.contains('@') {
        return Ok(Vec::new());
    }
    let sql = "SELECT a.id, a.public_id, a.name FROM memberships m JOIN agents a ON a.id = m.agent
               WHERE m.site = ?1 AND a.id <> ?2";
    let team = many(db, sql, [site, writer], |row| {
        Ok((row.get::<_, i64>(0)?, AgentId(row.get(1)?), row.get::<_, String>(2)?))
    })?;
    let names: Vec<_> = team.iter().map(|(.., name)| name.as_str()).collect();
    let mut told = Vec::new();
    for place in mentioned(body, &names) {
        let (agent, id, _) = &team[place];
        let sql = "INSERT INTO mentions (agent, conversation, at) VALUES (?1, ?2, ?3)
                   ON CONFLICT (agent, conversation) DO UPDATE SET at = excluded.at";
        change(db, sql, params![agent, conversation, at])?;
        // Whoever never looks keeps the latest.
        let sql = "DELETE FROM mentions WHERE agent = ?1 AND conversation IN
                   (SELECT conversation FROM mentions WHERE agent = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?2)";
        change(db, sql, params![agent, limit(MENTIONS)])?;
        told.push(id.clone());
    }
    Ok(told)
}

/// Where somebody was mentioned, on sites that are still theirs, the latest first.
pub(super) fn of_agent(db: &Connection, agent: &AgentId) -> Outcome<Vec<ConversationId>> {
    let sql = "SELECT c.public_id FROM mentions k JOIN agents a ON a.id = k.agent
               JOIN conversations c ON c.id = k.conversation
               JOIN memberships m ON m.agent = k.agent AND m.site = c.site
               WHERE a.public_id = ?1 ORDER BY k.at DESC LIMIT ?2";
    many(db, sql, params![agent.as_str(), limit(MENTIONS)], |row| Ok(ConversationId(row.get(0)?)))
}

/// They have looked; whether they had been mentioned there.
pub(super) fn seen(db: &Connection, agent: &AgentId, conversation: &ConversationId) -> Outcome<bool> {
    let Some((me, _)) = agents::author(db, agent)? else { return Ok(false) };
    let Some(id) = threads::id(db, &Principal::Agent(agent.clone()), conversation)? else { return Ok(false) };
    Ok(change(db, "DELETE FROM mentions WHERE agent = ?1 AND conversation = ?2", [me, id])? > 0)
}
