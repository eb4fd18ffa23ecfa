//! Many websockets on one thread: connecting, reading, writing, cutting. What is to be written is collected and written
//! once a turn; what comes is handed on where it lies in the buffer. It knows nothing of what is said.
use crate::frames::{self, Kind, Opcode};
use rustix::{
    buffer::spare_capacity,
    event::{
        Timespec,
        epoll::{self, CreateFlags, Event, EventData, EventFlags},
    },
};
use socket2::{Domain, SockAddr, Socket, Type};
use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

/// Read at once, in bytes.
const SCRATCH: usize = 256 * 1024;
/// Events taken in a turn.
const EVENTS: usize = 1024;
/// Lines that may be connecting at once. All at once would overflow the longest queue of connections there is, and the
/// system's own wait of a second before it tries again would be what is measured. A queue shorter than this shows.
const OPENING: usize = 1_000;
/// Lines from one address: fewer than there are ports.
const PER_ADDRESS: usize = 20_000;

/// What happened on a line.
pub enum Heard<'a> {
    /// The upgrade went well.
    Opened,
    /// A frame came.
    Frame(&'a [u8]),
    /// It is closed, with this code (1006: without a word).
    Lost(u16),
}

/// Who is told.
pub trait Listener {
    /// Something happened on a line, at so many nanoseconds of the clock.
    fn heard(&mut self, lines: &mut Lines, line: usize, heard: Heard<'_>, now: u64);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Closed,
    Upgrading,
    Open,
}

struct Line {
    stream: Option<TcpStream>,
    phase: Phase,
    request: String,
    /// What came of a frame that is not whole.
    partial: Vec<u8>,
    out: Vec<u8>,
    /// Listed for writing.
    listed: bool,
    /// Asked to be told when it can be written.
    blocked: bool,
}

/// The lines, numbered from 0 in the order they were added.
pub struct Lines {
    epoll: OwnedFd,
    address: SocketAddr,
    all: Vec<Line>,
    listed: Vec<usize>,
    opening: usize,
    queue: VecDeque<usize>,
    scratch: Vec<u8>,
    began: Instant,
}

impl Lines {
    /// No lines yet; all will go to this address.
    ///
    /// # Errors
    /// When the system gives no descriptor.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            address,
            all: Vec::new(),
            listed: Vec::new(),
            opening: 0,
            queue: VecDeque::new(),
            scratch: vec![0; SCRATCH],
            began: Instant::now(),
        })
    }

    /// Nanoseconds on the clock of this generator.
    #[must_use]
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Adds a line that will upgrade with this request; it opens when told to.
    pub fn add(&mut self, request: String) -> usize {
        self.all.push(Line {
            stream: None,
            phase: Phase::Closed,
            request,
            partial: Vec::new(),
            out: Vec::new(),
            listed: false,
            blocked: false,
        });
        self.all.len() - 1
    }

    /// Opens a line as soon as its turn comes.
    pub fn open(&mut self, line: usize) {
        self.queue.push_back(line);
    }

    /// How many are open.
    #[must_use]
    pub fn open_now(&self) -> usize {
        self.all.iter().filter(|line| line.phase == Phase::Open).count()
    }

    /// Puts a frame onto a line; it is written at the end of the turn.
    pub fn say(&mut self, line: usize, opcode: Opcode, payload: &[u8]) {
        let this = &mut self.all[line];
        frames::write(&mut this.out, opcode, payload);
        if !this.listed {
            this.listed = true;
            self.listed.push(line);
        }
    }

    /// Cuts a line with RST, as a machine does that has lost its network's state.
    pub fn reset(&mut self, line: usize) {
        if let Some(stream) = self.all[line].stream.take() {
            // Nothing to be done where it does not work: closing says FIN then.
            let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        self.forget(line);
    }

    fn forget(&mut self, line: usize) {
        let this = &mut self.all[line];
        if this.phase == Phase::Upgrading {
            self.opening -= 1;
        }
        // Dropping the stream closes it and takes it out of the set.
        (this.stream, this.phase, this.blocked) = (None, Phase::Closed, false);
        this.partial.clear();
        this.out.clear();
    }

    fn lose(&mut self, line: usize, code: u16, listener: &mut impl Listener) {
        self.forget(line);
        let now = self.now();
        listener.heard(self, line, Heard::Lost(code), now);
    }

    /// One turn: opens and writes what is waiting, then reads what comes until the deadline, at least once.
    ///
    /// # Errors
    /// When the system refuses more connections or cannot wait.
    pub fn turn(&mut self, until: u64, listener: &mut impl Listener) -> io::Result<()> {
        self.open_next()?;
        self.flush(listener);
        let wait = Duration::from_nanos(until.saturating_sub(self.now()));
        let timeout = Timespec { tv_sec: wait.as_secs().cast_signed(), tv_nsec: wait.subsec_nanos().into() };
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in events {
            let (data, flags) = (event.data, event.flags);
            let line = usize::try_from(data.u64()).unwrap_or(usize::MAX);
            if flags.contains(EventFlags::OUT) {
                self.write(line, listener);
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                self.read(line, listener);
            }
        }
        self.flush(listener);
        Ok(())
    }

    fn open_next(&mut self) -> io::Result<()> {
        while self.opening < OPENING
            && let Some(line) = self.queue.pop_front()
        {
            self.connect(line)?;
        }
        Ok(())
    }

    fn connect(&mut self, line: usize) -> io::Result<()> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None)?;
        socket.set_tcp_nodelay(true)?;
        // One address has only so many ports.
        if let Ok(further @ 1..) = u8::try_from(line / PER_ADDRESS) {
            let source = IpAddr::V4(Ipv4Addr::new(127, 0, 1, further));
            socket.bind(&SockAddr::from(SocketAddr::new(source, 0)))?;
        }
        match socket.connect(&SockAddr::from(self.address)) {
            Err(error) if error.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                return Err(error);
            }
            _ => {}
        }
        let stream = TcpStream::from(socket);
        epoll::add(&self.epoll, &stream, EventData::new_u64(line as u64), EventFlags::IN | EventFlags::OUT)?;
        let this = &mut self.all[line];
        this.out.clear();
        this.out.extend_from_slice(this.request.as_bytes());
        (this.stream, this.phase, this.blocked) = (Some(stream), Phase::Upgrading, true);
        self.opening += 1;
        Ok(())
    }

    fn flush(&mut self, listener: &mut impl Listener) {
        let mut listed = std::mem::take(&mut self.listed);
        for line in listed.drain(..) {
            self.all[line].listed = false;
            if self.all[line].phase == Phase::Open && !self.all[line].blocked {
                self.write(line, listener);
            }
        }
        // What was listed meanwhile stays listed.
        listed.append(&mut self.listed);
        self.listed = listed;
    }

    fn write(&mut self, line: usize, listener: &mut impl Listener) {
        let this = &mut self.all[line];
        let Some(stream) = &mut this.stream else { return };
        let mut written = 0;
        while written < this.out.len() {
            match stream.write(&this.out[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // What the other side said before it closed is read first; reading then finds the end.
                Err(_) => return self.read(line, listener),
            }
        }
        this.out.drain(..written);
        let blocked = !this.out.is_empty();
        if blocked != this.blocked {
            this.blocked = blocked;
            let flags = if blocked { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
            if epoll::modify(&self.epoll, &*stream, EventData::new_u64(line as u64), flags).is_err() {
                self.lose(line, 1006, listener);
            }
        }
    }

    /// Reads until less came than there was place for.
    fn read(&mut self, line: usize, listener: &mut impl Listener) {
        let mut scratch = std::mem::take(&mut self.scratch);
        while let Some(stream) = &mut self.all[line].stream {
            let count = match stream.read(&mut scratch) {
                Ok(count) if count > 0 => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Ok(_) | Err(_) => {
                    self.lose(line, 1006, listener);
                    break;
                }
            };
            self.take(line, &scratch[..count], listener);
            if count < SCRATCH {
                break;
            }
        }
        self.scratch = scratch;
    }

    /// Hands on the frames in what came, and keeps the rest.
    fn take(&mut self, line: usize, bytes: &[u8], listener: &mut impl Listener) {
        let mut partial = std::mem::take(&mut self.all[line].partial);
        let bytes = if partial.is_empty() {
            bytes
        } else {
            partial.extend_from_slice(bytes);
            &partial
        };
        let now = self.now();
        let mut taken = 0;
        if self.all[line].phase == Phase::Upgrading {
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
                self.all[line].partial = bytes.to_vec();
                return;
            };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                return self.lose(line, 1006, listener);
            }
            taken = end + 4;
            self.opening -= 1;
            self.all[line].phase = Phase::Open;
            listener.heard(self, line, Heard::Opened, now);
        }
        taken += self.frames(line, &bytes[taken..], now, listener);
        if self.all[line].phase == Phase::Open {
            let rest = bytes[taken..].to_vec();
            partial.clear();
            self.all[line].partial = if rest.is_empty() { partial } else { rest };
        }
    }

    fn frames(&mut self, line: usize, bytes: &[u8], now: u64, listener: &mut impl Listener) -> usize {
        let mut taken = 0;
        while self.all[line].phase == Phase::Open {
            match frames::first(&bytes[taken..]) {
                Ok(None) => break,
                Ok(Some(frame)) => {
                    taken += frame.length;
                    match frame.kind {
                        Kind::Data => listener.heard(self, line, Heard::Frame(frame.payload), now),
                        Kind::Ping => self.say(line, Opcode::Pong, frame.payload),
                        Kind::Pong => {}
                        Kind::Close(code) => self.lose(line, code, listener),
                    }
                }
                Err(frames::Unexpected) => self.lose(line, 1002, listener),
            }
        }
        taken
    }
}
