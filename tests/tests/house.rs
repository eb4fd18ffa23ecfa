//! The house rules: what may import what, how files open, which words and calls are not used. They read the project's
//! files and run nothing of it, so they are the first to fail and the quickest to tell.
use merhaba_tests::sources::{self, Source};

/// A call or word that may stand only in certain places.
struct Confined {
    /// What is looked for.
    text: &'static str,
    /// Where the rule holds.
    within: &'static [&'static str],
    /// Where it may stand all the same.
    but: &'static [&'static str],
    /// Whether the files' own tests are held to it too.
    tests_too: bool,
}

const RULES: &[Confined] = &[
    confined("SystemTime::now", &["server/src"], &["server/src/clock.rs"], true),
    confined("Instant::now", &["server/src"], &["server/src/clock.rs"], true),
    confined("getrandom::", &["server/src"], &["server/src/clock.rs"], true),
    confined("OsRng", &["server/src"], &["server/src/clock.rs"], true),
    confined("SystemTime", &["shared/src"], &[], true),
    confined("Instant", &["shared/src"], &[], true),
    confined("tokio::spawn", &["server/src"], &["server/src/shutdown.rs", "server/src/lib.rs"], false),
    confined(
        "axum",
        &["server/src"],
        &["server/src/http", "server/src/session/socket.rs", "server/src/lib.rs", "server/src/listen.rs"],
        true,
    ),
    confined("rusqlite", &["server/src"], &["server/src/store/sqlite"], true),
    confined("tokio", &["server/src/domain"], &[], true),
    confined("axum", &["server/src/domain"], &[], true),
    confined("std::fs", &["server/src/domain"], &[], true),
    confined("std::net", &["server/src/domain"], &[], false),
    confined("crate::store", &["server/src/domain", "server/src/hub"], &[], true),
    confined("crate::chat", &["server/src/domain", "server/src/hub", "server/src/store"], &[], true),
    confined(
        "crate::http",
        &["server/src/domain", "server/src/hub", "server/src/store", "server/src/chat"],
        &[],
        true,
    ),
    confined("crate::session", &["server/src/domain", "server/src/store", "server/src/chat"], &[], true),
    confined("agent::", &["server/src/session/visitor.rs"], &[], false),
    confined("session::visitor", &["server/src/session/agent.rs"], &[], true),
    confined("skip_serializing", &["shared/src/protocol"], &[], true),
    confined("merhaba_server", &["widget", "server/agent-page", "shared"], &[], true),
    confined(
        "serde_json",
        &["widget/src", "server/agent-page/src", "shared/src/layout", "shared/src/browser"],
        &[],
        true,
    ),
    confined("inner_html", PAGES, &[], true),
    confined("innerHTML", PAGES, &[], true),
    confined("outerHTML", PAGES, &[], true),
    confined("insertAdjacentHTML", PAGES, &[], true),
    confined("document.write", PAGES, &[], true),
    confined("todo!", &[""], &[], true),
    confined("unimplemented!", &[""], &[], true),
    confined("unsafe {", &[""], &[], true),
];

/// Where pages come from.
const PAGES: &[&str] = &["widget", "server/agent-page", "shared/src"];

/// Words that name nothing in particular, and another word for everything they could mean here.
const UNWANTED: &[&str] = &["user", "room", "manager", "helper", "helpers", "util", "utils"];

const fn confined(
    text: &'static str,
    within: &'static [&'static str],
    but: &'static [&'static str],
    tests_too: bool,
) -> Confined {
    Confined { text, within, but, tests_too }
}

