//! What is said to open and to go on, to the relay and to a floor: the upgrade's request, the first frame, names and
//! tokens from what is answered. Holds no state of a conversation.
use crate::{
    dialect::{Dialect, Stamp, mark},
    layout::Layout,
    play::Part,
    staff::Staff,
    talk::Talk,
};
use merhaba_shared::protocol::{
    agent,
    error::Refused,
    ids::ConversationId,
    model::{Resume, Side},
    visitor::{self, Page},
};
use std::net::SocketAddr;

/// A message's text: 120 bytes.
pub const BODY: &str = "Merhaba, siparisim hala gelmedi; kargo takip numaram 4821973 ve adresim degismedi. Ne zaman \
                        elimde olur, bakar misiniz?!";

/// Whom the generator speaks to.
#[derive(Clone, Debug)]
pub enum Script {
    /// The relay, with its sites and agents.
    Relay(Staff),
    /// A floor.
    Floor,
}

impl Script {
    /// Whether it is the relay.
    #[must_use]
    pub const fn is_relay(&self) -> bool {
        matches!(self, Self::Relay(_))
    }

    /// The request of an upgrade.
    #[must_use]
    pub fn upgrade(&self, dialect: Dialect, layout: &Layout, address: SocketAddr, part: Part) -> String {
        let (path, credential) = match (self, part) {
            (Self::Relay(staff), Part::Seat(seat)) => {
                let bearer = &staff.bearers[layout.seats[seat].agent];
                ("agent", format!("Authorization: Bearer {bearer}\r\n"))
            }
            (_, Part::Visitor(_)) => ("visitor", format!("Origin: http://{address}\r\n")),
            (Self::Floor, Part::Seat(_)) => ("agent", String::new()),
        };
        format!(
            "GET /ws/{path} HTTP/1.1\r\nHost: {address}\r\n{credential}Connection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {}\r\n\r\n",
            dialect.subprotocol()
        )
    }

    /// The first frame on a line; after a loss it asks for what was missed.
    #[must_use]
    pub fn hello(&self, dialect: Dialect, layout: &Layout, talks: &[Talk], part: Part) -> Vec<u8> {
        let (numbers, side): (&[u32], _) = match &part {
            Part::Visitor(talk) => (std::slice::from_ref(talk), Side::Visitor),
            Part::Seat(seat) => (&layout.seats[*seat].talks, Side::Agent),
        };
        let Self::Relay(staff) = self else { return join(numbers) };
        let talk = |number: &u32| &talks[*number as usize];
        let resume = numbers.iter().filter_map(|number| resume(talk(number), side)).collect();
        match part {
            Part::Visitor(number) => {
                let Talk { site, token, .. } = talk(&number);
                dialect.frame(&visitor::Command::Hello(visitor::Hello {
                    site: staff.sites[*site].as_str().into(),
                    token: token.clone(),
                    locale: "tr".into(),
                    page: Some(page()),
                    epoch: None,
                    resume,
                }))
            }
            Part::Seat(_) => dialect.frame(&agent::Command::Hello(agent::Hello { epoch: None, resume })),
        }
    }

    /// Keeps a visitor's new token; whether their conversation has to be begun.
    pub fn welcomed(&self, dialect: Dialect, talk: &mut Talk, frame: &[u8]) -> bool {
        if !self.is_relay() {
            return false;
        }
        let Some(visitor::Event::Welcome(welcome)) = dialect.whole(frame) else { return false };
        if welcome.token.is_some() {
            talk.token = welcome.token;
        }
        let first = talk.name.is_none() && talk.end(Side::Visitor).waiting.is_empty();
        if first {
            talk.end(Side::Visitor).prepared = Some(dialect.message(Side::Visitor, None, BODY));
        }
        first
    }

    /// The first message is stored: the conversation has a name.
    pub fn named(&self, dialect: Dialect, talk: &mut Talk, stamp: Stamp, frame: &[u8]) {
        let Some(visitor::Event::Accepted(accepted)) = dialect.whole(frame) else { return };
        let (name, seq) = (accepted.conversation, accepted.seq);
        for (side, end) in [Side::Visitor, Side::Agent].into_iter().zip(&mut talk.ends) {
            end.prepared = Some(dialect.message(side, Some(&name), BODY));
            // Whoever opens it finds the first message there.
            end.seen = u32::from(side != stamp.side);
        }
        talk.end(stamp.side).seq = seq;
        talk.name = Some(name);
    }

    /// A floor's conversations have names from the start.
    pub fn name_all(dialect: Dialect, talks: &mut [Talk]) {
        for (number, talk) in (0..).zip(talks) {
            let name = floor_name(number);
            let text =
                format!(r#"{{"Send":{{"client_id":"{}","conversation":"{name}","body":"{BODY}"}}}}"#, mark());
            for end in &mut talk.ends {
                end.prepared = Some(dialect.prepare(text.clone().into_bytes()));
            }
            talk.name = Some(ConversationId(name));
        }
    }

    /// Where a page of a list goes on.
    #[must_use]
    pub fn cursor(&self, dialect: Dialect, frame: &[u8]) -> Option<String> {
        match dialect.whole(frame)? {
            agent::Event::Inbox(inbox) => inbox.cursor,
            _ => None,
        }
    }

    /// Which message a refusal is about, if it is about one.
    #[must_use]
    pub fn refused(&self, dialect: Dialect, side: Side, frame: &[u8]) -> Option<Stamp> {
        let Refused { client_id, .. } = match side {
            Side::Visitor => match dialect.whole(frame)? {
                visitor::Event::Refused(refused) => refused,
                _ => return None,
            },
            Side::Agent => match dialect.whole(frame)? {
                agent::Event::Refused(refused) => refused,
                _ => return None,
            },
        };
        client_id.map(|id| Stamp::from_bytes(id.0))
    }
}

fn resume(talk: &Talk, side: Side) -> Option<Resume> {
    let end = &talk.ends[crate::talk::place(side)];
    // Nothing has been seen before the first time.
    let conversation =
        talk.name.clone().filter(|_| end.seq > 0 && (side == Side::Visitor || end.line.is_some()))?;
    Some(Resume { conversation, after: end.seq })
}

fn page() -> Page {
    Page {
        url: "https://shop.example/urun/42".into(), title: "Çay bardağı".into(), referrer: String::new()
    }
}

/// A floor's name of a conversation: as long as the relay's.
fn floor_name(number: u32) -> String {
    format!("{number:0width$}", width = crate::floor::NAME)
}

fn join(numbers: &[u32]) -> Vec<u8> {
    let names: Vec<String> = numbers.iter().map(|number| format!("\"{}\"", floor_name(*number))).collect();
    format!(r#"{{"Join":[{}]}}"#, names.join(",")).into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_message_has_120_bytes() {
        assert_eq!(super::BODY.len(), 120, "{}", super::BODY);
    }
}
