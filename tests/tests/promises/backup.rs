//! T20: a backup is made while people write, more is written, the relay dies, and the backup comes back. The pages
//! that were ahead of it notice by the epoch, show the restored log and nothing else, and send again what was never
//! confirmed to them.
mod page;

use futures_util::future::join_all;
use merhaba_shared::protocol::model::Item;
use merhaba_tests::{
    cli,
    faults::strike,
    http,
    proof::{Proof, amount},
    relay::{Relay, Site},
    wire::{Wire, client_id, sign_in},
};
use page::Page;
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Messages under way at once in the load.
const AT_ONCE: usize = 8;

struct Shop {
    folder: TempDir,
    relay: Relay,
    site: Site,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
        let site = relay.add_site("Çay", &["https://shop.example"]).await;
        Self { folder, relay, site }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

async fn back_up(data: &Path, to: &Path) -> Value {
    let paths = [data, to].map(|path| path.display().to_string());
    cli::run(["backup", "--data", &paths[0], "--to", &paths[1], "--json"]).await.json()
}

async fn restore(data: &Path, from: &Path, more: &[&str]) -> cli::Ended {
    let paths = [data, from].map(|path| path.display().to_string());
    let arguments = ["restore", "--data", &paths[0], "--from", &paths[1], "--json"];
    cli::run(arguments.iter().chain(more)).await
}

/// What a sign-in is answered when it shows itself.
async fn signed_in(relay: &Relay, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    http::send(relay.authority(), "GET", "/api/v1/sessions", &[("Authorization", &bearer)], b"").await.status
}

/// Writes until told to stop; the longest that a message had to wait for its `Accepted`, and how many there were.
async fn load(relay: &Relay, site: &Site, least: usize, stop: impl Fn() -> bool) -> (Duration, usize) {
    let (mut wire, _) = Wire::greeted(relay, site, None, json!([])).await;
    let body = "dolu dolu ".repeat(300);
    let (mut longest, mut sent, mut under_way) = (Duration::ZERO, 0, HashMap::new());
    loop {
        let over = sent >= least && stop();
        while !over && under_way.len() < AT_ONCE {
            let id = client_id();
            let message = json!({ "client_id": id, "conversation": null, "new": false, "body": body, "attachments": [] });
            wire.say(json!({ "Send": message })).await;
            under_way.insert(id, Instant::now());
            sent += 1;
        }
        if under_way.is_empty() {
            return (longest, sent);
        }
        let accepted = wire.hear("Accepted").await;
        let began = under_way.remove(accepted["client_id"].as_str().expect("an id")).expect("sent here");
        longest = longest.max(began.elapsed());
    }
}

/// Every page writes and has it stored; gives the bodies.
async fn all_write(pages: &mut [Page], word: &str, each: usize) -> HashSet<String> {
    let bodies = pages.iter_mut().enumerate().flat_map(|(number, page)| {
        let bodies: Vec<_> = (0..each).map(|count| format!("{word} {number}.{count}")).collect();
        for body in &bodies {
            page.write(body);
        }
        bodies
    });
    let bodies = bodies.collect();
    settle(pages).await;
    bodies
}

async fn settle(pages: &mut [Page]) {
    join_all(pages.iter_mut().map(|page| page.until("settled", Page::is_settled))).await;
}

/// The relay's log of a page's conversation, read by somebody who has never seen it; of one that it does not know, nothing.
async fn log(shop: &Shop, page: &Page) -> Vec<String> {
    let token = page.token.as_ref().map(|token| token.0.as_str());
    let (mut wire, _) = Wire::greeted(&shop.relay, &shop.site, token, json!([])).await;
    let conversation = &page.client.thread().expect("a conversation").conversation().0;
    wire.say(json!({ "History": { "conversation": conversation, "before": null, "limit": 100 } })).await;
    let answer = wire.all_so_far().await;
    let Some(history) = answer.iter().find_map(|event| event.get("History")) else { return Vec::new() };
    assert_eq!(history["more"], false, "the whole log");
    let entries = history["entries"].as_array().expect("entries");
    entries.iter().map(|entry| entry["Message"]["body"].as_str().expect("a message").to_owned()).collect()
}

fn bodies(shown: &[Item]) -> Vec<String> {
    let body = |item: &Item| match item {
        Item::Message(message) => message.body.clone(),
        Item::Entry(entry) => panic!("nobody did that: {entry:?}"),
    };
    shown.iter().map(body).collect()
}

/// The pages write, and the relay is killed before anything can be confirmed: it stays theirs to send.
async fn write_into_the_dark(shop: &mut Shop, pages: &mut [Page]) -> HashSet<String> {
    shop.relay.kill().await;
    let bodies = pages.iter_mut().enumerate().map(|(number, page)| {
        let body = format!("unconfirmed {number}");
        page.write(&body);
        body
    });
    bodies.collect()
}

#[tokio::test]
async fn a_restored_backup_is_noticed_and_never_mixed() {
    let mut proof = Proof::begin("T20.restore", &["P18"]);
    let mut shop = Shop::open().await;
    let (data, backup) = (shop.data(), shop.folder.path().join("backup.db"));
    let mut pages: Vec<_> =
        (0..amount(6, 40)).map(|seed| Page::open(&shop.relay, &shop.site, seed)).collect();
    // The last one writes its first message when the backup is made already: the restored relay has never heard of it.
    let known = pages.len() - 1;
    let agent = shop.relay.add_agent(&shop.site, "defne@example.com", "agent").await;
    let bearer = sign_in(&shop.relay, &agent).await;
    assert_eq!(signed_in(&shop.relay, &bearer).await, 200);
    let before = all_write(&mut pages[..known], "before", 5).await;

    // The store is given some size, and then copied under the same load.
    let (quiet, _) = load(&shop.relay, &shop.site, amount(1_000, 20_000), || true).await;
    let made = std::cell::Cell::new(None);
    let copying = async {
        let began = Instant::now();
        made.set(Some((back_up(&data, &backup).await, began.elapsed())));
    };
    let done = || made.take().map(|found| made.set(Some(found))).is_some();
    let ((), (busy, under_copy)) = tokio::join!(copying, load(&shop.relay, &shop.site, 100, done));
    let (told, took) = made.take().expect("a backup");
    proof.figure("backup_bytes", told["bytes"].clone());
    proof.figure("backup_ms", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    proof.figure("acknowledged_meanwhile", under_copy);
    for (name, longest) in [("longest_acknowledgement_ms", quiet), ("longest_under_backup_ms", busy)] {
        proof.figure(name, u64::try_from(longest.as_millis()).unwrap_or(u64::MAX));
    }
    assert!(busy < Duration::from_secs(2), "the writer was held up for {busy:?}");

    let gone = all_write(&mut pages, "gone", 3).await;
    // One has begun another conversation besides.
    pages[0].client.begin_new();
    pages[0].write("gone with its conversation");
    settle(&mut pages).await;
    restore(&data, &backup, &["--replace"]).await.refused_naming(&["in use", "stop it first"]);
    let dark = write_into_the_dark(&mut shop, &mut pages).await;
    restore(&data, &backup, &[]).await.refused_naming(&["--replace"]);
    let restored = restore(&data, &backup, &["--replace"]).await.json();
    assert_eq!(restored["backup_epoch"], told["epoch"], "{restored}");
    assert_ne!(restored["epoch"], told["epoch"], "{restored}");
    assert_eq!(restored["entries"], told["entries"], "{restored}");
    assert!(Path::new(restored["kept"].as_str().expect("the old store")).exists());

    let began = Instant::now();
    shop.relay = shop.relay.again().await;
    settle(&mut pages).await;
    // Whoever was signed out after the backup stays so, and others sign in again.
    assert_eq!((restored["signed_out"].as_u64(), signed_in(&shop.relay, &bearer).await), (Some(1), 401));
    let again = sign_in(&shop.relay, &agent).await;
    assert_eq!(signed_in(&shop.relay, &again).await, 200);
    proof.figure("settled_ms", u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    let after = all_write(&mut pages, "after", 2).await;
    let mut mixed = 0;
    let mut found = HashSet::new();
    for page in &pages {
        let log = log(&shop, page).await;
        mixed += usize::from(bodies(page.shown()) != log);
        let count = log.len();
        let one: HashSet<_> = log.into_iter().collect();
        assert_eq!(one.len(), count, "each once");
        found.extend(one);
    }
    assert_eq!(mixed, 0, "pages that show something else than the log");
    let expected: HashSet<_> = before.into_iter().chain(dark).chain(after).collect();
    assert_eq!(found, expected, "what was before the backup, what was never confirmed, what came after");
    assert!(found.is_disjoint(&gone), "what was confirmed after the backup is in nobody's hands");
    proof.figure("pages", pages.len());
    proof.figure("mixed_histories", mixed);
    proof.figure("sent_again", pages.len());
    proof.holds();
}

#[tokio::test]
async fn everything_confirmed_before_a_backup_is_in_it() {
    let mut proof = Proof::begin("T20.lag", &["P18"]);
    let shop = Shop::open().await;
    let (mut wire, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    let mut behind = 0;
    let backups = amount(10, 200);
    for number in 1..=backups {
        for _ in 0..3 {
            let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": "bir", "attachments": [] });
            wire.say(json!({ "Send": send })).await;
            wire.hear("Accepted").await;
        }
        let told = back_up(&shop.data(), &shop.folder.path().join(format!("{number}.db"))).await;
        behind += 3 * number - told["entries"].as_u64().expect("a count");
    }
    assert_eq!(behind, 0, "confirmed messages that a backup made after them does not have");
    proof.figure("backups", backups);
    proof.figure("lag_messages", behind);
    proof.holds();
}

/// Makes a backup of a store that nobody has open, with the nth write to the copy lost: the disk said it was written.
async fn back_up_losing(data: &Path, to: &Path, nth: usize) -> cli::Ended {
    let partial = to.with_extension("db.partial");
    let lost = strike::before(strike::WRITES, &[partial], &format!("retval=4096:when={nth}"));
    let paths = [data, to].map(|path| path.display().to_string());
    let mut command = cli::command_under(&lost);
    cli::finish(command.args(["backup", "--data", &paths[0], "--to", &paths[1], "--json"]), None).await
}

#[tokio::test]
async fn a_copy_that_the_disk_spoils_is_never_called_a_backup() {
    let mut proof = Proof::begin("T20.spoilt", &["P18"]);
    let shop = Shop::open().await;
    let data = shop.data();
    load(&shop.relay, &shop.site, 60, || true).await;
    let Shop { folder: kept, relay, .. } = shop;
    let folder = kept.path();
    let whole = back_up(&data, &folder.join("whole.db")).await;
    assert!(relay.stop().await.success());
    let pages = usize::try_from(whole["bytes"].as_u64().expect("a length")).expect("short") / 4_096;
    let (mut refused, tries) = (0, amount(8, pages));
    for number in 0..tries {
        let nth = 1 + number * pages / tries;
        let to = folder.join(format!("{nth}.db"));
        let ended = back_up_losing(&data, &to, nth).await;
        assert!(
            ended.status != Some(0),
            "a copy without its write {nth} of {pages} is called a backup: {ended:?}"
        );
        assert!(ended.err.contains("no backup was made: "), "{nth}: {ended:?}");
        assert!(!to.exists(), "{nth}: what is no backup bears the name of one");
        refused += 1;
    }
    let made = back_up(&data, &folder.join("after.db")).await;
    assert_eq!(made["entries"], whole["entries"], "an unspoilt one is one again");
    proof.figure("pages", pages);
    proof.figure("writes_lost", tries);
    proof.figure("refused", refused);
    proof.holds();
}

#[tokio::test]
async fn what_cannot_be_backed_up_or_restored_is_a_sentence() {
    let shop = Shop::open().await;
    let (data, folder) = (shop.data().display().to_string(), shop.folder.path().display().to_string());
    let (none, text) = (format!("{folder}/none"), format!("{folder}/text"));
    std::fs::write(&text, "not a backup").expect("written");
    let refused = async |arguments: &[&str], words: &[&str]| cli::run(arguments).await.refused_naming(words);
    refused(&["backup", "--data", &none, "--to", &folder], &["no store", &none]).await;
    refused(&["backup", "--data", &data, "--to", &text], &["overwrites nothing", &text]).await;
    refused(&["backup", "--data", &data, "--to", &format!("{none}/x.db")], &["no such folder"]).await;
    refused(&["restore", "--data", &none, "--from", &text], &["not a store of Merhaba", &text]).await;
    refused(&["restore", "--data", &none, "--from", &folder], &["cannot be read"]).await;
    refused(&["restore", "--data", &data, "--from", &text], &["in use", "stop it first"]).await;
    // A relay that does not run has its store copied by the command itself.
    assert!(shop.relay.stop().await.success());
    let made = back_up(Path::new(&data), Path::new(&folder)).await;
    let file = made["backup"].as_str().expect("a file");
    assert!(file.starts_with(&format!("{folder}/merhaba-")) && made["sites"] == 1, "{made}");
    let rights = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).expect("it").permissions());
    assert_eq!(rights & 0o777, 0o600, "only its owner may read it");
}
