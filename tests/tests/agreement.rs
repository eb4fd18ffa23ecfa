//! What is said in two places and must be the same in both: the wire and its description, the agent page's
//! two languages (the widget's are in languages.rs), the pages' features, versions. They read files and ask cargo; nothing of ours is run.
use merhaba_shared::protocol;
use merhaba_tests::sources;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    process::Command,
};

/// One hash over the names and texts of the wire's sources.
fn wire_hash() -> String {
    let mut hash = Sha256::new();
    for file in sources::all(&["rs"]).iter().filter(|file| file.under("shared/src/protocol")) {
        hash.update(file.path.as_bytes());
        hash.update([0]);
        hash.update(file.text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[test]
fn the_description_of_the_wire_is_that_of_its_sources() {
    let text = fs::read_to_string(sources::root().join("shared/PROTOCOL.md")).unwrap_or_default();
    let line = format!("Sources: `{}`, revision {}", wire_hash(), protocol::REVISION);
    assert!(
        text.contains(&line),
        "shared/src/protocol has changed, and shared/PROTOCOL.md does not say so. If a wire type changed its shape, \
         raise REVISION and SUBPROTOCOL_BIN first and add golden files; then bring PROTOCOL.md up to date and put \
         this line into it:\n{line}"
    );
}

#[test]
fn the_binary_subprotocol_carries_the_revision() {
    let expected = format!("{}{}", protocol::SUBPROTOCOL_BIN_PREFIX, protocol::REVISION);
    assert_eq!(protocol::SUBPROTOCOL_BIN, expected);
}

/// They are small folders to copy, so neither can lean on the other.
#[test]
fn both_examples_load_the_script_in_the_same_way() {
    let read = |folder: &str| {
        let path = sources::root().join("examples").join(folder).join("load.js");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    assert_eq!(read("react"), read("vue"), "examples/react/load.js and examples/vue/load.js");
}

/// The texts of the agent page in a language: the fields of a Rust struct.
fn texts(language: &str) -> BTreeMap<String, String> {
    let rust = sources::root().join("server/agent-page/src/i18n").join(format!("{language}.rs"));
    let text = fs::read_to_string(&rust).unwrap_or_else(|error| panic!("{}: {error}", rust.display()));
    let lines = text.lines().filter_map(|line| line.trim().split_once(": \""));
    lines
        .map(|(key, text)| (key.to_owned(), text.trim_end_matches(',').trim_end_matches('"').to_owned()))
        .collect()
}

/// The `{n}` of a text.
fn gaps(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn the_agent_page_says_the_same_things_in_english_and_turkish() {
    let mut found = Vec::new();
    let (english, turkish) = (texts("en"), texts("tr"));
    assert!(!english.is_empty(), "it has texts");
    for key in english.keys().chain(turkish.keys()).collect::<BTreeSet<_>>() {
        let (Some(en), Some(tr)) = (english.get(key), turkish.get(key)) else {
            found.push(format!("{key} is not a text in both"));
            continue;
        };
        if gaps(en) != gaps(tr) {
            found.push(format!("{key} has other gaps: {en:?}, {tr:?}"));
        }
        for text in [en, tr] {
            if text.trim().is_empty() || text.contains("...") || text.contains('\'') {
                found.push(format!("{key} is blank, or has ... or ' for … or ’: {text:?}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_pages_leave_the_json_codec_out() {
    for page in ["merhaba-widget", "merhaba-agent-page"] {
        let output = Command::new("cargo")
            .args([
                "tree",
                "--locked",
                "--offline",
                "-e",
                "features,no-dev",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .args(["-p", page, "-i", "merhaba-shared"])
            .current_dir(sources::root())
            .output()
            .expect("cargo tree runs");
        let tree = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(
            tree.contains("merhaba-shared feature \"ui\""),
            "this reads cargo's words no longer:\n{tree}"
        );
        assert!(!tree.contains("feature \"json\""), "{page} must not carry serde_json:\n{tree}");
    }
}

#[test]
fn every_dependency_is_pinned_once() {
    let manifest =
        fs::read_to_string(sources::root().join("Cargo.toml")).expect("the workspace has a manifest");
    let dependencies = manifest.split("[workspace.dependencies]").nth(1).expect("it names dependencies");
    let loose: Vec<_> = dependencies
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.contains('=') && !line.starts_with('#'))
        .filter(|line| !line.contains("\"=") && !line.contains("path = "))
        .collect();
    assert!(loose.is_empty(), "a version is exact, `=x.y.z`: {loose:?}");
    let own: Vec<_> = sources::all(&["toml"])
        .into_iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .flat_map(|file| {
            let lines: Vec<_> = file.text.lines().map(str::to_owned).collect();
            lines.into_iter().map(move |line| (file.path.clone(), line))
        })
        .filter(|(_, line)| line.contains("version = \"") || line.contains(" = \"="))
        .collect();
    assert!(own.is_empty(), "versions stand in the workspace's manifest, once: {own:?}");
}
