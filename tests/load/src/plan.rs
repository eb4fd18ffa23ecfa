//! What is measured, and which part of it was asked for.
use crate::{crowd::Crowd, fill::Fill, layout::Shape, measure::Span, target::Kind};
use std::time::Duration;

/// Messages a second at the steady pace.
pub const RATE: u64 = 2_000;

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// So many a second.
    Rate(Shape),
    /// As many as go.
    Flood(Shape),
    /// Idle, then reset and back.
    Crowd,
    /// A steady pace and pages in a filled store. Only where asked for: filling takes its time.
    Grow(Fill),
}

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Times that everything is measured.
    pub rounds: usize,
    /// At the steady pace.
    pub rate: Span,
    /// Flat out.
    pub flood: Span,
    /// Idle.
    pub crowd: Crowd,
}

/// Messages in the store.
const MESSAGES: [u64; 3] = [0, 1_000_000, 10_000_000];
/// Conversations, of the filling and of those that talk.
const CONVERSATIONS: [u64; 3] = [100, 1_000, 10_000];
const SHAPES: [Shape; 3] = [Shape::Pairs, Shape::Desk, Shape::DeskApart];

impl Measure {
    /// All of them, in the order they are done.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let rates = SHAPES.map(Self::Rate);
        let floods = SHAPES.map(Self::Flood);
        rates.into_iter().chain(floods).chain([Self::Crowd]).collect()
    }

    /// Every filling.
    fn growths() -> Vec<Self> {
        let fills = MESSAGES.into_iter().flat_map(|messages| {
            CONVERSATIONS.map(|conversations| Self::Grow(Fill { messages, conversations }))
        });
        fills.collect()
    }

    /// Those that words ask for: each word is a form (`rate`, `flood`, `idle`, `storm`) or a shape (`pairs`, `desk`,
    /// `desk-apart`); no word of a sort asks for all of that sort. `grow` is asked for by name.
    ///
    /// # Errors
    /// The word that is neither.
    pub fn asked(words: &[String]) -> Result<Vec<Self>, String> {
        let known = ["rate", "flood", "idle", "storm", "grow"].into_iter().chain(SHAPES.map(Shape::name));
        let known: Vec<_> = known.collect();
        if let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) {
            return Err(format!("{word} is none of {}", known.join(", ")));
        }
        let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        let (forms, shapes) = (has(&known[..5]), has(&known[5..]));
        let growths = if has(&["grow"]) { Self::growths() } else { Vec::new() };
        Ok(Self::all()
            .into_iter()
            .chain(growths)
            .filter(|measure| match measure {
                Self::Rate(shape) => (!forms || has(&["rate"])) && (!shapes || has(&[shape.name()])),
                Self::Flood(shape) => (!forms || has(&["flood"])) && (!shapes || has(&[shape.name()])),
                Self::Grow(_) => true,
                Self::Crowd => has(&["idle", "storm"]) || (!forms && !shapes),
            })
            .collect())
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Rate(shape) => format!("rate {}", shape.name()),
            Self::Flood(shape) => format!("flood {}", shape.name()),
            Self::Crowd => "idle and storm".into(),
            Self::Grow(Fill { messages, conversations }) => format!("grow {messages} in {conversations}"),
        }
    }

    /// The measurement of a floor that one of the relay is compared with: a floor has no sites.
    #[must_use]
    pub const fn of_floor(self) -> Self {
        match self {
            Self::Rate(Shape::DeskApart) => Self::Rate(Shape::Desk),
            Self::Flood(Shape::DeskApart) => Self::Flood(Shape::Desk),
            same => same,
        }
    }

    /// Whether it says anything of this target.
    #[must_use]
    pub fn suits(self, kind: Kind) -> bool {
        kind == Kind::Relay || (self.of_floor() == self && !matches!(self, Self::Grow(_)))
    }
}

impl Extent {
    /// All of it: some twelve minutes.
    #[must_use]
    pub const fn full() -> Self {
        Self {
            rounds: 3,
            rate: Span { warm: 2, measured: 10 },
            flood: Span { warm: 2, measured: 8 },
            crowd: Crowd::of(10_000, 5),
        }
    }

    /// A look in passing.
    #[must_use]
    pub const fn quick() -> Self {
        Self {
            rounds: 1,
            rate: Span { warm: 1, measured: 3 },
            flood: Span { warm: 1, measured: 3 },
            crowd: Crowd::of(10_000, 1),
        }
    }
}

impl Crowd {
    const fn of(visitors: usize, settle: u64) -> Self {
        Self { visitors, missed: visitors / 10, settle: Duration::from_secs(settle), hold: Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::{Measure, Shape};

    fn asked(words: &str) -> Vec<Measure> {
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        Measure::asked(&words).expect("known words")
    }

    #[test]
    fn words_choose() {
        assert_eq!(asked(""), Measure::all());
        assert_eq!(asked("flood desk"), [Measure::Flood(Shape::Desk)]);
        assert_eq!(asked("pairs"), [Measure::Rate(Shape::Pairs), Measure::Flood(Shape::Pairs)]);
        assert_eq!(asked("storm"), [Measure::Crowd]);
        assert_eq!(asked("grow").len(), 9);
        assert!(Measure::asked(&["fast".to_owned()]).is_err());
    }
}
