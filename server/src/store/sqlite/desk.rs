//! What the writer knows by heart: the conversations, visitors and agents it has lately had to do with, so that a
//! message asks the store for nothing. The writer is the only one who changes them, and what it has changed is saved
//! once for a whole group, before the commit. Whatever is not sure any more is forgotten and read again.
use super::{
    agents,
    fault::Outcome,
    sql::{change, many, one},
    threads::{self, Thread},
    visitors::{self, Known},
};
use crate::store::Principal;
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, VisitorId},
    model::{AgentAuthor, Status},
};
use rusqlite::{Connection, params};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Conversations, visitors and agents that are kept in memory, each: some kilobytes a thousand. Beyond, all are
/// forgotten and those who write are read again.
const KEPT: usize = 16_384;
/// Conversations whose place in lists may lag behind, and entries since places were right: more are placed at once,
/// whether or not anybody asks for a list. It bounds what has to be placed after a crash too.
const UNPLACED: usize = 32_768;

/// An agent, as far as writing needs them.
struct Answering {
    row: i64,
    author: AgentAuthor,
    sites: Vec<i64>,
}

/// The writer's connection and what it knows.
pub(super) struct Desk {
    db: Connection,
    threads: HashMap<ConversationId, Box<Thread>>,
    visitors: HashMap<VisitorId, Known>,
    agents: HashMap<AgentId, Answering>,
    /// Conversations of this group that are to be saved.
    changed: Vec<ConversationId>,
    /// Conversations whose place in lists is not right.
    unplaced: HashSet<i64>,
    /// Entries since places were right.
    since: usize,
    /// Places are being put right in the group under way.
    placing: bool,
    /// Tells readers of lists that places are not right.
    lists_lag: Arc<AtomicBool>,
}

impl Desk {
    /// A desk that knows nothing yet.
    pub(super) fn new(db: Connection, lists_lag: Arc<AtomicBool>) -> Self {
        Self {
            db,
            threads: HashMap::new(),
            visitors: HashMap::new(),
            agents: HashMap::new(),
            changed: Vec::new(),
            unplaced: HashSet::new(),
            since: 0,
            placing: false,
            lists_lag,
        }
    }

    /// The connection, for what is not kept here.
    pub(super) const fn db(&self) -> &Connection {
        &self.db
    }

    /// The connection and a conversation, if it is theirs. Whoever changes it says so with [`Self::changed`].
    pub(super) fn thread(
        &mut self,
        who: &Principal,
        name: &ConversationId,
    ) -> Outcome<Option<(&Connection, &mut Thread)>> {
        let sites = match who {
            Principal::Agent(agent) => match self.answering(agent)? {
                Some(answering) => answering.sites.clone(),
                None => return Ok(None),
            },
            Principal::Visitor(_) => Vec::new(),
        };
        let Some((db, thread)) = self.any_thread(name)? else { return Ok(None) };
        let theirs = match who {
            Principal::Visitor(visitor) => thread.row.visitor.id == *visitor,
            Principal::Agent(_) => sites.contains(&thread.site),
        };
        Ok(theirs.then_some((db, thread)))
    }

