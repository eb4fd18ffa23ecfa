//! Both kinds of websocket client over `merhaba.v1.json`, as another person's program would speak it. Every event that
//! comes is also read by the wire's own types and written again, and must come out the same.
use crate::{
    http,
    relay::{Agent, Relay, Site},
};
use futures_util::{SinkExt, StreamExt};
use merhaba_shared::protocol::{SUBPROTOCOL_JSON, agent, ids::ClientId, visitor};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// How long an event may take.
pub const HEARD_WITHIN: Duration = Duration::from_secs(15);

/// Which of the two conversations with the relay this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// `/ws/visitor`.
    Visitor,
    /// `/ws/agent`.
    Agent,
}

/// A websocket that speaks JSON.
pub struct Wire {
    socket: WebSocketStream<TcpStream>,
    party: Party,
}

/// Opens a websocket with these header fields, and whatever subprotocols they name.
///
/// # Errors
/// What the upgrade was answered with, when it was refused.
pub async fn upgrade(
    authority: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TcpStream>, Error> {
    offer(authority, path, headers).await.map(|(socket, _)| socket)
}

/// The same, and the subprotocol that the relay chose of those that were offered.
///
/// # Errors
/// What the upgrade was answered with, when it was refused.
pub async fn offer(
    authority: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<(WebSocketStream<TcpStream>, Option<String>), Error> {
    let mut request = format!("ws://{authority}{path}").into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header's value"));
    }
    let stream = TcpStream::connect(authority).await?;
    let (socket, answer) = client_async(request, stream).await?;
    let chosen = answer.headers().get("Sec-WebSocket-Protocol").and_then(|name| name.to_str().ok());
    Ok((socket, chosen.map(ToOwned::to_owned)))
}

/// The status that an upgrade was refused with.
#[must_use]
pub fn refusal<T>(result: &Result<T, Error>) -> Option<u16> {
    match result {
        Err(Error::Http(answer)) => Some(answer.status().as_u16()),
        _ => None,
    }
}

/// Signs an agent in as a program does, and gives the bearer token.
pub async fn sign_in(relay: &Relay, agent: &Agent) -> String {
    sign_in_at(relay.authority(), relay.authority(), agent).await
}

/// The same, where the relay named `host` is reached at another address.
pub async fn sign_in_at(dial: &str, host: &str, agent: &Agent) -> String {
    let body = json!({ "email": agent.email, "password": agent.password }).to_string();
    let headers = [("Host", host), ("Content-Type", "application/json")];
    let answer = http::send(dial, "POST", "/api/v1/sessions", &headers, body.as_bytes()).await;
    assert!((200..300).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("set-cookie"), None, "a program gets no cookie");
    answer.json()["token"].as_str().expect("a program gets a token").to_owned()
}

/// A new client id: 32 hex digits.
#[must_use]
pub fn client_id() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    ClientId(bytes).to_hex()
}

impl Wire {
    /// A visitor's socket, before any `Hello`.
    pub async fn visitor(relay: &Relay) -> Self {
        let headers = [("Origin", relay.url()), ("Sec-WebSocket-Protocol", SUBPROTOCOL_JSON)];
        let socket =
            upgrade(relay.authority(), "/ws/visitor", &headers).await.expect("a visitor may connect");
        Self { socket, party: Party::Visitor }
    }

    /// An agent's socket, before any `Hello`.
    pub async fn agent(relay: &Relay, bearer: &str) -> Self {
        let bearer = format!("Bearer {bearer}");
        let headers = [("Authorization", bearer.as_str()), ("Sec-WebSocket-Protocol", SUBPROTOCOL_JSON)];
        let socket = upgrade(relay.authority(), "/ws/agent", &headers).await.expect("an agent may connect");
        Self { socket, party: Party::Agent }
    }

    /// A visitor who has said `Hello`, and the `Welcome` that answered.
    pub async fn greeted(relay: &Relay, site: &Site, token: Option<&str>, resume: Value) -> (Self, Value) {
        let mut wire = Self::visitor(relay).await;
        let welcome = wire.hello(site, token, Value::Null, resume).await;
        (wire, welcome)
    }

    /// Says a visitor's `Hello` and hears the `Welcome`.
    pub async fn hello(&mut self, site: &Site, token: Option<&str>, epoch: Value, resume: Value) -> Value {
        let page = json!({ "url": "https://shop.example/a?b=c", "title": "Çay", "referrer": "" });
        let hello = json!({ "site": site.key, "token": token, "locale": "tr", "page": page, "epoch": epoch, "resume": resume });
        self.say(json!({ "Hello": hello })).await;
        self.hear("Welcome").await
    }

