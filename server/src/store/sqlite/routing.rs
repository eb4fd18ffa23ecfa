//! What waits on a site, how much each agent has, and giving one to another if it still is whose it was.
use super::{
    backstage,
    changes::assignable,
    desk::Desk,
    fault::Outcome,
    sites,
    sql::{limit, many},
};
use crate::{
    domain::routing::Waiting,
    store::{Changed, Principal},
};
use merhaba_shared::protocol::{
    agent::Deed,
    ids::{AgentId, ConversationId, Millis, SiteKey},
    model::Status,
};
use rusqlite::Connection;

/// Status 1 is Open: written out, so that the index over open ones serves.
const LOADS: &str = "SELECT a.public_id, count(*) FROM conversations c JOIN agents a ON a.id = c.assignee
                     WHERE c.site = ?1 AND c.status = 1 AND c.assignee IS NOT NULL GROUP BY c.assignee";
const NOBODYS: &str =
    "SELECT c.public_id, h.waiting_since, c.department FROM conversations c JOIN heads h ON h.conversation = c.id
                       WHERE c.site = ?1 AND c.status = 1 AND c.assignee IS NULL ORDER BY c.place LIMIT ?2";
const OF_ONE: &str = "SELECT c.public_id, h.waiting_since, c.department FROM conversations c JOIN heads h ON h.conversation = c.id
                      WHERE c.site = ?1 AND c.status = 1 AND c.assignee = (SELECT id FROM agents WHERE public_id = ?2)
                      AND h.waiting_since IS NOT NULL ORDER BY c.place LIMIT ?3";

pub(super) fn loads(db: &Connection, site: &SiteKey) -> Outcome<Vec<(AgentId, u32)>> {
    let Some(site) = sites::id(db, site)? else { return Ok(Vec::new()) };
    many(db, LOADS, [site], |row| Ok((AgentId(row.get(0)?), row.get(1)?)))
}

pub(super) fn waiting(
    db: &Connection,
    site: &SiteKey,
    gone: &[AgentId],
    rows: usize,
) -> Outcome<Vec<Waiting>> {
    let Some(site) = sites::id(db, site)? else { return Ok(Vec::new()) };
    let read = |row: &rusqlite::Row<'_>| {
        let waiting =
            Waiting { conversation: ConversationId(row.get(0)?), owner: None, department: row.get(2)? };
        Ok((row.get::<_, Option<Millis>>(1)?, waiting))
    };
    let mut all: Vec<(Millis, Waiting)> = Vec::new();
    let mut add = |found: Vec<(Option<Millis>, Waiting)>, owner: Option<&AgentId>| {
        all.extend(found.into_iter().map(|(since, waiting)| {
            // Whom nobody has answered last comes after those who wait for an answer.
            (since.unwrap_or(Millis::MAX), Waiting { owner: owner.cloned(), ..waiting })
        }));
    };
    add(many(db, NOBODYS, [site, limit(rows)], read)?, None);
    for owner in gone {
        add(many(db, OF_ONE, (site, owner.as_str(), limit(rows)), read)?, Some(owner));
    }
    all.sort_by_key(|(since, _)| *since);
    all.truncate(rows);
    Ok(all.into_iter().map(|(_, waiting)| waiting).collect())
}

pub(super) fn route(
    desk: &mut Desk,
    conversation: &ConversationId,
    from: Option<&AgentId>,
    to: &AgentId,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let from = match from {
        Some(from) => desk.agent(from)?.map(|(row, _)| row),
        None => None,
    };
    let who = Principal::Agent(to.clone());
    let Some((_, thread)) = desk.thread(&who, conversation)? else { return Ok(None) };
    if thread.row.status != Status::Open || thread.assignee != from {
        return Ok(None);
    }
    let site = thread.site;
    let Some((taker, author)) = assignable(desk, to, site)? else { return Ok(None) };
    let Some((db, thread)) = desk.thread(&who, conversation)? else { return Ok(None) };
    thread.assign(Some((taker, author.clone())), at);
    let after = thread.row.head;
    let activity = backstage::act(db, thread, (taker, &author), (Deed::Routed, None, None), (at, after))?;
    let row = thread.row.clone();
    desk.changed(conversation);
    Ok(Some(Changed { items: Vec::new(), activity: Some(activity), row }))
}
