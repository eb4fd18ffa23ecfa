//! Builds what can be broken: the relay and the proofs, in debug, beside everything else in the target folder, so that
//! what they depend on is there already. Runs nothing of it.
use super::kills::Place;
use merhaba_tests::{proof::soaking, sources};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{process::Command, sync::OnceCell};

/// What was built.
#[derive(Debug)]
pub struct Built {
    /// The relay: a copy, since the next ordinary build puts another one in its place.
    pub relay: PathBuf,
    /// The relay's build script.
    pub script: PathBuf,
    promises: PathBuf,
    contract: PathBuf,
    within: Option<PathBuf>,
}

impl Built {
    /// The program that has this place's proofs.
    pub fn program(&self, place: Place) -> &Path {
        match place {
            Place::Promises => &self.promises,
            Place::Contract => &self.contract,
            Place::Within => self.within.as_ref().expect("it was asked for"),
        }
    }
}

/// Cargo, as it was started for this test, without what it told this test about itself.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(sources::root()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST") || name == "CARGO_CRATE_NAME"
        {
            command.env_remove(&*name);
        }
    }
    command
}

/// Has cargo build something; its messages.
async fn messages(arguments: &[&str]) -> Vec<Value> {
    let features =
        ["--locked", "--quiet", "--features", "mutants", "--message-format", "json-render-diagnostics"];
    let output = cargo().args(arguments).args(features).stderr(Stdio::inherit()).output().await;
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?} failed");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The file that was made of a target.
fn made(messages: &[Value], kind: &str, name: &str) -> PathBuf {
    let fits = |message: &&Value| {
        let (target, package) = (&message["target"], message["package_id"].as_str().unwrap_or_default());
        let ours = package.contains("/server#") || package.contains("/tests#") || package.contains("merhaba");
        ours && target["name"] == name && target["kind"][0] == kind && message["filenames"][0].is_string()
    };
    let message = messages.iter().rfind(fits).unwrap_or_else(|| panic!("cargo made no {kind} {name}"));
    let file = message["executable"].as_str().or(message["filenames"][0].as_str());
    PathBuf::from(file.expect("a file"))
}

async fn build_all(within: bool) -> Built {
    let relay = messages(&["build", "-p", "merhaba-server", "--bin", "merhaba"]).await;
    let proofs = ["test", "--no-run", "-p", "merhaba-tests", "--test", "promises", "--test", "contract"];
    let proofs = messages(&proofs).await;
    let within = if within {
        let tests = messages(&["test", "--no-run", "-p", "merhaba-server", "--lib"]).await;
        Some(made(&tests, "lib", "merhaba_server"))
    } else {
        None
    };
    let folder = sources::root().join("target/mutants");
    fs::create_dir_all(&folder).expect("a folder");
    let copy = folder.join("merhaba");
    // Not written over: another run may have it open.
    let new = folder.join(format!("merhaba.{}", std::process::id()));
    fs::copy(made(&relay, "bin", "merhaba"), &new).expect("copied");
    fs::rename(&new, &copy).expect("put in place");
    Built {
        relay: copy,
        script: made(&relay, "custom-build", "build-script-build"),
        promises: made(&proofs, "test", "promises"),
        contract: made(&proofs, "test", "contract"),
        within,
    }
}

/// Builds it, once for all tests of this program; the relay's own tests only where they are to be run.
pub async fn build() -> &'static Built {
    static BUILT: OnceCell<Built> = OnceCell::const_new();
    BUILT.get_or_init(|| build_all(soaking())).await
}
