//! The durable floor's one writer: takes all that is queued, inserts it in one transaction, commits with a sync, and only
//! then delivers and acknowledges. Prepared statements, an append-only table, one narrow index, nothing else.
use super::{
    Outbox, now,
    topics::{Sent, Topics},
};
use crate::dialect::from_hex;
use rusqlite::{Connection, params};
use std::{io, path::Path, sync::Arc, thread};
use tokio::sync::mpsc;

/// Messages that may wait; their senders wait with them.
const WAITING: usize = 4_096;
/// Messages in one commit.
const GROUP: usize = 512;
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        conversation INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        client_id BLOB NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX in_order ON messages (conversation, seq);";
const INSERT: &str = "INSERT INTO messages (conversation, seq, client_id, body) VALUES (?1, ?2, ?3, ?4)";

/// A message to store, and who waits for it.
pub(super) struct Job {
    pub(super) sent: Sent,
    pub(super) outbox: Outbox,
}

/// The way to the writer's thread.
pub(super) struct Writer(mpsc::Sender<Job>);

impl Writer {
    /// Makes the store in a folder and starts the thread.
    pub(super) fn start(folder: &Path, topics: Arc<Topics>) -> io::Result<Self> {
        let db = Connection::open(folder.join("floor.db")).map_err(io::Error::other)?;
        db.execute_batch(SCHEMA).map_err(io::Error::other)?;
        let (sender, mut jobs) = mpsc::channel(WAITING);
        thread::Builder::new().name("writer".into()).spawn(move || {
            let ended = work(&db, &mut jobs, &topics);
            // A floor that keeps nothing any more measures nothing.
            if ended.is_err() {
                std::process::exit(70);
            }
        })?;
        Ok(Self(sender))
    }

    /// Queues a message; waits while the queue is full.
    pub(super) async fn store(&self, job: Job) {
        // The thread ends with the program.
        let _ = self.0.send(job).await;
    }
}

fn work(db: &Connection, jobs: &mut mpsc::Receiver<Job>, topics: &Topics) -> rusqlite::Result<()> {
    let mut group = Vec::with_capacity(GROUP);
    let (mut begin, mut insert, mut commit) =
        (db.prepare("BEGIN")?, db.prepare(INSERT)?, db.prepare("COMMIT")?);
    let mut heads: Vec<i64> = Vec::new();
    while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
        begin.execute([])?;
        for Job { sent, .. } in &group {
            if heads.len() <= sent.conversation {
                heads.resize(sent.conversation + 1, 0);
            }
            let head = &mut heads[sent.conversation];
            *head += 1;
            let client_id = from_hex(sent.client_id().as_bytes()).unwrap_or_default();
            insert.execute(params![sent.conversation, *head, client_id, sent.body()])?;
        }
        commit.execute([])?;
        let at = now();
        for Job { sent, outbox } in group.drain(..) {
            let accepted = topics.deliver(&sent, at);
            // Whoever is gone needs no answer.
            let _ = outbox.try_send(accepted);
        }
    }
    Ok(())
}
