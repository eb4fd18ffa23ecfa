//! A text that is sent while it grows, in the coding that was asked for. What is there at the start is compressed; what
//! comes later goes as it is, in blocks that brotli has for that: so nothing waits in an encoder, and none is kept for as
//! long as the text is open. Pure.
use super::encoding::{self, Coding};
use axum::http::HeaderMap;
use bytes::{BufMut, Bytes, BytesMut};
use std::io::Write as _;

/// The longest block of text that is not compressed, in bytes.
const BLOCK_BYTES: usize = 1 << 16;
/// What ends a brotli stream: a last block with nothing in it.
const LAST: u8 = 0b11;
/// Compression of what is there at the start: quick rather than small, with a window that costs little.
const QUALITY: u32 = 5;
const WINDOW: u32 = 18;
const BUFFER: usize = 4096;

/// How such a text is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trickle {
    brotli: bool,
}

impl Trickle {
    /// As this request asks for it: brotli or as it is.
    pub fn of(request: &HeaderMap) -> Self {
        Self { brotli: encoding::choose(request) == Coding::Brotli }
    }

    /// The name of the coding; none when the text goes as it is.
    pub const fn coding(self) -> Option<&'static str> {
        if self.brotli { Some("br") } else { None }
    }

    /// What is there at the start.
    pub fn start(self, text: String) -> Bytes {
        if !self.brotli {
            return text.into();
        }
        let mut encoder = brotli::CompressorWriter::new(Vec::new(), BUFFER, QUALITY, WINDOW);
        // Writing to memory does not fail.
        let _ = encoder.write_all(text.as_bytes());
        let _ = encoder.flush();
        // Flushed, all of it is there, up to a whole byte; what the encoder would end with is not taken.
        encoder.get_ref().clone().into()
    }

    /// What came since.
    pub fn more(self, text: &str) -> Bytes {
        if !self.brotli {
            return Bytes::copy_from_slice(text.as_bytes());
        }
        let mut out = BytesMut::with_capacity(text.len() + 4);
        for block in text.as_bytes().chunks(BLOCK_BYTES) {
            // One bit: not the last; two: the length has four digits of four bits; then the length less one; one: not
            // compressed. The rest of the byte is nothing.
            let length = u32::try_from(block.len() - 1).unwrap_or(0);
            let head = length << 3 | 1 << 19;
            out.put_slice(&head.to_le_bytes()[..3]);
            out.put_slice(block);
        }
        out.freeze()
    }

    /// What comes last.
    pub fn end(self, text: &str) -> Bytes {
        let mut out = BytesMut::from(&self.more(text)[..]);
        if self.brotli {
            out.put_u8(LAST);
        }
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::Trickle;
    use axum::http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};
    use std::io::Read as _;

    fn trickle(asked: &'static str) -> Trickle {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(asked));
        Trickle::of(&headers)
    }

    #[test]
    fn each_piece_can_be_read_when_it_has_come_and_the_whole_is_whole() {
        let trickle = trickle("gzip, br");
        let page = "<p>Çay</p>".repeat(900);
        let long = "ş".repeat(70_000);
        let pieces =
            [trickle.start(page.clone()), trickle.more("<!-- -->"), trickle.more(&long), trickle.end("sonu")];
        let mut sent = Vec::new();
        let mut read = String::new();
        for (piece, text) in pieces.iter().zip([page.as_str(), "<!-- -->", &long, "sonu"]) {
            sent.extend_from_slice(piece);
            let so_far = [read.as_str(), text].concat();
            let mut bytes = vec![0; so_far.len()];
            brotli::Decompressor::new(&sent[..], 4096).read_exact(&mut bytes).expect("all that was sent");
            assert_eq!(bytes, so_far.as_bytes());
            read = so_far;
        }
        let mut whole = String::new();
        brotli::Decompressor::new(&sent[..], 4096).read_to_string(&mut whole).expect("it ends");
        assert_eq!(whole, read);
        assert!(pieces[0].len() < page.len() / 10, "what was there at the start is compressed");
    }

    #[test]
    fn who_does_not_know_brotli_reads_it_as_it_is() {
        let trickle = trickle("gzip");
        assert_eq!(trickle.coding(), None);
        let sent = [trickle.start("a".into()), trickle.more("b"), trickle.end("c")].concat();
        assert_eq!(sent, b"abc");
    }
}
