//! A conversation's row while a use-case changes it: found only for somebody whose it is, changed by appending to its
//! log, saved once. Seq is taken here, within the writing transaction.
use super::{
    fault::Outcome,
    sql::{change, one, word},
};
use crate::{
    domain::{conversation::after, preview::preview},
    store::Principal,
};
use merhaba_shared::protocol::{
    ids::{ClientId, ConversationId, Millis, Seq},
    model::{Author, Data, Entry, Item, Kind, Message, Side, Status},
    visitor::Page,
};
use rusqlite::{Connection, Row, params};

/// How far a side is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The highest Seq that arrived.
    pub(super) received: Seq,
    /// The highest Seq that was read.
    pub(super) read: Seq,
    /// Messages of the other side after that.
    pub(super) unread: u32,
}

/// A conversation's row.
pub(super) struct Thread {
    pub(super) id: i64,
    pub(super) name: ConversationId,
    pub(super) site: i64,
    pub(super) assignee: Option<i64>,
    pub(super) status: Status,
    pub(super) head: Seq,
    pub(super) notes_head: u64,
    pub(super) visitor: Marks,
    pub(super) agent: Marks,
    latest: i64,
    at: Millis,
    waiting_since: Option<Millis>,
    preview: String,
    preview_side: Side,
}

/// Who appends: the row and how others see them.
pub(super) struct Hand {
    visitor: Option<i64>,
    agent: Option<i64>,
    author: Author,
}

impl Hand {
    /// The conversation's visitor.
    pub(super) fn visitor(row: i64, author: Author) -> Self {
        Self { visitor: Some(row), agent: None, author }
    }

    /// An agent.
    pub(super) fn agent(row: i64, author: Author) -> Self {
        Self { visitor: None, agent: Some(row), author }
    }
}

/// A message that is new.
pub(super) struct NewMessage {
    pub(super) client_id: ClientId,
    pub(super) body: String,
    pub(super) at: Millis,
}

macro_rules! select {
    ($from:literal) => {
        concat!(
            "SELECT c.id, c.public_id, c.site, c.assignee, c.status, c.head, c.notes_head, c.latest, c.at,
                    c.waiting_since, c.preview, c.preview_side, c.visitor_received, c.visitor_read,
                    c.visitor_unread, c.agent_received, c.agent_read, c.agent_unread
             FROM conversations c ",
            $from
        )
    };
}

/// A conversation, if it is theirs.
pub(super) fn find(db: &Connection, who: &Principal, name: &ConversationId) -> Outcome<Option<Thread>> {
    match who {
        Principal::Visitor(visitor) => {
            let sql =
                select!("JOIN visitors v ON v.id = c.visitor WHERE c.public_id = ?1 AND v.public_id = ?2");
            one(db, sql, [name.as_str(), visitor.as_str()], read)
        }
        Principal::Agent(agent) => {
            let sql = select!(
                "JOIN memberships m ON m.site = c.site JOIN agents a ON a.id = m.agent
                 WHERE c.public_id = ?1 AND a.public_id = ?2"
            );
            one(db, sql, [name.as_str(), agent.as_str()], read)
        }
    }
}

/// The latest active of a visitor's open conversations.
pub(super) fn latest_open(db: &Connection, visitor: i64) -> Outcome<Option<Thread>> {
    let sql = select!("WHERE c.visitor = ?1 AND c.status = ?2 ORDER BY c.latest DESC LIMIT 1");
    one(db, sql, params![visitor, Status::Open.number()], read)
}

/// A new conversation, without an entry yet.
pub(super) fn begin(
    db: &Connection,
    site: i64,
    visitor: i64,
    name: &ConversationId,
    at: Millis,
) -> Outcome<Thread> {
    let sql =
        "INSERT INTO conversations (public_id, site, visitor, status, head, latest, created_at, at, preview,
                   preview_side, visitor_received, visitor_read, visitor_unread, agent_received, agent_read,
                   agent_unread, locale)
               VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?5, '', ?6, 0, 0, 0, 0, 0, 0, '')";
    let values = params![name.as_str(), site, visitor, Status::Open.number(), at, Side::Visitor.number()];
    change(db, sql, values)?;
    Ok(Thread {
        id: db.last_insert_rowid(),
        name: name.clone(),
        site,
        assignee: None,
        status: Status::Open,
        head: 0,
        notes_head: 0,
        visitor: Marks::default(),
        agent: Marks::default(),
        latest: 0,
        at,
        waiting_since: None,
        preview: String::new(),
        preview_side: Side::Visitor,
    })
}

