//! T23: the proofs can fail. A relay and client machines that can be broken on purpose are built once; for each break the
//! proof that must notice is run on them and has to turn red, for the right reason, after it was green on the same build
//! unbroken. And the relay as it is given to people cannot be broken like that.
mod build;
mod kills;

use build::{Built, build};
use futures_util::{StreamExt, stream};
use kills::{Broken, KILLS, Kill, Place, When};
use merhaba_tests::{
    cli,
    proof::{Proof, amount, seed, soaking},
    sources,
};
use std::{
    collections::HashSet,
    fs,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::{process::Command, time::timeout};

/// No proof takes longer in the form it is run in here.
const WITHIN: Duration = Duration::from_mins(5);
/// Proofs at once: in the long run each has the machine for itself, as some of them measure.
const AT_ONCE: [usize; 2] = [2, 1];
/// What a test that failed exits with.
const FAILED: i32 = 101;

/// A proof in the form it is run in.
type Form = (Place, &'static str, bool);

const fn form(kill: &Kill) -> Form {
    (kill.place, kill.proof, matches!(kill.when, When::Long))
}

/// Runs a proof against the built relay, broken or not.
async fn run(built: &Built, (place, proof, long): Form, broken: Option<Broken>, seed: u64) -> Output {
    let figures = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(built.program(place));
    command.args([proof, "--exact", "--nocapture"]).stdin(Stdio::null()).kill_on_drop(true);
    command.env_remove("MERHABA_SOAK").env_remove("MERHABA_MUTANT").env_remove("MERHABA_PAGE_MUTANT");
    command.env("MERHABA_BIN", &built.relay).env("MERHABA_SEED", seed.to_string());
    // Figures of a relay that nobody is given are nobody's figures.
    command.env("MERHABA_PROOFS", figures.path());
    if long {
        command.env("MERHABA_SOAK", "1");
    }
    match broken {
        Some(Broken::Relay(name)) => command.env("MERHABA_MUTANT", name),
        Some(Broken::Page(name)) => command.env("MERHABA_PAGE_MUTANT", name),
        None => &mut command,
    };
    timeout(WITHIN, command.output()).await.expect("a proof ends").expect("it runs")
}

fn told(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// Why a run was not the one test that it should have been, green or red; `None`: it was.
fn other_than(output: &Output, status: i32, result: &str, words: &str) -> Option<String> {
    let told = told(output);
    let right = output.status.code() == Some(status)
        && told.contains(result)
        && told.contains(words)
        && !told.contains("the relay ended before it was ready");
    let end = told.len().saturating_sub(3_000);
    (!right).then(|| format!("{}: {}", output.status, told.get(end..).unwrap_or(&told)))
}

async fn survives(built: &Built, kill: &Kill, seed: u64) -> Option<String> {
    let output = run(built, form(kill), Some(kill.broken), seed).await;
    let why = other_than(&output, FAILED, "0 passed; 1 failed", kill.words)?;
    Some(format!("{:?} survives {} (MERHABA_SEED={seed}), which ends with {why}", kill.broken, kill.proof))
}

async fn fails_unbroken(built: &Built, form: Form, seed: u64) -> Option<String> {
    let why = other_than(&run(built, form, None, seed).await, 0, "1 passed; 0 failed", "")?;
    Some(format!("{} fails unbroken (MERHABA_SEED={seed}): {why}", form.1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_break_is_noticed_by_its_proof() {
    let mut proof = Proof::begin("T23.mutants", &[]);
    let kills: Vec<_> = KILLS.iter().filter(|kill| soaking() || kill.when == When::Always).collect();
    let (built, seed) = (build().await, seed());
    let (built, at_once) = (&built, amount(AT_ONCE[0], AT_ONCE[1]));
    let forms: HashSet<_> = kills.iter().map(|kill| form(kill)).collect();
    let forms_count = forms.len();
    let green = stream::iter(forms).map(|form| fails_unbroken(built, form, seed));
    let wrong: Vec<_> = green.buffer_unordered(at_once).filter_map(async |why| why).collect().await;
    assert!(wrong.is_empty(), "before anything is broken: {}", wrong.join("\n"));
    let red = stream::iter(&kills).map(|kill| survives(built, kill, seed));
    let survivors: Vec<_> = red.buffer_unordered(at_once).filter_map(async |why| why).collect().await;
    assert!(survivors.is_empty(), "{} of {}:\n{}", survivors.len(), kills.len(), survivors.join("\n"));
    let breaks: HashSet<_> = kills.iter().map(|kill| format!("{:?}", kill.broken)).collect();
    proof.figure("killed", kills.len() - survivors.len());
    proof.figure("of", kills.len());
    proof.figure("breaks", breaks.len());
    proof.figure("proofs", forms_count);
    proof.holds();
}

/// The names that a list of breaks has, in its source.
fn names(path: &str) -> Vec<String> {
    let text = fs::read_to_string(sources::root().join(path)).expect("a source file");
    let named = |line: &str| line.trim().split_once(" = \"")?.1.strip_suffix("\",").map(str::to_owned);
    text.lines().filter_map(named).collect()
}

#[test]
fn every_break_has_its_proof() {
    let proven = |kind: fn(Broken) -> Option<&'static str>| -> HashSet<String> {
        KILLS.iter().filter_map(|kill| kind(kill.broken)).map(str::to_owned).collect()
    };
    let relay = proven(|broken| if let Broken::Relay(name) = broken { Some(name) } else { None });
    let page = proven(|broken| if let Broken::Page(name) = broken { Some(name) } else { None });
    for (path, proven) in [("server/src/mutants.rs", relay), ("shared/src/client/mutants.rs", page)] {
        let names: HashSet<_> = names(path).into_iter().collect();
        assert!(!names.is_empty(), "{path} lists some");
        assert_eq!(names, proven, "what {path} can break, and what a proof notices");
    }
}

fn holds(program: &Path, text: &str) -> bool {
    let bytes = fs::read(program).expect("a program");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn the_relay_that_people_get_cannot_be_broken() {
    let (built, released) = (build().await, cli::program());
    for trace in ["MERHABA_MUTANT", "failed-commit-accepted"] {
        assert!(holds(&built.relay, trace), "{trace} is in one that can be broken");
        assert!(!holds(&released, trace), "{trace} is in {}", released.display());
    }
    // An unknown break is a mistake, and must not be taken for a relay that survives everything.
    let unknown = Command::new(&built.relay).env("MERHABA_MUTANT", "x").output().await.expect("it runs");
    let sentence = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert_eq!(unknown.status.code(), Some(2), "{sentence}");
    assert!(sentence.contains("is none of synchronous-normal, "), "{sentence}");
}

#[tokio::test]
async fn a_release_build_refuses() {
    let why = "the feature mutants breaks the relay on purpose";
    // The script that cargo runs before it builds the relay, as it runs it for a release.
    let built = build().await;
    let script = Command::new(&built.script)
        .env("CARGO_FEATURE_MUTANTS", "1")
        .env("PROFILE", "release")
        .output()
        .await
        .expect("it runs");
    assert!(!script.status.success() && told(&script).contains(why), "{}", told(&script));
    if soaking() {
        let arguments =
            ["build", "--release", "--locked", "-p", "merhaba-server", "--lib", "--features", "mutants"];
        let cargo = build::cargo().args(arguments).output().await.expect("cargo runs");
        assert!(!cargo.status.success() && told(&cargo).contains(why), "{}", told(&cargo));
    }
}
