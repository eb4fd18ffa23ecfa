//! A session's line over single requests, for networks that let no websocket through: frames up are put in, frames
//! down are kept until they are known to have arrived. Both are numbered, so that a request may be sent again without
//! doing anything twice, and an answer that was lost is given again. Knows no HTTP and no session.
use super::{Fault, Frame, line::Socket};
use crate::clock::Clock;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Sink, Stream};
use merhaba_shared::protocol::codec::Codec;
use std::{
    collections::VecDeque,
    pin::{Pin, pin},
    sync::{Arc, Mutex as Lock, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex, Notify, mpsc},
    time::{Sleep, sleep, sleep_until, timeout},
};

/// A link that nobody asks for so long has been left.
const LEFT_AFTER: Duration = Duration::from_secs(40);
/// A request that asks what is new is answered after so long, also with nothing.
const ANSWER_AFTER: Duration = Duration::from_secs(25);
/// Frames up are taken within this time, or the request is to be sent again.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);
/// An end that was told to nobody yet is kept so long.
const END_KEPT: Duration = Duration::from_secs(10);
/// Frames up that wait for the session: few, since each may be as long as a request.
const FRAMES_UP: usize = 1;
/// From so many bytes down on, that nobody has confirmed, the session waits with the next frame.
const DOWN_BYTES: usize = 4 * 1024;
/// At most so many bytes of frames in one answer, unless one frame alone is longer.
const ANSWER_BYTES: usize = 64 * 1024;

/// Why a request over a link cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The link has ended, or a number fits nothing that was ever sent: connect anew.
    Ended,
    /// The session does not keep up just now: send the same again.
    Busy,
}

/// Frames down, as one answer carries them.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// The number of the first.
    pub first: u64,
    /// Each behind its length; the end is a length of 0, then its code and reason.
    pub bytes: Bytes,
}

/// One line, as the requests see it.
#[derive(Debug)]
pub struct Link {
    codec: Codec,
    clock: Clock,
    up: Mutex<Up>,
    down: Lock<Down>,
    news: Notify,
}

#[derive(Debug)]
struct Up {
    /// The number of the next frame.
    next: u64,
    to: mpsc::Sender<Frame>,
}

#[derive(Debug)]
struct Down {
    /// The number of the first frame here.
    first: u64,
    frames: VecDeque<Bytes>,
    bytes: usize,
    end: Option<(u16, String)>,
    /// Whether the end has been handed out.
    told: bool,
    /// Whether the session has let go.
    over: bool,
    /// The latest request that asks what is new: an older one gives up its wait.
    turn: u64,
    /// When one of them last came.
    asked: Instant,
    /// The session, while it waits for one of the above.
    writer: Option<Waker>,
}

/// The session's end of a link.
pub(crate) struct Wire {
    link: Arc<Link>,
    from: mpsc::Receiver<Frame>,
    /// A ping was asked for: whoever asks for news lives, and the time without that is watched here.
    pinged: bool,
    /// Only the end follows.
    ends: bool,
    left: Pin<Box<Sleep>>,
}

impl Socket for Wire {
    /// The end is kept beside the frames: whoever asks and confirms none of them is told too.
    fn ends(&mut self) {
        self.ends = true;
    }
}

impl Link {
    /// A new line, with the session's end of it.
    pub(crate) fn new(codec: Codec, clock: Clock) -> (Arc<Self>, Wire) {
        let (to, from) = mpsc::channel(FRAMES_UP);
        let down = Down {
            first: 0,
            frames: VecDeque::new(),
            bytes: 0,
            end: None,
            told: false,
            over: false,
            turn: 0,
            asked: clock.monotonic(),
            writer: None,
        };
        let up = Mutex::new(Up { next: 0, to });
        let link = Arc::new(Self { codec, clock, up, down: Lock::new(down), news: Notify::new() });
        let left = Box::pin(sleep(LEFT_AFTER));
        (link.clone(), Wire { link, from, pinged: false, ends: false, left })
    }

    /// Takes frames up, the first of which has this number; those that were taken before are passed over.
    ///
    /// # Errors
    /// See [`Broken`].
    pub async fn send(&self, first: u64, bytes: &Bytes) -> Result<(), Broken> {
        let frames = split(self.codec, bytes).ok_or(Broken::Ended)?;
        let take = async {
            let mut up = self.up.lock().await;
            if first > up.next {
                return Err(Broken::Ended);
            }
            for (number, frame) in (first..).zip(frames) {
                if number == up.next {
                    up.to.send(frame).await.map_err(|_| Broken::Ended)?;
                    up.next += 1;
                }
            }
            Ok(())
        };
        timeout(TAKEN_WITHIN, take).await.unwrap_or(Err(Broken::Busy))
    }

    /// What is new, waiting for it a while. Frames below `have` have arrived.
    ///
    /// # Errors
    /// See [`Broken`].
    pub async fn receive(&self, have: u64) -> Result<Batch, Broken> {
        let until = self.clock.monotonic() + ANSWER_AFTER;
        let turn = self.ask(have)?;
        // Another request of this page for the same waits no longer.
        self.news.notify_waiters();
        loop {
            let mut news = pin!(self.news.notified());
            news.as_mut().enable();
            let late = self.clock.monotonic() >= until;
            let batch = self.lock().batch(turn, late)?;
            if let Some(batch) = batch {
                // Perhaps the end was in it.
                self.news.notify_waiters();
                return Ok(batch);
            }
            tokio::select! {
                () = news => {}
                () = sleep_until(until.into()) => {}
            }
        }
    }

    /// Notes that somebody asks and what has arrived; gives the request's turn.
    fn ask(&self, have: u64) -> Result<u64, Broken> {
        let mut down = self.lock();
        down.asked = self.clock.monotonic();
        down.arrived(have)?;
        down.turn += 1;
        Ok(down.turn)
    }

