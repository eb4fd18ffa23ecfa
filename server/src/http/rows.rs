//! A conversation as rows of markup, for the plain page. Every text from a person is escaped.
use super::{
    document::{initials, row, said},
    live_page::mine,
    rich::{self, Press},
    template::escape,
    texts::Texts,
};
use crate::domain::extra::Extra;
use merhaba_shared::layout::quote;
use merhaba_shared::protocol::{
    ids::Seq,
    model::{Attachment, Author, History, Item, Kind, Message, Side},
    visitor::ConversationCard,
};
use std::fmt::Write as _;

/// One author's entries within this time stand together.
const RUN_MS: i64 = 5 * 60 * 1000;

/// What rows need besides what they show.
pub struct Drawing<'a> {
    /// The words.
    pub texts: &'a Texts,
    /// Where a file is, or its preview.
    pub link: &'a dyn Fn(&Attachment, bool) -> String,
    /// How what can be pressed is sent.
    pub press: Press<'a>,
}

impl Drawing<'_> {
    /// Draws the entries, and under the visitor's last words how far they have come.
    pub fn all(&self, history: &History, card: &ConversationCard) -> String {
        let mut out = String::new();
        for (at, item) in history.entries.iter().enumerate() {
            let next = history.entries.get(at + 1);
            let last = next.is_none_or(|next| !together(item, next));
            out.push_str(&self.one(item, &history.entries, last, next.is_none()));
        }
        if let Some(seq) = history.entries.last().and_then(mine) {
            out.push_str(&self.state(seq, card.agent_received, card.agent_read));
        }
        out
    }

    /// Draws one entry; `last` in its run, `newest` of all. What it quotes is looked for `among` these.
    pub fn one(&self, item: &Item, among: &[Item], last: bool, newest: bool) -> String {
        match item {
            Item::Message(message) => self.message(message, among, last, newest),
            Item::Entry(entry) => {
                let words = match entry.kind {
                    Kind::Resolved => self.text("resolved"),
                    Kind::Reopened => self.text("reopened"),
                    Kind::Rated => self.text("rated"),
                    Kind::Edited | Kind::Deleted | Kind::Unknown => return String::new(),
                };
                format!("<div class=\"event\">{}</div>\n", escape(words))
            }
        }
    }

    /// That a message was taken away that stood further up.
    pub fn gone(&self) -> String {
        format!("<div class=\"event\">{}</div>\n", escape(self.text("deleted")))
    }

    /// How far the visitor's message at this place has come.
    pub fn state(&self, seq: Seq, received: Seq, read: Seq) -> String {
        let word = match seq {
            seq if seq <= read => "read",
            seq if seq <= received => "delivered",
            _ => "sent",
        };
        format!("<div class=\"mark me state\">{}</div>\n", escape(self.text(word)))
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    fn message(&self, message: &Message, among: &[Item], last: bool, newest: bool) -> String {
        let mut out = String::new();
        let mine = message.author.side() == Side::Visitor;
        let by = name(&message.author, self.texts);
        let said = if mine { self.text("you_said").to_owned() } else { said(self.texts, by) };
        if message.deleted.is_some() {
            out.push_str(&row(mine, last, &said, &initials(by), self.text("deleted")));
        } else if !message.body.is_empty() {
            out.push_str(&row(mine, last, &said, &initials(by), &message.body));
        }
        out = self.marked(&out, message);
        if let Some(quoted) = message.quote.and_then(|of| quote::find(among, of)) {
            let by = if quoted.author.side() == Side::Visitor {
                self.text("you_said")
            } else {
                name(&quoted.author, self.texts)
            };
            let line = escape(&quote::line(by, quote::words(quoted).unwrap_or_else(|| self.text("deleted"))));
            out = out.replacen("class=\"bubble\"", &format!("class=\"bubble\" data-quote=\"{line}\""), 1);
        }
        if last && !mine {
            let _ = writeln!(out, "<div class=\"mark\">{}</div>", escape(by));
        }
        let extra = message.extra.as_ref().and_then(|extra| serde_json::from_str::<Extra>(&extra.0).ok());
        let extra = extra.unwrap_or_default();
        let files = &message.attachments;
        let picture = |id: &_| files.iter().find(|file| file.id == *id).map(|file| (self.link)(file, true));
        out.push_str(&rich::draw(&extra, newest, self.press, picture));
        for attachment in files.iter().filter(|file| extra.pictures().all(|shown| *shown != file.id)) {
            out.push_str(&file(mine, attachment, &said, &(self.link)(attachment, false)));
        }
        named(&out, message)
    }

    /// The same row, with what became of its message.
    fn marked(&self, row: &str, message: &Message) -> String {
        if message.deleted.is_some() {
            return row.replacen("class=\"row", "class=\"row gone", 1);
        }
        if message.edited.is_none() {
            return row.to_owned();
        }
        let note = format!("class=\"bubble\" data-note=\"{}\"", escape(self.text("edited")));
        row.replacen("class=\"bubble\"", &note, 1)
    }
}

