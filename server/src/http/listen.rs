//! The accept loop: TCP connections into HTTP/1.1 with every deadline explicit. Counts connections, never looks into
//! a request. A peer that stops reading, or never speaks, costs a bounded time.
use super::front::Peer;
use crate::shutdown::Shutdown;
use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};
use tower::ServiceExt;

/// From the connection's start, and between two requests on it: the next request's header is whole within this time.
const HEADER_WITHIN: Duration = Duration::from_secs(10);
/// Request line and header, in bytes; more is 431.
const HEADER_BYTES: usize = 16 * 1024;
/// What may wait in a connection's buffer.
const BUFFER_BYTES: usize = 32 * 1024;
/// A peer that takes no byte for this long is gone.
const WRITE_WITHIN: Duration = Duration::from_secs(15);
/// The pause when the system has no descriptor left for us.
const PAUSE: Duration = Duration::from_millis(50);
/// Connections when the system names no limit.
const UNLIMITED: usize = 65_536;

const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// How many connections there may be: 80 % of the descriptors, after raising their limit as far as it goes.
pub fn connections() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        // Not allowed is no harm: the limit stays what it is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
    let limit = getrlimit(Resource::Nofile).current.and_then(|limit| usize::try_from(limit).ok());
    limit.map_or(UNLIMITED, |limit| (limit / 5 * 4).clamp(16, 1 << 20))
}

/// Accepts until the relay stops.
pub async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown, connections: usize) {
    let places = Arc::new(Semaphore::new(connections));
    let stopping = shutdown.stopping();
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match (accepted, places.clone().try_acquire_owned()) {
            (Ok((stream, peer)), Ok(permit)) => {
                shutdown.spawn(connection(stream, peer, router.clone(), shutdown.clone(), permit));
            }
            (Ok((stream, _)), Err(_)) => drop(stream.try_write(FULL)),
            (Err(error), _) if only_that_one(&error) => {}
            (Err(error), _) => {
                tracing::warn!(%error, "cannot accept connections just now");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn only_that_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    shutdown: Shutdown,
    permit: OwnedSemaphorePermit,
) {
    // Small frames must not wait for company.
    let _ = stream.set_nodelay(true);
    let stream = Patient { stream, deadline: None, _permit: permit };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WITHIN)
        .max_header_size(HEADER_BYTES)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let stopping = shutdown.stopping();
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// A stream whose peer must go on reading. It holds the connection's place, also after an upgrade.
struct Patient {
    stream: TcpStream,
    deadline: Option<Pin<Box<Sleep>>>,
    _permit: OwnedSemaphorePermit,
}

impl Patient {
    /// Passes a write's outcome on, and ends the wait of one that does not go on.
    fn watch<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.deadline = None;
            return poll;
        }
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_WITHIN)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(poll, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watch(poll, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
