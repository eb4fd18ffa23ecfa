//! The loaders that were ever served.
use super::{
    fault::Outcome,
    sql::{change, limit, one},
};
use crate::store::{LOADERS, Loader};
use merhaba_shared::protocol::ids::Millis;
use rusqlite::{Connection, params};

pub(super) fn keep(db: &Connection, loader: &Loader, at: Millis) -> Outcome<()> {
    let sql =
        "INSERT INTO loaders (build, version, at, script, half_name, half) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (build) DO NOTHING";
    let Loader { build, version, script, half_name, half } = loader;
    if change(db, sql, params![build, version, at, script, half_name, half])? > 0 {
        let sql =
            "DELETE FROM loaders WHERE rowid NOT IN (SELECT rowid FROM loaders ORDER BY rowid DESC LIMIT ?1)";
        change(db, sql, [limit(LOADERS)])?;
    }
    Ok(())
}

pub(super) fn script(db: &Connection, name: &str) -> Outcome<Option<String>> {
    let sql = "SELECT script FROM loaders WHERE build = ?1 OR version = ?1 ORDER BY rowid DESC LIMIT 1";
    one(db, sql, [name], |row| row.get(0))
}

pub(super) fn half(db: &Connection, name: &str) -> Outcome<Option<String>> {
    one(db, "SELECT half FROM loaders WHERE half_name = ?1 LIMIT 1", [name], |row| row.get(0))
}
