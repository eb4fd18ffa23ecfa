//! A visitor's page as a browser would host it: the pages' own client machine on a real socket. It keeps what the
//! machine asks it to keep and decides nothing.
use futures_util::{SinkExt, StreamExt};
use merhaba_shared::{
    client::{
        Effect, Ms,
        visitor::{Settings, VisitorClient},
    },
    protocol::{
        SUBPROTOCOL_JSON,
        codec::{from_json, to_json},
        ids::{ClientId, Token},
        model::Item,
        visitor::Command,
    },
};
use merhaba_tests::{
    relay::{Relay, Site},
    wire,
};
use std::{future::pending, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// What a browser says of a close it knows nothing about.
const UNKNOWN: u16 = 1006;
/// How long anything may take that a page waits for, an outage included.
const WITHIN: Duration = Duration::from_mins(1);

/// A page.
pub struct Page {
    /// The machine.
    pub client: VisitorClient,
    /// What the browser keeps.
    pub token: Option<Token>,
    authority: String,
    origin: String,
    socket: Option<WebSocketStream<TcpStream>>,
    began: Instant,
}

impl Page {
    /// Opens the page on a site.
    pub fn open(relay: &Relay, site: &Site, seed: u32) -> Self {
        let site = site.key.as_str().into();
        let settings = Settings { site, token: None, locale: "tr".into(), page: None, seed };
        let mut page = Self {
            client: VisitorClient::new(settings),
            token: None,
            authority: relay.authority().to_owned(),
            origin: relay.url().to_owned(),
            socket: None,
            began: Instant::now(),
        };
        page.client.start(page.now());
        page
    }

    /// Sends a message, as the person would.
    pub fn write(&mut self, body: &str) -> ClientId {
        let id = ClientId::from_hex(&wire::client_id()).expect("an id");
        self.client.send(self.now(), id, body.to_owned());
        id
    }

    /// What is shown, oldest first.
    pub fn shown(&self) -> &[Item] {
        self.client.thread().map_or(&[], |thread| thread.timeline().items())
    }

    /// Whether nothing is on its way, and nothing that the relay has is missing.
    pub fn is_settled(&self) -> bool {
        let whole = self.client.thread().is_none_or(|thread| {
            thread.timeline().is_loaded() && thread.timeline().last() == thread.timeline().head()
        });
        self.client.outbox().all().is_empty() && whole && self.client.visitor().is_some()
    }

    /// Lives until something is so.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + WITHIN;
        loop {
            self.carry_out().await;
            if is_so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "{what}: {:#?}", self.client);
            self.live_on().await;
        }
    }

    /// The next thing that happens: a frame, an end, or a time.
    async fn live_on(&mut self) {
        let wake = self.client.wake_at(self.now()).unwrap_or_else(|| self.now() + 1_000);
        let heard = async {
            match &mut self.socket {
                Some(socket) => socket.next().await,
                None => pending().await,
            }
        };
        match timeout_at(self.began + Duration::from_millis(wake), heard).await {
            Err(_) => self.client.tick(self.now()),
            Ok(Some(Ok(Message::Text(text)))) => {
                let event = from_json(&text).expect("an event of this version");
                self.client.event(self.now(), event);
            }
            Ok(Some(Ok(Message::Close(frame)))) => {
                let (code, reason) = frame
                    .map_or((UNKNOWN, String::new()), |frame| (frame.code.into(), frame.reason.to_string()));
                self.closed(code, &reason);
            }
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) => self.closed(UNKNOWN, ""),
        }
    }

    async fn carry_out(&mut self) {
        loop {
            let effects = self.client.effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.effect(effect).await;
            }
        }
    }

    async fn effect(&mut self, effect: Effect<Command>) {
        match effect {
            Effect::Connect => self.connect().await,
            Effect::Disconnect => self.socket = None,
            Effect::Frame(command) => {
                if let Some(socket) = &mut self.socket
                    && socket.send(Message::text(to_json(&command))).await.is_err()
                {
                    self.closed(UNKNOWN, "");
                }
            }
            Effect::KeepToken { token, instead_of } => {
                if self.token.is_none() || self.token == instead_of {
                    self.token = Some(token);
                }
                let kept = self.token.clone().expect("kept");
                self.client.token_kept(self.now(), kept);
            }
            // A page alone sends by itself, and there is one way only.
            Effect::Detour | Effect::Lead { .. } | Effect::Yield => {}
            Effect::ForgetToken | Effect::Refresh => panic!("nobody revoked anything"),
        }
    }

    async fn connect(&mut self) {
        let headers = [("Origin", self.origin.as_str()), ("Sec-WebSocket-Protocol", SUBPROTOCOL_JSON)];
        match wire::upgrade(&self.authority, "/ws/visitor", &headers).await {
            Ok(socket) => {
                self.socket = Some(socket);
                self.client.opened(self.now());
            }
            Err(_) => self.closed(UNKNOWN, ""),
        }
    }

    fn closed(&mut self, code: u16, reason: &str) {
        self.socket = None;
        self.client.closed(self.now(), code, reason);
    }

    fn now(&self) -> Ms {
        Ms::try_from(self.began.elapsed().as_millis()).unwrap_or(Ms::MAX)
    }
}
