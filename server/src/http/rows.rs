//! A conversation as rows of markup, for the plain page. Every text from a person is escaped.
use super::{
    document::{initials, row, said},
    rich::{self, Press},
    template::escape,
    texts::Texts,
};
use crate::domain::extra::Extra;
use merhaba_shared::protocol::{
    model::{Attachment, Author, History, Item, Kind, Side},
    visitor::ConversationCard,
};
use std::fmt::Write as _;

/// One author's entries within this time stand together.
const RUN_MS: i64 = 5 * 60 * 1000;

/// Draws the entries, and under the visitor's last words how far they have come; `link` says where a file is, `press` how what
/// can be pressed is sent.
pub fn draw(
    history: &History,
    card: &ConversationCard,
    texts: &Texts,
    link: impl Fn(&Attachment) -> String,
    press: Press<'_>,
) -> String {
    let text = |name: &str| texts.get(name).map_or("", String::as_str);
    let mut out = String::new();
    for (at, item) in history.entries.iter().enumerate() {
        let next = history.entries.get(at + 1);
        match item {
            Item::Message(message) => {
                let mine = message.author.side() == Side::Visitor;
                let last = next.is_none_or(|next| !together(item, next));
                let face = initials(name(&message.author, texts));
                let by = name(&message.author, texts);
                let said = if mine { text("you_said").to_owned() } else { said(texts, by) };
                if !message.body.is_empty() {
                    out.push_str(&row(mine, last, &said, &face, &message.body));
                }
                if let Some(extra) = &message.extra
                    && let Ok(extra) = serde_json::from_str::<Extra>(&extra.0)
                {
                    out.push_str(&rich::draw(&extra, next.is_none(), press));
                }
                for attachment in &message.attachments {
                    out.push_str(&file(mine, attachment, &said, &link(attachment)));
                }
                if last && !mine {
                    let _ =
                        writeln!(out, "<div class=\"mark\">{}</div>", escape(name(&message.author, texts)));
                }
            }
            Item::Entry(entry) => {
                let words = match entry.kind {
                    Kind::Resolved => text("resolved"),
                    Kind::Reopened => text("reopened"),
                    Kind::Rated => text("rated"),
                    Kind::Unknown => continue,
                };
                let _ = writeln!(out, "<div class=\"event\">{}</div>", escape(words));
            }
        }
    }
    if let Some(Item::Message(last)) = history.entries.last()
        && last.author.side() == Side::Visitor
    {
        let mark = match last.seq {
            seq if seq <= card.agent_read => "read",
            seq if seq <= card.agent_received => "delivered",
            _ => "sent",
        };
        let _ = writeln!(out, "<div class=\"mark me\">{}</div>", escape(text(mark)));
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
    use super::draw;
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
        }
        let out = draw(
            &history,
            &card,
            texts::widget().of("en").expect("English"),
            |file| format!("/f/{}?a&b", file.id),
            super::Press { action: "/c/c", client_id: "ab" },
        );
        assert!(!out.contains("<script>"), "{out}");
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
        assert!(out.ends_with("<div class=\"mark me\">Delivered</div>\n"), "{out}");
    }
}
