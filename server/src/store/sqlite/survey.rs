//! What a store holds, and whether it holds together: how a copy is compared with what it was made from, and how a
//! file is looked at before it takes a store's place. Changes nothing.
use super::{
    fault::Outcome,
    open::{self, APPLICATION, FILE, MIGRATIONS},
};
use crate::store::Holdings;
use merhaba_shared::protocol::ids::Epoch;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    /// Its life.
    pub(super) epoch: Epoch,
    /// Its schema.
    version: i64,
    /// How much of everything.
    pub(super) holdings: Holdings,
    /// Every conversation with its head, hashed in their order.
    heads: [u8; 32],
}

/// Looks a store through; all of it at one instant, if the connection has a transaction open.
pub(super) fn survey(db: &Connection) -> Outcome<Survey> {
    let count =
        |table: &str| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u64>(0));
    let holdings = Holdings {
        sites: count("sites")?,
        agents: count("agents")?,
        visitors: count("visitors")?,
        conversations: count("conversations")?,
        entries: count("entries")?,
        notes: count("notes")?,
    };
    let epoch =
        db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0).map(Epoch))?;
    Ok(Survey { epoch, version: open::version(db)?, holdings, heads: heads(db)? })
}

fn heads(db: &Connection) -> Outcome<[u8; 32]> {
    let mut statement = db.prepare(
        "SELECT c.public_id, h.head FROM conversations c JOIN heads h ON h.conversation = c.id ORDER BY c.id",
    )?;
    let mut rows = statement.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        hash.update(row.get_ref(0)?.as_bytes().unwrap_or_default());
        hash.update(row.get::<_, i64>(1)?.to_be_bytes());
    }
    Ok(hash.finalize().into())
}

/// Looks for damage: in the file, in what refers to what, and in the numbering of every conversation. An error is a
/// half sentence about the file.
pub(super) fn check(db: &Connection) -> Result<(), String> {
    let damaged = |error: rusqlite::Error| format!("is damaged: {error}");
    let owner: i64 = db
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(|_| "is not a store of Merhaba".to_owned())?;
    if owner != APPLICATION {
        return Err("is not a store of Merhaba".into());
    }
    let (found, known) = (open::version(db).map_err(damaged)?, MIGRATIONS.len() as u64);
    if u64::try_from(found).is_ok_and(|found| found > known) {
        return Err(format!("was written by a newer Merhaba (schema {found}; this one knows {known})"));
    }
    if u64::try_from(found).is_ok_and(|found| found < known) {
        return Err(format!(
            "was written by an older Merhaba (schema {found}; this one knows {known}): put it into a folder of its own \
             as {FILE}, start the relay on it once, and back that up"
        ));
    }
    let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(damaged)?;
    if verdict != "ok" {
        return Err(format!("is damaged: {verdict}"));
    }
    let loose = "SELECT count(*) FROM pragma_foreign_key_check";
    let lost = "SELECT count(*) FROM entries WHERE conversation NOT IN (SELECT id FROM conversations)";
    let headless = "SELECT count(*) FROM conversations WHERE id NOT IN (SELECT conversation FROM heads)";
    let holes = "SELECT count(*) FROM heads AS h WHERE h.head <>
        (SELECT count(*) FROM entries WHERE conversation = h.conversation) OR h.head <>
        (SELECT coalesce(max(seq), 0) FROM entries WHERE conversation = h.conversation)";
    let checks = [
        (loose, "rows refer to what is not there"),
        (lost, "entries are of no conversation"),
        (headless, "conversations have no end"),
        (holes, "conversations have holes"),
    ];
    for (sql, what) in checks {
        let found: i64 = db.query_row(sql, [], |row| row.get(0)).map_err(damaged)?;
        if found > 0 {
            return Err(format!("is damaged: {found} {what}"));
        }
    }
    Ok(())
}
