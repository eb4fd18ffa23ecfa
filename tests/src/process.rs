//! What a running relay costs its machine, as the kernel counts it. Never asks the relay itself.
use rustix::process::Pid;
use std::{fs, time::Duration};

/// Memory that it has in use, in KiB.
#[must_use]
pub fn resident_kib(pid: Pid) -> u64 {
    let status = read(pid, "status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no VmRSS in {status}"))
}

/// Processor time that it has used so far.
#[must_use]
pub fn processor_time(pid: Pid) -> Duration {
    let stat = read(pid, "stat");
    // The name in brackets may hold anything; utime and stime are the 14th and 15th field.
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    Duration::from_secs(fields.iter().sum()) / u32::try_from(ticks()).unwrap_or(100)
}

/// What the kernel still holds of all that was written to who is connected to a port of this machine, in bytes.
///
/// # Panics
/// When the kernel does not tell.
#[must_use]
pub fn unsent_bytes(port: u16) -> u64 {
    let table = fs::read_to_string("/proc/net/tcp").expect("the kernel tells of its sockets");
    // `sl local_address rem_address st tx_queue:rx_queue …`, all in hexadecimal.
    let unsent = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next()?.rsplit(':').next()?;
        let queue = fields.nth(2)?.split(':').next()?;
        (u16::from_str_radix(local, 16) == Ok(port)).then(|| u64::from_str_radix(queue, 16).ok())?
    };
    table.lines().skip(1).filter_map(unsent).sum()
}

/// The kernel counts in these parts of a second.
fn ticks() -> u64 {
    rustix::param::clock_ticks_per_second()
}

fn read(pid: Pid, what: &str) -> String {
    let path = format!("/proc/{}/{what}", pid.as_raw_nonzero());
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
