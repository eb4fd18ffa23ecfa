//! What only this back-end promises: files and folders, groups, failures, both executors. The rest is the contract.
use super::{Executor, FILE, Fatal, OpenError, Sqlite, fault::Outcome, sql::change, trouble, writer};
use crate::store::{
    Principal, Sender, Sent, Sequence, Site, SiteSettings, Store, StoreError, VisitorMessage,
    contract::{self, Open},
};
use merhaba_shared::protocol::{
    agent::{Filter, List},
    ids::{ClientId, Epoch},
    model::Item,
};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Arc, Mutex, mpsc},
};

fn no_fatal() -> Fatal {
    Box::new(|reason| panic!("fatal: {reason}"))
}

fn open(dir: &Path, executor: Executor) -> Sqlite {
    Sqlite::open_with(dir, &Epoch::from("first"), no_fatal(), executor).expect("opens")
}

fn refused(dir: &Path) -> String {
    match Sqlite::open(dir, &Epoch::from("first"), no_fatal()) {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    }
}

fn place(executor: Executor) -> Open {
    let dir = tempfile::tempdir().expect("a folder");
    Box::new(move || Arc::new(open(dir.path(), executor)))
}

mod threads {
    //! The contract, as the relay runs it.
    crate::store::contract::suite!(|| super::place(super::Executor::Threads));
}

mod inline {
    //! The contract, as a simulation runs it.
    crate::store::contract::suite!(|| super::place(super::Executor::Inline));
}

fn wait<T>(pending: crate::store::Pending<T>) -> Result<T, StoreError> {
    contract::wait(pending)
}

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn the_epoch_is_the_first_one_given() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    assert_eq!(store.epoch(), Epoch::from("first"));
    wait(store.close()).expect("closes");
    let again = Sqlite::open(dir.path(), &Epoch::from("second"), no_fatal()).expect("opens");
    assert_eq!(again.epoch(), Epoch::from("first"));
}

#[test]
fn a_commit_is_durable_and_what_is_erased_is_gone() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let pragmas = |db: &Connection| -> Outcome<Vec<i64>> {
        let one = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        Ok(["synchronous", "secure_delete", "foreign_keys"].into_iter().map(one).collect::<Result<_, _>>()?)
    };
    assert_eq!(wait(store.writing(None, pragmas)), Ok(vec![2, 1, 1]));
    assert_eq!(wait(store.reading(pragmas)), Ok(vec![2, 1, 1]));
    let mode = |db: &Connection| Ok(db.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0))?);
    assert_eq!(wait(store.writing(None, mode)).as_deref(), Ok("wal"));
    assert!(wait(store.reading(|db| change(db, "DELETE FROM sites", []))).is_err(), "readers cannot write");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = dir();
    let inner = dir.path().join("a/b");
    let store = open(&inner, Executor::Threads);
    wait(store.probe()).expect("writes");
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    for name in [FILE.to_owned(), format!("{FILE}-wal")] {
        assert_eq!(mode(&inner.join(name)), 0o600);
    }
}

#[test]
fn a_close_leaves_one_whole_file() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    wait(store.probe()).expect("writes");
    wait(store.close()).expect("closes");
    let log = std::fs::metadata(dir.path().join(format!("{FILE}-wal"))).map_or(0, |log| log.len());
    assert_eq!(log, 0);
}

#[test]
fn a_folder_that_takes_no_writes_is_said() {
    let said = refused(Path::new("/proc/self"));
    assert!(said.starts_with("the data folder /proc/self cannot be written: "), "{said}");
    let dir = dir();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").expect("writes");
    let said = refused(&file);
    assert!(said.contains("cannot be made"), "{said}");
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    for content in
        ["not a database, just some text that is long enough to be read as one …".repeat(9), "x".into()]
    {
        let dir = dir();
        std::fs::write(dir.path().join(FILE), &content).expect("writes");
        let said = refused(dir.path());
        assert!(said.ends_with("is not a store of Merhaba"), "{said}");
        assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).expect("reads"), content);
    }
    let dir = dir();
    let other = Connection::open(dir.path().join(FILE)).expect("opens");
    other.execute_batch("CREATE TABLE theirs (a)").expect("writes");
    assert!(refused(dir.path()).ends_with("is not a store of Merhaba"));
}

