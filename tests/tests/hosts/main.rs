//! The widget on other people's pages, in a real browser: the frame is a stranger's, and in every case a message gets
//! through to the agents' side. One relay, one browser and one table of cases; `cargo test --test hosts NAME` runs those
//! whose names contain NAME. A case that fails does not keep the others from being run.

mod api;
mod geometry;
mod hostile;
mod pages;
mod pinned;
mod policies;
mod refused;
mod routers;
mod stage;

use stage::Stage;
use std::{env, io::Write, pin::Pin, process::ExitCode, sync::Arc, time::Instant};

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;
type Case = (&'static str, fn(Arc<Stage>) -> Running);

/// A case's name is also that of its host: `NAME.localhost`.
macro_rules! cases {
    ($($module:ident: $($name:ident)*;)*) => {
        &[$($((stringify!($name), |stage| Box::pin($module::$name(stage))),)*)*]
    };
}

const CASES: &[Case] = cases! {
    policies: csp nonce trusted;
    pinned: exact changed older;
    routers: swap replace morph transition bfcache twice;
    geometry: unset rem rtl print;
    hostile: wraps blocklist;
    api: asks returns window listens talks unsupported unknown places looks attributes siteless forgets leaves destroys;
    refused: apiless late frameless scriptless wasmless noscript nowasm storageless;
};

fn say(line: &str) {
    // A closed terminal is no reason to stop.
    writeln!(std::io::stderr(), "{line}").ok();
}

#[tokio::main]
async fn main() -> ExitCode {
    let wanted: Vec<_> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let names: Vec<_> = CASES.iter().map(|(name, _)| *name).collect();
    let stage = Arc::new(Stage::set(&names).await);
    let mut failed = Vec::new();
    for (name, case) in CASES.iter().filter(|(name, _)| chosen(name)) {
        let began = Instant::now();
        stage.open_filter();
        let went_well = tokio::spawn(case(stage.clone())).await.is_ok();
        say(&format!(
            "case {name} ... {} ({} ms)",
            if went_well { "ok" } else { "FAILED" },
            began.elapsed().as_millis()
        ));
        if !went_well {
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    say(&format!("failed: {}", failed.join(" ")));
    ExitCode::FAILURE
}
