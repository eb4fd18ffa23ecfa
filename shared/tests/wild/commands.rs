//! Commands at random, for fuzzing: every kind of both audiences, with fields that are well-formed, extreme or strange,
//! and bytes that were frames once. The ids that are handed in come up again and again, so that a fuzzed session does
//! something and is not only refused. The relay's own tests take this file in, too; `events.rs` makes what it says.
use crate::dice::Dice;
use merhaba_shared::protocol::{
    agent, approval,
    ids::{AgentId, ClientId, ConversationId, Epoch, Seq, Token},
    model::{GetHistory, Ping, Read, Resume, Typing},
    person, revision, triage, visitor,
};

/// Texts that something may stumble over.
const TEXTS: [&str; 14] = [
    "",
    " ",
    "merhaba",
    "null",
    "🙏🏽",
    "ş\u{0}\u{1}\u{7f}",
    "\u{feff}\u{202e}\u{2028}",
    "\"\\\n\r\t",
    "<script>alert(1)</script>",
    "'; DROP TABLE entries; --",
    "../../etc/passwd",
    "9223372036854775808",
    "{\"Hello\":{}}",
    "\u{10ffff}",
];

/// Pieces that mean something to a parser.
const TOKENS: [&[u8]; 13] = [
    b"[",
    b"]",
    b"{",
    b"}",
    b"\"",
    b"null",
    b",",
    b":",
    b"\\u0000",
    b"1e999",
    b"-0",
    b"\xf0\x9f",
    b"\xed\xa0\x80",
];

/// A maker of frames.
#[derive(Debug)]
pub struct Wild {
    /// What it throws.
    pub dice: Dice,
    /// Ids that are known where the frames go.
    pub ids: Vec<String>,
    /// Conversations that are known there.
    pub conversations: Vec<String>,
}

