//! The backstage: what the team writes and does beside the timeline, numbered apart from it, so that a visitor never
//! sees a hole. Only added to.
use super::{
    approvals,
    desk::Desk,
    fault::Outcome,
    mentions,
    messages::read_accepted,
    sql::{change, clamp, limit, many, one, to_json, word},
    threads::{self, Thread},
    visitors::read_agent,
};
use crate::store::{AgentMessage, Noted, Principal};
use merhaba_shared::protocol::{
    agent::{Activity, BackstageLine, Deed, Note},
    ids::{AgentId, ClientId, ConversationId, Millis, Seq},
    model::AgentAuthor,
    triage::Detail,
};
use rusqlite::{Connection, Row, params};

/// Stores a note.
pub(super) fn note(desk: &mut Desk, note: AgentMessage) -> Outcome<Noted> {
    let Some((agent, author)) = desk.agent(&note.agent)? else { return Ok(Noted::NotFound) };
    let sql = "SELECT c.public_id, n.number, n.at FROM notes n JOIN conversations c ON c.id = n.conversation
               WHERE n.agent = ?1 AND n.client_id = ?2";
    let values = params![agent, note.client_id.0];
    let repeat = one(desk.db(), sql, values, |row| read_accepted(row, note.client_id))?;
    if let Some(accepted) = repeat {
        return Ok(Noted::Repeated(accepted));
    }
    let who = Principal::Agent(note.agent);
    let Some((db, thread)) = desk.thread(&who, &note.conversation)? else { return Ok(Noted::NotFound) };
    let (number, after) = (thread.next_line(), thread.row.head);
    let sql = "INSERT INTO notes (conversation, number, agent, client_id, at, after_seq, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    change(db, sql, params![thread.id, number, agent, note.client_id.0, note.at, after, note.body])?;
    let mentioned = mentions::keep(db, (thread.id, thread.site), agent, &note.body, note.at)?;
    let row = thread.row.clone();
    desk.changed(&note.conversation);
    let note = Note {
        conversation: note.conversation,
        number,
        client_id: note.client_id,
        author,
        at: note.at,
        after,
        body: note.body,
    };
    Ok(Noted::Stored { note: Box::new(note), row, mentioned })
}

/// Who does something, as the store and as others know them.
pub(super) type Doer<'a> = (i64, &'a AgentAuthor);

/// Stores that something was done after an entry, and to whom.
pub(super) fn act(
    db: &Connection,
    thread: &mut Thread,
    (agent, author): Doer<'_>,
    (deed, to, detail): (Deed, Option<Doer<'_>>, Option<Detail>),
    (at, after): (Millis, Seq),
) -> Outcome<Activity> {
    let number = thread.next_line();
    let (subject, to) = to.unzip();
    let sql = "INSERT INTO activities (conversation, number, agent, at, after_seq, kind, subject, detail)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let as_json = detail.as_ref().map(to_json).transpose()?;
    change(db, sql, params![thread.id, number, agent, at, after, deed.number(), subject, as_json])?;
    let (conversation, author) = (thread.row.conversation.clone(), author.clone());
    Ok(Activity { conversation, number, author, at, after, deed, to: to.cloned(), detail })
}

/// The lines before a number, or the newest; ascending.
pub(super) fn page(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    before: Option<u64>,
    rows: usize,
) -> Outcome<Option<Vec<BackstageLine>>> {
    let Some(id) = threads::id(db, &Principal::Agent(agent.clone()), conversation)? else { return Ok(None) };
    let values = [id, before.map_or(i64::MAX, clamp), limit(rows)];
    let sql = "SELECT n.number, a.public_id, a.name, n.at, n.after_seq, n.client_id, n.body
               FROM notes n JOIN agents a ON a.id = n.agent
               WHERE n.conversation = ?1 AND n.number < ?2 ORDER BY n.number DESC LIMIT ?3";
    let mut lines = many(db, sql, values, |row| read_note(conversation, row))?;
    let sql = "SELECT n.number, a.public_id, a.name, n.at, n.after_seq, n.kind, s.public_id, s.name, n.detail
               FROM activities n JOIN agents a ON a.id = n.agent LEFT JOIN agents s ON s.id = n.subject
               WHERE n.conversation = ?1 AND n.number < ?2 ORDER BY n.number DESC LIMIT ?3";
    lines.extend(many(db, sql, values, |row| read_activity(conversation, row))?);
    lines.extend(approvals::lines(db, conversation, values)?);
    lines.sort_unstable_by_key(BackstageLine::number);
    let beyond = lines.len().saturating_sub(rows);
    lines.drain(..beyond);
    Ok(Some(lines))
}

fn read_note(conversation: &ConversationId, row: &Row<'_>) -> rusqlite::Result<BackstageLine> {
    Ok(BackstageLine::Note(Note {
        conversation: conversation.clone(),
        number: row.get(0)?,
        author: AgentAuthor { id: AgentId(row.get(1)?), name: row.get(2)? },
        at: row.get(3)?,
        after: row.get(4)?,
        client_id: ClientId(row.get(5)?),
        body: row.get(6)?,
    }))
}

fn read_activity(conversation: &ConversationId, row: &Row<'_>) -> rusqlite::Result<BackstageLine> {
    Ok(BackstageLine::Activity(Activity {
        conversation: conversation.clone(),
        number: row.get(0)?,
        author: AgentAuthor { id: AgentId(row.get(1)?), name: row.get(2)? },
        at: row.get(3)?,
        after: row.get(4)?,
        deed: word(row, 5, Deed::from_number)?,
        to: read_agent(row, 6)?,
        // What a later version has written is left out.
        detail: row.get::<_, Option<String>>(8)?.and_then(|detail| serde_json::from_str(&detail).ok()),
    }))
}
