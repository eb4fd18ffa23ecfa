//! Who is given what waits: by hand, in turn, or whoever is the least busy, and never beyond what one can carry. Knows no
//! clock and no store.
use super::department::{Department, answers};
use merhaba_shared::protocol::ids::{AgentId, ConversationId, Millis};
use serde::{Deserialize, Serialize};

/// The most that can be set as what one agent carries.
pub const CAPACITY: u32 = 200;
/// The longest that an owner may be gone before what waits for them goes to others, in minutes: a day.
pub const GONE_MINUTES: u32 = 24 * 60;

/// The longest time within which answers can be said to come, in minutes: a week.
pub const LONGEST_TARGET: u32 = 7 * 24 * 60;
/// Within so many minutes answers come, where an owner has said nothing else.
pub const TARGET_MINUTES: u32 = 10;

/// The longest time after which more are told that nobody answers, in minutes: a day.
pub const LADDER_MINUTES: u32 = 24 * 60;
/// Owners and admins are told again after so many minutes while nobody answers: as long as the first call left the whole
/// team, and few enough that a sound a night's guard hears stays one they listen to.
pub const AGAIN_MINUTES: u32 = 5;
const MINUTE: Millis = 60_000;

/// How a site's conversations find an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Agents take them.
    #[default]
    Hand,
    /// Whoever was given one the longest ago.
    Turns,
    /// Whoever has the fewest.
    LeastBusy,
}

/// How a site gives conversations to its agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Routing {
    /// In what order agents are chosen.
    pub mode: Mode,
    /// Open conversations of the site that one agent is given at most; what they take themself is theirs to judge.
    pub capacity: u32,
    /// After so many minutes without its owner, a conversation whose visitor waits goes to somebody else; 0: never.
    pub gone_minutes: u32,
    /// Within so many minutes an answer should come: what waits for approval is told to all who may approve after half of
    /// it, and to owners and admins again after all of it; 0: never.
    pub target_minutes: u32,
    /// After so many minutes without an answer the whole team is told; 0: never.
    pub team_minutes: u32,
    /// After so many, counted from the same beginning, owners and admins are, and again while nobody answers; 0: never.
    pub admins_minutes: u32,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            mode: Mode::Hand,
            capacity: 5,
            gone_minutes: 3,
            target_minutes: TARGET_MINUTES,
            team_minutes: 2,
            admins_minutes: 5,
        }
    }
}

/// Why a routing cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoutingError {
    /// Nobody could be given anything, or more than anybody can follow.
    #[error("an agent is given 1 to {CAPACITY} conversations")]
    Capacity,
    /// Longer than a day.
    #[error("a conversation waits for its agent at most {GONE_MINUTES} minutes")]
    Gone,
    /// Longer than a week.
    #[error("answers come within at most {LONGEST_TARGET} minutes")]
    Target,
    /// Longer than a day, or the second rung not after the first.
    #[error(
        "the team is told after at most {LADDER_MINUTES} minutes, owners and admins after more minutes than the team"
    )]
    Ladder,
}

impl Routing {
    /// The routing, if it can be taken.
    ///
    /// # Errors
    /// When a number is out of its bounds.
    pub const fn check(self) -> Result<Self, RoutingError> {
        if self.capacity == 0 || self.capacity > CAPACITY {
            return Err(RoutingError::Capacity);
        }
        if self.gone_minutes > GONE_MINUTES {
            return Err(RoutingError::Gone);
        }
        if self.target_minutes > LONGEST_TARGET {
            return Err(RoutingError::Target);
        }
        let (team, admins) = (self.team_minutes, self.admins_minutes);
        if team > LADDER_MINUTES || admins > LADDER_MINUTES || (admins > 0 && admins <= team) {
            return Err(RoutingError::Ladder);
        }
        Ok(self)
    }

