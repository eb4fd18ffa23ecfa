//! P21: a message with a file is acknowledged only when the file is durable and its hash fits. The order of system calls:
//! every `Accepted` leaves after a sync of each of its files that began when the last byte was written, and of the folder
//! that has its name. And power cuts: the data folder is rebuilt as a cut could have left it, and every file of every
//! message that was acknowledged by then is there, byte for byte as the store says.
use super::cuts::none_lost;
use merhaba_tests::{
    dice::Dice,
    faults::{
        disk::after_cut,
        trace::{Call, Did, Trace, Tracer},
    },
    files::{picture, uploaded},
    proof::{Proof, amount, seed},
    relay::{Launch, Relay, Site},
    wire::{Wire, client_id},
};
use rusqlite::{Connection, OptionalExtension};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fs, path::Path};
use tempfile::TempDir;

/// A file, with what was uploaded where that is what is kept.
type Kept = (String, Option<Vec<u8>>);

/// What happened, and which files each acknowledged message has.
struct History {
    trace: Trace,
    folder: String,
    /// By `client_id`.
    files: HashMap<String, Vec<Kept>>,
    acknowledged: Vec<(usize, String)>,
}

/// Files of all kinds: some of a few bytes, some of many sectors, some drawn anew.
fn content(dice: &mut Dice) -> (Vec<u8>, bool) {
    if dice.place(10) < 3 {
        return (picture(700, 3, image::ImageFormat::Png), true);
    }
    let length = if dice.place(2) == 0 { dice.place(700) + 1 } else { dice.place(120_000) + 1 };
    let mut bytes = vec![0; length];
    dice.fill(&mut bytes);
    (bytes, false)
}

async fn write(
    relay: &Relay,
    site: &Site,
    messages: usize,
    dice: &mut Dice,
) -> HashMap<String, Vec<(String, Option<Vec<u8>>)>> {
    let (mut wire, welcome) = Wire::greeted(relay, site, None, json!([])).await;
    let token = welcome["token"].as_str().expect("a token");
    let mut all = HashMap::new();
    for number in 0..messages {
        let mut files = Vec::new();
        for _ in 0..=dice.place(2) {
            let (bytes, drawn) = content(dice);
            let id = uploaded(relay, site, token, &format!("{number}.png"), &bytes).await;
            files.push((id, (!drawn).then_some(bytes)));
        }
        let ids: Vec<&str> = files.iter().map(|(id, _)| id.as_str()).collect();
        let client_id = client_id();
        let send = json!({ "client_id": client_id, "conversation": null, "new": false, "body": "", "attachments": ids });
        wire.say(json!({ "Send": send })).await;
        wire.hear_where("Accepted", |accepted| accepted["client_id"] == client_id).await;
        all.insert(client_id, files);
    }
    all
}

async fn history(folder: &TempDir, messages: usize, dice: &mut Dice) -> History {
    let data = fs::canonicalize(folder.path()).expect("a path").join("data");
    let launch = Launch::serve(&data, "127.0.0.1:0", &["--no-rate-limits"]);
    let (mut relay, tracer) = Tracer::start(launch, &folder.path().join("calls")).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let files = write(&relay, &site, messages, dice).await;
    relay.kill().await;
    let trace = Trace::read(&tracer.log().await);
    let acknowledged = trace.acknowledged();
    assert_eq!(acknowledged.len(), messages);
    History { trace, folder: data.display().to_string(), files, acknowledged }
}

/// Whether a file and its name were durable before something left.
fn durable(calls: &[Call], id: &str, left: usize) -> Result<(), String> {
    let of = |call: &&Call| call.path.rsplit('/').next().is_some_and(|name| name == id);
    let written = calls.iter().filter(of).filter(|call| matches!(call.did, Did::Wrote { .. }));
    let last = written.max_by_key(|call| call.ended).ok_or("it was not written")?;
    let made = calls.iter().filter(of).find(|call| call.did == Did::Made).ok_or("it was not made")?;
    let above = last.path.rsplit_once('/').map_or("", |(above, _)| above);
    let synced = |path: &str, after: usize| {
        let syncs = calls.iter().filter(|call| call.did == Did::Synced && call.path == path);
        syncs.into_iter().any(|sync| sync.begun > after && sync.ended < left)
    };
    if !synced(&last.path, last.ended) {
        return Err("its bytes were not synced".into());
    }
    if synced(above, made.ended) { Ok(()) } else { Err("its name was not synced".into()) }
}

