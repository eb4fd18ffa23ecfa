//! The conversations at work: who is on which line, what is answered to what comes, and the counting. Visitors and agents
//! do what their pages do: they greet, resume, send again what was not confirmed, and tell what they have read a moment
//! after it arrived. It sets no pace.
use crate::{
    dialect::{Dialect, Said, Stamp},
    histogram::Histogram,
    layout::Layout,
    lines::{Heard, Lines, Listener},
    script::Script,
    talk::{Arrival, Talk},
};
use merhaba_shared::protocol::{
    agent,
    model::{Read, Side},
    visitor,
};
use std::collections::{BTreeMap, VecDeque};

/// Read markers are told this long after a message arrived, as the pages do.
const TELL_AFTER: u64 = 150_000_000;
/// What was refused is sent again after this time.
const AGAIN_AFTER: u64 = 100_000_000;

/// What is counted.
#[derive(Clone, Default)]
pub struct Tally {
    /// Messages that arrived on the other side.
    pub delivered: u64,
    /// Messages that were confirmed to their sender.
    pub accepted: u64,
    /// Messages that came back to their sender.
    pub echoed: u64,
    /// Changes in agents' lists.
    pub changes: u64,
    /// Read markers that were heard.
    pub reads: u64,
    /// Sends that were refused (and sent again).
    pub refused: u64,
    /// What the first refusal said.
    pub first_refusal: Option<String>,
    /// Messages that came twice or not in order.
    pub wrong: u64,
    /// Lines lost, by close code.
    pub lost: BTreeMap<u16, u64>,
    /// From when a message was due until it arrived, in nanoseconds.
    pub latency: Histogram,
}

/// Who is on a line.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// A conversation's visitor.
    Visitor(u32),
    /// An agent's page.
    Seat(usize),
}

/// What is to be done later, always after the same time.
enum Later {
    /// Tell how far a side has read.
    Tell(u32, Side),
    /// Send again.
    Again(Stamp),
}

/// The conversations.
pub struct Play {
    pub(crate) dialect: Dialect,
    pub(crate) script: Script,
    pub(crate) layout: Layout,
    pub(crate) talks: Vec<Talk>,
    parts: Vec<Part>,
    live: Vec<bool>,
    tells: VecDeque<(u64, Later)>,
    agains: VecDeque<(u64, Later)>,
    /// Each confirmation is followed by the next message.
    pub keep_going: bool,
    /// Messages due before this are not in the latencies.
    pub from: u64,
    /// Lines that have been welcomed since this was last set to 0.
    pub welcomed: usize,
    /// Pages of timelines that have come: one for each conversation that an agent opens.
    pub opened: usize,
    /// Pages of lists that have come.
    pub listed: usize,
    /// Where the last of them goes on.
    pub cursor: Option<String>,
    /// What was counted.
    pub tally: Tally,
}

impl Play {
    /// Conversations of this layout, nobody there yet.
    #[must_use]
    pub fn new(dialect: Dialect, script: Script, layout: Layout) -> Self {
        let talks = layout.sites.iter().map(|site| Talk { site: *site, ..Talk::default() }).collect();
        Self {
            dialect,
            script,
            layout,
            talks,
            parts: Vec::new(),
            live: Vec::new(),
            tells: VecDeque::new(),
            agains: VecDeque::new(),
            keep_going: false,
            from: 0,
            welcomed: 0,
            opened: 0,
            listed: 0,
            cursor: None,
            tally: Tally::default(),
        }
    }

    /// Says who is on the next line.
    pub fn cast(&mut self, part: Part) {
        self.parts.push(part);
        self.live.push(false);
    }

    /// Cuts a line; it stays away until it is opened again.
    pub fn cut(&mut self, lines: &mut Lines, line: usize) {
        self.live[line] = false;
        lines.reset(line);
    }

    /// Sends a message of one side that was due at this time.
    pub fn send(&mut self, lines: &mut Lines, talk: u32, side: Side, due: u64) {
        let end = self.talks[talk as usize].end(side);
        let stamp = Stamp { due, talk, side, count: end.sent };
        end.sent += 1;
        end.waiting.push_back(stamp);
        self.put(lines, stamp);
    }

    /// Puts a message on its sender's line; while that is down it waits for the welcome.
    fn put(&mut self, lines: &mut Lines, stamp: Stamp) {
        let end = self.talks[stamp.talk as usize].end(stamp.side);
        if let (Some(line), Some(prepared)) = (end.line, &mut end.prepared)
            && self.live[line]
        {
            lines.say(line, self.dialect.opcode(), self.dialect.stamp(prepared, stamp));
        }
    }

    /// Does what is due by now, and says when the next is.
    pub fn catch_up(&mut self, lines: &mut Lines) -> Option<u64> {
        let now = lines.now();
        while let Some((_, later)) = self.tells.pop_front_if(|(due, _)| *due <= now) {
            self.carry_out(lines, &later);
        }
        while let Some((_, later)) = self.agains.pop_front_if(|(due, _)| *due <= now) {
            self.carry_out(lines, &later);
        }
        [self.tells.front(), self.agains.front()].into_iter().flatten().map(|(due, _)| *due).min()
    }

