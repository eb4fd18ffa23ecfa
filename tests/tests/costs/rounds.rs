//! Medians, and how they are judged: a machine that is busy with something else makes everything slower and nothing
//! faster, so a budget that does not hold is looked at twice more before it counts as broken.

/// How often what is timed is done in a round.
pub const TIMES: usize = 5;
/// How many rounds there are at most.
const ROUNDS: usize = 3;

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().expect("something was measured")
}

/// To a tenth: what is behind that is noise.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Plays rounds until one is within its budgets; what is over them in the last, if none is. Each round tells what it
/// found to be over.
pub async fn best_of(round: impl AsyncFn(usize) -> Vec<String>) {
    let mut over = Vec::new();
    for number in 1..=ROUNDS {
        over = round(number).await;
        if over.is_empty() {
            return;
        }
    }
    panic!("over the budget in each of {ROUNDS} rounds: {}", over.join("; "));
}
