//! A line in memory between a page and the relay: frames take time, one direction or both may swallow everything, and
//! the end may come after some of what was under way, or never. Frames of one direction never overtake one another.
use crate::session::{Fault, Frame};
use futures_util::{Sink, Stream};
use merhaba_shared::client::Ms;
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    sync::{Notify, mpsc, mpsc::error::TryRecvError},
    task::AbortHandle,
};
use tokio_util::sync::PollSender;

/// Frames that the operating systems hold in each direction before a writer has to wait.
const BUFFERED: usize = 64;

/// The relay's end: a socket as a session sees it. Rings when something was written or the session let go.
pub(super) struct Socket {
    incoming: mpsc::Receiver<Result<Frame, Fault>>,
    outgoing: PollSender<Frame>,
    bell: Arc<Notify>,
}

impl Stream for Socket {
    type Item = Result<Frame, Fault>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(cx)
    }
}

impl crate::session::line::Socket for Socket {}

impl Sink<Frame> for Socket {
    type Error = Fault;
    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        self.outgoing.poll_reserve(cx).map_err(|_| Fault::Lost)
    }
    fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Fault> {
        self.bell.notify_one();
        self.outgoing.send_item(frame).map_err(|_| Fault::Lost)
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.bell.notify_one();
    }
}

/// What the world holds of the relay's end.
pub(super) struct Wire {
    to: mpsc::Sender<Result<Frame, Fault>>,
    from: mpsc::Receiver<Frame>,
    /// The session.
    pub(super) session: Option<AbortHandle>,
}

/// Both halves of a socket in memory.
pub(super) fn socket(bell: &Arc<Notify>) -> (Socket, Wire) {
    let (to, incoming) = mpsc::channel(BUFFERED);
    let (outgoing, from) = mpsc::channel(BUFFERED);
    let socket = Socket { incoming, outgoing: PollSender::new(outgoing), bell: bell.clone() };
    (socket, Wire { to, from, session: None })
}

impl Wire {
    /// Whether the session has ended.
    pub(super) fn is_over(&self) -> bool {
        self.session.as_ref().is_none_or(AbortHandle::is_finished)
    }
}

/// What arrives at the page.
#[derive(Debug)]
pub(super) enum Down {
    Frame(Frame),
    End,
}

/// A page's line.
pub(super) struct Link {
    /// When the connection is there; `None`: it is.
    pub(super) opens: Option<Ms>,
    pub(super) wire: Option<Wire>,
    up: VecDeque<(Ms, Frame)>,
    down: VecDeque<(Ms, Down)>,
    /// One way, in milliseconds.
    latency: Ms,
    /// Nothing passes to the relay.
    pub(super) deaf: bool,
    /// Nothing passes to the page.
    pub(super) mute: bool,
    /// What was swallowed stays so: whoever stood between has forgotten the line.
    pub(super) forgotten: bool,
}

impl Link {
    /// A line that opens at a time, or never.
    pub(super) fn new(opens: Option<Ms>, latency: Ms) -> Self {
        Self {
            opens: Some(opens.unwrap_or(Ms::MAX)),
            wire: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            latency,
            deaf: false,
            mute: false,
            forgotten: false,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.opens.is_none()
    }

    /// The page sends a frame.
    pub(super) fn send(&mut self, now: Ms, frame: Frame) {
        let due = self.up.back().map_or(0, |(due, _)| *due).max(now + self.latency);
        self.up.push_back((due, frame));
    }

    /// Something begins its way to the page.
    pub(super) fn reply(&mut self, now: Ms, what: Down) {
        let due = self.down.back().map_or(0, |(due, _)| *due).max(now + self.latency);
        self.down.push_back((due, what));
    }

    /// Takes up what the session has written.
    pub(super) fn collect(&mut self, now: Ms) {
        while !self.mute
            && let Some(wire) = &mut self.wire
        {
            match wire.from.try_recv() {
                Ok(frame) => self.reply(now, Down::Frame(frame)),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.wire = None;
                    self.reply(now, Down::End);
                }
            }
        }
    }

    /// When something arrives at the page.
    pub(super) fn down_at(&self) -> Option<Ms> {
        self.down.front().filter(|_| !self.mute).map(|(due, _)| *due)
    }

    /// When something arrives at the relay, if it takes it.
    pub(super) fn up_at(&self) -> Option<Ms> {
        let takes = self.wire.as_ref().is_none_or(|wire| wire.to.is_closed() || wire.to.capacity() > 0);
        self.up.front().filter(|_| !self.deaf && takes).map(|(due, _)| *due)
    }

    /// What has arrived at the page.
    pub(super) fn arrive(&mut self) -> Option<Down> {
        self.down.pop_front().map(|(_, what)| what)
    }

    /// Passes the next frame to the relay.
    pub(super) fn pass(&mut self) -> Option<Frame> {
        let (_, frame) = self.up.pop_front()?;
        if let Some(wire) = &self.wire {
            // A session that has ended takes nothing more.
            let _ = wire.to.try_send(Ok(frame.clone()));
        }
        Some(frame)
    }

    /// The line breaks after so many of the frames under way in each direction; both ends hear of it.
    pub(super) fn cut(&mut self, now: Ms, up: usize, down: usize) {
        self.up.truncate(up);
        while self.pass().is_some() {}
        if let Some(wire) = self.wire.take() {
            // The session reads what has come, and then that the line is lost.
            let _ = wire.to.try_send(Err(Fault::Lost));
        }
        self.down.truncate(down);
        (self.deaf, self.mute) = (false, false);
        self.reply(now, Down::End);
    }

    /// The relay's process is gone; what was under way from it may still arrive.
    pub(super) fn orphan(&mut self, now: Ms, down: usize) {
        self.wire = None;
        self.down.truncate(down);
        self.reply(now, Down::End);
    }

    /// Frames under way in each direction.
    pub(super) fn under_way(&self) -> (usize, usize) {
        (self.up.len(), self.down.len())
    }
}
