//! How the generator speaks: frames prepared with the wire's own types, of which only the client id changes; and events
//! read only as far as counting them needs. The client id carries when the message was due and whose it is, so that
//! nothing has to be looked up.
use crate::frames::Opcode;
use merhaba_shared::protocol::{
    agent,
    codec::{self, Codec},
    ids::{ClientId, ConversationId},
    model::Side,
    visitor,
};
use serde::Serialize;

/// Stands in a prepared frame where the client id will be.
const MARK: ClientId = ClientId(*b"\xf0where the id is");

/// What a message of ours carries in its client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When it was to be sent, in nanoseconds of the generator's clock.
    pub due: u64,
    /// The number of its conversation here.
    pub talk: u32,
    /// Who sent it.
    pub side: Side,
    /// Its place among what this side has sent, from 0.
    pub count: u32,
}

impl Stamp {
    fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.due.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.talk.to_be_bytes());
        let side = if self.side == Side::Agent { 1 << 31 } else { 0 };
        bytes[12..].copy_from_slice(&(self.count | side).to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        let all = u128::from_be_bytes(bytes);
        // Cut on purpose: the number is taken apart.
        #[expect(clippy::cast_possible_truncation, reason = "each part has its bits")]
        let (due, talk, count) = ((all >> 64) as u64, (all >> 32) as u32, all as u32 & 0x7fff_ffff);
        let side = if all & (1 << 31) == 0 { Side::Visitor } else { Side::Agent };
        Self { due, talk, side, count }
    }
}

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The session has begun.
    Welcome,
    /// A message of ours is stored.
    Accepted(Stamp),
    /// A message stands in a timeline.
    Message(Stamp, u64),
    /// A command was not carried out.
    Refused,
    /// A page of a timeline.
    History,
    /// A page of a list.
    Inbox,
    /// A row of a list has changed.
    InboxChanged,
    /// How far a side has read.
    Read,
    /// Something that nothing here waits for.
    Other,
}

/// A frame that is sent again and again with another client id.
#[derive(Clone, Debug)]
pub struct Prepared {
    frame: Vec<u8>,
    at: usize,
}

/// A language of the wire.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    codec: Codec,
}

impl Dialect {
    /// Speaks a codec.
    #[must_use]
    pub const fn new(codec: Codec) -> Self {
        Self { codec }
    }

    /// The subprotocol to ask for.
    #[must_use]
    pub const fn subprotocol(self) -> &'static str {
        self.codec.subprotocol()
    }

    /// How its frames are marked.
    #[must_use]
    pub const fn opcode(self) -> Opcode {
        match self.codec {
            Codec::Json => Opcode::Text,
            Codec::Bin => Opcode::Binary,
        }
    }

    /// A command's frame.
    #[must_use]
    pub fn frame<C: Serialize>(self, command: &C) -> Vec<u8> {
        match self.codec {
            Codec::Json => codec::to_json(command).into_bytes(),
            Codec::Bin => codec::to_bin(command),
        }
    }

    /// An event, whole, with the wire's own types; `None` when it is none of them.
    #[must_use]
    pub fn whole<E: serde::de::DeserializeOwned>(self, frame: &[u8]) -> Option<E> {
        match self.codec {
            Codec::Json => codec::from_json(std::str::from_utf8(frame).ok()?).ok(),
            Codec::Bin => codec::from_bin(frame).ok(),
        }
    }

    /// A message of one side in a conversation, to be sent often.
    #[must_use]
    pub fn message(self, side: Side, conversation: Option<&ConversationId>, body: &str) -> Prepared {
        let (body, conversation, attachments) = (body.to_owned(), conversation.cloned(), Vec::new());
        let frame = match side {
            Side::Visitor => self.frame(&visitor::Command::Send(visitor::Send {
                client_id: MARK,
                conversation,
                new: false,
                body,
                attachments,
                about: None,
            })),
            Side::Agent => self.frame(&agent::Command::Reply(agent::Reply {
                client_id: MARK,
                conversation: conversation.unwrap_or_default(),
                body,
                attachments,
                quote: None,
            })),
        };
        self.prepare(frame)
    }

    /// Finds the place of the client id in a frame.
    #[must_use]
    pub fn prepare(self, frame: Vec<u8>) -> Prepared {
        let mark = match self.codec {
            Codec::Json => MARK.to_hex().into_bytes(),
            Codec::Bin => MARK.0.to_vec(),
        };
        let at = frame.windows(mark.len()).position(|bytes| bytes == mark).unwrap_or_default();
        Prepared { frame, at }
    }

    /// The prepared frame with this stamp.
    pub fn stamp(self, prepared: &mut Prepared, stamp: Stamp) -> &[u8] {
        let Prepared { frame, at } = prepared;
        let bytes = stamp.bytes();
        match self.codec {
            Codec::Json => to_hex(bytes, &mut frame[*at..*at + 32]),
            Codec::Bin => frame[*at..*at + 16].copy_from_slice(&bytes),
        }
        frame
    }

    /// What an event to one side says.
    #[must_use]
    pub fn read(self, side: Side, frame: &[u8]) -> Said {
        match self.codec {
            Codec::Json => read_json(frame),
            Codec::Bin => read_bin(side, frame).unwrap_or(Said::Other),
        }
    }
}

/// The mark as it stands in JSON, for frames that others write.
#[must_use]
pub fn mark() -> String {
    MARK.to_hex()
}

fn to_hex(bytes: [u8; 16], to: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in to.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

pub(crate) fn from_hex(digits: &[u8]) -> Option<[u8; 16]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        _ => byte.wrapping_sub(b'a').wrapping_add(10) & 15,
    };
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.get(..32)?.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    Some(bytes)
}

