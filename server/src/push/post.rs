//! One request to a push service: looked up once, every address checked, connected to one that was, over TLS to the name, with
//! no redirect followed and no answer read beyond its head. It keeps no connection and knows no agent.
use super::endpoint::{Endpoint, is_public};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, RETRY_AFTER},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName},
};
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long all of it may take.
const WITHIN: Duration = Duration::from_secs(10);
/// The head of an answer, in bytes.
const HEAD: usize = 64 * 1024;
/// How long a push service keeps what it cannot deliver, in seconds: who comes back later opens the page.
const KEPT: &str = "3600";

/// What is posted.
pub struct Letter {
    /// Where to.
    pub endpoint: Endpoint,
    /// Who sends.
    pub authorization: String,
    /// A newer one under the same topic takes this one's place.
    pub topic: String,
    /// What was sealed.
    pub body: Bytes,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Taken.
    Taken,
    /// Nobody is reached there any more.
    Gone,
    /// Not now; the push service may have said how long to wait.
    Later(Option<Duration>),
    /// Never so.
    Refused,
}

/// How requests go out. The world's root certificates are read when the first does.
#[derive(Default)]
pub struct Post {
    local: Option<PathBuf>,
    tls: OnceLock<Option<Arc<ClientConfig>>>,
}

impl Post {
    /// For tests, with the file of the one authority (DER) that is believed: then this machine may be named.
    #[must_use]
    pub fn new(local: Option<PathBuf>) -> Self {
        Self { local, tls: OnceLock::new() }
    }

    /// Whether this machine and any port may be named.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.local.is_some()
    }

    /// Posts a letter once.
    pub async fn post(&self, letter: &Letter) -> Posted {
        timeout(WITHIN, self.attempt(letter)).await.unwrap_or(Posted::Later(None))
    }

    async fn attempt(&self, letter: &Letter) -> Posted {
        let Endpoint { host, port, .. } = &letter.endpoint;
        let Ok(found) = lookup_host((host.as_str(), *port)).await else { return Posted::Later(None) };
        let found: Vec<SocketAddr> = found.collect();
        // One address inside the wall is enough to think ill of the name.
        if !self.is_local() && !found.iter().all(|address| is_public(address.ip())) {
            return Posted::Refused;
        }
        let Some(tls) = self.tls() else { return Posted::Refused };
        let Ok(name) = ServerName::try_from(host.clone()) else { return Posted::Refused };
        let Ok(plain) = TcpStream::connect(found.as_slice()).await else { return Posted::Later(None) };
        let Ok(secure) = TlsConnector::from(tls).connect(name, plain).await else {
            return Posted::Later(None);
        };
        ask(letter, secure).await.unwrap_or(Posted::Later(None))
    }

    fn tls(&self) -> Option<Arc<ClientConfig>> {
        self.tls.get_or_init(|| self.configure()).clone()
    }

    fn configure(&self) -> Option<Arc<ClientConfig>> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &self.local {
            roots.add(CertificateDer::from(std::fs::read(file).ok()?)).ok()?;
        } else {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().ok()?;
        Some(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    }
}

/// Asks over a connection that is there, and leaves it.
async fn ask(letter: &Letter, over: tokio_rustls::client::TlsStream<TcpStream>) -> Option<Posted> {
    let Letter { endpoint, authorization, topic, body } = letter;
    let request = Request::post(&endpoint.path)
        .header(HOST, endpoint.origin.strip_prefix("https://")?)
        .header(AUTHORIZATION, authorization)
        .header(CONTENT_ENCODING, "aes128gcm")
        .header(CONTENT_TYPE, "application/octet-stream")
        .header("ttl", KEPT)
        .header("urgency", "high")
        .header("topic", topic)
        .body(Full::new(body.clone()))
        .ok()?;
    let mut http = http1::Builder::new();
    let (mut sender, connection) = http.max_buf_size(HEAD).handshake(TokioIo::new(over)).await.ok()?;
    let mut asking = std::pin::pin!(sender.send_request(request));
    let answer = tokio::select! {
        answer = &mut asking => answer,
        // A service that closes behind its answer has answered all the same.
        _ = connection => asking.await,
    };
    let answer = answer.ok()?;
    let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Some(match answer.status().as_u16() {
        200..=299 => Posted::Taken,
        404 | 410 => Posted::Gone,
        408 | 429 | 500..=599 => Posted::Later(wait.map(Duration::from_secs)),
        _ => Posted::Refused,
    })
}