#[tokio::test]
async fn an_acknowledgement_leaves_after_its_files_are_synced() {
    let mut proof = Proof::begin("T2.files", &["P21"]);
    let mut dice = Dice::new(seed());
    let folder = tempfile::tempdir().expect("a folder");
    let history = history(&folder, amount(12, 400), &mut dice).await;
    let (mut checked, mut violations) = (0, Vec::new());
    for (left, id) in &history.acknowledged {
        for (file, _) in &history.files[id] {
            checked += 1;
            if let Err(why) = durable(&history.trace.calls, file, *left) {
                violations.push(format!("{file}, of what was acknowledged at line {left}: {why}"));
            }
        }
    }
    assert!(violations.is_empty(), "{} of {checked}: {violations:#?}", violations.len());
    proof.figure("acknowledgements", history.acknowledged.len());
    proof.figure("files", checked);
    proof.figure("violations", violations.len());
    proof.holds();
}

impl History {
    /// What a cut has cost: a sentence, if anything. Gives the number of files that had to be there.
    fn cost(&self, cut: usize, dice: &mut Dice) -> Result<usize, String> {
        let promised: Vec<_> = self.acknowledged.iter().take_while(|(at, _)| *at < cut).collect();
        let Some(kept) = after_cut(&self.trace, &self.folder, cut, dice) else {
            return if promised.is_empty() { Ok(0) } else { Err("the folder is gone".into()) };
        };
        if promised.is_empty() {
            return Ok(0);
        }
        let dir = tempfile::tempdir().expect("a folder");
        for (name, bytes) in &kept {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
        let db = Connection::open(dir.path().join("merhaba.db")).map_err(|error| error.to_string())?;
        let mut checked = 0;
        for (_, id) in promised {
            for (file, uploaded) in &self.files[id] {
                checked += 1;
                let held = held(&db, dir.path(), file)?;
                if uploaded.as_ref().is_some_and(|uploaded| *uploaded != held) {
                    return Err(format!("{file} is not what was uploaded"));
                }
            }
        }
        Ok(checked)
    }
}

/// The bytes of a message's file, which fit what the store says of them.
fn held(db: &Connection, dir: &Path, id: &str) -> Result<Vec<u8>, String> {
    let sql = "SELECT m.value, s.key, f.size, f.hash FROM files f JOIN sites s ON s.id = f.site
               JOIN meta m ON m.key = 'epoch' WHERE f.public_id = ?1 AND f.seq IS NOT NULL";
    let row = db.query_row(sql, [id], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, usize>(2)?,
            row.get::<_, [u8; 32]>(3)?,
        ))
    });
    let found = row.optional().map_err(|error| error.to_string())?;
    let (epoch, key, size, hash) = found.ok_or_else(|| format!("{id} is unknown"))?;
    let bytes = fs::read(dir.join("files").join(epoch).join(key).join(id))
        .map_err(|error| format!("{id}: {error}"))?;
    let fits = bytes.len() == size && <[u8; 32]>::from(Sha256::digest(&bytes)) == hash;
    if fits { Ok(bytes) } else { Err(format!("{id} is not as the store says")) }
}

#[tokio::test]
async fn a_file_of_an_acknowledged_message_survives_a_power_cut_at_any_instant() {
    let mut proof = Proof::begin("T3.files", &["P21", "P2"]);
    let mut dice = Dice::new(seed());
    let folder = tempfile::tempdir().expect("a folder");
    let history = history(&folder, amount(15, 300), &mut dice).await;
    let cuts = amount(60, 5_000);
    let (mut checked, mut losses) = (0, Vec::new());
    for _ in 0..cuts {
        let cut = if dice.place(10) < 7 {
            history.acknowledged[dice.place(history.acknowledged.len())].0 + 1
        } else {
            dice.place(history.trace.lines) + 1
        };
        match history.cost(cut, &mut dice) {
            Ok(files) => checked += files,
            Err(cost) => losses.push(format!("cut at {cut}: {cost}")),
        }
    }
    none_lost(&losses, cuts);
    proof.figure("cuts", cuts);
    proof.figure("files_checked", checked);
    proof.figure("losses", losses.len());
    proof.holds();
}
