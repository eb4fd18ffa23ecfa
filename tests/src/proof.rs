//! How a proof of a promise says what it found: one line of JSON on standard output and the same in
//! `target/proofs/NAME.json`, from which RELIABILITY.md takes its figures. Never decides whether a proof has passed:
//! that is an assertion's work, and a proof that did not reach its end writes nothing.
use serde_json::{Map, Value, json};
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

/// Whether the long form is asked for: `make soak` sets `MERHABA_SOAK=1`.
#[must_use]
pub fn soaking() -> bool {
    env::var("MERHABA_SOAK").is_ok_and(|set| set == "1")
}

/// How much of something is done: so much within `make test`, so much in `make soak`.
#[must_use]
pub fn amount<T>(short: T, long: T) -> T {
    if soaking() { long } else { short }
}

/// The seed of this run: `MERHABA_SEED` in decimal, else a new one. It is printed with the result, so that a run that
/// failed can be had again.
#[must_use]
pub fn seed() -> u64 {
    let given = env::var("MERHABA_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        u64::from_le_bytes(bytes)
    });
    say(&format!("MERHABA_SEED={seed}"));
    seed
}

/// Says it past the harness, which would keep it to itself where the test passes.
fn say(line: &str) {
    // Without anybody to read it, the file beside it still says the same.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Where figures are put: `MERHABA_PROOFS`, or beside every crate of the workspace, since the relay's own tests take this
/// file in, too.
fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/proofs");
    env::var_os("MERHABA_PROOFS").map_or_else(beside, PathBuf::from)
}

/// Breaks the client machines of this process as `MERHABA_PAGE_MUTANT` says.
#[cfg(feature = "mutants")]
fn break_pages() {
    let Ok(name) = env::var("MERHABA_PAGE_MUTANT") else { return };
    assert!(merhaba_shared::client::mutants::choose(&name), "MERHABA_PAGE_MUTANT: there is no {name}");
}

/// A proof under way.
pub struct Proof {
    name: &'static str,
    promises: &'static [&'static str],
    began: Instant,
    figures: Map<String, Value>,
}

impl Proof {
    /// Begins one: `name` is its test's name in RELIABILITY.md (`T1.crashes`), `promises` what it shows (`P1`, `P4`).
    #[must_use]
    pub fn begin(name: &'static str, promises: &'static [&'static str]) -> Self {
        #[cfg(feature = "mutants")]
        break_pages();
        Self { name, promises, began: Instant::now(), figures: Map::new() }
    }

    /// Notes a figure; its name carries the unit (`restart_p99_ms`).
    pub fn figure(&mut self, name: &str, value: impl Into<Value>) {
        self.figures.insert(name.to_owned(), value.into());
    }

    /// Ends it: everything held.
    pub fn holds(self) {
        let line = json!({
            "proof": self.name,
            "promises": self.promises,
            "form": amount("short", "long"),
            "seconds": (self.began.elapsed().as_secs_f64() * 10.0).round() / 10.0,
            "figures": self.figures,
        });
        say(&line.to_string());
        let folder = folder();
        fs::create_dir_all(&folder).expect("the folder for figures can be made");
        fs::write(folder.join(format!("{}.json", self.name)), format!("{line}\n"))
            .expect("it can be written");
    }
}
