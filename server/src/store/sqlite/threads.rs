//! A conversation while use-cases change it: found only for somebody whose it is, changed by appending to its log, kept
//! in the writer's memory, saved once for a whole group of changes. Seq is taken here, within the writing transaction.
use super::{
    fault::Outcome,
    files::{self, Unsent},
    inbox,
    sql::{change, one},
};
use crate::{
    domain::{conversation::after, preview::preview_of},
    mutants::{self, Mutant},
    store::Principal,
};
use merhaba_shared::protocol::{
    agent::InboxRow,
    codec::to_json,
    ids::{ClientId, ConversationId, Millis, Seq},
    model::{AgentAuthor, Author, Content, Data, Entry, Item, Kind, Message, Object, Side, Status},
    triage::Priority,
    visitor::{About, Page},
};
use rusqlite::{Connection, params};
use std::sync::Arc;

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

/// A conversation.
pub(super) struct Thread {
    pub(super) id: i64,
    pub(super) site: i64,
    pub(super) assignee: Option<i64>,
    /// Who has put it off.
    snoozed_by: Option<i64>,
    /// Since when its rung is counted; nothing: since the visitor waits.
    climb_from: Option<Millis>,
    pub(super) latest: i64,
    pub(super) visitor_unread: u32,
    /// All that lists show of it; shared with those who tell of it.
    pub(super) row: Arc<InboxRow>,
    /// What is to be saved before the commit.
    changed: Changed,
}

/// Which of a conversation's two rows differ from the store's, and whether somebody knows that they must be saved.
#[derive(Clone, Copy, Default)]
struct Changed {
    head: bool,
    row: bool,
    known: bool,
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
    pub(super) files: Vec<Unsent>,
    /// As JSON, checked.
    pub(super) extra: Option<String>,
    /// A message of the conversation.
    pub(super) quote: Option<Seq>,
    pub(super) at: Millis,
}

/// What an entry is.
#[derive(Clone, Copy)]
enum What<'a> {
    /// A message, with what there is to press or fill in, and what it quotes.
    Said(&'a ClientId, &'a str, Option<&'a str>, Option<Seq>),
    /// Anything else, with what belongs to it.
    Kind(Kind, Option<&'a Content>),
}

/// The row of a conversation, if it is theirs: all that reading a log needs.
pub(super) fn id(db: &Connection, who: &Principal, name: &ConversationId) -> Outcome<Option<i64>> {
    match who {
        Principal::Visitor(visitor) => {
            let sql = "SELECT c.id FROM conversations c JOIN visitors v ON v.id = c.visitor
                       WHERE c.public_id = ?1 AND v.public_id = ?2";
            one(db, sql, [name.as_str(), visitor.as_str()], |row| row.get(0))
        }
        Principal::Agent(agent) => {
            let sql = "SELECT c.id FROM conversations c JOIN memberships m ON m.site = c.site
                       JOIN agents a ON a.id = m.agent WHERE c.public_id = ?1 AND a.public_id = ?2";
            one(db, sql, [name.as_str(), agent.as_str()], |row| row.get(0))
        }
    }
}

/// A conversation by its name, whoever's it is.
pub(super) fn load(db: &Connection, name: &ConversationId) -> Outcome<Option<Thread>> {
    let sql = inbox::select!(
        ", c.id, c.site, c.assignee, h.latest, h.visitor_unread, c.snoozed_by, c.climb_from",
        "WHERE c.public_id = ?1"
    );
    one(db, sql, [name.as_str()], |row| {
        let first = inbox::COLUMNS;
        Ok(Thread {
            row: Arc::new(inbox::read(row)?),
            id: row.get(first)?,
            site: row.get(first + 1)?,
            assignee: row.get(first + 2)?,
            latest: row.get(first + 3)?,
            visitor_unread: row.get(first + 4)?,
            snoozed_by: row.get(first + 5)?,
            climb_from: row.get(first + 6)?,
            changed: Changed::default(),
        })
    })
}

/// A new conversation in the store, without an entry yet.
pub(super) fn begin(
    db: &Connection,
    site: i64,
    visitor: i64,
    name: &ConversationId,
    at: Millis,
) -> Outcome<()> {
    let sql = "INSERT INTO conversations (public_id, site, visitor, status, place, created_at, locale)
               VALUES (?1, ?2, ?3, ?4, 0, ?5, '')";
    change(db, sql, params![name.as_str(), site, visitor, Status::Open.number(), at])?;
    let sql = "INSERT INTO heads (conversation, head, latest, at, preview, preview_side, visitor_received,
                                  visitor_read, visitor_unread, agent_received, agent_read, agent_unread)
               VALUES (?1, 0, 0, ?2, '', ?3, 0, 0, 0, 0, 0, 0)";
    change(db, sql, params![db.last_insert_rowid(), at, Side::Visitor.number()]).map(|_| ())
}

