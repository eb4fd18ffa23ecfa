//! Whether a message costs the same in a full store with many conversations as in an empty one with few, and how long
//! pages of timelines and lists take there. The relay only: the floors have neither.
use crate::{
    fill::{self, Fill},
    histogram::Histogram,
    layout::Layout,
    measure::{self, Figures, Span},
    plan::RATE,
    stage::Stage,
    target::Target,
};
use merhaba_shared::protocol::{
    agent::{Command, Filter, List},
    limits::OPEN,
    model::GetHistory,
};
use std::{io, time::Duration};

/// Pages of each sort that are asked for, one after another.
const PAGES: u64 = 2_000;
/// Entries or rows in a page.
const PAGE: u16 = 50;
/// A page that takes longer is not coming.
const PAGE_WITHIN: Duration = Duration::from_secs(10);

/// So many conversations that talk, each agent with a site and one page of them.
#[must_use]
pub fn layout(conversations: usize) -> Layout {
    let agents = conversations.div_ceil(OPEN);
    Layout::new(conversations, agents, agents, OPEN)
}

/// Measures a steady pace and then pages, in a store that is filled so far.
///
/// # Errors
/// When the target ends or gives no pages.
pub fn grow(stage: &mut Stage, target: &Target, fill: Fill, span: Span) -> io::Result<Figures> {
    let mut figures = measure::rate(stage, target, RATE, span)?;
    let histories = histories(stage, fill)?;
    let lists = lists(stage)?;
    for (name, times) in [("history", histories), ("inbox", lists)] {
        for per_mille in [500, 990] {
            let micros = Duration::from_nanos(times.per_mille(per_mille)).as_secs_f64() * 1e6;
            figures.insert(format!("{name}_p{}_us", per_mille / 10), micros);
        }
    }
    Ok(figures)
}

/// Pages of timelines, here and there in the filling; without any, of the conversations that talk.
fn histories(stage: &mut Stage, fill: Fill) -> io::Result<Histogram> {
    let mut times = Histogram::default();
    for number in 0..PAGES {
        // Steps that visit all conversations and all depths, in no order.
        let (which, depth) = (number * 7_919, number * 104_729);
        let (conversation, before) = if fill.messages == 0 {
            (stage.play.talks[0].name.clone().unwrap_or_default(), None)
        } else {
            let each = fill.messages / fill.conversations;
            (fill::name(which % fill.conversations + 1).as_str().into(), Some(depth % each + 2))
        };
        let ask = Command::History(GetHistory { conversation, before, limit: PAGE });
        times.record(ask_for(stage, &ask, |stage| stage.play.opened)?);
    }
    Ok(times)
}

/// Pages of lists: from the top to the end and again.
fn lists(stage: &mut Stage) -> io::Result<Histogram> {
    let mut times = Histogram::default();
    for number in 0..PAGES {
        let filter = if number % 2 == 0 { Filter::Open } else { Filter::Mine };
        let ask = Command::List(List::whole(filter, stage.play.cursor.take(), PAGE));
        times.record(ask_for(stage, &ask, |stage| stage.play.listed)?);
    }
    Ok(times)
}

/// Asks on the first agent's page and waits for the answer; how long it took.
fn ask_for(stage: &mut Stage, ask: &Command, count: impl Fn(&Stage) -> usize) -> io::Result<u64> {
    let (line, before, began) = (stage.visitors(), count(stage), stage.lines.now());
    let frame = stage.play.dialect.frame(ask);
    stage.lines.say(line, stage.play.dialect.opcode(), &frame);
    let end = began + u64::try_from(PAGE_WITHIN.as_nanos()).unwrap_or(u64::MAX);
    while count(stage) == before {
        stage.turn(end)?;
        if stage.lines.now() >= end {
            return Err(io::Error::other(format!(
                "no answer to {ask:?}: {:?}",
                stage.play.tally.first_refusal
            )));
        }
    }
    Ok(stage.lines.now() - began)
}
