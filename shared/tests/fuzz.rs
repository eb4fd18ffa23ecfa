//! The codecs under fuzzing: what is encoded is decoded to the same, in both; and whatever the bytes, decoding neither
//! panics nor allocates more than the frame's length allows, also where a length within it lies.
use merhaba_shared::protocol::{
    agent::{self, InboxRow},
    codec::{from_bin, from_json, to_bin, to_json},
    model::{Attachment, Item},
    visitor,
};
use proof::{Proof, amount, seed};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeSet,
    fmt::Debug,
    time::{Duration, Instant},
};
use wild::Wild;

#[path = "../../tests/src/dice.rs"]
mod dice;
#[path = "wild/events.rs"]
mod events;
#[path = "../../tests/src/proof.rs"]
mod proof;
#[path = "wild/commands.rs"]
mod wild;

/// What decoding may hold at once for each byte of a frame: a list says how long it is, and postcard believes it up to
/// as many elements as bytes are left; so the largest element, or an item of history and what lists within it claim;
/// and as much again for a text or a list that grows.
const PER_BYTE: u64 = {
    let (row, item) = (size_of::<InboxRow>(), size_of::<Item>() + size_of::<Attachment>());
    2 * if row > item { row } else { item } as u64
};
/// … and besides, however short the frame.
const BESIDES: u64 = 16 * 1024;

/// The kinds of frames that there are, and those that came up.
#[derive(Default)]
struct Ran {
    kinds: BTreeSet<String>,
    frames: u64,
    mutants: u64,
    decoded: u64,
    most_per_byte: u64,
}

impl Ran {
    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(&mut self, frame: &T) -> [Vec<u8>; 2] {
        let (json, bin) = (to_json(frame), to_bin(frame));
        assert!(!json.is_empty() && !bin.is_empty(), "it encodes: {frame:?}");
        assert_eq!(from_json::<T>(&json).as_ref(), Ok(frame), "{json}");
        assert_eq!(from_bin::<T>(&bin).as_ref(), Ok(frame), "{bin:?}");
        let kind = json.split('"').nth(1).unwrap_or_default();
        self.kinds.insert(format!("{} {kind}", std::any::type_name::<T>()));
        self.frames += 1;
        [json.into_bytes(), bin]
    }

    fn decode(&mut self, bytes: &[u8]) {
        self.one::<visitor::Command>(bytes);
        self.one::<visitor::Event>(bytes);
        self.one::<agent::Command>(bytes);
        self.one::<agent::Event>(bytes);
    }

    fn one<T: DeserializeOwned + Serialize + PartialEq + Debug>(&mut self, bytes: &[u8]) {
        self.mutants += 2;
        let mut decoded = (None, None);
        let text = std::str::from_utf8(bytes).ok();
        let bin = allocation_counter::measure(|| decoded.0 = from_bin::<T>(bytes).ok());
        let json = allocation_counter::measure(|| {
            decoded.1 = text.and_then(|text| from_json::<T>(text).ok());
        });
        let length = u64::try_from(bytes.len()).expect("short");
        for (codec, held) in [("bin", bin.bytes_max), ("json", json.bytes_max)] {
            let most = length * PER_BYTE + BESIDES;
            assert!(held <= most, "{codec}: {held} bytes held for {length}: {bytes:?}");
            self.most_per_byte = self.most_per_byte.max(held.saturating_sub(BESIDES) / length.max(1));
        }
        // What came out of strange bytes is a frame like any other.
        if let Some(frame) = &decoded.0 {
            self.decoded += 1;
            assert_eq!(from_bin::<T>(&to_bin(frame)).as_ref(), Ok(frame));
        }
        if let Some(frame) = &decoded.1 {
            self.decoded += 1;
            assert_eq!(from_json::<T>(&to_json(frame)).as_ref(), Ok(frame));
        }
    }
}

/// Frames at least.
const FRAMES: u64 = 2_000;

