//! A conversation as agents see it in a list, by its row. Never which conversations a list has (`lists`).
use super::{
    fault::{Fault, Outcome},
    sql::{one, word},
    visitors::read_agent,
};
use merhaba_shared::protocol::{
    agent::{InboxRow, VisitorCard},
    ids::{ConversationId, SiteKey, VisitorId},
    model::{Side, Status},
    triage::{Priority, Triage, fold_tag},
    visitor::{About, Page},
};
use rusqlite::{Connection, Row};

/// The columns that [`read`] reads, then those that are asked for besides.
macro_rules! select {
    ($besides:literal, $which:literal) => {
        concat!(
            "SELECT c.public_id, s.key, c.status, h.head, h.preview, h.preview_side, h.at, c.created_at,
                    h.waiting_since, h.agent_unread, a.public_id, a.name, v.public_id, v.number, v.name, c.locale,
                    c.page_url, c.page_title, c.page_referrer, h.visitor_received, h.visitor_read,
                    h.agent_received, h.agent_read, v.about, c.notes_head, c.priority, c.snoozed_until, c.proposed_at, c.passed,
                    c.rung, c.told, c.unattended_since, c.department,
                    (SELECT json_group_array(t.name) FROM conversation_tags ct JOIN tags t ON t.id = ct.tag
                     WHERE ct.conversation = c.id)",
            $besides,
            " FROM conversations c JOIN heads h ON h.conversation = c.id JOIN sites s ON s.id = c.site
              JOIN visitors v ON v.id = c.visitor LEFT JOIN agents a ON a.id = c.assignee ",
            $which
        )
    };
}
pub(super) use select;

/// How many columns [`read`] reads.
pub(super) const COLUMNS: usize = 34;

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
        triage: read_triage(row)?,
    })
}

fn read_triage(row: &Row<'_>) -> rusqlite::Result<Triage> {
    let mut tags: Vec<String> = serde_json::from_str(&row.get::<_, String>(33)?).unwrap_or_default();
    tags.sort_by_cached_key(|tag| fold_tag(tag));
    Ok(Triage {
        tags,
        priority: word(row, 25, Priority::from_number)?,
        snoozed_until: row.get(26)?,
        proposed_at: row.get(27)?,
        passed: row.get(28)?,
        rung: row.get(29)?,
        told: row.get(30)?,
        unattended_since: row.get(31)?,
        department: row.get(32)?,
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
