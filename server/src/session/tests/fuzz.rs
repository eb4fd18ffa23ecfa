//! Sessions under fuzzing: frames of every kind, malformed ones among them, in sequence into one session of each
//! audience. A session answers or closes with a code of the table; it never just ends, and whatever was sent, the store
//! keeps its invariants.
use super::*;
use crate::{
    clock::simulated::Simulation,
    proof::{Proof, amount, seed},
    session::tests::simulation::Log,
    wild::Wild,
};
use merhaba_shared::protocol::{agent, close, codec, error::Code, ids::Token, model, visitor};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// Frames in one run.
const FRAMES: usize = 300;

fn encode(codec: Codec, command: &impl Serialize) -> Vec<u8> {
    match codec {
        Codec::Json => codec::to_json(command).into_bytes(),
        Codec::Bin => codec::to_bin(command),
    }
}

fn decode<E: DeserializeOwned>(codec: Codec, bytes: &[u8]) -> E {
    match codec {
        Codec::Json => codec::from_json(std::str::from_utf8(bytes).expect("UTF-8")).expect("an event"),
        Codec::Bin => codec::from_bin(bytes).expect("an event"),
    }
}

fn carry(codec: Codec, bytes: Vec<u8>) -> Frame {
    match codec {
        Codec::Json => Frame::Text(bytes.into()),
        Codec::Bin => Frame::Binary(bytes.into()),
    }
}

/// A session under fuzzing.
struct Fuzzed {
    client: Client,
    codec: Codec,
    agent: bool,
    /// The last thing said was an end, so that the session may end without a word.
    ended: bool,
}

impl Fuzzed {
    /// The next thing to say: mostly a command, often one that was a command once, now and then no frame of these.
    fn next(&mut self, wild: &mut Wild) -> Result<Frame, Fault> {
        let mut bytes = if self.agent {
            encode(self.codec, &wild.agent_command())
        } else {
            encode(self.codec, &wild.visitor_command())
        };
        match wild.dice.below(1_000) {
            0..200 => wild.mutate(&mut bytes),
            200..220 => {
                let other = if self.codec == Codec::Json { Codec::Bin } else { Codec::Json };
                return Ok(carry(other, bytes));
            }
            220..240 => return Ok(if wild.dice.percent(50) { Frame::Ping } else { Frame::Pong }),
            240..243 => {
                self.ended = true;
                return Ok(Frame::Close(1000, wild.text()));
            }
            243..246 => {
                self.ended = true;
                return Err(*wild.dice.pick(&[Fault::TooBig, Fault::NotText, Fault::Protocol, Fault::Lost]));
            }
            _ => {}
        }
        Ok(carry(self.codec, bytes))
    }

    /// Takes what the session has said, until it says nothing more; whether it goes on.
    async fn listen(&mut self) -> bool {
        loop {
            // Time moves only when the session has nothing to do.
            match tokio::time::timeout(Duration::from_millis(1), self.client.from.recv()).await {
                Err(_) => return true,
                Ok(Some(Frame::Close(code, _))) => {
                    let known = close::ALL.iter().any(|close| close.code == code);
                    assert!(known || [1002, 1007, 1009].contains(&code), "closed with {code}");
                    assert_ne!(code, close::UNAVAILABLE.code, "the store can be read");
                    return false;
                }
                Ok(Some(Frame::Ping)) => _ = self.client.to.try_send(Ok(Frame::Pong)),
                Ok(Some(Frame::Pong)) => {}
                Ok(Some(Frame::Text(bytes) | Frame::Binary(bytes))) => self.read(&bytes),
                Ok(None) => {
                    assert!(self.ended, "the session ended without a word");
                    return false;
                }
            }
        }
    }

    /// What the session says can be read, and never that the store failed: it does not.
    fn read(&self, bytes: &[u8]) {
        let refused = if self.agent {
            match decode(self.codec, bytes) {
                agent::Event::Refused(refused) => Some(refused),
                _ => None,
            }
        } else {
            match decode(self.codec, bytes) {
                visitor::Event::Refused(refused) => Some(refused),
                _ => None,
            }
        };
        assert!(refused.as_ref().is_none_or(|refused| refused.code != Code::Unavailable), "{refused:?}");
    }

