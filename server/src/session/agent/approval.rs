//! What an agent's session does about messages that wait for approval: a trainee writes them, somebody who answers
//! decides; and about those that go later.
//! Never sends a visitor anything: what is let go is told from the commit, as any message.
use super::{Agent, Ending, Socket, chat};
use crate::{
    domain::conversation::Action,
    mutants::{self, Mutant},
    store::{Bounded, Proposed},
};
use merhaba_shared::protocol::{
    agent::Event,
    approval::{Decide, Propose, Verdict},
    error::Refused,
    limits::{PROPOSALS, REASON_CHARS, SNOOZE_MS, check_body},
};

impl<S: Socket> Agent<S> {
    pub(super) async fn propose(&mut self, propose: Propose) -> Result<(), Ending> {
        let client_id = propose.client_id;
        if let Err(refused) = chat::check(client_id, &propose.body, &[]) {
            return self.live.refuse(refused).await;
        }
        let now = self.live.app.clock.now();
        if propose.due.is_some_and(|due| due <= now || due.saturating_sub(now) > SNOOZE_MS) {
            let words = "that time is past, or more than a year away";
            return self.live.refuse(chat::bad_request(Some(client_id), words)).await;
        }
        // What goes by itself, nobody approves.
        let action = if propose.due.is_some() { Action::Reply } else { Action::Propose };
        if !self.may_write(&propose.conversation, client_id, action).await? {
            return Ok(());
        }
        if mutants::on(Mutant::ProposalToVisitor) {
            self.leak(&propose.conversation, &propose.body);
        }
        let pending = self.live.app.chat.propose(&self.me.id, propose);
        self.live.answer(pending, move |proposed| match proposed {
            Ok(Some(Bounded::Done(Proposed::Stored { proposal, .. }))) => {
                Ok(Some(Box::new(Event::Accepted(chat::accepted_proposal(&proposal)))))
            }
            Ok(Some(Bounded::Done(Proposed::Repeated(accepted)))) => {
                Ok(Some(Box::new(Event::Accepted(accepted))))
            }
            Ok(Some(Bounded::TooMany)) => {
                let words = format!("{PROPOSALS} messages wait here already");
                Err(chat::bad_request(Some(client_id), words))
            }
            Ok(None) => Err(chat::not_found(Some(client_id))),
            Err(_) => Err(chat::unavailable(Some(client_id))),
        });
        Ok(())
    }

    pub(super) async fn decide(&mut self, decide: Decide) -> Result<(), Ending> {
        if let Err(refused) = checked(&decide) {
            return self.live.refuse(refused).await;
        }
        // One's own is taken back by whoever may write it.
        let action = if decide.verdict == Verdict::Withdrawn { Action::Propose } else { Action::Approve };
        if let Err(refused) = self.role(&decide.conversation, action).await {
            return self.live.refuse(refused).await;
        }
        let pending = self.live.app.chat.decide(&self.me.id, decide);
        self.live.answer(pending, |settled| match settled {
            Ok(Some(settled)) => Ok(Some(Box::new(Event::Decided(settled.decided)))),
            Ok(None) => Err(chat::not_found(None)),
            Err(_) => Err(chat::unavailable(None)),
        });
        Ok(())
    }
}

/// Whether what belongs to the verdict can be taken.
fn checked(decide: &Decide) -> Result<(), Refused> {
    match decide.verdict {
        Verdict::Changed => check_body(&decide.text)
            .map_err(|_| chat::bad_request(None, "the other words are blank, or too long")),
        Verdict::Returned if decide.text.chars().count() > REASON_CHARS => {
            Err(chat::bad_request(None, format!("a reason has at most {REASON_CHARS} characters")))
        }
        Verdict::Sent => Err(chat::bad_request(None, "that is said by nobody but the relay")),
        Verdict::Approved | Verdict::Withdrawn if !decide.text.is_empty() => {
            Err(chat::bad_request(None, "nothing is said with this verdict"))
        }
        _ => Ok(()),
    }
}