#[test]
fn what_a_newer_version_wrote_is_not_opened() {
    let dir = dir();
    drop(open(dir.path(), Executor::Inline));
    let db = Connection::open(dir.path().join(FILE)).expect("opens");
    db.execute("UPDATE meta SET value = '77' WHERE key = 'schema'", []).expect("writes");
    match Sqlite::open(dir.path(), &Epoch::from("first"), no_fatal()) {
        Err(OpenError::Newer { found: 77, .. }) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opened"),
    }
    let known = super::open::MIGRATIONS.len();
    let words = format!("written by a newer Merhaba (schema 77; this one knows {known})");
    assert!(refused(dir.path()).contains(&words));
}

/// Holds the writer until told to go on, so that what is queued meanwhile becomes one group.
fn hold(store: &Sqlite) -> (mpsc::SyncSender<()>, crate::store::Pending<()>) {
    let (go, gate) = mpsc::sync_channel::<()>(1);
    let (held, ready) = mpsc::sync_channel(1);
    let pending = store.writing(None, move |_| {
        held.send(()).expect("somebody waits");
        gate.recv().expect("told to go on");
        Ok(())
    });
    ready.recv().expect("the writer has it");
    (go, pending)
}

fn add(db: &Connection, key: &str) -> Outcome<usize> {
    change(db, "INSERT INTO meta (key, value) VALUES (?1, '')", [key])
}

fn keys(store: &Sqlite) -> Vec<String> {
    let sql = "SELECT key FROM meta WHERE key LIKE 'k%' ORDER BY key";
    wait(store.reading(move |db| super::sql::many(db, sql, [], |row| row.get(0)))).expect("reads")
}

#[test]
fn a_job_that_fails_does_not_hurt_its_group() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let (go, held) = hold(&store);
    let told = Arc::new(Mutex::new(Vec::new()));
    let job = |key: &'static str, fails: bool| {
        let told = Arc::clone(&told);
        let then = Box::new(move |_: &usize| told.lock().expect("no panic").push(key));
        store.writing(Some(then), move |db| {
            add(db, key)?;
            if fails { add(db, key) } else { Ok(1) }
        })
    };
    let pending = [job("k1", false), job("k2", true), job("k3", false)];
    go.send(()).expect("held");
    wait(held).expect("held");
    let ok = pending.map(|pending| wait(pending).is_ok());
    assert_eq!(ok, [true, false, true]);
    assert_eq!(*told.lock().expect("no panic"), ["k1", "k3"]);
    assert_eq!(keys(&store), ["k1", "k3"]);
}

#[test]
fn what_was_not_committed_is_neither_answered_nor_told() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let (go, held) = hold(&store);
    let then = || Box::new(|_: &usize| panic!("told, though it was lost"));
    let good = store.writing(Some(then()), |db| add(db, "k1"));
    let bad = store.writing(Some(then()), |db| {
        db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        change(db, "INSERT INTO memberships (agent, site, role) VALUES (77, 77, 1)", [])
    });
    go.send(()).expect("held");
    drop(held);
    for pending in [good, bad] {
        assert!(matches!(wait(pending), Err(StoreError::Unavailable(_))));
    }
    wait(store.probe()).expect("the next group is not hurt");
    assert!(keys(&store).is_empty());
}

