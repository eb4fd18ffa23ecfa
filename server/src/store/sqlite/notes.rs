//! The backstage: lines that only the team sees, numbered apart from the timeline.
use super::{
    desk::Desk,
    fault::Outcome,
    messages::read_accepted,
    sql::{change, limit, many, one},
    threads,
};
use crate::store::{AgentMessage, Noted, Principal};
use merhaba_shared::protocol::{
    agent::Note,
    ids::{AgentId, ClientId, ConversationId},
    model::AgentAuthor,
};
use rusqlite::{Connection, params};

pub(super) fn add(desk: &mut Desk, note: AgentMessage) -> Outcome<Noted> {
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
    let (number, after) = (thread.next_note(), thread.row.head);
    let sql = "INSERT INTO notes (conversation, number, agent, client_id, at, after_seq, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    change(db, sql, params![thread.id, number, agent, note.client_id.0, note.at, after, note.body])?;
    desk.changed(&note.conversation);
    Ok(Noted::Stored(Note {
        conversation: note.conversation,
        number,
        client_id: note.client_id,
        author,
        at: note.at,
        after,
        body: note.body,
    }))
}

pub(super) fn newest(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    rows: usize,
) -> Outcome<Option<Vec<Note>>> {
    let Some(id) = threads::id(db, &Principal::Agent(agent.clone()), conversation)? else { return Ok(None) };
    let sql = "SELECT n.number, n.client_id, a.public_id, a.name, n.at, n.after_seq, n.body
               FROM notes n JOIN agents a ON a.id = n.agent
               WHERE n.conversation = ?1 ORDER BY n.number DESC LIMIT ?2";
    let mut notes = many(db, sql, [id, limit(rows)], |row| {
        Ok(Note {
            conversation: conversation.clone(),
            number: row.get(0)?,
            client_id: ClientId(row.get(1)?),
            author: AgentAuthor { id: AgentId(row.get(2)?), name: row.get(3)? },
            at: row.get(4)?,
            after: row.get(5)?,
            body: row.get(6)?,
        })
    })?;
    notes.reverse();
    Ok(Some(notes))
}
