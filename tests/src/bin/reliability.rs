//! Puts the figures of `target/proofs/` into RELIABILITY.md: which promise is shown by which proofs, and what each found
//! when it last ran. It runs no proof and judges none; a proof that failed has left nothing here.
use merhaba_tests::sources;
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write, fs, process::Command};

const BEGIN: &str = "<!-- figures: written by the command above -->\n";
const END: &str = "<!-- end of figures -->\n";

/// The first line that a command prints; empty when it cannot be run.
fn said(program: &str, arguments: &[&str]) -> String {
    let ran = Command::new(program).args(arguments).current_dir(sources::root()).output();
    let out = ran.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    out.lines().next().unwrap_or_default().to_owned()
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{}, {cores} cores, {}", model.trim_start_matches(['\t', ':', ' ']), said("uname", &["-sr"]))
}

/// The number within a name such as `P12` or `T6.cuts`: what people sort by.
fn number(name: &str) -> u32 {
    let digits: String =
        name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn figures(proof: &Value) -> String {
    let figures = proof["figures"].as_object().into_iter().flatten();
    let words = figures.map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
    words.collect::<Vec<_>>().join(", ")
}

fn tables(proofs: &[Value]) -> String {
    let mut by_promise: BTreeMap<(u32, &str), Vec<&str>> = BTreeMap::new();
    for proof in proofs {
        for promise in proof["promises"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            by_promise
                .entry((number(promise), promise))
                .or_default()
                .push(proof["proof"].as_str().unwrap_or_default());
        }
    }
    let mut text = String::from("\n| Promise | Shown by |\n|---|---|\n");
    for ((_, promise), shown) in by_promise {
        // Writing into a string does not fail.
        let _ = writeln!(text, "| {promise} | {} |", shown.join(", "));
    }
    text.push_str("\n| Proof | Form | Took | Found |\n|---|---|---|---|\n");
    for proof in proofs {
        let (name, form) =
            (proof["proof"].as_str().unwrap_or_default(), proof["form"].as_str().unwrap_or_default());
        let _ = writeln!(text, "| {name} | {form} | {} s | {} |", proof["seconds"], figures(proof));
    }
    text.push('\n');
    text
}

fn main() {
    let root = sources::root();
    let files =
        fs::read_dir(root.join("target/proofs")).expect("target/proofs: run make test or make soak first");
    let texts = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a proof's line"));
    let mut proofs: Vec<Value> =
        texts.map(|text| serde_json::from_str(&text).expect("one line of JSON")).collect();
    // What was measured and shows no promise stands elsewhere.
    proofs.retain(|proof| proof["promises"].as_array().is_some_and(|promises| !promises.is_empty()));
    proofs.sort_by_key(|proof| {
        let name = proof["proof"].as_str().unwrap_or_default().to_owned();
        (number(&name), name)
    });
    let path = root.join("RELIABILITY.md");
    let page = fs::read_to_string(&path).expect("RELIABILITY.md");
    let (before, rest) = page.split_once(BEGIN).expect("where the figures begin");
    let (_, after) = rest.split_once(END).expect("where they end");
    let commit = said("git", &["rev-parse", "--short", "HEAD"]);
    let (date, machine) = (said("date", &["-u", "+%Y-%m-%d"]), machine());
    let figures = format!("\n{date}, commit {commit}, {machine}.\n{}", tables(&proofs));
    fs::write(&path, format!("{before}{BEGIN}{figures}{END}{after}")).expect("it can be written");
}