impl Wild {
    /// A maker of frames that knows no ids yet.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), ids: Vec::new(), conversations: Vec::new() }
    }

    /// Heads or tails.
    pub fn coin(&mut self) -> bool {
        self.dice.percent(50)
    }

    /// A text: usually short, now and then as long as a frame or longer than it may be.
    pub fn text(&mut self) -> String {
        let text = *self.dice.pick(&TEXTS);
        match self.dice.below(40) {
            0 => text.repeat(self.dice.place(5_000)),
            1 => "ş".repeat(3_990 + self.dice.place(20)),
            2..12 => format!("{text}{}", self.dice.roll()),
            _ => text.into(),
        }
    }

    /// An id: mostly one that is known.
    pub fn id(&mut self) -> String {
        if self.ids.is_empty() || self.dice.percent(15) {
            self.text()
        } else {
            self.dice.pick(&self.ids).clone()
        }
    }

    /// A number: small ones and the edges more often than the others.
    pub fn number(&mut self) -> u64 {
        match self.dice.below(8) {
            0 => {
                *self.dice.pick(&[u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, u64::from(u32::MAX) + 1, 0])
            }
            1 => self.dice.roll(),
            _ => self.dice.below(12),
        }
    }

    /// A number of sixteen bits.
    pub fn small(&mut self) -> u16 {
        u16::try_from(self.number() & 0xffff).unwrap_or(u16::MAX)
    }

    /// A send's own id, of few, so that they repeat.
    pub fn client_id(&mut self) -> ClientId {
        let mut bytes = [0; 16];
        if self.dice.percent(80) {
            bytes[15] = u8::try_from(self.dice.below(40)).unwrap_or(0);
        } else {
            self.dice.fill(&mut bytes);
        }
        ClientId(bytes)
    }

    /// Something or nothing.
    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.coin().then(|| make(self))
    }

    /// A few of something, now and then many.
    pub fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = if self.dice.percent(3) { self.dice.place(200) } else { self.dice.place(4) };
        (0..count).map(|_| make(self)).collect()
    }

    /// One word of a vocabulary.
    pub fn word<T: Copy>(&mut self, all: &[T]) -> T {
        *self.dice.pick(all)
    }

    /// A conversation.
    pub fn conversation(&mut self) -> ConversationId {
        if self.conversations.is_empty() || self.dice.percent(15) {
            return ConversationId(self.id());
        }
        ConversationId(self.dice.pick(&self.conversations).clone())
    }

    /// How far somebody is.
    pub fn read(&mut self) -> Read {
        Read { conversation: self.conversation(), received: self.number(), read: self.number() }
    }

    /// Somebody writes.
    pub fn typing(&mut self) -> Typing {
        Typing { conversation: self.conversation(), on: self.coin() }
    }

    /// A page asked for.
    pub fn get_history(&mut self) -> GetHistory {
        GetHistory {
            conversation: self.conversation(),
            before: self.maybe(Self::number),
            limit: self.small(),
        }
    }

    /// Where to go on.
    pub fn resume(&mut self) -> Resume {
        let after: Seq = self.number();
        Resume { conversation: self.conversation(), after }
    }

    /// A page of a website.
    pub fn page(&mut self) -> visitor::Page {
        visitor::Page { url: self.text(), title: self.text(), referrer: self.text() }
    }

    /// A visitor's `Hello` on a site.
    pub fn visitor_hello(&mut self, site: &str) -> visitor::Hello {
        visitor::Hello {
            site: site.into(),
            token: self.maybe(|wild| Token(wild.id())),
            locale: self.text(),
            page: self.maybe(Self::page),
            epoch: self.maybe(|wild| Epoch(wild.id())),
            resume: self.some(Self::resume),
        }
    }

    /// Any time there is.
    fn number_at(&mut self) -> i64 {
        let number: u64 = self.number();
        i64::try_from(number).unwrap_or(i64::MIN)
    }

    /// An agent's own mark.
    pub fn bookmark(&mut self) -> triage::Bookmark {
        triage::Bookmark { conversation: self.conversation(), on: self.coin() }
    }

    /// What narrows a list; mostly nothing.
    pub fn only(&mut self) -> triage::Only {
        if self.coin() {
            return triage::Only::default();
        }
        triage::Only {
            site: self.maybe(|wild| wild.id().as_str().into()),
            tag: self.maybe(Self::text),
            agent: self.maybe(|wild| AgentId(wild.id())),
            locale: self.maybe(Self::text),
            department: self.maybe(Self::text),
        }
    }

    /// A visitor's command of one of the eight kinds.
    pub fn visitor_command(&mut self) -> visitor::Command {
        use visitor::Command;
        match self.dice.below(11) {
            0 => {
                let site = self.id();
                Command::Hello(self.visitor_hello(&site))
            }
            1 => Command::Read(self.read()),
            2 => Command::Typing(self.typing()),
            3 => Command::History(self.get_history()),
            4 => Command::Ping(Ping { nonce: self.number() }),
            5 => Command::Page(self.page()),
            6 => Command::Attributes(visitor::Attributes(r#"{"plan":"A","seats":3}"#.into())),
            _ => Command::Send(visitor::Send {
                client_id: self.client_id(),
                conversation: self.maybe(Self::conversation),
                new: self.dice.percent(10),
                body: self.text(),
                attachments: if self.dice.percent(5) {
                    self.some(|wild| wild.id().as_str().into())
                } else {
                    Vec::new()
                },
                about: self.dice.percent(5).then(|| visitor::About(r#"{"answers":[],"name":"A"}"#.into())),
            }),
        }
    }

    /// An agent's command of any kind.
    pub fn agent_command(&mut self) -> agent::Command {
        use agent::Command;
        let conversation = self.conversation();
        match self.dice.below(29) {
            0 => Command::Hello(agent::Hello {
                epoch: self.maybe(|wild| Epoch(wild.id())),
                resume: self.some(Self::resume),
            }),
            1 => Command::Open(agent::Open { conversation, after: self.maybe(Self::number) }),
            2 => Command::Close(agent::Close { conversation }),
            3 => Command::Note(agent::WriteNote {
                client_id: self.client_id(),
                conversation,
                body: self.text(),
            }),
            4 => Command::Claim(agent::Claim { conversation }),
            5 => {
                Command::Assign(agent::Assign { conversation, agent: self.maybe(|wild| AgentId(wild.id())) })
            }
            6 => Command::Resolve(agent::Resolve { conversation }),
            7 => Command::Reopen(agent::Reopen { conversation }),
            8 => Command::Read(self.read()),
            9 => Command::Typing(self.typing()),
            10 => {
                let filter = self.word(agent::Filter::ALL);
                Command::List(agent::List {
                    filter,
                    cursor: self.maybe(Self::id),
                    limit: self.small(),
                    only: self.only(),
                })
            }
            11 => Command::Status(agent::SetStatus { away: self.coin(), busy: self.coin() }),
            12 => Command::History(self.get_history()),
            13 => Command::Ping(Ping { nonce: self.number() }),
            14 => Command::Backstage(agent::GetBackstage {
                conversation,
                before: self.maybe(Self::number),
                limit: self.small(),
            }),
            15 => Command::Tag(triage::SetTag { conversation, tag: self.text(), on: self.coin() }),
            16 => {
                let priority = self.word(triage::Priority::ALL);
                Command::Priority(triage::SetPriority { conversation, priority })
            }
            17 => Command::Snooze(triage::Snooze { conversation, until: self.maybe(Self::number_at) }),
            18 => Command::Bookmark(self.bookmark()),
            20 => Command::Propose(approval::Propose {
                due: self.maybe(Self::number_at),
                client_id: self.client_id(),
                conversation,
                body: self.text(),
            }),
            21 => Command::Decide(approval::Decide {
                conversation,
                number: self.number(),
                verdict: self.word(approval::Verdict::ALL),
                text: self.text(),
            }),
            19 => Command::Look(agent::Look { conversation: self.coin().then_some(conversation) }),
            27 => Command::Transfer(triage::Transfer { conversation, department: self.maybe(Self::text) }),
            24 => Command::Person(person::GetPerson { conversation, before: self.maybe(Self::conversation) }),
            22 => Command::Edit(revision::EditMessage {
                client_id: self.client_id(),
                conversation,
                of: self.number(),
                body: self.text(),
            }),
            23 => Command::Delete(revision::DeleteMessage {
                client_id: self.client_id(),
                conversation,
                of: self.number(),
            }),
            25 => Command::Escalate(triage::Escalate { conversation, reason: self.text() }),
            _ => Command::Reply(agent::Reply {
                client_id: self.client_id(),
                conversation,
                body: self.text(),
                attachments: if self.dice.percent(5) {
                    self.some(|wild| wild.id().as_str().into())
                } else {
                    Vec::new()
                },
                quote: self.dice.percent(5).then(|| self.number()),
            }),
        }
    }

    /// Changes bytes here and there: a bit, a byte, a piece gone, doubled or longer, a length that lies.
    pub fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let times = if self.coin() { 1 } else { 1 + self.dice.place(4) };
        for _ in 0..times {
            if bytes.is_empty() {
                return bytes.push(0);
            }
            let (at, to) = (self.dice.place(bytes.len()), self.dice.place(bytes.len()));
            match self.dice.below(8) {
                0 => bytes[at] ^= 1 << self.dice.below(8),
                1 => bytes[at] = u8::try_from(self.dice.below(256)).unwrap_or(0),
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(at.min(to)..at.max(to))),
                4 => {
                    let piece = bytes[at.min(to)..at.max(to)].to_vec();
                    bytes.splice(at..at, piece);
                }
                // A varint as long as can be: a length of billions.
                5 => drop(bytes.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0x0f])),
                6 => {
                    drop(bytes.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]));
                }
                _ => {
                    let token = *self.dice.pick(&TOKENS);
                    bytes.splice(at..at, token.iter().copied());
                }
            }
            bytes.truncate(64 * 1024);
        }
    }
}
