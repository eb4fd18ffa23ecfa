//! The table. A command that has an answer of its own, `Ping`, stands where Autobahn has an echo; a text that is none is
//! answered with `Refused`, which says that it was taken for a whole and good text.
use super::peer::{BINARY, CLOSE, CONTINUED, FIN, MASK, PING, PONG, TEXT, header, in_pieces, masked, raw};
use merhaba_shared::protocol::limits::FRAME_BYTES;

/// What must come.
#[derive(Debug)]
pub enum Want {
    /// A pong with this payload.
    Pong(Vec<u8>),
    /// This event.
    Event(String),
    /// A refusal.
    Refused,
}

/// How it must end.
pub enum Expect {
    /// These come, and the socket lives.
    Goes(Vec<Want>),
    /// These come, and then the relay closes with one of these codes.
    Closes(&'static [Option<u16>], Vec<Want>),
    /// The relay closes with this code, and nothing comes after that.
    Ends(Option<u16>),
}

/// One case.
pub struct Case {
    /// Autobahn's section.
    pub section: &'static str,
    /// What is tried.
    pub name: String,
    /// What is sent, each with a write of its own.
    pub sends: Vec<Vec<u8>>,
    /// What must come of it.
    pub expect: Expect,
}

/// Against the protocol.
const WRONG: &[Option<u16>] = &[Some(1002)];
/// Text that is none.
const NO_TEXT: &[Option<u16>] = &[Some(1007)];
/// Too long.
const TOO_BIG: &[Option<u16>] = &[Some(1009)];

fn case(section: &'static str, name: impl Into<String>, sends: Vec<Vec<u8>>, expect: Expect) -> Case {
    Case { section, name: name.into(), sends, expect }
}

/// A command that is answered with its number, as long as wanted.
fn command(length: usize) -> Vec<u8> {
    let mut text = br#"{"Ping":{"nonce":7}}"#.to_vec();
    text.resize(length.max(text.len()), b' ');
    text
}

fn answered() -> Want {
    Want::Event(r#"{"Pong":{"nonce":7}}"#.into())
}

/// The same bytes, one at a time.
fn chopped(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.iter().map(|byte| vec![*byte]).collect()
}

/// All of them.
pub fn all() -> Vec<Case> {
    let sections = [
        framing,
        pings,
        reserved_bits,
        opcodes,
        fragments,
        good_text,
        bad_text,
        closing,
        codes,
        limits,
        masks,
    ];
    sections.into_iter().flat_map(|section| section()).collect()
}

fn framing() -> Vec<Case> {
    let mut cases = Vec::new();
    for length in [20, 125, 126, 127, 128, 65_535, FRAME_BYTES] {
        let frame = masked(TEXT, &command(length));
        cases.push(case("1.1", format!("text of {length}"), vec![frame], Expect::Goes(vec![answered()])));
    }
    let frame = masked(TEXT, &command(2_000));
    cases.push(case("1.1", "text, a byte at a time", chopped(&frame), Expect::Goes(vec![answered()])));
    cases.push(case("1.1", "empty text", vec![masked(TEXT, b"")], Expect::Goes(vec![Want::Refused])));
    for length in [0, 125, 126, 127, 128, 65_535, FRAME_BYTES] {
        let frame = masked(BINARY, &vec![0xfe; length]);
        let expect = Expect::Goes(vec![Want::Refused]);
        cases.push(case("1.2", format!("binary of {length}"), vec![frame], expect));
    }
    cases
}

fn pings() -> Vec<Case> {
    let goes = |wants: Vec<Want>| Expect::Goes(wants);
    let pong = |payload: &[u8]| Want::Pong(payload.into());
    let longest = [0xfe; 125];
    vec![
        case("2.1", "ping without payload", vec![masked(PING, b"")], goes(vec![pong(b"")])),
        case(
            "2.2",
            "ping with text",
            vec![masked(PING, b"Hello, world!")],
            goes(vec![pong(b"Hello, world!")]),
        ),
        case("2.3", "ping with bytes", vec![masked(PING, b"\0\xff\xfe")], goes(vec![pong(b"\0\xff\xfe")])),
        case("2.4", "longest ping", vec![masked(PING, &longest)], goes(vec![pong(&longest)])),
        case("2.5", "ping of 126", vec![masked(PING, &[0xfe; 126])], Expect::Closes(WRONG, vec![])),
        case(
            "2.6",
            "longest ping, a byte at a time",
            chopped(&masked(PING, &longest)),
            goes(vec![pong(&longest)]),
        ),
        case("2.7", "pong unasked", vec![masked(PONG, b"")], goes(vec![])),
        case("2.8", "pong unasked with payload", vec![masked(PONG, b"unasked")], goes(vec![])),
        case(
            "2.9",
            "pong, then ping",
            vec![masked(PONG, b"no"), masked(PING, b"yes")],
            goes(vec![pong(b"yes")]),
        ),
        case("2.10", "pong of 126", vec![masked(PONG, &[0xfe; 126])], Expect::Closes(WRONG, vec![])),
    ]
}

fn reserved_bits() -> Vec<Case> {
    let mut cases = Vec::new();
    for bits in 1..=7_u8 {
        for (opcode, what) in
            [(TEXT, "text"), (BINARY, "binary"), (PING, "ping"), (PONG, "pong"), (CLOSE, "close")]
        {
            let bad = raw(FIN | (bits << 4) | opcode, b"");
            let name = format!("bits {bits:03b} in a {what}");
            cases.push(case("3", name, vec![bad], Expect::Closes(WRONG, vec![])));
        }
        let sends = vec![masked(TEXT, &command(0)), raw(FIN | (bits << 4) | TEXT, &command(0))];
        let name = format!("bits {bits:03b} after a good text");
        cases.push(case("3", name, sends, Expect::Closes(WRONG, vec![answered()])));
    }
    cases
}

fn opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for opcode in (3..=7).chain(11..=15) {
        for payload in [&b""[..], b"reserved"] {
            let name = format!("opcode {opcode} with {} bytes", payload.len());
            cases.push(case("4", name, vec![masked(opcode, payload)], Expect::Closes(WRONG, vec![])));
        }
        let sends = vec![masked(TEXT, &command(0)), masked(opcode, b"")];
        let name = format!("opcode {opcode} after a good text");
        cases.push(case("4", name, sends, Expect::Closes(WRONG, vec![answered()])));
    }
    cases
}

fn fragments() -> Vec<Case> {
    let text = command(300);
    let halves = || in_pieces(TEXT, text.chunks(150));
    let wrong = || Expect::Closes(WRONG, vec![]);
    let with_ping = |frames: Vec<Vec<u8>>| {
        let mut frames = frames.into_iter();
        let first = frames.next().into_iter().chain([masked(PING, b"between")]);
        first.chain(frames).collect::<Vec<_>>()
    };
    let between = || Expect::Goes(vec![Want::Pong(b"between".into()), answered()]);
    let mut cases = vec![
        case("5.1", "ping in two", in_pieces(PING, [&b"a"[..], b"b"]), wrong()),
        case("5.2", "pong in two", in_pieces(PONG, [&b"a"[..], b"b"]), wrong()),
        case("5.2", "close in two", in_pieces(CLOSE, [&[3][..], &[232]]), wrong()),
        case("5.3", "text in two, one write", vec![halves().concat()], Expect::Goes(vec![answered()])),
        case("5.4", "text in two, two writes", halves(), Expect::Goes(vec![answered()])),
        case(
            "5.5",
            "text in two, a byte at a time",
            chopped(&halves().concat()),
            Expect::Goes(vec![answered()]),
        ),
        case("5.6", "ping between", with_ping(halves()), between()),
        case("5.7", "ping between, one write", vec![with_ping(halves()).concat()], between()),
        case("5.8", "ping between, a byte at a time", chopped(&with_ping(halves()).concat()), between()),
        case("5.18", "a second text within a text", vec![raw(TEXT, &text), masked(TEXT, &text)], wrong()),
        case("5.18", "a second beginning within a text", vec![raw(TEXT, &text), raw(TEXT, &text)], wrong()),
        case("5.18", "a binary within a text", vec![raw(TEXT, &text), masked(BINARY, &text)], wrong()),
    ];
    for fin in [FIN, 0] {
        let name = if fin == 0 { "more of nothing" } else { "the end of nothing" };
        cases.push(case("5.9", name, vec![raw(fin | CONTINUED, b"x")], wrong()));
        let after = vec![masked(TEXT, &text), raw(fin | CONTINUED, b"x")];
        cases.push(case(
            "5.15",
            format!("{name} after a text"),
            after,
            Expect::Closes(WRONG, vec![answered()]),
        ));
        let twice = vec![raw(fin | CONTINUED, b"x"), masked(TEXT, &text), raw(FIN | CONTINUED, b"x")];
        cases.push(case("5.12", format!("{name}, and a text"), twice, wrong()));
    }
    for pieces in [1, 2, 7] {
        let frames = in_pieces(TEXT, text.chunks(pieces));
        let name = format!("text in pieces of {pieces}");
        cases.push(case("5.19", name, vec![frames.concat()], Expect::Goes(vec![answered()])));
    }
    let empty = [&b""[..], &text, b""];
    cases.push(case(
        "6.1",
        "empty pieces around a text",
        in_pieces(TEXT, empty),
        Expect::Goes(vec![answered()]),
    ));
    let nothing = in_pieces(TEXT, [&b""[..], b"", b""]);
    cases.push(case("6.1", "three empty pieces", nothing, Expect::Goes(vec![Want::Refused])));
    cases
}

/// Texts that are UTF-8, the ends of every range among them.
const GOOD: &[&[u8]] = &[
    "κόσμε".as_bytes(),
    "Hello-µ@ßöäüàá-UTF-8!!".as_bytes(),
    b"\x00",
    b"\x7f",
    b"\xc2\x80",
    b"\xdf\xbf",
    b"\xe0\xa0\x80",
    b"\xed\x9f\xbf",
    b"\xee\x80\x80",
    b"\xef\xbf\xbd",
    b"\xef\xbf\xbe",
    b"\xef\xbf\xbf",
    b"\xf0\x90\x80\x80",
    b"\xf0\x9f\xbf\xbe",
    b"\xf4\x8f\xbf\xbd",
    b"\xf4\x8f\xbf\xbf",
];

/// And texts that are not.
const BAD: &[(&str, &[u8])] = &[
    ("a surrogate within a word", b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"),
    ("a continuation alone", b"\x80"),
    ("the last continuation alone", b"\xbf"),
    ("seven continuations", b"\x80\xbf\x80\xbf\x80\xbf\x80"),
    ("a lead byte and a space", b"\xc3 "),
    ("two of three bytes", b"\xe1\xbd"),
    ("three of four bytes", b"\xf0\x9f\x98"),
    ("five bytes", b"\xf8\x88\x80\x80\x80"),
    ("six bytes", b"\xfc\x84\x80\x80\x80\x80"),
    ("beyond the last", b"\xf4\x90\x80\x80"),
    ("fe", b"\xfe"),
    ("ff", b"\xff"),
    ("a slash in two", b"\xc0\xaf"),
    ("a slash in three", b"\xe0\x80\xaf"),
    ("a slash in four", b"\xf0\x80\x80\xaf"),
    ("the longest that should be shorter", b"\xc1\xbf"),
    ("a zero in two", b"\xc0\x80"),
    ("the first surrogate", b"\xed\xa0\x80"),
    ("the last surrogate", b"\xed\xbf\xbf"),
    ("a pair of surrogates", b"\xed\xa0\x80\xed\xb0\x80"),
];

fn good_text() -> Vec<Case> {
    let mut cases = Vec::new();
    for text in GOOD {
        let name = String::from_utf8_lossy(text).escape_unicode().to_string();
        let taken = || Expect::Goes(vec![Want::Refused]);
        cases.push(case("6.2", format!("{name} in one"), vec![masked(TEXT, text)], taken()));
        cases.push(case("6.2", format!("{name} in bytes"), in_pieces(TEXT, text.chunks(1)), taken()));
    }
    cases
}

fn bad_text() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, text) in BAD {
        let closes = || Expect::Closes(NO_TEXT, vec![]);
        cases.push(case("6.3", format!("{name} in one"), vec![masked(TEXT, text)], closes()));
        cases.push(case("6.3", format!("{name} in bytes"), in_pieces(TEXT, text.chunks(1)), closes()));
        let around = [b"before ", *text, b" after"].concat();
        cases.push(case("6.3", format!("{name} within"), vec![masked(TEXT, &around)], closes()));
    }
    // What cannot become a text any more is refused before the message ends.
    let early = vec![raw(TEXT, b"\xce\xba\xed\xa0\x80")];
    cases.push(case("6.4", "at once, in the first piece", early, Expect::Closes(NO_TEXT, vec![])));
    let later = vec![raw(TEXT, b"\xce\xba"), raw(CONTINUED, b"\xed\xa0\x80")];
    cases.push(case("6.4", "at once, in a later piece", later, Expect::Closes(NO_TEXT, vec![])));
    cases
}

