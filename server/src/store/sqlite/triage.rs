//! Tags, how urgent, put off until, and bookmarks. Who may is decided by role before this is called; whose a conversation
//! is, here.
use super::{
    backstage,
    desk::Desk,
    fault::Outcome,
    sql::{change, limit, many, one},
    threads::{self, Thread},
};
use crate::{
    domain::conversation::may_snooze,
    store::{Bounded, Changed, Principal},
};
use merhaba_shared::protocol::{
    agent::Deed,
    ids::{AgentId, ConversationId, Millis, SiteKey},
    limits::{BOOKMARKS, SITE_TAGS, TAGS},
    model::AgentAuthor,
    triage::{Detail, Priority, fold_tag},
};
use rusqlite::{Connection, params};

/// Conversations that are woken in one transaction.
const WOKEN_AT_ONCE: usize = 256;

/// What was done, and what belongs to it; nothing when nothing had to change.
pub(super) type Done = Option<(Deed, Option<Detail>)>;

/// Changes a conversation for an agent and notes in its backstage what that was.
pub(super) fn noting(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    at: Millis,
    work: impl FnOnce(&Connection, &mut Thread, i64) -> Outcome<Bounded<Done>>,
) -> Outcome<Option<Bounded<Changed>>> {
    let Some((doer, author)) = desk.agent(agent)? else { return Ok(None) };
    let who = Principal::Agent(agent.clone());
    let Some((db, thread)) = desk.thread(&who, conversation)? else { return Ok(None) };
    let Bounded::Done(done) = work(db, thread, doer)? else { return Ok(Some(Bounded::TooMany)) };
    let activity = match done {
        Some((deed, detail)) => {
            let after = thread.row.head;
            Some(backstage::act(db, thread, (doer, &author), (deed, None, detail), (at, after))?)
        }
        None => None,
    };
    let row = thread.row.clone();
    if activity.is_some() {
        desk.changed(conversation);
    }
    Ok(Some(Bounded::Done(Changed { items: Vec::new(), activity, row })))
}

/// Puts a tag, cleaned, on a conversation, or takes it off.
pub(super) fn tag(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    (tag, on): (&str, bool),
    at: Millis,
) -> Outcome<Option<Bounded<Changed>>> {
    noting(desk, agent, conversation, at, |db, thread, _| {
        let folded = fold_tag(tag);
        let mut tags = thread.row.triage.tags.clone();
        let place = tags.iter().position(|tag| fold_tag(tag) == folded);
        let (name, deed) = match (place, on) {
            (None, false) | (Some(_), true) => return Ok(Bounded::Done(None)),
            (None, true) => {
                if tags.len() >= TAGS {
                    return Ok(Bounded::TooMany);
                }
                let Some((id, name)) = known_tag(db, thread.site, &folded, tag)? else {
                    return Ok(Bounded::TooMany);
                };
                let sql = "INSERT INTO conversation_tags (conversation, tag) VALUES (?1, ?2)";
                change(db, sql, [thread.id, id])?;
                tags.push(name.clone());
                tags.sort_by_cached_key(|tag| fold_tag(tag));
                (name, Deed::Tagged)
            }
            (Some(place), false) => {
                let sql = "DELETE FROM conversation_tags WHERE conversation = ?1
                           AND tag = (SELECT id FROM tags WHERE site = ?2 AND folded = ?3)";
                change(db, sql, params![thread.id, thread.site, folded])?;
                (tags.remove(place), Deed::Untagged)
            }
        };
        thread.set_tags(tags);
        Ok(Bounded::Done(Some((deed, Some(Detail::Tag(name))))))
    })
}

