//! Drafts in SQLite: every statement names the agent whose they are.
use super::{
    Sqlite, agents,
    fault::Outcome,
    sql::{change, clamp, limit, many, one},
    threads,
};
use crate::store::{DRAFT_AGE, DRAFTS, Draft, DraftStore, Pending, Principal, SavedDraft};
use merhaba_shared::protocol::ids::{AgentId, ConversationId, Millis};
use rusqlite::{Connection, params};

impl DraftStore for Sqlite {
    fn drafts(&self, agent: AgentId, now: Millis) -> Pending<Vec<Draft>> {
        self.reading(move |db| all(db, &agent, now))
    }

    fn drafts_in(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        now: Millis,
    ) -> Pending<Option<Vec<Draft>>> {
        self.reading(move |db| within(db, &agent, &conversation, now))
    }

    fn save_draft(&self, agent: AgentId, draft: Draft, now: Millis) -> Pending<SavedDraft> {
        self.writing(None, move |db| save(db, &agent, &draft, now))
    }
}

/// Those of conversations that the agent may still read.
fn all(db: &Connection, agent: &AgentId, now: Millis) -> Outcome<Vec<Draft>> {
    let Some((agent, _)) = agents::author(db, agent)? else { return Ok(Vec::new()) };
    let sql =
        "SELECT c.public_id, d.note, d.version FROM drafts d JOIN conversations c ON c.id = d.conversation
               JOIN memberships m ON m.agent = d.agent AND m.site = c.site
               WHERE d.agent = ?1 AND d.at > ?2 ORDER BY d.at DESC LIMIT ?3";
    many(db, sql, params![agent, now - DRAFT_AGE, limit(DRAFTS)], |row| {
        let (conversation, note) = (ConversationId(row.get(0)?), row.get(1)?);
        Ok(Draft { conversation, note, version: row.get(2)?, body: None })
    })
}

fn within(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    now: Millis,
) -> Outcome<Option<Vec<Draft>>> {
    let Some((who, place)) = place(db, agent, conversation)? else { return Ok(None) };
    let sql = "SELECT note, version, body FROM drafts WHERE agent = ?1 AND conversation = ?2 AND at > ?3 ORDER BY note";
    let found = many(db, sql, params![who, place, now - DRAFT_AGE], |row| {
        let (conversation, note) = (conversation.clone(), row.get(0)?);
        Ok(Draft { conversation, note, version: row.get(1)?, body: Some(row.get(2)?) })
    })?;
    Ok(Some(found))
}

fn save(db: &Connection, agent: &AgentId, draft: &Draft, now: Millis) -> Outcome<SavedDraft> {
    let Some((who, place)) = place(db, agent, &draft.conversation)? else { return Ok(SavedDraft::NotFound) };
    change(db, "DELETE FROM drafts WHERE at <= ?1", [now - DRAFT_AGE])?;
    let sql = "SELECT version FROM drafts WHERE agent = ?1 AND conversation = ?2 AND note = ?3";
    let kept = one(db, sql, params![who, place, draft.note], |row| row.get::<_, u64>(0))?;
    let body = draft.body.as_deref().unwrap_or_default();
    if kept.unwrap_or(0) != draft.version {
        // Taking away what is away already is done.
        let done = kept.is_none() && body.is_empty();
        return Ok(if done { SavedDraft::Saved(0) } else { SavedDraft::Behind });
    }
    if body.is_empty() {
        let sql = "DELETE FROM drafts WHERE agent = ?1 AND conversation = ?2 AND note = ?3";
        change(db, sql, params![who, place, draft.note])?;
        return Ok(SavedDraft::Saved(0));
    }
    let count = one(db, "SELECT count(*) FROM drafts WHERE agent = ?1", [who], |row| row.get::<_, usize>(0))?;
    if kept.is_none() && count.unwrap_or(0) >= DRAFTS {
        return Ok(SavedDraft::Full);
    }
    // Later than any version that was given for a draft that is gone.
    let version = (draft.version + 1).max(u64::try_from(now).unwrap_or(0));
    let sql =
        "INSERT INTO drafts (agent, conversation, note, version, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (agent, conversation, note) DO UPDATE
               SET version = excluded.version, at = excluded.at, body = excluded.body";
    change(db, sql, params![who, place, draft.note, clamp(version), now, body])?;
    Ok(SavedDraft::Saved(version))
}

/// Puts an answer that was given back where its writer begins answers, unless they have begun another or have as many as
/// they may: it can be read in the backstage all the same.
pub(super) fn begin(
    db: &Connection,
    (agent, conversation): (i64, i64),
    body: &str,
    at: Millis,
) -> Outcome<()> {
    change(db, "DELETE FROM drafts WHERE at <= ?1", [at - DRAFT_AGE])?;
    let sql = "INSERT INTO drafts (agent, conversation, note, version, at, body)
               SELECT ?1, ?2, 0, ?3, ?3, ?4 WHERE (SELECT count(*) FROM drafts WHERE agent = ?1) < ?5
               ON CONFLICT (agent, conversation, note) DO NOTHING";
    change(db, sql, params![agent, conversation, at, body, limit(DRAFTS)]).map(|_| ())
}

/// The rows of an agent and of a conversation that they may read.
fn place(db: &Connection, agent: &AgentId, conversation: &ConversationId) -> Outcome<Option<(i64, i64)>> {
    let Some((who, _)) = agents::author(db, agent)? else { return Ok(None) };
    let place = threads::id(db, &Principal::Agent(agent.clone()), conversation)?;
    Ok(place.map(|place| (who, place)))
}
