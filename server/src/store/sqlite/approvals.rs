//! Messages that wait for approval. Whatever is decided is decided once: the writer is alone, and looks first. The text
//! stays here until somebody lets it go; only then does it become an entry of the timeline.
use super::{
    Sqlite, agents, backstage,
    desk::Desk,
    drafts,
    fault::Outcome,
    messages::{self, read_accepted},
    sql::{change, clamp, limit, many, one},
    threads::NewMessage,
};
use crate::{
    domain::{
        conversation::{Action, may},
        routing::TARGET_MINUTES,
    },
    store::{
        AgentMessage, ApprovalStore, Bounded, Changed, Pending, Principal, Proposed, Sent, Settled, Then,
    },
};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Deed},
    approval::{Decide, Decided, Decision, Proposal, Verdict},
    ids::{AgentId, ClientId, ConversationId, Millis},
    limits::PROPOSALS,
    model::{AgentAuthor, Item},
    triage::Detail,
};
use rusqlite::{Connection, Row, params};

/// Messages that go in one transaction when their time has come.
const SENT_AT_ONCE: usize = 64;
/// Conversations that are passed on in one transaction.
const PASSED_AT_ONCE: usize = 64;

impl ApprovalStore for Sqlite {
    fn propose(
        &self,
        message: AgentMessage,
        due: Option<Millis>,
        then: Then<Option<Bounded<Proposed>>>,
    ) -> Pending<Option<Bounded<Proposed>>> {
        self.conversing(then, move |desk| propose(desk, message, due))
    }

    fn decide(
        &self,
        agent: AgentId,
        decide: Decide,
        at: Millis,
        then: Then<Option<Settled>>,
    ) -> Pending<Option<Settled>> {
        self.conversing(then, move |desk| settle(desk, &agent, decide, at))
    }

    fn pass(&self, now: Millis, then: Then<Vec<Changed>>) -> Pending<Vec<Changed>> {
        self.conversing(then, move |desk| pass(desk, now))
    }

    fn next_pass(&self) -> Pending<Option<Millis>> {
        self.reading(next_pass)
    }

    fn send_due(&self, now: Millis, then: Then<Vec<Settled>>) -> Pending<Vec<Settled>> {
        self.conversing(then, move |desk| send_due(desk, now))
    }

    fn next_due(&self) -> Pending<Option<Millis>> {
        self.reading(next_due)
    }
}

fn propose(
    desk: &mut Desk,
    message: AgentMessage,
    due: Option<Millis>,
) -> Outcome<Option<Bounded<Proposed>>> {
    let AgentMessage { agent, client_id, conversation, body, at, .. } = message;
    let Some((row, author)) = desk.agent(&agent)? else { return Ok(None) };
    let sql =
        "SELECT c.public_id, p.number, p.at FROM proposals p JOIN conversations c ON c.id = p.conversation
               WHERE p.agent = ?1 AND p.client_id = ?2";
    let values = params![row, client_id.0];
    if let Some(accepted) = one(desk.db(), sql, values, |row| read_accepted(row, client_id))? {
        return Ok(Some(Bounded::Done(Proposed::Repeated(accepted))));
    }
    let Some((db, thread)) = desk.thread(&Principal::Agent(agent), &conversation)? else { return Ok(None) };
    let sql = "SELECT count(*) FROM proposals WHERE conversation = ?1 AND verdict IS NULL";
    if one(db, sql, [thread.id], |row| row.get::<_, i64>(0))?.unwrap_or(0) >= limit(PROPOSALS) {
        return Ok(Some(Bounded::TooMany));
    }
    let (number, after) = (thread.next_line(), thread.row.head);
    let sql = "INSERT INTO proposals (conversation, number, agent, client_id, at, after_seq, body, due)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    change(db, sql, params![thread.id, number, row, client_id.0, at, after, body, due])?;
    thread.wait_for_approval(oldest(db, thread.id)?);
    let row = thread.row.clone();
    desk.changed(&conversation);
    let proposal = Proposal { conversation, number, client_id, author, at, after, body, due };
    Ok(Some(Bounded::Done(Proposed::Stored { proposal: Box::new(proposal), row })))
}

/// Since when the oldest message of a conversation waits for approval.
fn oldest(db: &Connection, conversation: i64) -> Outcome<Option<Millis>> {
    let sql = "SELECT at FROM proposals WHERE conversation = ?1 AND verdict IS NULL AND due IS NULL
               ORDER BY at LIMIT 1";
    one(db, sql, [conversation], |row| row.get(0))
}

/// A proposal as it is kept.
struct Kept {
    id: i64,
    agent: i64,
    author: AgentAuthor,
    client_id: ClientId,
    body: String,
    decided: Option<(Verdict, AgentAuthor)>,
}

