//! What a person sent and the relay has not confirmed in the timeline: in order, one under way at a time, so that a
//! refusal can never let a later message overtake an earlier one. Never gives a message up by itself.
use super::{
    Ms,
    mutants::{self, Mutant},
};
use crate::protocol::{
    error::{Code, Refused},
    ids::{AttachmentId, ClientId, ConversationId, Millis, Seq},
    model::Accepted,
};
use alloc::{string::String, vec::Vec};

/// The wait after a refusal that names none.
const RETRY: Ms = 2_000;

/// How far a send is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not sent yet, or not answered before the line was lost.
    Waiting,
    /// On its way since then.
    Sending(Ms),
    /// The relay has stored it at this place; the entry itself is still to come.
    Stored(Seq),
    /// The relay will never take it as it is.
    Failed(Code),
}

/// What is on its way. Visitors send messages only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A message.
    Message,
    /// A message that quotes the one with this Seq.
    Quote(Seq),
    /// A line that only the team sees.
    Note,
    /// A message that a colleague is to approve before it goes.
    Proposal,
    /// A message that goes by itself at this time, by the relay's clock.
    Later(Millis),
    /// Other words for the message with this Seq.
    Edit(Seq),
    /// The message with this Seq is to go.
    Deletion(Seq),
}

impl What {
    /// The Seq of the message that it changes or takes away, if it does.
    #[must_use]
    pub const fn of(self) -> Option<Seq> {
        match self {
            Self::Edit(of) | Self::Deletion(of) => Some(of),
            Self::Message | Self::Quote(_) | Self::Note | Self::Proposal | Self::Later(_) => None,
        }
    }

    /// The Seq of the message that it quotes, if it does.
    #[must_use]
    pub const fn quote(self) -> Option<Seq> {
        if let Self::Quote(of) = self { Some(of) } else { None }
    }

    /// Whether it is stored in the backstage, beside the timeline.
    const fn is_backstage(self) -> bool {
        matches!(self, Self::Note | Self::Proposal | Self::Later(_))
    }
}

/// One message on its way, or a change of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Made once, the same at every try.
    pub client_id: ClientId,
    /// Where to; `None`: the visitor's open conversation, or a new one.
    pub conversation: Option<ConversationId>,
    /// The message that begins the conversation it goes into, while that has no name: this one, or one before it.
    pub begins: Option<ClientId>,
    /// The text.
    pub body: String,
    /// Files that were uploaded for it.
    pub attachments: Vec<AttachmentId>,
    /// What it is.
    pub what: What,
    /// How far it is.
    pub progress: Progress,
}

impl Outgoing {
    /// Whether it begins another conversation although one is open.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.conversation.is_none() && self.begins == Some(self.client_id)
    }
}

/// Messages on their way, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    queue: Vec<Outgoing>,
    hold_until: Ms,
}

impl Outbox {
    /// Nothing on its way.
    #[must_use]
    pub const fn new() -> Self {
        Self { queue: Vec::new(), hold_until: 0 }
    }

