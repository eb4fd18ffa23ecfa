//! `examples/embed.d.ts`, read by TypeScript itself: what is right passes under `--strict`, what is wrong is refused, and no
//! call, event or setting is left out of either. So too the examples for React and Vue, whose declarations TypeScript has
//! written. Where TypeScript cannot be had this says so and checks the names alone.
use merhaba_tests::{browser::tools, sources};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{Write as _, stderr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const DECLARED: &str = "examples/embed.d.ts";

fn read(path: &str) -> String {
    fs::read_to_string(sources::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A package that `.ci/browser` fetched.
fn package(path: &str) -> PathBuf {
    tools().join("npm/node_modules").join(path)
}

/// The compiler that `.ci/browser` fetched. Where standard error is closed nobody would read that it is not there.
fn compiler() -> Option<PathBuf> {
    let found = Some(package("typescript/lib/tsc.js")).filter(|path| path.exists());
    if found.is_none() {
        let what = "NOT CHECKED: TypeScript is not there, so nobody has read the declarations; .ci/browser fetches it from npm";
        writeln!(stderr(), "{what}").ok();
    }
    found
}

/// What TypeScript says of these files under its strictest rules, with the types of React and Vue; what it writes goes to
/// `out`.
fn said_of_examples(compiler: &Path, files: &[&str], more: &Value) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let root = sources::root();
    let mut options = json!({
        "strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true, "skipLibCheck": false,
        "target": "es2022", "module": "esnext", "moduleResolution": "bundler", "lib": ["es2022", "dom", "dom.iterable"],
        "types": [], "jsx": "react-jsx", "rootDir": root,
        "paths": {
            "react": [package("@types/react")], "react/*": [package("@types/react/*")], "vue": [package("vue")],
        },
    });
    for (name, value) in more.as_object().expect("options") {
        options[name] = value.clone();
    }
    let files: Vec<_> = files.iter().map(|file| root.join(file)).collect();
    let project = folder.path().join("tsconfig.json");
    let text = json!({ "compilerOptions": options, "files": files }).to_string();
    fs::write(&project, text).expect("written");
    let output = Command::new("node").arg(compiler).arg("-p").arg(&project).stdin(Stdio::null()).output();
    String::from_utf8_lossy(&output.expect("node runs").stdout).into_owned()
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
    let Some(compiler) = compiler() else { return };
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

/// Where an example's module and its declarations are, without their endings.
const MODULES: [&str; 4] =
    ["examples/react/index", "examples/react/load", "examples/vue/index", "examples/vue/load"];
/// What stands over declarations.
const WRITTEN: &str =
    "// Written by TypeScript from the script of the same name; tests/tests/types.rs compares the two.\n";

#[test]
fn the_examples_for_react_and_vue_are_well_typed_and_say_so_to_those_who_use_them() {
    let Some(compiler) = compiler() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    // The scripts themselves, by the types in their comments; what TypeScript makes of those is what a project gets.
    let writing = json!({
        "allowJs": true, "checkJs": true, "declaration": true, "emitDeclarationOnly": true, "outDir": folder.path(),
    });
    let scripts = MODULES.map(|module| format!("{module}.js"));
    assert_eq!(said_of_examples(&compiler, &scripts.each_ref().map(String::as_str), &writing), "");
    for module in MODULES {
        let path = format!("{module}.d.ts");
        let written = fs::read_to_string(folder.path().join(&path)).expect("declarations");
        let written = format!("{WRITTEN}{written}");
        if env::var_os("MERHABA_UPDATE").is_some() {
            fs::write(sources::root().join(&path), &written).expect("written");
        }
        let there = fs::read_to_string(sources::root().join(&path)).unwrap_or_default();
        assert_eq!(there, written, "{path} is of other sources: MERHABA_UPDATE=1 writes it anew");
    }

    let using = "tests/types/frameworks.tsx";
    assert_eq!(said_of_examples(&compiler, &[using], &json!({ "noEmit": true })), "");
    let wrong = read(using).replace("@ts-expect-error", "");
    let marks = read(using).matches("@ts-expect-error").count();
    let wrong = wrong.replace("../../examples", &sources::root().join("examples").display().to_string());
    let path = folder.path().join("wrong.tsx");
    fs::write(&path, wrong).expect("written");
    let options = json!({ "noEmit": true, "rootDir": "/" });
    let said = said_of_examples(&compiler, &[&path.display().to_string()], &options);
    let refused = said.lines().filter(|line| line.contains("error TS")).count();
    assert_eq!(refused, marks, "{said}");
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
