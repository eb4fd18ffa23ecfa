//! The smallest HTTP client that shows everything: one request, one connection, the answer's bytes as they came. It
//! decodes nothing by itself, follows nothing and keeps no cookie.
use serde_json::Value;
use std::{fmt::Write as _, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long an answer may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its header fields, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// Its body, chunks joined, still encoded.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header field's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Its body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request to `host:port`. `Host` and `Content-Length` are set, everything else is said.
pub async fn send(
    authority: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        write!(head, "Host: {authority}\r\n").ok();
    }
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").ok();
    }
    if !body.is_empty() || method == "POST" {
        write!(head, "Content-Length: {}\r\n", body.len()).ok();
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    raw(authority, &bytes).await
}

/// Fetches an address.
pub async fn get(authority: &str, path: &str) -> Answer {
    send(authority, "GET", path, &[], &[]).await
}

/// Posts JSON as a program does: without `Origin`.
pub async fn post_json(authority: &str, path: &str, body: &Value) -> Answer {
    let headers = [("Content-Type", "application/json")];
    send(authority, "POST", path, &headers, body.to_string().as_bytes()).await
}

/// Sends bytes as they are and reads one answer: as long as it says it is, or until the other side closes.
pub async fn raw(authority: &str, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(authority).await.expect("the other side listens");
    // A server may answer and close before it has read all; what it said still counts.
    stream.write_all(bytes).await.ok();
    let mut answer = Vec::new();
    let read = async {
        while !complete(&answer) && stream.read_buf(&mut answer).await.is_ok_and(|count| count > 0) {}
    };
    timeout(ANSWERED_WITHIN, read).await.expect("it answers in time");
    let (status, headers, rest) = head(&answer).unwrap_or_else(|| {
        panic!("no HTTP answer: {:?}", String::from_utf8_lossy(&answer));
    });
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { join_chunks(rest) } else { rest.to_vec() };
    Answer { status, headers, body }
}

/// Sends bytes as they are and reads only the head of the answer: a connection that is upgraded has no end.
pub async fn head_of(authority: &str, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(authority).await.expect("the other side listens");
    stream.write_all(bytes).await.ok();
    let mut answer = Vec::new();
    let read = async {
        while head(&answer).is_none() && stream.read_buf(&mut answer).await.is_ok_and(|count| count > 0) {}
    };
    timeout(ANSWERED_WITHIN, read).await.expect("it answers in time");
    let (status, headers, _) = head(&answer).expect("an HTTP answer");
    Answer { status, headers, body: Vec::new() }
}

/// Whether these bytes are a whole answer whose length was said.
fn complete(bytes: &[u8]) -> bool {
    let Some((_, headers, rest)) = head(bytes) else { return false };
    let length =
        headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    length.is_some_and(|length: usize| rest.len() >= length)
}

/// Status, header fields and what follows them, once the header is whole.
#[expect(clippy::type_complexity, reason = "three parts of one answer, taken apart at once")]
fn head(bytes: &[u8]) -> Option<(u16, Vec<(String, String)>, &[u8])> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    let headers = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some((status, headers, &bytes[end + 4..]))
}

fn join_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).unwrap_or(0);
        let from = end + 2;
        if size == 0 || rest.len() < from + size {
            break;
        }
        body.extend_from_slice(&rest[from..from + size]);
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    body
}
