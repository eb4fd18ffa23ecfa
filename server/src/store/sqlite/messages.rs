//! What happens to a message: a repeat is answered and not stored; a new one finds or begins its conversation, opens
//! it if it must, and takes the next Seq.
use super::{
    backstage, departments,
    desk::Desk,
    fault::{Fault, Outcome},
    files::{self, Unsent},
    sites,
    sql::{clamp, one, to_json},
    threads::{self, Hand, NewMessage, Thread},
    visitors,
};
use crate::{
    domain::conversation::before_message,
    store::{AgentMessage, Holder, Principal, Sent, Stored, VisitorMessage},
};
use merhaba_shared::protocol::{
    agent::{Activity, Deed},
    ids::{AgentId, ClientId, ConversationId, Millis, Seq, VisitorId},
    model::{Accepted, AgentAuthor, Author, VisitorAuthor},
};
use rusqlite::{Connection, params};

/// Who writes, by their row: for finding what they wrote before.
#[derive(Clone, Copy)]
enum Row {
    Visitor(i64),
    Agent(i64),
}

/// Who writes.
struct Writing {
    who: Principal,
    row: Row,
    hand: Hand,
}

pub(super) fn from_visitor(desk: &mut Desk, mut message: VisitorMessage) -> Outcome<Sent> {
    let files = match files_of_visitor(desk, &mut message)? {
        Ok(files) => files,
        Err(sent) => return Ok(sent),
    };
    let Some(conversation) = place_of(desk, &message)? else {
        return from_new_or_elsewhere(desk, message, files);
    };
    store_from_visitor(desk, message, files, conversation, false)
}

/// The files of a visitor's message, before anything is done for it: a repeat is answered, whatever became of them.
fn files_of_visitor(desk: &mut Desk, message: &mut VisitorMessage) -> Outcome<Result<Vec<Unsent>, Sent>> {
    let ids = std::mem::take(&mut message.attachments);
    if ids.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    if let Some(accepted) = accepted(desk.db(), &message.from.visitor, message.client_id)? {
        return Ok(Err(Sent::Repeated(accepted)));
    }
    let from = Holder::Visitor { site: message.from.site.clone(), token: message.from.token };
    Ok(files::unsent(desk.db(), &from, &ids)?.ok_or(Sent::NoFile))
}

/// Where a known visitor's message goes, if that is there already: the common way, which asks the store for nothing.
fn place_of(desk: &mut Desk, message: &VisitorMessage) -> Outcome<Option<ConversationId>> {
    if desk.visitor(&message.from.visitor)?.is_none() {
        return Ok(None);
    }
    let named = match &message.conversation {
        Some(name) => Some(name.clone()),
        None if message.new => None,
        None => desk.latest_open(&message.from.visitor)?,
    };
    let Some(name) = named else { return Ok(None) };
    let found = desk.thread(&Principal::Visitor(message.from.visitor.clone()), &name)?;
    Ok(found.filter(|(_, thread)| thread.row.site == message.from.site).map(|_| name))
}

/// A message that is a repeat, or begins a conversation, or has no place.
fn from_new_or_elsewhere(desk: &mut Desk, message: VisitorMessage, files: Vec<Unsent>) -> Outcome<Sent> {
    let Some(site) = sites::id(desk.db(), &message.from.site)? else { return Ok(Sent::NotFound) };
    let known = desk.visitor(&message.from.visitor)?.map(|known| (known.id, known.site));
    if known.is_some_and(|(_, of)| of != site) {
        return Ok(Sent::NotFound);
    }
    if let Some((visitor, _)) = known
        && let Some(accepted) = repeat(desk.db(), Row::Visitor(visitor), message.client_id)?
    {
        return Ok(Sent::Repeated(accepted));
    }
    if message.conversation.is_some() {
        return Ok(Sent::NotFound);
    }
    if known.is_none() {
        visitors::insert(desk.db(), site, &message)?;
    }
    let Some(known) = desk.visitor(&message.from.visitor)?.map(|known| known.id) else {
        return Err(Fault::Conflict);
    };
    let new = message.new_conversation.clone();
    threads::begin(desk.db(), site, known, &new, message.at)?;
    store_from_visitor(desk, message, files, new, true)
}

