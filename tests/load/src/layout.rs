//! The shapes a load has: how many conversations, on how many sites, answered by whom on which sockets.
use merhaba_shared::protocol::limits::OPEN;

/// Conversations in pairs.
const PAIRS: usize = 100;
/// Agents of a desk, and conversations that each has open.
const DESK: (usize, usize) = (10, 100);

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A hundred conversations of one visitor and one agent, each on a site of its own.
    Pairs,
    /// A thousand visitors of one site, ten agents with a hundred conversations each: every agent also hears of
    /// every change in the list.
    Desk,
    /// The same, but a site for each agent: nobody hears of the others' conversations.
    DeskApart,
}

/// An agent's socket and what it has open.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Whose it is.
    pub agent: usize,
    /// The conversations it opens.
    pub talks: Vec<u32>,
}

/// A shape with numbers.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The site of each conversation's visitor.
    pub sites: Vec<usize>,
    /// The site of each agent.
    pub agents: Vec<usize>,
    /// Every agent's sockets.
    pub seats: Vec<Seat>,
}

impl Shape {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pairs => "pairs",
            Self::Desk => "desk",
            Self::DeskApart => "desk-apart",
        }
    }

    /// Messages that a visitor and an agent keep under way in a conversation when it goes as fast as it can; together
    /// fewer than may wait for the relay's disk.
    #[must_use]
    pub const fn depth(self) -> (u32, u32) {
        match self {
            Self::Pairs => (8, 8),
            Self::Desk | Self::DeskApart => (2, 1),
        }
    }

    /// Its numbers.
    #[must_use]
    pub fn layout(self) -> Layout {
        let (agents, each) = DESK;
        match self {
            Self::Pairs => Layout::new(PAIRS, PAIRS, PAIRS, 1),
            Self::Desk => Layout::new(agents * each, 1, agents, each),
            Self::DeskApart => Layout::new(agents * each, agents, agents, each),
        }
    }
}

impl Layout {
    /// So many conversations and agents, spread evenly over the sites; a page can only have so many open at once, so
    /// an agent with more has more pages.
    #[must_use]
    pub fn new(talks: usize, sites: usize, agents: usize, each: usize) -> Self {
        let of_agent =
            |agent: usize| (agent * each..(agent + 1) * each).filter_map(|talk| u32::try_from(talk).ok());
        let seats = (0..agents).flat_map(|agent| {
            let all: Vec<u32> = of_agent(agent).collect();
            all.chunks(OPEN).map(|talks| Seat { agent, talks: talks.to_vec() }).collect::<Vec<_>>()
        });
        Self {
            sites: (0..talks).map(|talk| talk * sites / talks).collect(),
            agents: (0..agents).map(|agent| agent * sites / agents).collect(),
            seats: seats.collect(),
        }
    }

    /// Many visitors of one site, and a desk of agents who have none of their conversations open.
    #[must_use]
    pub fn crowd(visitors: usize) -> Self {
        let Self { agents, mut seats, .. } = Shape::Desk.layout();
        for seat in &mut seats {
            seat.talks.clear();
        }
        Self { sites: vec![0; visitors], agents, seats }
    }

    /// How many sites there are.
    #[must_use]
    pub fn site_count(&self) -> usize {
        self.agents.iter().max().map_or(0, |last| last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Shape};

    #[test]
    fn every_conversation_is_open_on_one_page_of_an_agent_of_its_site() {
        for (shape, talks, sites, seats) in
            [(Shape::Pairs, 100, 100, 100), (Shape::Desk, 1000, 1, 20), (Shape::DeskApart, 1000, 10, 20)]
        {
            let Layout { sites: of, agents, seats: all } = shape.layout();
            assert_eq!((of.len(), all.len()), (talks, seats));
            assert_eq!(shape.layout().site_count(), sites);
            let mut open = vec![0; talks];
            for seat in &all {
                for talk in &seat.talks {
                    open[*talk as usize] += 1;
                    assert_eq!(of[*talk as usize], agents[seat.agent], "{shape:?} {talk}");
                }
            }
            assert!(open.iter().all(|times| *times == 1), "{shape:?}");
        }
    }
}
