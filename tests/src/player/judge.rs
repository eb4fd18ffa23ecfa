//! What was promised, held against what the relay's log says and what stood in the journals of everybody who was there.
//! Knows only those; how they came about is nothing to it.
use super::journal::Journal;
use merhaba_shared::{
    client::thread::Delivery,
    protocol::{
        ids::ClientId,
        model::{Item, Message},
    },
};
use std::{collections::HashMap, time::Instant};

/// What was found in one conversation, or in several.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Messages that were confirmed.
    pub acknowledged: u64,
    /// Confirmed ones that are not there as they were written.
    pub lost: u64,
    /// Messages that are there more than once.
    pub doubled: u64,
    /// Everything that is not as promised, in words.
    pub violations: Vec<String>,
}

impl Findings {
    /// Adds what was found elsewhere.
    pub fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.violations.extend(other.violations);
    }

    /// Asserts that all is as promised.
    pub fn hold(&self) {
        assert!(
            self.violations.is_empty() && self.lost == 0 && self.doubled == 0,
            "{} lost, {} doubled:\n  {}",
            self.lost,
            self.doubled,
            self.violations.join("\n  ")
        );
    }
}

/// Holds one conversation's log against the journals of its pages, the visitor's tabs and the agents'. All is to be
/// settled: nothing on its way, everything shown everywhere.
#[must_use]
pub fn judge(log: &[Item], journals: &[&Journal]) -> Findings {
    let mut found = Findings::default();
    places(log, &mut found);
    let stored = messages(log, &mut found);
    for journal in journals {
        found.violations.extend(journal.lies.iter().cloned());
        kept(journal, &stored, &mut found);
        order(journal, &stored, &mut found);
        shown(journal, log, &mut found);
    }
    turns(journals, &stored, &mut found);
    marks(journals, log, &mut found);
    found
}

/// 1, 2, 3 … without a hole.
fn places(log: &[Item], found: &mut Findings) {
    for (expected, item) in (1..).zip(log) {
        if item.seq() != expected {
            return found.violations.push(format!("the log has {} where {expected} belongs", item.seq()));
        }
    }
}

/// The messages of the log by id; one of them twice is a doubled one.
fn messages<'a>(log: &'a [Item], found: &mut Findings) -> HashMap<ClientId, &'a Message> {
    let mut stored = HashMap::new();
    for item in log {
        if let Item::Message(message) = item
            && stored.insert(message.client_id, message).is_some()
        {
            found.doubled += 1;
            found.violations.push(format!("{:?} is stored twice", message.body));
        }
    }
    stored
}

/// What was confirmed is there, at its place and byte for byte; and what was not confirmed is there too by now.
fn kept(journal: &Journal, stored: &HashMap<ClientId, &Message>, found: &mut Findings) {
    for written in &journal.written {
        let confirmed = journal.confirmed.get(&written.client_id);
        found.acknowledged += u64::from(confirmed.is_some());
        let there = stored.get(&written.client_id).filter(|message| message.body == written.body);
        let at = there.map(|message| message.seq);
        if at.is_none() || confirmed.is_some_and(|confirmed| Some(confirmed.seq) != at) {
            found.lost += u64::from(confirmed.is_some());
            found.violations.push(format!(
                "{}: {:?} was confirmed as {:?} and is at {at:?}",
                journal.name,
                written.body,
                confirmed.map(|confirmed| confirmed.seq)
            ));
        }
    }
}

/// One sender's messages stand in the order in which they were sent.
fn order(journal: &Journal, stored: &HashMap<ClientId, &Message>, found: &mut Findings) {
    let seqs: Vec<_> =
        journal.written.iter().filter_map(|written| stored.get(&written.client_id)).map(|m| m.seq).collect();
    if !seqs.is_sorted() {
        found.violations.push(format!("{}: sent in one order, stored as {seqs:?}", journal.name));
    }
}

/// The screen shows the log: the same entries, each once, up to the last.
fn shown(journal: &Journal, log: &[Item], found: &mut Findings) {
    let Some(first) = journal.shown.first().map(|shown| shown.item.seq()) else {
        return found.violations.push(format!("{}: shows nothing", journal.name));
    };
    let from = usize::try_from(first).unwrap_or(usize::MAX).saturating_sub(1);
    let expected = log.get(from..).unwrap_or_default();
    let same = expected.len() == journal.shown.len()
        && expected.iter().zip(&journal.shown).all(|(item, shown)| *item == shown.item);
    if !same {
        let seqs = |items: &mut dyn Iterator<Item = &Item>| items.map(Item::seq).collect::<Vec<_>>();
        found.violations.push(format!(
            "{}: shows {:?} where the log has {:?}",
            journal.name,
            seqs(&mut journal.shown.iter().map(|shown| &shown.item)),
            seqs(&mut expected.iter())
        ));
    }
}

/// What was written after something else had been confirmed, by whomever and on whatever page, stands after it.
fn turns(journals: &[&Journal], stored: &HashMap<ClientId, &Message>, found: &mut Findings) {
    let mut moments: Vec<(Instant, bool, u64)> = Vec::new();
    for journal in journals {
        moments.extend(journal.confirmed.values().map(|confirmed| (confirmed.at, true, confirmed.seq)));
        let seq = |id| stored.get(&id).map(|message| message.seq);
        moments.extend(
            journal.written.iter().filter_map(|written| Some((written.at, false, seq(written.client_id)?))),
        );
    }
    moments.sort_by_key(|(at, ..)| *at);
    let mut confirmed = 0;
    for (_, was_confirmed, seq) in moments {
        if was_confirmed {
            confirmed = confirmed.max(seq);
        } else if seq < confirmed {
            found.violations.push(format!("{seq} was written after {confirmed} had been confirmed"));
        }
    }
}

/// *Read* only after the message stood on a page of the other side. (Its author has read it from the beginning.)
fn marks(journals: &[&Journal], log: &[Item], found: &mut Findings) {
    for journal in journals {
        let others: Vec<_> = journals.iter().filter(|other| other.side != journal.side).collect();
        for (delivery, mark, at) in &journal.marks {
            let own = |item: &&Item| matches!(item, Item::Message(_)) && item.author().side() == journal.side;
            let newest = log.iter().filter(own).map(Item::seq).filter(|seq| seq <= mark).max();
            let there = |other: &&&Journal| {
                other.shown.iter().any(|shown| Some(shown.item.seq()) == newest && shown.at <= *at)
            };
            if *delivery == Delivery::Read && newest.is_some() && !others.iter().any(there) {
                found
                    .violations
                    .push(format!("{}: {newest:?} is marked as read before it was", journal.name));
            }
        }
    }
}
