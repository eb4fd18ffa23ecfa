//! How long a script has kept the main thread, from a profile of Chromium's.
use serde_json::Value;
use std::collections::HashMap;

/// Milliseconds of a profile in which something of a script whose address ends like this was on the stack.
pub fn of_script(profile: &Value, ending: &str) -> f64 {
    let nodes: HashMap<_, _> =
        profile["nodes"].as_array().into_iter().flatten().map(|node| (node["id"].as_u64(), node)).collect();
    // A node's children come after it in no promised order: from the roots down, each takes what its parent is.
    let mut waiting: Vec<_> = profile["nodes"].get(0).into_iter().map(|root| (root, false)).collect();
    let mut ours = HashMap::new();
    while let Some((node, above)) = waiting.pop() {
        let here = above || node["callFrame"]["url"].as_str().is_some_and(|url| url.ends_with(ending));
        ours.insert(node["id"].as_u64(), here);
        let children = node["children"].as_array().into_iter().flatten();
        waiting.extend(children.filter_map(|id| Some((*nodes.get(&id.as_u64())?, here))));
    }
    let samples = profile["samples"].as_array().into_iter().flatten();
    let times = profile["timeDeltas"].as_array().into_iter().flatten();
    let micros: f64 = samples
        .zip(times)
        .filter(|(sample, _)| ours.get(&sample.as_u64()).is_some_and(|ours| *ours))
        .filter_map(|(_, time)| time.as_f64())
        .sum();
    micros / 1_000.0
}
