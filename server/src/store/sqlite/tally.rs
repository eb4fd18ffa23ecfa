//! How many conversations each list of a site holds: counted where they stand, so that the numbers are exact and nothing
//! has to be kept. One walk over the open ones of a site, whoever asks.
use super::{
    fault::Outcome,
    sites,
    sql::{many, one},
};
use merhaba_shared::protocol::{
    ids::{AgentId, SiteKey},
    triage::{Counts, Owned},
};
use rusqlite::Connection;

/// Waiting times are taken from where messages put them, since those in lists may lag behind.
const OPEN: &str = "SELECT a.public_id, count(*), count(h.waiting_since)
                    FROM conversations c INDEXED BY conversations_by_assignee
                    JOIN heads h ON h.conversation = c.id LEFT JOIN agents a ON a.id = c.assignee
                    WHERE c.site = ?1 AND c.status = 1 GROUP BY c.assignee";
const PROPOSED: &str = "SELECT count(*) FROM conversations WHERE site = ?1 AND proposed_at IS NOT NULL";
const UNATTENDED: &str =
    "SELECT count(*) FROM conversations WHERE site = ?1 AND unattended_since IS NOT NULL";
const SNOOZED: &str = "SELECT count(*) FROM conversations WHERE site = ?1 AND status = 2";

/// Counts a site's lists; nothing when there is no such site.
pub(super) fn counts(db: &Connection, site: &SiteKey) -> Outcome<Option<Counts>> {
    let Some(id) = sites::id(db, site)? else { return Ok(None) };
    let snoozed = one(db, SNOOZED, [id], |row| row.get(0))?.unwrap_or(0);
    let approval = one(db, PROPOSED, [id], |row| row.get(0))?.unwrap_or(0);
    let unattended = one(db, UNATTENDED, [id], |row| row.get(0))?.unwrap_or(0);
    let mut counts = Counts {
        site: site.clone(),
        open: 0,
        unassigned: 0,
        waiting: 0,
        snoozed,
        owned: Vec::new(),
        approval,
        unattended,
    };
    let groups = many(db, OPEN, [id], |row| {
        Ok((row.get::<_, Option<String>>(0)?, row.get::<_, u32>(1)?, row.get::<_, u32>(2)?))
    })?;
    for (agent, open, waiting) in groups {
        counts.open += open;
        counts.waiting += waiting;
        match agent {
            Some(agent) => counts.owned.push(Owned { agent: AgentId(agent), open }),
            None => counts.unassigned += open,
        }
    }
    Ok(Some(counts))
}
