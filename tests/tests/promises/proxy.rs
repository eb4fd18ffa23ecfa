//! T6: bad lines. Real client machines talk through a proxy that cuts the line at every byte of a session, loses and
//! doubles frames, delays, throttles and splits; what they wrote is stored once, in order, and stands on every screen.
use merhaba_shared::protocol::codec::Codec;
use merhaba_tests::{
    faults::{
        frames::Part,
        proxy::{Deed, End, Plan, Proxy, Way},
    },
    player::{
        AgentMachine, Clock, Machine, Player, Storage, VisitorMachine,
        judge::Findings,
        line::Door,
        pair::{Course, Desk, Talk},
    },
    proof::{Proof, amount, seed},
    relay::Relay,
    wire::{Wire, client_id},
};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Conversations at once.
const LANES: usize = 16;
/// The machines' clocks run so many times as fast, so that a cut costs a moment.
const PACE: u32 = 20;

/// A site with its agent, and a bad line of each page to the relay.
pub struct Lane {
    desk: Desk,
    door: Door,
    pub visitor: Proxy,
    pub agent: Proxy,
}

impl Lane {
    pub async fn new(relay: &Relay, number: usize) -> Self {
        let desk = Desk::new(relay, &format!("site {number}")).await;
        let (visitor, agent) =
            (Proxy::before(relay.authority()).await, Proxy::before(relay.authority()).await);
        Self { desk, door: Door::of(relay), visitor, agent }
    }

    /// Plays a conversation over both lines and judges it.
    pub async fn talk(&self, course: &Course, codec: Codec) -> Findings {
        let through = |proxy: &Proxy| self.door.clone().speaking(codec).through(proxy.authority());
        let tabs = vec![through(&self.visitor); course.pages - 1];
        let talk = Talk::play(&self.desk, &tabs, through(&self.agent), course).await;
        let findings = talk.judge(self.door.clone()).await;
        self.visitor.cut(End::Close);
        self.agent.cut(End::Close);
        findings
    }
}

pub async fn relay(folder: &tempfile::TempDir) -> Relay {
    Relay::serve(&folder.path().join("data"), &["--no-rate-limits", "--log", "warn"]).await
}

pub fn course(word: &str) -> Course {
    Course { pace: PACE, ..Course::new(word) }
}

/// One place where a line is cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    visitor: bool,
    up: bool,
    after: u64,
    end: End,
    codec: Codec,
}

impl Cut {
    /// The first connection is cut there; those after it are good.
    fn plan(self) -> impl Fn(usize) -> Plan {
        move |number| {
            let bad = Way { cut: Some((self.after, self.end)), ..Way::default() };
            match (number, self.up) {
                (0, true) => Plan { up: bad, down: Way::default() },
                (0, false) => Plan { up: Way::default(), down: bad },
                _ => Plan::default(),
            }
        }
    }
}

/// Every so many bytes of each direction of each page's line, and every kind of end.
async fn places(lane: &Lane, stride: u64, offset: u64) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for codec in [Codec::Json, Codec::Bin] {
        let before = (lane.visitor.bytes(), lane.agent.bytes());
        lane.talk(&course(if codec == Codec::Bin { "bin" } else { "json" }), codec).await.hold();
        let after = (lane.visitor.bytes(), lane.agent.bytes());
        for (visitor, before, after) in [(true, before.0, after.0), (false, before.1, after.1)] {
            for (up, length) in [(true, after.0 - before.0), (false, after.1 - before.1)] {
                for (at, end) in
                    [End::Reset, End::Close, End::HalfClose, End::Silence].into_iter().enumerate()
                {
                    let first = (offset + at as u64 * stride / 4) % stride;
                    let places = (first..length).step_by(usize::try_from(stride).unwrap_or(1));
                    cuts.extend(places.map(|after| Cut { visitor, up, after, end, codec }));
                }
            }
        }
    }
    cuts
}

