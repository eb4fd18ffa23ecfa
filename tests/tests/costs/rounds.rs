//! How what was timed is judged. A machine that is busy with something else makes everything slower and nothing faster:
//! of the same thing done several times, the best is what it costs here, and the others say how busy the machine was. So a
//! budget is held against the best, of few times where that holds and of many before it counts as broken. What is
//! always slow is slow in each of them.
use std::ops::RangeInclusive;

/// How often a thing of a moment is done, at least and at most.
pub const MOMENT: RangeInclusive<usize> = 3..=10;
/// How often one that takes half a minute is.
pub const WALK: RangeInclusive<usize> = 1..=3;

/// What is measured: a name with the unit in it, and how much it may be.
pub type Budget = (&'static str, f64);

/// To a tenth: what is behind that is noise.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The best one.
pub fn best(values: &[f64]) -> f64 {
    values.iter().copied().min_by(f64::total_cmp).expect("something was measured")
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().expect("something was measured")
}

/// Does it until each budget holds, or as often as it may be done; what was found each time, by name. Each time gives a figure for each budget.
pub async fn measure(
    budgets: &[Budget],
    times: RangeInclusive<usize>,
    once: impl AsyncFn() -> Vec<f64>,
) -> Vec<(&'static str, Vec<f64>)> {
    let mut found: Vec<_> = budgets.iter().map(|(name, _)| (*name, Vec::new())).collect();
    for time in 1..=*times.end() {
        for ((_, values), value) in found.iter_mut().zip(once().await) {
            values.push(tenths(value));
        }
        if time >= *times.start() && over(budgets, &found).is_empty() {
            break;
        }
    }
    found
}

/// The budgets that do not hold.
pub fn over(budgets: &[Budget], found: &[(&'static str, Vec<f64>)]) -> Vec<String> {
    let each = budgets.iter().zip(found);
    let over = each.filter(|((_, budget), (_, values))| best(values) > *budget);
    over.map(|((name, budget), (_, values))| format!("{name} {values:?}, budget {budget}")).collect()
}
