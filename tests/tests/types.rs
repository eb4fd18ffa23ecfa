//! `examples/embed.d.ts`, read by TypeScript itself: what is right passes under `--strict`, what is wrong is refused, and no
//! call, event or setting is left out of either. Where TypeScript cannot be had this says so and checks the names alone.
use merhaba_tests::{browser::tools, sources};
use std::{
    fs,
    io::{Write as _, stderr},
    path::PathBuf,
    process::{Command, Stdio},
};

const DECLARED: &str = "examples/embed.d.ts";

fn read(path: &str) -> String {
    fs::read_to_string(sources::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The compiler that `.ci/browser` fetched.
fn compiler() -> Option<PathBuf> {
    Some(tools().join("npm/node_modules/typescript/lib/tsc.js")).filter(|path| path.exists())
}

/// What TypeScript says of a file; empty: nothing.
fn said(compiler: &PathBuf, file: &str) -> String {
    let options =
        ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022", "--module", "esnext"];
    let output = Command::new("node")
        .arg(compiler)
        .args(options)
        .args(["--moduleResolution", "bundler", "--lib", "es2022,dom"])
        .arg(sources::root().join(file))
        .stdin(Stdio::null())
        .output()
        .expect("node runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn typescript_takes_what_is_right_and_refuses_what_is_wrong() {
    let Some(compiler) = compiler() else {
        // Where standard error is closed nobody would read it.
        writeln!(stderr(), "NOT CHECKED: TypeScript is not there, so nobody has read {DECLARED}; .ci/browser fetches it from npm")
            .ok();
        return;
    };
    for file in ["tests/types/right.ts", "tests/types/wrong.ts"] {
        assert_eq!(said(&compiler, file), "", "{file}");
    }
    // The proof that it looks at all: without the marks each wrong line is refused.
    let wrong = read("tests/types/wrong.ts").replace("@ts-expect-error", "");
    let marks = read("tests/types/wrong.ts").matches("@ts-expect-error").count();
    let folder = tempfile::tempdir().expect("a folder");
    let declared = sources::root().join("examples/embed").display().to_string();
    let path = folder.path().join("wrong.ts");
    fs::write(&path, wrong.replace("../../examples/embed", &declared)).expect("written");
    let said = said(&compiler, &path.display().to_string());
    assert_eq!(said.matches("error TS").count(), marks, "{said}");
}

/// The names that an interface of the declarations has.
fn names(interface: &str) -> Vec<String> {
    let declared = read(DECLARED);
    let start = declared.find(&format!("interface {interface} {{")).expect("the interface");
    let body = &declared[start..start + declared[start..].find("\n}").expect("its end")];
    let names = body.lines().skip(1).filter_map(|line| {
        let line = line.strip_prefix("  ").filter(|line| !line.starts_with(['/', '*', ' ']))?;
        let end = match line.strip_prefix('\'') {
            Some(quoted) => quoted.find('\'')? + 2,
            None => line.find(['(', '?', ':', '<'])?,
        };
        Some(line[..end].trim_matches('\'').to_owned())
    });
    names.collect()
}

#[test]
fn every_call_event_and_setting_is_tried_and_is_in_the_loader() {
    let right = read("tests/types/right.ts");
    let loader = read("widget/loader/embed.js") + &read("widget/loader/embed-api.js");
    let calls = names("MerhabaCalls");
    assert!(calls.len() > 30, "{calls:?}");
    for call in calls {
        assert!(right.contains(&format!("chat.{call}(")), "{call} is not tried");
        let word = loader.match_indices(&call).any(|(at, _)| {
            let before = loader[..at].ends_with([' ', '\n', ',']);
            before && loader[at + call.len()..].starts_with([':', '(', ','])
        });
        assert!(word, "the loader has no {call}");
    }
    let events = names("MerhabaEvents");
    assert_eq!(events.len(), 11, "{events:?}");
    for event in events {
        assert!(right.contains(&format!("('{event}'")), "{event} is not heard");
        assert!(right.contains(&format!("'merhaba:{event}'")), "{event} is not heard on the window");
    }
    for setting in names("MerhabaSettings") {
        assert!(right.contains(&format!("{setting}: ")), "{setting} is not set");
    }
}
