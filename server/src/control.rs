//! `DIR/control.sock`: how the command line reaches the relay that has a data folder open. One order in, one answer
//! out, both one line of JSON. Only for this account: the socket is 0600 and the peer is asked who it is.
use crate::{
    orders::{Order, Outcome},
    shutdown::Shutdown,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, Permissions},
    future::Future,
    io,
    os::{fd::AsRawFd, unix::fs::PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

/// The longest line either way.
const LINE_BYTES: u64 = 64 * 1024;
/// How long the socket itself may take, in either direction; the order's own time comes on top.
const WITHIN: Duration = Duration::from_secs(15);
/// Orders at once.
const AT_ONCE: usize = 4;
/// A longer path does not fit a socket's address.
const PATH_BYTES: usize = 100;

/// What comes back.
#[derive(Serialize, Deserialize)]
enum Answer {
    Done(Outcome),
    Refused(String),
}

/// The socket's path, and what keeps a shortcut to it alive.
fn path(dir: &Path) -> io::Result<(PathBuf, Option<File>)> {
    let path = dir.join("control.sock");
    if path.as_os_str().len() <= PATH_BYTES {
        return Ok((path, None));
    }
    let folder = File::open(dir)?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}/control.sock", folder.as_raw_fd())), Some(folder)))
}

/// Listens for orders until the relay stops. The lock on the folder is held: what lies there is ours or left over.
pub fn listen<F, W>(dir: &Path, shutdown: &Shutdown, work: W) -> io::Result<()>
where
    W: Fn(Order) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Outcome, String>> + Send,
{
    let (path, _folder) = path(dir)?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    let (tasks, places, left) =
        (shutdown.clone(), Arc::new(Semaphore::new(AT_ONCE)), dir.join("control.sock"));
    shutdown.spawn(async move {
        let stopping = tasks.stopping();
        while let Some(accepted) = stopping.run_until_cancelled(listener.accept()).await {
            let (Ok((stream, _)), Ok(permit)) = (accepted, places.clone().acquire_owned().await) else {
                continue;
            };
            let (work, stopping) = (work.clone(), stopping.clone());
            tasks.spawn(async move {
                let _permit = permit;
                if let Err(error) = answer(stream, work, &stopping).await {
                    tracing::debug!(%error, "an order broke off");
                }
            });
        }
        let _ = std::fs::remove_file(left);
    });
    Ok(())
}

async fn answer<F, W>(stream: UnixStream, work: W, stopping: &CancellationToken) -> io::Result<()>
where
    W: Fn(Order) -> F,
    F: Future<Output = Result<Outcome, String>>,
{
    let (peer, own) = (stream.peer_cred()?.uid(), rustix::process::geteuid().as_raw());
    if peer != own && peer != 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    let mut reading = (&mut stream).take(LINE_BYTES);
    within(WITHIN, reading.read_line(&mut line)).await?;
    let outcome = match serde_json::from_str::<Order>(&line) {
        Ok(order) => within(order.within(), carry_out(order, work, stopping)).await?,
        Err(_) => Err("the relay that runs does not know this order; it may be another version".into()),
    };
    let answer = outcome.map_or_else(Answer::Refused, Answer::Done);
    let mut line = serde_json::to_string(&answer)?;
    line.push('\n');
    within(WITHIN, stream.get_mut().write_all(line.as_bytes())).await
}

async fn carry_out<F, W>(
    order: Order,
    work: W,
    stopping: &CancellationToken,
) -> io::Result<Result<Outcome, String>>
where
    W: Fn(Order) -> F,
    F: Future<Output = Result<Outcome, String>>,
{
    if !order.may_be_broken_off() {
        return Ok(work(order).await);
    }
    let outcome = stopping.run_until_cancelled(work(order)).await;
    Ok(outcome.unwrap_or_else(|| Err("broken off, since the relay is stopping".into())))
}

async fn within<T>(time: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(time, work).await.map_err(|_| io::ErrorKind::TimedOut)?
}

/// Sends an order to the relay that has this folder open. The outer error: none could be reached.
pub async fn send(dir: &Path, order: &Order) -> io::Result<Result<Outcome, String>> {
    let (path, _folder) = path(dir)?;
    let exchange = async {
        let mut stream = BufReader::new(UnixStream::connect(&path).await?);
        let mut line = serde_json::to_string(order)?;
        line.push('\n');
        stream.get_mut().write_all(line.as_bytes()).await?;
        line.clear();
        (&mut stream).take(LINE_BYTES).read_line(&mut line).await?;
        Ok(match serde_json::from_str(&line)? {
            Answer::Done(outcome) => Ok(outcome),
            Answer::Refused(why) => Err(why),
        })
    };
    within(WITHIN + order.within(), exchange).await
}