/// A close frame's payload.
fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes()[..], reason].concat()
}

fn closing() -> Vec<Case> {
    let normal = || masked(CLOSE, &close(1000, b""));
    let wrong = || Expect::Closes(WRONG, vec![]);
    let said = vec![masked(TEXT, &command(0)), normal()];
    let sends = |after: Vec<u8>| vec![[normal(), after].concat()];
    let longest = [b'r'; 123];
    vec![
        case("7.1.1", "text, then close", said, Expect::Closes(&[Some(1000)], vec![answered()])),
        case("7.1.2", "close twice", sends(normal()), Expect::Ends(Some(1000))),
        case("7.1.3", "ping after close", sends(masked(PING, b"late")), Expect::Ends(Some(1000))),
        case("7.1.4", "text after close", sends(masked(TEXT, &command(0))), Expect::Ends(Some(1000))),
        case("7.1.5", "close within a text", vec![raw(TEXT, b"half"), normal()], Expect::Ends(Some(1000))),
        case("7.3.1", "without code", vec![masked(CLOSE, b"")], Expect::Closes(&[None, Some(1000)], vec![])),
        case("7.3.2", "with half a code", vec![masked(CLOSE, b"\x03")], wrong()),
        case("7.3.3", "with a code", vec![normal()], Expect::Ends(Some(1000))),
        case("7.3.4", "with a reason", vec![masked(CLOSE, &close(1000, b"Hello"))], Expect::Ends(Some(1000))),
        case(
            "7.3.5",
            "longest reason",
            vec![masked(CLOSE, &close(1000, &longest))],
            Expect::Ends(Some(1000)),
        ),
        case("7.3.6", "reason too long", vec![masked(CLOSE, &close(1000, &[b'r'; 124]))], wrong()),
        case(
            "7.5.1",
            "reason that is no text",
            vec![masked(CLOSE, &close(1000, b"\xce\xba\xed\xa0\x80"))],
            Expect::Closes(&[Some(1007), Some(1002)], vec![]),
        ),
    ]
}