/// Each element of a message names it, with the entry that it was last changed by: `revised.rs` hides those of before. Every
/// element begins a line, and what people wrote never begins one with a tag.
fn named(rows: &str, message: &Message) -> String {
    let by = message.deleted.or(message.edited).unwrap_or_default();
    let names = format!(" data-of=\"{}\" data-by=\"{by}\" class=", message.seq);
    let mut out = String::with_capacity(rows.len() + names.len());
    for line in rows.split_inclusive('\n') {
        match line.strip_prefix('<').and_then(|rest| rest.split_once(" class=")) {
            Some((tag @ ("div" | "form"), rest)) => {
                let _ = write!(out, "<{tag}{names}{rest}");
            }
            _ => out.push_str(line),
        }
    }
    out
}

/// A file as a link under what was said with it.
fn file(mine: bool, file: &Attachment, said: &str, link: &str) -> String {
    let class = if mine { "mark me" } else { "mark" };
    let (said, name, link) = (escape(said), escape(&file.name), escape(link));
    format!(
        "<div class=\"{class}\"><span class=\"heard\">{said}</span><a href=\"{link}\" download=\"{name}\" dir=\"auto\">{name}</a></div>\n"
    )
}

fn together(one: &Item, next: &Item) -> bool {
    matches!(next, Item::Message(_)) && one.author() == next.author() && next.at() - one.at() < RUN_MS
}

fn name<'a>(author: &'a Author, texts: &'a Texts) -> &'a str {
    match author {
        Author::Agent(agent) => &agent.name,
        Author::Visitor(_) | Author::System(_) => texts.get("team").map_or("", String::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::Drawing;
    use crate::http::texts;
    use merhaba_shared::protocol::{
        ids::ClientId,
        model::{
            AgentAuthor, Attachment, Author, Data, Entry, History, Item, Kind, Message, Status, VisitorAuthor,
        },
        visitor::ConversationCard,
    };

    fn message(seq: u64, author: Author, body: &str) -> Item {
        let (conversation, client_id) = ("c".into(), ClientId([0; 16]));
        Item::Message(Message {
            conversation,
            seq,
            client_id,
            author,
            at: 0,
            body: body.into(),
            attachments: Vec::new(),
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        })
    }

    #[test]
    fn runs_marks_and_events() {
        let me = || Author::Visitor(VisitorAuthor::default());
        let ayse = || Author::Agent(AgentAuthor { id: "a".into(), name: "Ayşe <3".into() });
        let resolved = Entry {
            conversation: "c".into(),
            seq: 4,
            at: 0,
            author: ayse(),
            kind: Kind::Resolved,
            data: Data::default(),
        };
        let history = History {
            conversation: "c".into(),
            entries: vec![
                message(1, me(), "<script>"),
                message(2, me(), "iki"),
                message(3, ayse(), "üç"),
                Item::Entry(resolved),
                message(5, me(), "beş"),
            ],
            more: false,
        };
        let card = ConversationCard {
            conversation: "c".into(),
            status: Status::Open,
            head: 5,
            received: 5,
            read: 5,
            agent_received: 5,
            agent_read: 2,
            unread: 0,
            assignee: None,
        };
        let named = Attachment {
            id: "f1".into(),
            name: "<b>.pdf".into(),
            media_type: "application/octet-stream".into(),
            size: 3,
            picture: None,
        };
        let mut history = history;
        if let Some(Item::Message(message)) = history.entries.get_mut(2) {
            message.attachments.push(named);
            message.quote = Some(1);
        }
        let drawing = Drawing {
            texts: texts::widget().of("en").expect("English"),
            link: &|file: &Attachment, _| format!("/f/{}?a&b", file.id),
            press: super::Press { action: "/c/c", client_id: "ab" },
        };
        let out = drawing.all(&history, &card);
        assert!(!out.contains("<script>"), "{out}");
        assert!(
            out.contains("data-quote=\"\u{2068}You said\u{2069}: &lt;script&gt;\" dir=\"auto\">üç"),
            "{out}"
        );
        assert_eq!(out.matches("class=\"row me\"").count(), 1, "{out}");
        assert_eq!(out.matches("class=\"row me last\"").count(), 2, "{out}");
        assert!(out.contains("Ayşe &lt;3"), "{out}");
        assert!(
            out.contains(
                "<a href=\"/f/f1?a&amp;b\" download=\"&lt;b&gt;.pdf\" dir=\"auto\">&lt;b&gt;.pdf</a>"
            ),
            "{out}"
        );
        assert!(out.contains("class=\"event\""), "{out}");
        assert!(out.ends_with("<div class=\"mark me state\">Delivered</div>\n"), "{out}");
    }
}
