//! Other words for a message, or its end. The message's row keeps the latest words and no others; the entry that tells of it
//! names the message and nothing else, and is given the words when it is read, if they are still the ones that it brought.
use super::{
    Sqlite,
    desk::Desk,
    fault::Outcome,
    files,
    messages::read_accepted,
    sql::{change, clamp, one},
    threads::{Hand, Thread},
};
use crate::{
    domain::preview::preview_of,
    store::{Changed, Forgotten, Kind as Indexed, Pending, Principal, Revise, Revised, RevisionStore, Then},
};
use merhaba_shared::protocol::{
    ids::{AttachmentId, Millis, Seq, SiteKey},
    limits::EDIT_MS,
    model::{Accepted, Author, Content, Data, Deletion, Edit, Item, Kind},
};
use rusqlite::{Connection, Row, params};

impl RevisionStore for Sqlite {
    fn revise(&self, revise: Revise, then: Then<Revised>) -> Pending<Revised> {
        let bytes = revise.words.as_ref().map_or(0, String::len);
        self.queue(super::Way::Next(bytes), Some(then), |desk| apply(desk, revise))
    }
}

/// A message as it stands.
struct Standing {
    id: i64,
    agent: Option<i64>,
    at: Millis,
    deleted: Option<Seq>,
    is_latest: bool,
}

fn apply(desk: &mut Desk, revise: Revise) -> Outcome<Revised> {
    let Some((agent, author)) = desk.agent(&revise.agent)? else { return Ok(Revised::NotFound) };
    if let Some(accepted) = repeat(desk.db(), agent, &revise)? {
        return Ok(Revised::Repeated(accepted));
    }
    let who = Principal::Agent(revise.agent.clone());
    let Some((db, thread)) = desk.thread(&who, &revise.conversation)? else { return Ok(Revised::NotFound) };
    let Some(standing) = standing(db, thread.id, revise.of)? else { return Ok(Revised::NotFound) };
    if let Some(refused) = refused(db, thread.id, &standing, &revise, agent)? {
        return Ok(refused);
    }
    let Revise { client_id, conversation, of, words, at, .. } = revise;
    let (kind, content) = match &words {
        Some(_) => (Kind::Edited, Content::Edited(Edit { of, body: None })),
        None => (Kind::Deleted, Content::Deleted(Deletion { of })),
    };
    let hand = Hand::agent(agent, Author::Agent(author));
    let mut item = thread.mark_with(db, &hand, kind, Data(Some(content)), at)?;
    let seq = item.seq();
    let sql = "INSERT INTO revisions (agent, client_id, conversation, seq) VALUES (?1, ?2, ?3, ?4)";
    change(db, sql, params![agent, client_id.0, thread.id, seq])?;
    let (unindex, files) = match &words {
        Some(words) => {
            say(db, thread, &standing, words, seq)?;
            (Vec::new(), Vec::new())
        }
        None => take_away(db, thread, &standing, of, seq)?,
    };
    if let (Item::Entry(entry), Some(body)) = (&mut item, words) {
        entry.data = Data(Some(Content::Edited(Edit { of, body: Some(body) })));
    }
    let changed = Box::new(Changed { items: vec![item], activity: None, row: thread.row.clone() });
    desk.grown(&conversation);
    let accepted = Accepted { client_id, conversation, seq, at };
    Ok(Revised::Stored { accepted, changed, unindex, files })
}

/// Why it is not done, if it is not.
fn refused(
    db: &Connection,
    thread: i64,
    standing: &Standing,
    revise: &Revise,
    agent: i64,
) -> Outcome<Option<Revised>> {
    let is_deletion = revise.words.is_none();
    let free = is_deletion && revise.any;
    if standing.agent != Some(agent) && !free {
        return Ok(Some(Revised::NotYours));
    }
    if let Some(seq) = standing.deleted {
        let by =
            "SELECT c.public_id, e.seq, e.at FROM entries e JOIN conversations c ON c.id = e.conversation
                  WHERE e.conversation = ?1 AND e.seq = ?2";
        let gone = one(db, by, params![thread, clamp(seq)], |row| read_accepted(row, revise.client_id))?;
        return Ok(Some(gone.filter(|_| is_deletion).map_or(Revised::NotFound, Revised::Repeated)));
    }
    if revise.at - standing.at > EDIT_MS && !free {
        return Ok(Some(Revised::TooLate));
    }
    let blank = revise.words.as_ref().is_some_and(|words| words.chars().all(char::is_whitespace));
    Ok((blank && files::of_message(db, thread, revise.of)?.is_empty()).then_some(Revised::Blank))
}

/// What was answered to the same wish before.
fn repeat(db: &Connection, agent: i64, revise: &Revise) -> Outcome<Option<Accepted>> {
    let sql = "SELECT c.public_id, e.seq, e.at FROM revisions r
               JOIN entries e ON e.conversation = r.conversation AND e.seq = r.seq
               JOIN conversations c ON c.id = r.conversation WHERE r.agent = ?1 AND r.client_id = ?2";
    one(db, sql, params![agent, revise.client_id.0], |row| read_accepted(row, revise.client_id))
}

fn standing(db: &Connection, thread: i64, of: Seq) -> Outcome<Option<Standing>> {
    let sql = "SELECT id, agent, at, deleted, NOT EXISTS
                   (SELECT 1 FROM entries l WHERE l.conversation = ?1 AND l.seq > ?2 AND l.kind IS NULL)
               FROM entries WHERE conversation = ?1 AND seq = ?2 AND kind IS NULL";
    let read = |row: &Row<'_>| {
        Ok(Standing {
            id: row.get(0)?,
            agent: row.get(1)?,
            at: row.get(2)?,
            deleted: row.get(3)?,
            is_latest: row.get(4)?,
        })
    };
    one(db, sql, params![thread, clamp(of)], read)
}

fn say(db: &Connection, thread: &mut Thread, standing: &Standing, words: &str, by: Seq) -> Outcome<()> {
    change(db, "UPDATE entries SET body = ?2, edited = ?3 WHERE id = ?1", params![standing.id, words, by])?;
    if standing.is_latest {
        let of = one(db, "SELECT seq FROM entries WHERE id = ?1", [standing.id], |row| row.get::<_, Seq>(0))?;
        let files = files::of_message(db, thread.id, of.unwrap_or_default())?;
        thread.set_preview(preview_of(words, &files));
    }
    Ok(())
}

/// What must leave the index, and files that have no row any more.
type Gone = (Vec<Forgotten>, Vec<(SiteKey, AttachmentId)>);

fn take_away(db: &Connection, thread: &mut Thread, standing: &Standing, of: Seq, by: Seq) -> Outcome<Gone> {
    let sql =
        "UPDATE entries SET body = '', data = NULL, quote = NULL, edited = NULL, deleted = ?2 WHERE id = ?1";
    change(db, sql, params![standing.id, by])?;
    if standing.is_latest {
        thread.set_preview(String::new());
    }
    let files = files::forget_of(db, thread.id, of)?;
    Ok((vec![Forgotten { kind: Indexed::Message, row: standing.id }], files))
}
