//! Many visitors who are known and say nothing: what each costs in memory; and how long it takes until all are back
//! after every line was reset at once, with what they missed meanwhile.
use crate::{
    dialect::Dialect, layout::Layout, measure::Figures, play::Play, script::Script, stage::Stage,
    target::Target,
};
use merhaba_shared::protocol::{limits::OPEN, model::Side};
use std::{io, thread, time::Duration};

/// A program that has just started may still be making itself ready.
const STARTED: Duration = Duration::from_secs(1);
/// For the resets to be noticed.
const NOTICED: Duration = Duration::from_millis(500);

/// How many, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Visitors.
    pub visitors: usize,
    /// How many of them are written to while they are away.
    pub missed: usize,
    /// How long nothing happens before memory is looked at.
    pub settle: Duration,
    /// How long they stay after that; memory is looked at each minute.
    pub hold: Duration,
}

/// Measures both.
///
/// # Errors
/// When the target ends, or not all come back.
pub fn crowd(target: &Target, dialect: Dialect, script: Script, crowd: Crowd) -> io::Result<Figures> {
    thread::sleep(STARTED);
    let empty = target.rss()?;
    let mut stage = Stage::set(target.address, dialect, script, Layout::crowd(crowd.visitors))?;
    stage.turns(crowd.settle, |_| false)?;
    let each = |rss: f64| (rss - empty) / f64::from(u32::try_from(crowd.visitors).unwrap_or(u32::MAX));
    let idle = target.rss()?;
    let mut figures = vec![("rss_empty_kib", empty), ("rss_per_connection_kib", each(idle))];
    if let Some(last) = hold(&mut stage, target, crowd.hold)? {
        figures.push(("rss_per_connection_after_hold_kib", each(last)));
    }
    let cpu = target.cpu()?;
    let back = storm(&mut stage, crowd.missed)?;
    figures.push(("storm_s", back));
    figures.push(("storm_cpu_s", target.cpu()? - cpu));
    stage.turns(crowd.settle, |_| false)?;
    figures.push(("rss_per_connection_after_storm_kib", each(target.rss()?)));
    Ok(figures.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect())
}

/// Lets time pass, minute by minute; gives the memory at the end.
fn hold(stage: &mut Stage, target: &Target, hold: Duration) -> io::Result<Option<f64>> {
    let mut last = None;
    for _ in 0..hold.as_secs() / 60 {
        stage.turns(Duration::from_mins(1), |_| false)?;
        last = Some(target.rss()?);
    }
    Ok(last)
}

/// Agents write to so many visitors; writing opens a conversation on a page, and a page can only have so many open.
fn reply(stage: &mut Stage, count: usize) -> io::Result<()> {
    let (visitors, seats) = (stage.visitors(), stage.play.layout.seats.len());
    for talk in (0..).take(count.min(seats * OPEN)) {
        let seat = talk as usize / OPEN;
        stage.play.talks[talk as usize].end(Side::Agent).line = Some(visitors + seat);
        let now = stage.lines.now();
        stage.play.send(&mut stage.lines, talk, Side::Agent, now);
    }
    let stored = |play: &Play| play.talks.iter().all(|talk| talk.ends[1].waiting.is_empty());
    stage.wait("the replies to be stored", stored)
}

/// Resets every visitor's line, writes to some of them, lets all come back; seconds until all are welcome and have what
/// they missed.
fn storm(stage: &mut Stage, missed: usize) -> io::Result<f64> {
    let visitors = stage.visitors();
    for line in 0..visitors {
        stage.play.cut(&mut stage.lines, line);
    }
    stage.turns(NOTICED, |_| false)?;
    if stage.play.script.is_relay() {
        reply(stage, missed.min(visitors))?;
    }
    let began = stage.lines.now();
    stage.welcome(0..visitors)?;
    stage.wait("what was missed", |play| {
        play.talks.iter().all(|talk| talk.ends[0].seen == talk.ends[1].sent)
    })?;
    Ok(Duration::from_nanos(stage.lines.now() - began).as_secs_f64())
}
