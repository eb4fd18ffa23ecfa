//! What the relay refuses to begin, and how clearly: bad settings, a folder that it cannot have, orders that cannot be.
//! Each refusal is a sentence that names what was wrong. What it refuses over the network is in `refusals`.
use merhaba_tests::{
    cli, http,
    relay::{Relay, Site},
};
use std::{fs, net::TcpListener, path::Path};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn data(folder: &TempDir) -> String {
    folder.path().join("data").display().to_string()
}

async fn serve(folder: &TempDir) -> (Relay, Site) {
    let relay = Relay::serve(Path::new(&data(folder)), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    (relay, site)
}

// ── starting ──

#[tokio::test]
async fn a_bad_setting_stops_the_start_and_is_named_with_its_value() {
    let folder = folder();
    let data = data(&folder);
    for (flag, value) in
        [("--listen", "everywhere"), ("--public-url", "shop"), ("--trust-proxy", "10.0.0.0/99")]
    {
        let mut arguments = vec!["serve", "--data", &data];
        if flag != "--listen" {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        arguments.extend([flag, value]);
        cli::run(&arguments).await.refused_naming(&[flag.trim_start_matches('-'), value]);
    }
}

#[tokio::test]
async fn a_bad_setting_from_the_environment_and_from_a_file_is_named_too() {
    let folder = folder();
    let data = data(&folder);
    let mut command = cli::command();
    command.args(["serve", "--data", &data]).env("MERHABA_LISTEN", "everywhere");
    cli::finish(&mut command, None).await.refused_naming(&["MERHABA_LISTEN", "everywhere"]);

    let file = folder.path().join("merhaba.toml");
    fs::write(&file, "listen = \"everywhere\"\n").expect("a file");
    let config = file.display().to_string();
    cli::run(["serve", "--data", &data, "--config", &config]).await.refused_naming(&["listen", "everywhere"]);
    fs::write(&file, "lisen = \"127.0.0.1:0\"\n").expect("a file");
    cli::run(["serve", "--data", &data, "--config", &config]).await.refused_naming(&["lisen"]);
}

#[tokio::test]
async fn a_flag_is_stronger_than_the_environment() {
    let folder = folder();
    let mut command = cli::command();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    command
        .args(["serve", "--data", &data(&folder), "--listen", &address])
        .env("MERHABA_LISTEN", "everywhere");
    let ended = cli::finish(&mut command, None).await;
    ended.refused_naming(&[&address]);
    assert!(!ended.err.contains("everywhere"), "{ended:?}");
}

#[tokio::test]
async fn beyond_loopback_it_wants_its_public_url_and_its_limits() {
    let folder = folder();
    let data = data(&folder);
    cli::run(["serve", "--data", &data, "--listen", "0.0.0.0:0"]).await.refused_naming(&["public-url"]);
    let open =
        ["serve", "--data", &data, "--listen", "0.0.0.0:0", "--public-url", "https://chat.example.com"];
    cli::run(open.iter().chain(&["--no-rate-limits"])).await.refused_naming(&["no-rate-limits"]);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    cli::run(["serve", "--data", &data(&folder), "--listen", &address]).await.refused_naming(&[&address]);
}

#[tokio::test]
async fn what_is_ready_says_where_it_listens_for_pages_and_for_metrics() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    assert!(relay.ready.get("metrics").is_none(), "nowhere, as long as nobody asks: {}", relay.ready);
    let told = Relay::serve(&folder.path().join("told"), &["--metrics-listen", "127.0.0.1:0"]).await;
    let shown = http::get(told.metrics(), "/metrics").await;
    assert!(shown.text().contains("merhaba_sessions"), "{shown:?}");
    assert_eq!(http::get(told.authority(), "/metrics").await.status, 404, "never at the public address");
    let taken = told.metrics();
    let other = folder.path().join("other").display().to_string();
    cli::run(["serve", "--data", &other, "--listen", "127.0.0.1:0", "--metrics-listen", taken])
        .await
        .refused_naming(&[taken]);
}

#[tokio::test]
async fn a_second_relay_on_one_folder_is_told_who_holds_it() {
    let folder = folder();
    let (relay, _) = serve(&folder).await;
    let ended = cli::run(["serve", "--data", &data(&folder), "--listen", "127.0.0.1:0"]).await;
    ended.refused_naming(&["lock"]);
    let lock = fs::read_to_string(relay.data().join("lock")).expect("the lock can be read");
    let holder: String =
        lock.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    assert!(!holder.is_empty() && ended.err.contains(&holder), "{lock:?} {ended:?}");
    assert_eq!(http::get(relay.authority(), "/healthz").await.status, 200, "the first goes on");
}

/// These tests may run as root, who is stopped by no permission: a file where the folder should be, and a file system
/// that takes nothing, refuse root too.
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = folder();
    let file = folder.path().join("a-file");
    fs::write(&file, "").expect("a file");
    for path in [file.display().to_string(), "/proc/merhaba".into()] {
        let ended = cli::run(["serve", "--data", &path, "--listen", "127.0.0.1:0"]).await;
        ended.refused_naming(&[&path]);
    }
}

#[tokio::test]
async fn a_folder_without_write_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("read-only");
    fs::create_dir(&path).expect("a folder");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).expect("permissions");
    if fs::write(path.join("probe"), "").is_ok() {
        return; // Root may write here: the test above is the one that counts.
    }
    let ended = cli::run(["serve", "--data", &path.display().to_string(), "--listen", "127.0.0.1:0"]).await;
    ended.refused_naming(&[&path.display().to_string()]);
}

// ── the commands ──

#[tokio::test]
async fn commands_refuse_what_cannot_be_and_work_without_a_relay() {
    let folder = folder();
    let data = data(&folder);
    let site = cli::run([
        "site",
        "add",
        "--data",
        &data,
        "--name",
        "Çay",
        "--origin",
        "https://*.example.com",
        "--json",
    ])
    .await
    .json();
    let key = site["site"].as_str().expect("a key");
    cli::run(["site", "add", "--data", &data, "--name", "Çay", "--origin", "http://shop.example", "--json"])
        .await
        .refused_naming(&["http://shop.example"]);
    let agent = [
        "agent",
        "add",
        "--data",
        &data,
        "--site",
        key,
        "--name",
        "Defne",
        "--role",
        "owner",
        "--password-stdin",
        "--json",
    ];
    let add = |email: &'static str| agent.into_iter().chain(["--email", email]);
    cli::run_reading(add("defne@example.com"), "kisa\n").await.refused_naming(&["8"]);
    cli::run_reading(add("defne"), "correct horse battery\n").await.refused_naming(&["defne"]);
    assert_eq!(cli::run_reading(add("defne@example.com"), "correct horse battery\n").await.status, Some(0));
    let unknown = [
        "agent",
        "add",
        "--data",
        &data,
        "--site",
        "nowhere",
        "--name",
        "D",
        "--role",
        "owner",
        "--password-stdin",
    ];
    cli::run_reading(unknown.into_iter().chain(["--email", "e@example.com"]), "correct horse battery\n")
        .await
        .refused_naming(&["nowhere"]);
}
