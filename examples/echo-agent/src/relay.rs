//! The line to a relay: the sign-in over HTTP, then a websocket with JSON frames. Decides nothing.
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, CONTENT_TYPE},
};
use hyper_util::rt::TokioIo;
use merhaba_shared::protocol::{
    SUBPROTOCOL_JSON,
    agent::{Command, Event},
    close,
    codec::{from_json, to_json},
};
use serde_json::{Value, json};
use std::future::pending;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// What a browser says of a close it knows nothing about.
const UNKNOWN: u16 = 1006;

/// What was heard.
pub enum Heard {
    /// A frame.
    Event(Box<Event>),
    /// The socket closed.
    Closed {
        /// The close code.
        code: u16,
        /// The reason.
        reason: String,
    },
}

/// A relay, and the socket to it while there is one.
pub struct Relay {
    authority: String,
    bearer: String,
    socket: Option<WebSocketStream<TcpStream>>,
}

impl Relay {
    /// A relay at an address like `http://127.0.0.1:8787`.
    pub fn at(url: &str) -> Result<Self, String> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let authority = authority.ok_or_else(|| format!("{url} is not like http://127.0.0.1:8787"))?;
        Ok(Self { authority: authority.into(), bearer: String::new(), socket: None })
    }

    /// Signs in as a program does, and keeps the token for the socket.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Result<(), String> {
        let body = json!({ "email": email, "password": password }).to_string();
        let answer =
            self.post("/api/v1/sessions", body).await.map_err(|error| format!("signing in: {error}"))?;
        let token = answer["token"].as_str().ok_or_else(|| format!("signing in: {}", answer["detail"]))?;
        self.bearer = format!("Bearer {token}");
        Ok(())
    }

    async fn post(&self, path: &str, body: String) -> Result<Value, Box<dyn std::error::Error>> {
        let stream = TcpStream::connect(&self.authority).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post(path)
            .header("host", &self.authority)
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close");
        let answering = sender.send_request(request.body(Full::<Bytes>::from(body))?);
        // The connection must be driven until the answer is there; then the relay closes it.
        let (answer, ()) = tokio::join!(
            async { Ok::<_, hyper::Error>(answering.await?.collect().await?.to_bytes()) },
            async {
                let _ = tokio::time::timeout(std::time::Duration::from_secs(10), connection).await;
            }
        );
        Ok(serde_json::from_slice(&answer?)?)
    }

    /// Opens a socket.
    ///
    /// # Errors
    /// The close code that comes nearest to what happened.
    pub async fn connect(&mut self) -> Result<(), u16> {
        self.socket = None;
        let mut request =
            format!("ws://{}/ws/agent", self.authority).into_client_request().map_err(|_| UNKNOWN)?;
        let bearer = HeaderValue::from_str(&self.bearer).map_err(|_| UNKNOWN)?;
        request.headers_mut().insert("authorization", bearer);
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL_JSON));
        let stream = TcpStream::connect(&self.authority).await.map_err(|_| UNKNOWN)?;
        match client_async(request, stream).await {
            Ok((socket, _)) => {
                self.socket = Some(socket);
                Ok(())
            }
            Err(Error::Http(answer)) if matches!(answer.status().as_u16(), 401 | 403) => {
                Err(close::REVOKED.code)
            }
            Err(_) => Err(UNKNOWN),
        }
    }

    /// Lets the socket go.
    pub fn disconnect(&mut self) {
        self.socket = None;
    }

    /// Sends a frame; on a socket that has gone it goes nowhere, and the machine will notice.
    pub async fn send(&mut self, command: &Command) {
        if let Some(socket) = &mut self.socket {
            let _ = socket.send(Message::text(to_json(command))).await;
        }
    }

    /// Waits for what comes next; for ever while there is no socket.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let Some(socket) = &mut self.socket else { return pending().await };
            match socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    // A kind of a later version is skipped, as the protocol has it.
                    if let Ok(event) = from_json(&text) {
                        return Heard::Event(Box::new(event));
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    self.socket = None;
                    let (code, reason) = frame.map_or((UNKNOWN, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    });
                    return Heard::Closed { code, reason };
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    self.socket = None;
                    return Heard::Closed { code: UNKNOWN, reason: String::new() };
                }
            }
        }
    }
}
