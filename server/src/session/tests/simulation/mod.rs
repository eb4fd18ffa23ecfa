//! Deterministic simulation: the pages' client machines and the relay's sessions, chat and SQLite store in one thread,
//! over lines and through faults that one seed decides, in time that only moves when nobody has anything to do. After
//! the faults everybody must come together by themselves.
//!
//! Not in it: axum and real sockets (the tests from outside have those), threads, and power cuts.

mod acts;
mod commands;
mod faults;
mod law;
mod link;
mod model;
mod page;
mod people;
mod relay;
mod verdict;
mod world;

use crate::{
    dice::Dice,
    proof::{Proof, amount, seed},
};
use faults::Faults;
use merhaba_shared::client::Ms;
use page::Machine;
use world::World;

pub(super) use verdict::Log;

/// Within this time after the faults, in milliseconds, everybody must be there.
const TOGETHER: Ms = 120_000;
/// How often it is looked whether they are, in milliseconds.
const LOOK: Ms = 500;

/// What one run came to.
#[derive(Debug)]
struct Ran {
    trace: u64,
    simulated: Ms,
    converged: Ms,
    messages: u64,
    frames: u64,
    faults: u64,
    crashes: u64,
    restores: u64,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

fn run(seed: u64) -> Ran {
    runtime().block_on(async {
        let mut dice = Dice::new(seed ^ 0x5eed);
        let visitors = 1 + dice.place(5);
        let mut world = World::new(seed, visitors).await;
        let mut faults = Faults::default();
        trouble(&mut world, &mut faults, &mut dice).await;
        let converged = come_together(&mut world, &mut faults).await;
        Ran {
            trace: world.trace(),
            simulated: world.now(),
            converged,
            messages: world.written.len() as u64,
            frames: world.frames,
            faults: faults.count,
            crashes: faults.crashes,
            restores: faults.restores,
        }
    })
}

/// People and faults, some minutes long.
async fn trouble(world: &mut World, faults: &mut Faults, dice: &mut Dice) {
    let until = 60_000 + dice.below(600_000);
    let pace = 200 + dice.below(8_000);
    let (mut act, mut fault) = (dice.below(2_000), dice.below(20_000));
    while world.now() < until {
        let next = faults.next_end().unwrap_or(Ms::MAX).min(act).min(fault);
        world.run_until(next).await;
        faults.heal(world).await;
        if world.now() >= act {
            people::act(world);
            act = world.now() + dice.below(2 * pace);
        }
        if world.now() >= fault {
            faults.strike(world).await;
            fault = world.now() + dice.below(30_000);
            verdict::holds(world).await;
        }
    }
    last_moment(world).await;
}

/// Everybody looks and says so, and at that moment all lines break: what was told may or may not have arrived.
async fn last_moment(world: &mut World) {
    for at in 0..world.pages.len() {
        if world.pages[at].is_usable(world.now()) {
            world.on(at, Machine::seen);
        }
    }
    let moment = world.now() + world.dice.below(60);
    world.run_until(moment).await;
    for at in 0..world.pages.len() {
        Faults::cut(world, at);
    }
}

/// The faults stop; how long until everybody's screen says what the log says, in milliseconds.
async fn come_together(world: &mut World, faults: &mut Faults) -> Ms {
    faults.stop_all(world).await;
    let began = world.now();
    let mut why = String::new();
    while world.now() < began + TOGETHER {
        // People look at what is on their screens, and nothing else.
        for at in 0..world.pages.len() {
            if world.pages[at].is_usable(world.now()) {
                world.on(at, Machine::seen);
            }
        }
        world.run_until(world.now() + LOOK).await;
        let log = verdict::holds(world).await.expect("the relay runs");
        match verdict::missing(world, &log).await {
            None => return world.now() - began,
            Some(missing) => why = missing,
        }
    }
    panic!("not together after {TOGETHER} ms: {why}");
}

#[test]
fn after_any_faults_everybody_comes_together() {
    let mut proof = Proof::begin(
        "T5.simulation",
        &["P1", "P4", "P5", "P6", "P7", "P8", "P9", "P11", "P15", "P16", "P18"],
    );
    let first = seed();
    let (mut hours, mut slowest, mut sums) = (0, (0, 0), [0; 5]);
    let count = amount(12, 2_000);
    for number in 0..count {
        // One that failed is had again as the first, with MERHABA_SEED.
        let seed = first.wrapping_add(number);
        println!("simulation {seed}");
        let ran = run(seed);
        hours += ran.simulated;
        slowest = slowest.max((ran.converged, seed));
        for (sum, of) in
            sums.iter_mut().zip([ran.messages, ran.frames, ran.faults, ran.crashes, ran.restores])
        {
            *sum += of;
        }
    }
    proof.figure("seeds", count);
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    proof.figure("simulated_hours", (hours as f64 / 36_000.0).round() / 100.0);
    proof.figure("slowest_convergence_s", slowest.0.div_ceil(1_000));
    proof.figure("slowest_seed", slowest.1);
    for (name, sum) in ["messages", "frames", "faults", "crashes", "restores"].into_iter().zip(sums) {
        proof.figure(name, sum);
    }
    proof.holds();
}

#[test]
fn what_waits_finds_a_place_after_a_backup_was_put_back() {
    runtime().block_on(async {
        let (mut world, mut faults) = (World::new(1, 1).await, Faults::default());
        let page = world.pages.len() - 1;
        let say = |world: &mut World, text: &str, anew: bool| {
            let (client_id, body) = world.write(page, text.into());
            world.on(page, |machine, now| {
                let client = machine.as_visitor().expect("a visitor");
                if anew {
                    client.begin_new();
                }
                client.send(now, client_id, body);
            });
        };
        say(&mut world, "in the backup", false);
        world.run_until(2_000).await;
        faults.back_up(&world);
        say(&mut world, "begins a conversation that will be gone", true);
        world.run_until(4_000).await;
        world.pages[page].network = page::Network::Refused;
        Faults::cut(&mut world, page);
        world.run_until(5_000).await;
        say(&mut world, "waits, to go there", false);
        faults.restore(&mut world).await;
        world.pages[page].network = page::Network::Up;
        come_together(&mut world, &mut faults).await;
    });
}

#[test]
fn the_same_seed_is_the_same_run() {
    let (one, two, other) = (run(7), run(7), run(8));
    assert_eq!((one.trace, one.frames), (two.trace, two.frames));
    assert_ne!(one.trace, other.trace);
}
