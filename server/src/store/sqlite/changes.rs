//! Claiming, assigning, resolving, opening again, and how far a side has read: what changes a conversation and is not
//! a message. Who may is decided by role before this is called; whose it is, here.
use super::{
    agents, backstage,
    desk::Desk,
    fault::Outcome,
    sql::{clamp, many, one},
    threads::{Hand, Marks},
};
use crate::{
    domain::conversation::{Action, may, reopen, resolve},
    mutants::{self, Mutant},
    store::{Changed, ClaimOutcome, Marked, Principal, Rated},
};
use merhaba_shared::protocol::{
    agent::{Claimed, Deed},
    ids::{AgentId, ConversationId, Millis, Seq, VisitorId},
    model::{AgentAuthor, Author, Content, Data, Kind, Rating, ReadMarker, Side, Status, VisitorAuthor},
};
use rusqlite::Connection;

pub(super) fn claim(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
) -> Outcome<Option<ClaimOutcome>> {
    let Some((asker, author)) = desk.agent(agent)? else { return Ok(None) };
    let Some((db, thread)) = desk.thread(&Principal::Agent(agent.clone()), conversation)? else {
        return Ok(None);
    };
    let activity = if thread.assignee.is_none() {
        thread.assign(Some((asker, author.clone())), at);
        let after = thread.row.head;
        Some(backstage::act(db, thread, (asker, &author), (Deed::Claimed, None, None), (at, after))?)
    } else {
        None
    };
    let (won, row) = (thread.assignee == Some(asker), thread.row.clone());
    if activity.is_some() {
        desk.changed(conversation);
    }
    let assignee = row.assignee.clone().unwrap_or(author);
    let claimed = Claimed { conversation: conversation.clone(), assignee, won };
    Ok(Some(ClaimOutcome { claimed, activity, row }))
}

pub(super) fn assign(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    to: Option<&AgentId>,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let Some((asker, author)) = desk.agent(agent)? else { return Ok(None) };
    let who = Principal::Agent(agent.clone());
    let Some((_, thread)) = desk.thread(&who, conversation)? else { return Ok(None) };
    let site = thread.site;
    let to = match to {
        None => None,
        Some(to) => {
            let Some(to) = assignable(desk, to, site)? else { return Ok(None) };
            Some(to)
        }
    };
    let Some((db, thread)) = desk.thread(&who, conversation)? else { return Ok(None) };
    let subject = to.as_ref().map(|(row, _)| *row);
    let activity = if thread.assignee == subject {
        None
    } else {
        // Whoever gives it to themself has taken it.
        let deed = match &to {
            Some((row, _)) if *row == asker => Deed::Claimed,
            Some(_) => Deed::Assigned,
            None => Deed::Released,
        };
        thread.assign(to.clone(), at);
        let named = to.as_ref().filter(|_| deed == Deed::Assigned).map(|(row, to)| (*row, to));
        let after = thread.row.head;
        Some(backstage::act(db, thread, (asker, &author), (deed, named, None), (at, after))?)
    };
    let row = thread.row.clone();
    if activity.is_some() {
        desk.changed(conversation);
    }
    Ok(Some(Changed { items: Vec::new(), activity, row }))
}

/// An agent who answers on a site.
pub(super) fn assignable(desk: &mut Desk, agent: &AgentId, site: i64) -> Outcome<Option<(i64, AgentAuthor)>> {
    let Some((id, author)) = desk.agent(agent)? else { return Ok(None) };
    let role = agents::role(desk.db(), id, site)?;
    Ok(role.filter(|role| may(*role, Action::Reply)).map(|_| (id, author)))
}

pub(super) fn close(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
) -> Outcome<Option<Changed>> {
    change(desk, agent, conversation, at, resolve)
}

pub(super) fn open(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
) -> Outcome<Option<Changed>> {
    change(desk, agent, conversation, at, reopen)
}

/// A visitor ends their conversation: the same entry as when an agent does.
pub(super) fn end(
    desk: &mut Desk,
    visitor: &VisitorId,
    conversation: &ConversationId,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let Some(hand) = hand_of(desk, visitor)? else { return Ok(None) };
    let Some((db, thread)) = desk.thread(&Principal::Visitor(visitor.clone()), conversation)? else {
        return Ok(None);
    };
    let mut items = Vec::new();
    if let Some(kind) = resolve(thread.row.status) {
        items.push(thread.mark(db, &hand, kind, at)?);
    }
    let row = thread.row.clone();
    if !items.is_empty() {
        desk.grown(conversation);
    }
    Ok(Some(Changed { items, activity: None, row }))
}

