//! A conversation as the page draws it: bubbles in runs, with days, marks, events and the backstage in their places.
//! Pure; it invents nothing that the timeline, the backstage or the outbox do not say.
use merhaba_shared::{
    client::{agent::Opened, outbox::Outgoing, outbox::Progress, thread::Delivery},
    protocol::{
        agent::{self, BackstageLine},
        error::Code,
        ids::{AttachmentId, ClientId, Millis, Seq},
        model::{AgentAuthor, Author, Content, Item, Kind, Rating},
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

/// Draws a conversation. `day` says on which local day a time falls.
pub fn pieces(
    opened: &Opened,
    waiting: &[Outgoing],
    me: Option<&AgentAuthor>,
    day: impl Fn(Millis) -> i64,
) -> Vec<Piece> {
    let mut log = Log { pieces: Vec::new(), run: None, day: None };
    let mut lines = opened.backstage.lines().iter().peekable();
    let first = opened.thread.timeline().items().first().map_or(0, Item::seq);
    for item in opened.thread.timeline().items() {
        while let Some(line) = lines.next_if(|line| line.after() < item.seq()) {
            // A line from before the first entry that is here waits until that part is loaded.
            if line.after() + 1 >= first {
                log.backstage(line, &day);
            }
        }
        log.item(item, opened, day(item.at()));
    }
    for line in lines {
        log.backstage(line, &day);
    }
    let here = opened.thread.conversation();
    for out in waiting.iter().filter(|out| out.conversation.as_ref() == Some(here)) {
        log.outgoing(out, me);
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
    fn item(&mut self, item: &Item, opened: &Opened, day: i64) {
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
                let extra =
                    message.extra.as_ref().map(|extra| [&message.seq.to_string(), " ", &extra.0].concat());
                self.message(
                    run,
                    message.body.clone(),
                    ids(message.attachments.iter().map(|file| &file.id)),
                    extra,
                );
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
                    (Kind::Rated | Kind::Unknown, _) => return,
                };
                self.end_run();
                self.begin_day(day, at);
                self.pieces.push(piece);
            }
        }
    }

    fn backstage(&mut self, line: &BackstageLine, day: impl Fn(Millis) -> i64) {
        let (at, piece) = match line {
            BackstageLine::Note(note) => {
                let (id, who, body) = (note.client_id, note.author.name.clone(), note.body.clone());
                (note.at, Piece::Note { id, who, at: Some(note.at), body })
            }
            BackstageLine::Activity(done) => {
                let to = done.to.as_ref().map(|to| to.name.clone()).unwrap_or_default();
                let kind = match done.deed {
                    agent::Deed::Claimed => Deed::Claimed,
                    agent::Deed::Assigned => Deed::Assigned(to),
                    agent::Deed::Released => Deed::Released,
                };
                let who = Some(done.author.name.clone());
                (done.at, Piece::Event { seq: done.number, kind, who, at: done.at })
            }
        };
        self.end_run();
        self.begin_day(day(at), at);
        self.pieces.push(piece);
    }

    fn outgoing(&mut self, out: &Outgoing, me: Option<&AgentAuthor>) {
        let state = match out.progress {
            Progress::Waiting | Progress::Sending(_) => State::Sending,
            Progress::Stored(_) => State::Sent,
            Progress::Failed(code) => State::Failed(out.client_id, code.number()),
        };
        let who = me.map(|me| me.name.clone());
        if out.note {
            let (id, who, body) = (out.client_id, who.unwrap_or_default(), out.body.clone());
            self.end_run();
            self.pieces.push(Piece::Note { id, who, at: None, body });
            if matches!(state, State::Failed(..)) {
                self.pieces.push(Piece::Mark { id, out: true, who: None, at: None, state: Some(state) });
            }
            return;
        }
        let day = self.day.unwrap_or_default();
        let run = Run { id: out.client_id, out: true, who, at: None, day, state: Some(state) };
        self.message(run, out.body.clone(), ids(out.attachments.iter()), None);
    }

    fn message(&mut self, next: Run, body: String, files: Option<String>, extra: Option<String>) {
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
            body,
            files,
            extra,
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

fn ids<'a>(files: impl Iterator<Item = &'a AttachmentId>) -> Option<String> {
    let ids: Vec<_> = files.map(AttachmentId::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The code inside [`State::Failed`].
pub fn code(number: u8) -> Code {
    Code::from_number(number).unwrap_or(Code::BadRequest)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