#[test]
fn a_full_disk_is_said_and_passes() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let limit = |pages: i64| {
        store.writing(None, move |db| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            Ok(db.query_row(&sql, [], |row| row.get::<_, i64>(0))?)
        })
    };
    let fill =
        || store.writing(None, |db| change(db, "INSERT INTO meta VALUES ('k', hex(zeroblob(99000)))", []));
    wait(limit(1)).expect("limits to what there is");
    match wait(fill()) {
        Err(StoreError::Unavailable(why)) => assert!(why.contains("full"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(keys(&store).is_empty(), "reads go on");
    wait(limit(1_000_000)).expect("room again");
    wait(fill()).expect("recovers by itself");
    assert_eq!(keys(&store), ["k"]);
}

#[test]
fn after_a_failure_a_probe_must_work_that_is_as_long_as_a_message() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    trouble::full(&store, true);
    assert!(wait(store.probe()).is_ok() && !store.is_failing(), "what fits is still taken");
    assert!(wait(insert(&store, &Sequence::default(), "k1", 99_000)).is_err());
    assert!(store.is_failing());
    wait(insert(&store, &Sequence::default(), "k2", 1)).expect("fits");
    assert!(wait(store.probe()).is_err() && store.is_failing(), "a short write proves nothing");
    trouble::full(&store, false);
    assert!(store.is_failing(), "nobody has tried");
    assert!(wait(store.probe()).is_ok() && !store.is_failing(), "room again");
    assert!(wait(insert(&store, &Sequence::default(), "k2", 1)).is_err(), "there is one of that name");
    assert!(!store.is_failing(), "that was no failure of the disk");
    let count = |store: &Sqlite| {
        let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'probe'";
        wait(store.reading(move |db| Ok(db.query_row(sql, [], |row| row.get::<_, i64>(0))?)))
            .expect("a number")
    };
    let before = count(&store);
    wait(store.probe()).expect("works");
    assert_eq!((before, count(&store)), (2, 3));
}

/// A message that fills pages of its own, or fits what is there.
fn insert(
    store: &Sqlite,
    sequence: &Sequence,
    key: &'static str,
    bytes: u32,
) -> crate::store::Pending<usize> {
    let sql = format!("INSERT INTO meta VALUES ('{key}', hex(zeroblob({bytes})))");
    store.saying((sequence, 0), Box::new(|_| {}), move |desk| desk.apart(|db| change(db, &sql, [])))
}

#[test]
fn what_stands_behind_a_failure_fails_too_within_its_group_and_after_it() {
    for together in [true, false] {
        let dir = dir();
        let store = open(dir.path(), Executor::Threads);
        trouble::full(&store, true);
        wait(store.probe()).expect("what fits is still taken");
        let (mine, other) = (Sequence::default(), Sequence::default());
        let (go, held) = hold(&store);
        let long = insert(&store, &mine, "k1", 99_000);
        if !together {
            go.send(()).expect("held");
        }
        let long = if together { Err(long) } else { Ok(wait(long)) };
        let (short, theirs) = (insert(&store, &mine, "k2", 1), insert(&store, &other, "k3", 1));
        if together {
            go.send(()).expect("held");
        }
        let long = long.unwrap_or_else(wait);
        wait(held).expect("held");
        assert!(matches!(long, Err(StoreError::Unavailable(_))) && wait(short).is_err(), "{together}");
        // A full disk takes a whole group back; who sends it again finds room for what is short.
        let theirs = wait(theirs).is_ok() || wait(insert(&store, &Sequence::default(), "k3", 1)).is_ok();
        assert!(theirs && keys(&store) == ["k3"], "{together}");
        trouble::full(&store, false);
        let anew = Sequence::default();
        for (key, bytes) in [("k1", 99_000), ("k2", 1)] {
            wait(insert(&store, &anew, key, bytes)).expect("room again");
        }
    }
}

/// As much as may wait.
fn fill(store: &Sqlite) -> Vec<crate::store::Pending<()>> {
    let bytes = writer::WAITING / 4 - writer::JOB;
    let job = |_| store.saying((&Sequence::default(), bytes), Box::new(|()| {}), |_| Ok(()));
    (0..4).map(job).collect()
}

#[test]
fn what_the_queue_refuses_holds_back_what_comes_after() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let (go, held) = hold(&store);
    let waiting = fill(&store);
    let sequence = Sequence::default();
    assert!(wait(insert(&store, &sequence, "k1", 1)).is_err());
    go.send(()).expect("held");
    wait(held).expect("held");
    assert!(waiting.into_iter().all(|job| wait(job).is_ok()));
    assert!(wait(insert(&store, &sequence, "k2", 1)).is_err());
    assert!(keys(&store).is_empty());
}

#[test]
fn more_than_fits_the_queue_is_refused_at_once() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let (go, held) = hold(&store);
    let waiting = fill(&store);
    assert!(matches!(wait(store.probe()), Err(StoreError::Unavailable(_))));
    go.send(()).expect("held");
    wait(held).expect("held");
    assert!(waiting.into_iter().all(|job| wait(job).is_ok()));
    wait(store.probe()).expect("room again");
}

