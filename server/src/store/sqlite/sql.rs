//! Running a statement: always prepared, always with its values bound. No SQL is ever put together from input.
use super::fault::{Fault, Outcome, foreign_value};
use merhaba_shared::protocol::ids::Seq;
use rusqlite::{Connection, OptionalExtension, Params, Row, types::Type};
use serde::{Serialize, de::DeserializeOwned};

/// At most one row.
pub(super) fn one<T>(
    db: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Outcome<Option<T>> {
    Ok(db.prepare_cached(sql)?.query_row(values, read).optional()?)
}

/// All rows.
pub(super) fn many<T>(
    db: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Outcome<Vec<T>> {
    Ok(db.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<_, _>>()?)
}

/// How many rows a statement changed.
pub(super) fn change(db: &Connection, sql: &str, values: impl Params) -> Outcome<usize> {
    Ok(db.prepare_cached(sql)?.execute(values)?)
}

/// A word of a closed vocabulary by its number.
pub(super) fn word<T>(row: &Row<'_>, column: usize, known: fn(u8) -> Option<T>) -> rusqlite::Result<T> {
    let number: i64 = row.get(column)?;
    let word = u8::try_from(number).ok().and_then(known);
    word.ok_or_else(|| foreign_value(column, number))
}

/// A Seq that a client named, as far as SQL can hold it: beyond that there is nothing anyway.
pub(super) fn clamp(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A number of rows for `LIMIT`.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A value of ours that a column holds as JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// A value of ours as JSON, for a column.
pub(super) fn to_json(value: &impl Serialize) -> Outcome<String> {
    serde_json::to_string(value)
        .map_err(|error| Fault::Sqlite(rusqlite::Error::ToSqlConversionFailure(Box::new(error))))
}
