//! The first frame: it must be there in time and be what the caller asks for. Until then there is no session, and
//! nothing is known or kept of whoever is on the line.
use super::{
    Ending, Frame,
    line::{Line, Socket, decode},
};
use merhaba_shared::protocol::{
    close::{AUTH_LATE, RESTART},
    limits::HELLO_MS,
};
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

const WITHIN: Duration = Duration::from_millis(HELLO_MS);

/// Waits for the first command, and gives what `hello` takes from it.
///
/// # Errors
/// How to end: too late, malformed and anything else that came first are the same.
pub(super) async fn first<S: Socket, C: DeserializeOwned, H>(
    line: &mut Line<S>,
    hello: impl FnOnce(C) -> Option<H>,
) -> Result<H, Ending> {
    let codec = line.outbox().codec();
    let stopping = line.stopping().clone();
    let frame = tokio::select! {
        frame = timeout(WITHIN, data(line)) => frame.map_err(|_| Ending::from(AUTH_LATE))??,
        () = stopping.cancelled() => return Err(RESTART.into()),
    };
    decode(codec, &frame).ok().and_then(hello).ok_or_else(|| AUTH_LATE.into())
}

/// The first frame that carries anything.
async fn data<S: Socket>(line: &mut Line<S>) -> Result<Frame, Ending> {
    loop {
        match line.read().await {
            Some(Ok(frame @ (Frame::Text(_) | Frame::Binary(_)))) => return Ok(frame),
            Some(Ok(Frame::Ping | Frame::Pong)) => {}
            Some(Ok(Frame::Close(..))) => return Err(Ending::Left),
            None => return Err(Ending::Gone),
            Some(Err(fault)) => return Err(Ending::Fault(fault)),
        }
    }
}