/// Plays a conversation for each of these places, several at once.
async fn sweep(lanes: Vec<Lane>, cuts: Arc<Vec<Cut>>) -> Findings {
    let next = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    for lane in lanes {
        let (next, cuts) = (next.clone(), cuts.clone());
        running.spawn(async move {
            let mut found = Findings::default();
            loop {
                let number = next.fetch_add(1, Relaxed);
                let Some(cut) = cuts.get(number) else { return found };
                let (bad, good) =
                    if cut.visitor { (&lane.visitor, &lane.agent) } else { (&lane.agent, &lane.visitor) };
                bad.plan(cut.plan());
                good.plan(|_| Plan::default());
                let mut one = lane.talk(&course(&format!("c{number}")), cut.codec).await;
                one.violations.iter_mut().for_each(|violation| *violation = format!("{cut:?}: {violation}"));
                found.add(one);
            }
        });
    }
    let mut found = Findings::default();
    while let Some(one) = running.join_next().await {
        found.add(one.expect("a lane comes to its end"));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_cut_anywhere_loses_and_doubles_nothing() {
    let mut proof = Proof::begin("T6.cuts", &["P4", "P5", "P6", "P7", "P9", "P11"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let mut lanes = Vec::new();
    for number in 0..LANES {
        lanes.push(Lane::new(&relay, number).await);
    }
    let stride = amount(311, 1);
    let cuts = Arc::new(places(&lanes[0], stride, seed() % stride).await);
    let found = sweep(lanes, cuts.clone()).await;
    found.hold();
    proof.figure("positions", cuts.len());
    proof.figure("every_bytes", stride);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}

/// Which frames a fault is for, by their payload.
type Fits = fn(&[u8]) -> bool;

/// Whether a frame from the relay confirms a message.
fn confirms(payload: &[u8]) -> bool {
    payload.starts_with(br#"{"Accepted""#)
}

/// Whether a frame is a list's row.
fn is_row(payload: &[u8]) -> bool {
    payload.starts_with(br#"{"InboxChanged""#)
}

/// The first connection of each page does this to the nth frame from the relay that fits (or to each, without an n).
fn to_frames(deed: Deed, nth: Option<usize>, fits: Fits) -> impl Fn(usize) -> Plan {
    move |number| {
        let seen = AtomicUsize::new(0);
        let judge = move |part: &Part| {
            let hit = fits(part.payload()) && nth.is_none_or(|nth| seen.fetch_add(1, Relaxed) == nth);
            if hit { deed } else { Deed::Pass }
        };
        let down = Way { frames: Some(Arc::new(judge)), ..Way::default() };
        if number == 0 { Plan { up: Way::default(), down } } else { Plan::default() }
    }
}

#[tokio::test]
async fn a_lost_or_doubled_frame_loses_and_doubles_nothing() {
    let mut proof = Proof::begin("T6.frames", &["P4", "P5", "P6", "P7", "P8", "P11"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let lane = Lane::new(&relay, 0).await;
    let (mut found, mut talks) = (Findings::default(), 0);
    let mut one_by_one: Vec<(Deed, Option<usize>, Fits)> =
        (0..3).map(|nth| (Deed::Drop, Some(nth), confirms as Fits)).collect();
    one_by_one.push((Deed::Drop, None, confirms));
    one_by_one.extend((0..amount(12, 60)).map(|nth| (Deed::Drop, Some(nth), (|_| true) as Fits)));
    one_by_one.extend((0..amount(4, 12)).map(|nth| (Deed::Drop, Some(nth), is_row as Fits)));
    one_by_one.push((Deed::Double, None, |_| true));
    for (deed, nth, fits) in one_by_one {
        lane.visitor.plan(to_frames(deed, nth, fits));
        lane.agent.plan(to_frames(deed, nth, fits));
        talks += 1;
        let mut one = lane.talk(&course(&format!("f{talks}")), Codec::Json).await;
        one.violations.iter_mut().for_each(|what| *what = format!("{deed:?} {nth:?}: {what}"));
        found.add(one);
    }
    // Each command twice, as a line that repeats itself would.
    let twice = |_| Plan {
        up: Way { frames: Some(Arc::new(|_: &Part| Deed::Double)), ..Way::default() },
        down: Way::default(),
    };
    lane.visitor.plan(twice);
    lane.agent.plan(twice);
    found.add(lane.talk(&course("twice"), Codec::Bin).await);
    found.hold();
    proof.figure("conversations", talks + 1);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}

#[tokio::test]
async fn a_good_line_needs_no_repair() {
    let mut proof = Proof::begin("T6.calm", &["P5", "P8"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let lane = Lane::new(&relay, 0).await;
    // What is left out is asked for soon, and nobody would see that it had not come by itself.
    let [to_visitor, to_agent] = [&lane.visitor, &lane.agent].map(|proxy| {
        let pages = Arc::new([const { AtomicUsize::new(0) }; 2]);
        let count = pages.clone();
        let judge = move |part: &Part| {
            for (pages, begins) in count.iter().zip([&br#"{"History""#[..], br#"{"Inbox":"#]) {
                pages.fetch_add(usize::from(part.payload().starts_with(begins)), Relaxed);
            }
            Deed::Pass
        };
        let down = Way { frames: Some(Arc::new(judge)), ..Way::default() };
        proxy.plan(move |_| Plan { up: Way::default(), down: down.clone() });
        pages
    });
    let course = Course { messages: amount(20, 400), ..course("calm") };
    let found = lane.talk(&course, Codec::Json).await;
    found.hold();
    let asked = [to_visitor, to_agent].map(|pages| pages.each_ref().map(|count| count.load(Relaxed)));
    assert_eq!(
        asked,
        [[0, 0], [1, 1]],
        "pages of the log: the visitor's, and the agent's on opening; of lists"
    );
    proof.figure("acknowledged", found.acknowledged);
    proof.holds();
}

#[tokio::test]
async fn a_slow_line_only_slows() {
    let mut proof = Proof::begin("T6.slow", &["P4", "P5", "P6", "P7", "P11"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let slow = Way { delay: Duration::from_millis(40), jitter: Duration::from_millis(80), ..Way::default() };
    let narrow = Way { rate: Some(4_000), piece: 64, ..Way::default() };
    let bytes = Way { piece: 1, ..Way::default() };
    let mut talks = JoinSet::new();
    for (number, way) in [slow, narrow, bytes].into_iter().enumerate() {
        let lane = Lane::new(&relay, number).await;
        talks.spawn(async move {
            for proxy in [&lane.visitor, &lane.agent] {
                let way = way.clone();
                proxy.plan(move |_| Plan { up: way.clone(), down: way.clone() });
            }
            let messages = amount(4, 60);
            let course = Course { messages, pages: 3, ..Course::new(&format!("s{number}")) };
            lane.talk(&course, if number == 0 { Codec::Json } else { Codec::Bin }).await
        });
    }
    let mut found = Findings::default();
    while let Some(one) = talks.join_next().await {
        found.add(one.expect("it comes to its end"));
    }
    found.hold();
    proof.figure("lines", 3);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}

#[tokio::test]
async fn a_gap_is_noticed_and_repaired_within_ten_seconds() {
    let mut proof = Proof::begin("T6.gap", &["P8"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let lane = Lane::new(&relay, 0).await;
    // The last message of the talk is lost on its way to the agent, and nothing comes after it.
    let is_last = |payload: &[u8]| {
        payload.windows(7).any(|seven| seven == b"the end") && payload.starts_with(br#"{"Message""#)
    };
    lane.agent.plan(to_frames(Deed::Drop, Some(0), is_last));
    let storage = Storage::default();
    let clock = Clock::real_time();
    let door = |proxy: &Proxy| lane.door.clone().through(proxy.authority());
    let machine = VisitorMachine::new(&lane.desk.site.key, &storage);
    let mut visitor = Player::new("v", machine, door(&lane.visitor), None, clock);
    let machine = AgentMachine::new("g");
    let mut agent = Player::new("a", machine, door(&lane.agent), Some(lane.desk.bearer.clone()), clock);
    visitor.write("g first");
    let within = Duration::from_secs(10);
    let meets = agent.play_until(within, "the first message", |agent| agent.journal.messages() == 1);
    visitor.play_while(meets).await;
    let began = Instant::now();
    visitor.write("g the end");
    let sees = agent.play_until(within, "the lost message", |agent| agent.journal.messages() == 2);
    visitor.play_while(sees).await;
    assert!(began.elapsed() > Duration::from_millis(500), "the message was not lost at all");
    proof.figure("repaired_after_ms", u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    assert_eq!(lane.agent.connections(), 1, "on the same connection");
    proof.holds();
}

#[tokio::test]
async fn a_lost_row_of_a_list_is_noticed_and_repaired_within_ten_seconds() {
    let mut proof = Proof::begin("T6.row", &["P8"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let lane = Lane::new(&relay, 0).await;
    // The row that tells of a new conversation is lost, and nothing changes there any more. Nobody looks at the page, so
    // that it has no reason to ask by itself for longer than this may take.
    let is_new = |payload: &[u8]| is_row(payload) && payload.windows(7).any(|seven| seven == b"r alone");
    let storage = [Storage::default(), Storage::default()];
    let clock = Clock::real_time();
    let within = Duration::from_secs(10);
    let machine = AgentMachine::new("r");
    let bearer = Some(lane.desk.bearer.clone());
    lane.agent.plan(to_frames(Deed::Drop, Some(0), is_new));
    let door = lane.door.clone().through(lane.agent.authority());
    let mut agent = Player::new("a", machine, door, bearer, clock);
    agent.machine.set_visible(false);
    agent.play_until(within, "an empty list", |agent| agent.machine.is_listed()).await;
    let mut pages = storage.each_ref().map(|storage| {
        let machine = VisitorMachine::new(&lane.desk.site.key, storage);
        Player::new("v", machine, lane.door.clone(), None, clock)
    });
    let [seen, lost] = &mut pages;
    // One that arrives, so that the lost one is not the first that the page is told on this line.
    seen.write("other");
    let arrives = agent.play_until(within, "the other's row", |agent| agent.machine.rows() == 1);
    seen.play_while(arrives).await;
    let began = Instant::now();
    lost.write("r alone");
    let finds = agent.play_until(within, "the lost row", |agent| agent.machine.rows() == 2);
    lost.play_while(finds).await;
    let took = began.elapsed();
    assert!(took > Duration::from_millis(500), "the row was not lost at all");
    assert_eq!(lane.agent.connections(), 1, "on the same connection");
    proof.figure("repaired_after_ms", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    proof.holds();
}

#[tokio::test]
async fn a_lost_line_of_the_backstage_is_noticed_and_repaired_within_ten_seconds() {
    let mut proof = Proof::begin("T6.line", &["P8"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = relay(&folder).await;
    let lane = Lane::new(&relay, 0).await;
    let storage = Storage::default();
    let (clock, within) = (Clock::real_time(), Duration::from_secs(10));
    let is_note = |payload: &[u8]| payload.starts_with(br#"{"Note""#);
    lane.agent.plan(to_frames(Deed::Drop, Some(0), is_note));
    let door = lane.door.clone().through(lane.agent.authority());
    let mut agent = Player::new("a", AgentMachine::new("r"), door, Some(lane.desk.bearer.clone()), clock);
    let visitor = VisitorMachine::new(&lane.desk.site.key, &storage);
    let mut visitor = Player::new("v", visitor, lane.door.clone(), None, clock);
    visitor.write("r alone");
    let opens = agent.play_until(within, "it is open", |agent| agent.machine.backstage().is_some());
    visitor.play_while(opens).await;
    let (conversation, _) = agent.machine.backstage().expect("it is open");
    // A colleague at another page, and nothing else happens after it.
    let mut colleague = Wire::agent(&relay, &lane.desk.bearer).await;
    colleague.say(json!({ "Hello": { "epoch": null, "resume": [] } })).await;
    let note = json!({ "client_id": client_id(), "conversation": conversation, "body": "ara" });
    let began = Instant::now();
    colleague.say(json!({ "Note": note })).await;
    colleague.hear("Accepted").await;
    let shown = |agent: &Player<AgentMachine>| agent.machine.backstage().is_some_and(|(_, lines)| lines == 1);
    agent.play_until(within, "the lost line", shown).await;
    assert_eq!(lane.agent.connections(), 1, "on the same connection");
    let took = began.elapsed();
    proof.figure("repaired_after_ms", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    proof.holds();
}
