//! The line to the other side: frames out within a time, frames in, and the end. A write breaks off when the session
//! must end. Never interprets what it carries.
use super::{Ending, Fault, Frame};
use crate::hub::{
    Published,
    outbox::{Encoded, Outbox},
};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use merhaba_shared::protocol::{
    close::{RESTART, SLOW},
    codec::{self, Codec},
    error::DecodeError,
    limits::WRITE_WITHIN_MS,
};
use serde::de::DeserializeOwned;
use std::{future::poll_fn, sync::Arc, task::Poll, time::Duration};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A write that takes longer ends the session as slow.
const WRITE_WITHIN: Duration = Duration::from_millis(WRITE_WITHIN_MS);
/// The time that the other side has to see the end coming, before the line is cut.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A websocket, or what stands for one in a test.
pub(crate) trait Socket:
    Stream<Item = Result<Frame, Fault>> + Sink<Frame, Error = Fault> + Unpin + Send
{
    /// Only the end follows: it need not wait until there is room for a frame.
    fn ends(&mut self) {}
}

/// A session's line.
pub(super) struct Line<S> {
    socket: S,
    outbox: Arc<Outbox>,
    stopping: CancellationToken,
    unflushed: bool,
}

/// What a socket is waited for.
#[derive(Clone, Copy)]
enum Wait {
    /// To take a frame.
    SinkReady,
    /// To have sent all.
    SinkFlushed,
}
use Wait::{SinkFlushed, SinkReady};

impl<S: Socket> Line<S> {
    pub(super) fn new(socket: S, codec: Codec, stopping: CancellationToken) -> Self {
        Self { socket, outbox: Arc::new(Outbox::new(codec)), stopping, unflushed: false }
    }

    /// What waits to be written here.
    pub(super) const fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// Cancelled when the relay stops.
    pub(super) const fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// The next frame; `None` at the end. Nothing is lost when the wait is given up.
    pub(super) async fn read(&mut self) -> Option<Result<Frame, Fault>> {
        self.socket.next().await
    }

    /// Where frames come from, and what waits to be written, apart.
    pub(super) const fn sources(&mut self) -> (&mut S, &Arc<Outbox>) {
        (&mut self.socket, &self.outbox)
    }

    /// Writes an event.
    pub(super) async fn tell<E: Published>(&mut self, event: &E) -> Result<(), Ending> {
        let encoded = event.encode(self.outbox.codec());
        self.send(&encoded).await
    }

    /// Writes an encoded event.
    pub(super) async fn send(&mut self, encoded: &Encoded) -> Result<(), Ending> {
        let frame = match encoded {
            Encoded::Text(bytes) => Frame::Text(bytes.clone()),
            Encoded::Binary(bytes) => Frame::Binary(bytes.clone()),
        };
        self.write(frame).await
    }

    /// Writes a frame: it leaves with others at the next [`Self::flush`], or before when they are many.
    pub(super) async fn write(&mut self, frame: Frame) -> Result<(), Ending> {
        let ready = poll_fn(|cx| Poll::Ready(self.socket.poll_ready_unpin(cx))).await;
        match ready {
            Poll::Ready(ready) => ready.map_err(|_| Ending::Gone)?,
            Poll::Pending => Box::pin(self.patiently(SinkReady)).await?,
        }
        self.unflushed = true;
        self.socket.start_send_unpin(frame).map_err(|_| Ending::Gone)
    }

    /// Whether something written has not left yet.
    pub(super) const fn is_unflushed(&self) -> bool {
        self.unflushed
    }

    /// Sends what was written.
    pub(super) async fn flush(&mut self) -> Result<(), Ending> {
        let flushed = poll_fn(|cx| Poll::Ready(self.socket.poll_flush_unpin(cx))).await;
        match flushed {
            Poll::Ready(flushed) => flushed.map_err(|_| Ending::Gone)?,
            Poll::Pending => Box::pin(self.patiently(SinkFlushed)).await?,
        }
        self.unflushed = false;
        Ok(())
    }

    /// Waits for the socket, unless the session must end meanwhile.
    async fn patiently(&mut self, what: Wait) -> Result<(), Ending> {
        let socket = &mut self.socket;
        let done = poll_fn(|cx| match what {
            SinkReady => socket.poll_ready_unpin(cx),
            SinkFlushed => socket.poll_flush_unpin(cx),
        });
        tokio::select! {
            biased;
            done = timeout(WRITE_WITHIN, done) => match done {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(Ending::Gone),
                Err(_) => Err(SLOW.into()),
            },
            close = self.outbox.ended() => Err(close.into()),
            () = self.stopping.cancelled() => Err(RESTART.into()),
        }
    }

    /// Tells the other side how it ends, waits a moment for its answer, and cuts the line. `again` is the hint when
    /// to connect again after a restart.
    pub(super) async fn finish(mut self, ending: Ending, again: Duration) {
        let (code, reason, readable) = match ending {
            Ending::Gone => return,
            // The websocket has its answer ready, and only has to be let write it.
            Ending::Left => return drop(timeout(LAST_WORDS, self.socket.close()).await),
            Ending::Close(RESTART) => (RESTART.code, again.as_millis().to_string(), true),
            Ending::Close(close) => (close.code, close.name.into(), true),
            Ending::Fault(fault) => match fault.code() {
                Some(code) => (code, String::new(), false),
                None => return,
            },
        };
        self.socket.ends();
        let told = timeout(LAST_WORDS, self.socket.send(Frame::Close(code, reason))).await;
        if !matches!(told, Ok(Ok(()))) {
            return;
        }
        // Cut with bytes unread, TCP would take back the close frame that is under way. After a fault the socket
        // cannot be read any more, so that the moment itself must do.
        let answer = async {
            if readable {
                while let Some(Ok(_)) = self.socket.next().await {}
            } else {
                std::future::pending::<()>().await;
            }
        };
        drop(timeout(LAST_WORDS, answer).await);
    }
}

/// Reads a frame as a command.
///
/// # Errors
/// When it is none, or not in the session's codec.
pub(super) fn decode<C: DeserializeOwned>(codec: Codec, frame: &Frame) -> Result<C, DecodeError> {
    let malformed = |detail: &str| DecodeError::Malformed { detail: detail.into(), client_id: None };
    match (codec, frame) {
        (Codec::Json, Frame::Text(bytes)) => {
            let text = std::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))?;
            codec::from_json(text)
        }
        (Codec::Bin, Frame::Binary(bytes)) => codec::from_bin(bytes),
        (Codec::Json, _) => Err(malformed("frames of this subprotocol are text")),
        (Codec::Bin, _) => Err(malformed("frames of this subprotocol are binary")),
    }
}
