//! What a store holds, and whether it holds together: how a copy is compared with what it was made from, and how a
//! file is looked at before it takes a store's place. Changes nothing.
use super::{
    fault::Outcome,
    open::{self, APPLICATION, MIGRATIONS},
};
use crate::store::Holdings;
use merhaba_shared::protocol::ids::Epoch;
use rusqlite::{Connection, ErrorCode, types::ValueRef};
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
    Ok(Survey { epoch, version, holdings })
}

/// Where the heads stand in a store of this version.
const fn heads_of(version: i64) -> &'static str {
    if version < 2 { "(SELECT id AS conversation, head FROM conversations)" } else { "heads" }
}

/// SHA-256 of every row of every table, each value with its type and length: what two files share when they hold the same,
/// whatever indexes they have. Rows are taken as the file has them, which in a copy page by page is the same order. `None`:
/// it is no longer wanted.
pub(super) fn contents(db: &Connection, wanted: &dyn Fn() -> bool) -> Outcome<Option<[u8; 32]>> {
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name";
    let names: Vec<String> =
        db.prepare(tables)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut hash = Sha256::new();
    for name in names {
        add(&mut hash, 0, name.as_bytes());
        let mut statement = db.prepare(&format!("SELECT * FROM \"{name}\""))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if !wanted() {
                return Ok(None);
            }
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => hash.update([1]),
                    ValueRef::Integer(value) => add(&mut hash, 2, &value.to_be_bytes()),
                    ValueRef::Real(value) => add(&mut hash, 3, &value.to_be_bytes()),
                    ValueRef::Text(value) => add(&mut hash, 4, value),
                    ValueRef::Blob(value) => add(&mut hash, 5, value),
                }
            }
        }
    }
    Ok(Some(hash.finalize().into()))
}

/// A value with what it is and how long, so that no two rows run together to the same bytes.
fn add(hash: &mut Sha256, kind: u8, value: &[u8]) {
    hash.update([kind]);
    hash.update((value.len() as u64).to_be_bytes());
    hash.update(value);
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