    /// Waits until the end has been told, or nobody wants to know.
    pub async fn told(&self) {
        let told = async {
            loop {
                let mut news = pin!(self.news.notified());
                news.as_mut().enable();
                if self.lock().is_told() {
                    return;
                }
                news.await;
            }
        };
        // After that time it is as if the line had broken, which the other side finds out too.
        drop(timeout(END_KEPT, told).await);
    }

    /// Ends it from the asking side, at once: nobody will ask for more, and there is nobody to be told.
    pub(super) fn leave(&self) {
        let mut down = self.lock();
        down.told = true;
        down.first += down.frames.len() as u64;
        down.frames.clear();
        down.bytes = 0;
        if let Some(session) = down.writer.take() {
            session.wake();
        }
        drop(down);
        if let Ok(up) = self.up.try_lock() {
            // There is no room only while the session has a frame to read, after which it finds the line at its end.
            let _ = up.to.try_send(Frame::Close(1000, String::new()));
        }
        self.news.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Down> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Down {
    /// Whether there is no end that somebody has yet to learn of.
    const fn is_told(&self) -> bool {
        self.told || self.end.is_none()
    }

    /// Forgets what has arrived.
    fn arrived(&mut self, have: u64) -> Result<(), Broken> {
        let arrived = have.checked_sub(self.first).and_then(|count| usize::try_from(count).ok());
        let arrived = arrived.filter(|count| *count <= self.frames.len()).ok_or(Broken::Ended)?;
        self.bytes -= self.frames.drain(..arrived).map(|frame| frame.len()).sum::<usize>();
        self.first = have;
        if let Some(writer) = self.writer.take_if(|_| self.bytes < DOWN_BYTES) {
            writer.wake();
        }
        Ok(())
    }

    /// The answer to the request of this turn, if there is one already; `late`: then one with nothing.
    fn batch(&mut self, turn: u64, late: bool) -> Result<Option<Batch>, Broken> {
        let mut bytes = BytesMut::new();
        let mut rest = self.frames.iter();
        for frame in rest.by_ref() {
            put(&mut bytes, frame);
            if bytes.len() >= ANSWER_BYTES {
                break;
            }
        }
        if rest.len() == 0
            && let Some((code, reason)) = &self.end
        {
            put(&mut bytes, &[]);
            bytes.put_u16(*code);
            bytes.put_slice(reason.as_bytes());
            self.told = true;
            if let Some(session) = self.writer.take() {
                session.wake();
            }
        } else if bytes.is_empty() && self.over {
            return Err(Broken::Ended);
        }
        let due = !bytes.is_empty() || late || turn != self.turn;
        Ok(due.then(|| Batch { first: self.first, bytes: bytes.freeze() }))
    }
}

/// Adds a frame behind its length: so they stand in requests and answers.
pub(super) fn put(bytes: &mut BytesMut, frame: &[u8]) {
    bytes.put_u32(u32::try_from(frame.len()).unwrap_or(u32::MAX));
    bytes.put_slice(frame);
}

/// Takes the first frame out; nothing if it breaks off.
pub(super) fn take(rest: &mut Bytes) -> Option<Bytes> {
    if rest.len() < 4 {
        return None;
    }
    let head = rest.split_to(4);
    let length = usize::try_from(u32::from_be_bytes([head[0], head[1], head[2], head[3]])).ok()?;
    (length <= rest.len()).then(|| rest.split_to(length))
}

/// The frames of a request; nothing if it breaks off within one. A frame of no bytes is the end.
fn split(codec: Codec, bytes: &Bytes) -> Option<Vec<Frame>> {
    let (mut frames, mut rest) = (Vec::new(), bytes.clone());
    while !rest.is_empty() {
        let frame = take(&mut rest)?;
        frames.push(match codec {
            _ if frame.is_empty() => Frame::Close(1000, String::new()),
            Codec::Json => Frame::Text(frame),
            Codec::Bin => Frame::Binary(frame),
        });
    }
    Some(frames)
}

impl Stream for Wire {
    type Item = Result<Frame, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pinged) {
            return Poll::Ready(Some(Ok(Frame::Pong)));
        }
        if let Poll::Ready(frame) = self.from.poll_recv(cx) {
            return Poll::Ready(frame.map(Ok));
        }
        let mut down = self.link.lock();
        if down.told {
            return Poll::Ready(None);
        }
        if down.end.is_some() {
            // Nothing is written after the end: the place is free for who waits until it is told.
            down.writer = Some(cx.waker().clone());
        }
        drop(down);
        while self.left.as_mut().poll(cx).is_ready() {
            let due = self.link.lock().asked + LEFT_AFTER;
            if self.link.clock.monotonic() >= due {
                return Poll::Ready(None);
            }
            self.left.as_mut().reset(due.into());
        }
        Poll::Pending
    }
}

impl Sink<Frame> for Wire {
    type Error = Fault;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let mut down = self.link.lock();
        if self.ends || down.bytes < DOWN_BYTES {
            return Poll::Ready(Ok(()));
        }
        down.writer = Some(cx.waker().clone());
        Poll::Pending
    }

    fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Fault> {
        let mut down = self.link.lock();
        match frame {
            Frame::Text(bytes) | Frame::Binary(bytes) => {
                down.bytes += bytes.len();
                down.frames.push_back(bytes);
            }
            Frame::Close(code, reason) => down.end = Some((code, reason)),
            Frame::Ping => {
                drop(down);
                self.pinged = true;
                return Ok(());
            }
            Frame::Pong => return Ok(()),
        }
        drop(down);
        self.link.news.notify_waiters();
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.link.lock().over = true;
        self.link.news.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
