//! T3: the power goes. A relay's every write and sync is logged while visitors write, from its very first start, over
//! a clean stop, to a crash in its second life. Then the data folder is rebuilt as thousands of cuts could have left
//! it, and each one must hold all that had been acknowledged by then, byte for byte, in conversations without a hole;
//! on some of them the relay itself is started.
use super::writers::{Promised, Writer};
use futures_util::future::join_all;
use merhaba_tests::{
    dice::Dice,
    faults::{
        disk::{Files, after_cut},
        trace::{Call, Did, Trace, Tracer},
    },
    proof::{Proof, amount, seed},
    relay::{Launch, Relay, Site},
    wire::Wire,
};
use rusqlite::{Connection, OptionalExtension};
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};
use tempfile::TempDir;

/// The store's file.
const FILE: &str = "merhaba.db";
/// A log that is longer, in bytes, has been moved into the main file: SQLite does so after 1,000 pages.
const CHECKPOINT: u64 = 1_000 * 4_120;

/// What happened, and what was promised.
struct History {
    trace: Trace,
    folder: String,
    site: Site,
    /// A writer's token and one of their conversations.
    readers: Vec<(String, HashMap<String, Promised>)>,
    /// When each message was acknowledged, in the order of that.
    acknowledged: Vec<(usize, String)>,
}

/// Texts of all kinds: most are short, some need pages of their own.
fn texts(writer: usize, life: usize, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |number| {
        let rest =
            if number % 9 == 4 { "çok uzun bir mesaj 🙏 ".repeat(number % 170) } else { String::new() };
        format!("{life}.{writer}.{number} ğüşiöç {rest}.")
    })
}

async fn write_all(writers: &mut [Writer], life: usize, count: usize) {
    let writing =
        writers.iter_mut().enumerate().map(|(number, writer)| writer.write(texts(number, life, count)));
    assert!(join_all(writing).await.into_iter().all(|answered| answered));
}

/// Two lives of a relay, traced.
async fn history(folder: &TempDir) -> History {
    let data = fs::canonicalize(folder.path()).expect("a path").join("data");
    let launch = Launch::serve(&data, "127.0.0.1:0", &["--no-rate-limits"]);
    let (relay, first) = Tracer::start(launch.clone(), &folder.path().join("first")).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let mut writers = Vec::new();
    for _ in 0..4 {
        writers.push(Writer::new(&relay, &site).await);
    }
    let each = amount(60, 1_500);
    // Until the log has been moved into the main file; then it is written from its beginning again.
    let log = data.join(format!("{FILE}-wal"));
    let mut rounds = 0;
    while fs::metadata(&log).is_ok_and(|log| log.len() < CHECKPOINT) {
        rounds += 1;
        write_all(&mut writers, 1, each).await;
    }
    write_all(&mut writers, 2, each).await;
    assert!(relay.stop().await.success());
    let (mut relay, second) = Tracer::start(launch, &folder.path().join("second")).await;
    for writer in &mut writers {
        writer.come_back(&relay, &site).await;
    }
    write_all(&mut writers, 3, each).await;
    relay.kill().await;
    let trace = Trace::read(&(first.log().await + &second.log().await));
    let acknowledged = trace.acknowledged();
    assert_eq!(acknowledged.len(), writers.iter().map(|writer| writer.promised.len()).sum::<usize>());
    assert_eq!(acknowledged.len(), 4 * (rounds + 2) * each);
    let readers = writers.into_iter().map(|writer| (writer.token, writer.promised)).collect();
    History { trace, folder: data.display().to_string(), site, readers, acknowledged }
}

/// What a store holds that has just been found after a cut: bodies by conversation and place.
fn found(dir: &Path) -> Result<HashMap<(String, u64), String>, String> {
    let said = |error: rusqlite::Error| error.to_string();
    let db = Connection::open(dir.join(FILE)).map_err(said)?;
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(said)?;
    if verdict != "ok" {
        return Err(verdict);
    }
    let made = "SELECT 1 FROM sqlite_schema WHERE name = 'entries'";
    if db.query_row(made, [], |_| Ok(())).optional().map_err(said)?.is_none() {
        return Ok(HashMap::new());
    }
    let holes = "SELECT count(*) FROM conversations AS c LEFT JOIN heads AS h ON h.conversation = c.id
        WHERE h.head IS NOT (SELECT count(*) FROM entries WHERE conversation = c.id)
           OR h.head IS NOT (SELECT coalesce(max(seq), 0) FROM entries WHERE conversation = c.id)";
    let holes: i64 = db.query_row(holes, [], |row| row.get(0)).map_err(said)?;
    if holes > 0 {
        return Err(format!("{holes} conversations have a hole"));
    }
    let sql = "SELECT c.public_id, e.seq, e.body FROM entries AS e JOIN conversations AS c ON c.id = e.conversation";
    let mut statement = db.prepare(sql).map_err(said)?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).map_err(said)?;
    rows.collect::<Result<_, _>>().map_err(said)
}

