//! Visitors and what they see of their conversations in a list.
use super::{
    fault::{Fault, Outcome},
    sql::{change, limit, many, one, to_json, word},
};
use crate::{
    domain::reception::About,
    store::{SecretHash, Visitor, VisitorMessage},
};
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, SiteKey, VisitorId},
    model::{AgentAuthor, Status},
    visitor::ConversationCard,
};
use rusqlite::{Connection, Row, params};

/// A visitor's row, as far as writing needs it.
pub(super) struct Known {
    /// The row.
    pub(super) id: i64,
    /// Their site's row.
    pub(super) site: i64,
    /// The name they typed.
    pub(super) name: Option<String>,
    /// Their page's language.
    pub(super) locale: String,
    /// The latest active of their open conversations; `None`: it has to be looked for.
    pub(super) open: Option<ConversationId>,
}

pub(super) fn by_token(db: &Connection, site: &SiteKey, token: &SecretHash) -> Outcome<Option<Visitor>> {
    let sql = "SELECT v.public_id, v.name FROM sites s JOIN visitors v ON v.site = s.id
               WHERE s.key = ?1 AND v.token = ?2";
    one(db, sql, params![site.as_str(), token], |row| {
        Ok(Visitor { id: VisitorId(row.get(0)?), name: row.get(1)? })
    })
}

pub(super) fn cards(db: &Connection, visitor: &VisitorId, rows: usize) -> Outcome<Vec<ConversationCard>> {
    let sql = "SELECT c.public_id, c.status, h.head, h.visitor_received, h.visitor_read, h.agent_received,
                      h.agent_read, h.visitor_unread, a.public_id, a.name
               FROM visitors v JOIN conversations c ON c.visitor = v.id JOIN heads h ON h.conversation = c.id
               LEFT JOIN agents a ON a.id = c.assignee
               WHERE v.public_id = ?1 ORDER BY h.latest DESC LIMIT ?2";
    many(db, sql, params![visitor.as_str(), limit(rows)], read_card)
}

/// A visitor by their name on the wire.
pub(super) fn known(db: &Connection, visitor: &VisitorId) -> Outcome<Option<Known>> {
    let sql = "SELECT id, site, name, locale FROM visitors WHERE public_id = ?1";
    one(db, sql, [visitor.as_str()], |row| {
        Ok(Known { id: row.get(0)?, site: row.get(1)?, name: row.get(2)?, locale: row.get(3)?, open: None })
    })
}

/// Makes a visitor's row, with the next number of their site. Nothing has changed when this fails.
pub(super) fn insert(db: &Connection, site: i64, message: &VisitorMessage) -> Outcome<()> {
    let sql = "INSERT INTO visitors (site, public_id, token, number, at, locale, name, about)
               VALUES (?1, ?2, ?3, (SELECT visitors + 1 FROM sites WHERE id = ?1), ?4, ?5, ?6, ?7)
               ON CONFLICT (site, token) DO NOTHING";
    let from = &*message.from;
    let about = message.about.as_deref().filter(|about| about.says_who());
    let (name, about) = (about.and_then(|about| about.name.as_deref()), about.map(to_json).transpose()?);
    let values = params![site, from.visitor.as_str(), from.token, message.at, from.locale, name, about];
    if change(db, sql, values)? == 0 {
        return Err(Fault::Conflict);
    }
    change(db, "UPDATE sites SET visitors = visitors + 1 WHERE id = ?1", [site]).map(|_| ())
}

/// Keeps what a visitor says of themself from now on.
pub(super) fn set_about(db: &Connection, visitor: i64, about: &About) -> Outcome<()> {
    let sql = "UPDATE visitors SET name = coalesce(?2, name), about = ?3 WHERE id = ?1";
    change(db, sql, params![visitor, about.name, to_json(about)?]).map(|_| ())
}

/// Keeps the language that a visitor's page now has.
pub(super) fn set_locale(db: &Connection, visitor: i64, locale: &str) -> Outcome<()> {
    change(db, "UPDATE visitors SET locale = ?2 WHERE id = ?1", params![visitor, locale]).map(|_| ())
}

fn read_card(row: &Row<'_>) -> rusqlite::Result<ConversationCard> {
    Ok(ConversationCard {
        conversation: ConversationId(row.get(0)?),
        // That it was put off is the team's own: a visitor's message opens it all the same.
        status: match word(row, 1, Status::from_number)? {
            Status::Snoozed => Status::Open,
            status => status,
        },
        head: row.get(2)?,
        received: row.get(3)?,
        read: row.get(4)?,
        agent_received: row.get(5)?,
        agent_read: row.get(6)?,
        unread: row.get(7)?,
        assignee: read_agent(row, 8)?,
    })
}

/// An agent in two columns, if there is one.
pub(super) fn read_agent(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<AgentAuthor>> {
    let id: Option<String> = row.get(first)?;
    id.map(|id| Ok(AgentAuthor { id: AgentId(id), name: row.get(first + 1)? })).transpose()
}
