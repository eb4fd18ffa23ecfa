//! Lists of conversations for agents: every page is a walk along an index, whatever the number of conversations.
//! An agent's lists span their sites and nothing else.
use super::{
    agents,
    fault::{Fault, Outcome},
    sql::{limit, many, one, word},
    visitors::read_agent,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_shared::protocol::{
    agent::{Filter, Inbox, InboxRow, VisitorCard},
    ids::{AgentId, ConversationId, SiteKey, VisitorId},
    model::{Side, Status},
    visitor::{About, Page},
};
use rusqlite::{Connection, Row};

/// A conversation's place in lists and its row. The place is its newest entry's id: one order for all, whatever
/// clocks say, and no two alike.
type Place = (i64, i64);

pub(super) fn list(
    db: &Connection,
    agent: &AgentId,
    filter: Filter,
    cursor: Option<&str>,
    rows: u16,
) -> Outcome<Inbox> {
    let rows = usize::from(rows.max(1));
    let before = cursor.and_then(read_cursor).unwrap_or(i64::MAX);
    let mut places = places(db, agent, filter, before, rows + 1)?;
    let more = places.len() > rows;
    places.truncate(rows);
    let cursor = places.last().filter(|_| more).map(|(latest, _)| write_cursor(*latest));
    let conversations = places.into_iter().map(|(_, id)| row(db, id)).collect::<Result<_, _>>()?;
    Ok(Inbox { filter, conversations, cursor })
}

/// The latest active first, over all sites of the agent.
fn places(db: &Connection, agent: &AgentId, filter: Filter, before: i64, rows: usize) -> Outcome<Vec<Place>> {
    let Some((agent, _)) = agents::author(db, agent)? else { return Ok(Vec::new()) };
    let sites =
        many(db, "SELECT site FROM memberships WHERE agent = ?1", [agent], |row| row.get::<_, i64>(0))?;
    let mut places = Vec::new();
    for site in sites {
        match filter {
            Filter::Open => places.extend(by_status(db, site, Status::Open, before, rows)?),
            Filter::Resolved => places.extend(by_status(db, site, Status::Resolved, before, rows)?),
            Filter::All => {
                for status in Status::ALL {
                    places.extend(by_status(db, site, *status, before, rows)?);
                }
            }
            Filter::Mine => places.extend(by_assignee(db, site, Some(agent), before, rows)?),
            Filter::Unassigned => places.extend(by_assignee(db, site, None, before, rows)?),
        }
    }
    places.sort_unstable_by(|a, b| b.cmp(a));
    places.truncate(rows);
    Ok(places)
}

fn by_status(db: &Connection, site: i64, status: Status, before: i64, rows: usize) -> Outcome<Vec<Place>> {
    let values = [site, i64::from(status.number()), before, limit(rows)];
    many(db, BY_STATUS, values, |row| Ok((row.get(0)?, row.get(1)?)))
}

fn by_assignee(
    db: &Connection,
    site: i64,
    assignee: Option<i64>,
    before: i64,
    rows: usize,
) -> Outcome<Vec<Place>> {
    let values = (site, assignee, before, limit(rows));
    many(db, BY_ASSIGNEE, values, |row| Ok((row.get(0)?, row.get(1)?)))
}

const BY_STATUS: &str = "SELECT place, id FROM conversations WHERE site = ?1 AND status = ?2 AND place < ?3
                         ORDER BY place DESC LIMIT ?4";
/// Status 1 is Open: written out, so that the index over open ones serves.
const BY_ASSIGNEE: &str = "SELECT place, id FROM conversations
                           WHERE site = ?1 AND assignee IS ?2 AND status = 1 AND place < ?3
                           ORDER BY place DESC LIMIT ?4";

fn write_cursor(latest: i64) -> String {
    URL_SAFE_NO_PAD.encode(latest.to_be_bytes())
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    bytes.try_into().ok().map(i64::from_be_bytes).filter(|latest| *latest > 0)
}

/// The columns that [`read`] reads, then those that are asked for besides.
macro_rules! select {
    ($besides:literal, $which:literal) => {
        concat!(
            "SELECT c.public_id, s.key, c.status, h.head, h.preview, h.preview_side, h.at, c.created_at,
                    h.waiting_since, h.agent_unread, a.public_id, a.name, v.public_id, v.number, v.name, c.locale,
                    c.page_url, c.page_title, c.page_referrer, h.visitor_received, h.visitor_read,
                    h.agent_received, h.agent_read, v.about, c.notes_head",
            $besides,
            " FROM conversations c JOIN heads h ON h.conversation = c.id JOIN sites s ON s.id = c.site
              JOIN visitors v ON v.id = c.visitor LEFT JOIN agents a ON a.id = c.assignee ",
            $which
        )
    };
}
pub(super) use select;

/// How many columns [`read`] reads.
pub(super) const COLUMNS: usize = 25;

/// A conversation as lists show it, by its row.
pub(super) fn row(db: &Connection, id: i64) -> Outcome<InboxRow> {
    let sql = select!("", "WHERE c.id = ?1");
    one(db, sql, [id], read)?.ok_or(Fault::Sqlite(rusqlite::Error::QueryReturnedNoRows))
}

/// A conversation as lists show it.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<InboxRow> {
    Ok(InboxRow {
        conversation: ConversationId(row.get(0)?),
        site: SiteKey(row.get(1)?),
        status: word(row, 2, Status::from_number)?,
        head: row.get(3)?,
        preview: row.get(4)?,
        preview_side: word(row, 5, Side::from_number)?,
        at: row.get(6)?,
        created_at: row.get(7)?,
        waiting_since: row.get(8)?,
        unread: row.get(9)?,
        assignee: read_agent(row, 10)?,
        visitor: read_visitor(row)?,
        visitor_received: row.get(19)?,
        visitor_read: row.get(20)?,
        agent_received: row.get(21)?,
        agent_read: row.get(22)?,
        backstage: row.get(24)?,
    })
}

fn read_visitor(row: &Row<'_>) -> rusqlite::Result<VisitorCard> {
    let url: Option<String> = row.get(16)?;
    let page =
        url.map(|url| Ok::<_, rusqlite::Error>(Page { url, title: row.get(17)?, referrer: row.get(18)? }));
    Ok(VisitorCard {
        id: VisitorId(row.get(12)?),
        number: row.get(13)?,
        name: row.get(14)?,
        locale: row.get(15)?,
        page: page.transpose()?,
        about: row.get::<_, Option<String>>(23)?.map(About),
    })
}

#[cfg(test)]
mod tests {
    use super::{BY_ASSIGNEE, BY_STATUS, read_cursor, write_cursor};
    use crate::store::sqlite::open;

    #[test]
    fn only_our_cursors_are_read() {
        assert_eq!(read_cursor(&write_cursor(77)), Some(77));
        for foreign in ["", "77", "AAAA", "-----------", "_________88"] {
            assert_eq!(read_cursor(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn lists_walk_an_index_and_sort_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let db = open::open(dir.path(), &"e".into()).expect("a store").db;
        for (sql, values) in [(BY_STATUS, [1, 1, 9, 5]), (BY_ASSIGNEE, [1, 1, 9, 5])] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
            let steps = plan.query_map(values, |row| row.get::<_, String>(3)).expect("steps");
            let steps: Vec<_> = steps.map(|step| step.expect("a step")).collect();
            assert_eq!(steps.len(), 1, "{steps:?}");
            assert!(steps[0].contains("USING COVERING INDEX"), "{steps:?}");
        }
    }
}
