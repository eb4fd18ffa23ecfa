//! A websocket client's framing, with as little work as the protocol allows: masks are zero, what comes is looked at
//! where it lies. It never joins fragments: no server here sends any.

/// The bit that says a message ends with this frame.
const FIN: u8 = 0x80;
/// The mask bit of a length.
const MASKED: u8 = 0x80;
/// A length that stands in the next two bytes.
const TWO_BYTES: u8 = 126;
/// A length that stands in the next eight bytes.
const EIGHT_BYTES: u8 = 127;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text or binary.
    Data,
    /// The end, with its code (1005 when it has none).
    Close(u16),
    /// Asks for a pong.
    Ping,
    /// Answers a ping.
    Pong,
}

/// How a data frame is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// UTF-8.
    Text = 1,
    /// Bytes.
    Binary = 2,
    /// An answer to a ping.
    Pong = 10,
}

/// Why bytes are no frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unexpected;

/// A frame, and how long it is in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub kind: Kind,
    /// What it carries.
    pub payload: &'a [u8],
    /// Its length with its header.
    pub length: usize,
}

/// Appends a frame: masked, as a client must, with a mask of zeros.
pub fn write(to: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    to.push(FIN | opcode as u8);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..TWO_BYTES), _) => to.push(MASKED | length),
        (_, Ok(length)) => {
            to.push(MASKED | TWO_BYTES);
            to.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            to.push(MASKED | EIGHT_BYTES);
            to.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    to.extend_from_slice(&[0; 4]);
    to.extend_from_slice(payload);
}

/// The first frame of these bytes; `None` when it is not whole.
///
/// # Errors
/// [`Unexpected`] for a fragment, a masked frame or an unknown opcode.
pub fn first(bytes: &[u8]) -> Result<Option<Frame<'_>>, Unexpected> {
    let [head, length, rest @ ..] = bytes else { return Ok(None) };
    let (header, length) = match *length {
        MASKED.. => return Err(Unexpected),
        EIGHT_BYTES => match rest.first_chunk() {
            Some(long) => (10, usize::try_from(u64::from_be_bytes(*long)).map_err(|_| Unexpected)?),
            None => return Ok(None),
        },
        TWO_BYTES => match rest.first_chunk() {
            Some(long) => (4, usize::from(u16::from_be_bytes(*long))),
            None => return Ok(None),
        },
        short => (2, usize::from(short)),
    };
    let end = header + length;
    let Some(payload) = bytes.get(header..end) else { return Ok(None) };
    let kind = match head {
        0x81 | 0x82 => Kind::Data,
        0x88 => Kind::Close(payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code))),
        0x89 => Kind::Ping,
        0x8a => Kind::Pong,
        _ => return Err(Unexpected),
    };
    Ok(Some(Frame { kind, payload, length: end }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server's frame with a payload of this length.
    fn from_server(length: usize) -> Vec<u8> {
        let mut frame = Vec::new();
        write(&mut frame, Opcode::Text, &vec![b'x'; length]);
        frame[1] &= 0x7f;
        let mask = frame.len() - length - 4;
        frame.drain(mask..mask + 4);
        frame
    }

    #[test]
    fn frames_of_every_length_come_back_whole_and_never_early() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            let frame = from_server(length);
            for cut in (0..frame.len()).filter(|cut| *cut < 16 || *cut + 2 > frame.len()) {
                assert_eq!(first(&frame[..cut]), Ok(None), "{length} cut at {cut}");
            }
            let two = [frame.clone(), frame.clone()].concat();
            let read = first(&two).expect("a frame").expect("whole");
            assert_eq!((read.kind, read.payload.len(), read.length), (Kind::Data, length, frame.len()));
        }
    }

    #[test]
    fn the_end_is_told_with_its_code() {
        let kind = |bytes| first(bytes).expect("a frame").expect("whole").kind;
        assert_eq!(kind(&[0x88, 2, 0x0f, 0xa8]), Kind::Close(4008));
        assert_eq!(kind(&[0x88, 0]), Kind::Close(1005));
    }

    #[test]
    fn what_no_server_sends_is_an_error() {
        assert_eq!(first(&[0x01, 0]), Err(Unexpected));
        assert_eq!(first(&[0x81, 0x81, 0, 0, 0, 0, 1]), Err(Unexpected));
    }
}
