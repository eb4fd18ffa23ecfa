//! Measures the relay and both floors in one run, on this machine, and writes target/bench/report.json and report.md.
use clap::Parser;
use merhaba_load::{
    limits,
    plan::{Extent, Measure},
    report::{self, Origin},
    run::Run,
    target::Kind,
};
use merhaba_shared::protocol::codec::Codec;
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

/// Measures the relay and both floors.
#[derive(Parser)]
struct Arguments {
    /// The relay's program.
    #[arg(long, default_value = "target/release/merhaba")]
    relay: PathBuf,
    /// What is measured: forms (rate, flood, idle, storm, grow) and shapes (pairs, desk, desk-apart) [default: all but
    /// grow].
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Of whom [default: all].
    #[arg(long, value_delimiter = ',')]
    target: Vec<Kind>,
    /// How often everything is measured.
    #[arg(long)]
    rounds: Option<usize>,
    /// How long each, in seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// One short round; also `MERHABA_BENCH=quick`.
    #[arg(long)]
    quick: bool,
    /// The relay's lines speak the binary codec.
    #[arg(long)]
    binary: bool,
    /// Idle visitors.
    #[arg(long)]
    visitors: Option<usize>,
    /// For `grow`: only with so many messages in the store (0, 1000000, 10000000).
    #[arg(long, value_delimiter = ',')]
    messages: Vec<u64>,
    /// For `grow`: only with so many conversations (100, 1000, 10000).
    #[arg(long, value_delimiter = ',')]
    conversations: Vec<u64>,
    /// How many minutes the idle stay.
    #[arg(long, default_value_t = 0)]
    hold: u64,
    /// Where data and the report go.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> io::Result<()> {
    limits::raise_descriptors();
    limits::exact_timers();
    let mut measures = Measure::asked(&arguments.only).map_err(io::Error::other)?;
    measures.retain(|measure| match measure {
        Measure::Grow(fill) => {
            let wanted = |words: &[u64], number| words.is_empty() || words.contains(&number);
            wanted(&arguments.messages, fill.messages) && wanted(&arguments.conversations, fill.conversations)
        }
        _ => true,
    });
    let targets = if arguments.target.is_empty() {
        vec![Kind::Relay, Kind::Durable, Kind::Plain]
    } else {
        arguments.target.clone()
    };
    let codec = if arguments.binary { Codec::Bin } else { Codec::Json };
    let (relay, folder) = (arguments.relay.clone(), arguments.folder.clone());
    let extent = extent(arguments);
    let origin = Origin::here(extent.rounds);
    let found = Run::new(relay, folder.clone(), codec, measures, targets, extent).all()?;
    write!(io::stdout(), "\n{}\n", report::write(&folder, &origin, &found)?)
}

fn extent(arguments: &Arguments) -> Extent {
    let quick = arguments.quick || std::env::var("MERHABA_BENCH").is_ok_and(|form| form == "quick");
    let mut extent = if quick { Extent::quick() } else { Extent::full() };
    extent.rounds = arguments.rounds.unwrap_or(extent.rounds);
    if let Some(seconds) = arguments.seconds {
        (extent.rate.measured, extent.flood.measured) = (seconds, seconds);
    }
    if let Some(visitors) = arguments.visitors {
        (extent.crowd.visitors, extent.crowd.missed) = (visitors, visitors / 10);
    }
    extent.crowd.hold = Duration::from_secs(arguments.hold * 60);
    extent
}