    /// The connection and a conversation, whoever's it is: for what the relay does by itself.
    pub(super) fn any_thread(
        &mut self,
        name: &ConversationId,
    ) -> Outcome<Option<(&Connection, &mut Thread)>> {
        let thread = match self.threads.entry(name.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let Some(thread) = threads::load(&self.db, name)? else { return Ok(None) };
                vacant.insert(Box::new(thread))
            }
        };
        Ok(Some((&self.db, thread)))
    }

    /// A conversation was changed: it is saved before the commit.
    pub(super) fn changed(&mut self, name: &ConversationId) {
        if self.threads.get_mut(name).is_some_and(|thread| thread.enlist()) {
            self.changed.push(name.clone());
        }
    }

    /// A conversation has a new entry: it is saved before the commit, and has another place in lists.
    pub(super) fn grown(&mut self, name: &ConversationId) {
        self.changed(name);
        let Some(thread) = self.threads.get(name) else { return };
        self.unplaced.insert(thread.id);
        self.since += 1;
        self.lists_lag.store(true, Ordering::Release);
        if let Some(visitor) = self.visitors.get_mut(&thread.row.visitor.id) {
            // Their latest active, unless it is resolved; else it has to be looked for.
            visitor.open = (thread.row.status != Status::Resolved).then(|| name.clone());
        }
    }

    /// Does what the desk does not know of, apart from the rest of its group: if it fails, only it is taken back.
    pub(super) fn apart<T>(&mut self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        self.save()?;
        step(&self.db, "SAVEPOINT apart")?;
        let outcome = work(&self.db);
        self.forget();
        match outcome {
            // A full disk or a failed read makes SQLite itself take the whole group back.
            Err(fault) if self.db.is_autocommit() => Err(fault),
            Err(fault) => {
                step(&self.db, "ROLLBACK TO apart")?;
                step(&self.db, "RELEASE apart")?;
                Err(fault.taken_back())
            }
            Ok(value) => step(&self.db, "RELEASE apart").map(|()| value),
        }
    }

    /// A visitor who has a row.
    pub(super) fn visitor(&mut self, id: &VisitorId) -> Outcome<Option<&mut Known>> {
        match self.visitors.entry(id.clone()) {
            Entry::Occupied(known) => Ok(Some(known.into_mut())),
            Entry::Vacant(vacant) => Ok(visitors::known(&self.db, id)?.map(|known| vacant.insert(known))),
        }
    }

    /// An agent's row and how others see them.
    pub(super) fn agent(&mut self, id: &AgentId) -> Outcome<Option<(i64, AgentAuthor)>> {
        Ok(self.answering(id)?.map(|answering| (answering.row, answering.author.clone())))
    }

    fn answering(&mut self, id: &AgentId) -> Outcome<Option<&Answering>> {
        let vacant = match self.agents.entry(id.clone()) {
            Entry::Occupied(known) => return Ok(Some(known.into_mut())),
            Entry::Vacant(vacant) => vacant,
        };
        let Some((row, author)) = agents::author(&self.db, id)? else { return Ok(None) };
        let sql = "SELECT site FROM memberships WHERE agent = ?1";
        let sites = many(&self.db, sql, [row], |row| row.get(0))?;
        Ok(Some(vacant.insert(Answering { row, author, sites })))
    }

    /// The latest active of a visitor's conversations that are not resolved: what is put off is opened by a message.
    pub(super) fn latest_open(&mut self, id: &VisitorId) -> Outcome<Option<ConversationId>> {
        let row = match self.visitor(id)? {
            None => return Ok(None),
            Some(Known { open: Some(open), .. }) => return Ok(Some(open.clone())),
            Some(known) => known.id,
        };
        self.save()?;
        let sql = "SELECT c.public_id FROM conversations c JOIN heads h ON h.conversation = c.id
                   WHERE c.visitor = ?1 AND c.status <> ?2 ORDER BY h.latest DESC LIMIT 1";
        let found: Option<String> =
            one(&self.db, sql, params![row, Status::Resolved.number()], |row| row.get(0))?;
        let open = found.map(ConversationId);
        if let Some(known) = self.visitors.get_mut(id) {
            known.open.clone_from(&open);
        }
        Ok(open)
    }

    /// Puts all that was changed into the store.
    pub(super) fn save(&mut self) -> Outcome<()> {
        for name in self.changed.drain(..) {
            if let Some(thread) = self.threads.get_mut(&name) {
                thread.save(&self.db)?;
            }
        }
        Ok(())
    }

    /// The last of a group, before its commit: saves, and puts conversations into their places in lists if somebody
    /// asks for one or too many wait.
    pub(super) fn end_of_group(&mut self, asked: bool) -> Outcome<()> {
        self.save()?;
        let many = self.unplaced.len() >= UNPLACED || self.since >= UNPLACED;
        if self.unplaced.is_empty() || !(asked || many) {
            return Ok(());
        }
        // Taken from the store, never from here: whatever was taken back meanwhile, the place is right.
        let sql = "UPDATE conversations SET (place, waiting_since) =
                       (SELECT latest, waiting_since FROM heads WHERE conversation = ?1) WHERE id = ?1";
        for id in &self.unplaced {
            change(&self.db, sql, [id])?;
        }
        self.placing = true;
        change(&self.db, PLACED, []).map(|_| ())
    }

    /// The group was committed.
    pub(super) fn committed(&mut self) {
        if std::mem::take(&mut self.placing) {
            self.unplaced.clear();
            self.since = 0;
            self.lists_lag.store(false, Ordering::Release);
        }
        if self.threads.len().max(self.visitors.len()).max(self.agents.len()) > KEPT {
            self.forget();
        }
    }

    /// The group was taken back.
    pub(super) fn taken_back(&mut self) {
        self.placing = false;
        self.forget();
    }

    /// Nothing is written just now: gives back what memory it can.
    pub(super) fn rest(&mut self) {
        self.forget();
        // Only a hint: pages of the file that are kept are let go.
        let _ = self.db.execute_batch("PRAGMA shrink_memory");
    }

    /// Forgets what it knows, after everything was saved or taken back.
    pub(super) fn forget(&mut self) {
        // New ones: a map that is cleared keeps its memory.
        self.threads = HashMap::new();
        self.visitors = HashMap::new();
        self.agents = HashMap::new();
        self.changed = Vec::new();
    }
}

/// Puts conversations into their places that a crash has left behind.
pub(super) fn place_after_crash(db: &Connection) -> rusqlite::Result<()> {
    let sql = "UPDATE conversations SET (place, waiting_since) =
                   (SELECT latest, waiting_since FROM heads WHERE conversation = conversations.id)
               WHERE id IN (SELECT conversation FROM entries
                            WHERE id > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'placed'))";
    db.execute(sql, [])?;
    db.execute(PLACED, []).map(|_| ())
}

const PLACED: &str =
    "UPDATE meta SET value = (SELECT coalesce(max(id), 0) FROM entries) WHERE key = 'placed'";

/// A statement without values.
pub(super) fn step(db: &Connection, sql: &str) -> Outcome<()> {
    change(db, sql, []).map(|_| ())
}
