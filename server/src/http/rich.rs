//! What there is to press under a message, on the plain page: buttons that send the words as a form, and links. A form's
//! questions stand in the message's text, which the visitor answers in words. Every text from people is escaped.
use super::template::escape;
use crate::domain::extra::{Button, Card, Extra};
use std::fmt::Write as _;

/// How a press is sent: the page's address, and the id that its next message has.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// Where the form goes.
    pub action: &'a str,
    /// The same as the page's own form has: of both one is sent.
    pub client_id: &'a str,
}

impl Press<'_> {
    fn button(self, text: &str, words: &str) -> String {
        let (action, id, text, words) =
            (escape(self.action), escape(self.client_id), escape(text), escape(words));
        format!(
            "<form method=\"post\" action=\"{action}\" accept-charset=\"utf-8\"><input type=\"hidden\" name=\"client_id\" value=\"{id}\"><button name=\"body\" value=\"{words}\" class=\"more\" dir=\"auto\">{text}</button></form>\n"
        )
    }
}

/// Draws it; quick replies only under the last message.
pub fn draw(extra: &Extra, last: bool, press: Press<'_>) -> String {
    let mut out = String::new();
    for Card { title, text, buttons } in &extra.cards {
        let _ = writeln!(
            out,
            "<div class=\"row\"><div class=\"bubble\" dir=\"auto\"><strong>{}</strong>\n{}</div></div>",
            escape(title),
            escape(text)
        );
        for Button { text, url, reply } in buttons {
            match (url, reply) {
                (Some(url), _) => {
                    let _ = writeln!(
                        out,
                        "<div class=\"mark\"><a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\" dir=\"auto\">{}</a></div>",
                        escape(url),
                        escape(text)
                    );
                }
                (None, Some(reply)) => out.push_str(&press.button(text, reply)),
                (None, None) => {}
            }
        }
    }
    for reply in extra.replies.iter().filter(|_| last) {
        out.push_str(&press.button(reply, reply));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Button, Card, Extra, Press, draw};

    #[test]
    fn words_are_words_and_only_the_last_asks() {
        let press = Press { action: "/c/demo?lang=tr", client_id: "ab" };
        let button = |url: Option<&str>, reply: Option<&str>| Button {
            text: "<i>".into(),
            url: url.map(str::to_owned),
            reply: reply.map(str::to_owned),
        };
        let cards = vec![Card {
            title: "<b>".into(),
            text: String::new(),
            buttons: vec![button(Some("https://a.example/?a&b"), None), button(None, Some("\"ayır\""))],
        }];
        let extra = Extra { replies: vec!["Evet".into()], cards, ..Extra::default() };
        let drawn = draw(&extra, true, press);
        assert!(!drawn.contains("<b>") && !drawn.contains("<i>"), "{drawn}");
        assert!(drawn.contains("href=\"https://a.example/?a&amp;b\""), "{drawn}");
        assert!(drawn.contains("value=\"&quot;ayır&quot;\""), "{drawn}");
        assert!(drawn.contains(">Evet</button>") && !draw(&extra, false, press).contains("Evet"), "{drawn}");
    }
}
