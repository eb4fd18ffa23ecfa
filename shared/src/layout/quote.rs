//! The line that stands over a message for the one that it quotes: who wrote that, and its beginning as it is now. Plain text
//! in, plain text out.
use crate::protocol::{
    ids::Seq,
    model::{Item, Message},
};
use alloc::string::String;

/// The longest beginning in Unicode scalar values.
const CHARS: usize = 90;

/// The message at a place, if it is among these.
#[must_use]
pub fn find(items: &[Item], of: Seq) -> Option<&Message> {
    let at = items.binary_search_by_key(&of, Item::seq).ok()?;
    if let Item::Message(message) = &items[at] { Some(message) } else { None }
}

/// The beginning of a message; nothing of one that was taken away. Without words it is the name of its first file.
#[must_use]
pub fn words(message: &Message) -> Option<&str> {
    match message.attachments.first() {
        _ if message.deleted.is_some() => None,
        Some(file) if message.body.is_empty() => Some(&file.name),
        _ => Some(&message.body),
    }
}

/// The line for words of somebody's: one line, and not a long one.
#[must_use]
pub fn line(by: &str, words: &str) -> String {
    // A name may run the other way than what stands beside it.
    let mut line = String::from("\u{2068}");
    line.push_str(by);
    line.push_str("\u{2069}: ");
    for (at, letter) in words.trim().chars().enumerate() {
        if at == CHARS {
            line.push('…');
            break;
        }
        line.push(if letter.is_whitespace() { ' ' } else { letter });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{find, line, words};
    use crate::protocol::{
        ids::ClientId,
        model::{Author, Item, Message, VisitorAuthor},
    };
    use alloc::{string::String, vec::Vec};

    fn message(seq: u64, body: &str) -> Message {
        Message {
            conversation: "c".into(),
            seq,
            client_id: ClientId([0; 16]),
            author: Author::Visitor(VisitorAuthor::default()),
            at: 0,
            body: String::from(body),
            attachments: Vec::new(),
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        }
    }

    #[test]
    fn it_is_one_line_and_not_a_long_one() {
        assert_eq!(line("Ada", " one\n two "), "\u{2068}Ada\u{2069}: one  two");
        let long = line("Ada", &"ş".repeat(200));
        assert!(long.ends_with("ş…") && long.chars().count() == "Ada".len() + 4 + 91, "{long}");
    }

    #[test]
    fn what_was_taken_away_is_not_said_again() {
        let mut taken = message(1, "secret");
        assert_eq!(words(&taken), Some("secret"));
        taken.revise(4, None);
        assert_eq!(words(&taken), None);
    }

    #[test]
    fn it_is_found_by_its_place_alone() {
        let items: Vec<_> = [3, 4, 7].map(|seq| Item::Message(message(seq, "x"))).into();
        assert_eq!(find(&items, 4).map(|message| message.seq), Some(4));
        assert!(find(&items, 5).is_none() && find(&[], 1).is_none());
    }
}
