//! How many conversations each list of a site holds: counted where they stand, so that the numbers are exact and nothing
//! has to be kept. One walk over the open ones of a site, whoever asks; what lists are narrowed to is looked at on the way.
use super::{
    fault::Outcome,
    sites,
    sql::{many, one},
};
use merhaba_shared::protocol::{
    ids::{AgentId, SiteKey},
    triage::{Counts, Only, Owned, fold_tag},
};
use rusqlite::{Connection, ToSql, named_params};

/// What is narrowed to, in the same words as `triage::speaks` has for languages; NULL narrows nothing.
macro_rules! narrowed {
    ($query:literal) => {
        concat!(
            $query,
            " AND (:tag IS NULL OR EXISTS (SELECT 1 FROM conversation_tags x JOIN tags t ON t.id = x.tag
                                           WHERE x.conversation = c.id AND t.folded = :tag))
              AND (:agent IS NULL OR c.assignee = (SELECT id FROM agents WHERE public_id = :agent))
              AND (:locale IS NULL OR (lower(substr(c.locale, 1, length(:locale))) = lower(:locale)
                                       AND substr(c.locale, length(:locale) + 1, 1) IN ('', '-', '_')))
              AND (:department IS NULL OR c.department = :department)"
        )
    };
}

/// Waiting times are taken from where messages put them, since those in lists may lag behind.
const OPEN: &str = concat!(
    narrowed!(
        "SELECT a.public_id, count(*), count(h.waiting_since)
         FROM conversations c INDEXED BY conversations_by_assignee
         JOIN heads h ON h.conversation = c.id LEFT JOIN agents a ON a.id = c.assignee
         WHERE c.site = :site AND c.status = 1"
    ),
    " GROUP BY c.assignee"
);
const PROPOSED: &str =
    narrowed!("SELECT count(*) FROM conversations c WHERE c.site = :site AND c.proposed_at IS NOT NULL");
const UNATTENDED: &str =
    narrowed!("SELECT count(*) FROM conversations c WHERE c.site = :site AND c.unattended_since IS NOT NULL");
const SNOOZED: &str = narrowed!("SELECT count(*) FROM conversations c WHERE c.site = :site AND c.status = 2");

/// Counts a site's lists, of what they are narrowed to but the site; nothing when there is no such site.
pub(super) fn counts(db: &Connection, site: &SiteKey, only: &Only) -> Outcome<Option<Counts>> {
    let Some(id) = sites::id(db, site)? else { return Ok(None) };
    let (tag, agent) = (only.tag.as_deref().map(fold_tag), only.agent.as_ref().map(AgentId::as_str));
    let asked: &[(&str, &dyn ToSql)] = named_params! {
        ":site": id, ":tag": tag, ":agent": agent, ":locale": only.locale, ":department": only.department
    };
    let count = |sql| Ok::<_, super::fault::Fault>(one(db, sql, asked, |row| row.get(0))?.unwrap_or(0));
    let mut counts = Counts {
        site: site.clone(),
        open: 0,
        unassigned: 0,
        waiting: 0,
        snoozed: count(SNOOZED)?,
        owned: Vec::new(),
        approval: count(PROPOSED)?,
        unattended: count(UNATTENDED)?,
    };
    let groups = many(db, OPEN, asked, |row| {
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