impl Thread {
    /// Appends a message.
    pub(super) fn say(&mut self, db: &Connection, hand: &Hand, new: NewMessage) -> Outcome<Item> {
        let NewMessage { client_id, body, files, extra, quote, at } = new;
        let seq = self.append(db, hand, at, What::Said(&client_id, &body, extra.as_deref(), quote))?;
        files::give(db, &files, self.id, seq)?;
        let attachments: Vec<_> = files.into_iter().map(|file| file.attachment).collect();
        let row = Arc::make_mut(&mut self.row);
        row.preview = preview_of(&body, &attachments);
        row.preview_side = hand.author.side();
        match row.preview_side {
            Side::Visitor => {
                row.unread += 1;
                row.waiting_since.get_or_insert(at);
            }
            Side::Agent => {
                self.visitor_unread += 1;
                self.calm();
            }
        }
        let (conversation, author) = (self.row.conversation.clone(), hand.author.clone());
        let extra = extra.map(Object);
        Ok(Item::Message(Message {
            conversation,
            seq,
            client_id,
            author,
            at,
            body,
            attachments,
            extra,
            edited: None,
            deleted: None,
            quote,
        }))
    }

    /// Appends an entry that is not a message.
    pub(super) fn mark(&mut self, db: &Connection, hand: &Hand, kind: Kind, at: Millis) -> Outcome<Item> {
        self.mark_with(db, hand, kind, Data::default(), at)
    }

    /// The same, with what belongs to the kind.
    pub(super) fn mark_with(
        &mut self,
        db: &Connection,
        hand: &Hand,
        kind: Kind,
        data: Data,
        at: Millis,
    ) -> Outcome<Item> {
        let waiting_since = self.row.waiting_since;
        let seq = self.append(db, hand, at, What::Kind(kind, data.0.as_ref()))?;
        let row = Arc::make_mut(&mut self.row);
        if matches!(kind, Kind::Edited | Kind::Deleted) {
            // That is no answer.
            row.waiting_since = waiting_since;
        }
        let waits = row.waiting_since.is_some();
        row.status = after(row.status, kind);
        if row.status != Status::Snoozed {
            row.triage.snoozed_until = None;
            self.snoozed_by = None;
        }
        let open = row.status == Status::Open;
        self.changed.row = true;
        if !open || (!waits && !matches!(kind, Kind::Edited | Kind::Deleted)) {
            self.calm();
        }
        let (conversation, author) = (self.row.conversation.clone(), hand.author.clone());
        Ok(Item::Entry(Entry { conversation, seq, at, author, kind, data }))
    }

