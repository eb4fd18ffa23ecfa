//! A conversation as the page draws it: bubbles in runs, with days, marks, events and the backstage in their places.
//! Pure; it invents nothing that the timeline, the backstage or the outbox do not say.
use crate::quoted::Quoted;
use merhaba_shared::{
    client::{
        agent::Opened,
        outbox::{Outgoing, Progress, What},
        thread::Delivery,
    },
    layout::attached,
    protocol::{
        agent::{self, BackstageLine},
        approval::{Proposal, Verdict},
        error::Code,
        ids::{ClientId, Millis, Seq},
        model::{AgentAuthor, Author, Content, Item, Kind, Rating},
        triage::{Detail, Priority},
    },
};

/// Messages of one author within this time share one mark.
const RUN_MS: Millis = 5 * 60 * 1000;

/// What is said under an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// On its way to the relay.
    Sending,
    /// Stored.
    Sent,
    /// It has arrived at the visitor.
    Delivered,
    /// The visitor has read it.
    Read,
    /// The relay will not take it.
    Failed(ClientId, u8),
}

/// One line of the log. Equal lines keep their elements on the page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A day begins.
    Day(Millis),
    /// What nobody had read when the conversation was opened begins.
    Unread,
    /// A message.
    Bubble {
        /// Tells it apart; the same while it waits and after it is stored.
        id: ClientId,
        /// Whether the agents' side wrote it.
        out: bool,
        /// The agent who did.
        who: Option<String>,
        /// The text.
        body: String,
        /// The ids of its files, with a blank between them.
        files: Option<String>,
        /// Its Seq and, after a blank, what there is to press or to fill in, as JSON.
        extra: Option<String>,
        /// What became of it.
        now: Now,
        /// What it quotes.
        quoted: Option<Quoted>,
    },
    /// What stands under a run of messages.
    Mark {
        /// The last message of the run.
        id: ClientId,
        /// Whether it is the agents' side's.
        out: bool,
        /// The agent who wrote it.
        who: Option<String>,
        /// When; `None`: not stored yet.
        at: Option<Millis>,
        /// How far it is.
        state: Option<State>,
    },
    /// Something was done.
    Event {
        /// Its place.
        seq: Seq,
        /// What.
        kind: Deed,
        /// By which agent; `None`: by the visitor or the relay.
        who: Option<String>,
        /// When.
        at: Millis,
    },
    /// The visitor rated a closing.
    Rating {
        /// Its place.
        seq: Seq,
        /// When.
        at: Millis,
        /// How satisfied, and how easy it was, from 0 to 100.
        csat: Option<u8>,
        /// As above.
        ces: Option<u8>,
        /// In their words.
        comment: Option<String>,
    },
    /// What somebody wrote for the visitor and a colleague is to let go, or did not.
    Proposal {
        /// Tells it apart; the same while it is on its way and after it is stored.
        id: ClientId,
        /// Its place in the backstage; 0: not stored yet.
        number: u64,
        /// Who wrote it.
        who: String,
        /// Whether that is this agent.
        mine: bool,
        /// When; `None`: not stored yet.
        at: Option<Millis>,
        /// When it goes by itself; `None`: when somebody approves.
        due: Option<Millis>,
        /// The text.
        body: String,
        /// What became of it; nothing, while it waits.
        fate: Option<Fate>,
    },
    /// A note.
    Note {
        /// Tells it apart; the same while it waits and after it is stored.
        id: ClientId,
        /// Who wrote it.
        who: String,
        /// When; `None`: not stored yet.
        at: Option<Millis>,
        /// The text.
        body: String,
    },
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fate {
    /// In short.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// Why, of one that was returned.
    pub reason: String,
}

/// What became of a message since it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Now {
    /// Nothing.
    #[default]
    AsWritten,
    /// It says something else; the relay may still have to take that.
    Edited,
    /// It was taken away.
    Gone,
}