    /// The next rung above one, and after how many milliseconds on that one; nothing: there it stays. On the highest it
    /// is told again.
    #[must_use]
    pub const fn next_rung(self, rung: u8) -> Option<(u8, Millis)> {
        let (team, admins) = (self.team_minutes, self.admins_minutes);
        let (next, minutes) = match rung {
            0 if team > 0 => (1, team),
            0 if admins > 0 => (2, admins),
            1 if admins > 0 => (2, admins.saturating_sub(team)),
            2 if admins > 0 => (2, AGAIN_MINUTES),
            _ => return None,
        };
        Some((next, minutes as Millis * MINUTE))
    }
}

/// A conversation that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub conversation: ConversationId,
    /// Who owns it and is gone; `None`: nobody owns it.
    pub owner: Option<AgentId>,
    /// The department it is for, by its id.
    pub department: Option<String>,
}

/// An agent who can be given conversations now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taker {
    /// Who.
    pub agent: AgentId,
    /// Their open conversations on the site.
    pub load: u32,
    /// Grows with each that anybody is given; 0: never.
    pub given: u64,
}

/// What is to be given to whom, in the order of `waiting`. `last` is the highest number of `given`. Nobody goes over the
/// capacity, and nobody with room is left without while somebody waits whom they answer.
pub fn plan(
    routing: Routing,
    departments: &[Department],
    takers: &mut [Taker],
    waiting: Vec<Waiting>,
    mut last: u64,
) -> Vec<(Waiting, AgentId)> {
    let mut plan = Vec::new();
    for waiting in waiting {
        let room = takers.iter_mut().filter(|taker| taker.load < routing.capacity);
        let others = room.filter(|taker| Some(&taker.agent) != waiting.owner.as_ref());
        let theirs = others.filter(|taker| answers(departments, &taker.agent, waiting.department.as_deref()));
        let Some(taker) = theirs.min_by(|a, b| {
            let load =
                if routing.mode == Mode::LeastBusy { a.load.cmp(&b.load) } else { std::cmp::Ordering::Equal };
            load.then(a.given.cmp(&b.given)).then_with(|| a.agent.cmp(&b.agent))
        }) else {
            continue;
        };
        last += 1;
        taker.load += 1;
        taker.given = last;
        plan.push((waiting, taker.agent.clone()));
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn taker(agent: &str, load: u32, given: u64) -> Taker {
        Taker { agent: agent.into(), load, given }
    }

    fn waiting(number: usize, owner: Option<&str>) -> Waiting {
        Waiting {
            conversation: format!("c{number}").as_str().into(),
            owner: owner.map(AgentId::from),
            department: None,
        }
    }

    fn names(plan: &[(Waiting, AgentId)]) -> Vec<&str> {
        plan.iter().map(|(_, agent)| agent.as_str()).collect()
    }

    fn routing(mode: Mode, capacity: u32) -> Routing {
        Routing { mode, capacity, ..Routing::default() }
    }

    #[test]
    fn in_turn_whoever_had_one_the_longest_ago_and_else_whoever_has_the_fewest() {
        let all = || vec![waiting(1, None), waiting(2, None), waiting(3, None)];
        let mut takers = [taker("a", 3, 2), taker("b", 0, 3), taker("c", 1, 1)];
        assert_eq!(
            names(&plan(routing(Mode::Turns, 9), &[], &mut takers.clone(), all(), 3)),
            ["c", "a", "b"]
        );
        assert_eq!(names(&plan(routing(Mode::LeastBusy, 9), &[], &mut takers, all(), 3)), ["b", "c", "b"]);
    }

    #[test]
    fn bounds_are_said() {
        assert_eq!(routing(Mode::Turns, 0).check(), Err(RoutingError::Capacity));
        assert_eq!(routing(Mode::Turns, CAPACITY + 1).check(), Err(RoutingError::Capacity));
        let long = Routing { gone_minutes: GONE_MINUTES + 1, ..Routing::default() };
        assert_eq!(long.check(), Err(RoutingError::Gone));
        let long = Routing { target_minutes: LONGEST_TARGET + 1, ..Routing::default() };
        assert_eq!(long.check(), Err(RoutingError::Target));
        for (team, admins) in [(5, 5), (6, 5), (0, LADDER_MINUTES + 1), (LADDER_MINUTES + 1, 0)] {
            let ladder = Routing { team_minutes: team, admins_minutes: admins, ..Routing::default() };
            assert_eq!(ladder.check(), Err(RoutingError::Ladder), "{team} {admins}");
        }
        assert_eq!(Routing::default().check(), Ok(Routing::default()));
    }

    #[test]
    fn the_ladder_has_a_rung_only_where_there_are_minutes() {
        let rungs = |team_minutes, admins_minutes| {
            let routing = Routing { team_minutes, admins_minutes, ..Routing::default() };
            [0, 1, 2].map(|rung| routing.next_rung(rung).map(|(next, after)| (next, after / MINUTE)))
        };
        assert_eq!(rungs(2, 5), [Some((1, 2)), Some((2, 3)), Some((2, 5))]);
        assert_eq!(rungs(0, 5), [Some((2, 5)), Some((2, 5)), Some((2, 5))]);
        assert_eq!(rungs(2, 0), [Some((1, 2)), None, None]);
        assert_eq!(rungs(0, 0), [None; 3]);
    }

    proptest! {
        #[test]
        fn nobody_goes_over_and_nobody_with_room_idles_while_somebody_waits(
            loads in proptest::collection::vec((0_u32..8, 0_u64..20), 0..6),
            waits in proptest::collection::vec(
                (proptest::option::of(0_usize..8), proptest::option::of(0_usize..4)),
                0..40,
            ),
            teams in proptest::collection::vec(proptest::collection::vec(0_usize..6, 0..4), 0..3),
            capacity in 1_u32..8,
            turns: bool,
        ) {
            let mode = if turns { Mode::Turns } else { Mode::LeastBusy };
            let routing = routing(mode, capacity);
            let name = |number: usize| format!("a{number}");
            let before: Vec<Taker> =
                loads.iter().enumerate().map(|(n, (load, given))| taker(&name(n), *load, *given)).collect();
            let id = |number: usize| format!("d{number}");
            let departments: Vec<Department> = teams
                .iter()
                .enumerate()
                .map(|(n, team)| Department {
                    id: id(n),
                    name: BTreeMap::new(),
                    members: team.iter().map(|member| name(*member).as_str().into()).collect(),
                    offered: false,
                })
                .collect();
            let all: Vec<_> = waits
                .iter()
                .enumerate()
                .map(|(n, (owner, department))| Waiting {
                    department: department.map(id),
                    ..waiting(n, owner.map(name).as_deref())
                })
                .collect();
            let mut takers = before.clone();
            let plan = plan(routing, &departments, &mut takers, all.clone(), 20);
            for (then, now) in before.iter().zip(&takers) {
                let given = plan.iter().filter(|(_, to)| *to == now.agent).count();
                prop_assert_eq!(then.load as usize + given, now.load as usize);
                prop_assert!(now.load <= then.load.max(capacity), "{} goes over", now.agent);
            }
            for left in all.iter().filter(|one| !plan.iter().any(|(given, _)| given == *one)) {
                let idle = takers.iter().find(|taker| {
                    taker.load < capacity
                        && Some(&taker.agent) != left.owner.as_ref()
                        && answers(&departments, &taker.agent, left.department.as_deref())
                });
                prop_assert_eq!(idle, None, "{:?} waits", left);
            }
            prop_assert!(plan.iter().all(|(waiting, to)| waiting.owner.as_ref() != Some(to)));
            for (waiting, to) in &plan {
                prop_assert!(answers(&departments, to, waiting.department.as_deref()), "{:?}", waiting);
            }
        }
    }
}
