//! Latencies in a table of fixed size: 128 steps for each power of two, so that a value is off by less than 1 %, however
//! many there are. It never drops a value: the largest go to the last step.

/// Steps of a power of two, as a power of two.
const STEPS: u32 = 7;
/// Powers of two that have steps of their own; with nanoseconds the last step begins at 39 hours.
const POWERS: usize = 40;

/// The table.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; (POWERS + 1) << STEPS], total: 0 }
    }
}

impl Histogram {
    /// Counts a value.
    pub fn record(&mut self, value: u64) {
        let step = step(value).min(self.counts.len() - 1);
        self.counts[step] += 1;
        self.total += 1;
    }

    /// How many were counted.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The value that so many of a thousand do not exceed (the upper edge of its step); 0 when there is none.
    #[must_use]
    pub fn per_mille(&self, per_mille: u64) -> u64 {
        let rank = (self.total * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (step, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return upper(step);
            }
        }
        0
    }
}

/// The step of a value: itself when small, then the power of two and the bits that follow the first.
fn step(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(STEPS + 1);
    // At most 57 << 7 plus a value of 8 bits.
    #[expect(clippy::cast_possible_truncation, reason = "less than 2^14")]
    let within = (value >> shift) as usize;
    ((shift as usize) << STEPS) + within
}

/// The highest value of a step.
const fn upper(step: usize) -> u64 {
    let mask = (1 << STEPS) - 1;
    let power = step >> STEPS;
    if power == 0 {
        return step as u64;
    }
    // From the second power on a step's first bit is counted in its power.
    let (shift, within) = (power - 1, (step & mask) + (1 << STEPS));
    ((within as u64 + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::{Histogram, step, upper};

    #[test]
    fn every_value_lies_within_its_step_and_steps_are_narrow() {
        let mut last = 0;
        for value in
            (0..5_000).chain((13..40).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 7]))
        {
            let step = step(value);
            assert!(upper(step) >= value, "{value} in {step}");
            assert!(upper(step) - value <= value / 128 + 1, "{value} in {step} up to {}", upper(step));
            assert!(step == 0 || upper(step - 1) < value, "{value} belongs before {step}");
            assert!(step >= last);
            last = step;
        }
    }

    #[test]
    fn percentiles_are_what_counting_gives() {
        let mut histogram = Histogram::default();
        (1..=100_000).for_each(|value| histogram.record(value));
        for (per_mille, exact) in [(500, 50_000), (990, 99_000), (999, 99_900)] {
            let found = histogram.per_mille(per_mille);
            assert!(found >= exact && found - exact <= exact / 128 + 1, "{per_mille}: {found}");
        }
        assert_eq!(histogram.total(), 100_000);
        assert_eq!(Histogram::default().per_mille(990), 0);
    }
}
