//! From an upgrade to a session: the sizes, the subprotocol, the limits of the address, and axum's websocket as a
//! stream of frames. The only file of sessions that knows axum. `Origin`, cookie and token were checked before.
use super::{
    Ending, Fault, Frame, agent,
    line::{Line, Socket},
    visitor,
};
use crate::{
    app::App,
    mutants::{self, Mutant},
    store::{SecretHash, SignIn},
};
use axum::{
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use futures_util::{Sink, Stream};
use merhaba_shared::protocol::{
    close::REFRESH,
    codec::Codec,
    limits::{FRAME_BYTES, OUTBOX_BYTES},
    person::Device,
};
use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

/// Read from the line at once, in bytes: each socket has this buffer.
const READ_BYTES: usize = 512;
/// Collected before it is written, in bytes.
const WRITE_BYTES: usize = 4096;
/// All who are told to connect again come back spread over this time, in milliseconds.
const SPREAD_MS: u64 = 3_000;

/// Serves a visitor's socket; 429 when the address has too many.
pub fn visitor(
    ws: WebSocketUpgrade,
    app: Arc<App>,
    codec: Codec,
    address: IpAddr,
    device: Option<Device>,
) -> Response {
    let stranger = match app.gate.admit(address) {
        Ok(permit) => permit,
        Err(wait) => {
            let header = [(RETRY_AFTER, wait.seconds().to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, header, "too many sockets from this address\n")
                .into_response();
        }
    };
    upgraded(ws, app, codec, async move |app, line| visitor::serve(app, line, stranger, device).await)
}

/// Serves the socket of an agent who has signed in.
pub fn agent(
    ws: WebSocketUpgrade,
    app: Arc<App>,
    codec: Codec,
    sign_in: SignIn,
    secret: SecretHash,
) -> Response {
    upgraded(ws, app, codec, async move |app, line| agent::serve(app, line, sign_in, secret).await)
}

/// Upgrades, and gives the socket a task of its own: axum's keeps all that the upgrade needed as long as it lives.
fn upgraded<F>(
    ws: WebSocketUpgrade,
    app: Arc<App>,
    codec: Codec,
    serve: impl FnOnce(Arc<App>, Line<Wire>) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = (Line<Wire>, Ending)> + Send + 'static,
{
    let tracked = app.shutdown.track();
    sized(ws).protocols([codec.subprotocol()]).on_upgrade(move |socket| {
        let line = Line::new(Wire(Box::new(socket)), codec, app.shutdown.stopping());
        // Boxed: the future that waits for it would hold it twice.
        let served = Box::pin(serve(app.clone(), line));
        app.shutdown.clone().spawn(async move {
            let (line, ending) = served.await;
            Box::pin(finish(&app, line, ending)).await;
        });
        drop(tracked);
        std::future::ready(())
    })
}

/// Accepts a page that is too old under the name it offered, only to tell it so: of a refused upgrade it sees nothing.
pub fn refresh(ws: WebSocketUpgrade, app: Arc<App>, name: String) -> Response {
    let tracked = app.shutdown.track();
    sized(ws).protocols([name]).on_upgrade(move |socket| async move {
        let line = Line::new(Wire(Box::new(socket)), Codec::Bin, CancellationToken::new());
        finish(&app, line, REFRESH.into()).await;
        drop(tracked);
    })
}

pub(super) async fn finish<S: Socket>(app: &App, line: Line<S>, ending: Ending) {
    if let Ending::Close(close) = &ending {
        app.chat.counters().count_closed(close.code);
        tracing::debug!(code = close.code, name = close.name, "closing a session");
    }
    if mutants::on(Mutant::LineKept) && !matches!(ending, Ending::Close(_)) {
        Box::leak(Box::new(line));
        return;
    }
    let spread = if mutants::on(Mutant::SpreadLost) { 1 } else { SPREAD_MS };
    line.finish(ending, Duration::from_millis(app.clock.below(spread))).await;
}

/// All four sizes: the defaults are 136 KiB a socket, and no bound on what waits to be written.
fn sized(ws: WebSocketUpgrade) -> WebSocketUpgrade {
    ws.max_frame_size(FRAME_BYTES)
        .max_message_size(FRAME_BYTES)
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_write_buffer_size(OUTBOX_BYTES)
}

/// axum's websocket as a stream of frames. Boxed, since a future keeps a place for each step that its line is moved.
struct Wire(Box<WebSocket>);

impl Stream for Wire {
    type Item = Result<Frame, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut *self.0).poll_next(cx));
        Poll::Ready(next.map(|message| message.map(frame).map_err(fault)))
    }
}

