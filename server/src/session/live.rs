//! The loop that both kinds of session share: one input at a time, entries in order without a gap, answers as they
//! come, heads, pings and the end. Commands go to the caller. Never knows which side it serves.
use super::{
    Ending, Frame,
    follow::{Following, Marks, Step},
    heartbeat::{Beat, Heartbeat},
    line::{Line, Socket, decode},
    order::Order,
    rate::Throttle,
    rows::Rows,
};
use crate::{
    app::App,
    chat::{self, Audience},
    hub::{
        Weight,
        outbox::{Delivery, Outbox, Packet},
    },
    mutants::{self, Mutant},
    store::{Pending, Principal, StoreError},
};
use futures_util::{StreamExt, future::BoxFuture};
use merhaba_shared::protocol::{
    close::{HEARTBEAT_LOST, RESTART},
    error::{Code, DecodeError, Refused},
    ids::{ConversationId, Seq},
    limits::{AGE_MS, HISTORY_PAGE, PAGE_BYTES, SENDS_IN_FLIGHT},
    model::{GetHistory, Head, History, Item, Ping, Pong, Read},
};
use serde::de::DeserializeOwned;
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

/// After a ping the log itself is asked for heads, at most so often: a gap that nobody noticed is then repaired.
const LOG_EVERY: Duration = Duration::from_secs(5);

/// Inputs that are there already and are taken before what was written must leave, and the time be looked at.
const BURST: u8 = 32;

/// What a command came to: an event, a refusal, or nothing to say.
type Answer<E> = Result<Option<Box<E>>, Refused>;

/// What commands came to, in the order of the commands; and whose marks were stored, if that was one. Only the first is
/// waited for: the store carries them out whether or not anybody asks.
type Answers<E> = VecDeque<BoxFuture<'static, (Answer<E>, Option<ConversationId>)>>;

/// The first command's outcome; `None` when none is under way. Nothing is lost when the wait is given up.
async fn answered<E>(answers: &mut Answers<E>) -> Option<(Answer<E>, Option<ConversationId>)> {
    let outcome = answers.front_mut()?.await;
    answers.pop_front();
    Some(outcome)
}

/// What wakes a session.
enum Input<E> {
    /// The relay stops.
    Stop,
    /// A frame, a fault, or the end of the line.
    Frame(Option<Result<Frame, super::Fault>>),
    /// The next from the outbox.
    Event(Delivery),
    /// What a command came to.
    Done(Answer<E>),
    /// Marks of this conversation were stored.
    Marked(ConversationId),
    /// A time has come.
    Tick,
}

/// What the caller must do.
pub(super) enum Turn<C> {
    /// Carry out a command.
    Command(Box<C>),
    /// See whether the session may go on.
    Recheck,
}

/// A session after its handshake.
pub(super) struct Live<S, E> {
    pub(super) app: Arc<App>,
    pub(super) who: Principal,
    pub(super) following: Following,
    rows: Rows,
    pub(super) order: Order,
    line: Line<S>,
    /// Whether a frame from the other side goes before what waits to be told.
    inward: bool,
    answers: Answers<E>,
    heartbeat: Heartbeat,
    typing: Throttle,
    log: Throttle,
    old_at: Instant,
    recheck: Option<(Duration, Instant)>,
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
    timer: Pin<Box<Sleep>>,
    burst: u8,
}

/// Where the next input may come from.
#[derive(Clone, Copy)]
struct From {
    /// Whether a frame from the other side goes before what waits to be told.
    inward: bool,
    /// Whether the other side is heard at all just now.
    reads: bool,
}

fn done<E>((answer, marked): (Answer<E>, Option<ConversationId>)) -> Input<E> {
    match (answer, marked) {
        (Ok(None), Some(marked)) => Input::Marked(marked),
        (answer, _) => Input::Done(answer),
    }
}

/// What comes from outside or was waited for, whichever is there.
async fn source<S: Socket, E>(
    (socket, outbox): (&mut S, &Arc<Outbox>),
    answers: &mut Answers<E>,
    from: From,
) -> Input<E> {
    if from.inward {
        tokio::select! {
            biased;
            frame = socket.next(), if from.reads => Input::Frame(frame),
            Some(answer) = answered(answers) => done(answer),
            delivery = outbox.next() => Input::Event(delivery),
        }
    } else {
        tokio::select! {
            biased;
            delivery = outbox.next() => Input::Event(delivery),
            Some(answer) = answered(answers) => done(answer),
            frame = socket.next(), if from.reads => Input::Frame(frame),
        }
    }
}