/// A visitor rates a closing, once: a repeat changes nothing.
pub(super) fn rate(
    desk: &mut Desk,
    visitor: &VisitorId,
    conversation: &ConversationId,
    rating: Rating,
    at: Millis,
) -> Outcome<Option<Rated>> {
    let Some(hand) = hand_of(desk, visitor)? else { return Ok(None) };
    let Some((db, thread)) = desk.thread(&Principal::Visitor(visitor.clone()), conversation)? else {
        return Ok(None);
    };
    match closing(db, thread.id, rating.closing)? {
        Closing::None => return Ok(Some(Rated::NotClosed)),
        Closing::Rated => return Ok(Some(Rated::Repeated)),
        Closing::Unrated => {}
    }
    let item = thread.mark_with(db, &hand, Kind::Rated, Data(Some(Content::Rated(rating))), at)?;
    let changed = Changed { items: vec![item], activity: None, row: thread.row.clone() };
    desk.grown(conversation);
    Ok(Some(Rated::Stored(changed)))
}

/// Whether an entry closed its conversation, and was rated.
enum Closing {
    None,
    Unrated,
    Rated,
}

/// Ratings stand behind their closing, so that few entries are looked at.
fn closing(db: &Connection, conversation: i64, seq: Seq) -> Outcome<Closing> {
    let closed = "SELECT 1 FROM entries WHERE conversation = ?1 AND seq = ?2 AND kind = 1";
    if one(db, closed, [conversation, clamp(seq)], |_| Ok(()))?.is_none() {
        return Ok(Closing::None);
    }
    let ratings = "SELECT data FROM entries WHERE conversation = ?1 AND seq > ?2 AND kind = 3";
    let ratings = many(db, ratings, [conversation, clamp(seq)], |row| row.get::<_, Option<String>>(0))?;
    let rated = ratings.into_iter().flatten().any(
        |json| matches!(serde_json::from_str(&json), Ok(Content::Rated(rating)) if rating.closing == seq),
    );
    Ok(if rated { Closing::Rated } else { Closing::Unrated })
}

fn hand_of(desk: &mut Desk, visitor: &VisitorId) -> Outcome<Option<Hand>> {
    let known = desk.visitor(visitor)?;
    Ok(known
        .map(|known| Hand::visitor(known.id, Author::Visitor(VisitorAuthor { name: known.name.clone() }))))
}

fn change(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
    rule: fn(Status) -> Option<Kind>,
) -> Outcome<Option<Changed>> {
    let Some((row, author)) = desk.agent(agent)? else { return Ok(None) };
    let Some((db, thread)) = desk.thread(&Principal::Agent(agent.clone()), conversation)? else {
        return Ok(None);
    };
    let mut items = Vec::new();
    if let Some(kind) = rule(thread.row.status) {
        items.push(thread.mark(db, &Hand::agent(row, Author::Agent(author)), kind, at)?);
    }
    let row = thread.row.clone();
    if !items.is_empty() {
        desk.grown(conversation);
    }
    Ok(Some(Changed { items, activity: None, row }))
}

pub(super) fn read(
    desk: &mut Desk,
    who: &Principal,
    conversation: &ConversationId,
    received: Seq,
    read: Seq,
) -> Outcome<Option<Marked>> {
    let Some((db, thread)) = desk.thread(who, conversation)? else { return Ok(None) };
    let (side, head) = (who.side(), thread.row.head);
    let before = thread.marks(side);
    let before =
        if mutants::on(Mutant::MarksBack) { Marks { received: 0, read: 0, ..before } } else { before };
    let mut now = Marks {
        received: before.received.max(received.max(read).min(head)),
        read: before.read.max(read.min(head)),
        unread: before.unread,
    };
    if now.read > before.read {
        now.unread = if now.read == head { 0 } else { unread(db, thread.id, side, now.read)? };
    }
    let moved = now != before;
    if moved {
        thread.set_marks(side, now);
    }
    let row = thread.row.clone();
    if moved {
        desk.changed(conversation);
    }
    let conversation = conversation.clone();
    let marker = ReadMarker { conversation, side, received: now.received, read: now.read };
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