impl Socket for Wire {}

impl Sink<Frame> for Wire {
    type Error = Fault;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(&mut *self.0).poll_ready(cx).map_err(fault)
    }

    fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Fault> {
        let message = match frame {
            Frame::Text(bytes) => Message::Text(Utf8Bytes::try_from(bytes).map_err(|_| Fault::NotText)?),
            Frame::Binary(bytes) => Message::Binary(bytes),
            Frame::Ping => Message::Ping(bytes::Bytes::new()),
            Frame::Pong => Message::Pong(bytes::Bytes::new()),
            Frame::Close(code, reason) => Message::Close(Some(CloseFrame { code, reason: reason.into() })),
        };
        Pin::new(&mut *self.0).start_send(message).map_err(fault)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(&mut *self.0).poll_flush(cx).map_err(fault)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Pin::new(&mut *self.0).poll_close(cx).map_err(fault)
    }
}

fn frame(message: Message) -> Frame {
    match message {
        Message::Text(text) => Frame::Text(text.into()),
        Message::Binary(bytes) => Frame::Binary(bytes),
        Message::Ping(_) => Frame::Ping,
        Message::Pong(_) => Frame::Pong,
        Message::Close(Some(close)) => Frame::Close(close.code, close.reason.to_string()),
        Message::Close(None) => Frame::Close(1005, String::new()),
    }
}

fn fault(error: axum::Error) -> Fault {
    use tungstenite::Error;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => Fault::TooBig,
        Some(Error::Utf8(_)) => Fault::NotText,
        Some(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => Fault::Lost,
        Some(Error::Protocol(_) | Error::AttackAttempt) => Fault::Protocol,
        _ => Fault::Lost,
    }
}

#[cfg(test)]
mod tests {
    //! What only shows on a real socket.
    use super::*;
    use crate::{
        clock::Clock,
        shutdown::Shutdown,
        store::{Site, SiteSettings, Store, sqlite::Sqlite},
    };
    use axum::{Router, routing::get};
    use futures_util::{SinkExt, StreamExt};
    use std::{net::Ipv4Addr, net::SocketAddr};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
    use tungstenite::{Message as Sent, client::IntoClientRequest, http::HeaderValue};

    type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

    struct Relay {
        app: Arc<App>,
        address: SocketAddr,
        _dir: tempfile::TempDir,
    }

    impl Relay {
        async fn new() -> Self {
            let dir = tempfile::tempdir().expect("a folder");
            let fatal = Box::new(|why: &str| panic!("{why}"));
            let store = Sqlite::open(dir.path(), &"epoch".into(), fatal).expect("a store");
            let settings = SiteSettings { name: "shop".into(), ..SiteSettings::default() };
            store.add_site(Site { key: "shop".into(), at: 0, settings }).await.expect("a site");
            let app = Arc::new(App::new(Arc::new(store), Clock, true, dir.path()));
            let (one, two) = (app.clone(), app.clone());
            let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let router = Router::new()
                .route("/new", get(async move |ws| visitor(ws, one.clone(), Codec::Json, address, None)))
                .route("/old", get(async move |ws| refresh(ws, two.clone(), "merhaba.v1.bin.0".into())));
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let address = listener.local_addr().expect("an address");
            // Not the relay's own list of tasks: this server ends with the test.
            Shutdown::default().spawn(async move { axum::serve(listener, router).await });
            Self { app, address, _dir: dir }
        }