    /// Whether it still answers.
    async fn answers(&mut self) {
        let ping = model::Ping { nonce: 77 };
        let question = if self.agent {
            encode(self.codec, &agent::Command::Ping(ping))
        } else {
            encode(self.codec, &visitor::Command::Ping(ping))
        };
        let answer = if self.agent {
            encode(self.codec, &agent::Event::Pong(model::Pong { nonce: 77 }))
        } else {
            encode(self.codec, &visitor::Event::Pong(model::Pong { nonce: 77 }))
        };
        self.client.to.send(Ok(carry(self.codec, question))).await.expect("it reads");
        let answer = carry(self.codec, answer);
        while tokio::time::timeout(Duration::from_secs(5), self.client.from.recv()).await.expect("it answers")
            != Some(answer.clone())
        {}
    }
}

/// A session of either audience after its handshake, whose own is sometimes fuzzed too.
async fn begin(rig: &Rig, wild: &mut Wild, agent: bool) -> Fuzzed {
    let codec = if wild.dice.percent(50) { Codec::Bin } else { Codec::Json };
    let hello = if agent {
        let resume = Vec::new();
        encode(codec, &agent::Command::Hello(agent::Hello { epoch: None, resume }))
    } else {
        let mut hello = wild.visitor_hello("shop");
        if wild.dice.percent(70) {
            hello.token = wild.ids.iter().find(|id| id.len() == 43).map(|id| Token(id.clone()));
        }
        encode(codec, &visitor::Command::Hello(hello))
    };
    let client = if agent { rig.agent_line(ADA, codec).await } else { rig.visitor_line(codec) };
    client.to.send(Ok(carry(codec, hello))).await.expect("it reads");
    Fuzzed { client, codec, agent, ended: false }
}

/// The name that the agent signs in with, which is also her secret.
const ADA: &str = "ada";

async fn run(seed: u64) -> usize {
    let _simulation = Simulation::begin(seed);
    let mut wild = Wild::new(seed);
    let rig = Rig::with(wild.dice.percent(50)).await;
    rig.sign_in(ADA, "shop", Role::Agent).await;
    wild.ids.extend(["shop", ADA, "epoch"].map(String::from));
    let mut lines = [begin(&rig, &mut wild, false).await, begin(&rig, &mut wild, true).await];
    for _ in 0..FRAMES {
        let line = &mut lines[usize::from(wild.dice.percent(40))];
        let next = line.next(&mut wild);
        // A session that waits for the disk reads no more for a while.
        let goes_on = line.client.to.try_send(next).is_ok() && line.listen().await;
        if !goes_on {
            let agent = line.agent;
            *line = begin(&rig, &mut wild, agent).await;
        }
        if wild.dice.percent(10) {
            let log = Log::read(&*rig.store).await;
            wild.conversations = log.rows.keys().map(|id| id.0.clone()).collect();
            wild.ids.truncate(3);
            wild.ids.extend(log.rows.values().map(|(row, _)| row.visitor.id.0.clone()));
        }
    }
    for line in &mut lines {
        if line.listen().await {
            line.answers().await;
        }
    }
    let log = Log::read(&*rig.store).await;
    log.is_consistent();
    log.rows.values().map(|(_, items)| items.len()).sum()
}

#[test]
fn whatever_is_sent_a_session_answers_or_closes_and_the_store_stays_right() {
    let mut proof = Proof::begin("T12.sessions", &["P4", "P6"]);
    let (first, cases) = (seed(), amount(20, 10_000));
    let mut entries = 0;
    for number in 0..cases {
        // One that failed is had again as the first, with MERHABA_SEED.
        let seed = first.wrapping_add(number);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let ran = std::panic::AssertUnwindSafe(|| runtime.expect("a runtime").block_on(run(seed)));
        entries += std::panic::catch_unwind(ran).unwrap_or_else(|_| panic!("seed {seed}"));
    }
    proof.figure("sessions_runs", cases);
    proof.figure("frames", cases * FRAMES as u64);
    proof.figure("entries_stored", entries);
    proof.holds();
}
