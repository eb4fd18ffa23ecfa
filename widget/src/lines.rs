//! The lines of the log: which there are, from the machine's entries and what is on its way, and what each says. Changes
//! nothing.
use crate::{app::App, page};
use merhaba_shared::{
    browser::language,
    client::{outbox::Progress, thread::Delivery},
    layout::{
        attached,
        log::{Key, Shown},
        quote,
        runs::{goes_on, initials},
    },
    protocol::{
        ids::{ClientId, ConversationId, Millis, Seq},
        model::{Author, Item, Kind, Message, Side},
    },
};

const DAY: u8 = 0;
const MINE: u8 = 1;
const THEIRS: u8 = 2;
const MARK_MINE: u8 = 3;
const MARK_THEIRS: u8 = 4;
const FAILED: u8 = 5;
const EVENT: u8 = 6;
const NEW: u8 = 7;

const SENDING: u64 = 0;
const SENT: u64 = 1;
const DELIVERED: u64 = 2;
const READ: u64 = 3;

/// Every time zone is whole quarters of an hour from UTC, so a day never changes within one.
const QUARTER: Millis = 15 * 60 * 1_000;

/// A run that may still go on.
struct Run<'a> {
    /// `None`: this side's.
    author: Option<&'a Author>,
    at: Millis,
    mark: Key,
}

/// Lines as they come together.
struct Lines<'a> {
    keys: Vec<Key>,
    run: Option<Run<'a>>,
    day: Option<i64>,
    today: i64,
    /// The last quarter of an hour that was asked for, and its day: asking the browser for each line is slow.
    quarter: (i64, i64),
}

impl<'a> Lines<'a> {
    fn bubble(&mut self, key: Key, author: Option<&'a Author>, at: Millis, mark: Key) {
        let same = self.run.as_ref().is_some_and(|run| goes_on(run.author == author, run.at, at));
        let day = self.day_of(at);
        if !same || self.day != Some(day) {
            self.end_run();
        }
        self.start_day(day, at);
        self.keys.push(key);
        self.run = Some(Run { author, at, mark });
    }

    fn day_of(&mut self, at: Millis) -> i64 {
        let quarter = at.div_euclid(QUARTER);
        if self.quarter.0 != quarter {
            self.quarter = (quarter, language::day_number(at));
        }
        self.quarter.1
    }

    fn start_day(&mut self, day: i64, at: Millis) {
        if self.day != Some(day) {
            self.day = Some(day);
            let state = u64::try_from(self.today - day).unwrap_or(u64::MAX);
            self.keys.push(key(DAY, u128::from(at.unsigned_abs()), state));
        }
    }

    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.keys.push(run.mark);
        }
    }
}

/// An entry's own number: every conversation begins with Seq 1, and a line is told apart by its id alone.
fn place(conversation: &ConversationId, seq: Seq) -> u128 {
    let mark = conversation.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    u128::from(mark) << 64 | u128::from(seq)
}

const fn key(kind: u8, id: u128, state: u64) -> Key {
    Key { kind, id, state }
}

const fn number(id: ClientId) -> u128 {
    u128::from_be_bytes(id.0)
}

/// Which of a message's forms is shown, with that of what it quotes: another one is another line. Both only grow.
fn revision(items: &[Item], message: &Message) -> u64 {
    let last = |message: &Message| message.deleted.or(message.edited).unwrap_or_default();
    let quoted = message.quote.and_then(|of| quote::find(items, of));
    last(message) + quoted.map_or(0, last)
}

/// All entries that are here.
fn entries(app: &App) -> &[Item] {
    app.client.thread().map_or(&[][..], |thread| thread.timeline().items())
}

/// The entries that are drawn.
fn items(app: &App) -> impl Iterator<Item = &Item> {
    entries(app).iter().filter(|item| app.stretch.has(item.seq()))
}

/// Whether there are older entries than those that are drawn.
pub fn has_older(app: &App) -> bool {
    !app.stretch.starts() || app.client.thread().is_some_and(|thread| thread.timeline().has_older())
}

/// All lines, in order.
pub fn keys(app: &mut App) -> Vec<Key> {
    let now = language::wall_clock();
    let today = language::day_number(now);
    let mut lines = Lines { keys: Vec::new(), run: None, day: None, today, quarter: (i64::MIN, 0) };
    let mut new_from = app.new_from.filter(|from| *from >= app.stretch.from);
    if let Some(thread) = app.client.thread() {
        for item in items(app) {
            if matches!(item, Item::Entry(entry) if !entry.kind.has_line()) {
                continue;
            }
            let seq = place(thread.conversation(), item.seq());
            if new_from.is_some_and(|from| item.seq() >= from) && item.author().side() == Side::Agent {
                new_from = None;
                lines.end_run();
                lines.keys.push(key(NEW, seq, 0));
            }
            match item {
                Item::Message(message) if message.author.side() == Side::Visitor => {
                    let id = number(message.client_id);
                    let state = match thread.delivery(message.seq) {
                        Delivery::Sent => SENT,
                        Delivery::Delivered => DELIVERED,
                        Delivery::Read => READ,
                    };
                    lines.bubble(
                        key(MINE, id, revision(entries(app), message)),
                        None,
                        message.at,
                        key(MARK_MINE, id, state),
                    );
                }
                Item::Message(message) => {
                    let mark = key(MARK_THEIRS, seq, 0);
                    lines.bubble(
                        key(THEIRS, seq, revision(entries(app), message)),
                        Some(&message.author),
                        message.at,
                        mark,
                    );
                }
                Item::Entry(entry) => {
                    lines.end_run();
                    lines.keys.push(key(EVENT, seq, entry.kind.number().into()));
                }
            }
        }
    }
    for out in app.client.pending().filter(|_| app.stretch.to.is_none()) {
        let id = number(out.client_id);
        let failed = matches!(out.progress, Progress::Failed(_));
        // Stored but not here yet: the entry with its time follows at once, and says "sent".
        let mark = if failed { key(FAILED, id, 0) } else { key(MARK_MINE, id, SENDING) };
        lines.bubble(key(MINE, id, 0), None, now, mark);
        if failed {
            lines.end_run();
        }
    }
    lines.end_run();
    lines.keys
}

