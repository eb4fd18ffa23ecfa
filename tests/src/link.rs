//! A client of the way around websockets: the same frames over single requests, one request at a time, nothing sent
//! again by itself. What a test wants to send twice, late or wrong, it says.
use crate::http::{self, Answer};
use serde_json::Value;

/// A link that is open.
#[derive(Clone, Debug)]
pub struct Link {
    authority: String,
    side: &'static str,
    headers: Vec<(String, String)>,
    /// The number of the next frame up.
    pub next: u64,
    /// Frames down below this number have arrived.
    pub have: u64,
}

/// What came down in one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Down {
    /// A frame.
    Frame(Value),
    /// The end.
    Close(u16, String),
}

/// Asks for a link as a page of the relay's own does.
pub async fn ask(authority: &str, side: &str, headers: &[(&str, &str)]) -> Answer {
    http::send(authority, "POST", &format!("/link/{side}"), headers, b"").await
}

/// Frames as a request carries them.
#[must_use]
pub fn pack(frames: &[Value]) -> Vec<u8> {
    let mut body = Vec::new();
    for frame in frames {
        let text = if frame.is_null() { String::new() } else { frame.to_string() };
        body.extend(u32::try_from(text.len()).expect("short").to_be_bytes());
        body.extend(text.as_bytes());
    }
    body
}

impl Link {
    /// Opens one for visitors or agents, with these headers at every request.
    pub async fn open(authority: &str, side: &'static str, headers: &[(&str, &str)]) -> Self {
        let answer = ask(authority, side, headers).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let secret = answer.header("merhaba-link").expect("its secret").to_owned();
        let mut all: Vec<_> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.push(("merhaba-link".into(), secret));
        Self { authority: authority.to_owned(), side, headers: all, next: 0, have: 0 }
    }

    /// A visitor's, from the relay's own frame.
    pub async fn visitor(authority: &str) -> Self {
        Self::open(authority, "visitor", &[("Origin", &format!("http://{authority}"))]).await
    }

    /// The link's secret.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.headers.last().expect("it was put there").1
    }

    /// Sends frames, the first of which has this number; gives the status.
    pub async fn send_as(&self, first: u64, frames: &[Value]) -> u16 {
        self.send_raw(first, &pack(frames)).await
    }

    /// Sends bytes.
    pub async fn send_raw(&self, first: u64, body: &[u8]) -> u16 {
        self.post("send", ("merhaba-from", first), body).await.status
    }

    /// Sends frames.
    pub async fn send(&mut self, frames: &[Value]) {
        assert_eq!(self.send_as(self.next, frames).await, 204);
        self.next += frames.len() as u64;
    }

    /// Asks what is new from a number on, and confirms nothing beyond it.
    pub async fn receive_from(&self, have: u64) -> Result<(u64, Vec<Down>), u16> {
        let answer = self.post("receive", ("merhaba-have", have), b"").await;
        if answer.status != 200 {
            return Err(answer.status);
        }
        let first = answer.header("merhaba-from").and_then(|digits| digits.parse().ok()).expect("a number");
        Ok((first, unpack(&answer.body)))
    }

    /// Asks what is new.
    pub async fn receive(&mut self) -> Vec<Down> {
        let (first, down) = self.receive_from(self.have).await.expect("the link lives");
        assert_eq!(first, self.have, "nothing else was confirmed");
        self.have += down.iter().filter(|down| matches!(down, Down::Frame(_))).count() as u64;
        down
    }

    /// Asks until an event of this kind has come; gives what is in it.
    pub async fn event(&mut self, kind: &str) -> Value {
        loop {
            for down in self.receive().await {
                match down {
                    Down::Frame(frame) if frame.get(kind).is_some() => return frame[kind].clone(),
                    Down::Frame(_) => {}
                    Down::Close(code, reason) => panic!("closed with {code} {reason:?} before {kind}"),
                }
            }
        }
    }

    /// Asks until it ends; gives code and reason.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            for down in self.receive().await {
                if let Down::Close(code, reason) = down {
                    return (code, reason);
                }
            }
        }
    }

    async fn post(&self, way: &str, number: (&str, u64), body: &[u8]) -> Answer {
        let digits = number.1.to_string();
        let mut headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.push((number.0, &digits));
        http::send(&self.authority, "POST", &format!("/link/{}/{way}", self.side), &headers, body).await
    }
}

fn unpack(mut body: &[u8]) -> Vec<Down> {
    let mut down = Vec::new();
    while let Some((head, rest)) = body.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*head)).expect("short");
        if length == 0 {
            let (code, reason) = rest.split_first_chunk::<2>().expect("a code");
            let reason = String::from_utf8_lossy(reason).into_owned();
            down.push(Down::Close(u16::from_be_bytes(*code), reason));
            break;
        }
        let (frame, rest) = rest.split_at(length);
        down.push(Down::Frame(serde_json::from_slice(frame).expect("JSON")));
        body = rest;
    }
    down
}
