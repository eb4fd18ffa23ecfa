//! What the system allows a process, raised as far as it goes.
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Takes as many descriptors as the system gives.
pub fn raise_descriptors() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    // Not allowed is no harm: opening says so when there are too few.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Lets timers of this thread be exact; else the system may be 50 µs late with each.
pub fn exact_timers() {
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
}