/// A site's tag and its first spelling; made if the site knows none like it and has room for one.
fn known_tag(db: &Connection, site: i64, folded: &str, tag: &str) -> Outcome<Option<(i64, String)>> {
    let sql = "SELECT id, name FROM tags WHERE site = ?1 AND folded = ?2";
    let known = one(db, sql, params![site, folded], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if known.is_some() {
        return Ok(known);
    }
    let count = one(db, "SELECT count(*) FROM tags WHERE site = ?1", [site], |row| row.get::<_, i64>(0))?;
    if count.unwrap_or(0) >= limit(SITE_TAGS) {
        return Ok(None);
    }
    change(db, "INSERT INTO tags (site, folded, name) VALUES (?1, ?2, ?3)", params![site, folded, tag])?;
    Ok(Some((db.last_insert_rowid(), tag.into())))
}

/// The tags that a site knows, in the order of their letters.
pub(super) fn of_site(db: &Connection, site: &SiteKey) -> Outcome<Vec<String>> {
    let sql = "SELECT t.name FROM tags t JOIN sites s ON s.id = t.site WHERE s.key = ?1 ORDER BY t.folded";
    many(db, sql, [site.as_str()], |row| row.get(0))
}

/// Says how urgent a conversation is.
pub(super) fn prioritise(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    priority: Priority,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let done = noting(desk, agent, conversation, at, |_, thread, _| {
        if thread.row.triage.priority == priority {
            return Ok(Bounded::Done(None));
        }
        thread.set_priority(priority);
        Ok(Bounded::Done(Some((Deed::Prioritised, Some(Detail::Priority(priority))))))
    })?;
    Ok(done.and_then(Bounded::done))
}

/// Puts a conversation off that is not resolved, or takes that back.
pub(super) fn snooze(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    until: Option<Millis>,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let done = noting(desk, agent, conversation, at, |_, thread, doer| {
        if !may_snooze(thread.row.status) || thread.row.triage.snoozed_until == until {
            return Ok(Bounded::Done(None));
        }
        thread.snooze(until.map(|until| (until, doer)));
        let deed = if until.is_some() { Deed::Snoozed } else { Deed::Woken };
        Ok(Bounded::Done(Some((deed, until.map(Detail::Until)))))
    })?;
    Ok(done.and_then(Bounded::done))
}

/// Opens what was put off until now, or before; some of it, if it is much.
pub(super) fn wake(desk: &mut Desk, now: Millis) -> Outcome<Vec<Changed>> {
    desk.save()?;
    let sql = "SELECT c.public_id, a.id, a.public_id, a.name FROM conversations c JOIN agents a ON a.id = c.snoozed_by
               WHERE c.status = 2 AND c.snoozed_until <= ?1 ORDER BY c.snoozed_until LIMIT ?2";
    let due = many(desk.db(), sql, [now, limit(WOKEN_AT_ONCE)], |row| {
        let author = AgentAuthor { id: AgentId(row.get(2)?), name: row.get(3)? };
        Ok((ConversationId(row.get(0)?), row.get::<_, i64>(1)?, author))
    })?;
    let mut woken = Vec::with_capacity(due.len());
    for (conversation, doer, author) in due {
        let Some((db, thread)) = desk.any_thread(&conversation)? else { continue };
        thread.snooze(None);
        let after = thread.row.head;
        let done = (Deed::Woken, None, None);
        let activity = Some(backstage::act(db, thread, (doer, &author), done, (now, after))?);
        woken.push(Changed { items: Vec::new(), activity, row: thread.row.clone() });
        desk.changed(&conversation);
    }
    Ok(woken)
}

/// When the next conversation is to be opened that was put off.
pub(super) fn next_wake(db: &Connection) -> Outcome<Option<Millis>> {
    let sql = "SELECT snoozed_until FROM conversations WHERE status = 2 ORDER BY snoozed_until LIMIT 1";
    one(db, sql, [], |row| row.get(0))
}

/// Sets an agent's own mark, or takes it away.
pub(super) fn bookmark(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    on: bool,
    at: Millis,
) -> Outcome<Option<Bounded<()>>> {
    let Some((me, _)) = desk.agent(agent)? else { return Ok(None) };
    let db = desk.db();
    let Some(id) = threads::id(db, &Principal::Agent(agent.clone()), conversation)? else { return Ok(None) };
    if !on {
        change(db, "DELETE FROM bookmarks WHERE agent = ?1 AND conversation = ?2", [me, id])?;
        return Ok(Some(Bounded::Done(())));
    }
    let marked = "SELECT count(*), coalesce(max(conversation = ?2), 0) FROM bookmarks WHERE agent = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?));
    let (count, is_marked) = one(db, marked, [me, id], read)?.unwrap_or_default();
    if !is_marked && count >= limit(BOOKMARKS) {
        return Ok(Some(Bounded::TooMany));
    }
    let sql = "INSERT OR IGNORE INTO bookmarks (agent, conversation, at) VALUES (?1, ?2, ?3)";
    change(db, sql, [me, id, at])?;
    Ok(Some(Bounded::Done(())))
}

/// What an agent has bookmarked on sites that are still theirs, the latest mark first.
pub(super) fn bookmarks(db: &Connection, agent: &AgentId) -> Outcome<Vec<ConversationId>> {
    let sql = "SELECT c.public_id FROM bookmarks b JOIN agents a ON a.id = b.agent
               JOIN conversations c ON c.id = b.conversation
               JOIN memberships m ON m.agent = b.agent AND m.site = c.site
               WHERE a.public_id = ?1 ORDER BY b.at DESC LIMIT ?2";
    many(db, sql, params![agent.as_str(), limit(BOOKMARKS)], |row| Ok(ConversationId(row.get(0)?)))
}
