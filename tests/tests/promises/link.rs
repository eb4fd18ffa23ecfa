//! The way around where websockets are blocked: the same session with the same promises over single requests, whatever
//! is sent again, lost, shown to the wrong door or left alone.
use merhaba_tests::{
    http,
    link::{Down, Link, ask, pack},
    proof::{Proof, amount, seed},
    relay::{Agent, Relay, Site},
    wire::{Wire, client_id, sign_in},
};
use serde_json::{Value, json};
use std::pin::pin;
use tempfile::TempDir;

struct Stage {
    relay: Relay,
    site: Site,
    agent: Agent,
    folder: TempDir,
}

async fn stage(extra: &[&str]) -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), extra).await;
    let site = relay.add_site("Dükkân", &[]).await;
    let agent = relay.add_agent(&site, "defne@example.com", "agent").await;
    Stage { relay, site, agent, folder }
}

fn hello(site: &Site, token: Option<&str>) -> Value {
    json!({ "Hello": { "site": site.key, "token": token, "locale": "tr", "page": null, "epoch": null, "resume": [] } })
}

fn send(id: &str, body: &str) -> Value {
    json!({ "Send": { "client_id": id, "conversation": null, "new": false, "body": body, "attachments": [] } })
}

impl Stage {
    fn authority(&self) -> &str {
        self.relay.authority()
    }

    /// A visitor who was welcomed, and the token.
    async fn visitor(&self, token: Option<&str>) -> (Link, Value) {
        let mut link = Link::visitor(self.authority()).await;
        link.send(&[hello(&self.site, token)]).await;
        let welcome = link.event("Welcome").await;
        (link, welcome)
    }
}

#[tokio::test]
async fn a_visitor_on_a_link_and_an_agent_on_a_link_talk() {
    let proof = Proof::begin("T16.link", &["P5"]);
    let stage = stage(&[]).await;
    let (mut visitor, _) = stage.visitor(None).await;
    let bearer = format!("Bearer {}", sign_in(&stage.relay, &stage.agent).await);
    let mut agent = Link::open(stage.authority(), "agent", &[("Authorization", &bearer)]).await;
    agent.send(&[json!({ "Hello": { "epoch": null, "resume": [] } })]).await;
    agent.event("Welcome").await;

    let id = client_id();
    visitor.send(&[send(&id, "merhaba")]).await;
    let conversation = visitor.event("Accepted").await["conversation"].clone();
    assert_eq!(agent.event("InboxChanged").await["preview"], "merhaba");
    agent.send(&[json!({ "Open": { "conversation": conversation, "after": null } })]).await;
    assert_eq!(agent.event("History").await["entries"][0]["Message"]["body"], "merhaba");
    let reply = json!({ "Reply": { "client_id": client_id(), "conversation": conversation, "body": "hoş geldiniz", "attachments": [] } });
    agent.send(&[reply]).await;
    loop {
        let message = visitor.event("Message").await;
        if message["body"] == "hoş geldiniz" {
            break;
        }
    }

    proof.holds();
}

#[tokio::test]
async fn a_restart_is_told_on_a_link_and_the_same_message_afterwards_is_the_same_entry() {
    let proof = Proof::begin("T16.link-restart", &["P4", "P15"]);
    let stage = stage(&[]).await;
    let (mut visitor, welcome) = stage.visitor(None).await;
    let token = welcome["token"].as_str().expect("a token").to_owned();
    let id = client_id();
    visitor.send(&[send(&id, "merhaba")]).await;
    visitor.event("Accepted").await;
    visitor.send(&[json!({ "Ping": { "nonce": 7 } })]).await;
    visitor.event("Head").await;
    let mut waiting = visitor.clone();
    let waits = tokio::spawn(async move { waiting.closed().await });
    // By the time that two others are answered, that one is asked.
    for _ in 0..2 {
        assert_eq!(http::get(stage.authority(), "/healthz").await.status, 200);
    }
    let Stage { relay, site, agent, folder } = stage;
    let (data, address) = (relay.data().to_path_buf(), relay.authority().to_owned());
    assert!(relay.stop().await.success());
    let (code, reason) = waits.await.expect("it was told");
    assert_eq!(code, 4001);
    assert!(reason.parse::<u32>().is_ok_and(|wait| wait < 3_000), "{reason}");

    let relay = Relay::serve_at(&data, &address).await;
    let stage = Stage { relay, site, agent, folder };
    assert_eq!(visitor.send_as(visitor.next, &[send(&client_id(), "x")]).await, 404);
    let (mut back, welcome) = stage.visitor(Some(&token)).await;
    assert_eq!(welcome["conversations"][0]["head"], 1);
    back.send(&[send(&id, "merhaba")]).await;
    assert_eq!(back.event("Accepted").await["seq"], 1);
    proof.holds();
}