impl<S: Socket, E: Audience> Live<S, E> {
    pub(super) fn new(app: Arc<App>, who: Principal, line: Line<S>) -> Self {
        let now = app.clock.monotonic();
        // Nine to eleven tenths of the age, so that those who came together do not leave together.
        let tenths = 9 * AGE_MS / 10 + app.clock.below(AGE_MS / 5);
        Self {
            who,
            following: Following::default(),
            rows: Rows::default(),
            order: Order::default(),
            line,
            inward: false,
            answers: Answers::new(),
            heartbeat: Heartbeat::new(now),
            typing: Throttle::typing(),
            log: Throttle::every(LOG_EVERY),
            old_at: now + Duration::from_millis(tenths),
            recheck: None,
            stopped: Box::pin(app.shutdown.stopping().cancelled_owned()),
            timer: Box::pin(sleep_until(now.into())),
            burst: 0,
            app,
        }
    }

    /// Asks the caller each so often whether the session may go on.
    pub(super) fn recheck_every(&mut self, every: Duration) {
        self.recheck = Some((every, self.app.clock.monotonic() + every));
    }

    /// Ends with the line.
    pub(super) fn into_line(self) -> Line<S> {
        self.line
    }

    /// The line's outbox.
    pub(super) const fn outbox(&self) -> &Arc<Outbox> {
        self.line.outbox()
    }

    /// Does all that is to be done until there is something for the caller. What seldom happens is boxed, so that a
    /// session that waits is small.
    pub(super) async fn next<C: DeserializeOwned>(&mut self) -> Result<Turn<C>, Ending> {
        loop {
            match self.input().await? {
                Input::Stop => return Err(RESTART.into()),
                Input::Frame(frame) => match self.frame(frame)? {
                    Some(Ok(command)) => return Ok(Turn::Command(Box::new(command))),
                    Some(Err(refused)) => Box::pin(self.refuse(refused)).await?,
                    None => {}
                },
                Input::Event(Delivery::Packet(packet)) => self.deliver(&packet).await?,
                Input::Event(Delivery::End(close)) => return Err(close.into()),
                Input::Done(Ok(Some(event))) => self.line.tell(&*event).await?,
                Input::Done(Ok(None)) => {}
                Input::Marked(conversation) => {
                    if let Some(read) = self.following.marked(&conversation) {
                        self.mark(read);
                    }
                }
                Input::Done(Err(refused)) => {
                    if refused.code == Code::Unavailable {
                        self.following.forget_marks();
                        refused.client_id.into_iter().for_each(|client_id| self.order.refused(client_id));
                    }
                    Box::pin(self.refuse(refused)).await?;
                }
                Input::Tick => {
                    if Box::pin(self.tick()).await? {
                        return Ok(Turn::Recheck);
                    }
                }
            }
        }
    }

    /// The next input. What is there already goes first, and what was written meanwhile leaves in one piece.
    async fn input(&mut self) -> Result<Input<E>, Ending> {
        // More are read when one is answered: what waits for the disk is bounded by this.
        let reads = self.answers.len() < SENDS_IN_FLIGHT;
        // What comes in and what goes out go first in turn: nothing starves, and the same things happening
        // give the same frames in the same order.
        self.inward = !self.inward;
        let from = From { inward: self.inward, reads };
        if self.line.is_unflushed() && self.burst < BURST {
            self.burst += 1;
            let there = tokio::select! {
                biased;
                input = source(self.line.sources(), &mut self.answers, from) => Some(input),
                () = std::future::ready(()) => None,
            };
            if let Some(input) = there {
                return Ok(input);
            }
        }
        self.burst = 0;
        self.line.flush().await?;
        self.arm();
        Ok(tokio::select! {
            biased;
            () = &mut self.stopped => Input::Stop,
            input = source(self.line.sources(), &mut self.answers, from) => input,
            () = &mut self.timer => Input::Tick,
        })
    }

