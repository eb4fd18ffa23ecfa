//! Two paces, and what is read off at them: `rate`, so many messages a second whether the other side keeps up or not,
//! each latency from the time it was due; and `flood`, each confirmation followed by the next message.
use crate::{
    play::Tally,
    stage::Stage,
    target::{Target, cpu_of, cpu_of_all},
};
use merhaba_shared::protocol::model::Side;
use std::{collections::BTreeMap, io, time::Duration};

/// How long what is under way may take to arrive when nothing more is sent.
const DRAINED_WITHIN: Duration = Duration::from_secs(15);
const SECOND: u64 = 1_000_000_000;

/// Figures by name; a name carries its unit.
pub type Figures = BTreeMap<String, f64>;

/// How long to measure, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Before anything is counted.
    pub warm: u64,
    /// While it is.
    pub measured: u64,
}

/// What stood where when measuring began.
struct Began {
    at: u64,
    cpu: f64,
    own: f64,
    all: f64,
    tally: Tally,
}

/// So many messages a second.
///
/// # Errors
/// When the other side has ended, or something was lost.
pub fn rate(stage: &mut Stage, target: &Target, per_second: u64, span: Span) -> io::Result<Figures> {
    let every = SECOND / per_second;
    let start = stage.lines.now() + every;
    let (from, end) = (start + span.warm * SECOND, start + (span.warm + span.measured) * SECOND);
    stage.play.from = from;
    let (mut number, mut began) = (0, None);
    loop {
        let now = stage.lines.now();
        let mut due = start + number * every;
        while due <= now && due < end {
            send(stage, number, due);
            number += 1;
            due = start + number * every;
        }
        if now >= from && began.is_none() {
            began = Some(begin(stage, target)?);
        }
        if now >= end {
            break;
        }
        stage.turn(due.min(end))?;
    }
    let began = began.ok_or_else(|| io::Error::other("no time to measure"))?;
    read_off(stage, target, &began)
}

/// The message of this number: all visitors in turn, then all agents.
fn send(stage: &mut Stage, number: u64, due: u64) {
    let talks = stage.play.talks.len() as u64;
    let side = if (number / talks).is_multiple_of(2) { Side::Visitor } else { Side::Agent };
    if let Ok(talk) = u32::try_from(number % talks) {
        stage.play.send(&mut stage.lines, talk, side, due);
    }
}

/// As fast as it goes: every side of every conversation keeps so many messages under way.
///
/// # Errors
/// When the other side has ended, or something was lost.
pub fn flood(stage: &mut Stage, target: &Target, depth: (u32, u32), span: Span) -> io::Result<Figures> {
    let start = stage.lines.now();
    let (from, end) = (start + span.warm * SECOND, start + (span.warm + span.measured) * SECOND);
    (stage.play.from, stage.play.keep_going) = (from, true);
    for talk in (0..).take(stage.play.talks.len()) {
        for (side, depth) in [(Side::Visitor, depth.0), (Side::Agent, depth.1)] {
            for _ in 0..depth {
                stage.play.send(&mut stage.lines, talk, side, start);
            }
        }
    }
    while stage.lines.now() < from {
        stage.turn(from)?;
    }
    let began = begin(stage, target)?;
    while stage.lines.now() < end {
        stage.turn(end)?;
    }
    stage.play.keep_going = false;
    read_off(stage, target, &began)
}

fn begin(stage: &Stage, target: &Target) -> io::Result<Began> {
    let (cpu, own, all) = (target.cpu()?, cpu_of("self")?, cpu_of_all()?);
    Ok(Began { at: stage.lines.now(), cpu, own, all, tally: stage.play.tally.clone() })
}

/// Reads the figures, then waits for what is under way: nothing may be missing.
#[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
fn read_off(stage: &mut Stage, target: &Target, began: &Began) -> io::Result<Figures> {
    let (cpu, own) = (target.cpu()? - began.cpu, cpu_of("self")? - began.own);
    let others = (cpu_of_all()? - began.all - cpu - own).max(0.0);
    let seconds = Duration::from_nanos(stage.lines.now() - began.at).as_secs_f64();
    let (now, before) = (stage.play.tally.clone(), &began.tally);
    let delivered = (now.delivered - before.delivered) as f64;
    let each = |now: u64, before: u64| (now - before) as f64 / delivered.max(1.0);
    let drained = stage.turns(DRAINED_WITHIN, |play| {
        play.talks
            .iter()
            .all(|talk| talk.missing() == 0 && talk.ends.iter().all(|end| end.waiting.is_empty()))
    })?;
    let missing: u64 = stage.play.talks.iter().map(crate::talk::Talk::missing).sum();
    let tally = &stage.play.tally;
    let micros = |per_mille| tally.latency.per_mille(per_mille) as f64 / 1_000.0;
    let figures = [
        ("delivered_per_s", delivered / seconds),
        ("p50_us", micros(500)),
        ("p99_us", micros(990)),
        ("p999_us", micros(999)),
        ("cpu_s_per_100k", cpu / delivered.max(1.0) * 100_000.0),
        ("cpu_cores", cpu / seconds),
        ("generator_cores", own / seconds),
        ("others_cores", others / seconds),
        ("rss_kib", target.rss()?),
        ("accepted_each", each(now.accepted, before.accepted)),
        ("echoed_each", each(now.echoed, before.echoed)),
        ("changes_each", each(now.changes, before.changes)),
        ("reads_each", each(now.reads, before.reads)),
        ("refused", tally.refused as f64),
        ("wrong", tally.wrong as f64),
        ("lines_lost", tally.lost.values().sum::<u64>() as f64),
        ("missing", if drained { 0.0 } else { missing as f64 }),
    ];
    let lost = tally.lost.iter().map(|(code, lines)| (format!("lost_{code}"), *lines as f64));
    Ok(figures.into_iter().map(|(name, figure)| (name.to_owned(), figure)).chain(lost).collect())
}
