//! Finding: the index says where, the store says what is there now and whose it is. What is on a site that is not the
//! agent's, or is no longer as it was found, is not shown.
use super::{fill::words_of, snippet::Looked};
use crate::store::{
    Found, FoundTag, Hit, Kind, Search,
    sqlite::{
        agents,
        fault::Outcome,
        inbox, open,
        sql::{many, one},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_shared::protocol::{model::Side, triage::fold_tag};
use rusqlite::{Connection, Row, params};
use std::{collections::BTreeMap, path::Path};

/// So many things are looked at for one page: then it ends, full or not.
const LOOKED_AT: usize = 2_000;
/// Tags that are shown at most.
const TAGS: usize = 5;

/// The connection that searches: it only reads.
pub(super) struct Finder {
    db: Connection,
    looked: Looked,
}

/// What stands in the store where the index points to.
struct Thing {
    kind: Kind,
    conversation: i64,
    site: i64,
    seq: u64,
    number: Option<u64>,
    at: i64,
    side: Side,
    author: Option<String>,
    text: String,
}

impl Finder {
    pub(super) fn open(store: &Path, index: &Path) -> Outcome<Self> {
        let db = open::connect(store)?;
        db.execute("ATTACH ?1 AS found", [index.to_string_lossy()])?;
        db.pragma_update(None, "query_only", true)?;
        db.pragma_update(None, "cache_size", -256)?;
        db.execute_batch("PRAGMA found.cache_size = -4096")?;
        Ok(Self { db, looked: Looked::new()? })
    }

    pub(super) fn find(&self, search: &Search) -> Outcome<Found> {
        let db = self.db.unchecked_transaction()?;
        let sites = sites(&db, search)?;
        if sites.is_empty() {
            return Ok(Found::default());
        }
        let expression = within(&db, &sites, &search.expression)?;
        let before = search.cursor.as_deref().and_then(read_cursor).unwrap_or(i64::MAX);
        let sql =
            "SELECT w.rowid, t.kind, t.row FROM found.words w CROSS JOIN found.things t ON t.id = w.rowid
                   WHERE w.words MATCH ?1 AND w.rowid < ?2 ORDER BY w.rowid DESC";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query(params![expression, before])?;
        let tags =
            if search.cursor.is_none() { self.tags(&db, &sites, &search.expression)? } else { Vec::new() };
        let (mut found, mut last, mut looked_at) = (Found { tags, ..Found::default() }, None, 0);
        while let Some(row) = rows.next()? {
            if found.hits.len() == search.limit || looked_at == LOOKED_AT {
                found.cursor = last.map(write_cursor);
                break;
            }
            looked_at += 1;
            last = Some(row.get(0)?);
            let Some(thing) = thing(&db, row.get(1)?, row.get(2)?)? else { continue };
            if !sites.contains(&thing.site) {
                continue;
            }
            if let Some(snippet) = self.looked.snippet(&thing.text, &search.expression)? {
                let row = inbox::row(&db, thing.conversation)?;
                let Thing { kind, seq, number, at, side, author, .. } = thing;
                found.hits.push(Hit { kind, row, seq, number, at, side, author, snippet });
            }
        }
        Ok(found)
    }

    /// The tags of the sites that what is looked for stands in; one that several sites spell alike only once.
    fn tags(&self, db: &Connection, sites: &[i64], expression: &str) -> Outcome<Vec<FoundTag>> {
        let mut known = BTreeMap::new();
        for site in sites {
            for tag in
                many(db, "SELECT name FROM tags WHERE site = ?1", [site], |row| row.get::<_, String>(0))?
            {
                known.entry(fold_tag(&tag)).or_insert(tag);
            }
        }
        let mut found = Vec::new();
        for tag in known.into_values().take(LOOKED_AT) {
            if let Some(snippet) = self.looked.snippet(&tag, expression)? {
                found.push(FoundTag { tag, snippet });
            }
            if found.len() == TAGS {
                break;
            }
        }
        Ok(found)
    }
}

/// The sites that the agent is of.
fn sites(db: &Connection, search: &Search) -> Outcome<Vec<i64>> {
    let Some((agent, _)) = agents::author(db, &search.agent)? else { return Ok(Vec::new()) };
    many(db, "SELECT site FROM memberships WHERE agent = ?1", [agent], |row| row.get(0))
}

/// The expression for the agent's sites. Where those are all sites there are, the index need not look at them.
fn within(db: &Connection, sites: &[i64], expression: &str) -> Outcome<String> {
    let all: usize = db.query_row("SELECT count(*) FROM sites", [], |row| row.get(0))?;
    let text = format!("text : ({expression})");
    if all == sites.len() {
        return Ok(text);
    }
    let sites: Vec<_> = sites.iter().map(|site| format!("s{site}")).collect();
    Ok(format!("{text} AND site : ({})", sites.join(" OR ")))
}

fn thing(db: &Connection, kind: i64, id: i64) -> Outcome<Option<Thing>> {
    match kind {
        1 => {
            let sql = "SELECT c.id, c.site, e.seq, e.at, e.visitor IS NULL, a.name, e.body FROM entries e
                       JOIN conversations c ON c.id = e.conversation LEFT JOIN agents a ON a.id = e.agent
                       WHERE e.id = ?1 AND e.body IS NOT NULL";
            one(db, sql, [id], |row| read(row, Kind::Message, None))
        }
        2 => {
            let sql = "SELECT c.id, c.site, n.after_seq, n.at, 1, a.name, n.body, n.number FROM notes n
                       JOIN conversations c ON c.id = n.conversation LEFT JOIN agents a ON a.id = n.agent
                       WHERE n.id = ?1";
            one(db, sql, [id], |row| read(row, Kind::Note, Some(row.get(7)?)))
        }
        _ => {
            let sql = "SELECT c.id, c.site, h.head, h.at, 0, NULL, '', v.name, v.about FROM visitors v
                       JOIN conversations c ON c.visitor = v.id JOIN heads h ON h.conversation = c.id
                       WHERE v.id = ?1 ORDER BY h.latest DESC LIMIT 1";
            one(db, sql, [id], |row| {
                let text = words_of(row.get(7)?, row.get::<_, Option<String>>(8)?.as_deref());
                Ok(Thing { text, ..read(row, Kind::Person, None)? })
            })
        }
    }
}

fn read(row: &Row<'_>, kind: Kind, number: Option<u64>) -> rusqlite::Result<Thing> {
    Ok(Thing {
        kind,
        conversation: row.get(0)?,
        site: row.get(1)?,
        seq: row.get(2)?,
        number,
        at: row.get(3)?,
        side: if row.get(4)? { Side::Agent } else { Side::Visitor },
        author: row.get(5)?,
        text: row.get(6)?,
    })
}

fn write_cursor(id: i64) -> String {
    URL_SAFE_NO_PAD.encode(id.to_be_bytes())
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    bytes.try_into().ok().map(i64::from_be_bytes).filter(|id| *id > 0)
}
