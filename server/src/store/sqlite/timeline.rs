//! Reading a timeline: pages backwards for history, forwards for what was missed. A page ends by bytes before it can
//! weigh more than a session may, and always has at least one entry if there is one.
use super::{
    fault::Outcome,
    files,
    sql::{clamp, one, word},
    threads,
    visitors::read_agent,
};
use crate::{
    mutants::{self, Mutant},
    store::{Missed, Principal},
};
use merhaba_shared::protocol::{
    ids::{ClientId, ConversationId, Seq},
    model::{
        Author, Content, Data, Entry, History, Item, Kind, Message, Object, SystemAuthor, VisitorAuthor,
    },
};
use rusqlite::{Connection, Params, Row};

/// What an entry counts besides its text: names, ids and times weigh too.
const ENTRY_BYTES: usize = 200;

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT e.seq, e.at, e.kind, e.client_id, e.body, a.public_id, a.name, e.visitor IS NOT NULL, v.name, e.data,
                    e.edited, e.deleted, e.quote
             FROM entries e LEFT JOIN agents a ON a.id = e.agent LEFT JOIN visitors v ON v.id = e.visitor ",
            $where
        )
    };
}

pub(super) fn history(
    db: &Connection,
    who: &Principal,
    conversation: &ConversationId,
    before: Option<Seq>,
    limit: u16,
    bytes: usize,
) -> Outcome<Option<History>> {
    let Some(id) = threads::id(db, who, conversation)? else { return Ok(None) };
    let before = clamp(before.unwrap_or(Seq::MAX)) - i64::from(mutants::on(Mutant::HistoryShort));
    let sql = select!("WHERE e.conversation = ?1 AND e.seq < ?2 ORDER BY e.seq DESC LIMIT ?3");
    let (mut entries, _) = page(db, sql, [id, before, i64::from(limit.max(1))], (id, conversation), bytes)?;
    entries.reverse();
    let more = entries.first().is_some_and(|first| first.seq() > 1);
    Ok(Some(History { conversation: conversation.clone(), entries, more }))
}

pub(super) fn missed(
    db: &Connection,
    who: &Principal,
    conversation: &ConversationId,
    after: Seq,
    bytes: usize,
) -> Outcome<Option<Missed>> {
    let Some(id) = threads::id(db, who, conversation)? else { return Ok(None) };
    let sql = select!("WHERE e.conversation = ?1 AND e.seq > ?2 ORDER BY e.seq");
    let (items, more) = page(db, sql, [id, clamp(after)], (id, conversation), bytes)?;
    Ok(Some(Missed { items, more }))
}

/// Rows until the bytes are used up, and whether there were more.
fn page(
    db: &Connection,
    sql: &str,
    values: impl Params,
    (id, conversation): (i64, &ConversationId),
    bytes: usize,
) -> Outcome<(Vec<Item>, bool)> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let (mut items, mut used, mut more) = (Vec::new(), 0, false);
    while let Some(row) = rows.next()? {
        let mut item = read(row, conversation)?;
        give_words(db, id, &mut item)?;
        used += weight(&item);
        more = used > bytes && !items.is_empty();
        if more {
            break;
        }
        items.push(item);
    }
    files::put_into(db, id, &mut items)?;
    // With their files the same entries may be more than a page.
    let mut used = 0;
    let fit = items.iter().take_while(|item| {
        used += weight(item);
        used <= bytes
    });
    let fit = fit.count().max(1);
    more |= fit < items.len();
    items.truncate(fit);
    Ok((items, more))
}

/// An edit is told with its words as long as no other edit or deletion has come after it.
fn give_words(db: &Connection, id: i64, item: &mut Item) -> Outcome<()> {
    if let Item::Entry(Entry { seq, data: Data(Some(Content::Edited(edit))), .. }) = item {
        let sql = "SELECT body FROM entries WHERE conversation = ?1 AND seq = ?2 AND edited = ?3";
        edit.body = one(db, sql, [id, clamp(edit.of), clamp(*seq)], |row| row.get(0))?;
    }
    Ok(())
}

fn weight(item: &Item) -> usize {
    ENTRY_BYTES
        + match item {
            Item::Message(message) => {
                let extra = message.extra.as_ref().map_or(0, |extra| extra.0.len());
                message.body.len() + extra + files::weigh(&message.attachments)
            }
            Item::Entry(entry) => match &entry.data.0 {
                Some(Content::Rated(rating)) => rating.comment.as_ref().map_or(0, String::len),
                Some(Content::Edited(edit)) => edit.body.as_ref().map_or(0, String::len),
                Some(Content::Deleted(_)) | None => 0,
            },
        }
}

fn read(row: &Row<'_>, conversation: &ConversationId) -> rusqlite::Result<Item> {
    let (conversation, seq, at, author) = (conversation.clone(), row.get(0)?, row.get(1)?, read_author(row)?);
    if row.get_ref(2)? == rusqlite::types::ValueRef::Null {
        let client_id = ClientId(row.get(3)?);
        let body = row.get(4)?;
        return Ok(Item::Message(Message {
            conversation,
            seq,
            client_id,
            author,
            at,
            body,
            attachments: Vec::new(),
            extra: row.get::<_, Option<String>>(9)?.map(Object),
            edited: row.get(10)?,
            deleted: row.get(11)?,
            quote: row.get(12)?,
        }));
    }
    // A kind of a later version counts its Seq and says nothing.
    let kind = word(row, 2, |number| Some(Kind::from_number(number).unwrap_or(Kind::Unknown)))?;
    let data: Option<String> = row.get(9)?;
    let data = Data(data.and_then(|json| serde_json::from_str(&json).ok()));
    Ok(Item::Entry(Entry { conversation, seq, at, author, kind, data }))
}

fn read_author(row: &Row<'_>) -> rusqlite::Result<Author> {
    if let Some(agent) = read_agent(row, 5)? {
        return Ok(Author::Agent(agent));
    }
    Ok(if row.get(7)? {
        Author::Visitor(VisitorAuthor { name: row.get(8)? })
    } else {
        Author::System(SystemAuthor {})
    })
}