#[test]
fn frames_survive_both_codecs_and_no_bytes_harm_decoding() {
    let mut proof = Proof::begin("T12.codecs", &[]);
    let mut wild = Wild::new(seed());
    let (mut ran, until) = (Ran::default(), Instant::now() + Duration::from_secs(amount(5, 600)));
    // On a busy machine too, often enough for every kind to come up.
    while Instant::now() < until || ran.frames < FRAMES {
        let encoded = match wild.dice.below(4) {
            0 => ran.round_trip(&wild.visitor_command()),
            1 => ran.round_trip(&wild.visitor_event()),
            2 => ran.round_trip(&wild.agent_command()),
            _ => ran.round_trip(&wild.agent_event()),
        };
        for bytes in encoded {
            for _ in 0..4 {
                let mut mutant = bytes.clone();
                wild.mutate(&mut mutant);
                ran.decode(&mutant);
            }
        }
    }
    assert_eq!(ran.kinds.len(), 8 + 11 + 28 + 26, "every kind came up: {:?}", ran.kinds);
    proof.figure("frames", ran.frames);
    proof.figure("mutants", ran.mutants);
    proof.figure("mutants_that_decoded", ran.decoded);
    proof.figure("most_bytes_held_per_byte", ran.most_per_byte);
    proof.holds();
}

/// A new kind of frame does not compile until it is counted here and above.
#[test]
fn every_kind_is_made() {
    use agent::{Command as FromAgent, Event as ToAgent};
    use visitor::{Command as FromVisitor, Event as ToVisitor};
    let mut wild = Wild::new(1);
    match (wild.visitor_command(), wild.visitor_event()) {
        (
            FromVisitor::Hello(_)
            | FromVisitor::Send(_)
            | FromVisitor::Read(_)
            | FromVisitor::Typing(_)
            | FromVisitor::History(_)
            | FromVisitor::Ping(_)
            | FromVisitor::Page(_)
            | FromVisitor::Attributes(_),
            ToVisitor::Welcome(_)
            | ToVisitor::Accepted(_)
            | ToVisitor::Refused(_)
            | ToVisitor::Message(_)
            | ToVisitor::Entry(_)
            | ToVisitor::History(_)
            | ToVisitor::Typing(_)
            | ToVisitor::Read(_)
            | ToVisitor::Head(_)
            | ToVisitor::Pong(_)
            | ToVisitor::Presence(_),
        ) => {}
    }
    match (wild.agent_command(), wild.agent_event()) {
        (
            FromAgent::Hello(_)
            | FromAgent::Open(_)
            | FromAgent::Close(_)
            | FromAgent::Reply(_)
            | FromAgent::Note(_)
            | FromAgent::Claim(_)
            | FromAgent::Assign(_)
            | FromAgent::Resolve(_)
            | FromAgent::Reopen(_)
            | FromAgent::Read(_)
            | FromAgent::Typing(_)
            | FromAgent::List(_)
            | FromAgent::Status(_)
            | FromAgent::History(_)
            | FromAgent::Ping(_)
            | FromAgent::Backstage(_)
            | FromAgent::Look(_)
            | FromAgent::Tag(_)
            | FromAgent::Priority(_)
            | FromAgent::Snooze(_)
            | FromAgent::Bookmark(_)
            | FromAgent::Propose(_)
            | FromAgent::Decide(_)
            | FromAgent::Edit(_)
            | FromAgent::Delete(_)
            | FromAgent::Escalate(_)
            | FromAgent::Person(_)
            | FromAgent::Transfer(_),
            ToAgent::Welcome(_)
            | ToAgent::Inbox(_)
            | ToAgent::InboxChanged(_)
            | ToAgent::Message(_)
            | ToAgent::Entry(_)
            | ToAgent::History(_)
            | ToAgent::Note(_)
            | ToAgent::Accepted(_)
            | ToAgent::Refused(_)
            | ToAgent::Typing(_)
            | ToAgent::Read(_)
            | ToAgent::Head(_)
            | ToAgent::Pong(_)
            | ToAgent::Claimed(_)
            | ToAgent::Status(_)
            | ToAgent::Rows(_)
            | ToAgent::Activity(_)
            | ToAgent::Company(_)
            | ToAgent::Counts(_)
            | ToAgent::Bookmarked(_)
            | ToAgent::Proposal(_)
            | ToAgent::Decided(_)
            | ToAgent::Person(_)
            | ToAgent::Mentioned(_)
            | ToAgent::Visit(_)
            | ToAgent::Here(_),
        ) => {}
    }
}
