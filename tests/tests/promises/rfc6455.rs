//! T13: RFC 6455 as a table. Every case is a handful of bytes and what must come back, in the sections that Autobahn's
//! suite has; where the RFC leaves a choice, each is a verdict. They go over plain sockets to the visitor's address, so
//! that no library of ours stands between the bytes and the relay.
mod cases;
mod handshakes;
mod peer;

use cases::{Case, Expect, Want};
use merhaba_tests::{
    proof::Proof,
    relay::{Relay, Site},
};
use peer::{Frame, PING, PONG, Peer, TEXT, masked};

/// What the last ping of a case carries: its pong says that the relay lives.
const ALIVE: &[u8] = b"still there?";

/// Whether a frame is what was wanted.
fn fits(frame: &Frame, want: &Want) -> bool {
    match want {
        Want::Pong(payload) => frame.opcode == PONG && frame.payload == *payload,
        Want::Event(text) => frame.opcode == TEXT && frame.payload == text.as_bytes(),
        Want::Refused => frame.opcode == TEXT && frame.payload.starts_with(br#"{"Refused":{"#),
    }
}

/// Plays a case; an error says what came instead.
async fn play(relay: &Relay, site: &Site, case: &Case) -> Result<(), String> {
    let mut peer = Peer::greeted(relay, site).await;
    for bytes in &case.sends {
        peer.send(bytes).await;
    }
    match &case.expect {
        Expect::Goes(wanted) => {
            peer.send(&masked(PING, ALIVE)).await;
            for want in wanted {
                let frame = peer.frame().await?;
                if !fits(&frame, want) {
                    return Err(format!("{frame:?} instead of {want:?}"));
                }
            }
            let last = peer.frame().await?;
            if fits(&last, &Want::Pong(ALIVE.into())) { Ok(()) } else { Err(format!("{last:?} at the end")) }
        }
        Expect::Closes(codes, wanted) => {
            for want in wanted {
                let frame = peer.frame().await?;
                if !fits(&frame, want) {
                    return Err(format!("{frame:?} instead of {want:?}"));
                }
            }
            let found = peer.frame().await?.close_code()?;
            if codes.contains(&found) { Ok(()) } else { Err(format!("closed with {found:?}, not {codes:?}")) }
        }
        Expect::Ends(code) => {
            let found = peer.frame().await?.close_code()?;
            if found != *code {
                return Err(format!("closed with {found:?}, not {code:?}"));
            }
            // Nothing that came after the close is answered.
            match peer.frame().await {
                Ok(frame) => Err(format!("{frame:?} after the close")),
                Err(_) => Ok(()),
            }
        }
    }
}

#[tokio::test]
async fn every_case_of_the_websocket_protocol_has_its_verdict() {
    let mut proof = Proof::begin("T13.rfc6455", &["P13"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let (cases, mut failed) = (cases::all(), Vec::new());
    for case in &cases {
        if let Err(why) = play(&relay, &site, case).await {
            failed.push(format!("{} {}: {why}", case.section, case.name));
        }
    }
    let (shakes, wrong) = handshakes::play(&relay).await;
    failed.extend(wrong);
    let all = cases.len() + shakes;
    assert!(failed.is_empty(), "{} of {all}:\n  {}", failed.len(), failed.join("\n  "));
    assert!(!relay.log().contains("panicked"), "{}", relay.log());
    proof.figure("passed", all - failed.len());
    proof.figure("of", all);
    proof.holds();
}
