//! What befalls the simulated world: lines that break, fall silent or crawl, processes that die or stand still, a full
//! disk, a clock that jumps, a backup that is put back. Each ends by itself after a while, and all end together when
//! the faults stop.
use super::{page::Network, relay::Relay, verdict, world::World};
use crate::{session::tests::folder, store::sqlite::trouble};
use merhaba_shared::client::Ms;

/// Ten years, in milliseconds.
const TEN_YEARS: i64 = 10 * 365 * 24 * 3_600_000;
/// How long a relay that stops has for its sessions, in milliseconds.
const DRAIN: Ms = 2_500;

/// What ends later.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    Network(usize),
    Silence(usize),
    Latency(usize),
    Down,
    Full,
    Stop,
}

/// The faults, and what was kept for one of them.
#[derive(Default)]
pub(super) struct Faults {
    ends: Vec<(Ms, End)>,
    backup: Option<tempfile::TempDir>,
    stopping: bool,
    past: bool,
    pub(super) count: u64,
    pub(super) crashes: u64,
    pub(super) restores: u64,
}

impl Faults {
    /// When the next fault ends.
    pub(super) fn next_end(&self) -> Option<Ms> {
        self.ends.iter().map(|(at, _)| *at).min()
    }

    fn later(&mut self, world: &mut World, most: Ms, end: End) {
        let at = world.now() + 1 + world.dice.below(most);
        self.ends.push((at, end));
    }

    /// Lets one fault happen.
    pub(super) async fn strike(&mut self, world: &mut World) {
        self.count += 1;
        let at = world.dice.place(world.pages.len());
        match world.dice.below(100) {
            0..25 => Self::cut(world, at),
            25..45 => self.silence(world, at),
            45..55 => {
                world.pages[at].network = Network::Refused;
                self.later(world, 60_000, End::Network(at));
            }
            55..62 => {
                let slow = 1_000 + world.dice.below(4_000);
                world.pages[at].latency = slow;
                self.later(world, 60_000, End::Latency(at));
            }
            62..72 => world.pages[at].frozen = world.now() + world.dice.below(90_000),
            72..80 => self.crash(world),
            80..86 => self.stop(world),
            86..90 => self.fill(world),
            90..93 => {
                // Back and forth: ten years ahead, agents would rightly be signed out.
                (self.past, world.clock_jumped) = (!self.past, true);
                world.clock.jump(if self.past { -TEN_YEARS } else { TEN_YEARS });
            }
            93..96 => self.back_up(world),
            _ => self.restore(world).await,
        }
    }

    /// Ends what is due.
    pub(super) async fn heal(&mut self, world: &mut World) {
        let now = world.now();
        let due: Vec<_> = self.ends.iter().filter(|(at, _)| *at <= now).map(|(_, end)| end.clone()).collect();
        self.ends.retain(|(at, _)| *at > now);
        for end in due {
            self.end(world, &end).await;
        }
    }

    /// Ends all of them. A line that somebody between has forgotten stays dead: nobody says so.
    pub(super) async fn stop_all(&mut self, world: &mut World) {
        for (_, end) in std::mem::take(&mut self.ends) {
            self.end(world, &end).await;
        }
        if world.relay.is_none() {
            start(world);
        }
        let now = world.now();
        for at in 0..world.pages.len() {
            world.pages[at].frozen = world.pages[at].frozen.min(now);
            if world.pages[at].put_away {
                world.put_away(at, false);
            }
        }
        world.bury();
    }

    async fn end(&mut self, world: &mut World, end: &End) {
        match end {
            End::Network(at) => world.pages[*at].network = Network::Up,
            End::Silence(at) => {
                world.pages[*at].network = Network::Up;
                if let Some(link) = world.pages[*at].link.as_mut().filter(|link| !link.forgotten) {
                    (link.deaf, link.mute) = (false, false);
                }
            }
            End::Latency(at) => world.pages[*at].latency = 5 + world.dice.below(200),
            End::Down if world.relay.is_none() => start(world),
            End::Full => {
                if let Some(relay) = &world.relay {
                    trouble::full(&relay.store, false);
                }
            }
            End::Stop if self.stopping => {
                self.stopping = false;
                if let Some(relay) = &world.relay {
                    let closing = crate::store::Store::close(&*relay.store);
                    closing.await.expect("closed");
                }
                end_process(world);
                self.later(world, 5_000, End::Down);
            }
            End::Down | End::Stop => {}
        }
        if *end == End::Stop && world.relay.is_none() && self.ends.is_empty() {
            start(world);
        }
    }

    /// A line breaks with frames under way.
    pub(super) fn cut(world: &mut World, at: usize) {
        let now = world.now();
        let World { pages, dice, .. } = world;
        if let Some(link) = pages[at].link.as_mut().filter(|link| link.is_open()) {
            let (up, down) = link.under_way();
            link.cut(now, dice.place(up + 1), dice.place(down + 1));
        }
    }

    fn silence(&mut self, world: &mut World, at: usize) {
        let (deaf, mute) = *world.dice.pick(&[(true, true), (true, true), (true, false), (false, true)]);
        let forgotten = world.dice.percent(50);
        world.pages[at].network = Network::Silent;
        if let Some(link) = &mut world.pages[at].link {
            (link.deaf, link.mute, link.forgotten) = (deaf, mute, forgotten);
        }
        self.later(world, 60_000, End::Silence(at));
    }

    pub(super) fn crash(&mut self, world: &mut World) {
        if world.relay.is_some() {
            self.crashes += 1;
            self.stopping = false;
            end_process(world);
            self.later(world, 20_000, End::Down);
        }
    }

    fn stop(&mut self, world: &mut World) {
        if let Some(relay) = world.relay.as_ref().filter(|_| !self.stopping) {
            self.stopping = true;
            relay.app.shutdown.begin();
            self.ends.push((world.now() + DRAIN, End::Stop));
        }
    }

    fn fill(&mut self, world: &mut World) {
        if let Some(relay) = &world.relay {
            trouble::full(&relay.store, true);
            self.later(world, 30_000, End::Full);
        }
    }

    pub(super) fn back_up(&mut self, world: &World) {
        let copy = folder();
        trouble::copy(world.folder.path(), copy.path());
        self.backup = Some(copy);
    }

    /// Puts the backup back, which loses what is not in it: all that nobody could still send is not asked for.
    pub(super) async fn restore(&mut self, world: &mut World) {
        let Some(backup) = self.backup.take().filter(|_| world.relay.is_some() && !self.stopping) else {
            return;
        };
        self.restores += 1;
        world.restored = true;
        let before = verdict::stored(world).await;
        end_process(world);
        trouble::copy(backup.path(), world.folder.path());
        trouble::renew(world.folder.path(), &format!("e{}", 1 + self.restores));
        start(world);
        let after = verdict::stored(world).await;
        for written in &mut world.written {
            written.must &= !before.contains(&written.client_id) || after.contains(&written.client_id);
        }
    }
}

fn start(world: &mut World) {
    world.relay = Some(Relay::start(world.folder.path(), &world.bell));
}

/// The relay's process is gone; each page hears of it, unless nothing gets there.
fn end_process(world: &mut World) {
    let now = world.now();
    if let Some(relay) = world.relay.take() {
        relay.crash();
    }
    let World { pages, dice, .. } = world;
    for link in pages.iter_mut().filter_map(|page| page.link.as_mut()) {
        link.collect(now);
        let (_, down) = link.under_way();
        link.orphan(now, dice.place(down + 1));
    }
}
