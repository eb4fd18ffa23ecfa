//! Lists of conversations for agents: every page is a walk along an index, whatever the number of conversations. An
//! agent's lists span their sites and nothing else. A narrowed list walks the same index and passes over what is not
//! asked for: so many rows at a time, then the page ends, and its cursor says where to go on.
use super::{
    agents,
    fault::Outcome,
    inbox,
    sql::{limit, many, one},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_shared::protocol::{
    agent::{Filter, Inbox, List},
    ids::AgentId,
    limits::{BOOKMARKS, MENTIONS},
    model::Status,
    triage::{Only, fold_tag, speaks},
};
use rusqlite::{Connection, Row};

/// Rows that a narrowed list looks at for one page.
const LOOKED_AT: usize = 2_000;

/// Where a conversation is in a list, and its row: lists go up. The first number is the time it has waited since or will
/// wake at, or its newest entry's id, negative: one order for all, whatever clocks say, and no two alike.
type Place = (i64, i64);

/// Before all.
const FIRST: Place = (i64::MIN, i64::MIN);

/// A page of a list.
pub(super) fn list(
    db: &Connection,
    agent: &AgentId,
    List { filter, cursor, limit, only }: List,
) -> Outcome<Inbox> {
    let rows = usize::from(limit.max(1));
    let after = cursor.as_deref().and_then(read_cursor).unwrap_or(FIRST);
    let narrow = Narrow::new(db, &only)?;
    let looked_at = if narrow.is_none() { rows + 1 } else { LOOKED_AT.max(rows + 1) };
    let places = places(db, agent, (filter, &only), after, looked_at)?;
    let all = places.len() < looked_at;
    let (mut conversations, mut last, mut more) = (Vec::new(), None, !all);
    for place in places {
        if conversations.len() == rows {
            more = true;
            break;
        }
        if narrow.takes(db, place.1)? {
            conversations.push(inbox::row(db, place.1)?);
        }
        last = Some(place);
    }
    let cursor = last.filter(|_| more).map(write_cursor);
    Ok(Inbox { filter, conversations, cursor, only })
}

/// What a list is narrowed to, as the store knows it.
struct Narrow {
    /// Each site's tag of that name.
    tag: Option<Vec<i64>>,
    /// 0: somebody whom nobody knows.
    agent: Option<i64>,
    locale: Option<String>,
    department: Option<String>,
}

impl Narrow {
    fn new(db: &Connection, only: &Only) -> Outcome<Self> {
        let tag = match &only.tag {
            Some(tag) => {
                let sql = "SELECT id FROM tags WHERE folded = ?1";
                Some(many(db, sql, [fold_tag(tag)], |row| row.get(0))?)
            }
            None => None,
        };
        let agent = match &only.agent {
            Some(agent) => Some(agents::author(db, agent)?.map_or(0, |(row, _)| row)),
            None => None,
        };
        Ok(Self { tag, agent, locale: only.locale.clone(), department: only.department.clone() })
    }

    const fn is_none(&self) -> bool {
        self.tag.is_none() && self.agent.is_none() && self.locale.is_none() && self.department.is_none()
    }

    fn takes(&self, db: &Connection, id: i64) -> Outcome<bool> {
        if let Some(tags) = &self.tag {
            let sql = "SELECT 1 FROM conversation_tags WHERE conversation = ?1 AND tag = ?2";
            let mut has = false;
            for tag in tags {
                has = has || one(db, sql, [id, *tag], |_| Ok(()))?.is_some();
            }
            if !has {
                return Ok(false);
            }
        }
        if self.agent.is_none() && self.locale.is_none() && self.department.is_none() {
            return Ok(true);
        }
        let sql = "SELECT assignee, locale, department FROM conversations WHERE id = ?1";
        let read = |row: &Row<'_>| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        };
        let Some((assignee, locale, department)) = one(db, sql, [id], read)? else { return Ok(false) };
        let theirs = self.agent.is_none_or(|agent| assignee == Some(agent))
            && (self.department.is_none() || department == self.department);
        Ok(theirs && self.locale.as_ref().is_none_or(|wanted| speaks(&locale, wanted)))
    }
}

/// The next places, over all sites of the agent: each site's next, and of those the next.
fn places(
    db: &Connection,
    agent: &AgentId,
    (filter, only): (Filter, &Only),
    after: Place,
    rows: usize,
) -> Outcome<Vec<Place>> {
    let Some((agent, _)) = agents::author(db, agent)? else { return Ok(Vec::new()) };
    let sql = "SELECT m.site, s.key FROM memberships m JOIN sites s ON s.id = m.site WHERE m.agent = ?1";
    let sites = many(db, sql, [agent], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let mut places = Vec::new();
    for (site, key) in sites {
        if only.site.as_ref().is_none_or(|wanted| *wanted.0 == key) {
            places.extend(of_site(db, (site, agent), filter, after, rows)?);
        }
    }
    places.sort_unstable();
    places.truncate(rows);
    Ok(places)
}

fn of_site(
    db: &Connection,
    (site, me): (i64, i64),
    filter: Filter,
    after: Place,
    rows: usize,
) -> Outcome<Vec<Place>> {
    match filter {
        Filter::Open => by_status(db, site, Status::Open, after, rows),
        Filter::Resolved => by_status(db, site, Status::Resolved, after, rows),
        Filter::All => {
            let mut places = Vec::new();
            for status in Status::ALL {
                places.extend(by_status(db, site, *status, after, rows)?);
            }
            Ok(places)
        }
        Filter::Mine => by_assignee(db, site, Some(me), after, rows),
        Filter::Unassigned => by_assignee(db, site, None, after, rows),
        Filter::Team => {
            let sql = "SELECT agent FROM memberships WHERE site = ?1 AND agent <> ?2";
            let mut places = Vec::new();
            for colleague in many(db, sql, [site, me], |row| row.get::<_, i64>(0))? {
                places.extend(by_assignee(db, site, Some(colleague), after, rows)?);
            }
            Ok(places)
        }
        Filter::Waiting => walk(db, WAITING, [site, after.0, after.1, limit(rows)]),
        Filter::Snoozed => walk(db, SNOOZED, [site, after.0, after.1, limit(rows)]),
        Filter::Approval => walk(db, PROPOSED, [site, after.0, after.1, limit(rows)]),
        Filter::Unattended => walk(db, UNATTENDED, [site, after.0, after.1, limit(rows)]),
        Filter::Mentioned => {
            let places = walk(db, MENTIONED, [site, me, limit(MENTIONS)])?;
            Ok(places.into_iter().filter(|place| *place > after).collect())
        }
        Filter::Bookmarked => {
            let places = walk(db, BOOKMARKED, [site, me, limit(BOOKMARKS)])?;
            Ok(places.into_iter().filter(|place| *place > after).collect())
        }
    }
}

fn by_status(db: &Connection, site: i64, status: Status, after: Place, rows: usize) -> Outcome<Vec<Place>> {
    walk(db, BY_STATUS, [site, i64::from(status.number()), below(after), limit(rows)])
}

fn by_assignee(
    db: &Connection,
    site: i64,
    assignee: Option<i64>,
    after: Place,
    rows: usize,
) -> Outcome<Vec<Place>> {
    walk(db, BY_ASSIGNEE, (site, assignee, below(after), limit(rows)))
}

/// Newest entries that are older than that of a place.
const fn below(after: Place) -> i64 {
    if after.0 == i64::MIN { i64::MAX } else { -after.0 }
}

fn walk(db: &Connection, sql: &str, values: impl rusqlite::Params) -> Outcome<Vec<Place>> {
    many(db, sql, values, |row| Ok((row.get(0)?, row.get(1)?)))
}

const BY_STATUS: &str = "SELECT -place, id FROM conversations WHERE site = ?1 AND status = ?2 AND place < ?3
                         ORDER BY place DESC LIMIT ?4";
/// Status 1 is Open and 2 is Snoozed: written out, so that the indexes over those serve.
const BY_ASSIGNEE: &str = "SELECT -place, id FROM conversations
                           WHERE site = ?1 AND assignee IS ?2 AND status = 1 AND place < ?3
                           ORDER BY place DESC LIMIT ?4";
const WAITING: &str = "SELECT waiting_since, id FROM conversations
                       WHERE site = ?1 AND status = 1 AND waiting_since IS NOT NULL AND (waiting_since, id) > (?2, ?3)
                       ORDER BY waiting_since, id LIMIT ?4";
const SNOOZED: &str = "SELECT snoozed_until, id FROM conversations
                       WHERE site = ?1 AND status = 2 AND (snoozed_until, id) > (?2, ?3)
                       ORDER BY snoozed_until, id LIMIT ?4";
const PROPOSED: &str = "SELECT proposed_at, id FROM conversations
                        WHERE site = ?1 AND proposed_at IS NOT NULL AND (proposed_at, id) > (?2, ?3)
                        ORDER BY proposed_at, id LIMIT ?4";
const UNATTENDED: &str = "SELECT unattended_since, id FROM conversations
                          WHERE site = ?1 AND unattended_since IS NOT NULL AND (unattended_since, id) > (?2, ?3)
                          ORDER BY unattended_since, id LIMIT ?4";
/// Few by their bound: all of them, in the order of lists.
const BOOKMARKED: &str =
    "SELECT -c.place, c.id FROM bookmarks b JOIN conversations c ON c.id = b.conversation
                          WHERE c.site = ?1 AND b.agent = ?2 LIMIT ?3";

const MENTIONED: &str = "SELECT -c.place, c.id FROM mentions k JOIN conversations c ON c.id = k.conversation
                         WHERE c.site = ?1 AND k.agent = ?2 LIMIT ?3";

fn write_cursor((order, id): Place) -> String {
    let mut bytes = order.to_be_bytes().to_vec();
    bytes.extend(id.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(cursor: &str) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (order, id) = bytes.split_at_checked(8)?;
    let place = (i64::from_be_bytes(order.try_into().ok()?), i64::from_be_bytes(id.try_into().ok()?));
    (place.1 > 0 && place.0 > i64::MIN).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open;

    #[test]
    fn only_our_cursors_are_read() {
        assert_eq!(read_cursor(&write_cursor((-77, 7))), Some((-77, 7)));
        for foreign in
            ["", "77", "AAAA", "-----------", "_________88", "AAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA"]
        {
            assert_eq!(read_cursor(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn lists_walk_an_index_and_sort_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let db = open::open(dir.path(), &"e".into()).expect("a store").db;
        for sql in [BY_STATUS, BY_ASSIGNEE, WAITING, SNOOZED, PROPOSED, UNATTENDED] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
            let steps = plan.query_map([1, 1, 9, 5], |row| row.get::<_, String>(3)).expect("steps");
            let steps: Vec<_> = steps.map(|step| step.expect("a step")).collect();
            assert_eq!(steps.len(), 1, "{steps:?}");
            assert!(steps[0].contains("USING COVERING INDEX"), "{steps:?}");
        }
    }
}
