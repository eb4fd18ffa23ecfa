//! Everybody on their place: all lines open, all conversations begun and opened by their agents. Then turns, until
//! something has come about or time is up. It measures nothing.
use crate::{
    dialect::Dialect,
    layout::Layout,
    lines::Lines,
    play::{Part, Play},
    script::Script,
};
use merhaba_shared::protocol::{
    agent::{Command, Open},
    model::Side,
};
use std::{io, net::SocketAddr, time::Duration};

/// How long everybody may take to get to their place.
const SET_WITHIN: Duration = Duration::from_mins(1);
/// Visitors who arrive at once: fewer first messages than may wait for the disk.
const ARRIVE: usize = 1_000;
/// The longest turn: so often the end is looked for.
const TURN: u64 = 20_000_000;

/// A set of conversations on lines.
pub struct Stage {
    /// The lines: visitors first, then the agents' pages.
    pub lines: Lines,
    /// The conversations.
    pub play: Play,
}

impl Stage {
    /// Brings everybody to their place.
    ///
    /// # Errors
    /// When that does not come about in time.
    pub fn set(address: SocketAddr, dialect: Dialect, script: Script, layout: Layout) -> io::Result<Self> {
        let play = Play::new(dialect, script, layout);
        let mut stage = Self { lines: Lines::new(address)?, play };
        stage.cast(address)?;
        if stage.play.script.is_relay() {
            stage.begin()?;
        } else {
            Script::name_all(dialect, &mut stage.play.talks);
            stage.welcome(0..stage.all())?;
        }
        Ok(stage)
    }

    fn all(&self) -> usize {
        self.visitors() + self.play.layout.seats.len()
    }

    /// How many lines are visitors'.
    #[must_use]
    pub fn visitors(&self) -> usize {
        self.play.talks.len()
    }

    fn cast(&mut self, address: SocketAddr) -> io::Result<()> {
        let Play { dialect, script, layout, .. } = &self.play;
        let visitors = (0..self.play.talks.len()).map(u32::try_from);
        let visitors = visitors.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        let parts: Vec<Part> =
            visitors.into_iter().map(Part::Visitor).chain((0..layout.seats.len()).map(Part::Seat)).collect();
        for part in &parts {
            self.lines.add(script.upgrade(*dialect, layout, address, *part));
        }
        for (line, part) in parts.into_iter().enumerate() {
            self.play.cast(part);
            match part {
                Part::Visitor(talk) => self.play.talks[talk as usize].end(Side::Visitor).line = Some(line),
                Part::Seat(seat) => {
                    for talk in &self.play.layout.seats[seat].talks {
                        self.play.talks[*talk as usize].end(Side::Agent).line = Some(line);
                    }
                }
            }
        }
        Ok(())
    }

    /// Every visitor writes their first message; then the agents come and open the conversations.
    fn begin(&mut self) -> io::Result<()> {
        let visitors = self.visitors();
        for first in (0..visitors).step_by(ARRIVE) {
            let last = visitors.min(first + ARRIVE);
            self.welcome(first..last)?;
            let begun = |play: &Play| play.talks[first..last].iter().all(|talk| talk.name.is_some());
            self.wait("every conversation to begin", begun)?;
        }
        self.welcome(visitors..self.all())?;
        let mut opening = 0;
        for (seat, at) in self.play.layout.seats.clone().into_iter().zip(visitors..) {
            for number in seat.talks {
                let talk = &mut self.play.talks[number as usize];
                talk.end(Side::Agent).seq = 1;
                let conversation = talk.name.clone().unwrap_or_default();
                let frame = self.play.dialect.frame(&Command::Open(Open { conversation, after: None }));
                self.lines.say(at, self.play.dialect.opcode(), &frame);
                opening += 1;
            }
        }
        self.wait("every conversation to be opened", |play| play.opened == opening)
    }

    /// Opens lines and waits until all of them are welcome.
    ///
    /// # Errors
    /// When they are not in time.
    pub fn welcome(&mut self, lines: std::ops::Range<usize>) -> io::Result<()> {
        self.play.welcomed = 0;
        let count = lines.len();
        lines.for_each(|line| self.lines.open(line));
        self.wait("everybody to be welcome", |play| play.welcomed >= count)
    }

    /// Takes turns until something has come about.
    ///
    /// # Errors
    /// When it has not in time.
    pub fn wait(&mut self, what: &str, done: impl Fn(&Play) -> bool) -> io::Result<()> {
        if self.turns(SET_WITHIN, done)? {
            return Ok(());
        }
        let Play { talks, welcomed, opened, tally, .. } = &self.play;
        let named = talks.iter().filter(|talk| talk.name.is_some()).count();
        Err(io::Error::other(format!(
            "waited for {what}: {named} of {} conversations begun, {opened} opened, {welcomed} welcome, {} lines open, {} \
             refused ({}), lost {:?}",
            talks.len(),
            self.lines.open_now(),
            tally.refused,
            tally.first_refusal.as_deref().unwrap_or_default(),
            tally.lost
        )))
    }

    /// Takes turns until something has come about; false when it has not within this time.
    ///
    /// # Errors
    /// When the system cannot go on.
    pub fn turns(&mut self, within: Duration, done: impl Fn(&Play) -> bool) -> io::Result<bool> {
        let end = self.lines.now() + u64::try_from(within.as_nanos()).unwrap_or(u64::MAX / 2);
        while !done(&self.play) {
            let now = self.lines.now();
            if now >= end {
                return Ok(false);
            }
            self.turn(end.min(now + TURN))?;
        }
        Ok(true)
    }

    /// One turn, until this time at the latest.
    ///
    /// # Errors
    /// When the system cannot go on.
    pub fn turn(&mut self, until: u64) -> io::Result<()> {
        let next = self.play.catch_up(&mut self.lines);
        self.lines.turn(next.map_or(until, |next| next.min(until)), &mut self.play)
    }
}