#[tokio::test]
async fn whatever_is_sent_again_or_lost_each_frame_counts_once_and_in_order() {
    let mut proof = Proof::begin("T16.link-repeats", &["P4", "P5", "P7"]);
    let stage = stage(&["--no-rate-limits"]).await;
    let (mut link, _) = stage.visitor(None).await;
    let mut chance = Chance(seed() | 1);
    let (mut frames, base, mut shown, mut accepted) = (Vec::new(), link.next, Vec::new(), 0);
    let count = amount(120, 3_000);
    while shown.len() < count {
        if frames.len() < count && chance.below(2) == 0 {
            for _ in 0..=chance.below(3) {
                frames.push(send(&client_id(), &format!("{}", frames.len())));
            }
        }
        // Anything from what was taken before on: the answer to that may have been lost.
        let known = usize::try_from(link.next - base).expect("few");
        let from = known - chance.below(known.min(5) + 1);
        let upto = (from + 40).min(frames.len());
        let (asking, part, mut sent) = (link.clone(), frames[from..upto].to_vec(), false);
        let mut sending = pin!(asking.send_as(base + from as u64, &part));
        while !sent || shown.len() < upto.max(known) {
            // At the same time, as a page does: what goes up is taken once what came down was confirmed.
            let (first, down) = tokio::select! {
                biased;
                status = &mut sending, if !sent => {
                    assert_eq!(status, 204);
                    sent = true;
                    continue;
                }
                came = asking.receive_from(link.have) => came.expect("it lives"),
            };
            assert_eq!(first, link.have);
            // Every other answer is lost on the way, and given again.
            if chance.below(2) == 0 {
                link.have += down.len() as u64;
                shown.extend(down.iter().filter_map(body));
                accepted += down.iter().filter(|down| is_accepted(down)).count();
            } else if sent {
                break;
            }
        }
        link.next = link.next.max(base + upto as u64);
        while shown.len() >= frames.len() && frames.len() < count {
            frames.push(send(&client_id(), &format!("{}", frames.len())));
        }
    }
    let expected: Vec<_> = (0..shown.len()).map(|number| number.to_string()).collect();
    assert_eq!(shown, expected);
    assert!(accepted.abs_diff(shown.len()) <= 1, "{accepted} answers to {} sends", shown.len());
    proof.figure("messages", shown.len());
    proof.holds();
}

fn is_accepted(down: &Down) -> bool {
    matches!(down, Down::Frame(frame) if frame.get("Accepted").is_some())
}

/// The body of a message that came down.
fn body(down: &Down) -> Option<String> {
    match down {
        Down::Frame(frame) => frame["Message"]["body"].as_str().map(str::to_owned),
        Down::Close(code, reason) => panic!("closed with {code} {reason}"),
    }
}

/// Xorshift: enough to choose with.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }
}

#[tokio::test]
async fn a_link_opens_only_for_whom_a_websocket_would_and_is_nobody_elses() {
    let stage = stage(&[]).await;
    let (at, own) = (stage.authority(), stage.relay.url().to_owned());
    let own = own.as_str();
    for (side, headers, status) in [
        ("visitor", vec![], 403),
        ("visitor", vec![("Origin", "https://evil.example")], 403),
        ("visitor", vec![("Origin", own), ("Sec-Fetch-Site", "cross-site")], 403),
        ("visitor", vec![("Origin", own), ("Merhaba-Protocol", "graphql-ws")], 400),
        ("agent", vec![("Origin", own)], 403),
        ("agent", vec![("Authorization", "Bearer x")], 401),
        ("agent", vec![("Authorization", "Bearer x"), ("Origin", "https://evil.example")], 403),
    ] {
        assert_eq!(ask(at, side, &headers).await.status, status, "{side} {headers:?}");
    }
    assert_eq!(http::send(at, "POST", "/link/visitor?token=x", &[("Origin", own)], b"").await.status, 400);

    let (link, _) = stage.visitor(None).await;
    let bearer = format!("Bearer {}", sign_in(&stage.relay, &stage.agent).await);
    let desk = Link::open(at, "agent", &[("Authorization", &bearer)]).await;
    let other = format!("Bearer {}", sign_in(&stage.relay, &stage.agent).await);
    let number = ("merhaba-from", "0");
    for (path, headers, status) in [
        ("/link/visitor/send", vec![("Origin", own), number], 404),
        ("/link/visitor/send", vec![("Origin", own), number, ("Merhaba-Link", "x")], 404),
        ("/link/visitor/send", vec![number, ("Merhaba-Link", link.secret())], 403),
        ("/link/visitor/send", vec![("Origin", own), ("Merhaba-Link", link.secret())], 400),
        ("/link/visitor/send", vec![("Origin", own), number, ("Merhaba-Link", desk.secret())], 404),
        ("/link/agent/send", vec![("Authorization", &*other), number, ("Merhaba-Link", desk.secret())], 404),
        ("/link/agent/send", vec![("Authorization", &*bearer), number, ("Merhaba-Link", link.secret())], 404),
        ("/link/agent/send", vec![number, ("Merhaba-Link", desk.secret())], 403),
        ("/link/agent/send", vec![("Authorization", &*bearer), number, ("Merhaba-Link", desk.secret())], 204),
    ] {
        assert_eq!(http::send(at, "POST", path, &headers, b"").await.status, status, "{path} {headers:?}");
    }
    assert!(!stage.relay.log().contains(link.secret()), "a secret is never logged");
}