    /// Sets the timer, unless it goes off before that anyway: it is then set anew.
    fn arm(&mut self) {
        let deadline = self.deadline().into();
        if deadline < self.timer.deadline() || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline);
        }
    }

    fn deadline(&self) -> Instant {
        let mut deadline = self.heartbeat.due().min(self.old_at);
        for due in
            [self.following.due(), self.rows.due(), self.recheck.map(|(_, at)| at)].into_iter().flatten()
        {
            deadline = deadline.min(due);
        }
        deadline
    }

    /// What a frame comes to: a command, a refusal, or nothing to do.
    fn frame<C: DeserializeOwned>(
        &mut self,
        frame: Option<Result<Frame, super::Fault>>,
    ) -> Result<Option<Result<C, Refused>>, Ending> {
        let frame = match frame {
            None => return Err(Ending::Gone),
            Some(Ok(Frame::Close(..))) => return Err(Ending::Left),
            Some(Err(fault)) => return Err(Ending::Fault(fault)),
            Some(Ok(frame)) => frame,
        };
        self.heartbeat.heard();
        if matches!(frame, Frame::Ping | Frame::Pong) {
            return Ok(None);
        }
        let command = decode(self.outbox().codec(), &frame);
        if mutants::on(Mutant::UnknownKindFatal) && matches!(command, Err(DecodeError::UnknownKind)) {
            return Err(Ending::Fault(super::Fault::Protocol));
        }
        Ok(Some(command.map_err(|error| match error {
            DecodeError::UnknownKind => chat::bad_request(None, "there is no such command"),
            DecodeError::Malformed { detail, client_id } => chat::bad_request(client_id, detail),
        })))
    }

    /// Whether it is time for the caller to look whether the session may go on.
    async fn tick(&mut self) -> Result<bool, Ending> {
        let now = self.app.clock.monotonic();
        if now >= self.old_at {
            return Err(RESTART.into());
        }
        let deaf = self.answers.len() >= SENDS_IN_FLIGHT;
        match self.heartbeat.beat(now, deaf) {
            Beat::Wait => {}
            Beat::Ping => self.line.write(Frame::Ping).await?,
            Beat::Lost => return Err(HEARTBEAT_LOST.into()),
        }
        if self.following.due().is_some_and(|due| now >= due) {
            self.tell_heads().await?;
        }
        if self.rows.due().is_some_and(|due| now >= due) {
            self.tell_rows().await?;
        }
        if let Some((every, at)) = &mut self.recheck
            && now >= *at
        {
            *at = now + *every;
            return Ok(true);
        }
        Ok(false)
    }

    /// Writes an event of the outbox, if it is the next in its place.
    async fn deliver(&mut self, packet: &Packet) -> Result<(), Ending> {
        let (conversation, seq) = match &packet.weight {
            Weight::Entry(conversation, seq) => (conversation, seq),
            Weight::Row => {
                self.rows.told(self.app.clock.monotonic());
                return self.line.send(&packet.frame).await;
            }
            Weight::Durable | Weight::Ephemeral => return self.line.send(&packet.frame).await,
        };
        match self.following.step(conversation, *seq) {
            Step::Skip => Ok(()),
            Step::Gap(after) => Box::pin(self.replay(conversation, after)).await,
            Step::Unknown if matches!(self.who, Principal::Agent(_)) => Ok(()),
            // A visitor's conversation that began just now, on this page or another of theirs.
            Step::Unknown => {
                self.following.start(conversation.clone(), seq - 1, 0);
                self.write_entry(packet, conversation, *seq).await
            }
            Step::Next if mutants::on(Mutant::EntryLeftOut) && *seq % 5 == 0 => {
                self.following.sent(conversation, *seq, self.app.clock.monotonic());
                Ok(())
            }
            Step::Next => self.write_entry(packet, conversation, *seq).await,
        }
    }

    async fn write_entry(&mut self, packet: &Packet, at: &ConversationId, seq: Seq) -> Result<(), Ending> {
        self.line.send(&packet.frame).await?;
        self.following.sent(at, seq, self.app.clock.monotonic());
        Ok(())
    }

    /// Writes all entries after a Seq, page by page as the other side takes them.
    pub(super) async fn replay(&mut self, conversation: &ConversationId, after: Seq) -> Result<(), Ending> {
        let mut after = after + u64::from(mutants::on(Mutant::ReplayShort));
        loop {
            let reading = self.app.store.missed(self.who.clone(), conversation.clone(), after, PAGE_BYTES);
            let Some(missed) = reading.await? else { return Ok(()) };
            for item in missed.items {
                after = item.seq();
                self.line.tell(&E::item(item)).await?;
                self.following.sent(conversation, after, self.app.clock.monotonic());
            }
            if !missed.more {
                return Ok(());
            }
        }
    }

    /// Writes an event.
    pub(super) async fn tell(&mut self, event: &E) -> Result<(), Ending> {
        self.line.tell(event).await
    }

    /// Says no.
    pub(super) async fn refuse(&mut self, refused: Refused) -> Result<(), Ending> {
        self.app.chat.counters().count_refused(refused.code);
        self.line.tell(&E::refused(refused)).await
    }

    /// Answers when the store has: in the order of the calls, which is the order of commits.
    pub(super) fn answer<T: Send + 'static>(
        &mut self,
        pending: Pending<T>,
        say: impl FnOnce(Result<T, StoreError>) -> Answer<E> + Send + 'static,
    ) {
        self.answers.push_back(Box::pin(async move { (say(pending.await), None) }));
    }

    /// Answers a ping, and then tells the heads that moved. Every now and then the log is asked, through `heads`.
    pub(super) async fn ping<F>(
        &mut self,
        ping: &Ping,
        heads: impl FnOnce(&Arc<App>, &Following) -> F,
    ) -> Result<(), Ending>
    where
        F: Future<Output = Vec<Head>> + Send,
    {
        self.line.tell(&E::pong(Pong { nonce: ping.nonce })).await?;
        if self.log.lets_through(self.app.clock.monotonic()) {
            for head in heads(&self.app, &self.following).await {
                match self.following.cursor(&head.conversation) {
                    Some(cursor) if cursor < head.seq => self.replay(&head.conversation, cursor).await?,
                    Some(_) => {}
                    None => self.following.start(head.conversation, head.seq, 0),
                }
            }
        }
        self.tell_heads().await?;
        self.tell_rows().await
    }

    /// Writes a row of a list that only this page is told.
    pub(super) async fn tell_row(&mut self, row: &E) -> Result<(), Ending> {
        self.rows.told(self.app.clock.monotonic());
        self.line.tell(row).await
    }

    /// Tells how many rows were told, if any were.
    async fn tell_rows(&mut self) -> Result<(), Ending> {
        match self.rows.take().and_then(E::rows) {
            Some(rows) if !mutants::on(Mutant::RowsUntold) => self.line.tell(&rows).await,
            _ => Ok(()),
        }
    }

    async fn tell_heads(&mut self) -> Result<(), Ending> {
        for head in self.following.take_heads() {
            self.line.tell(&E::head(head)).await?;
        }
        Ok(())
    }

    /// Answers with a page of a timeline.
    pub(super) async fn history(&mut self, get: GetHistory) -> Result<(), Ending> {
        let limit = get.limit.clamp(1, HISTORY_PAGE);
        let reading =
            self.app.store.history(self.who.clone(), get.conversation, get.before, limit, PAGE_BYTES);
        match reading.await {
            Ok(Some(history)) => self.tell_history(history).await.map(drop),
            Ok(None) => self.refuse(chat::not_found(None)).await,
            Err(_) => self.refuse(chat::unavailable(None)).await,
        }
    }

    /// Writes a page of a timeline, without the oldest ones if it came out too long to be one frame; gives back the
    /// highest Seq in it.
    pub(super) async fn tell_history(&mut self, mut history: History) -> Result<Option<Seq>, Ending> {
        let newest = history.entries.last().map(Item::seq);
        loop {
            let event = E::history(history.clone());
            let encoded = event.encode(self.outbox().codec());
            if encoded.len() <= PAGE_BYTES || history.entries.len() <= 1 {
                self.line.send(&encoded).await?;
                return Ok(newest);
            }
            history.entries.drain(..history.entries.len().div_ceil(2));
            history.more = true;
        }
    }

    /// Moves read marks, if they say anything new.
    pub(super) async fn read(&mut self, read: Read) -> Result<(), Ending> {
        let read = match self.following.marks(&read) {
            Marks::Old => return Ok(()),
            Marks::Store(read) => read,
            Marks::Unknown => match self.app.store.row(self.who.clone(), read.conversation.clone()).await {
                Ok(Some(_)) => read,
                Ok(None) => return self.refuse(chat::not_found(None)).await,
                Err(_) => return self.refuse(chat::unavailable(None)).await,
            },
        };
        self.mark(read);
        Ok(())
    }

    /// Has marks stored.
    fn mark(&mut self, read: Read) {
        let conversation = read.conversation.clone();
        let pending = self.app.chat.read(&self.who, read);
        self.answers.push_back(Box::pin(async move {
            let came = match pending.await {
                Ok(Some(_)) => Ok(None),
                Ok(None) => Err(chat::not_found(None)),
                Err(_) => Err(chat::unavailable(None)),
            };
            (came, Some(conversation))
        }));
    }

    /// Whether a typing command goes through now.
    pub(super) fn may_type(&mut self) -> bool {
        self.typing.lets_through(self.app.clock.monotonic())
    }
}
