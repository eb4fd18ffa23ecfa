//! The other end of a websocket, by hand: frames as bytes in both directions, with whatever is wrong with them.
use merhaba_shared::protocol::SUBPROTOCOL_JSON;
use merhaba_tests::relay::{Relay, Site};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Opcodes.
pub const CONTINUED: u8 = 0;
/// A text frame.
pub const TEXT: u8 = 1;
/// A binary frame.
pub const BINARY: u8 = 2;
/// The end.
pub const CLOSE: u8 = 8;
/// Are you there?
pub const PING: u8 = 9;
/// I am.
pub const PONG: u8 = 10;
/// Set in the first byte of a message's last frame.
pub const FIN: u8 = 0x80;

/// How long a frame may take, and how long it takes to be sure that none comes.
const WITHIN: Duration = Duration::from_secs(10);
/// The key that all masks here are made of.
pub const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame that came.
#[derive(Debug)]
pub struct Frame {
    /// What it is.
    pub opcode: u8,
    /// What it says.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code that it closes with; an error when it does not close.
    pub fn close_code(&self) -> Result<Option<u16>, String> {
        match (self.opcode, self.payload.as_slice()) {
            (CLOSE, []) => Ok(None),
            (CLOSE, [high, low, ..]) => Ok(Some(u16::from_be_bytes([*high, *low]))),
            _ => Err(format!("{self:?} and no close")),
        }
    }
}

/// A frame as a client sends it, with these four bits and this opcode in its first byte.
pub fn raw(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(first, payload.len(), 0x80);
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A frame's first bytes; `bit` is set beside the length.
pub fn header(first: u8, length: usize, bit: u8) -> Vec<u8> {
    let mut bytes = vec![first];
    if let Some(length) = u8::try_from(length).ok().filter(|length| *length < 126) {
        bytes.push(bit | length);
    } else if let Ok(length) = u16::try_from(length) {
        bytes.push(bit | 0x7e);
        bytes.extend(length.to_be_bytes());
    } else {
        bytes.push(bit | 0x7f);
        bytes.extend((length as u64).to_be_bytes());
    }
    bytes
}

/// A whole message, or a control frame.
pub fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    raw(FIN | opcode, payload)
}

/// A text in frames of these pieces.
pub fn in_pieces<'a>(opcode: u8, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let pieces: Vec<_> = pieces.into_iter().collect();
    let last = pieces.len() - 1;
    let frame = |(at, piece): (usize, &&[u8])| {
        let opcode = if at == 0 { opcode } else { CONTINUED };
        raw(if at == last { FIN | opcode } else { opcode }, piece)
    };
    pieces.iter().enumerate().map(frame).collect()
}

/// A socket after its upgrade.
pub struct Peer {
    stream: TcpStream,
}

impl Peer {
    /// A visitor's socket that has said `Hello` and heard `Welcome`.
    pub async fn greeted(relay: &Relay, site: &Site) -> Self {
        let stream = TcpStream::connect(relay.authority()).await.expect("the relay listens");
        stream.set_nodelay(true).expect("a socket");
        let mut peer = Self { stream };
        let request = format!(
            "GET /ws/visitor HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Protocol: {SUBPROTOCOL_JSON}\r\n\r\n",
            relay.authority(),
            relay.url()
        );
        peer.send(request.as_bytes()).await;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(peer.stream.read_u8().await.expect("an answer"));
        }
        assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
        let hello = json!({ "Hello": { "site": site.key, "token": null, "locale": "tr", "page": null, "epoch": null, "resume": [] } });
        peer.send(&masked(TEXT, hello.to_string().as_bytes())).await;
        let welcome = peer.frame().await.expect("an answer");
        assert!(welcome.payload.starts_with(br#"{"Welcome":"#), "{welcome:?}");
        peer
    }

    /// Sends bytes as they are. A relay that has closed already takes none, which the answer shows.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.ok();
    }

    /// The next frame; an error when it is none that a server may send, or none comes.
    pub async fn frame(&mut self) -> Result<Frame, String> {
        let reading = async {
            let first = self.stream.read_u8().await?;
            let second = self.stream.read_u8().await?;
            let length = match second & 0x7f {
                126 => u64::from(self.stream.read_u16().await?),
                127 => self.stream.read_u64().await?,
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length).unwrap_or(0)];
            self.stream.read_exact(&mut payload).await?;
            Ok::<_, std::io::Error>((first, second, payload))
        };
        let (first, second, payload) = timeout(WITHIN, reading)
            .await
            .map_err(|_| "nothing came".to_owned())?
            .map_err(|error| format!("the line is cut: {error}"))?;
        if second & 0x80 != 0 {
            return Err("a server masks nothing".into());
        }
        if first & 0xf0 != FIN {
            return Err(format!("{first:08b} is no first byte of a server's frame here"));
        }
        Ok(Frame { opcode: first & 0x0f, payload })
    }
}