impl Thread {
    /// Appends a message.
    pub(super) fn say(&mut self, db: &Connection, hand: &Hand, new: NewMessage) -> Outcome<Item> {
        let NewMessage { client_id, body, at } = new;
        let seq = self.append(db, hand, at, None, Some((&client_id, &body)))?;
        self.preview = preview(&body);
        self.preview_side = hand.author.side();
        match self.preview_side {
            Side::Visitor => {
                self.agent.unread += 1;
                self.waiting_since.get_or_insert(at);
            }
            Side::Agent => self.visitor.unread += 1,
        }
        let (conversation, author) = (self.name.clone(), hand.author.clone());
        Ok(Item::Message(Message { conversation, seq, client_id, author, at, body, attachments: Vec::new() }))
    }

    /// Appends an entry that is not a message.
    pub(super) fn mark(&mut self, db: &Connection, hand: &Hand, kind: Kind, at: Millis) -> Outcome<Item> {
        let seq = self.append(db, hand, at, Some(kind), None)?;
        self.status = after(self.status, kind);
        let (conversation, author) = (self.name.clone(), hand.author.clone());
        Ok(Item::Entry(Entry { conversation, seq, at, author, kind, data: Data::default() }))
    }

    fn append(
        &mut self,
        db: &Connection,
        hand: &Hand,
        at: Millis,
        kind: Option<Kind>,
        said: Option<(&ClientId, &str)>,
    ) -> Outcome<Seq> {
        let seq = self.head + 1;
        let sql = "INSERT INTO entries (conversation, seq, visitor, agent, at, kind, client_id, body)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (client_id, body) = said.map(|(client_id, body)| (client_id.0, body)).unzip();
        let kind = kind.map(Kind::number);
        change(db, sql, params![self.id, seq, hand.visitor, hand.agent, at, kind, client_id, body])?;
        self.latest = db.last_insert_rowid();
        self.at = at;
        let side = hand.author.side();
        if side == Side::Agent {
            self.waiting_since = None;
        }
        self.follow(side, seq);
        self.head = seq;
        Ok(seq)
    }

    /// What a side writes has arrived there and is read there. Only if all before has too: a mark never says of
    /// the other side's message what nobody confirmed.
    fn follow(&mut self, side: Side, seq: Seq) {
        let head = self.head;
        let marks = self.marks(side);
        if marks.received == head {
            marks.received = seq;
        }
        if marks.read == head {
            marks.read = seq;
        }
    }

    /// A side's marks.
    pub(super) fn marks(&mut self, side: Side) -> &mut Marks {
        match side {
            Side::Visitor => &mut self.visitor,
            Side::Agent => &mut self.agent,
        }
    }

    /// Keeps what was changed.
    pub(super) fn save(&self, db: &Connection) -> Outcome<()> {
        let sql =
            "UPDATE conversations SET assignee = ?2, status = ?3, head = ?4, notes_head = ?5, latest = ?6,
                       at = ?7, waiting_since = ?8, preview = ?9, preview_side = ?10, visitor_received = ?11,
                       visitor_read = ?12, visitor_unread = ?13, agent_received = ?14, agent_read = ?15,
                       agent_unread = ?16
                   WHERE id = ?1";
        let values = params![
            self.id,
            self.assignee,
            self.status.number(),
            self.head,
            self.notes_head,
            self.latest,
            self.at,
            self.waiting_since,
            self.preview,
            self.preview_side.number(),
            self.visitor.received,
            self.visitor.read,
            self.visitor.unread,
            self.agent.received,
            self.agent.read,
            self.agent.unread,
        ];
        change(db, sql, values).map(|_| ())
    }

    /// Keeps the language and the page that it was last written from.
    pub(super) fn save_page(&self, db: &Connection, locale: &str, page: Option<&Page>) -> Outcome<()> {
        change(db, "UPDATE conversations SET locale = ?2 WHERE id = ?1", params![self.id, locale])?;
        let Some(page) = page else { return Ok(()) };
        let sql = "UPDATE conversations SET page_url = ?2, page_title = ?3, page_referrer = ?4 WHERE id = ?1";
        change(db, sql, params![self.id, page.url, page.title, page.referrer]).map(|_| ())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Thread> {
    Ok(Thread {
        id: row.get(0)?,
        name: ConversationId(row.get(1)?),
        site: row.get(2)?,
        assignee: row.get(3)?,
        status: word(row, 4, Status::from_number)?,
        head: row.get(5)?,
        notes_head: row.get(6)?,
        latest: row.get(7)?,
        at: row.get(8)?,
        waiting_since: row.get(9)?,
        preview: row.get(10)?,
        preview_side: word(row, 11, Side::from_number)?,
        visitor: read_marks(row, 12)?,
        agent: read_marks(row, 15)?,
    })
}

fn read_marks(row: &Row<'_>, first: usize) -> rusqlite::Result<Marks> {
    Ok(Marks { received: row.get(first)?, read: row.get(first + 1)?, unread: row.get(first + 2)? })
}