fn codes() -> Vec<Case> {
    let mut cases = Vec::new();
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
        let frame = masked(CLOSE, &close(code, b""));
        cases.push(case("7.7", format!("code {code}"), vec![frame], Expect::Ends(Some(code))));
    }
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        for reason in [&b""[..], b"reason"] {
            let frame = masked(CLOSE, &close(code, reason));
            let name = format!("code {code}, reason of {}", reason.len());
            cases.push(case("7.9", name, vec![frame], Expect::Closes(WRONG, vec![])));
        }
    }
    cases
}

fn limits() -> Vec<Case> {
    let goes = || Expect::Goes(vec![answered()]);
    let closes = || Expect::Closes(TOO_BIG, vec![]);
    let mut cases = Vec::new();
    for piece in [64, 256, 1_024, 4_096, 16_384] {
        let whole = command(FRAME_BYTES);
        let frames = in_pieces(TEXT, whole.chunks(piece));
        cases.push(case("9.3", format!("the longest, in pieces of {piece}"), vec![frames.concat()], goes()));
        let over = command(FRAME_BYTES + 1);
        let frames = in_pieces(TEXT, over.chunks(piece));
        cases.push(case("9.3", format!("one more, in pieces of {piece}"), vec![frames.concat()], closes()));
    }
    for writes in [997, 1_300] {
        let frame = masked(TEXT, &command(FRAME_BYTES));
        let sends = frame.chunks(writes).map(<[u8]>::to_vec).collect();
        cases.push(case("9.5", format!("the longest, in writes of {writes}"), sends, goes()));
    }
    // Who says how much will come is answered before it does.
    for length in [FRAME_BYTES + 1, 1 << 20, 1 << 40, usize::MAX >> 1] {
        let promised = vec![[header(FIN | TEXT, length, 0x80), MASK.into()].concat()];
        cases.push(case("9.1", format!("{length} are promised"), promised, closes()));
    }
    let most = vec![[header(FIN | TEXT, usize::MAX, 0x80), MASK.into()].concat()];
    cases.push(case(
        "9.1",
        "more than there may be",
        most,
        Expect::Closes(&[Some(1009), Some(1002)], vec![]),
    ));
    cases
}

fn masks() -> Vec<Case> {
    let bare =
        |opcode: u8, payload: &[u8]| [header(FIN | opcode, payload.len(), 0), payload.to_vec()].concat();
    let wrong = || Expect::Closes(WRONG, vec![]);
    vec![
        case("mask", "text", vec![bare(TEXT, &command(0))], wrong()),
        case("mask", "binary", vec![bare(BINARY, b"bytes")], wrong()),
        case("mask", "ping", vec![bare(PING, b"ping")], wrong()),
        case("mask", "close", vec![bare(CLOSE, &close(1000, b""))], wrong()),
        case("mask", "later piece", vec![raw(TEXT, b"{"), bare(CONTINUED, b"}")], wrong()),
    ]
}
