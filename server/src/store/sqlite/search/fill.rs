//! Filling the index: it follows the ids of entries and notes, a little at a time, each time in a transaction that also
//! holds how far it came. Whatever ends it, it goes on where it was.
use super::{SCHEMA, SHAPE};
use crate::{
    domain::{reception::About, search::fold},
    store::{
        Forgotten, Kind,
        sqlite::{
            fault::Outcome,
            sql::{change, limit, many, one},
        },
    },
};
use rusqlite::{Connection, params};

/// A message or a note that is not in the index yet.
struct New {
    kind: Kind,
    /// The place of what brings it in what the index follows.
    id: i64,
    row: i64,
    /// It may be in the index already, with other words.
    again: bool,
    at: i64,
    site: i64,
    /// Who wrote it, if it was a visitor.
    visitor: Option<i64>,
    /// `None`: there is nothing to be found in it.
    body: Option<String>,
}

/// The number of a kind in the file.
pub(super) const fn number(kind: Kind) -> i64 {
    match kind {
        Kind::Message => 1,
        Kind::Note => 2,
        Kind::Person => 3,
    }
}

/// All of something, or nothing of it.
pub(super) fn at_once<T>(db: &Connection, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    let transaction = db.unchecked_transaction()?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// Makes the index empty if it is of another shape or of another store, as after a restore.
pub(super) fn prepare(db: &Connection) -> Outcome<()> {
    at_once(db, |db| {
        let epoch: String =
            db.query_row("SELECT value FROM store.meta WHERE key = 'epoch'", [], |row| row.get(0))?;
        let made: i64 = db.query_row("SELECT count(*) FROM main.sqlite_schema", [], |row| row.get(0))?;
        if made > 0 {
            let of = (meta(db, "epoch")?, meta(db, "shape")?);
            if of == (Some(epoch.clone()), Some(SHAPE.into())) {
                return Ok(());
            }
            db.execute_batch(
                "DROP TABLE main.words; DROP TABLE main.people; DROP TABLE main.things; DROP TABLE main.meta",
            )?;
        }
        db.execute_batch(SCHEMA)?;
        for (key, value) in [("epoch", epoch.as_str()), ("shape", SHAPE), ("entries", "0"), ("notes", "0")] {
            set_meta(db, key, value)?;
        }
        Ok(())
    })
}

/// Puts in what comes next; gives how much is still missing.
pub(super) fn next(db: &Connection, most: usize) -> Outcome<u64> {
    let (entries_from, notes_from) = (place(db, "entries")?, place(db, "notes")?);
    let mut entries = entries(db, entries_from, most)?;
    let mut notes = notes(db, notes_from, most)?;
    // What is put in stands in the order of its writing: the shorter way of the two ends both.
    let end =
        |news: &[New]| if news.len() < most { i64::MAX } else { news.last().map_or(i64::MAX, |new| new.at) };
    let until = end(&entries).min(end(&notes));
    for news in [&mut entries, &mut notes] {
        if news.len() < most
            && let Some(later) = news.iter().position(|new| new.at > until)
        {
            news.truncate(later);
        }
    }
    let last = |news: &[New], from| news.last().map_or(from, |new: &New| new.id);
    let (entries_to, notes_to) = (last(&entries, entries_from), last(&notes, notes_from));
    let mut news: Vec<_> = entries.into_iter().chain(notes).collect();
    news.sort_by_key(|new| new.at);
    for new in news {
        if new.again {
            remove(db, new.kind, new.row)?;
        }
        if let Some(body) = &new.body {
            add(db, new.kind, new.row, body, new.site)?;
        }
        if let Some(visitor) = new.visitor {
            person(db, visitor, new.site)?;
        }
    }
    set_meta(db, "entries", &entries_to.to_string())?;
    set_meta(db, "notes", &notes_to.to_string())?;
    behind(db, entries_to, notes_to)
}

/// Takes things out. What the index still held of them is written over: it is put together anew without them.
pub(super) fn forget(db: &Connection, what: &[Forgotten]) -> Outcome<()> {
    for Forgotten { kind, row } in what {
        remove(db, *kind, *row)?;
        if *kind == Kind::Person {
            change(db, "DELETE FROM main.people WHERE visitor = ?1", [row])?;
        }
    }
    change(db, "INSERT INTO main.words (words) VALUES ('optimize')", []).map(|_| ())
}

fn entries(db: &Connection, from: i64, most: usize) -> Outcome<Vec<New>> {
    // An edit brings its message again, with the words that it has now; a deletion brings it with none.
    let sql = "SELECT e.id, e.at, c.site, e.visitor, coalesce(t.body, e.body), coalesce(t.id, e.id), t.id IS NOT NULL
               FROM store.entries e
               LEFT JOIN store.entries t ON e.kind IN (4, 5) AND t.conversation = e.conversation
                   AND t.seq = coalesce(e.data ->> '$.Edited.of', e.data ->> '$.Deleted.of')
               JOIN store.conversations c ON c.id = e.conversation WHERE e.id > ?1 ORDER BY e.id LIMIT ?2";
    many(db, sql, [from, limit(most)], |row| {
        let body = row.get::<_, Option<String>>(4)?.filter(|body| !body.is_empty());
        Ok(New {
            kind: Kind::Message,
            id: row.get(0)?,
            row: row.get(5)?,
            again: row.get(6)?,
            at: row.get(1)?,
            site: row.get(2)?,
            visitor: row.get(3)?,
            body,
        })
    })
}

fn notes(db: &Connection, from: i64, most: usize) -> Outcome<Vec<New>> {
    let sql = "SELECT n.id, n.at, c.site, n.body FROM store.notes n
               JOIN store.conversations c ON c.id = n.conversation WHERE n.id > ?1 ORDER BY n.id LIMIT ?2";
    many(db, sql, [from, limit(most)], |row| {
        let (visitor, body) = (None, Some(row.get(3)?));
        let id = row.get(0)?;
        let (at, site) = (row.get(1)?, row.get(2)?);
        Ok(New { kind: Kind::Note, id, row: id, again: false, at, site, visitor, body })
    })
}

/// A visitor is found under what they said of themself; when that changes, they stand where it was said.
fn person(db: &Connection, visitor: i64, site: i64) -> Outcome<()> {
    let sql = "SELECT name, about FROM store.visitors WHERE id = ?1";
    let read =
        |row: &rusqlite::Row<'_>| Ok(words_of(row.get(0)?, row.get::<_, Option<String>>(1)?.as_deref()));
    let Some(words) = one(db, sql, [visitor], read)? else { return Ok(()) };
    let sql = "SELECT words FROM main.people WHERE visitor = ?1";
    let known = one(db, sql, [visitor], |row| row.get::<_, String>(0))?;
    if known.as_deref().unwrap_or_default() == words {
        return Ok(());
    }
    remove(db, Kind::Person, visitor)?;
    let sql = "INSERT INTO main.people (visitor, words) VALUES (?1, ?2)
               ON CONFLICT (visitor) DO UPDATE SET words = excluded.words";
    change(db, sql, params![visitor, words])?;
    add(db, Kind::Person, visitor, &words, site)
}

/// Name, address and telephone number, one after the other.
pub(super) fn words_of(name: Option<String>, about: Option<&str>) -> String {
    let about: About = about.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let known = name.is_some();
    let words = [name, about.name.filter(|_| !known), about.email, about.phone];
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn add(db: &Connection, kind: Kind, row: i64, text: &str, site: i64) -> Outcome<()> {
    change(db, "INSERT INTO main.things (kind, row) VALUES (?1, ?2)", [number(kind), row])?;
    let sql = "INSERT INTO main.words (rowid, text, site) VALUES (?1, ?2, ?3)";
    change(db, sql, params![db.last_insert_rowid(), fold(text), format!("s{site}")]).map(|_| ())
}

fn remove(db: &Connection, kind: Kind, row: i64) -> Outcome<()> {
    let sql = "SELECT id FROM main.things WHERE kind = ?1 AND row = ?2";
    let Some(id) = one(db, sql, [number(kind), row], |row| row.get::<_, i64>(0))? else { return Ok(()) };
    change(db, "DELETE FROM main.words WHERE rowid = ?1", [id])?;
    change(db, "DELETE FROM main.things WHERE id = ?1", [id]).map(|_| ())
}

fn behind(db: &Connection, entries: i64, notes: i64) -> Outcome<u64> {
    let sql = "SELECT coalesce((SELECT max(id) FROM store.entries), 0) - ?1
                    + coalesce((SELECT max(id) FROM store.notes), 0) - ?2";
    let left = one(db, sql, [entries, notes], |row| row.get::<_, i64>(0))?.unwrap_or(0);
    Ok(u64::try_from(left).unwrap_or(0))
}

fn place(db: &Connection, key: &str) -> Outcome<i64> {
    Ok(meta(db, key)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn meta(db: &Connection, key: &str) -> Outcome<Option<String>> {
    one(db, "SELECT value FROM main.meta WHERE key = ?1", [key], |row| row.get(0))
}

fn set_meta(db: &Connection, key: &str, value: &str) -> Outcome<()> {
    let sql = "INSERT INTO main.meta (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    change(db, sql, [key, value]).map(|_| ())
}