/// The kinds of events that are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Closed as done.
    Resolved,
    /// Ended by the visitor.
    Ended,
    /// Opened again.
    Reopened,
    /// Taken by an agent.
    Claimed,
    /// Given to the agent of this name.
    Assigned(String),
    /// Given to nobody.
    Released,
    /// Given to whoever it stands with, by the relay.
    Routed,
    /// A tag was put on.
    Tagged(String),
    /// A tag was taken off.
    Untagged(String),
    /// How urgent it is.
    Prioritised(Priority),
    /// Put off until then.
    Snoozed(Millis),
    /// Put off no longer.
    Woken,
    /// What the agent of this name wrote may go.
    Approved(String),
    /// What the agent of this name wrote still waits, and more were told.
    Passed(String),
    /// Nobody answers, and those of this rung were told.
    Climbed(u8),
    /// Owners and admins were called, for this reason.
    Escalated(String),
    /// It was sent to a department, or to the whole team.
    Transferred(Option<String>),
}

impl Deed {
    /// What the backstage says was done; nothing where it says too little.
    fn of(done: &agent::Activity) -> Option<Self> {
        Some(match (done.deed, &done.detail) {
            (agent::Deed::Claimed, _) => Self::Claimed,
            (agent::Deed::Assigned, _) => Self::Assigned(done.to.as_ref()?.name.clone()),
            (agent::Deed::Released, _) => Self::Released,
            (agent::Deed::Routed, _) => Self::Routed,
            (agent::Deed::Tagged, Some(Detail::Tag(tag))) => Self::Tagged(tag.clone()),
            (agent::Deed::Untagged, Some(Detail::Tag(tag))) => Self::Untagged(tag.clone()),
            (agent::Deed::Prioritised, Some(Detail::Priority(priority))) => Self::Prioritised(*priority),
            (agent::Deed::Snoozed, Some(Detail::Until(until))) => Self::Snoozed(*until),
            (agent::Deed::Woken, _) => Self::Woken,
            // What was given back, or changed, is told beside its text.
            // One's own that was to go later goes now: the message says that.
            (agent::Deed::Approved, Some(Detail::Proposal(of))) if of.of.id == done.author.id => return None,
            (agent::Deed::Approved, Some(Detail::Proposal(of))) => Self::Approved(of.of.name.clone()),
            (agent::Deed::Passed, Some(Detail::Proposal(of))) => Self::Passed(of.of.name.clone()),
            (agent::Deed::Climbed, Some(Detail::Rung(rung))) => Self::Climbed(*rung),
            (agent::Deed::Escalated, Some(Detail::Reason(reason))) => Self::Escalated(reason.clone()),
            (agent::Deed::Transferred, Some(Detail::Department(to))) => Self::Transferred(to.clone()),
            _ => return None,
        })
    }
}

/// The message that a mark would stand under.
struct Run {
    id: ClientId,
    out: bool,
    who: Option<String>,
    at: Option<Millis>,
    day: i64,
    state: Option<State>,
}

/// What a message says.
#[derive(Default)]
struct Said {
    body: String,
    files: String,
    extra: String,
    now: Now,
    quoted: Option<Quoted>,
}

/// Draws a conversation. `unread` is the first message that nobody had read; `day` says on which local day a time falls.
pub fn pieces(
    opened: &Opened,
    waiting: &[Outgoing],
    me: Option<&AgentAuthor>,
    unread: Option<Seq>,
    day: impl Fn(Millis) -> i64,
) -> Vec<Piece> {
    let mut log = Log { pieces: Vec::new(), run: None, day: None };
    let place = (opened, me);
    let conversation = opened.thread.conversation();
    let here = || waiting.iter().filter(|out| out.conversation.as_ref() == Some(conversation));
    let mut lines = opened.backstage.lines().iter().peekable();
    let first = opened.thread.timeline().items().first().map_or(0, Item::seq);
    for item in opened.thread.timeline().items() {
        while let Some(line) = lines.next_if(|line| line.after() < item.seq()) {
            // A line from before the first entry that is here waits until that part is loaded.
            if line.after() + 1 >= first {
                log.backstage(line, place, &day);
            }
        }
        if unread == Some(item.seq()) {
            log.end_run();
            log.begin_day(day(item.at()), item.at());
            log.pieces.push(Piece::Unread);
        }
        // Of several changes the last is what it will be.
        let changed = here().rfind(|out| out.what.of() == Some(item.seq()));
        log.item(item, opened, day(item.at()), changed);
    }
    for line in lines {
        log.backstage(line, place, &day);
    }
    for out in here().filter(|out| out.what.of().is_none()) {
        log.outgoing(out, opened, me);
    }
    log.end_run();
    log.pieces
}