fn first_message(visitor: &str) -> VisitorMessage {
    let mut token = [0; 32];
    token[..visitor.len()].copy_from_slice(visitor.as_bytes());
    let from =
        Sender { site: "shop".into(), visitor: visitor.into(), token, locale: "tr".into(), page: None };
    VisitorMessage {
        from: from.into(),
        client_id: ClientId([7; 16]),
        conversation: None,
        new: false,
        new_conversation: format!("of {visitor}").as_str().into(),
        body: "merhaba".into(),
        attachments: Vec::new(),
        extra: None,
        about: None,
        at: 1,
        sequence: Sequence::default(),
    }
}

#[test]
fn ten_thousand_first_messages_at_once_are_all_stored() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let settings = SiteSettings { name: "shop".into(), ..SiteSettings::default() };
    wait(store.add_site(Site { key: "shop".into(), at: 0, settings })).expect("a site");
    let (go, held) = hold(&store);
    let pending: Vec<_> = (0..10_000)
        .map(|number| store.visitor_message(first_message(&format!("v{number}")), Box::new(|_| ())))
        .collect();
    go.send(()).expect("held");
    wait(held).expect("held");
    for stored in pending {
        assert!(matches!(wait(stored), Ok(Sent::Stored(_))));
    }
}

#[test]
fn long_messages_fill_the_queue_by_their_bytes() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    let (go, held) = hold(&store);
    let long = VisitorMessage { body: "x".repeat(16 * 1024), ..first_message("v") };
    let fits = writer::WAITING / (writer::JOB + long.bytes());
    let send = || VisitorMessage { sequence: Sequence::default(), ..long.clone() };
    let pending: Vec<_> = (0..=fits).map(|_| store.visitor_message(send(), Box::new(|_| ()))).collect();
    go.send(()).expect("held");
    wait(held).expect("held");
    let refused = pending.into_iter().filter_map(|pending| wait(pending).err()).count();
    assert_eq!((fits, refused), (3_854, 1));
}

#[test]
fn a_panic_in_the_writer_ends_the_program_and_leaves_nobody_waiting() {
    let dir = dir();
    let (tell, told) = mpsc::sync_channel(1);
    let fatal: Fatal = Box::new(move |reason| tell.send(reason.to_owned()).expect("somebody listens"));
    let store = Sqlite::open(dir.path(), &Epoch::from("first"), fatal).expect("opens");
    let (go, held) = hold(&store);
    let bad = store.writing(None, |_| -> Outcome<()> { panic!("a panic that a test wants") });
    let later = store.probe();
    go.send(()).expect("held");
    wait(held).expect("committed before");
    assert!(wait(bad).is_err() && wait(later).is_err());
    assert!(told.recv().expect("fatal").contains("unexpectedly"));
    assert!(wait(store.probe()).is_err());
}

#[test]
fn a_panic_in_a_read_harms_no_other() {
    let dir = dir();
    let store = open(dir.path(), Executor::Threads);
    for _ in 0..super::readers::READERS * 2 {
        let bad = store.reading(|_| -> Outcome<()> { panic!("a panic that a test wants") });
        assert!(wait(bad).is_err());
    }
    assert_eq!(wait(store.sites()), Ok(vec![]));
}

#[test]
fn inline_a_job_is_done_when_the_call_returns_even_from_within() {
    let dir = dir();
    let store = Arc::new(open(dir.path(), Executor::Inline));
    let (inner, told) = (Arc::clone(&store), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&told);
    let then = Box::new(move |_: &usize| {
        let after = Arc::clone(&seen);
        let then = Box::new(move |_: &usize| after.lock().expect("no panic").push("k2"));
        drop(inner.writing(Some(then), |db| add(db, "k2")));
        seen.lock().expect("no panic").push("k1");
        assert_eq!(keys(&inner), ["k1"], "reads within see what was committed");
    });
    drop(store.writing(Some(then), |db| add(db, "k1")));
    assert_eq!(*told.lock().expect("no panic"), ["k1", "k2"]);
}

