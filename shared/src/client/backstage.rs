//! The lines of one conversation's backstage that a page has: notes and what was done, by their number. Knows which are
//! missing and asks for them; shows nothing twice and never mistakes a hole for the end.
use super::{
    Ms,
    connection::ANSWER_WITHIN,
    mutants::{self, Mutant},
};
use crate::protocol::{
    agent::{Activity, BackstageLine, GetBackstage},
    approval::{Decision, Verdict},
    ids::{ConversationId, Seq},
    limits::BACKSTAGE_PAGE,
    triage::Detail,
};
use alloc::vec::Vec;

/// What a page has of a backstage.
#[derive(Clone, Debug, Default)]
pub struct Backstage {
    /// By number, ascending; numbers begin at 1.
    lines: Vec<BackstageLine>,
    /// The highest number that was heard of.
    head: u64,
    /// Lines before this number have been asked for since then, as far as time was noticed.
    asked: Option<(u64, Option<Ms>)>,
}

impl Backstage {
    /// Its lines, ascending.
    #[must_use]
    pub fn lines(&self) -> &[BackstageLine] {
        &self.lines
    }

    /// What became of a proposal, if anything has: the line that says so.
    #[must_use]
    pub fn decision(&self, number: u64) -> Option<(&Activity, &Decision)> {
        self.lines.iter().rev().find_map(|line| match line {
            BackstageLine::Activity(done) if Verdict::of(done.deed).is_some() => match &done.detail {
                Some(Detail::Proposal(decision)) if decision.number == number => Some((done, decision)),
                _ => None,
            },
            _ => None,
        })
    }

    /// The highest number that was heard of.
    pub(super) const fn head(&self) -> u64 {
        self.head
    }

    /// Up to where the lines are here.
    pub(super) fn last(&self) -> u64 {
        self.lines.last().map_or(0, BackstageLine::number)
    }

    /// The newest lines come without being asked for: the conversation was opened.
    pub(super) const fn expect(&mut self) {
        self.asked = Some((u64::MAX, None));
    }

    /// A line has come.
    pub fn line(&mut self, line: BackstageLine) {
        let number = line.number();
        self.heard_of(number);
        if let Err(at) = self.lines.binary_search_by_key(&number, BackstageLine::number) {
            self.lines.insert(at, line);
        }
        if self.asked.is_some_and(|(before, _)| number + 1 >= before.min(self.head + 1)) {
            self.asked = None;
        }
    }

    /// The relay says how many there are; of none, none is waited for.
    pub(super) fn heard_of(&mut self, head: u64) {
        self.head = self.head.max(head);
        if self.head == 0 {
            self.asked = None;
        }
    }

    /// The lines to ask for, if some are missing that belong beside the entries from `first` on.
    pub(super) fn wants(&mut self, conversation: &ConversationId, first: Seq) -> Option<GetBackstage> {
        if self.asked.is_some() || mutants::on(Mutant::LinesUncounted) {
            return None;
        }
        let before = self.missing_before(first)?;
        self.asked = Some((before, None));
        let before = (before <= self.head).then_some(before);
        Some(GetBackstage { conversation: conversation.clone(), before, limit: BACKSTAGE_PAGE })
    }

    /// The number before which lines are missing: a hole, or older ones that the page has come to.
    fn missing_before(&self, first: Seq) -> Option<u64> {
        let mut next = self.head + 1;
        for line in self.lines.iter().rev() {
            if line.number() + 1 < next {
                return Some(next);
            }
            if line.after() + 1 < first {
                return None;
            }
            next = line.number();
        }
        (next > 1).then_some(next)
    }

    /// When a question without an answer wants a tick.
    pub(super) fn wake_at(&self, now: Ms) -> Option<Ms> {
        self.asked.map(|(_, since)| since.map_or(now, |since| since + ANSWER_WITHIN))
    }

    /// Gives up a question that was refused or lost.
    pub(super) fn tick(&mut self, now: Ms) {
        if let Some((_, since)) = &mut self.asked {
            let since = *since.get_or_insert(now);
            if now.saturating_sub(since) >= ANSWER_WITHIN {
                self.asked = None;
            }
        }
    }

    /// The line was lost, and with it what was asked for.
    pub(super) const fn lost(&mut self) {
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{ANSWER_WITHIN, Backstage, BackstageLine};
    use crate::protocol::{
        agent::{Activity, Deed},
        ids::ConversationId,
        model::AgentAuthor,
    };
    use alloc::vec::Vec;

    /// A line that stands after the entry of the same number.
    fn line(number: u64) -> BackstageLine {
        let author = AgentAuthor { id: "a".into(), name: "Elif".into() };
        let (at, after, deed) = (0, number, Deed::Claimed);
        BackstageLine::Activity(Activity {
            conversation: "c".into(),
            number,
            author,
            at,
            after,
            deed,
            to: None,
            detail: None,
        })
    }

    #[expect(clippy::option_option, reason = "whether it asks, and whether from the end")]
    fn asks(backstage: &mut Backstage, first: u64) -> Option<Option<u64>> {
        backstage.wants(&ConversationId("c".into()), first).map(|get| get.before)
    }

    fn numbers(backstage: &Backstage) -> Vec<u64> {
        backstage.lines().iter().map(BackstageLine::number).collect()
    }

    #[test]
    fn a_lost_line_is_asked_for_once_and_stands_in_its_place() {
        let mut backstage = Backstage::default();
        assert_eq!(asks(&mut backstage, 1), None, "there is nothing");
        backstage.line(line(1));
        backstage.heard_of(2);
        assert_eq!((asks(&mut backstage, 1), asks(&mut backstage, 1)), (Some(None), None));
        backstage.line(line(2));
        backstage.line(line(4));
        assert_eq!(asks(&mut backstage, 1), Some(Some(4)), "a hole");
        backstage.line(line(3));
        backstage.line(line(3));
        assert_eq!((asks(&mut backstage, 1), numbers(&backstage)), (None, Vec::from([1, 2, 3, 4])));
    }

    #[test]
    fn what_is_not_there_is_not_waited_for() {
        let mut backstage = Backstage::default();
        backstage.expect();
        backstage.heard_of(0);
        backstage.heard_of(1);
        assert_eq!(asks(&mut backstage, 1), Some(None), "the first line, which got lost");
    }

    #[test]
    fn older_ones_are_asked_for_when_the_page_has_come_there() {
        let mut backstage = Backstage::default();
        backstage.expect();
        backstage.heard_of(90);
        assert_eq!(asks(&mut backstage, 80), None, "they come by themselves");
        for number in 41..=90 {
            backstage.line(line(number));
        }
        assert_eq!(asks(&mut backstage, 80), None, "what is older stands beside older entries");
        assert_eq!(asks(&mut backstage, 20), Some(Some(41)));
        for number in 1..=40 {
            backstage.line(line(number));
        }
        assert_eq!((asks(&mut backstage, 1), backstage.lines().len()), (None, 90));
    }

    #[test]
    fn a_question_without_an_answer_is_asked_again() {
        let mut backstage = Backstage::default();
        backstage.heard_of(3);
        assert_eq!(asks(&mut backstage, 1), Some(None));
        assert_eq!(backstage.wake_at(100), Some(100), "a tick, to begin to count");
        backstage.tick(100);
        assert_eq!((asks(&mut backstage, 1), backstage.wake_at(100)), (None, Some(100 + ANSWER_WITHIN)));
        backstage.tick(100 + ANSWER_WITHIN);
        assert_eq!(asks(&mut backstage, 1), Some(None));
        backstage.lost();
        assert_eq!(asks(&mut backstage, 1), Some(None));
    }
}
