//! The report: report.json with every figure of every round, report.md for people, both naming the machine, the commit
//! and the command. It measures nothing. (Writing into a string does not fail: what `write!` gives is dropped.)
use crate::{
    layout::Shape,
    plan::{Measure, RATE},
    run::Found,
    summary::{Bound, aims, doubts, median},
    target::Kind,
};
use serde_json::{Value, json};
use std::{fmt::Write, fs, io, path::Path, process::Command};

/// Where and of what a run was.
#[derive(Clone, Debug)]
pub struct Origin {
    cpu: String,
    cores: usize,
    kernel: String,
    commit: String,
    date: String,
    command: String,
    rounds: usize,
}

impl Origin {
    /// This machine, this tree, now.
    #[must_use]
    pub fn here(rounds: usize) -> Self {
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            cpu: model.map_or("unknown", |(_, model)| model).to_owned(),
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            kernel: kernel.trim().to_owned(),
            commit: output("git", &["describe", "--always", "--dirty", "--abbrev=10"]),
            date: output("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
            command: std::env::args().collect::<Vec<_>>().join(" "),
            rounds,
        }
    }
}

/// What a command prints; nothing when it cannot be had.
fn output(program: &str, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// Writes both files and gives the one for people.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, origin: &Origin, found: &Found) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("report.json"), format!("{:#}\n", as_json(origin, found)))?;
    let text = as_text(origin, found);
    fs::write(folder.join("report.md"), &text)?;
    Ok(text)
}

fn as_json(origin: &Origin, found: &Found) -> Value {
    let runs: Vec<Value> = found
        .iter()
        .map(|((measure, kind), rounds)| json!({ "measure": measure.name(), "target": kind.name(), "rounds": rounds }))
        .collect();
    let aims: Vec<Value> = aims(found)
        .iter()
        .map(|aim| json!({ "aim": aim.name, "relay": aim.found, "floor": aim.floor, "value": aim.value(), "met": aim.is_met() }))
        .collect();
    json!({
        "machine": { "cpu": origin.cpu, "cores": origin.cores, "kernel": origin.kernel },
        "commit": origin.commit, "date": origin.date, "command": origin.command, "rounds": origin.rounds,
        "measurements": runs, "aims": aims, "doubts": doubts(found),
    })
}

fn as_text(origin: &Origin, found: &Found) -> String {
    let Origin { cpu, cores, kernel, commit, date, command, rounds } = origin;
    let mut text = format!(
        "# How fast the relay is\n\n{date}, commit {commit}, {cpu}, {cores} cores, Linux {kernel}; medians of {rounds} \
         rounds, the targets in turns, the generator on the same cores. `{command}`\n\n"
    );
    text += &table(found);
    text += &growth(found);
    text += &compared(found);
    for doubt in doubts(found) {
        let _ = write!(text, "\n* {doubt}");
    }
    text
}

/// The relay beside the durable floor, and what was aimed for.
fn compared(found: &Found) -> String {
    let mut text = String::new();
    let aims = aims(found);
    if !aims.is_empty() {
        text += "\n| aim | relay | floor | is | should be | |\n|---|---|---|---|---|---|\n";
    }
    for aim in aims {
        let (sign, bound) = match aim.bound {
            Bound::AtLeast(bound) => ("≥", bound),
            Bound::AtMost(bound) => ("≤", bound),
        };
        let (relay, floor, is) = (number(Some(aim.found)), number(aim.floor), aim.value());
        let met = if aim.is_met() { "met" } else { "**missed**" };
        let is = if aim.floor.is_some() { format!("{is:.2} ×") } else { number(Some(is)) };
        let _ = writeln!(text, "| {} | {relay} | {floor} | {is} | {sign} {bound} | {met} |", aim.name);
    }
    text
}

/// The table that compares the targets.
fn table(found: &Found) -> String {
    if found.keys().all(|(measure, _)| matches!(measure, Measure::Grow(_))) {
        return String::new();
    }
    let mut text = format!(
        "| | delivered/s flat out, pairs / desk / desk apart | CPU s per 100k at {RATE}/s, pairs / desk / desk apart | \
         p50 / p99 / p99.9 at {RATE}/s, µs: pairs | desk | desk apart | KiB per idle connection | empty, MiB | all back \
         after a reset, s |\n|---|---|---|---|---|---|---|---|---|\n"
    );
    for (kind, name) in [
        (Kind::Relay, "Merhaba"),
        (Kind::Durable, "floor: group commit, FULL, delivery after it"),
        (Kind::Plain, "floor: axum, no storage, 4 KiB read buffer"),
    ] {
        if !found.keys().any(|(_, of)| *of == kind) {
            continue;
        }
        let of = |measure, figure| median(found, measure, kind, figure);
        let shapes = [Shape::Pairs, Shape::Desk, Shape::DeskApart];
        let floods = shapes.map(|shape| number(of(Measure::Flood(shape), "delivered_per_s"))).join(" / ");
        let cpus = shapes.map(|shape| number(of(Measure::Rate(shape), "cpu_s_per_100k"))).join(" / ");
        let latencies = shapes.map(|shape| {
            ["p50_us", "p99_us", "p999_us"].map(|figure| number(of(Measure::Rate(shape), figure))).join(" / ")
        });
        let idle = number(of(Measure::Crowd, "rss_per_connection_kib"));
        let empty = number(of(Measure::Crowd, "rss_empty_kib").map(|kib| kib / 1024.0));
        let storm = number(of(Measure::Crowd, "storm_s"));
        let _ = writeln!(
            text,
            "| {name} | {floods} | {cpus} | {} | {idle} | {empty} | {storm} |",
            latencies.join(" | ")
        );
    }
    text
}

/// What a full store costs.
fn growth(found: &Found) -> String {
    let mut text = String::new();
    for measure in found.keys().map(|(measure, _)| *measure) {
        let Measure::Grow(fill) = measure else { continue };
        if text.is_empty() {
            let _ = write!(
                text,
                "\n| messages in the store | conversations | delivered/s at {RATE}/s | p50 / p99, µs | CPU s per 100k | \
                 history p50 / p99, µs | inbox p50 / p99, µs |\n|---|---|---|---|---|---|---|\n"
            );
        }
        let of = |figure| number(median(found, measure, Kind::Relay, figure));
        let pair = |one, other| format!("{} / {}", of(one), of(other));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            fill.messages,
            fill.conversations,
            of("delivered_per_s"),
            pair("p50_us", "p99_us"),
            of("cpu_s_per_100k"),
            pair("history_p50_us", "history_p99_us"),
            pair("inbox_p50_us", "inbox_p99_us"),
        );
    }
    text
}

/// A figure with three digits that count, thousands apart.
fn number(figure: Option<f64>) -> String {
    let Some(figure) = figure else { return "–".into() };
    if figure < 100.0 {
        let digits = if figure < 10.0 { 2 } else { 1 };
        return format!("{figure:.digits$}");
    }
    let whole = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_can_be_read() {
        let shown = [Some(0.638), Some(12.34), Some(999.6), Some(1_234_567.0), None].map(number);
        assert_eq!(shown, ["0.64", "12.3", "1,000", "1,234,567", "–"]);
    }
}
