//! A push service on this machine, and a browser's half of a subscription: TLS with a certificate of the tests' own authority,
//! one answer for each path, and every request handed to the test. It opens letters by itself, from the standard.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hmac,
    rand::SystemRandom,
};
use rustls::{
    ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
};
use tokio_rustls::TlsAcceptor;

/// A request as it came.
#[derive(Debug)]
pub struct Letter {
    /// The head, names in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Letter {
    /// A field of the head.
    pub fn field(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| *found == name).map(|(_, value)| value).next().unwrap_or_default()
    }
}

/// The service: `/ok` takes, `/gone` knows nobody, `/later` takes the second time, `/slow` never answers.
pub struct Service {
    /// `https://localhost:PORT`.
    pub origin: String,
    /// What came.
    pub letters: Receiver<Letter>,
}

impl Service {
    /// Starts it.
    pub async fn start() -> Self {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(include_bytes!("leaf.key.der").to_vec()));
        let chain = vec![CertificateDer::from(include_bytes!("leaf.der").to_vec())];
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let tls = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).expect("a certificate")));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let (told, letters) = channel(64);
        let busy = Arc::new(AtomicBool::new(true));
        tokio::spawn(async move {
            while let Ok((plain, _)) = listener.accept().await {
                let (tls, told, busy) = (tls.clone(), told.clone(), busy.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = tls.accept(plain).await else { return };
                    let Some(letter) = read(&mut stream).await else { return };
                    let path = letter.head.split(' ').nth(1).unwrap_or_default().to_owned();
                    // Nobody waits for it any more when a test has ended.
                    told.try_send(letter).ok();
                    let answer = match path.as_str() {
                        "/gone" => "410 Gone",
                        "/later" if busy.swap(false, Relaxed) => "429 Too Many Requests\r\nretry-after: 1",
                        "/slow" => return std::future::pending().await,
                        _ => "201 Created",
                    };
                    let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.ok();
                    stream.shutdown().await.ok();
                });
            }
        });
        Self { origin, letters }
    }

    /// The next letter.
    pub async fn next(&mut self) -> Letter {
        let wait = tokio::time::timeout(std::time::Duration::from_secs(20), self.letters.recv());
        wait.await.expect("a letter comes in time").expect("the service runs")
    }
}

async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<Letter> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
            let mut letter = Letter { head, body: bytes[end + 4..].to_vec() };
            let length: usize = letter.field("content-length").parse().ok()?;
            while letter.body.len() < length {
                stream.read_buf(&mut letter.body).await.ok().filter(|read| *read > 0)?;
            }
            return Some(letter);
        }
        stream.read_buf(&mut bytes).await.ok().filter(|read| *read > 0)?;
    }
}

/// A browser that has subscribed. Its key opens one letter.
pub struct Subscriber {
    key: EphemeralPrivateKey,
    public: Vec<u8>,
}

const AUTH: [u8; 16] = [7; 16];

impl Subscriber {
    /// With a key of its own.
    pub fn new() -> Self {
        let key = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).expect("a key");
        let public = key.compute_public_key().expect("a point").as_ref().to_vec();
        Self { key, public }
    }

    /// What it tells the relay.
    pub fn told(&self, endpoint: &str) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "endpoint": endpoint, "keys": { "p256dh": encode(&self.public), "auth": encode(&AUTH) } })
    }

    /// Opens a letter (RFC 8291).
    pub fn open(self, letter: &Letter) -> Value {
        let (salt, rest) = letter.body.split_at(16);
        let (length, theirs, sealed) = (rest[4], &rest[5..70], &rest[70..]);
        assert_eq!(length, 65);
        let of = |key: &[u8], text: &[u8]| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
        };
        let public = UnparsedPublicKey::new(&ECDH_P256, theirs);
        let shared = agree_ephemeral(self.key, &public, <[u8]>::to_vec).expect("they agree");
        let info = [b"WebPush: info\0", self.public.as_slice(), theirs, &[1]].concat();
        let from = of(salt, &of(&of(&AUTH, &shared), &info));
        let key = of(&from, b"Content-Encoding: aes128gcm\0\x01");
        let nonce = of(&from, b"Content-Encoding: nonce\0\x01");
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).expect("16 bytes"));
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).expect("12 bytes");
        let mut text = sealed.to_vec();
        let text = key.open_in_place(nonce, Aad::empty(), &mut text).expect("it was sealed for this key");
        let end = text.iter().rposition(|byte| *byte != 0).expect("there is a delimiter");
        assert_eq!(text[end], 2, "the last record");
        serde_json::from_slice(&text[..end]).expect("JSON")
    }
}