struct Log {
    pieces: Vec<Piece>,
    run: Option<Run>,
    day: Option<i64>,
}

impl Log {
    fn item(&mut self, item: &Item, opened: &Opened, day: i64, changed: Option<&Outgoing>) {
        match item {
            Item::Message(message) => {
                let out = !matches!(message.author, Author::Visitor(_));
                let state = out.then(|| match opened.thread.delivery(message.seq) {
                    Delivery::Sent => State::Sent,
                    Delivery::Delivered => State::Delivered,
                    Delivery::Read => State::Read,
                });
                let run = Run {
                    id: message.client_id,
                    out,
                    who: name(&message.author),
                    at: Some(message.at),
                    day,
                    state,
                };
                let gone = message.deleted.is_some()
                    || matches!(changed, Some(Outgoing { what: What::Deletion(_), .. }));
                let mut said = Said { now: Now::Gone, ..Said::default() };
                if !gone {
                    said.files = attached::files(message.attachments.iter().map(|file| &file.id));
                    said.extra = attached::extra(message);
                    said.body.clone_from(changed.map_or(&message.body, |out| &out.body));
                    let edited = changed.is_some() || message.edited.is_some();
                    said.now = if edited { Now::Edited } else { Now::AsWritten };
                    said.quoted = message.quote.map(|of| Quoted::among(opened.thread.timeline().items(), of));
                }
                self.message(run, said);
            }
            Item::Entry(entry) => {
                let (seq, at, who) = (entry.seq, entry.at, name(&entry.author));
                let by_visitor = matches!(entry.author, Author::Visitor(_));
                let piece = match (entry.kind, &entry.data.0) {
                    (Kind::Resolved, _) if by_visitor => Piece::Event { seq, kind: Deed::Ended, who, at },
                    (Kind::Resolved, _) => Piece::Event { seq, kind: Deed::Resolved, who, at },
                    (Kind::Reopened, _) => Piece::Event { seq, kind: Deed::Reopened, who, at },
                    (Kind::Rated, Some(Content::Rated(rating))) => {
                        let Rating { csat, ces, comment, .. } = rating.clone();
                        Piece::Rating { seq, at, csat, ces, comment }
                    }
                    (Kind::Rated | Kind::Edited | Kind::Deleted | Kind::Unknown, _) => return,
                };
                self.end_run();
                self.begin_day(day, at);
                self.pieces.push(piece);
            }
        }
    }

    fn backstage(
        &mut self,
        line: &BackstageLine,
        (opened, me): (&Opened, Option<&AgentAuthor>),
        day: impl Fn(Millis) -> i64,
    ) {
        let (at, piece) = match line {
            BackstageLine::Note(note) => {
                let (id, who, body) = (note.client_id, note.author.name.clone(), note.body.clone());
                (note.at, Piece::Note { id, who, at: Some(note.at), body })
            }
            BackstageLine::Activity(done) => {
                let Some(kind) = Deed::of(done) else { return };
                let who = Some(done.author.name.clone());
                (done.at, Piece::Event { seq: done.number, kind, who, at: done.at })
            }
            BackstageLine::Proposal(written) => {
                let Some(piece) = proposal(written, opened, me) else { return };
                (written.at, piece)
            }
        };
        self.end_run();
        self.begin_day(day(at), at);
        self.pieces.push(piece);
    }

