//! What a visitor and an agent download, as the relay serves it: raw, gzip and brotli bytes of each part, against the
//! budget. It fails when a budget is broken, and never rounds in anybody's favour.
use merhaba_tests::{
    http::{self, Answer},
    relay::Relay,
};
use std::{
    fmt::Write as _,
    io::{Write as _, stdout},
    process::ExitCode,
};

/// The loader on the host's page.
const LOADER: usize = 2_048;
/// Its second half, fetched with the frame.
const API: usize = 5 * 1024;
/// The frame's document with its styles and the small script.
const DOCUMENT: usize = 10 * 1024;
/// Everything for live chat: document, glue, wasm, styles and texts.
const CHAT: usize = 75 * 1024;

/// A part of what is downloaded.
struct Part {
    name: &'static str,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

async fn part(relay: &Relay, name: &'static str, path: &str) -> Part {
    let (raw, gzip, brotli) = (
        fetch(relay, path, "identity").await,
        fetch(relay, path, "gzip").await,
        fetch(relay, path, "br").await,
    );
    for (answer, coding) in [(&gzip, "gzip"), (&brotli, "br")] {
        assert_eq!(answer.header("content-encoding"), Some(coding), "{path} is not served in {coding}");
    }
    if raw.header("content-type") == Some("application/wasm") {
        // Names between it and its glue are short ones, and it knows no place where this was built.
        for word in ["serde_json", "__wbg_", "/registry/src/", "/home/", "/root/"] {
            let found = raw.body.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{path} carries {word:?}");
        }
    }
    Part { name, raw: raw.body.len(), gzip: gzip.body.len(), brotli: brotli.body.len() }
}

async fn fetch(relay: &Relay, path: &str, coding: &str) -> Answer {
    let answer = http::send(relay.authority(), "GET", path, &[("Accept-Encoding", coding)], b"").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer
}

/// The first address in a document that starts and ends like this.
fn address(document: &str, start: &str, end: &str) -> String {
    document
        .match_indices(start)
        .filter_map(|(from, _)| document[from..].find(end).map(|to| &document[from..from + to + end.len()]))
        .find(|found| !found.contains(['"', ' ', '<']))
        .unwrap_or_else(|| panic!("the document names nothing like {start}…{end}"))
        .to_owned()
}

/// Prints some parts with their sum, and tells whether the sum is within its budget.
fn table(title: &str, parts: &[&Part], budget: Option<usize>) -> bool {
    let sum = |of: fn(&Part) -> usize| parts.iter().map(|part| of(part)).sum::<usize>();
    let mut lines: Vec<_> = parts.iter().map(|part| (part.name, part.raw, part.gzip, part.brotli)).collect();
    if parts.len() > 1 {
        lines.push(("in all", sum(|part| part.raw), sum(|part| part.gzip), sum(|part| part.brotli)));
    }
    let total = sum(|part| part.brotli);
    let within = budget.is_none_or(|budget| total <= budget);
    let verdict = match budget {
        Some(budget) if within => format!("budget {budget}, {} left", budget - total),
        Some(budget) => format!("OVER BUDGET: {budget}, {} too many", total - budget),
        None => "no budget yet".to_owned(),
    };
    let mut text = format!("\n{title}: {verdict}\n{:24}{:>10}{:>10}{:>10}\n", "", "raw", "gzip", "brotli");
    for (name, raw, gzip, brotli) in lines {
        writeln!(text, "  {name:22}{raw:>10}{gzip:>10}{brotli:>10}").ok();
    }
    stdout().write_all(text.as_bytes()).ok();
    within
}

#[tokio::main]
async fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let frame = fetch(&relay, "/w/demo?lang=tr", "identity").await.text();
    let agent = fetch(&relay, "/agent/", "identity").await.text();
    let embed = fetch(&relay, "/embed.js", "identity").await.text();

    let loader = part(&relay, "embed.js", "/embed.js").await;
    let api = part(&relay, "embed-api.js", &format!("/{}", address(&embed, "embed-api-", ".js"))).await;
    let document = part(&relay, "document, styles, texts", "/w/demo?lang=tr").await;
    let glue = part(&relay, "glue", &address(&frame, "/assets/", "widget.js")).await;
    let link = part(&relay, "link.js", &address(&frame, "/assets/", "link.js")).await;
    let wasm = part(&relay, "wasm", &address(&frame, "/assets/", ".wasm")).await;
    let agent_document = part(&relay, "document, styles, texts", "/agent/").await;
    let agent_glue = part(&relay, "glue", &address(&agent, "/assets/", "page.js")).await;
    let agent_wasm = part(&relay, "wasm", &address(&agent, "/assets/", ".wasm")).await;

    let verdicts = [
        table("The loader, on every page of the host", &[&loader], Some(LOADER)),
        table("Its second half, on intent", &[&api], Some(API)),
        table("The frame's document", &[&document], Some(DOCUMENT)),
        table("Everything for live chat", &[&document, &glue, &wasm], Some(CHAT)),
        table("Only where websockets are blocked", &[&link], None),
        table("The agent page", &[&agent_document, &agent_glue, &agent_wasm], None),
    ];
    if verdicts.iter().all(|within| *within) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
