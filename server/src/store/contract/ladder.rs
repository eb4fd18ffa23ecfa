//! Alerts that climb: each rung in the site's own time, with its line in the backstage, over restarts, once whoever looks,
//! and never past somebody who answers or takes it.
use super::world::{Open, World, get, quiet};
use crate::{domain::routing::Routing, store::Changed};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Deed, Filter, List},
    ids::{AgentId, ConversationId, Millis},
    triage::{Detail, Only},
};
use proptest::{collection::vec, prelude::*, test_runner::Config};

const MINUTE: Millis = 60_000;

fn routing() -> Routing {
    Routing { team_minutes: 2, admins_minutes: 5, ..Routing::default() }
}

fn climb(world: &World, now: Millis) -> Vec<Changed> {
    get(world.store.climb("shop".into(), routing(), now, quiet()))
}

fn next(world: &World) -> Option<Millis> {
    get(world.store.next_climb("shop".into(), routing()))
}

fn escalate(world: &World, who: &str, name: &ConversationId) -> Option<Changed> {
    get(world.store.escalate(AgentId::from(who), name.clone(), "angry".into(), world.tick(), quiet()))
}

fn assign(world: &World, name: &ConversationId, to: Option<&str>) -> Millis {
    let (at, to) = (world.tick(), to.map(AgentId::from));
    get(world.store.assign("ayse".into(), name.clone(), to, at, quiet())).expect("a conversation");
    at
}

fn listed(world: &World, who: &str) -> Vec<ConversationId> {
    let page = get(world.store.inbox(AgentId::from(who), List::whole(Filter::Unattended, None, 9)));
    page.conversations.into_iter().map(|row| row.conversation).collect()
}

fn counted(world: &World) -> u32 {
    get(world.store.counts("shop".into(), Only::default())).expect("a site").unattended
}

/// Rung and tellings.
fn stands(world: &World, name: &ConversationId) -> (u8, u32) {
    let triage = world.row(name).triage;
    assert_eq!(triage.unattended_since.is_some(), triage.rung > 0);
    (triage.rung, triage.told)
}

fn trail(world: &World, name: &ConversationId) -> Vec<(Deed, Option<Detail>)> {
    let lines = get(world.store.backstage("mert".into(), name.clone(), None, 50)).expect("a conversation");
    let done = lines.into_iter().filter_map(|line| match line {
        BackstageLine::Activity(done) => Some((done.deed, done.detail)),
        _ => None,
    });
    done.collect()
}

/// One rung at a time, at its time; on the highest it is told again, without another line.
pub fn the_rungs_and_their_trail_outlive_a_restart(open: &Open) {
    let world = World::new(open);
    assert_eq!(next(&world), None);
    let (name, other) = (world.begins("ali"), world.begins("veli"));
    let at = world.row(&name).waiting_since.expect("waits");
    assert_eq!(next(&world), Some(at + 2 * MINUTE));
    assert!(climb(&world, at + 2 * MINUTE - 1).is_empty());
    assert_eq!(climb(&world, at + 2 * MINUTE).len(), 1);
    let world = world.restarted(open);
    assert_eq!((stands(&world, &name), stands(&world, &other)), ((1, 1), (0, 0)));
    // Nobody ran for hours: one rung each, and the next in its time.
    let now = at + 600 * MINUTE;
    assert_eq!(climb(&world, now).len(), 2);
    assert!(climb(&world, now).is_empty(), "no storm");
    assert_eq!((stands(&world, &name), stands(&world, &other)), ((2, 2), (1, 1)));
    assert_eq!(next(&world), Some(now + 3 * MINUTE));
    assert_eq!(climb(&world, now + 5 * MINUTE).len(), 2);
    assert_eq!((stands(&world, &name), stands(&world, &other)), ((2, 3), (2, 2)));
    assert_eq!((listed(&world, "mert"), counted(&world)), (vec![name.clone(), other.clone()], 2));
    assert!(listed(&world, "eva").is_empty());
    let rungs = [1, 2].map(|rung| (Deed::Climbed, Some(Detail::Rung(rung))));
    assert_eq!(trail(&world, &name), rungs);
    world.answers("mert", &name);
    world.resolves("mert", &other);
    let world = world.restarted(open);
    assert_eq!((listed(&world, "mert"), counted(&world), next(&world)), (Vec::new(), 0, None));
    assert_eq!((stands(&world, &name), stands(&world, &other)), ((0, 0), (0, 0)));
}