fn store_from_visitor(
    desk: &mut Desk,
    message: VisitorMessage,
    files: Vec<Unsent>,
    conversation: ConversationId,
    began: bool,
) -> Outcome<Sent> {
    let Some(known) = desk.visitor(&message.from.visitor)? else { return Ok(Sent::NotFound) };
    if let Some(name) = message.about.as_ref().and_then(|about| about.name.as_ref()) {
        known.name = Some(name.clone());
    }
    let (visitor, name) = (known.id, known.name.clone());
    if known.locale != message.from.locale {
        known.locale.clone_from(&message.from.locale);
        visitors::set_locale(desk.db(), visitor, &message.from.locale)?;
    }
    let said = NewMessage {
        client_id: message.client_id,
        body: message.body,
        files,
        extra: message.extra,
        quote: None,
        at: message.at,
    };
    let hand = Hand::visitor(visitor, Author::Visitor(VisitorAuthor { name }));
    let by =
        Writing { who: Principal::Visitor(message.from.visitor.clone()), row: Row::Visitor(visitor), hand };
    let from = message.from;
    let topic = message.about.as_ref().and_then(|about| about.topic.clone()).filter(|_| began);
    let said_of_self = match message.about.filter(|about| about.says_who()) {
        Some(about) => {
            visitors::set_about(desk.db(), visitor, &about)?;
            Some((about.name.clone(), to_json(&*about)?))
        }
        None => None,
    };
    store(desk, &by, conversation, said, began, |db, thread| {
        if let Some(topic) = topic {
            departments::choose(db, thread, topic)?;
        }
        thread.set_page(&from.locale, from.page.as_ref());
        if let Some((name, about)) = said_of_self {
            thread.set_about(name, about);
        }
        Ok(None)
    })
}

pub(super) fn from_agent(desk: &mut Desk, message: AgentMessage) -> Outcome<Sent> {
    let Some((agent, author)) = desk.agent(&message.agent)? else { return Ok(Sent::NotFound) };
    let files = match files_of_agent(desk.db(), &message, agent)? {
        Ok(files) => files,
        Err(sent) => return Ok(sent),
    };
    let said = NewMessage {
        client_id: message.client_id,
        body: message.body,
        files,
        extra: message.extra,
        quote: message.quote,
        at: message.at,
    };
    let hand = Hand::agent(agent, Author::Agent(author.clone()));
    let by = Writing { who: Principal::Agent(message.agent), row: Row::Agent(agent), hand };
    let at = message.at;
    store(desk, &by, message.conversation, said, false, |db, thread| take(db, thread, (agent, &author), at))
}

/// A message that its author wrote for approval, and that somebody lets go now: nobody's conversation becomes theirs who
/// does.
pub(super) fn let_go(
    desk: &mut Desk,
    by: &AgentId,
    (agent, author): (i64, AgentAuthor),
    conversation: &ConversationId,
    said: NewMessage,
) -> Outcome<Sent> {
    let Some((doer, name)) = desk.agent(by)? else { return Ok(Sent::NotFound) };
    let hand = Hand::agent(agent, Author::Agent(author));
    let writing = Writing { who: Principal::Agent(by.clone()), row: Row::Agent(agent), hand };
    let at = said.at;
    let touch = |db: &Connection, thread: &mut Thread| take(db, thread, (doer, &name), at);
    store(desk, &writing, conversation.clone(), said, false, touch)
}

/// Whoever answers in a conversation that is nobody's has it.
fn take(
    db: &Connection,
    thread: &mut Thread,
    (agent, author): backstage::Doer<'_>,
    at: Millis,
) -> Outcome<Option<Activity>> {
    if thread.assignee.is_some() {
        return Ok(None);
    }
    thread.assign(Some((agent, author.clone())), at);
    // Before the answer, as people would tell it.
    let after = thread.row.head - 1;
    backstage::act(db, thread, (agent, author), (Deed::Claimed, None, None), (at, after)).map(Some)
}

