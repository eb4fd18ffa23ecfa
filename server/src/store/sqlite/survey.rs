//! What a store holds, and whether it holds together: how a copy is compared with what it was made from, and how a
//! file is looked at before it takes a store's place. Changes nothing.
use super::{
    fault::Outcome,
    open::{self, APPLICATION, MIGRATIONS},
};
use crate::store::Holdings;
use merhaba_shared::protocol::ids::Epoch;
use rusqlite::{Connection, ErrorCode};
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
    let version = open::version(db)?;
    let count =
        |table: &str| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u64>(0));
    let holdings = Holdings {
        sites: count("sites")?,
        agents: count("agents")?,
        visitors: count("visitors")?,
        conversations: count("conversations")?,
        entries: count("entries")?,
        notes: count("notes")?,
        files: if version < 4 { 0 } else { count("files WHERE seq IS NOT NULL")? },
    };
    let epoch =
        db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0).map(Epoch))?;
    Ok(Survey { epoch, version, holdings, heads: heads(db, version)? })
}

/// Where the heads stand in a store of this version.
const fn heads_of(version: i64) -> &'static str {
    if version < 2 { "(SELECT id AS conversation, head FROM conversations)" } else { "heads" }
}

fn heads(db: &Connection, version: i64) -> Outcome<[u8; 32]> {
    let heads = heads_of(version);
    let sql = format!(
        "SELECT c.public_id, h.head FROM conversations AS c JOIN {heads} AS h ON h.conversation = c.id ORDER BY c.id"
    );
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        hash.update(row.get_ref(0)?.as_bytes().unwrap_or_default());
        hash.update(row.get::<_, i64>(1)?.to_be_bytes());
    }
    Ok(hash.finalize().into())
}

/// What an error says of a file, as a half sentence.
pub(super) fn damaged(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "is not a store of Merhaba".into(),
        _ => format!("is damaged: {error}"),
    }
}

/// Looks for damage: in the file, in what refers to what, and in the numbering of every conversation. An error is a
/// half sentence about the file.
pub(super) fn check(db: &Connection) -> Result<(), String> {
    let owner: i64 =
        db.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(|error| damaged(&error))?;
    if owner != APPLICATION {
        return Err("is not a store of Merhaba".into());
    }
    let (found, known) = (open::version(db).map_err(|error| damaged(&error))?, MIGRATIONS.len() as u64);
    if u64::try_from(found).is_ok_and(|found| found > known) {
        return Err(format!("was written by a newer Merhaba (schema {found}; this one knows {known})"));
    }
    let verdict: String =
        db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(|error| damaged(&error))?;
    if verdict != "ok" {
        return Err(format!("is damaged: {verdict}"));
    }
    let loose = "SELECT count(*) FROM pragma_foreign_key_check";
    let holes = format!(
        "SELECT count(*) FROM conversations AS c LEFT JOIN {} AS h ON h.conversation = c.id
         WHERE h.head IS NOT (SELECT count(*) FROM entries WHERE conversation = c.id)
            OR h.head IS NOT (SELECT coalesce(max(seq), 0) FROM entries WHERE conversation = c.id)",
        heads_of(found)
    );
    let strays = "SELECT count(*) FROM entries WHERE conversation NOT IN (SELECT id FROM conversations)";
    for (sql, what) in [
        (loose, "rows refer to what is not there"),
        (&holes, "conversations have holes"),
        (strays, "entries are of no conversation"),
    ] {
        let found: i64 = db.query_row(sql, [], |row| row.get(0)).map_err(|error| damaged(&error))?;
        if found > 0 {
            return Err(format!("is damaged: {found} {what}"));
        }
    }
    Ok(())
}