/// A folder with these files; in memory where there is such a place, since nothing of it need last.
fn rebuilt(files: &Files) -> TempDir {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let dir = dir.expect("a folder");
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).expect("written");
    }
    dir
}

impl History {
    /// A moment to cut at: any; one while the store is being made; or, mostly, one when an acknowledgement has just
    /// left, which is the narrowest there is.
    fn moment(&self, dice: &mut Dice) -> usize {
        match dice.place(8) {
            0 => dice.place(self.acknowledged[0].0) + 1,
            1..4 => dice.place(self.trace.lines) + 1,
            _ => self.acknowledged[dice.place(self.acknowledged.len())].0 + 1,
        }
    }

    /// What had been acknowledged before a moment.
    fn promised(&self, cut: usize) -> HashMap<(String, u64), String> {
        let ids: HashSet<_> =
            self.acknowledged.iter().take_while(|(at, _)| *at < cut).map(|(_, id)| id).collect();
        let promised = self.readers.iter().flat_map(|(_, promised)| promised);
        let promised = promised.filter(|(id, _)| ids.contains(id)).map(|(_, promised)| promised.clone());
        promised.map(|Promised { conversation, seq, body }| ((conversation, seq), body)).collect()
    }

    /// What a cut has cost: a sentence, if anything.
    fn cost(&self, cut: usize, dice: &mut Dice) -> Result<Option<TempDir>, String> {
        let promised = self.promised(cut);
        let Some(files) = after_cut(&self.trace, &self.folder, cut, dice) else {
            let all = promised.len();
            return if all == 0 { Ok(None) } else { Err(format!("the folder is gone with {all} messages")) };
        };
        let dir = rebuilt(&files);
        let found = found(dir.path())?;
        let lost = promised.iter().filter(|(place, body)| found.get(*place) != Some(body)).count();
        if lost > 0 {
            return Err(format!("{lost} of {} acknowledged messages are lost", promised.len()));
        }
        Ok(Some(dir))
    }

    /// Starts the relay on what was found, and reads a conversation as its visitor would.
    async fn start_on(&self, dir: &Path, cut: usize) {
        let relay = Relay::serve(dir, &["--no-rate-limits"]).await;
        let promised = self.promised(cut);
        for (token, messages) in &self.readers {
            let mine = messages
                .values()
                .find(|message| promised.contains_key(&(message.conversation.clone(), message.seq)));
            let Some(Promised { conversation, seq, body }) = mine else { continue };
            let (mut wire, welcome) = Wire::greeted(&relay, &self.site, Some(token), json!([])).await;
            assert_eq!(welcome["replaced"], false, "the visitor is known");
            let ask = json!({ "conversation": conversation, "before": seq + 1, "limit": 1 });
            wire.say(json!({ "History": ask })).await;
            let history = wire.hear("History").await;
            assert_eq!(history["entries"][0]["Message"]["body"], **body, "{history}");
        }
        assert!(relay.stop().await.success());
    }
}

/// Asserts that no cut of so many has cost anything.
pub fn none_lost(losses: &[String], cuts: usize) {
    let some: Vec<_> = losses.iter().take(9).collect();
    assert!(losses.is_empty(), "{} of {cuts}: {some:#?}", losses.len());
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut_at_any_instant() {
    let mut proof = Proof::begin("T3.cuts", &["P2", "P6"]);
    let mut dice = Dice::new(seed());
    let folder = tempfile::tempdir().expect("a folder");
    let history = history(&folder).await;
    // A log is begun in each life, and again after it was moved into the main file.
    let begun =
        |call: &&Call| call.path.ends_with(".db-wal") && matches!(call.did, Did::Wrote { offset: 0, .. });
    let logs = history.trace.calls.iter().filter(begun).count();
    assert!(logs > 2, "the log was moved into the main file while it was written");
    let (cuts, starts) = (amount(150, 20_000), amount(5, 300));
    let (mut losses, mut started, mut gone) = (Vec::new(), 0, 0);
    for number in 0..cuts {
        let cut = history.moment(&mut dice);
        match history.cost(cut, &mut dice) {
            Ok(Some(dir)) if number * starts / cuts >= started => {
                history.start_on(dir.path(), cut).await;
                started += 1;
            }
            Ok(Some(_)) => {}
            Ok(None) => gone += 1,
            Err(cost) => losses.push(format!("cut at {cut}: {cost}")),
        }
    }
    none_lost(&losses, cuts);
    proof.figure("cuts", cuts);
    proof.figure("acknowledged", history.acknowledged.len());
    proof.figure("logged_calls", history.trace.calls.len());
    proof.figure("logs_begun", logs);
    proof.figure("cuts_before_there_was_a_folder", gone);
    proof.figure("relay_started_on", started);
    proof.figure("losses", losses.len());
    proof.holds();
}
