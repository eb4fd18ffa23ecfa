//! How what was timed is judged. A machine that is busy with something else makes everything slower and nothing faster:
//! of the same thing done several times, the best is what it costs here, and the others say how busy the machine was. So a
//! budget is held against the best, of few times where that holds and of many before it counts as broken: what is always
//! slow is slow in each of them. Where no processor had a moment to spare in any of them, the clock says nothing of us:
//! then the figures are told, and only what was measured in the processor's own time is judged.
use merhaba_tests::proof::Proof;
use std::{fs, ops::RangeInclusive};

/// How often a thing of a moment is done, at least and at most.
pub const MOMENT: RangeInclusive<usize> = 3..=10;
/// How often one that takes half a minute is.
pub const WALK: RangeInclusive<usize> = 1..=3;
/// A machine that was idle for less than this share of the time was too busy.
const SPARE: f64 = 0.03;

/// What is measured: a name with the unit in it, and how much it may be.
pub type Budget = (&'static str, f64);

/// What was found, each time it was done.
pub struct Found {
    figures: Vec<(&'static str, Vec<f64>)>,
    /// The share of the time in which processors had nothing to do.
    idle: Vec<f64>,
}

/// To a tenth: what is behind that is noise.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// What the processors have done since the machine began, idle and in all; nothing where the system does not say.
fn processors() -> (f64, f64) {
    let told = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = told.lines().next().unwrap_or_default();
    let times: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (times.iter().skip(3).take(2).sum(), times.iter().take(8).sum())
}

/// Does it until each budget holds, or as often as it may be done. Each time gives a figure for each budget.
pub async fn measure(
    budgets: &[Budget],
    times: RangeInclusive<usize>,
    once: impl AsyncFn() -> Vec<f64>,
) -> Found {
    let figures = budgets.iter().map(|(name, _)| (*name, Vec::new())).collect();
    let mut found = Found { figures, idle: Vec::new() };
    for time in 1..=*times.end() {
        let before = processors();
        for ((_, values), value) in found.figures.iter_mut().zip(once().await) {
            values.push(tenths(value));
        }
        let now = processors();
        let all = now.1 - before.1;
        found.idle.push(if all > 0.0 { (now.0 - before.0) / all } else { 1.0 });
        if time >= *times.start() && found.over(budgets).is_empty() {
            break;
        }
    }
    found
}

impl Found {
    /// The budgets that do not hold.
    pub fn over(&self, budgets: &[Budget]) -> Vec<String> {
        let each = budgets.iter().zip(&self.figures);
        let over = each.filter(|((_, budget), (_, values))| values.iter().all(|value| value > budget));
        over.map(|((name, budget), (_, values))| format!("{name} {values:?}, budget {budget}")).collect()
    }

    /// Those of the clock that do not hold, if it could say.
    pub fn late(&self, budgets: &[Budget]) -> Vec<String> {
        if self.idle.iter().all(|idle| *idle < SPARE) { Vec::new() } else { self.over(budgets) }
    }

    /// Tells all of it.
    pub fn tell(self, proof: &mut Proof) {
        for (name, values) in self.figures {
            proof.figure(name, values);
        }
        let percent: Vec<_> = self.idle.into_iter().map(|idle| (idle * 100.0).round()).collect();
        proof.figure("idle_percent", percent);
    }
}