/// The files of an agent's message, as with a visitor's.
fn files_of_agent(db: &Connection, message: &AgentMessage, row: i64) -> Outcome<Result<Vec<Unsent>, Sent>> {
    if message.attachments.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    if let Some(accepted) = repeat(db, Row::Agent(row), message.client_id)? {
        return Ok(Err(Sent::Repeated(accepted)));
    }
    Ok(files::unsent(db, &Holder::Agent(message.agent.clone()), &message.attachments)?.ok_or(Sent::NoFile))
}

/// Appends a message, unless it is a repeat; `touch` changes what else a message changes, and gives what that was.
fn store(
    desk: &mut Desk,
    by: &Writing,
    conversation: ConversationId,
    new: NewMessage,
    began: bool,
    touch: impl FnOnce(&Connection, &mut Thread) -> Outcome<Option<Activity>>,
) -> Outcome<Sent> {
    let (client_id, at) = (new.client_id, new.at);
    let Some((db, thread)) = desk.thread(&by.who, &conversation)? else {
        let repeat = repeat(desk.db(), by.row, client_id)?;
        return Ok(repeat.map_or(Sent::NotFound, Sent::Repeated));
    };
    if !new.files.is_empty() && !files::are_of(db, &new.files, thread.site)? {
        return Ok(Sent::NoFile);
    }
    if let Some(of) = new.quote
        && !quotable(db, thread.id, of)?
    {
        return Ok(repeat(db, by.row, client_id)?.map_or(Sent::NoQuote, Sent::Repeated));
    }
    let mut items = Vec::with_capacity(2);
    if let Some(kind) = before_message(thread.row.status) {
        if let Some(accepted) = repeat(db, by.row, client_id)? {
            return Ok(Sent::Repeated(accepted));
        }
        items.push(thread.mark(db, &by.hand, kind, at)?);
    }
    match thread.say(db, &by.hand, new) {
        Ok(item) => items.push(item),
        // The index that makes a send idempotent has found it: that is cheaper than to ask each time.
        Err(fault) if fault.is_taken() => {
            return repeat(db, by.row, client_id)?.map(Sent::Repeated).ok_or(fault);
        }
        Err(fault) => return Err(fault),
    }
    let activity = touch(db, thread)?;
    let row = thread.row.clone();
    desk.grown(&conversation);
    let accepted = Accepted { client_id, conversation, seq: row.head, at };
    Ok(Sent::Stored(Box::new(Stored { accepted, items, activity, row, began })))
}

/// Whether there is a message at a place; one that was taken away is one still: its quote says so.
fn quotable(db: &Connection, thread: i64, of: Seq) -> Outcome<bool> {
    let sql = "SELECT 1 FROM entries WHERE conversation = ?1 AND seq = ?2 AND kind IS NULL";
    Ok(one(db, sql, params![thread, clamp(of)], |_| Ok(()))?.is_some())
}

/// What a visitor's earlier send was answered, if it was stored.
pub(super) fn accepted(
    db: &Connection,
    visitor: &VisitorId,
    client_id: ClientId,
) -> Outcome<Option<Accepted>> {
    let Some(known) = visitors::known(db, visitor)? else { return Ok(None) };
    repeat(db, Row::Visitor(known.id), client_id)
}

/// What was answered to a send that was stored before.
fn repeat(db: &Connection, sender: Row, client_id: ClientId) -> Outcome<Option<Accepted>> {
    let (sql, row) = match sender {
        Row::Visitor(row) => (
            "SELECT c.public_id, e.seq, e.at FROM entries e JOIN conversations c ON c.id = e.conversation
             WHERE e.visitor = ?1 AND e.client_id = ?2",
            row,
        ),
        Row::Agent(row) => (
            "SELECT c.public_id, e.seq, e.at FROM entries e JOIN conversations c ON c.id = e.conversation
             WHERE e.agent = ?1 AND e.client_id = ?2",
            row,
        ),
    };
    one(db, sql, params![row, client_id.0], |row| read_accepted(row, client_id))
}

/// The answer to a send that was stored before: its conversation, number and time in the first three columns.
pub(super) fn read_accepted(row: &rusqlite::Row<'_>, client_id: ClientId) -> rusqlite::Result<Accepted> {
    Ok(Accepted { client_id, conversation: ConversationId(row.get(0)?), seq: row.get(1)?, at: row.get(2)? })
}