    fn outgoing(&mut self, out: &Outgoing, opened: &Opened, me: Option<&AgentAuthor>) {
        let state = match out.progress {
            Progress::Waiting | Progress::Sending(_) => State::Sending,
            Progress::Stored(_) => State::Sent,
            Progress::Failed(code) => State::Failed(out.client_id, code.number()),
        };
        let who = me.map(|me| me.name.clone());
        let (id, body) = (out.client_id, out.body.clone());
        let aside = match out.what {
            What::Note => {
                Some(Piece::Note { id, who: who.clone().unwrap_or_default(), at: None, body: body.clone() })
            }
            What::Proposal | What::Later(_) => Some(Piece::Proposal {
                id,
                number: 0,
                who: who.clone().unwrap_or_default(),
                mine: true,
                at: None,
                due: if let What::Later(due) = out.what { Some(due) } else { None },
                body: body.clone(),
                fate: None,
            }),
            What::Message | What::Quote(_) | What::Edit(_) | What::Deletion(_) => None,
        };
        if let Some(aside) = aside {
            self.end_run();
            self.pieces.push(aside);
            if matches!(state, State::Failed(..)) {
                self.pieces.push(Piece::Mark { id, out: true, who: None, at: None, state: Some(state) });
            }
            return;
        }
        let day = self.day.unwrap_or_default();
        let run = Run { id, out: true, who, at: None, day, state: Some(state) };
        let files = attached::files(out.attachments.iter());
        let quoted = out.what.quote().map(|of| Quoted::among(opened.thread.timeline().items(), of));
        self.message(run, Said { body, files, quoted, ..Said::default() });
    }

    fn message(&mut self, next: Run, said: Said) {
        if self.run.as_ref().is_some_and(|run| !continues(run, &next)) {
            self.end_run();
        }
        if let Some(at) = next.at {
            self.begin_day(next.day, at);
        }
        self.pieces.push(Piece::Bubble {
            id: next.id,
            out: next.out,
            who: next.who.clone(),
            body: said.body,
            files: some(said.files),
            extra: some(said.extra),
            now: said.now,
            quoted: said.quoted,
        });
        self.run = Some(next);
    }

    fn begin_day(&mut self, day: i64, at: Millis) {
        if self.day != Some(day) {
            self.end_run();
            self.day = Some(day);
            self.pieces.push(Piece::Day(at));
        }
    }

    fn end_run(&mut self) {
        if let Some(Run { id, out, who, at, state, .. }) = self.run.take() {
            self.pieces.push(Piece::Mark { id, out, who, at, state });
        }
    }
}

/// A message that waits, or did not go as it was written. What went as it was is a message like any other.
fn proposal(written: &Proposal, opened: &Opened, me: Option<&AgentAuthor>) -> Option<Piece> {
    let fate = opened.backstage.decision(written.number).and_then(|(done, decision)| {
        let verdict = Verdict::of(done.deed)?;
        let reason = if verdict == Verdict::Returned { decision.text.clone() } else { String::new() };
        Some(Fate { verdict, by: done.author.name.clone(), reason })
    });
    if fate.as_ref().is_some_and(|fate| matches!(fate.verdict, Verdict::Approved | Verdict::Sent)) {
        return None;
    }
    Some(Piece::Proposal {
        id: written.client_id,
        number: written.number,
        who: written.author.name.clone(),
        mine: me.is_some_and(|me| me.id == written.author.id),
        at: Some(written.at),
        due: written.due,
        body: written.body.clone(),
        fate,
    })
}

/// Whether a message belongs to the run before it. A failed one always stands alone: it has its own buttons.
fn continues(run: &Run, next: &Run) -> bool {
    let failed = |run: &Run| matches!(run.state, Some(State::Failed(..)));
    let near = run.at.zip(next.at).is_none_or(|(a, b)| b - a <= RUN_MS);
    run.out == next.out && run.who == next.who && run.day == next.day && near && !failed(run) && !failed(next)
}

fn name(author: &Author) -> Option<String> {
    match author {
        Author::Agent(agent) => Some(agent.name.clone()),
        Author::Visitor(_) | Author::System(_) => None,
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The code inside [`State::Failed`].
pub fn code(number: u8) -> Code {
    Code::from_number(number).unwrap_or(Code::BadRequest)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