        async fn connect(&self, path: &str, protocol: Option<&'static str>) -> Result<Client, u16> {
            let mut request =
                format!("ws://{}{path}", self.address).into_client_request().expect("an address");
            if let Some(name) = protocol {
                request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(name));
            }
            match connect_async(request).await {
                Ok((client, response)) => {
                    let chosen = response.headers().get("sec-websocket-protocol");
                    assert_eq!(chosen.and_then(|name| name.to_str().ok()), protocol);
                    Ok(client)
                }
                Err(tungstenite::Error::Http(response)) => {
                    assert!(response.headers().contains_key("retry-after"));
                    Err(response.status().as_u16())
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    async fn hello(client: &mut Client) {
        client.send(Sent::text(r#"{"Hello":{"site":"shop"}}"#)).await.expect("sent");
        let welcome = client.next().await.expect("an answer").expect("a frame");
        assert!(welcome.to_text().is_ok_and(|text| text.starts_with(r#"{"Welcome":"#)));
    }

    async fn closed(client: &mut Client) -> (u16, String) {
        loop {
            if let Sent::Close(close) = client.next().await.expect("a close frame").expect("a frame") {
                let close = close.expect("a code");
                return (close.code.into(), close.reason.to_string());
            }
        }
    }

    #[tokio::test]
    async fn a_frame_may_have_64_kib_and_no_byte_more() {
        let relay = Relay::new().await;
        let mut client = relay.connect("/new", Some("merhaba.v1.json")).await.expect("connected");
        hello(&mut client).await;
        client.send(Sent::text(" ".repeat(FRAME_BYTES))).await.expect("sent");
        let refused = client.next().await.expect("an answer").expect("a frame");
        assert!(refused.to_text().is_ok_and(|text| text.contains("BadRequest")));
        client.send(Sent::text(" ".repeat(FRAME_BYTES + 1))).await.expect("sent");
        assert_eq!(closed(&mut client).await.0, 1009);
    }

    #[tokio::test]
    async fn a_huge_frame_before_hello_is_too_big_too() {
        let relay = Relay::new().await;
        let mut client = relay.connect("/new", None).await.expect("connected");
        client.send(Sent::binary(vec![0; 1024 * 1024])).await.expect("sent");
        assert_eq!(closed(&mut client).await.0, 1009);
    }

    #[tokio::test]
    async fn an_old_page_is_let_in_under_its_name_and_told_to_refresh() {
        let relay = Relay::new().await;
        let mut client = relay.connect("/old", Some("merhaba.v1.bin.0")).await.expect("connected");
        assert_eq!(closed(&mut client).await, (4504, "Refresh".into()));
    }

    #[tokio::test]
    async fn a_crowd_from_one_address_is_refused_before_the_upgrade() {
        let relay = Relay::new().await;
        let mut clients = Vec::new();
        for _ in 0..20 {
            clients.push(relay.connect("/new", None).await.expect("connected"));
        }
        assert_eq!(relay.connect("/new", None).await.err(), Some(429));
    }

    #[tokio::test]
    async fn a_stop_waits_for_the_sockets_and_tells_them() {
        let relay = Relay::new().await;
        let mut client = relay.connect("/new", Some("merhaba.v1.json")).await.expect("connected");
        hello(&mut client).await;
        assert_eq!(relay.app.shutdown.running(), 1);
        relay.app.shutdown.begin();
        let (code, reason) = closed(&mut client).await;
        assert_eq!(code, 4001);
        assert!(reason.parse::<u64>().is_ok_and(|delay| delay < SPREAD_MS));
        drop(client);
        relay.app.shutdown.finished().await;
    }
}
