//! The rungs of conversations that nobody answers: which are due, and the step itself with its line in the backstage. What
//! is due is found in the store and settled by what the writer knows, so that a step is made once, whoever looks.
use super::{
    backstage,
    desk::Desk,
    fault::Outcome,
    sites,
    sql::{limit, many, one},
    triage::noting,
};
use crate::{
    domain::routing::Routing,
    store::{Bounded, Changed},
};
use merhaba_shared::protocol::{
    agent::Deed,
    ids::{AgentId, ConversationId, Millis, SiteKey},
    model::{AgentAuthor, Status},
    triage::Detail,
};
use rusqlite::{Connection, params};

/// Conversations that climb in one transaction.
const AT_ONCE: usize = 64;
/// The highest rung: owners and admins.
const ADMINS: u8 = 2;

/// Status 1 is Open: written out, so that the index serves.
const NEXT: &str = "SELECT coalesce(climb_from, waiting_since) FROM conversations
                    WHERE site = ?1 AND rung = ?2 AND status = 1 AND waiting_since IS NOT NULL
                    ORDER BY coalesce(climb_from, waiting_since) LIMIT 1";
const DUE: &str = "SELECT public_id FROM conversations
                   WHERE site = ?1 AND rung = ?2 AND status = 1 AND waiting_since IS NOT NULL
                   AND coalesce(climb_from, waiting_since) <= ?3
                   ORDER BY coalesce(climb_from, waiting_since) LIMIT ?4";

/// When the next of a site's conversations is due.
pub(super) fn next(db: &Connection, site: &SiteKey, routing: Routing) -> Outcome<Option<Millis>> {
    let Some(site) = sites::id(db, site)? else { return Ok(None) };
    let mut next: Option<Millis> = None;
    for rung in 0..=ADMINS {
        let Some((_, after)) = routing.next_rung(rung) else { continue };
        if let Some(from) = one(db, NEXT, params![site, rung], |row| row.get::<_, Millis>(0))? {
            let due = from.saturating_add(after);
            next = Some(next.map_or(due, |next| next.min(due)));
        }
    }
    Ok(next)
}

/// One step of each that is due.
pub(super) fn climb(desk: &mut Desk, site: &SiteKey, routing: Routing, now: Millis) -> Outcome<Vec<Changed>> {
    desk.save()?;
    let Some(site) = sites::id(desk.db(), site)? else { return Ok(Vec::new()) };
    let mut due = Vec::new();
    // From the top: what climbs now is not found again on the next rung.
    for rung in (0..=ADMINS).rev() {
        let Some((next, after)) = routing.next_rung(rung) else { continue };
        let values = params![site, rung, now.saturating_sub(after), limit(AT_ONCE)];
        let found = many(desk.db(), DUE, values, |row| Ok(ConversationId(row.get(0)?)))?;
        due.extend(found.into_iter().map(|conversation| (conversation, rung, next, after)));
    }
    let Some(owner) = first_owner(desk.db(), site)? else { return Ok(Vec::new()) };
    let mut climbed = Vec::with_capacity(due.len());
    for (conversation, rung, next, after) in due {
        let Some((_, thread)) = desk.any_thread(&conversation)? else { continue };
        // Lists may lag behind: what was answered or taken meanwhile stays where it is.
        let still = thread.climbs_from().is_some_and(|from| from.saturating_add(after) <= now);
        if thread.row.triage.rung != rung || !still {
            continue;
        }
        let assignee = thread.row.assignee.clone();
        let known = match &assignee {
            Some(agent) => desk.agent(&agent.id)?,
            None => None,
        };
        let (doer, author) = known.unwrap_or_else(|| owner.clone());
        let Some((db, thread)) = desk.any_thread(&conversation)? else { continue };
        thread.climb(next, now);
        // A step has its line; that it is told again is a number, or a night would fill the backstage.
        let activity = if next > rung {
            let done = (Deed::Climbed, None, Some(Detail::Rung(next)));
            Some(backstage::act(db, thread, (doer, &author), done, (now, thread.row.head))?)
        } else {
            None
        };
        climbed.push(Changed { items: Vec::new(), activity, row: thread.row.clone() });
        desk.changed(&conversation);
    }
    Ok(climbed)
}

/// Who stands for a site where a conversation is nobody's: an owner, else an admin, else whoever was first.
fn first_owner(db: &Connection, site: i64) -> Outcome<Option<(i64, AgentAuthor)>> {
    let sql = "SELECT a.id, a.public_id, a.name FROM memberships m JOIN agents a ON a.id = m.agent
               WHERE m.site = ?1 ORDER BY m.role, a.id LIMIT 1";
    one(db, sql, [site], |row| Ok((row.get(0)?, AgentAuthor { id: AgentId(row.get(1)?), name: row.get(2)? })))
}

/// Calls owners and admins to an open conversation.
pub(super) fn escalate(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    reason: String,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let done = noting(desk, agent, conversation, at, |_, thread, _| {
        if thread.row.status != Status::Open {
            return Ok(Bounded::Done(None));
        }
        thread.climb(ADMINS, at);
        Ok(Bounded::Done(Some((Deed::Escalated, Some(Detail::Reason(reason))))))
    })?;
    Ok(done.and_then(Bounded::done))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open;

    #[test]
    fn what_is_due_is_found_on_the_index() {
        let dir = tempfile::tempdir().expect("a folder");
        let db = open::open(dir.path(), &"e".into()).expect("a store").db;
        for sql in [NEXT, DUE] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
            let marks = plan.parameter_count();
            let values = rusqlite::params_from_iter([1, 1, 9, 5].into_iter().take(marks));
            let steps = plan.query_map(values, |row| row.get::<_, String>(3)).expect("steps");
            let steps: Vec<_> = steps.map(|step| step.expect("a step")).collect();
            assert_eq!(steps.len(), 1, "{steps:?}");
            assert!(steps[0].contains("INDEX conversations_to_climb (site=? AND rung=?"), "{steps:?}");
        }
    }
}