    /// Nothing has changed, here or in the store, when this fails.
    fn append(&mut self, db: &Connection, hand: &Hand, at: Millis, what: What<'_>) -> Outcome<Seq> {
        let left_out = mutants::on(Mutant::SeqLeftOut) && self.row.head % 5 == 4;
        let seq = self.row.head + 1 + u64::from(left_out);
        let sql =
            "INSERT INTO entries (conversation, seq, visitor, agent, at, kind, client_id, body, data, quote)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let (kind, client_id, body, data, quote) = match what {
            What::Said(client_id, body, extra, quote) => {
                (None, Some(client_id.0), Some(body), extra.map(str::to_owned), quote)
            }
            What::Kind(kind, content) => (Some(kind.number()), None, None, content.map(to_json), None),
        };
        let values = params![self.id, seq, hand.visitor, hand.agent, at, kind, client_id, body, data, quote];
        change(db, sql, values)?;
        self.latest = db.last_insert_rowid();
        let side = hand.author.side();
        self.follow(side, seq);
        let row = Arc::make_mut(&mut self.row);
        row.at = at;
        if side == Side::Agent {
            row.waiting_since = None;
        }
        row.head = seq;
        self.changed.head = true;
        Ok(seq)
    }

    /// What a side writes has arrived there and is read there. Only if all before has too: a mark never says of
    /// the other side's message what nobody confirmed.
    fn follow(&mut self, side: Side, seq: Seq) {
        let (head, mut marks) = (self.row.head, self.marks(side));
        if marks.received == head {
            marks.received = seq;
        }
        if marks.read == head {
            marks.read = seq;
        }
        self.set_marks(side, marks);
    }

    /// A side's marks.
    pub(super) fn marks(&self, side: Side) -> Marks {
        let row = &self.row;
        match side {
            Side::Visitor => {
                Marks { received: row.visitor_received, read: row.visitor_read, unread: self.visitor_unread }
            }
            Side::Agent => Marks { received: row.agent_received, read: row.agent_read, unread: row.unread },
        }
    }

    /// Moves a side's marks.
    pub(super) fn set_marks(&mut self, side: Side, marks: Marks) {
        let row = Arc::make_mut(&mut self.row);
        match side {
            Side::Visitor => {
                (row.visitor_received, row.visitor_read) = (marks.received, marks.read);
                self.visitor_unread = marks.unread;
            }
            Side::Agent => {
                (row.agent_received, row.agent_read) = (marks.received, marks.read);
                row.unread = marks.unread;
            }
        }
        self.changed.head = true;
    }

    /// Gives it to an agent, or to nobody.
    pub(super) fn assign(&mut self, to: Option<(i64, AgentAuthor)>, at: Millis) {
        let (assignee, author) = to.unzip();
        if assignee != self.assignee {
            self.calm();
            // Whoever takes it has their time; given back, it stands where the visitor's waiting has brought it.
            let waits = self.row.waiting_since.is_some();
            self.climb_from = assignee.filter(|_| waits).map(|_| at);
        }
        self.assignee = assignee;
        Arc::make_mut(&mut self.row).assignee = author;
        self.changed.row = true;
    }

    /// Puts it off until a time, by somebody; or opens it again.
    pub(super) fn snooze(&mut self, until: Option<(Millis, i64)>) {
        let (until, by) = until.unzip();
        let row = Arc::make_mut(&mut self.row);
        row.status = if until.is_some() { Status::Snoozed } else { Status::Open };
        row.triage.snoozed_until = until;
        self.snoozed_by = by;
        self.changed.row = true;
        self.calm();
    }

    /// Since when its rung is counted, if a visitor waits there and it is open.
    pub(super) fn climbs_from(&self) -> Option<Millis> {
        let row = &self.row;
        row.waiting_since.filter(|_| row.status == Status::Open).map(|since| self.climb_from.unwrap_or(since))
    }

    /// More are told that nobody answers, or owners and admins again.
    pub(super) fn climb(&mut self, rung: u8, at: Millis) {
        let row = Arc::make_mut(&mut self.row);
        row.triage.unattended_since.get_or_insert(row.waiting_since.unwrap_or(at));
        row.triage.rung = rung;
        row.triage.told = row.triage.told.saturating_add(1);
        self.climb_from = Some(at);
        self.changed.row = true;
    }

    /// Somebody attends to it: whoever waits from here on begins below.
    fn calm(&mut self) {
        if self.row.triage.rung > 0 || self.climb_from.is_some() {
            let triage = &mut Arc::make_mut(&mut self.row).triage;
            (triage.rung, triage.told, triage.unattended_since) = (0, 0, None);
            self.climb_from = None;
            self.changed.row = true;
        }
    }

    /// The latest message says something else now, or nothing any more.
    pub(super) fn set_preview(&mut self, preview: String) {
        Arc::make_mut(&mut self.row).preview = preview;
        self.changed.head = true;
    }

    /// Says how urgent it is.
    pub(super) fn set_priority(&mut self, priority: Priority) {
        Arc::make_mut(&mut self.row).triage.priority = priority;
        self.changed.row = true;
    }

    /// Says which department it is for.
    pub(super) fn set_department(&mut self, department: Option<String>) {
        Arc::make_mut(&mut self.row).triage.department = department;
        self.changed.row = true;
    }

    /// Shows these tags, which stand in a table of their own.
    pub(super) fn set_tags(&mut self, tags: Vec<String>) {
        Arc::make_mut(&mut self.row).triage.tags = tags;
    }

    /// Since when its oldest message waits for approval. Another one's clock begins anew.
    pub(super) fn wait_for_approval(&mut self, since: Option<Millis>) {
        let triage = &mut Arc::make_mut(&mut self.row).triage;
        if triage.proposed_at != since {
            (triage.proposed_at, triage.passed) = (since, 0);
            self.changed.row = true;
        }
    }

    /// More are told that it still waits.
    pub(super) fn pass(&mut self) {
        let triage = &mut Arc::make_mut(&mut self.row).triage;
        triage.passed = triage.passed.saturating_add(1);
        self.changed.row = true;
    }

    /// Takes the next number of its backstage.
    pub(super) fn next_line(&mut self) -> u64 {
        let row = Arc::make_mut(&mut self.row);
        row.backstage += 1;
        self.changed.row = true;
        row.backstage
    }

    /// Notes the language and the page that it was last written from.
    pub(super) fn set_page(&mut self, locale: &str, page: Option<&Page>) {
        if self.row.visitor.locale != locale {
            locale.clone_into(&mut Arc::make_mut(&mut self.row).visitor.locale);
            self.changed.row = true;
        }
        if page.is_some() && self.row.visitor.page.as_ref() != page {
            Arc::make_mut(&mut self.row).visitor.page = page.cloned();
            self.changed.row = true;
        }
    }

    /// Shows what the visitor has just said of themself; their own row keeps it.
    pub(super) fn set_about(&mut self, name: Option<String>, about: String) {
        let visitor = &mut Arc::make_mut(&mut self.row).visitor;
        visitor.name = name.or_else(|| visitor.name.take());
        visitor.about = Some(About(about));
    }

    /// Whether this is the first change that somebody must save.
    pub(super) const fn enlist(&mut self) -> bool {
        !std::mem::replace(&mut self.changed.known, true)
    }

    /// Puts what was changed into the store.
    pub(super) fn save(&mut self, db: &Connection) -> Outcome<()> {
        if self.changed.head {
            self.save_head(db)?;
        }
        if self.changed.row {
            self.save_row(db)?;
        }
        self.changed = Changed::default();
        Ok(())
    }

    fn save_head(&self, db: &Connection) -> Outcome<()> {
        let sql = "UPDATE heads SET head = ?2, latest = ?3, at = ?4, waiting_since = ?5, preview = ?6,
                       preview_side = ?7, visitor_received = ?8, visitor_read = ?9, visitor_unread = ?10,
                       agent_received = ?11, agent_read = ?12, agent_unread = ?13
                   WHERE conversation = ?1";
        let row = &self.row;
        let values = params![
            self.id,
            row.head,
            self.latest,
            row.at,
            row.waiting_since,
            row.preview,
            row.preview_side.number(),
            row.visitor_received,
            row.visitor_read,
            self.visitor_unread,
            row.agent_received,
            row.agent_read,
            row.unread,
        ];
        change(db, sql, values).map(|_| ())
    }

    /// Its place in lists is not touched here: `Desk::place` moves many at once.
    fn save_row(&self, db: &Connection) -> Outcome<()> {
        let sql = "UPDATE conversations SET assignee = ?2, status = ?3, notes_head = ?4, locale = ?5,
                       page_url = ?6, page_title = ?7, page_referrer = ?8, priority = ?9, snoozed_until = ?10,
                       snoozed_by = ?11, proposed_at = ?12, passed = ?13, rung = ?14, told = ?15,
                       climb_from = ?16, unattended_since = ?17, department = ?18 WHERE id = ?1";
        let card = &self.row.visitor;
        let (url, title, referrer) = card
            .page
            .as_ref()
            .map_or((None, None, None), |page| (Some(&page.url), Some(&page.title), Some(&page.referrer)));
        let status = self.row.status.number();
        let triage = &self.row.triage;
        let values = params![
            self.id,
            self.assignee,
            status,
            self.row.backstage,
            card.locale,
            url,
            title,
            referrer,
            triage.priority.number(),
            triage.snoozed_until,
            self.snoozed_by,
            triage.proposed_at,
            triage.passed,
            triage.rung,
            triage.told,
            self.climb_from,
            triage.unattended_since,
            triage.department,
        ];
        change(db, sql, values).map(|_| ())
    }
}
