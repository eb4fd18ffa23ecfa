//! What all rounds come to: medians, and the relay beside the floors of the same run, with what was aimed for. Pure; it
//! neither measures nor writes.
use crate::{layout::Shape, measure::Figures, plan::Measure, run::Found, target::Kind};

/// An aim: the relay's figure, by which it is measured, and how much it may be.
#[derive(Clone, Debug)]
pub struct Aim {
    /// In words.
    pub name: String,
    /// The relay's median.
    pub found: f64,
    /// The same of the floor that it is compared with; `None`: the aim is a number of its own.
    pub floor: Option<f64>,
    /// The bound, of the figure or of the ratio.
    pub bound: Bound,
}

/// A bound.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
}

impl Aim {
    /// What is compared with the bound.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.floor.map_or(self.found, |floor| self.found / floor)
    }

    /// Whether it is reached.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtLeast(bound) => self.value() >= bound,
            Bound::AtMost(bound) => self.value() <= bound,
        }
    }
}

/// The median of a figure over the rounds; `None` when it was never measured.
#[must_use]
pub fn median(found: &Found, measure: Measure, kind: Kind, figure: &str) -> Option<f64> {
    let rounds: &Vec<Figures> = found.get(&(measure, kind))?;
    let mut values: Vec<f64> = rounds.iter().filter_map(|figures| figures.get(figure).copied()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// Every aim that this run can say something about.
#[must_use]
pub fn aims(found: &Found) -> Vec<Aim> {
    let mut aims = Vec::new();
    let mut ratio = |measure: Measure, figure: &str, what: &str, bound: Bound| {
        let relay = median(found, measure, Kind::Relay, figure);
        let floor = median(found, measure.of_floor(), Kind::Durable, figure);
        if let (Some(found), Some(floor)) = (relay, floor) {
            aims.push(Aim { name: format!("{what}, {}", measure.name()), found, floor: Some(floor), bound });
        }
    };
    for shape in [Shape::Pairs, Shape::Desk, Shape::DeskApart] {
        ratio(Measure::Flood(shape), "delivered_per_s", "delivered/s", Bound::AtLeast(0.9));
        ratio(Measure::Rate(shape), "p50_us", "p50", Bound::AtMost(1.3));
        ratio(Measure::Rate(shape), "p99_us", "p99", Bound::AtMost(1.5));
        ratio(Measure::Rate(shape), "cpu_s_per_100k", "CPU", Bound::AtMost(1.3));
    }
    ratio(Measure::Crowd, "storm_s", "back after a reset, s", Bound::AtMost(1.5));
    let of_itself = [
        ("rss_per_connection_kib", "KiB of memory per idle visitor", 5.0),
        ("rss_empty_kib", "KiB of memory of an empty relay", 8.0 * 1024.0),
    ];
    for (figure, name, most) in of_itself {
        if let Some(relay) = median(found, Measure::Crowd, Kind::Relay, figure) {
            aims.push(Aim { name: name.into(), found: relay, floor: None, bound: Bound::AtMost(most) });
        }
    }
    aims
}

/// What makes a run doubtful: a machine that did other things, and anything refused, lost, missing or out of order.
#[must_use]
pub fn doubts(found: &Found) -> Vec<String> {
    let mut doubts = Vec::new();
    for ((measure, kind), rounds) in found {
        for (figure, most) in
            [("others_cores", 0.2), ("refused", 0.0), ("wrong", 0.0), ("lines_lost", 0.0), ("missing", 0.0)]
        {
            let worst = rounds.iter().filter_map(|figures| figures.get(figure).copied()).fold(0.0, f64::max);
            if worst > most {
                doubts.push(format!("{}, {}: {figure} up to {worst:.1}", measure.name(), kind.name()));
            }
        }
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: Kind, rounds: &[f64]) -> ((Measure, Kind), Vec<Figures>) {
        let rounds =
            rounds.iter().map(|rate| Figures::from([("delivered_per_s".to_owned(), *rate)])).collect();
        ((Measure::Flood(Shape::Pairs), kind), rounds)
    }

    #[test]
    fn medians_and_ratios() {
        let found =
            Found::from([found(Kind::Relay, &[90.0, 10.0, 80.0]), found(Kind::Durable, &[100.0, 120.0])]);
        let aims = aims(&found);
        assert_eq!(aims.len(), 1);
        assert_eq!((aims[0].found, aims[0].floor), (80.0, Some(110.0)));
        assert!(!aims[0].is_met() && (aims[0].value() - 0.727).abs() < 0.001);
        assert_eq!(median(&found, Measure::Crowd, Kind::Relay, "storm_s"), None);
    }
}
