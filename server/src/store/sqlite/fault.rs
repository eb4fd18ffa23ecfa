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
    /// There is less room on the disk than the store wants to have left, in bytes; nothing was written.
    NoRoom(u64),
    /// SQLite said no: what else was done in the same transaction goes with it.
    Sqlite(rusqlite::Error),
    /// SQLite said no, and what had been done by then was taken back.
    TakenBack(rusqlite::Error),
}

impl Fault {
    /// The same, after what it had done by then was taken back.
    pub(super) fn taken_back(self) -> Self {
        match self {
            Self::Sqlite(error) => Self::TakenBack(error),
            other => other,
        }
    }

    /// Whether an index says that something of that name is there: the statement has changed nothing.
    pub(super) fn is_taken(&self) -> bool {
        let Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) = self else { return false };
        failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
    }
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
            Fault::NoRoom(left) => Self::NoRoom(left),
            Fault::Sqlite(error) | Fault::TakenBack(error) => Self::Unavailable(error.to_string()),
        }
    }
}

/// A value that no version of this program wrote.
pub(super) fn foreign_value(column: usize, value: i64) -> rusqlite::Error {
    let unknown = format!("{value} is no word of this version");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, unknown.into())
}
