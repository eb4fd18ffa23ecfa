//! What a relay asked of the kernel, in order, as `strace` saw it: writes and syncs of its data folder with the bytes,
//! and what it sent on its sockets. One line of the log is one instant: a call begins at one and has ended at the same
//! or a later one, so what was finished before something else began can be told.
use super::last;
use crate::relay::{Launch, Relay};
use std::{
    collections::HashMap,
    fs,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// Every call that changes a file or a folder, makes it durable, or sends.
const CALLS: &str = "trace=openat,creat,mkdir,mkdirat,write,pwrite64,pwritev,pwritev2,writev,ftruncate,truncate,fallocate,\
    fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,unlink,unlinkat,sendto,sendmsg";
/// More bytes of one call than any that is looked at.
const LONGEST: &str = "300000";
/// How long the tracer may take to write its log's end.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// How often it is looked whether it has.
const LOOKS_EVERY: Duration = Duration::from_millis(20);
/// What stands before the `client_id` of an `Accepted` in JSON.
const ACCEPTED: &[u8] = br#"{"Accepted":{"client_id":""#;
/// The digits of a `client_id`.
const DIGITS: usize = 32;
/// The last call that the `strace` of Debian 12 has a name for.
const LAST_NAMED: u32 = 450;

/// What a call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Wrote into a file.
    Wrote {
        /// Where.
        offset: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// Set a file's length.
    Cut(usize),
    /// Made a file or a folder durable.
    Synced,
    /// Made a name.
    Made,
    /// Took a name away.
    Unlinked,
    /// Sent on a socket.
    Sent(Vec<u8>),
}

/// A call that went well.
#[derive(Clone, Debug)]
pub struct Call {
    /// The line of the log where it began.
    pub begun: usize,
    /// The line where it had ended; `usize::MAX` if the log ends before.
    pub ended: usize,
    /// Which file, folder or socket.
    pub path: String,
    /// What it did.
    pub did: Did,
}

/// All that a relay did.
#[derive(Debug, Default)]
pub struct Trace {
    /// In the order in which the calls began.
    pub calls: Vec<Call>,
    /// How many lines the log has.
    pub lines: usize,
}

/// A log that is being written.
pub struct Tracer(PathBuf);

impl Tracer {
    /// Starts a relay whose calls are logged from the first on. It stays this process's own child, and everything
    /// that is done to it is done to the relay.
    pub async fn start(launch: Launch, log: &Path) -> (Relay, Self) {
        let installed = Command::new("strace").arg("--version").output();
        assert!(installed.is_ok(), "strace is needed: install it (Debian: apt-get install strace)");
        let before = ["strace", "-D", "-f", "-yy", "-xx", "-s", LONGEST, "-e", CALLS, "-o"];
        let before = before.into_iter().map(str::to_owned).chain([log.display().to_string()]);
        let relay = Relay::start(launch.under(before.collect())).await;
        (relay, Self(log.to_owned()))
    }

    /// The whole log, once the relay has ended. The tracer is nobody's child, so there is nothing to wait for but the
    /// last line, which says how the relay ended.
    pub async fn log(self) -> String {
        let deadline = Instant::now() + ENDS_WITHIN;
        while !is_whole(&self.0).unwrap_or(false) {
            assert!(Instant::now() < deadline, "the tracer's log does not end");
            last(LOOKS_EVERY).await;
        }
        fs::read_to_string(&self.0).expect("the log can be read")
    }
}

/// Whether the log's last line says that the first process has ended.
fn is_whole(log: &Path) -> io::Result<bool> {
    let mut file = fs::File::open(log)?;
    let (mut first, mut end) = ([0; 16], String::new());
    file.read_exact(&mut first)?;
    let from = file.metadata()?.len().saturating_sub(100);
    file.seek(SeekFrom::Start(from))?;
    file.read_to_string(&mut end)?;
    let first = String::from_utf8_lossy(&first).split(' ').next().unwrap_or_default().to_owned();
    let last = end.lines().last().unwrap_or_default();
    Ok(end.ends_with('\n') && last.starts_with(&first) && last.contains("+++ "))
}

impl Trace {
    /// Reads a log of `strace -f -yy -xx`.
    #[must_use]
    pub fn read(log: &str) -> Self {
        let mut trace = Self::default();
        let mut open: HashMap<&str, (usize, &str)> = HashMap::new();
        for (number, line) in log.lines().enumerate() {
            trace.lines = number + 1;
            let Some((process, text)) = line.split_once(' ') else { continue };
            let text = text.trim_start();
            if let Some(begin) = text.strip_suffix(" <unfinished ...>") {
                open.insert(process, (number, begin));
            } else if text.starts_with("<... ") {
                let Some((begun, text_before)) = open.remove(process) else { continue };
                let end = text.split_once(" resumed>").map_or("", |(_, end)| end);
                trace.note(begun, number, &format!("{text_before}{end}"));
            } else {
                trace.note(number, number, text);
            }
        }
        for (begun, begin) in open.into_values() {
            // Cut off by the relay's end: it may have happened.
            trace.note(begun, usize::MAX, &format!("{begin}) = 0"));
        }
        trace.calls.sort_by_key(|call| call.begun);
        trace
    }

    /// Every `Accepted` that was sent: when the call began that sent the last of its `client_id`, and that id.
    #[must_use]
    pub fn acknowledged(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut rests: HashMap<&str, Vec<u8>> = HashMap::new();
        for call in &self.calls {
            let Did::Sent(bytes) = &call.did else { continue };
            let rest = rests.entry(&call.path).or_default();
            rest.extend_from_slice(bytes);
            while let Some(at) = rest.windows(ACCEPTED.len()).position(|bytes| bytes == ACCEPTED) {
                let id = at + ACCEPTED.len();
                let Some(digits) = rest.get(id..id + DIGITS) else { break };
                found.push((call.begun, String::from_utf8_lossy(digits).into_owned()));
                rest.drain(..id + DIGITS);
            }
            // A frame may be cut anywhere; nothing longer than the beginning of one is kept.
            let keep = rest.len().min(ACCEPTED.len() + DIGITS);
            rest.drain(..rest.len() - keep);
        }
        found
    }

    fn note(&mut self, begun: usize, ended: usize, text: &str) {
        let Some((name, rest)) = text.split_once('(') else { return };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { return };
        if result.starts_with('-') {
            return;
        }
        // The relay was killed meanwhile: it may have happened, and nothing came after it.
        let ended = if result.starts_with('?') { usize::MAX } else { ended };
        let Some((path, did)) = done(name, arguments) else { return };
        self.calls.push(Call { begun, ended, path, did });
    }
}

/// What a call with these arguments does, and to what.
///
/// # Panics
/// When a call comes that changes files in a way that is not known here: a trace with holes proves nothing.
fn done(name: &str, arguments: &str) -> Option<(String, Did)> {
    let texts = quoted(arguments);
    let text = |at: usize| texts.get(at).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let numbers = || {
        arguments.trim_end().trim_end_matches(')').rsplit(", ").map_while(|part| part.parse::<usize>().ok())
    };
    match name {
        "openat" if arguments.contains("O_CREAT") => Some((text(0)?, Did::Made)),
        "openat" => None,
        "mkdir" => Some((text(0)?, Did::Made)),
        "unlink" => Some((text(0)?, Did::Unlinked)),
        "fsync" | "fdatasync" => Some((descriptor(arguments)?, Did::Synced)),
        "ftruncate" => Some((descriptor(arguments)?, Did::Cut(numbers().next().expect("a length")))),
        "pwrite64" => {
            let offset = numbers().next().expect("an offset");
            let bytes = texts.into_iter().next().expect("bytes");
            assert!(!arguments.contains("..."), "the tracer has left bytes out");
            Some((descriptor(arguments)?, Did::Wrote { offset, bytes }))
        }
        "write" | "writev" | "sendto" | "sendmsg" => {
            let name = descriptor(arguments)?;
            assert!(!name.contains(".db"), "{name} is written at its current place, which is not known here");
            let socket = Some(name).filter(|name| name.starts_with("TCP"))?;
            Some((socket, Did::Sent(texts.concat())))
        }
        other if is_without_a_name(other) => None,
        other => panic!("{other}({arguments} changes files in a way that is not known here"),
    }
}

/// Whether this is a number that `strace` has no name for. It shows those whatever it was asked for: calls that are
/// newer than it is (Debian 12's names all up to 450, `set_mempolicy_home_node` of Linux 5.17), and numbers that no
/// kernel has, 604 for one, which were seen where the relay is killed within a call. Nothing that the relay is made of
/// writes files by calls that new, and a write or a sync that were misread so would be missing from the order, where
/// what was acknowledged is looked for: a test that reads it fails then.
fn is_without_a_name(name: &str) -> bool {
    let number = name.strip_prefix("syscall_0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.is_some_and(|number| number > LAST_NAMED)
}

/// What the first descriptor stands for.
fn descriptor(arguments: &str) -> Option<String> {
    let (_, rest) = arguments.split_once('<')?;
    let first = if rest.starts_with("TCP") { rest.split_once(">,")?.0 } else { rest.split_once('>')?.0 };
    Some(String::from_utf8_lossy(&unescaped(first)).into_owned())
}

/// The texts in quotes.
fn quoted(arguments: &str) -> Vec<Vec<u8>> {
    arguments.split('"').skip(1).step_by(2).map(unescaped).collect()
}

/// Bytes as they were; `strace` writes each of a text's as `\xNN`.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len() / 4), text.as_bytes());
    while let [first, tail @ ..] = rest {
        if let [b'\\', b'x', high, low, tail @ ..] = rest {
            let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit(*high).unwrap_or(0) * 16 + digit(*low).unwrap_or(0));
            rest = tail;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Did, Trace, is_without_a_name};

    #[test]
    fn a_call_without_a_name_is_told_from_one_that_changes_files() {
        for unnamed in ["syscall_0x1c3", "syscall_0x1c7", "syscall_0x25c"] {
            assert!(is_without_a_name(unnamed), "{unnamed}");
        }
        for other in ["syscall_0x12", "syscall_0x1c2", "syscall_0x", "copy_file_range"] {
            assert!(!is_without_a_name(other), "{other}");
        }
    }

    #[test]
    fn calls_have_a_beginning_and_an_end() {
        let log = concat!(
            "7 pwrite64(5<\\x2f\\x64>, \"\\x41\\x42\", 2, 10 <unfinished ...>\n",
            "7 <... pwrite64 resumed>)      = 2\n",
            "7 fsync(5<\\x2f\\x64> <unfinished ...>\n",
            "8 sendto(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"\\x43\", 1, MSG_NOSIGNAL, NULL, 0) = 1\n",
            "7 <... fsync resumed>) = 0\n",
            "7 fsync(5<\\x2f\\x64>) = -1 EIO (Input/output error)\n",
            "7 ftruncate(5<\\x2f\\x64>, 3 <unfinished ...>\n",
        );
        let trace = Trace::read(log);
        let told: Vec<_> =
            trace.calls.iter().map(|call| (call.begun, call.ended, call.path.as_str(), &call.did)).collect();
        let wrote = Did::Wrote { offset: 10, bytes: b"AB".into() };
        let sent = Did::Sent(b"C".into());
        assert_eq!(told[..2], [(0, 1, "/d", &wrote), (2, 4, "/d", &Did::Synced)]);
        assert_eq!((told[2].0, told[2].3), (3, &sent));
        assert_eq!((told[3].1, told[3].3), (usize::MAX, &Did::Cut(3)));
        assert_eq!((told.len(), trace.lines), (4, 7));
    }
}
