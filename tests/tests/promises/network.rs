//! T7: networks. The relay stands in a network of its own, where the kernel loses packets, resets connections and lets
//! lines fall silent both ways. Pages notice in time, say so, and everything arrives once it is over.
use merhaba_shared::{client::Line, protocol::codec::Codec};
use merhaba_tests::{
    faults::network::{Network, PORT},
    http,
    player::{Machine, couple::Couple, judge::Findings, line::Door, pair::Desk},
    proof::{Proof, amount, soaking},
    relay::{Launch, Relay},
};
use std::time::{Duration, Instant};

/// What the relay calls itself.
const HOST: &str = "chat.example.com";
/// Where it shows its numbers, which no fault of its port touches.
const METRICS: u16 = 9100;
/// Everything is there so soon after a network is good again.
const WITHIN: Duration = Duration::from_mins(1);
/// A visible page has noticed silence after this, by promise.
const VISIBLE: Duration = Duration::from_secs(15);
/// A hidden one, and the relay.
const HIDDEN: Duration = Duration::from_secs(35);
/// A page that waits for an answer has noticed after this.
const ASKING: Duration = Duration::from_secs(5);
/// What a busy machine may add.
const GRACE: Duration = Duration::from_secs(2);

struct Place {
    relay: Relay,
    desk: Desk,
    door: Door,
    metrics: String,
    network: Network,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Option<Self> {
        let network = Network::new()?;
        let folder = tempfile::tempdir().expect("a folder");
        let (dial, metrics) = (format!("{}:{PORT}", network.host()), format!("{}:{METRICS}", network.host()));
        let origin = format!("https://{HOST}");
        let extra = ["--public-url", &origin, "--metrics-listen", &metrics, "--log", "warn"];
        let launch = Launch::serve(&folder.path().join("data"), &dial, &extra);
        let relay = Relay::start(launch.under(network.inside())).await;
        let desk = Desk::at(&relay, &dial, HOST, "network").await;
        let door = Door { dial, authority: HOST.into(), origin, codec: Codec::Json, small: false };
        Some(Self { relay, desk, door, metrics, network, _folder: folder })
    }

    async fn couple(&self, word: &str) -> Couple {
        let mut couple = Couple::new(&self.desk, word, self.door.clone(), self.door.clone());
        couple.meet(WITHIN).await;
        couple
    }

    /// A number of the relay's metrics.
    async fn number(&self, line: &str) -> u64 {
        let text = http::get(&self.metrics, "/metrics").await.text();
        let found = text.lines().find_map(|found| found.strip_prefix(line));
        found.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
    }
}

/// How long after a moment a page said that it is not connected.
fn told<M: Machine>(player: &merhaba_tests::player::Player<M>, since: Instant) -> Option<Duration> {
    player.journal.line_since(since, |line| line == Line::Lost).map(|at| at.saturating_duration_since(since))
}

#[tokio::test]
async fn a_line_that_falls_silent_is_noticed_in_time() {
    let mut proof = Proof::begin("T7.silence", &["P5", "P8", "P11"]);
    let Some(place) = Place::new().await else { return };
    let (mut idle, mut busy) = (place.couple("idle").await, place.couple("busy").await);
    // In the short form only visible pages: a hidden one may take more than half a minute.
    if soaking() {
        idle.agent.machine.set_visible(false);
    }
    let silent = Instant::now();
    place.network.hole();
    busy.visitor_writes();
    let patience = if soaking() { HIDDEN } else { VISIBLE } + GRACE;
    let notices = idle.play_until(patience, "both notice", |visitor, agent| {
        told(visitor, silent).is_some() && told(agent, silent).is_some()
    });
    busy.play_while(notices).await;
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    for (name, after, bound) in [
        ("asking", told(&busy.visitor, silent), ASKING),
        ("visible", told(&idle.visitor, silent), VISIBLE),
        ("other", told(&idle.agent, silent), if soaking() { HIDDEN } else { VISIBLE }),
    ] {
        let after = after.unwrap_or_else(|| panic!("{name} did not notice"));
        assert!(after <= bound + GRACE, "{name} noticed after {after:?}, promised within {bound:?}");
        proof.figure(&format!("{name}_noticed_after_ms"), millis(after));
    }
    if soaking() {
        let lost = "merhaba_sessions_closed_total{reason=\"HeartbeatLost\"}";
        while place.number(lost).await < 4 {
            assert!(silent.elapsed() < HIDDEN + GRACE, "the relay keeps dead sessions");
            busy.play_while(idle.visitor.play_for(Duration::from_millis(200))).await;
        }
        proof.figure("relay_noticed_after_ms", millis(silent.elapsed()));
    }
    place.network.heal();
    let healed = Instant::now();
    idle.play_while(busy.settle(WITHIN)).await;
    busy.play_while(idle.exchange(WITHIN)).await;
    proof.figure("repaired_after_ms", millis(healed.elapsed()));
    let mut found = idle.judge(place.door.clone()).await;
    found.add(busy.judge(place.door.clone()).await);
    found.hold();
    proof.holds();
}

#[tokio::test]
async fn a_network_that_loses_resets_and_crawls_loses_and_doubles_nothing() {
    let mut proof = Proof::begin("T7.network", &["P4", "P5", "P7", "P8"]);
    let Some(place) = Place::new().await else { return };
    let mut couple = place.couple("n").await;
    let mut slowest = Duration::ZERO;
    for _ in 0..amount(1, 10) {
        place.network.lose(15);
        slowest = slowest.max(couple.exchange(WITHIN).await);
        slowest = slowest.max(couple.exchange(WITHIN).await);
        place.network.heal();
        place.network.reset();
        couple.visitor_writes();
        couple.agent_writes();
        let sees = |line: Line| line == Line::Lost;
        couple
            .play_until(WITHIN, "both see the reset", |visitor, agent| {
                sees(visitor.machine.line()) && sees(agent.machine.line())
            })
            .await;
        place.network.heal();
        couple.settle(WITHIN).await;
        place.network.narrow("32kbit");
        slowest = slowest.max(couple.exchange(WITHIN).await);
        place.network.heal();
    }
    let mut found = Findings::default();
    found.add(couple.judge(place.door.clone()).await);
    found.hold();
    drop(place.relay);
    proof.figure("rounds", amount(1, 10));
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("slowest_exchange_ms", u64::try_from(slowest.as_millis()).unwrap_or(u64::MAX));
    proof.figure("violations", found.violations.len());
    proof.holds();
}
