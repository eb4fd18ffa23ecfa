//! The handshake: what opens a websocket, what is refused, and with which words.
use merhaba_shared::protocol::SUBPROTOCOL_JSON;
use merhaba_tests::{http, relay::Relay};

/// The RFC's own example.
const KEY: (&str, &str) = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
/// And what it must be answered with.
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// A handshake, as changes to a good one: a field with another value, or without one.
struct Shake {
    name: &'static str,
    method: &'static str,
    changes: &'static [(&'static str, Option<&'static str>)],
    status: u16,
    /// A field that the answer must have with this value, or must not have.
    field: (&'static str, Option<&'static str>),
}

const fn shake(
    name: &'static str,
    changes: &'static [(&'static str, Option<&'static str>)],
    status: u16,
    field: (&'static str, Option<&'static str>),
) -> Shake {
    Shake { name, method: "GET", changes, status, field }
}

const SHAKES: &[Shake] = &[
    shake("as the RFC has it", &[], 101, ("sec-websocket-accept", Some(ACCEPT))),
    shake(
        "words in any case",
        &[("Upgrade", Some("WebSocket")), ("Connection", Some("upgrade"))],
        101,
        ("upgrade", Some("websocket")),
    ),
    shake(
        "among other options",
        &[("Connection", Some("keep-alive, Upgrade"))],
        101,
        ("sec-websocket-accept", Some(ACCEPT)),
    ),
    shake(
        "without a subprotocol",
        &[("Sec-WebSocket-Protocol", None)],
        101,
        ("sec-websocket-protocol", None),
    ),
    shake(
        "among other subprotocols",
        &[("Sec-WebSocket-Protocol", Some("chat, merhaba.v1.json"))],
        101,
        ("sec-websocket-protocol", Some("merhaba.v1.json")),
    ),
    shake(
        "an extension that is not spoken",
        &[("Sec-WebSocket-Extensions", Some("permessage-deflate"))],
        101,
        ("sec-websocket-extensions", None),
    ),
    shake(
        "another version",
        &[("Sec-WebSocket-Version", Some("12"))],
        426,
        ("sec-websocket-version", Some("13")),
    ),
    shake("no version", &[("Sec-WebSocket-Version", None)], 426, ("sec-websocket-version", Some("13"))),
    shake("no key", &[("Sec-WebSocket-Key", None)], 426, ("sec-websocket-accept", None)),
    shake("no upgrade", &[("Upgrade", None)], 426, ("upgrade", Some("websocket"))),
    shake("an upgrade to something else", &[("Upgrade", Some("h2c"))], 426, ("upgrade", Some("websocket"))),
    shake(
        "a connection without upgrade",
        &[("Connection", Some("keep-alive"))],
        426,
        ("upgrade", Some("websocket")),
    ),
    shake(
        "a stranger's origin",
        &[("Origin", Some("https://evil.example"))],
        403,
        ("sec-websocket-accept", None),
    ),
    shake("no origin", &[("Origin", None)], 403, ("sec-websocket-accept", None)),
    Shake { method: "POST", ..shake("another method", &[], 405, ("sec-websocket-accept", None)) },
];

/// Plays all of them: how many there are, and what went wrong.
pub async fn play(relay: &Relay) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    for shake in SHAKES {
        let good = [
            ("Host", relay.authority()),
            ("Origin", relay.url()),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Protocol", SUBPROTOCOL_JSON),
            KEY,
        ];
        let changed = |name: &str| shake.changes.iter().find(|(changed, _)| *changed == name);
        let mut fields: Vec<_> = good.into_iter().filter(|(name, _)| changed(name).is_none()).collect();
        fields.extend(shake.changes.iter().filter_map(|(name, value)| value.map(|value| (*name, value))));
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let fields = fields.concat();
        let request = format!("{} /ws/visitor HTTP/1.1\r\n{fields}\r\n", shake.method);
        let answer = http::head_of(relay.authority(), request.as_bytes()).await;
        let (name, value) = shake.field;
        if answer.status != shake.status || answer.header(name) != value {
            wrong.push(format!("handshake {}: {} {:?}", shake.name, answer.status, answer.headers));
        }
    }
    (SHAKES.len(), wrong)
}
