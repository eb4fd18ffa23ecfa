//! What happens to a message: a repeat is answered and not stored; a new one finds or begins its conversation, opens
//! it if it must, and takes the next Seq.
use super::{
    agents,
    fault::Outcome,
    inbox, sites,
    sql::one,
    threads::{self, Hand, NewMessage, Thread},
    visitors::{self, Known},
};
use crate::{
    domain::conversation::before_message,
    store::{AgentMessage, Principal, Sent, Stored, VisitorMessage},
};
use merhaba_shared::protocol::{
    ids::{ClientId, ConversationId, VisitorId},
    model::{Accepted, Author, Item, VisitorAuthor},
};
use rusqlite::{Connection, Row, params};

pub(super) fn from_visitor(db: &Connection, message: VisitorMessage) -> Outcome<Sent> {
    let Some(site) = sites::id(db, &message.site)? else { return Ok(Sent::NotFound) };
    let known = visitors::known(db, &message.visitor)?;
    if known.as_ref().is_some_and(|known| known.site != site) {
        return Ok(Sent::NotFound);
    }
    if let Some(known) = &known
        && let Some(accepted) = repeat_of_visitor(db, known.id, message.client_id)?
    {
        return Ok(Sent::Repeated(accepted));
    }
    let thread = match &message.conversation {
        Some(name) => {
            let found = threads::find(db, &Principal::Visitor(message.visitor.clone()), name)?;
            let Some(thread) = found else { return Ok(Sent::NotFound) };
            Some(thread)
        }
        None if message.new => None,
        None => known.as_ref().map_or(Ok(None), |known| threads::latest_open(db, known.id))?,
    };
    let known = known.map_or_else(|| visitors::insert(db, site, &message), Ok)?;
    store_from_visitor(db, known, thread, message)
}

fn store_from_visitor(
    db: &Connection,
    known: Known,
    thread: Option<Thread>,
    message: VisitorMessage,
) -> Outcome<Sent> {
    let began = thread.is_none();
    let new = &message.new_conversation;
    let thread = thread.map_or_else(|| threads::begin(db, known.site, known.id, new, message.at), Ok)?;
    visitors::set_locale(db, known.id, &message.locale)?;
    thread.save_page(db, &message.locale, message.page.as_ref())?;
    let hand = Hand::visitor(known.id, Author::Visitor(VisitorAuthor { name: known.name }));
    let said = NewMessage { client_id: message.client_id, body: message.body, at: message.at };
    store(db, thread, &hand, said, began)
}

pub(super) fn from_agent(db: &Connection, message: AgentMessage) -> Outcome<Sent> {
    let Some((agent, author)) = agents::author(db, &message.agent)? else { return Ok(Sent::NotFound) };
    if let Some(accepted) = repeat_of_agent(db, agent, message.client_id)? {
        return Ok(Sent::Repeated(accepted));
    }
    let who = Principal::Agent(message.agent);
    let Some(mut thread) = threads::find(db, &who, &message.conversation)? else { return Ok(Sent::NotFound) };
    thread.assignee.get_or_insert(agent);
    let hand = Hand::agent(agent, Author::Agent(author));
    let said = NewMessage { client_id: message.client_id, body: message.body, at: message.at };
    store(db, thread, &hand, said, false)
}

fn store(db: &Connection, mut thread: Thread, hand: &Hand, new: NewMessage, began: bool) -> Outcome<Sent> {
    let (client_id, at) = (new.client_id, new.at);
    let mut items: Vec<Item> = Vec::with_capacity(2);
    if let Some(kind) = before_message(thread.status) {
        items.push(thread.mark(db, hand, kind, at)?);
    }
    items.push(thread.say(db, hand, new)?);
    thread.save(db)?;
    let row = inbox::row(db, thread.id)?;
    let accepted = Accepted { client_id, conversation: thread.name, seq: thread.head, at };
    Ok(Sent::Stored(Box::new(Stored { accepted, items, row, began })))
}

/// What a visitor's earlier send was answered, if it was stored.
pub(super) fn accepted(
    db: &Connection,
    visitor: &VisitorId,
    client_id: ClientId,
) -> Outcome<Option<Accepted>> {
    let Some(known) = visitors::known(db, visitor)? else { return Ok(None) };
    repeat_of_visitor(db, known.id, client_id)
}

fn repeat_of_visitor(db: &Connection, visitor: i64, client_id: ClientId) -> Outcome<Option<Accepted>> {
    let sql = "SELECT c.public_id, e.seq, e.at FROM entries e JOIN conversations c ON c.id = e.conversation
               WHERE e.visitor = ?1 AND e.client_id = ?2";
    one(db, sql, params![visitor, client_id.0], |row| read_accepted(row, client_id))
}

fn repeat_of_agent(db: &Connection, agent: i64, client_id: ClientId) -> Outcome<Option<Accepted>> {
    let sql = "SELECT c.public_id, e.seq, e.at FROM entries e JOIN conversations c ON c.id = e.conversation
               WHERE e.agent = ?1 AND e.client_id = ?2";
    one(db, sql, params![agent, client_id.0], |row| read_accepted(row, client_id))
}

/// The answer to a send that was stored before: its conversation, number and time in the first three columns.
pub(super) fn read_accepted(row: &Row<'_>, client_id: ClientId) -> rusqlite::Result<Accepted> {
    Ok(Accepted { client_id, conversation: ConversationId(row.get(0)?), seq: row.get(1)?, at: row.get(2)? })
}
