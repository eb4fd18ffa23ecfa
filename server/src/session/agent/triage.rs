//! What an agent's session does to sort conversations, and the lists that come of it. Whose a conversation is, the store
//! knows.
use super::{Agent, Ending, Socket, chat};
use crate::{
    domain::conversation::Action,
    hub::{Published, Topic},
    store::{Bounded, Changed, Pending},
};
use merhaba_shared::protocol::{
    agent::{Event, List},
    error::Refused,
    ids::ConversationId,
    limits::{INBOX_PAGE, PAGE_BYTES, REASON_CHARS, SNOOZE_MS, TAG_CHARS},
    triage::{Bookmark, Escalate, Only, SetPriority, SetTag, Snooze, Transfer, clean_tag},
};

impl<S: Socket> Agent<S> {
    pub(super) async fn tag(&mut self, SetTag { conversation, tag, on }: SetTag) -> Result<(), Ending> {
        let Some(tag) = clean_tag(&tag) else {
            let words = format!("a tag has 1 to {TAG_CHARS} characters");
            return self.live.refuse(chat::bad_request(None, words)).await;
        };
        if !self.may_sort(&conversation).await? {
            return Ok(());
        }
        let pending = self.live.app.chat.tag(&self.me.id, conversation, (tag, on));
        self.live.answer(pending, |tagged| bounded(&tagged, "there are as many tags as there may be"));
        Ok(())
    }

    pub(super) async fn prioritise(&mut self, set: SetPriority) -> Result<(), Ending> {
        if self.may_sort(&set.conversation).await? {
            let pending = self.live.app.chat.prioritise(&self.me.id, set);
            self.answer_sorted(pending);
        }
        Ok(())
    }

    /// Whoever may give a conversation to a colleague may send it on.
    pub(super) async fn transfer(&mut self, to: Transfer) -> Result<(), Ending> {
        if let Err(refused) = self.role(&to.conversation, Action::Assign).await {
            return self.live.refuse(refused).await;
        }
        let pending = self.live.app.chat.transfer(&self.me.id, to);
        self.answer_sorted(pending);
        Ok(())
    }

    pub(super) async fn snooze(&mut self, Snooze { conversation, until }: Snooze) -> Result<(), Ending> {
        let now = self.live.app.clock.now();
        if until.is_some_and(|until| until <= now || until.saturating_sub(now) > SNOOZE_MS) {
            let refused = chat::bad_request(None, "that time is past, or more than a year away");
            return self.live.refuse(refused).await;
        }
        if self.may_sort(&conversation).await? {
            let pending = self.live.app.chat.snooze(&self.me.id, conversation, until);
            self.answer_sorted(pending);
        }
        Ok(())
    }

    /// Whoever may write a note may call for help.
    pub(super) async fn escalate(&mut self, mut escalate: Escalate) -> Result<(), Ending> {
        escalate.reason = escalate.reason.trim().into();
        if !(1..=REASON_CHARS).contains(&escalate.reason.chars().count()) {
            let words = format!("a reason has 1 to {REASON_CHARS} characters");
            return self.live.refuse(chat::bad_request(None, words)).await;
        }
        if let Err(refused) = self.role(&escalate.conversation, Action::Escalate).await {
            return self.live.refuse(refused).await;
        }
        let pending = self.live.app.chat.escalate(&self.me.id, escalate);
        self.answer_sorted(pending);
        Ok(())
    }

    /// Everybody who may look may mark for themself what they look at.
    pub(super) fn bookmark(&mut self, mark: Bookmark) {
        let pending = self.live.app.chat.bookmark(&self.me.id, mark);
        self.live.answer(pending, |marked| bounded(&marked, "there are as many bookmarks as there may be"));
    }

    /// Whether the agent may sort it; says why not.
    async fn may_sort(&mut self, conversation: &ConversationId) -> Result<bool, Ending> {
        match self.role(conversation, Action::Triage).await {
            Ok(()) => Ok(true),
            Err(refused) => {
                self.live.refuse(refused).await?;
                Ok(false)
            }
        }
    }

    fn answer_sorted(&mut self, pending: Pending<Option<Changed>>) {
        self.live.answer(pending, |changed| match changed {
            Ok(Some(_)) => Ok(None),
            Ok(None) => Err(chat::not_found(None)),
            Err(_) => Err(chat::unavailable(None)),
        });
    }

    /// A page of a list; a shorter one when it came out too long to be one frame.
    pub(super) async fn list(&mut self, mut list: List) -> Result<(), Ending> {
        list.limit = list.limit.clamp(1, INBOX_PAGE);
        loop {
            let reading = self.live.app.store.inbox(self.me.id.clone(), list.clone());
            let Ok(inbox) = reading.await else { return self.live.refuse(chat::unavailable(None)).await };
            let event = Event::Inbox(inbox);
            if list.limit == 1 || event.encode(self.live.outbox().codec()).len() <= PAGE_BYTES {
                self.live.tell(&event).await?;
                return if self.lists { Ok(()) } else { Box::pin(self.counts()).await };
            }
            list.limit /= 2;
        }
    }

    /// How many conversations the lists of each site hold, as they are now; from here on changes come by themselves.
    async fn counts(&mut self) -> Result<(), Ending> {
        self.lists = true;
        for place in self.sign_in.agent.memberships.clone() {
            let topic = Topic::Lists(place.site.clone());
            self.listening.push(self.live.app.chat.hub().subscribe(topic, self.live.outbox()));
            // Not told when it cannot be read: the next change tells it.
            if let Ok(Some(counts)) = self.live.app.store.counts(place.site, Only::default()).await {
                self.live.tell(&Event::Counts(counts)).await?;
            }
        }
        Ok(())
    }
}

/// The answer to what has a bound.
fn bounded<T>(
    outcome: &Result<Option<Bounded<T>>, crate::store::StoreError>,
    too_many: &'static str,
) -> Result<Option<Box<Event>>, Refused> {
    match outcome {
        Ok(Some(Bounded::Done(_))) => Ok(None),
        Ok(Some(Bounded::TooMany)) => Err(chat::bad_request(None, too_many)),
        Ok(None) => Err(chat::not_found(None)),
        Err(_) => Err(chat::unavailable(None)),
    }
}
