//! Whether this tab may send. Tabs that share what is unsent let one of them send at a time, so that messages leave in
//! the order they were written in, whichever tab they were written in; it is the one the person wrote in last. That a
//! message is stored once hangs on its id alone: two tabs that both believe to lead do no harm.
use super::{Effect, outbox::Outbox};
use alloc::vec::Vec;

/// Where this tab stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// Nothing is shared: nobody is asked.
    Alone,
    /// Another tab may send; nothing was asked.
    Not,
    /// The host was asked; `true`: not to wait for the other tab.
    Asked(bool),
    /// This one sends.
    Leads,
}

/// The right to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lead {
    stand: Stand,
    /// The person wrote here since it was last asked for: it is then not waited for.
    wrote: bool,
}

impl Lead {
    /// Of a page that shares with nobody.
    pub(super) const fn alone() -> Self {
        Self { stand: Stand::Alone, wrote: false }
    }

    /// Other tabs send too, from here on.
    pub(super) const fn share(&mut self) {
        self.stand = Stand::Not;
    }

    /// The person wrote something in this tab.
    pub(super) const fn wrote(&mut self) {
        self.wrote = true;
    }

    /// Whether messages may leave here now. Asks for the lead where something waits without it, and passes it on where
    /// nothing is left to send.
    pub(super) fn clears<C>(&mut self, outbox: &Outbox, effects: &mut Vec<Effect<C>>) -> bool {
        let clear = self.may_send();
        if !clear && outbox.has_waiting() {
            effects.extend(self.ask());
        } else if clear && !outbox.has_unstored() {
            effects.extend(self.pass());
        }
        clear
    }

    const fn may_send(self) -> bool {
        matches!(self.stand, Stand::Alone | Stand::Leads)
    }

    /// What to ask the host, if it has not been asked so much.
    fn ask<C>(&mut self) -> Option<Effect<C>> {
        let at_once = core::mem::take(&mut self.wrote);
        let due = match self.stand {
            Stand::Alone | Stand::Leads => false,
            Stand::Not => true,
            Stand::Asked(before) => at_once && !before,
        };
        due.then(|| {
            self.stand = Stand::Asked(at_once);
            Effect::Lead { at_once }
        })
    }

    /// The host says whether this tab leads now.
    pub(super) const fn given(&mut self, leads: bool) {
        self.stand = match self.stand {
            Stand::Alone => Stand::Alone,
            Stand::Asked(_) | Stand::Leads if leads => Stand::Leads,
            _ => Stand::Not,
        };
    }

    /// There is nothing to send here any more, or nobody here to send it.
    pub(super) fn pass<C>(&mut self) -> Option<Effect<C>> {
        if matches!(self.stand, Stand::Alone | Stand::Not) {
            return None;
        }
        self.stand = Stand::Not;
        Some(Effect::Yield)
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, Lead};

    type Asked = Option<Effect<()>>;

    #[test]
    fn whoever_shares_nothing_is_never_asked() {
        let mut lead = Lead::alone();
        lead.wrote();
        let asked: Asked = lead.ask();
        assert!(lead.may_send() && asked.is_none());
        lead.given(false);
        assert!(lead.may_send());
    }

    #[test]
    fn it_is_taken_once_by_whoever_wrote_last_and_else_waited_for() {
        let mut lead = Lead::alone();
        lead.share();
        assert!(!lead.may_send());
        let waits: [Asked; 2] = [lead.ask(), lead.ask()];
        assert_eq!(waits, [Some(Effect::Lead { at_once: false }), None]);
        lead.wrote();
        let takes: [Asked; 2] = [lead.ask(), lead.ask()];
        assert_eq!(takes, [Some(Effect::Lead { at_once: true }), None]);
        lead.given(true);
        assert!(lead.may_send());
        lead.given(false);
        assert!(!lead.may_send(), "another tab took it");
        let back: Asked = lead.ask();
        assert_eq!(back, Some(Effect::Lead { at_once: false }), "two tabs never take it in turns");
    }

    #[test]
    fn what_comes_after_it_was_passed_on_counts_no_more() {
        let mut lead = Lead::alone();
        lead.share();
        let asked: Asked = lead.ask();
        assert!(asked.is_some());
        let passed: Asked = lead.pass();
        assert_eq!(passed, Some(Effect::Yield));
        lead.given(true);
        assert!(!lead.may_send());
        let passed: Asked = lead.pass();
        assert_eq!(passed, None);
    }
}