/// What was due for both is done once.
pub fn whoever_looks_first_has_climbed(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let now = next(&world).expect("waits");
    let (one, two) = (
        world.store.climb("shop".into(), routing(), now, quiet()),
        world.store.climb("shop".into(), routing(), now, quiet()),
    );
    assert_eq!((get(one).len(), get(two).len(), stands(&world, &name)), (1, 0, (1, 1)));
    assert!(get(world.store.climb("other".into(), routing(), now * 2, quiet())).is_empty());
}

/// At once, whatever the clock says, also by who may not answer; not where nothing is open, and not on another's site.
pub fn owners_are_called_with_a_reason(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    assert_eq!(escalate(&world, "eva", &name), None);
    let activity = escalate(&world, "can", &name).expect("theirs").activity.expect("a line");
    assert_eq!((activity.deed, activity.detail), (Deed::Escalated, Some(Detail::Reason("angry".into()))));
    assert_eq!((stands(&world, &name), counted(&world)), ((2, 1), 1));
    assign(&world, &name, Some("ayse"));
    assert_eq!(stands(&world, &name), (0, 0), "somebody has it");
    world.resolves("mert", &name);
    assert!(escalate(&world, "can", &name).expect("theirs").activity.is_none());
    assert_eq!(stands(&world, &name), (0, 0));
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Writes,
    Answers,
    Takes(bool),
    Resolves,
    Snoozes,
    Restarts,
    Waits(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Writes),
        1 => Just(Act::Answers),
        2 => any::<bool>().prop_map(Act::Takes),
        1 => Just(Act::Resolves),
        1 => Just(Act::Snoozes),
        1 => Just(Act::Restarts),
        6 => (1_i64..400).prop_map(Act::Waits),
    ]
}

/// Since when a visitor waits, since when somebody new has it, and since when nobody has again.
#[derive(Clone, Copy, Default)]
struct Model {
    waits: Option<Millis>,
    taken: Option<Millis>,
    released: Millis,
}

impl Model {
    fn rung(&self, now: Millis) -> u8 {
        let Some(waits) = self.waits else { return 0 };
        let from = self.taken.unwrap_or(waits);
        let first = (from + 2 * MINUTE).max(self.released);
        if now >= first + 3 * MINUTE { 2 } else { u8::from(now >= first) }
    }
}

/// Nothing that nobody answers or takes stays below its rung, or is above it.
pub fn whatever_happens_everybody_who_waits_stands_on_their_rung(place: fn() -> Open) {
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    proptest!(config, |(acts in vec((act(), 0_usize..2), 1..40))| {
        let open = place();
        let mut world = World::new(&open);
        let names = ["ali", "veli"].map(|visitor| world.begins(visitor));
        let mut models = [0, 1].map(|at: usize| Model { waits: world.row(&names[at]).waiting_since, ..Model::default() });
        let mut holders = [None; 2];
        for (act, of) in acts {
            let (name, model) = (&names[of], &mut models[of]);
            match act {
                Act::Writes => {
                    world.says(["ali", "veli"][of]);
                    if model.waits.is_none() {
                        *model = Model { waits: world.row(name).waiting_since, ..Model::default() };
                    }
                }
                Act::Answers => {
                    world.answers("mert", name);
                    holders[of] = holders[of].or(Some("mert"));
                    *model = Model::default();
                }
                Act::Takes(on) => {
                    let to = on.then_some(if holders[of] == Some("mert") { "ayse" } else { "mert" });
                    let at = assign(&world, name, to);
                    if to != holders[of] && model.waits.is_some() {
                        (model.taken, model.released) = if on { (Some(at), 0) } else { (None, at) };
                    }
                    holders[of] = to;
                }
                Act::Resolves => {
                    world.resolves("mert", name);
                    *model = Model::default();
                }
                Act::Snoozes => {
                    let off = |until| get(world.store.snooze("mert".into(), name.clone(), until, world.tick(), quiet()));
                    off(Some(i64::MAX));
                    off(None);
                    if model.waits.is_some() && world.row(name).waiting_since.is_some() {
                        (model.taken, model.released) = (None, world.later(0));
                    }
                }
                Act::Restarts => world = world.restarted(&open),
                Act::Waits(seconds) => _ = world.later(seconds * 1_000),
            }
            // As the relay looks: at each time that something is due.
            let now = world.later(0);
            let before = now - if let Act::Waits(seconds) = act { seconds * 1_000 } else { 0 };
            while let Some(due) = next(&world).filter(|due| *due <= now) {
                prop_assert!(!climb(&world, due.max(before)).is_empty(), "what is due climbs");
            }
            for (name, model) in names.iter().zip(&models) {
                prop_assert_eq!(stands(&world, name).0, model.rung(now), "{:?} of {:?}", act, name);
            }
        }
    });
}