    /// Everything on its way, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Outgoing] {
        &self.queue
    }

    /// Adds a message at the end, to be sent. Of one with a `client_id` that is here already, only the conversation's name
    /// counts, where it had none.
    pub fn push(&mut self, out: Outgoing) {
        if let Some(known) = self.queue.iter_mut().find(|other| other.client_id == out.client_id) {
            known.conversation = known.conversation.take().or(out.conversation);
        } else {
            self.queue.push(Outgoing { progress: Progress::Waiting, ..out });
        }
    }

    /// Adds what was kept elsewhere, without those that have arrived: another tab may be about to forget one of them.
    pub(super) fn take_up(&mut self, kept: Vec<Outgoing>, has_arrived: impl Fn(ClientId) -> bool) {
        for out in kept {
            if !has_arrived(out.client_id) {
                self.push(out);
            }
        }
    }

    /// Takes the next message to send, if none is under way and no refusal asks to wait; it is then under way.
    pub fn next(&mut self, now: Ms) -> Option<&Outgoing> {
        if now < self.hold_until || self.sending().is_some() {
            return None;
        }
        if mutants::on(Mutant::NewestFirst) {
            self.queue.reverse();
        }
        let next = self.queue.iter_mut().find(|out| out.progress == Progress::Waiting)?;
        next.progress =
            if mutants::on(Mutant::SentEarly) { Progress::Stored(0) } else { Progress::Sending(now) };
        Some(next)
    }

    /// Whether a message waits to be sent.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        self.queue.iter().any(|out| out.progress == Progress::Waiting)
    }

    /// Whether something is not stored yet: leaving the page now could lose it.
    #[must_use]
    pub fn has_unstored(&self) -> bool {
        self.queue.iter().any(|out| matches!(out.progress, Progress::Waiting | Progress::Sending(_)))
    }

    /// Whether a message is stored in this conversation whose entry has not come.
    #[must_use]
    pub fn awaits_entry(&self, conversation: &ConversationId) -> bool {
        let stored = |out: &&Outgoing| matches!(out.progress, Progress::Stored(_));
        self.queue.iter().filter(stored).any(|out| out.conversation.as_ref() == Some(conversation))
    }

    /// Since when a message is under way without an answer.
    #[must_use]
    pub fn sending(&self) -> Option<Ms> {
        self.queue.iter().find_map(|out| match out.progress {
            Progress::Sending(since) => Some(since),
            _ => None,
        })
    }

    /// Until when a refusal holds everything back, if messages wait for that.
    #[must_use]
    pub fn held_until(&self, now: Ms) -> Option<Ms> {
        (self.hold_until > now && self.has_waiting()).then_some(self.hold_until)
    }

    /// The relay has stored it. Messages behind it that had no conversation yet follow it there.
    pub fn accepted(&mut self, accepted: &Accepted) {
        let Some(at) = self.position(accepted.client_id) else { return };
        let Some(out) = self.queue.get_mut(at) else { return };
        out.progress = Progress::Stored(accepted.seq);
        out.conversation = Some(accepted.conversation.clone());
        let begins = out.begins;
        for later in self.queue.iter_mut().skip(at + 1).filter(|out| out.begins == begins) {
            later.conversation.get_or_insert_with(|| accepted.conversation.clone());
        }
    }

    /// This message stands in this conversation: what was to follow it there can.
    pub fn begun(&mut self, first: ClientId, conversation: &ConversationId) {
        for out in self.queue.iter_mut().filter(|out| out.begins == Some(first)) {
            out.conversation.get_or_insert_with(|| conversation.clone());
        }
    }

    /// The relay did not take it: now (it stays, and everything waits) or ever (it failed, the others go on). If it was
    /// to begin a conversation, the next that was to follow it there does: that one is given back.
    pub fn refused(&mut self, now: Ms, refused: &Refused) -> Option<ClientId> {
        let at = self.position(refused.client_id?)?;
        let out = self.queue.get_mut(at)?;
        if refused.code.passes() {
            out.progress = Progress::Waiting;
            self.hold_until = now + refused.retry_after_ms.map_or(RETRY, Ms::from);
            return None;
        }
        out.progress = Progress::Failed(refused.code);
        let failed = out.begins.filter(|_| out.is_first())?;
        let heir = self.queue.iter().skip(at + 1).find(|out| out.begins == Some(failed))?.client_id;
        for out in self.queue.iter_mut().skip(at + 1).filter(|out| out.begins == Some(failed)) {
            out.begins = Some(heir);
        }
        self.queue.get_mut(at)?.begins = None;
        Some(heir)
    }

    /// Takes out changes of messages that will never be made: the one that was refused for good or, where nothing is named,
    /// all of them, since the log is another one and its numbers name other messages.
    pub(super) fn unchanged(&mut self, refused: Option<ClientId>) -> Vec<Outgoing> {
        let gone = |out: &Outgoing| out.what.of().is_some() && refused.is_none_or(|id| out.client_id == id);
        let (gone, rest) = core::mem::take(&mut self.queue).into_iter().partition(gone);
        self.queue = rest;
        gone
    }

    /// Whether a message is here.
    #[must_use]
    pub fn has(&self, client_id: ClientId) -> bool {
        self.position(client_id).is_some()
    }

    /// The conversation that a message names is not there (a backup was put back): it goes where a first message goes.
    /// Whether it had named one.
    pub fn unname(&mut self, client_id: ClientId) -> bool {
        let Some(out) = self.position(client_id).and_then(|at| self.queue.get_mut(at)) else { return false };
        let named = out.conversation.take().is_some();
        if named {
            (out.begins, out.progress) = (None, Progress::Waiting);
        }
        named
    }

    /// Whether a message is here and will never be taken as it is.
    #[must_use]
    pub fn has_failed(&self, client_id: ClientId) -> bool {
        let place = self.position(client_id).and_then(|at| self.queue.get(at));
        place.is_some_and(|out| matches!(out.progress, Progress::Failed(_)))
    }

    /// The entry itself has come: the bubble is now the timeline's.
    pub fn confirmed(&mut self, client_id: ClientId) {
        self.queue.retain(|out| out.client_id != client_id);
    }

    /// A conversation's copy reaches up to `last`, and that of its backstage up to `line`: what was stored before that is
    /// in it, or older than what is shown.
    pub fn settled(&mut self, conversation: &ConversationId, last: Seq, line: u64) {
        self.queue.retain(|out| {
            let last = if out.what.is_backstage() { line } else { last };
            let shown = matches!(out.progress, Progress::Stored(seq) if seq <= last);
            !(shown && out.conversation.as_ref() == Some(conversation))
        });
    }

    /// The line was lost: what was under way is sent again, in order.
    pub fn lost(&mut self) {
        if mutants::on(Mutant::UnderWayForgotten) {
            self.queue.retain(|out| !matches!(out.progress, Progress::Sending(_)));
        }
        for out in &mut self.queue {
            if matches!(out.progress, Progress::Sending(_)) {
                out.progress = Progress::Waiting;
            }
        }
        self.hold_until = 0;
    }

    /// The relay's log is another one (a restored backup, a new visitor): what it never showed is sent again, and what
    /// would go into a conversation that is not there any more goes where a first message goes.
    pub fn renewed(&mut self, is_there: impl Fn(&ConversationId) -> bool) {
        for out in &mut self.queue {
            if !matches!(out.progress, Progress::Failed(_)) {
                out.progress = Progress::Waiting;
            }
            out.conversation = out.conversation.take().filter(|conversation| is_there(conversation));
        }
    }

    /// The person asks to try a failed one again: it goes to the end, as a new try with the same id.
    pub fn retry(&mut self, client_id: ClientId) {
        if let Some(at) = self.position(client_id) {
            let mut out = self.queue.remove(at);
            out.progress = Progress::Waiting;
            self.queue.push(out);
        }
    }

    /// The person gives a failed one up; its text is handed back.
    pub fn discard(&mut self, client_id: ClientId) -> Option<String> {
        let at = self.position(client_id)?;
        Some(self.queue.remove(at).body)
    }

    fn position(&self, client_id: ClientId) -> Option<usize> {
        self.queue.iter().position(|out| out.client_id == client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::{Accepted, ClientId, Code, ConversationId, Outbox, Outgoing, Progress, Refused, Vec, What};

    fn id(n: u8) -> ClientId {
        ClientId([n; 16])
    }

    fn refused(n: u8, code: Code, retry_after_ms: Option<u32>) -> Refused {
        Refused { client_id: Some(id(n)), code, detail: String::new(), retry_after_ms }
    }

    fn accepted(n: u8) -> Accepted {
        Accepted { client_id: id(n), conversation: "c".into(), seq: 1, at: 0 }
    }

    fn out(n: u8, conversation: Option<ConversationId>) -> Outgoing {
        let (body, attachments) = (format!("m{n}"), Vec::new());
        Outgoing {
            client_id: id(n),
            conversation,
            begins: None,
            body,
            attachments,
            what: What::Message,
            progress: Progress::Waiting,
        }
    }

    fn three() -> Outbox {
        let mut outbox = Outbox::default();
        for n in 1..=3 {
            outbox.push(out(n, None));
        }
        outbox
    }

    #[test]
    fn one_is_under_way_at_a_time_and_order_is_kept() {
        let mut outbox = three();
        assert_eq!(outbox.next(0).map(|out| out.client_id), Some(id(1)));
        assert_eq!(outbox.next(0), None);
        outbox.accepted(&accepted(1));
        assert_eq!(outbox.next(0).map(|out| out.client_id), Some(id(2)));
    }

    #[test]
    fn a_refusal_for_speed_holds_everything_and_lets_nothing_overtake() {
        let mut outbox = three();
        outbox.next(0);
        outbox.refused(100, &refused(1, Code::RateLimited, Some(2_000)));
        assert_eq!(outbox.next(2_099), None);
        assert_eq!(outbox.held_until(100), Some(2_100));
        assert_eq!(outbox.next(2_100).map(|out| out.client_id), Some(id(1)));
    }

    #[test]
    fn a_final_refusal_fails_one_and_lets_the_others_go_on() {
        let mut outbox = three();
        outbox.next(0);
        outbox.refused(0, &refused(1, Code::TooLong, None));
        assert_eq!(outbox.all()[0].progress, Progress::Failed(Code::TooLong));
        assert_eq!(outbox.next(0).map(|out| out.client_id), Some(id(2)));
    }

    #[test]
    fn a_lost_line_sends_again_with_the_same_id() {
        let mut outbox = three();
        outbox.next(0);
        outbox.lost();
        assert_eq!(outbox.next(5).map(|out| out.client_id), Some(id(1)));
    }

    #[test]
    fn after_a_backup_was_put_back_nothing_goes_where_nothing_is() {
        let mut outbox = three();
        outbox.push(out(4, Some("gone".into())));
        outbox.push(out(5, Some("there".into())));
        outbox.next(0);
        outbox.renewed(|conversation| conversation.as_str() == "there");
        let to: Vec<_> = outbox.all().iter().map(|out| out.conversation.clone()).collect();
        assert_eq!(to, [None, None, None, None, Some("there".into())]);
        assert_eq!(outbox.next(0).map(|out| out.client_id), Some(id(1)));
    }

    #[test]
    fn what_is_stored_already_makes_room_for_its_entry() {
        let mut outbox = three();
        outbox.next(0);
        outbox.accepted(&accepted(1));
        outbox.settled(&"other".into(), 9, 0);
        outbox.settled(&"c".into(), 0, 0);
        assert_eq!(outbox.all().len(), 3);
        outbox.settled(&"c".into(), 1, 0);
        assert_eq!(outbox.all().len(), 2);
    }

    #[test]
    fn what_is_to_be_approved_waits_for_its_line_and_not_for_an_entry() {
        let mut outbox = Outbox::default();
        outbox.push(Outgoing { what: What::Proposal, ..out(1, Some("c".into())) });
        outbox.next(0);
        outbox.accepted(&accepted(1));
        outbox.settled(&"c".into(), 9, 0);
        assert_eq!(outbox.all().len(), 1);
        outbox.settled(&"c".into(), 0, 1);
        assert!(outbox.all().is_empty());
    }

    #[test]
    fn what_was_sent_twice_by_the_person_is_there_once() {
        let mut outbox = three();
        outbox.push(out(1, None));
        assert_eq!(outbox.all().len(), 3);
    }

    #[test]
    fn later_ones_follow_the_first_into_its_conversation() {
        let mut outbox = three();
        outbox.next(0);
        outbox.accepted(&accepted(1));
        assert!(outbox.all().iter().all(|out| out.conversation == Some("c".into())));
    }
}
