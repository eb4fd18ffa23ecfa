//! A filter between browsers and the relay, as a company or an ad-blocker puts one there: it looks at the path of each
//! request and lets it through, refuses it or holds it back. A websocket is passed on as it is once it is let through.
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// The longest head of a request.
const HEAD_BYTES: usize = 64 * 1024;
const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes through.
    Pass,
    /// It is answered with 403.
    Refuse,
    /// It goes through, and in the answer one text is replaced by another of the same length.
    Change(&'static str, &'static str),
    /// It waits until there is another rule, which is asked again.
    Hold,
}

/// Decides on a path.
type Rule = Arc<dyn Fn(&str) -> Verdict + Send + Sync>;

struct Shared {
    rule: watch::Sender<Rule>,
    asked: Mutex<HashMap<String, usize>>,
}

/// A filter in front of a relay. It ends when it is dropped.
pub struct Filter {
    address: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Drop for Filter {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Filter {
    /// A filter in front of `host:port` that lets everything through.
    pub async fn before(relay: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let pass: Rule = Arc::new(|_| Verdict::Pass);
        let shared = Arc::new(Shared { rule: watch::Sender::new(pass), asked: Mutex::default() });
        let accepting = tokio::spawn(accept(listener, relay.to_owned(), shared.clone()));
        Self { address, shared, accepting }
    }

    /// Where browsers connect to.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.address
    }

    /// Requests from now on, and those that are held, go by this rule. What was asked is forgotten.
    pub fn rule(&self, rule: impl Fn(&str) -> Verdict + Send + Sync + 'static) {
        self.asked().clear();
        self.shared.rule.send_replace(Arc::new(rule));
    }

    /// How often a path that begins so was asked for since the last rule.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.asked().iter().filter(|(asked, _)| asked.starts_with(path)).map(|(_, count)| count).sum()
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, relay: String, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        // A connection that breaks off is the browser's affair.
        tokio::spawn(serve(client, relay.clone(), shared.clone()));
    }
}

/// One request of one connection: the next one comes on a connection of its own, so that it is looked at too.
async fn serve(mut client: TcpStream, relay: String, shared: Arc<Shared>) -> io::Result<()> {
    let Some((head, rest)) = head_of(&mut client).await? else { return Ok(()) };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    *shared.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(path.clone()).or_default() += 1;
    let mut rules = shared.rule.subscribe();
    let change = loop {
        let verdict = (rules.borrow_and_update().clone())(&path);
        match verdict {
            Verdict::Pass => break None,
            Verdict::Change(from, to) => break Some((from, to)),
            Verdict::Refuse => return client.write_all(REFUSAL).await,
            Verdict::Hold if rules.changed().await.is_err() => return Ok(()),
            Verdict::Hold => {}
        }
    };
    let mut server = TcpStream::connect(relay).await?;
    if let Some((from, to)) = change {
        return change_answer(&mut client, &mut server, &head, (from, to)).await;
    }
    server.write_all(alone(&head).as_bytes()).await?;
    server.write_all(&rest).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Asks for an answer that is not compressed, and hands it on changed.
async fn change_answer(
    client: &mut TcpStream,
    server: &mut TcpStream,
    head: &str,
    (from, to): (&str, &str),
) -> io::Result<()> {
    assert_eq!(from.len(), to.len(), "the length is told before the body");
    let plain = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("accept-encoding:"));
    server.write_all(alone(&plain.collect::<Vec<_>>().join("\r\n")).as_bytes()).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    let at = answer
        .windows(from.len())
        .position(|piece| piece == from.as_bytes())
        .expect("it stands in the answer");
    answer[at..at + to.len()].copy_from_slice(to.as_bytes());
    client.write_all(&answer).await
}

/// The head of a request, and what came with it of its body.
async fn head_of(client: &mut TcpStream) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok(Some((String::from_utf8_lossy(&bytes).into_owned(), rest)));
        }
        if bytes.len() > HEAD_BYTES || client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// The head of a request after whose answer the connection is closed; an upgrade stays one.
fn alone(head: &str) -> String {
    if head.to_ascii_lowercase().contains("\r\nupgrade:") {
        return head.to_owned();
    }
    let kept =
        head.trim_end().split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    kept.chain(["Connection: close", "", ""]).collect::<Vec<_>>().join("\r\n")
}