fn kept(db: &Connection, conversation: i64, number: u64) -> Outcome<Option<Kept>> {
    let sql = "SELECT p.id, p.agent, a.public_id, a.name, p.client_id, p.body, p.verdict, d.public_id, d.name
               FROM proposals p JOIN agents a ON a.id = p.agent LEFT JOIN agents d ON d.id = p.decided_by
               WHERE p.conversation = ?1 AND p.number = ?2";
    // A number that no page was told is none.
    one(db, sql, params![conversation, clamp(number)], |row| {
        let verdict = row.get::<_, Option<u8>>(6)?.and_then(Verdict::from_number);
        let decided = match verdict {
            Some(verdict) => Some((verdict, AgentAuthor { id: AgentId(row.get(7)?), name: row.get(8)? })),
            None => None,
        };
        Ok(Kept {
            id: row.get(0)?,
            agent: row.get(1)?,
            author: AgentAuthor { id: AgentId(row.get(2)?), name: row.get(3)? },
            client_id: ClientId(row.get(4)?),
            body: row.get(5)?,
            decided,
        })
    })
}

fn settle(desk: &mut Desk, agent: &AgentId, decide: Decide, at: Millis) -> Outcome<Option<Settled>> {
    let Decide { conversation, number, verdict, text } = decide;
    let Some((doer, by)) = desk.agent(agent)? else { return Ok(None) };
    let who = Principal::Agent(agent.clone());
    let Some((db, thread)) = desk.thread(&who, &conversation)? else { return Ok(None) };
    let Some(kept) = kept(db, thread.id, number)? else { return Ok(None) };
    let proposer = kept.author.id.clone();
    if let Some((verdict, by)) = kept.decided {
        let won = by.id == *agent;
        let (decided, row) = (Decided { conversation, number, verdict, by, won }, thread.row.clone());
        return Ok(Some(Settled { decided, proposer, items: Vec::new(), activities: Vec::new(), row }));
    }
    if verdict == Verdict::Withdrawn && proposer != *agent {
        return Ok(None);
    }
    let (mut items, mut activities) = (Vec::new(), Vec::new());
    if matches!(verdict, Verdict::Approved | Verdict::Changed | Verdict::Sent) {
        let body = if verdict == Verdict::Changed { &text } else { &kept.body };
        let said = NewMessage {
            client_id: kept.client_id,
            body: body.clone(),
            files: Vec::new(),
            extra: None,
            quote: None,
            at,
        };
        let from = (kept.agent, kept.author.clone());
        match messages::let_go(desk, agent, from, &conversation, said)? {
            Sent::Stored(stored) => {
                items = stored.items;
                activities.extend(stored.activity);
            }
            // It went before, in a way that nobody takes: it is not said twice.
            Sent::Repeated(_) => {}
            Sent::NotFound | Sent::NoFile | Sent::NoQuote => return Ok(None),
        }
    }
    let Some((db, thread)) = desk.thread(&who, &conversation)? else { return Ok(None) };
    let sql = "UPDATE proposals SET verdict = ?2, decided_by = ?3 WHERE id = ?1 AND verdict IS NULL";
    change(db, sql, params![kept.id, verdict.number(), doer])?;
    // Beside the place where it was let go: before the message that came of it.
    let after = items.last().map_or(thread.row.head, |said: &Item| said.seq() - 1);
    let detail = Some(Detail::Proposal(Decision { number, of: kept.author, text }));
    activities.push(backstage::act(db, thread, (doer, &by), (verdict.deed(), None, detail), (at, after))?);
    thread.wait_for_approval(oldest(db, thread.id)?);
    if matches!(verdict, Verdict::Returned | Verdict::Withdrawn) {
        drafts::begin(db, (kept.agent, thread.id), &kept.body, at)?;
    }
    let row = thread.row.clone();
    desk.changed(&conversation);
    let decided = Decided { conversation, number, verdict, by, won: true };
    Ok(Some(Settled { decided, proposer, items, activities, row }))
}

/// When a conversation's oldest message is due to be told to more: after half of the site's minutes, and after all.
macro_rules! due {
    () => {
        "c.proposed_at + 30000 * (c.passed + 1) * coalesce(json_extract(s.routing, '$.target_minutes'), ?1)"
    };
}
/// What may be due at all.
macro_rules! waits {
    () => {
        "c.proposed_at IS NOT NULL AND c.passed < 2
         AND coalesce(json_extract(s.routing, '$.target_minutes'), ?1) > 0"
    };
}