    fn carry_out(&mut self, lines: &mut Lines, later: &Later) {
        match *later {
            Later::Tell(talk, side) => self.tell(lines, talk, side),
            Later::Again(stamp) => self.put(lines, stamp),
        }
    }

    fn tell(&mut self, lines: &mut Lines, talk: u32, side: Side) {
        let talk = &mut self.talks[talk as usize];
        let name = talk.name.clone();
        let end = talk.end(side);
        end.telling = false;
        if let (Some(line), Some(conversation)) = (end.line, name)
            && self.live[line]
        {
            let read = Read { conversation, received: end.seq, read: end.seq };
            let frame = match side {
                Side::Visitor => self.dialect.frame(&visitor::Command::Read(read)),
                Side::Agent => self.dialect.frame(&agent::Command::Read(read)),
            };
            lines.say(line, self.dialect.opcode(), &frame);
        }
    }

    fn arrived(&mut self, at: Side, stamp: Stamp, seq: u64, now: u64) {
        let Some(talk) = self.talks.get_mut(stamp.talk as usize) else { return };
        match talk.arrives(at, stamp, seq) {
            Arrival::Echo => return self.tally.echoed += 1,
            Arrival::Wrong => self.tally.wrong += 1,
            Arrival::Next => {}
        }
        self.tally.delivered += 1;
        if stamp.due >= self.from {
            self.tally.latency.record(now.saturating_sub(stamp.due));
        }
        if self.script.is_relay() && !std::mem::replace(&mut talk.end(at).telling, true) {
            self.tells.push_back((now + TELL_AFTER, Later::Tell(stamp.talk, at)));
        }
    }

    fn accepted(&mut self, lines: &mut Lines, stamp: Stamp, frame: &[u8], now: u64) {
        let Some(talk) = self.talks.get_mut(stamp.talk as usize) else { return };
        if !talk.confirmed(stamp) {
            return;
        }
        self.tally.accepted += 1;
        if talk.name.is_none() {
            self.script.named(self.dialect, talk, stamp, frame);
        }
        if self.keep_going {
            self.send(lines, stamp.talk, stamp.side, now);
        }
    }

    /// A session has begun: what was under way when the last one ended goes out again.
    fn welcome(&mut self, lines: &mut Lines, line: usize, frame: &[u8], now: u64) {
        self.live[line] = true;
        self.welcomed += 1;
        let sent_by: Vec<(u32, Side)> = match self.parts[line] {
            Part::Visitor(talk) => {
                let first = self.script.welcomed(self.dialect, &mut self.talks[talk as usize], frame);
                if first {
                    return self.send(lines, talk, Side::Visitor, now);
                }
                vec![(talk, Side::Visitor)]
            }
            Part::Seat(seat) => {
                self.layout.seats[seat].talks.iter().map(|talk| (*talk, Side::Agent)).collect()
            }
        };
        for (talk, side) in sent_by {
            let waiting: Vec<Stamp> = self.talks[talk as usize].end(side).waiting.iter().copied().collect();
            for stamp in waiting {
                self.put(lines, stamp);
            }
        }
    }

    fn refused(&mut self, side: Side, frame: &[u8], now: u64) {
        self.tally.refused += 1;
        self.tally.first_refusal.get_or_insert_with(|| String::from_utf8_lossy(frame).into_owned());
        if let Some(stamp) = self.script.refused(self.dialect, side, frame) {
            self.agains.push_back((now + AGAIN_AFTER, Later::Again(stamp)));
        }
    }
}

impl Listener for Play {
    fn heard(&mut self, lines: &mut Lines, line: usize, heard: Heard<'_>, now: u64) {
        let part = self.parts[line];
        let side = match part {
            Part::Visitor(_) => Side::Visitor,
            Part::Seat(_) => Side::Agent,
        };
        let frame = match heard {
            Heard::Opened => {
                let hello = self.script.hello(self.dialect, &self.layout, &self.talks, part);
                return lines.say(line, self.dialect.opcode(), &hello);
            }
            Heard::Lost(code) => {
                *self.tally.lost.entry(code).or_default() += 1;
                self.live[line] = false;
                return lines.open(line);
            }
            Heard::Frame(frame) => frame,
        };
        match self.dialect.read(side, frame) {
            Said::Message(stamp, seq) => self.arrived(side, stamp, seq, now),
            Said::Accepted(stamp) => self.accepted(lines, stamp, frame, now),
            Said::InboxChanged => self.tally.changes += 1,
            Said::Read => self.tally.reads += 1,
            Said::Welcome => self.welcome(lines, line, frame, now),
            Said::Refused => self.refused(side, frame, now),
            Said::History => self.opened += 1,
            Said::Inbox => {
                self.listed += 1;
                self.cursor = self.script.cursor(self.dialect, frame);
            }
            Said::Other => {}
        }
    }
}