#[tokio::test]
async fn a_link_ends_as_a_websocket_does() {
    let stage = stage(&[]).await;
    let at = stage.authority();
    let own = format!("http://{at}");

    let old = [("Origin", own.as_str()), ("Merhaba-Protocol", "merhaba.v1.bin.0")];
    assert_eq!(Link::open(at, "visitor", &old).await.closed().await, (4504, "Refresh".into()));

    let mut wrong = Link::visitor(at).await;
    wrong.send(&[json!({ "Ping": { "nonce": 1 } })]).await;
    assert_eq!(wrong.closed().await.0, 4505);
    // Told again, as any answer that may have been lost, until it is over.
    let mut again = 0;
    while let Ok((_, down)) = wrong.receive_from(0).await {
        again += 1;
        assert!(again < 100 && matches!(down[..], [Down::Close(4505, _)]), "told, and over: {down:?}");
    }

    let (link, _) = stage.visitor(None).await;
    assert_eq!(link.send_as(link.next + 1, &[send(&client_id(), "late")]).await, 404, "one is missing");
    assert_eq!(link.send_raw(link.next, &[0, 0, 0, 9, 1]).await, 404, "broken off");
    assert_eq!(link.send_raw(link.next, &vec![0; 65 * 1024]).await, 413);
    assert_eq!(link.receive_from(link.have + 9).await, Err(404), "never sent");
    let mut link = link;
    link.send(&[Value::Null]).await;
    assert_eq!(link.receive_from(link.have).await, Err(404), "closed by its own side");

    // A page that stops asking costs no more than one that stops reading, and is closed like it.
    let (mut visitor, _) = stage.visitor(None).await;
    visitor.send(&[send(&client_id(), "first")]).await;
    let conversation = visitor.event("Accepted").await["conversation"].clone();
    let mut agent = Wire::answering(&stage.relay, &stage.agent).await;
    for number in 0..40 {
        let body = format!("{number} {}", "ş".repeat(3_900));
        agent.say(json!({ "Reply": { "client_id": client_id(), "conversation": conversation, "body": body, "attachments": [] } })).await;
        agent.hear("Accepted").await;
    }
    let mut told = 0;
    let code = loop {
        let Ok((_, down)) = visitor.receive_from(visitor.have).await else { break 1006 };
        visitor.have += down.iter().filter(|down| matches!(down, Down::Frame(_))).count() as u64;
        told += down.len();
        if let Some(Down::Close(code, _)) = down.last() {
            break *code;
        }
        assert!(told < 200, "it is never closed");
    };
    assert_eq!(code, 4008);
}

#[tokio::test]
async fn a_page_that_asks_and_never_confirms_is_told_that_it_is_slow() {
    let stage = stage(&[]).await;
    let (mut visitor, _) = stage.visitor(None).await;
    visitor.send(&[send(&client_id(), "first")]).await;
    let conversation = visitor.event("Accepted").await["conversation"].clone();
    let mut agent = Wire::answering(&stage.relay, &stage.agent).await;
    let mut most = 0;
    for number in 0.. {
        assert!(number < 200, "it is never closed");
        let body = format!("{number} {}", "ş".repeat(3_900));
        agent.say(json!({ "Reply": { "client_id": client_id(), "conversation": conversation, "body": body, "attachments": [] } })).await;
        agent.hear("Accepted").await;
        let (first, down) = visitor.receive_from(visitor.have).await.expect("it is told before it is over");
        assert_eq!(first, visitor.have, "the same again, since none of it was confirmed");
        most = most.max(down.len());
        match down.last() {
            Some(Down::Close(code, reason)) => {
                assert_eq!((*code, reason.as_str()), (4008, "Slow"));
                break;
            }
            _ => assert!(most < 20, "{most} frames wait for one that confirms none"),
        }
    }
}

#[tokio::test]
async fn an_address_has_no_more_links_than_sockets() {
    let stage = stage(&[]).await;
    let own = format!("http://{}", stage.authority());
    let headers = [("Origin", own.as_str())];
    let mut opened = 0;
    let refused = loop {
        let answer = ask(stage.authority(), "visitor", &headers).await;
        if answer.status != 200 {
            break answer;
        }
        opened += 1;
        assert!(opened <= 20);
    };
    assert_eq!((opened, refused.status), (20, 429));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(pack(&[]), b"");
}
