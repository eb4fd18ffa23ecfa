//! Fills a relay's store with messages, as SQL on the file of a relay that does not run: ten million through the relay
//! itself would take longer than what is measured then. What it writes is what the relay would have written; a test
//! holds it to the schema.
use crate::script::BODY;
use rusqlite::{Connection, params};
use std::path::Path;

/// Rows in one transaction.
const BATCH: u64 = 100_000;
/// The first entry's time; each is a second later.
const FIRST_AT: i64 = 1_700_000_000_000;

/// How full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fill {
    /// Messages in all.
    pub messages: u64,
    /// Conversations they lie in, each of a visitor of its own, all on the first site.
    pub conversations: u64,
}

/// The name of a conversation of the filling.
#[must_use]
pub fn name(conversation: u64) -> String {
    format!("filled{conversation:016}")
}

/// Fills the store in a folder.
///
/// # Errors
/// When the store has another shape than this knows, or the disk is full.
pub fn fill(folder: &Path, fill: Fill) -> rusqlite::Result<()> {
    let db = Connection::open(folder.join("merhaba.db"))?;
    db.pragma_update(None, "synchronous", "OFF")?;
    into(&db, fill)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn into(db: &Connection, fill: Fill) -> rusqlite::Result<()> {
    if fill.messages == 0 {
        return Ok(());
    }
    let site: i64 = db.query_row("SELECT min(id) FROM sites", [], |row| row.get(0))?;
    let agent: i64 =
        db.query_row("SELECT min(agent) FROM memberships WHERE site = ?1", [site], |row| row.get(0))?;
    db.execute_batch("BEGIN")?;
    for conversation in 1..=fill.conversations {
        begin(db, site, agent, conversation)?;
    }
    db.execute("UPDATE sites SET visitors = ?2 WHERE id = ?1", params![site, fill.conversations])?;
    // In turns, as conversations go on beside each other: the entries of one lie far apart.
    for number in 0..fill.messages {
        say(db, agent, fill, number)?;
        if number % BATCH == BATCH - 1 {
            db.execute_batch("COMMIT; BEGIN")?;
        }
    }
    close(db)?;
    db.execute_batch("COMMIT")
}

/// A visitor and their conversation; both have the same row number.
fn begin(db: &Connection, site: i64, agent: i64, conversation: u64) -> rusqlite::Result<()> {
    let mut token = [0; 32];
    token[..16].copy_from_slice(&scatter(conversation).to_be_bytes());
    let sql = "INSERT INTO visitors (id, site, public_id, token, number, at, locale) VALUES (?1, ?2, ?3, ?4, ?1, ?5, 'tr')";
    let public = format!("visitor{conversation:015}");
    db.prepare_cached(sql)?.execute(params![conversation, site, public, token, FIRST_AT])?;
    let sql = "INSERT INTO conversations (id, public_id, site, visitor, assignee, status, place, created_at, locale)
               VALUES (?1, ?2, ?3, ?1, ?4, 1, 0, ?5, 'tr')";
    db.prepare_cached(sql)?.execute(params![conversation, name(conversation), site, agent, FIRST_AT])?;
    let sql = "INSERT INTO heads (conversation, head, latest, at, preview, preview_side, visitor_received, visitor_read,
                   visitor_unread, agent_received, agent_read, agent_unread)
               VALUES (?1, 0, 0, ?2, ?3, 1, 0, 0, 0, 0, 0, 0)";
    db.prepare_cached(sql)?.execute(params![conversation, FIRST_AT, &BODY[..100]]).map(drop)
}

fn say(db: &Connection, agent: i64, fill: Fill, number: u64) -> rusqlite::Result<()> {
    let (conversation, seq) = (number % fill.conversations + 1, number / fill.conversations + 1);
    let by_visitor = seq % 2 == 1;
    let (visitor, agent) = (by_visitor.then_some(conversation), (!by_visitor).then_some(agent));
    let at = FIRST_AT.saturating_add_unsigned(number * 1_000);
    let client_id = scatter(number).to_be_bytes();
    let sql = "INSERT INTO entries (conversation, seq, visitor, agent, at, client_id, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![conversation, seq, visitor, agent, at, client_id, BODY];
    db.prepare_cached(sql)?.execute(values).map(drop)
}

/// Each conversation's row says where its log ends; all is read.
fn close(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "UPDATE heads SET (head, latest, at) =
             (SELECT e.seq, e.id, e.at FROM entries e WHERE e.conversation = heads.conversation ORDER BY e.seq DESC LIMIT 1)
         WHERE EXISTS (SELECT 1 FROM entries e WHERE e.conversation = heads.conversation);
         UPDATE heads SET visitor_received = head, visitor_read = head, agent_received = head, agent_read = head;
         UPDATE conversations SET place = (SELECT latest FROM heads WHERE conversation = conversations.id);
         UPDATE meta SET value = (SELECT coalesce(max(id), 0) FROM entries) WHERE key = 'placed';",
    )
}

/// 128 bits that lie anywhere, always the same for a number: an index over them grows everywhere at once.
fn scatter(number: u64) -> u128 {
    let mix = |seed: u64| {
        let mut bits = number.wrapping_add(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    };
    u128::from(mix(1)) << 64 | u128::from(mix(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// An empty store of today's shape, with a site and its agent.
    fn store() -> Connection {
        let db = Connection::open_in_memory().expect("a store");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../server/migrations/sqlite");
        let files = fs::read_dir(folder).expect("the migrations").map(|file| file.expect("a file").path());
        let mut files: Vec<_> =
            files.filter(|file| file.extension().is_some_and(|ending| ending == "sql")).collect();
        files.sort();
        for file in files {
            db.execute_batch(&fs::read_to_string(file).expect("a migration")).expect("it applies");
        }
        db.execute_batch(
            "INSERT INTO sites (id, key, at, name) VALUES (7, 'k', 0, 'n');
             INSERT INTO agents (id, public_id, email, name, password_hash, at) VALUES (9, 'a', 'e', 'n', '', 0);
             INSERT INTO memberships (agent, site, role) VALUES (9, 7, 3);",
        )
        .expect("a site");
        db
    }

    #[test]
    fn a_filled_store_is_one_that_the_relay_could_have_written() {
        let db = store();
        into(&db, Fill { messages: 1_003, conversations: 10 }).expect("it fits the schema");
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        assert_eq!(count("SELECT count(*) FROM entries"), 1_003);
        assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
        assert_eq!(count("SELECT head FROM heads WHERE conversation = 3"), 101);
        assert_eq!(count("SELECT head FROM heads WHERE conversation = 4"), 100);
        let holes = "SELECT count(*) FROM (SELECT max(seq) - count(*) AS gap FROM entries GROUP BY conversation) WHERE gap <> 0";
        assert_eq!(count(holes), 0);
        let ends = "SELECT count(*) FROM heads h JOIN conversations c ON c.id = h.conversation AND c.place = h.latest
                    JOIN entries e ON e.id = h.latest AND e.seq = h.head
                    WHERE e.conversation = c.id AND h.agent_read = h.head AND h.visitor_read = h.head";
        assert_eq!(count(ends), 10);
    }
}
