//! Claiming, assigning, resolving, opening again, and how far a side has read: what changes a conversation and is not
//! a message. Who may is decided by role before this is called; whose it is, here.
use super::{
    agents,
    fault::Outcome,
    inbox,
    sql::{clamp, one},
    threads::{self, Hand, Marks, Thread},
};
use crate::{
    domain::conversation::{Action, may, reopen, resolve},
    store::{Changed, ClaimOutcome, Marked, Principal},
};
use merhaba_shared::protocol::{
    agent::Claimed,
    ids::{AgentId, ConversationId, Millis, Seq},
    model::{Author, Kind, ReadMarker, Side, Status},
};
use rusqlite::Connection;

pub(super) fn claim(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
) -> Outcome<Option<ClaimOutcome>> {
    let Some((asker, author)) = agents::author(db, agent)? else { return Ok(None) };
    let Some(mut thread) = threads::find(db, &Principal::Agent(agent.clone()), conversation)? else {
        return Ok(None);
    };
    if thread.assignee.is_none() {
        thread.assignee = Some(asker);
        thread.save(db)?;
    }
    let won = thread.assignee == Some(asker);
    let row = inbox::row(db, thread.id)?;
    let assignee = row.assignee.clone().unwrap_or(author);
    Ok(Some(ClaimOutcome { claimed: Claimed { conversation: thread.name, assignee, won }, row }))
}

pub(super) fn assign(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    to: Option<&AgentId>,
) -> Outcome<Option<Changed>> {
    let Some(mut thread) = threads::find(db, &Principal::Agent(agent.clone()), conversation)? else {
        return Ok(None);
    };
    let to = match to {
        None => None,
        Some(to) => {
            let Some(to) = assignable(db, to, &thread)? else { return Ok(None) };
            Some(to)
        }
    };
    if thread.assignee != to {
        thread.assignee = to;
        thread.save(db)?;
    }
    Ok(Some(Changed { items: Vec::new(), row: inbox::row(db, thread.id)? }))
}

/// The row of an agent who answers on the conversation's site.
fn assignable(db: &Connection, agent: &AgentId, thread: &Thread) -> Outcome<Option<i64>> {
    let Some((id, _)) = agents::author(db, agent)? else { return Ok(None) };
    let role = agents::role(db, id, thread.site)?;
    Ok(role.filter(|role| may(*role, Action::Reply)).map(|_| id))
}

pub(super) fn close(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
) -> Outcome<Option<Changed>> {
    change(db, agent, conversation, at, resolve)
}

pub(super) fn open(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
) -> Outcome<Option<Changed>> {
    change(db, agent, conversation, at, reopen)
}

fn change(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
    rule: fn(Status) -> Option<Kind>,
) -> Outcome<Option<Changed>> {
    let Some((row, author)) = agents::author(db, agent)? else { return Ok(None) };
    let Some(mut thread) = threads::find(db, &Principal::Agent(agent.clone()), conversation)? else {
        return Ok(None);
    };
    let mut items = Vec::new();
    if let Some(kind) = rule(thread.status) {
        items.push(thread.mark(db, &Hand::agent(row, Author::Agent(author)), kind, at)?);
        thread.save(db)?;
    }
    Ok(Some(Changed { items, row: inbox::row(db, thread.id)? }))
}

pub(super) fn read(
    db: &Connection,
    who: &Principal,
    conversation: &ConversationId,
    received: Seq,
    read: Seq,
) -> Outcome<Option<Marked>> {
    let Some(mut thread) = threads::find(db, who, conversation)? else { return Ok(None) };
    let (side, head) = (who.side(), thread.head);
    let before = *thread.marks(side);
    let mut now = Marks {
        received: before.received.max(received.max(read).min(head)),
        read: before.read.max(read.min(head)),
        unread: before.unread,
    };
    if now.read > before.read {
        now.unread = unread(db, thread.id, side, now.read)?;
    }
    let moved = now != before;
    if moved {
        *thread.marks(side) = now;
        thread.save(db)?;
    }
    let row = inbox::row(db, thread.id)?;
    let marker = ReadMarker { conversation: thread.name, side, received: now.received, read: now.read };
    Ok(Some(Marked { marker, moved, row }))
}

/// Messages that the other side wrote after a Seq.
fn unread(db: &Connection, conversation: i64, side: Side, read: Seq) -> Outcome<u32> {
    let sql = match side {
        Side::Agent => {
            "SELECT count(*) FROM entries
             WHERE conversation = ?1 AND seq > ?2 AND kind IS NULL AND visitor IS NOT NULL"
        }
        Side::Visitor => {
            "SELECT count(*) FROM entries
             WHERE conversation = ?1 AND seq > ?2 AND kind IS NULL AND visitor IS NULL"
        }
    };
    Ok(one(db, sql, [conversation, clamp(read)], |row| row.get(0))?.unwrap_or(0))
}