/// Where a field's value begins, at or after a place. In the order of the types it is right there.
fn field(frame: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    let rest = frame.get(from..)?;
    if rest.starts_with(name) {
        return Some(from + name.len());
    }
    rest.windows(name.len()).position(|bytes| bytes == name).map(|at| from + at + name.len())
}

fn read_json(frame: &[u8]) -> Said {
    match frame.get(2..9) {
        Some(b"Message") => message_json(frame).unwrap_or(Said::Other),
        Some(b"Accepte") => {
            let id = field(frame, 12, b"{\"client_id\":\"").and_then(|at| from_hex(&frame[at..]));
            id.map_or(Said::Other, |id| Said::Accepted(Stamp::from_bytes(id)))
        }
        Some(b"InboxCh") => Said::InboxChanged,
        Some(b"Inbox\":") => Said::Inbox,
        Some(b"Welcome") => Said::Welcome,
        Some(b"Refused") => Said::Refused,
        Some(b"History") => Said::History,
        Some(b"Read\":{") => Said::Read,
        _ => Said::Other,
    }
}

fn message_json(frame: &[u8]) -> Option<Said> {
    let id = field(frame, 11, b"{\"conversation\":\"")?;
    let end = id + frame.get(id..)?.iter().position(|byte| *byte == b'"')?;
    let at = field(frame, end, b"\",\"seq\":")?;
    let digits = frame[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let seq = frame[at..at + digits].iter().fold(0, |seq, byte| seq * 10 + u64::from(byte - b'0'));
    let at = field(frame, at + digits, b",\"client_id\":\"")?;
    Some(Said::Message(Stamp::from_bytes(from_hex(&frame[at..])?), seq))
}

fn read_bin(side: Side, frame: &[u8]) -> Option<Said> {
    let (kind, rest) = frame.split_first()?;
    Some(match (side, kind) {
        (_, 0) => Said::Welcome,
        (Side::Visitor, 1) | (Side::Agent, 7) => Said::Accepted(Stamp::from_bytes(*rest.first_chunk()?)),
        (_, 3) => {
            let (length, rest) = varint(rest)?;
            let rest = rest.get(usize::try_from(length).ok()?..)?;
            let (seq, rest) = varint(rest)?;
            Said::Message(Stamp::from_bytes(*rest.first_chunk()?), seq)
        }
        (Side::Visitor, 2) | (Side::Agent, 8) => Said::Refused,
        (_, 5) => Said::History,
        (Side::Agent, 1) => Said::Inbox,
        (Side::Agent, 2) => Said::InboxChanged,
        (Side::Visitor, 7) | (Side::Agent, 10) => Said::Read,
        _ => Said::Other,
    })
}

/// Postcard's numbers: seven bits a byte, the lowest first.
fn varint(mut bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, bytes));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    //! Every event as the wire's own types write it.
    use super::*;
    use merhaba_shared::protocol::REVISION;
    use std::{fs, path::Path};

    const STAMP: Stamp = Stamp { due: 77_123_456_789, talk: 99_999, side: Side::Agent, count: 1_234_567 };

    /// The examples of the wire, one file per event and codec.
    fn golden(side: Side, kind: &str, codec: Codec) -> Vec<u8> {
        let side = if side == Side::Agent { "agent" } else { "visitor" };
        let ending = match codec {
            Codec::Json => "json".to_owned(),
            Codec::Bin => format!("bin.{REVISION}.hex"),
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tests/golden/v1");
        let text =
            fs::read_to_string(folder.join(format!("{side}.event.{kind}.{ending}"))).expect("an example");
        let text = text.trim();
        match codec {
            Codec::Json => text.as_bytes().to_vec(),
            Codec::Bin => (0..text.len() / 2)
                .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).expect("hex"))
                .collect(),
        }
    }

    #[test]
    fn every_kind_of_event_is_told_apart_in_both_codecs() {
        let kinds =
            ["Welcome", "Accepted", "Refused", "Message", "Entry", "History", "Typing", "Read", "Head"];
        for codec in [Codec::Json, Codec::Bin] {
            for side in [Side::Visitor, Side::Agent] {
                let more: &[_] = if side == Side::Agent { &["Inbox", "InboxChanged"] } else { &["Presence"] };
                for kind in kinds.iter().chain(more) {
                    let said = Dialect::new(codec).read(side, &golden(side, kind, codec));
                    let right = match *kind {
                        "Accepted" => matches!(said, Said::Accepted(_)),
                        "Message" => matches!(said, Said::Message(_, 13)),
                        "Entry" | "Typing" | "Head" | "Presence" => said == Said::Other,
                        kind => format!("{said:?}") == kind,
                    };
                    assert!(right, "{kind} to {side:?} in {codec:?} is read as {said:?}");
                }
            }
        }
    }

    #[test]
    fn a_stamp_goes_out_and_comes_back_in_both_codecs() {
        for codec in [Codec::Json, Codec::Bin] {
            let dialect = Dialect::new(codec);
            let mut prepared = dialect.message(Side::Agent, Some(&"cv1".into()), "Merhaba");
            let frame = dialect.stamp(&mut prepared, STAMP);
            let Some(agent::Command::Reply(reply)) = dialect.whole(frame) else { panic!("not a reply") };
            assert_eq!((reply.client_id, &*reply.body), (ClientId(STAMP.bytes()), "Merhaba"));
            let accepted = merhaba_shared::protocol::model::Accepted {
                client_id: reply.client_id,
                conversation: reply.conversation,
                seq: 1,
                at: 0,
            };
            let event = dialect.frame(&agent::Event::Accepted(accepted));
            assert_eq!(dialect.read(Side::Agent, &event), Said::Accepted(STAMP));
        }
    }
}
