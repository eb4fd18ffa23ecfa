//! A backup has the files of messages, and a restore brings them back; what is missing is said.
use crate::{send, serve, visitor};
use merhaba_tests::{
    cli,
    files::{links, picture, uploaded},
    http,
    relay::Relay,
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::fs;

#[tokio::test]
async fn a_restored_backup_has_its_files_and_says_which_are_missing() {
    let (folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let (mut wire, token) = visitor(&relay, &site).await;
    let png = picture(900, 30, image::ImageFormat::Png);
    let sent = [
        uploaded(&relay, &site, &token, "a.txt", b"kept").await,
        uploaded(&relay, &site, &token, "b.png", &png).await,
    ];
    wire.say(send(&client_id(), "", &[&sent[0], &sent[1]])).await;
    wire.hear("Accepted").await;
    uploaded(&relay, &site, &token, "c.txt", b"never sent").await;
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup.db"));
    let (data, backup) = (data.display().to_string(), backup.display().to_string());
    let made = cli::run(["backup", "--data", &data, "--to", &backup, "--json"]).await.json();
    assert_eq!((&made["files"], &made["files_missing"]), (&json!(2), &json!(0)), "{made}");
    let again = cli::run(["backup", "--data", &data, "--to", &format!("{backup}.2"), "--json"]).await.json();
    assert_eq!(again["files"], 2);
    // Nothing of the old files is left when the backup comes back, on another machine.
    assert!(relay.stop().await.success());
    fs::remove_dir_all(&data).expect("removed");
    let back = cli::run(["restore", "--data", &data, "--from", &backup, "--json"]).await.json();
    assert_eq!((&back["files"], &back["files_missing"]), (&json!(2), &json!(0)), "{back}");
    let relay = Relay::serve(folder.path().join("data").as_path(), &["--no-rate-limits"]).await;
    let (_wire, welcome) = Wire::greeted(&relay, &site, Some(&token), json!([])).await;
    assert_eq!(welcome["replaced"], false);
    let had: Vec<Value> = links(&relay, &site, &token, &[&sent[0], &sent[1]]).await;
    let path = |name: &str, at: usize| had[at][name].as_str().expect("a path").to_owned();
    assert_eq!(http::get(relay.authority(), &path("url", 0)).await.body, b"kept");
    assert_eq!(http::get(relay.authority(), &path("preview", 1)).await.status, 200);
    assert!(relay.stop().await.success());
    // A backup whose file is rotten says so, and brings the rest.
    let rotten = fs::read_dir(format!("{backup}.2.files/{}", site.key)).expect("a folder");
    for entry in rotten.flatten().filter(|entry| entry.file_name().to_string_lossy() == sent[0]) {
        fs::write(entry.path(), b"KEPT").expect("written");
    }
    fs::remove_dir_all(&data).expect("removed");
    let back =
        cli::run(["restore", "--data", &data, "--from", &format!("{backup}.2"), "--json"]).await.json();
    assert_eq!(back["files_missing"], 1, "{back}");
}
