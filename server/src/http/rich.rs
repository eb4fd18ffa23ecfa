//! What there is to press under a message, on the plain page: buttons that send the words as a form, and links. A form's
//! questions stand in the message's text, which the visitor answers in words. Every text from people is escaped.
use super::template::escape;
use crate::domain::extra::{Button, Card, Extra};
use merhaba_shared::protocol::ids::AttachmentId;
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
    fn button(self, class: &str, text: &str, words: &str) -> String {
        let (action, id, text, words) =
            (escape(self.action), escape(self.client_id), escape(text), escape(words));
        format!(
            "<form class=\"press {class}\" method=\"post\" action=\"{action}\" accept-charset=\"utf-8\"><input type=\"hidden\" name=\"client_id\" value=\"{id}\"><button name=\"body\" value=\"{words}\" dir=\"auto\">{text}</button></form>\n"
        )
    }
}

/// Draws it; quick replies only under the last message. `picture` says where a file is.
pub fn draw(
    extra: &Extra,
    last: bool,
    press: Press<'_>,
    picture: impl Fn(&AttachmentId) -> Option<String>,
) -> String {
    let mut out = String::new();
    for card in &extra.cards {
        draw_card(&mut out, card, press, &picture);
    }
    for reply in extra.replies.iter().filter(|_| last) {
        out.push_str(&press.button("reply", reply, reply));
    }
    out
}

fn draw_card(
    out: &mut String,
    card: &Card,
    press: Press<'_>,
    picture: impl Fn(&AttachmentId) -> Option<String>,
) {
    let Card { picture: shown, title, text, buttons } = card;
    out.push_str("<div class=\"card\">");
    if let Some(link) = shown.as_ref().and_then(picture) {
        let _ = write!(out, "<img src=\"{}\" alt=\"\">", escape(&link));
    }
    let _ = write!(out, "<strong dir=\"auto\">{}</strong>", escape(title));
    if !text.is_empty() {
        let _ = write!(out, "<p dir=\"auto\">{}</p>", escape(text));
    }
    for Button { text, url, reply } in buttons {
        match (url, reply) {
            (Some(url), _) => {
                let _ = write!(
                    out,
                    "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\" dir=\"auto\">{}</a>",
                    escape(url),
                    escape(text)
                );
            }
            (None, Some(reply)) => out.push_str(&press.button("", text, reply)),
            (None, None) => {}
        }
    }
    out.push_str("</div>\n");
}

#[cfg(test)]
mod tests {
    use super::{AttachmentId, Button, Card, Extra, Press, draw};

    #[test]
    fn words_are_words_and_only_the_last_asks() {
        let press = Press { action: "/c/demo?lang=tr", client_id: "ab" };
        let button = |url: Option<&str>, reply: Option<&str>| Button {
            text: "<i>".into(),
            url: url.map(str::to_owned),
            reply: reply.map(str::to_owned),
        };
        let cards = vec![Card {
            picture: Some("f1".into()),
            title: "<b>".into(),
            text: String::new(),
            buttons: vec![button(Some("https://a.example/?a&b"), None), button(None, Some("\"ayır\""))],
        }];
        let extra = Extra { replies: vec!["Evet".into()], cards, ..Extra::default() };
        let picture = |id: &AttachmentId| Some(format!("/f/{id}?a&b"));
        let drawn = draw(&extra, true, press, picture);
        assert!(!drawn.contains("<b>") && !drawn.contains("<i>"), "{drawn}");
        assert!(drawn.contains("href=\"https://a.example/?a&amp;b\""), "{drawn}");
        assert!(drawn.contains("value=\"&quot;ayır&quot;\""), "{drawn}");
        assert!(drawn.contains("<img src=\"/f/f1?a&amp;b\" alt=\"\">"), "{drawn}");
        assert!(
            drawn.contains(">Evet</button>") && !draw(&extra, false, press, picture).contains("Evet"),
            "{drawn}"
        );
    }
}