/// What a line says.
pub fn shown(app: &mut App, key: Key) -> Shown {
    match key.kind {
        DAY => Shown::Small("day", day(app, key)),
        MINE => {
            let said = app.page.text("you_said");
            let out = app.client.outbox().all().iter().find(|out| number(out.client_id) == key.id);
            match out {
                Some(out) => {
                    let (body, files) = (out.body.clone(), attached::files(out.attachments.iter()));
                    let (face, extra, note, quote) =
                        (String::new(), String::new(), String::new(), String::new());
                    Shown::Bubble { mine: true, face, said, body, files, extra, note, quote, gone: false }
                }
                None => bubble(app, true, String::new(), said, mine(app, key.id)),
            }
        }
        THEIRS => {
            let name = name_of(app, key.id);
            let (face, said) = (initials(&name), page::say("said", &name.as_str().into()));
            bubble(app, false, face, said, message(app, key.id))
        }
        MARK_MINE => Shown::Small("mark me", mark_of_mine(app, key)),
        MARK_THEIRS => {
            let at = message(app, key.id).map_or(0, |message| message.at);
            let name = apart(&name_of(app, key.id));
            Shown::Small("mark", joined(name, &language::time(at, &app.language)))
        }
        FAILED => {
            Shown::Failed(app.page.text("not_sent"), app.page.text("try_again"), app.page.text("take_back"))
        }
        NEW => Shown::Small("new", app.page.text("new")),
        _ if key.state == u64::from(Kind::Resolved.number()) => {
            Shown::Small("event", app.page.text("resolved"))
        }
        _ if key.state == u64::from(Kind::Rated.number()) => Shown::Small("event", app.page.text("rated")),
        _ => Shown::Small("event", app.page.text("reopened")),
    }
}

fn day(app: &App, key: Key) -> String {
    match key.state {
        0 => app.page.text("today"),
        1 => app.page.text("yesterday"),
        _ => {
            let at = Millis::try_from(key.id).unwrap_or_default();
            language::day(at, &app.language)
        }
    }
}

fn mark_of_mine(app: &App, key: Key) -> String {
    let word = app.page.text(match key.state {
        SENDING => "sending",
        SENT => "sent",
        DELIVERED => "delivered",
        _ => "read",
    });
    match mine(app, key.id) {
        Some(message) => joined(language::time(message.at, &app.language), &word),
        None => word,
    }
}

/// A name that may run the other way than what stands beside it.
fn apart(name: &str) -> String {
    ["\u{2068}", name, "\u{2069}"].concat()
}

fn joined(mut first: String, second: &str) -> String {
    first.push_str(" · ");
    first.push_str(second);
    first
}

fn messages(app: &App) -> impl Iterator<Item = &Message> {
    items(app).filter_map(|item| if let Item::Message(message) = item { Some(message) } else { None })
}

fn message(app: &App, id: u128) -> Option<&Message> {
    // All of them are of the one conversation that is shown.
    messages(app).find(|message| u128::from(message.seq) == id & u128::from(Seq::MAX))
}

fn mine(app: &App, id: u128) -> Option<&Message> {
    messages(app).find(|message| number(message.client_id) == id && message.author.side() == Side::Visitor)
}

fn bubble(app: &App, mine: bool, face: String, said: String, message: Option<&Message>) -> Shown {
    let (mut body, mut files, mut extra) = (String::new(), String::new(), String::new());
    let (mut note, mut quote, mut gone) = (String::new(), String::new(), false);
    if let Some(message) = message {
        gone = message.deleted.is_some();
        body = if gone { app.page.text("deleted") } else { message.body.clone() };
        files = attached::files(message.attachments.iter().map(|file| &file.id));
        extra = attached::extra(message);
        if message.edited.is_some() {
            note = app.page.text("edited");
        }
        if let Some(of) = message.quote {
            let quoted = quote::find(entries(app), of);
            quote = quoted.map_or_else(
                || String::from("…"),
                |quoted| {
                    let words = quote::words(quoted).map_or_else(|| app.page.text("deleted"), Into::into);
                    quote::line(&signed(app, Some(quoted)), &words)
                },
            );
        }
    }
    Shown::Bubble { mine, face, said, body, files, extra, note, quote, gone }
}

/// The name an entry is signed with.
fn name_of(app: &App, id: u128) -> String {
    signed(app, message(app, id))
}

fn signed(app: &App, message: Option<&Message>) -> String {
    match message.map(|message| &message.author) {
        Some(Author::Agent(agent)) => agent.name.clone(),
        Some(Author::Visitor(_)) => app.page.text("you_said"),
        _ => app.page.text("team"),
    }
}