fn pass(desk: &mut Desk, now: Millis) -> Outcome<Vec<Changed>> {
    desk.save()?;
    let sql = concat!(
        "SELECT c.public_id, a.id, a.public_id, a.name, p.number
         FROM conversations c JOIN sites s ON s.id = c.site
         JOIN proposals p ON p.id = (SELECT id FROM proposals WHERE conversation = c.id AND verdict IS NULL
                                     AND due IS NULL ORDER BY at LIMIT 1)
         JOIN agents a ON a.id = p.agent WHERE ",
        waits!(),
        " AND ",
        due!(),
        " <= ?2 ORDER BY c.proposed_at LIMIT ?3"
    );
    let due = many(desk.db(), sql, params![TARGET_MINUTES, now, limit(PASSED_AT_ONCE)], |row| {
        let author = AgentAuthor { id: AgentId(row.get(2)?), name: row.get(3)? };
        Ok((ConversationId(row.get(0)?), row.get::<_, i64>(1)?, author, row.get::<_, u64>(4)?))
    })?;
    let mut passed = Vec::with_capacity(due.len());
    for (conversation, doer, author, number) in due {
        let Some((db, thread)) = desk.any_thread(&conversation)? else { continue };
        thread.pass();
        let after = thread.row.head;
        let detail = Some(Detail::Proposal(Decision { number, of: author.clone(), text: String::new() }));
        let activity =
            Some(backstage::act(db, thread, (doer, &author), (Deed::Passed, None, detail), (now, after))?);
        passed.push(Changed { items: Vec::new(), activity, row: thread.row.clone() });
        desk.changed(&conversation);
    }
    Ok(passed)
}

fn next_pass(db: &Connection) -> Outcome<Option<Millis>> {
    let sql = concat!(
        "SELECT min(",
        due!(),
        ") FROM conversations c JOIN sites s ON s.id = c.site WHERE ",
        waits!()
    );
    Ok(one(db, sql, params![TARGET_MINUTES], |row| row.get::<_, Option<Millis>>(0))?.flatten())
}

/// Each in the name of its author, and in this transaction, so that it goes once.
fn send_due(desk: &mut Desk, now: Millis) -> Outcome<Vec<Settled>> {
    desk.save()?;
    let sql = "SELECT p.id, p.number, p.agent, a.public_id, c.public_id, c.site FROM proposals p
               JOIN agents a ON a.id = p.agent JOIN conversations c ON c.id = p.conversation
               WHERE p.verdict IS NULL AND p.due <= ?1 ORDER BY p.due, p.id LIMIT ?2";
    let due = many(desk.db(), sql, [now, limit(SENT_AT_ONCE)], |row| {
        let place = (AgentId(row.get(3)?), ConversationId(row.get(4)?));
        let rows: (i64, i64, i64) = (row.get(0)?, row.get(2)?, row.get(5)?);
        Ok((place, row.get::<_, u64>(1)?, rows))
    })?;
    let mut sent = Vec::with_capacity(due.len());
    for ((author, conversation), number, (id, agent, site)) in due {
        let role = agents::role(desk.db(), agent, site)?;
        if !role.is_some_and(|role| may(role, Action::Reply)) {
            change(desk.db(), "UPDATE proposals SET due = NULL WHERE id = ?1", [id])?;
            let Some((_, by)) = agents::author(desk.db(), &author)? else { continue };
            let Some((db, thread)) = desk.any_thread(&conversation)? else { continue };
            thread.wait_for_approval(oldest(db, thread.id)?);
            let row = thread.row.clone();
            desk.changed(&conversation);
            let decided = Decided { conversation, number, verdict: Verdict::Sent, by, won: false };
            sent.push(Settled { decided, proposer: author, items: Vec::new(), activities: Vec::new(), row });
            continue;
        }
        let verdict = Verdict::Sent;
        let decide = Decide { conversation, number, verdict, text: String::new() };
        sent.extend(settle(desk, &author, decide, now)?);
    }
    Ok(sent)
}

fn next_due(db: &Connection) -> Outcome<Option<Millis>> {
    let sql = "SELECT due FROM proposals WHERE verdict IS NULL AND due IS NOT NULL ORDER BY due LIMIT 1";
    one(db, sql, [], |row| row.get(0))
}

/// The lines before a number, the newest first.
pub(super) fn lines(
    db: &Connection,
    conversation: &ConversationId,
    values: [i64; 3],
) -> Outcome<Vec<BackstageLine>> {
    let sql = "SELECT n.number, a.public_id, a.name, n.at, n.after_seq, n.client_id, n.body, n.due
               FROM proposals n JOIN agents a ON a.id = n.agent
               WHERE n.conversation = ?1 AND n.number < ?2 ORDER BY n.number DESC LIMIT ?3";
    many(db, sql, values, |row| read(conversation, row))
}

fn read(conversation: &ConversationId, row: &Row<'_>) -> rusqlite::Result<BackstageLine> {
    Ok(BackstageLine::Proposal(Proposal {
        conversation: conversation.clone(),
        number: row.get(0)?,
        author: AgentAuthor { id: AgentId(row.get(1)?), name: row.get(2)? },
        at: row.get(3)?,
        after: row.get(4)?,
        client_id: ClientId(row.get(5)?),
        body: row.get(6)?,
        due: row.get(7)?,
    }))
}
