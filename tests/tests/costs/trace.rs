//! What the browser's own trace says of the page's main thread, in time of the processor: what else the machine does does
//! not count. From the log `performance` of a browser that was started with one (`Driver::stopwatch`).
use crate::rounds::tenths;
use serde::Deserialize;
use serde_json::Value;

/// A part of the trace that we know: what was done, when, and for how long.
#[derive(Deserialize)]
struct Event {
    name: String,
    pid: u64,
    tid: u64,
    /// Microseconds, by the clock.
    ts: f64,
    #[serde(default)]
    dur: f64,
    /// Of the processor's time; nothing for what is only a moment.
    tdur: Option<f64>,
    #[serde(default)]
    args: Value,
}

fn events(log: &Value) -> Vec<Event> {
    let entries = log.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
    let traced = entries.filter(|text| text.contains("Tracing.dataCollected"));
    let events = traced.filter_map(|text| {
        let mut entry: Value = serde_json::from_str(text).ok()?;
        serde_json::from_value::<Event>(entry["message"]["params"].take()).ok()
    });
    let mut events: Vec<_> = events.collect();
    events.sort_by(|one, other| one.ts.total_cmp(&other.ts));
    events
}

/// Milliseconds that a script of this name has had in each page it was in: to be compiled, to be run, and when it was
/// called back.
pub fn script(log: &Value, file: &str) -> Vec<f64> {
    let mut pages = Vec::new();
    for event in events(log) {
        let url = event.args["data"]["url"].as_str();
        if !url.is_some_and(|url| url.ends_with(file)) {
            continue;
        }
        let millis = event.tdur.unwrap_or_default() / 1_000.0;
        match (event.name.as_str(), pages.last_mut()) {
            ("EvaluateScript", _) => pages.push(millis),
            ("FunctionCall", Some(page)) => *page += millis,
            _ => {}
        }
    }
    pages.into_iter().map(tenths).collect()
}

/// Milliseconds of work between each frame and the next one, for each time between the page's marks `begin` and `end`.
pub fn frames(log: &Value) -> Vec<Vec<f64>> {
    let events = events(log);
    let thread = events.iter().find(|event| event.name == "TimeStamp").map(|mark| (mark.pid, mark.tid));
    let (mut ways, mut walking, mut until) = (Vec::<Vec<f64>>::new(), false, 0.0);
    for event in events.iter().filter(|event| Some((event.pid, event.tid)) == thread) {
        match (event.name.as_str(), ways.last_mut()) {
            ("TimeStamp", _) => {
                walking = event.args["data"]["message"] == "begin";
                ways.extend(walking.then(|| vec![0.0]));
            }
            ("FireAnimationFrame", Some(way)) if walking => way.push(0.0),
            _ => {}
        }
        // What is done within something else is in its time.
        let work = event.tdur.filter(|_| walking && event.ts >= until);
        if let (Some(micros), Some(frame)) = (work, ways.last_mut().and_then(|way| way.last_mut())) {
            *frame += micros / 1_000.0;
            until = event.ts + event.dur;
        }
    }
    ways
}
