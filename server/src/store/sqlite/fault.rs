//! How a use-case fails inside this back-end, and what the outside hears of it. No driver type goes out.
use crate::store::StoreError;
use rusqlite::types::Type;

/// Why a use-case failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// Something of that name exists.
    Conflict,
    /// One before it in its sequence could not be stored.
    Behind,
    /// SQLite said no.
    Sqlite(rusqlite::Error),
}

/// What a use-case gives inside.
pub(super) type Outcome<T> = Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Conflict => Self::Conflict,
            Fault::Behind => Self::Unavailable("a message before it could not be stored".into()),
            Fault::Sqlite(error) => Self::Unavailable(error.to_string()),
        }
    }
}

/// A value that no version of this program wrote.
pub(super) fn foreign_value(column: usize, value: i64) -> rusqlite::Error {
    let unknown = format!("{value} is no word of this version");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, unknown.into())
}