/// A store as the first schema left it: one conversation of two messages, of which the second was answered by nobody.
const FIRST_SCHEMA: &str = "
    INSERT INTO meta VALUES ('epoch', 'first'), ('probe', '0'), ('schema', '1');
    INSERT INTO sites (key, at, name, visitors) VALUES ('shop', 1, 'Çay', 1);
    INSERT INTO agents (public_id, email, name, password_hash, at) VALUES ('a', 'a@b.example', 'Defne', '', 1);
    INSERT INTO memberships VALUES (1, 1, 3);
    INSERT INTO visitors (site, public_id, token, number, at, locale) VALUES (1, 'v', zeroblob(32), 1, 1, 'tr');
    INSERT INTO conversations (public_id, site, visitor, assignee, status, head, latest, created_at, at, preview,
        preview_side, visitor_received, visitor_read, visitor_unread, agent_received, agent_read, agent_unread, locale)
        VALUES ('c', 1, 1, 1, 1, 2, 2, 5, 7, 'iki', 1, 2, 2, 0, 1, 1, 1, 'tr');
    INSERT INTO entries (conversation, seq, visitor, at, client_id, body)
        VALUES (1, 1, 1, 5, zeroblob(16), 'bir'), (1, 2, 1, 7, x'01010101010101010101010101010101', 'iki');";

#[test]
fn what_the_first_schema_held_is_there_after_the_second() {
    let dir = dir();
    let old = Connection::open(dir.path().join(FILE)).expect("opens");
    old.execute_batch(include_str!("../../../migrations/sqlite/0001_foundation.sql")).expect("is SQL");
    old.execute_batch(FIRST_SCHEMA).expect("fits the schema");
    old.pragma_update(None, "application_id", 0x4d72_6862).expect("is ours");
    drop(old);
    let store = open(dir.path(), Executor::Threads);
    let inbox = wait(store.inbox("a".into(), List::whole(Filter::Open, None, 9))).expect("reads");
    let row = &inbox.conversations[0];
    assert_eq!((row.head, row.preview.as_str(), row.unread, row.visitor_read), (2, "iki", 1, 2));
    let who = Principal::Visitor("v".into());
    let history = wait(store.history(who, "c".into(), None, 9, 9_999)).expect("reads").expect("is theirs");
    assert_eq!(history.entries.iter().map(Item::seq).collect::<Vec<_>>(), [1, 2]);
    let repeated = wait(store.accepted("v".into(), ClientId([1; 16]))).expect("reads").expect("was stored");
    assert_eq!(repeated.seq, 2);
}

#[test]
fn a_crash_before_places_were_put_right_leaves_lists_in_order() {
    let dir = dir();
    let store = open(dir.path(), Executor::Inline);
    let db = Connection::open(dir.path().join(FILE)).expect("opens");
    db.execute_batch(
        "INSERT INTO sites (key, at, name, visitors) VALUES ('shop', 1, 'Çay', 1);
         INSERT INTO agents (public_id, email, name, password_hash, at) VALUES ('a', 'a@b.example', 'Defne', '', 1);
         INSERT INTO memberships VALUES (1, 1, 3);",
    )
    .expect("fits the schema");
    for visitor in ["v", "w", "v"] {
        let message = first_message(visitor);
        wait(store.visitor_message(message, Box::new(|_| ()))).expect("stored");
    }
    // Nobody has asked for a list, and what follows is as if the relay had been killed here.
    let unplaced = "SELECT count(*) FROM conversations WHERE place = 0";
    assert_eq!(db.query_row(unplaced, [], |row| row.get::<_, i64>(0)), Ok(2));
    std::mem::forget(store);
    let again = open(dir.path(), Executor::Threads);
    assert_eq!(db.query_row(unplaced, [], |row| row.get::<_, i64>(0)), Ok(0));
    let inbox = wait(again.inbox("a".into(), List::whole(Filter::Open, None, 9))).expect("reads");
    let names: Vec<_> = inbox.conversations.iter().map(|row| row.conversation.as_str().to_owned()).collect();
    assert_eq!(names, ["of w", "of v"], "the third was a repeat");
}
