//! Where websocket frames begin and end in a stream of bytes that starts with an HTTP header. It passes on all bytes,
//! each exactly once and in order. Of a part it can make what the next version would have written instead.
use bytes::{Buf, Bytes, BytesMut};
use serde_json::{Value, json};

/// A header or frame longer than this is none of ours.
const LONGEST: usize = 1024 * 1024;

/// A whole part of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// All of its bytes.
    pub bytes: Bytes,
    /// Where its payload begins; `None` for the HTTP header. A client's payload is masked.
    pub payload: Option<usize>,
}

impl Part {
    /// The payload as the relay sent it.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.payload.map_or(&[], |at| &self.bytes[at..])
    }

    /// Whether it is a data frame: text or binary.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.payload.is_some() && matches!(self.bytes.first().map(|byte| byte & 0x0f), Some(1 | 2))
    }
}

impl Part {
    /// This frame of JSON as the next version would write it: with a field that nobody knows, and behind it a frame of a
    /// kind that nobody knows.
    ///
    /// # Panics
    /// When it is no such frame.
    #[must_use]
    pub fn newer(&self) -> Vec<u8> {
        let masked = self.bytes[1] & 0x80 != 0;
        let mut payload = self.payload().to_vec();
        if let (true, Some(at)) = (masked, self.payload) {
            let mask = &self.bytes[at - 4..at];
            payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        }
        let mut frame: Value = serde_json::from_slice(&payload).expect("JSON");
        for body in frame.as_object_mut().expect("an object").values_mut() {
            body["of_the_next_version"] = json!([{ "whatever": "it is" }]);
        }
        let unknown = json!({ "OfTheNextVersion": { "whatever": "it is" } });
        [frame, unknown].iter().flat_map(|frame| text(frame.to_string().as_bytes(), masked)).collect()
    }
}

/// A text frame; where it must be masked, with a mask that changes nothing.
fn text(payload: &[u8], masked: bool) -> Vec<u8> {
    let mask: u8 = if masked { 0x80 } else { 0 };
    let mut bytes = vec![0x81];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ 0..126), _) => bytes.push(mask + short),
        (_, Ok(length)) => {
            bytes.push(mask + 126);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(mask + 127);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend(masked.then_some([0; 4]).into_iter().flatten());
    bytes.extend(payload);
    bytes
}

/// Cuts one direction of a connection into parts.
#[derive(Debug, Default)]
pub struct Frames {
    waiting: BytesMut,
    upgraded: bool,
}

impl Frames {
    /// More bytes have come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
        assert!(self.waiting.len() < LONGEST, "no header and no frame is so long");
    }

    /// The next part, once it is whole.
    pub fn next_part(&mut self) -> Option<Part> {
        if !self.upgraded {
            let end = self.waiting.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
            self.upgraded = true;
            return Some(Part { bytes: self.waiting.split_to(end).freeze(), payload: None });
        }
        let (head, length) = self.header()?;
        (self.waiting.len() >= head + length)
            .then(|| Part { bytes: self.waiting.split_to(head + length).freeze(), payload: Some(head) })
    }

    /// The lengths of the next frame's header and payload, once the header is whole.
    fn header(&self) -> Option<(usize, usize)> {
        let mut rest = self.waiting.get(1..)?;
        let second = *rest.first()?;
        rest.advance(1);
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let (more, length) = match second & 0x7f {
            126 => (2, u64::from(rest.try_get_u16().ok()?)),
            127 => (8, rest.try_get_u64().ok()?),
            short => (0, u64::from(short)),
        };
        Some((2 + more + mask, usize::try_from(length).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{Frames, Part};

    fn stream() -> Vec<u8> {
        let mut bytes = b"HTTP/1.1 101 x\r\n\r\n".to_vec();
        bytes.extend([0x81, 2, b'h', b'i']);
        bytes.extend([0x82, 126, 0, 200]);
        bytes.extend([7; 200]);
        bytes.extend([0x81, 0x80 | 1, 1, 2, 3, 4, b'x']);
        bytes.extend([0x88, 0]);
        bytes
    }

    fn parts(chunk: usize) -> Vec<Part> {
        let (mut frames, mut parts) = (Frames::default(), Vec::new());
        for bytes in stream().chunks(chunk) {
            frames.push(bytes);
            parts.extend(std::iter::from_fn(|| frames.next_part()));
        }
        parts
    }

    #[test]
    fn parts_are_the_same_however_the_bytes_come() {
        for chunk in 1..stream().len() {
            assert_eq!(parts(chunk), parts(usize::MAX), "{chunk}");
        }
    }

    #[test]
    fn the_next_version_says_more() {
        for mask in [&[][..], &[7, 0, 1, 9]] {
            let mut bytes = b"HTTP/1.1 101 x\r\n\r\n\x81".to_vec();
            bytes.push(if mask.is_empty() { 9 } else { 0x89 });
            bytes.extend(mask);
            let masks = mask.iter().cycle().copied().chain(std::iter::repeat(0));
            bytes.extend(br#"{"A":{} }"#.iter().zip(masks).map(|(byte, mask)| byte ^ mask));
            let mut frames = Frames::default();
            frames.push(&bytes);
            let newer = std::iter::from_fn(|| frames.next_part()).last().expect("a frame").newer();
            frames.push(&newer);
            let parts = std::iter::from_fn(|| frames.next_part()).collect::<Vec<_>>();
            let kinds: Vec<_> =
                parts.iter().map(|part| part.payload().starts_with(br#"{"A":{"of_"#)).collect();
            assert_eq!(kinds, [true, false]);
        }
    }

    #[test]
    fn no_byte_is_lost_or_added_and_payloads_are_found() {
        let parts = parts(usize::MAX);
        assert_eq!(parts.iter().flat_map(|part| part.bytes.to_vec()).collect::<Vec<_>>(), stream());
        let payloads: Vec<_> = parts.iter().map(|part| part.payload().len()).collect();
        assert_eq!(payloads, [0, 2, 200, 1, 0]);
        assert_eq!(parts.iter().map(Part::is_data).collect::<Vec<_>>(), [false, true, true, true, false]);
    }
}