/// This file spells what it forbids.
fn checked() -> Vec<Source> {
    sources::all(&["rs", "js"]).into_iter().filter(|file| !file.path.ends_with("tests/house.rs")).collect()
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

fn breaches(rule: &Confined, files: &[Source]) -> Vec<String> {
    let within = |file: &&Source| rule.within.iter().any(|path| path.is_empty() || file.under(path));
    let mut found = Vec::new();
    for file in files.iter().filter(within).filter(|file| !rule.but.iter().any(|path| file.under(path))) {
        let lines: Vec<_> =
            if rule.tests_too { file.code().collect() } else { file.code_outside_tests().collect() };
        for (number, line) in lines.into_iter().filter(|(_, line)| line.contains(rule.text)) {
            found.push(format!("{}:{number}: {}", file.path, line.trim()));
        }
    }
    found
}

#[test]
fn calls_and_imports_stay_where_they_belong() {
    let files = checked();
    let mut found = Vec::new();
    for rule in RULES {
        let places =
            if rule.but.is_empty() { "nowhere".into() } else { format!("only in {}", rule.but.join(", ")) };
        let breaches = breaches(rule, &files);
        found.extend(
            breaches.into_iter().map(|breach| format!("`{}` may stand {places}: {breach}", rule.text)),
        );
    }
    none(&found, "calls and imports have their places");
}

/// Whether a line makes a channel that takes whatever comes: by name, or by a constructor that asks for no size.
fn makes_unbounded(line: &str) -> bool {
    let asks_nothing = |(at, name): (usize, &str)| {
        let rest = &line[at + name.len()..];
        rest.starts_with("()") || (rest.starts_with("::<") && rest.contains(">()"))
    };
    line.contains("unbounded") || line.match_indices("mpsc::channel").any(asks_nothing)
}

#[test]
fn every_channel_is_bounded() {
    let mut found = Vec::new();
    for file in checked() {
        for (number, line) in file.code().filter(|(_, line)| makes_unbounded(line)) {
            found.push(format!("{}:{number}: {}", file.path, line.trim()));
        }
    }
    none(&found, "a channel has a size");
    assert!(
        makes_unbounded("let (a, b) = mpsc::channel();") && makes_unbounded("mpsc::channel::<(u8, u8)>()")
    );
    assert!(!makes_unbounded("mpsc::channel::<(u8, u8)>(4)") && !makes_unbounded("mpsc::channel(SIZE)"));
}

#[test]
fn the_wire_and_the_client_machine_import_core_alloc_serde_and_postcard() {
    let allowed = ["core", "alloc", "serde", "postcard", "crate", "super", "self"];
    let mut found = Vec::new();
    for file in
        checked().iter().filter(|file| file.under("shared/src/protocol") || file.under("shared/src/client"))
    {
        let mut json_only = false;
        for (number, line) in
            (1..).zip(file.text.lines()).take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        {
            let used = line.trim_start().trim_start_matches("pub ").strip_prefix("use ").unwrap_or_default();
            let first: String =
                used.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let fine =
                first.is_empty() || allowed.contains(&first.as_str()) || (first == "serde_json" && json_only);
            let sibling = file.text.contains(&format!("mod {first};"));
            if (!fine && !sibling) || line.contains("std::") {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
            json_only = line.trim() == "#[cfg(feature = \"json\")]";
        }
    }
    none(&found, "the wire and the client machine know no I/O, no clock and no browser");
}

/// A test that nothing runs proves nothing.
#[test]
fn every_test_binary_is_run() {
    let root = sources::root();
    let run = std::fs::read_to_string(root.join(".ci/test")).expect("the list of what is run");
    let named: Vec<&str> =
        run.split("--test ").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
    let missing: Vec<String> = std::fs::read_dir(root.join("tests/tests"))
        .expect("the tests")
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(ToOwned::to_owned))
        .filter(|name| !named.contains(&name.as_str()))
        .collect();
    none(&missing, "make test leaves out");
}

#[test]
fn no_test_sleeps() {
    // A line that is slow on purpose, and a load that keeps its pace.
    let timed = |file: &&Source| file.under("tests/src/faults") || file.under("tests/load");
    let mut found = Vec::new();
    let files = sources::all(&["rs"]);
    for file in files.iter().filter(|file| !file.path.ends_with("tests/house.rs") && !timed(file)) {
        let outside: Vec<_> = file.code_outside_tests().map(|(number, _)| number).collect();
        for (number, line) in
            file.code().filter(|(number, _)| file.under("tests") || !outside.contains(number))
        {
            if line.contains("sleep(") {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none(&found, "a test waits for what it wants, with a deadline, and never for a while");
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let opening = |path: &str| match path.rsplit('.').next() {
        Some("rs") => "//!",
        Some("js") => "//",
        Some("css") => "/*",
        Some("sql") => "--",
        _ => "#",
    };
    let mut found: Vec<_> = sources::all(&["rs", "js", "css", "sql", "yml", "bash"])
        .into_iter()
        .filter(|file| !file.text.starts_with(opening(&file.path)))
        .map(|file| file.path)
        .collect();
    for file in sources::all(&["html"]) {
        if !file.text.lines().take(3).any(|line| line.contains("<!--")) {
            found.push(file.path);
        }
    }
    none(&found, "these open with something else than what they are");
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let found: Vec<_> = sources::all(&["rs", "js", "css", "sql"])
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > 500)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    none(&found, "past 500 lines a file is a design question");
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["TODO", "FIXME", "XXX", "HACK"];
    let mut found = Vec::new();
    for file in sources::all(&["rs", "js", "css", "sql", "html", "toml", "md"]) {
        for (number, line) in (1..).zip(file.text.lines()).filter(|_| !file.path.ends_with("tests/house.rs"))
        {
            if line.split(|letter: char| !letter.is_alphanumeric()).any(|word| marks.contains(&word)) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none(&found, "unfinished");
}

/// The words an identifier or file name is made of, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

fn unwanted(name: &str) -> bool {
    words(name).iter().any(|word| UNWANTED.contains(&word.as_str()))
}

#[test]
fn files_and_types_are_named_by_what_they_are() {
    let mut found = Vec::new();
    for file in checked() {
        if unwanted(&file.path) {
            found.push(file.path.clone());
        }
        for (number, line) in file.code() {
            let declared = line
                .split_whitespace()
                .skip_while(|word| !matches!(*word, "struct" | "enum" | "trait" | "type" | "mod" | "class"))
                .nth(1)
                .unwrap_or_default();
            let name: String =
                declared.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            if unwanted(&name) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none(&found, &format!("none of {UNWANTED:?} is a name here"));
}

#[test]
fn wire_types_have_no_unit_variants() {
    let mut found = Vec::new();
    for file in checked().iter().filter(|file| file.under("shared/src/protocol")) {
        let mut lines = (1..).zip(file.text.lines()).peekable();
        let mut serialized = false;
        while let Some((_, line)) = lines.next() {
            serialized = (serialized || line.contains("Serialize")) && line.starts_with(['#', 'p']);
            if !(serialized && line.starts_with("pub enum ")) {
                continue;
            }
            for (number, variant) in lines.by_ref().take_while(|(_, line)| *line != "}") {
                let variant = variant.trim();
                if variant.starts_with(char::is_uppercase) && !variant.contains(['(', '{']) {
                    found.push(format!("{}:{number}: {variant}", file.path));
                }
            }
        }
    }
    none(&found, "a closed vocabulary is made by words!, since a derived unit variant weighs more in a page");
}