    /// A visitor of a site who has written, and the conversation they began.
    pub async fn asking(relay: &Relay, site: &Site, text: &str) -> (Self, String) {
        let (mut wire, _) = Self::greeted(relay, site, None, json!([])).await;
        let conversation = wire.writes(text, false).await;
        (wire, conversation)
    }

    /// Writes as a visitor, where they wrote last or in a new conversation; which one that is.
    ///
    /// # Panics
    /// When it is not accepted.
    pub async fn writes(&mut self, text: &str, new: bool) -> String {
        let send = json!({ "client_id": client_id(), "conversation": null, "new": new, "body": text });
        self.say(json!({ "Send": send })).await;
        self.hear("Accepted").await["conversation"].as_str().expect("an id").to_owned()
    }

    /// An agent who has signed in and said `Hello`.
    pub async fn answering(relay: &Relay, agent: &Agent) -> Self {
        let mut wire = Self::agent(relay, &sign_in(relay, agent).await).await;
        wire.say(json!({ "Hello": { "epoch": null, "resume": [] } })).await;
        wire.hear("Welcome").await;
        wire
    }

    /// Sends a frame.
    pub async fn say(&mut self, frame: Value) {
        self.say_text(&frame.to_string()).await;
    }

    /// Sends a text frame as it is.
    pub async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the socket takes it");
    }

    /// Sends a text frame and does not mind when the socket is gone.
    pub async fn try_say(&mut self, frame: Value) -> bool {
        self.socket.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// The next event, whatever it is; `None` when the socket has closed or broken.
    pub async fn next(&mut self) -> Option<Value> {
        timeout(HEARD_WITHIN, self.next_of_all()).await.expect("an event in time")
    }

    async fn next_of_all(&mut self) -> Option<Value> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(self.read(&text)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(bytes))) => {
                    panic!("a binary frame on the JSON subprotocol: {bytes:?}")
                }
                Some(Ok(Message::Close(_) | Message::Frame(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// The content of the next event of this kind; others are passed over.
    pub async fn hear(&mut self, kind: &str) -> Value {
        self.hear_where(kind, |_| true).await
    }

    /// The content of the next event of this kind that fits; others are passed over.
    pub async fn hear_where(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut passed = Vec::new();
        loop {
            let event = timeout(HEARD_WITHIN, self.next_of_all()).await;
            let event = event.unwrap_or_else(|_| panic!("no {kind} in time; heard {passed:?}"));
            let Some(event) = event else { panic!("closed before {kind}; heard {passed:?}") };
            match event.get(kind) {
                Some(content) if fits(content) => return content.clone(),
                _ => passed.push(event),
            }
        }
    }

    /// Everything that comes before the answer to a ping that is sent now.
    pub async fn all_so_far(&mut self) -> Vec<Value> {
        let nonce = 4_711;
        self.say(json!({ "Ping": { "nonce": nonce } })).await;
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            if event["Pong"]["nonce"] == nonce {
                return events;
            }
            events.push(event);
        }
        panic!("closed before the pong; heard {events:?}")
    }

    /// The code and reason that the relay closes with; events before it are passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(HEARD_WITHIN, self.socket.next()).await.expect("a close in time") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => panic!("closed without a code"),
                Some(Ok(_)) => {}
            }
        }
    }

    /// Reads an event strictly.
    fn read(&self, text: &str) -> Value {
        let event: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        match self.party {
            Party::Visitor => same_again::<visitor::Event>(&event),
            Party::Agent => same_again::<agent::Event>(&event),
        }
        event
    }
}

/// Asserts that the wire's own type reads all of an event: one object, one key, nothing that it does not know.
fn same_again<T: Serialize + DeserializeOwned>(event: &Value) {
    assert_eq!(event.as_object().map(serde_json::Map::len), Some(1), "one object with one key: {event}");
    let read: T = serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{error}: {event}"));
    assert_eq!(serde_json::to_value(&read).ok().as_ref(), Some(event), "the wire's type has other fields");
}

/// The code that a socket is closed with, whatever comes before.
pub async fn close_code(mut socket: WebSocketStream<TcpStream>) -> Option<u16> {
    while let Some(Ok(message)) = timeout(HEARD_WITHIN, socket.next()).await.expect("a close in time") {
        if let Message::Close(frame) = message {
            return frame.map(|frame| frame.code.into());
        }
    }
    None
}
