//! Answers whose bytes are known beforehand: compressed once, chosen by `Accept-Encoding`, confirmed by `ETag`.
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
        },
    },
    response::Response,
};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::{borrow::Cow, io::Write};

/// Shorter answers are not worth compressing.
pub const COMPRESS_FROM: usize = 200;

/// How an answer's bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    Identity,
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
}

impl Coding {
    const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// The best coding that a client takes; what it takes equally, the smaller first.
#[must_use]
pub fn choose(headers: &HeaderMap) -> Coding {
    let (mut brotli, mut gzip, mut identity, mut any) = (None, None, None, None);
    let lines = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    for part in lines.flat_map(|line| line.split(',')) {
        let (name, weight) = weighted(part);
        match name.to_ascii_lowercase().as_str() {
            "br" => brotli = Some(weight),
            "gzip" | "x-gzip" => gzip = Some(weight),
            "identity" => identity = Some(weight),
            "*" => any = Some(weight),
            _ => {}
        }
    }
    let rest = any.unwrap_or(0);
    let candidates = [
        (Coding::Brotli, brotli.unwrap_or(rest)),
        (Coding::Gzip, gzip.unwrap_or(rest)),
        // Not named, it is taken, but only where nothing else is.
        (Coding::Identity, identity.unwrap_or(u16::from(any != Some(0)).min(1))),
    ];
    let best = candidates.iter().filter(|(_, weight)| *weight > 0).max_by_key(|(coding, weight)| {
        (
            *weight,
            match coding {
                Coding::Brotli => 2,
                Coding::Gzip => 1,
                Coding::Identity => 0,
            },
        )
    });
    best.map_or(Coding::Identity, |(coding, _)| *coding)
}

/// A name and its q-value in thousandths.
pub(super) fn weighted(part: &str) -> (&str, u16) {
    let mut pieces = part.split(';').map(str::trim);
    let name = pieces.next().unwrap_or_default();
    let quality = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
    let weight = quality.map_or(Some(1.0), |text| text.trim().parse::<f32>().ok()).unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
    let thousandths = (weight.clamp(0.0, 1.0) * 1000.0).round() as u16;
    (name, thousandths)
}

/// An answer in every coding.
#[derive(Clone, Debug)]
pub struct Encoded {
    media_type: &'static str,
    hash: Cow<'static, str>,
    raw: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Encoded {
    /// What the build embedded.
    #[must_use]
    pub const fn fixed(
        media_type: &'static str,
        hash: &'static str,
        raw: &'static [u8],
        brotli: &'static [u8],
        gzip: &'static [u8],
    ) -> Self {
        Self {
            media_type,
            hash: Cow::Borrowed(hash),
            raw: Bytes::from_static(raw),
            brotli: Some(Bytes::from_static(brotli)),
            gzip: Some(Bytes::from_static(gzip)),
        }
    }

    /// Compresses with all the care there is; for what is kept and served again.
    #[must_use]
    pub fn new(media_type: &'static str, raw: impl Into<Bytes>) -> Self {
        let raw = raw.into();
        let hash = hex(&Sha256::digest(&raw)[..8]);
        let worth = raw.len() > COMPRESS_FROM;
        Self {
            media_type,
            hash: Cow::Owned(hash),
            brotli: worth.then(|| compress(&raw, Coding::Brotli, 11)),
            gzip: worth.then(|| compress(&raw, Coding::Gzip, 9)),
            raw,
        }
    }

    /// Its bytes as they are.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Answers a request: in the best coding, or 304 when the client has it.
    #[must_use]
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let coding = choose(request);
        let (coding, bytes) = match coding {
            Coding::Brotli => self.brotli.as_ref().map(|bytes| (coding, bytes)),
            Coding::Gzip => self.gzip.as_ref().map(|bytes| (coding, bytes)),
            Coding::Identity => None,
        }
        .unwrap_or((Coding::Identity, &self.raw));
        let tag = match coding {
            Coding::Identity => format!("\"{}\"", self.hash),
            coding => format!("\"{}-{}\"", self.hash, coding.name()),
        };
        let known = matches(request, &tag);
        let mut response = Response::new(if known { Body::empty() } else { Body::from(bytes.clone()) });
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(ETAG, tag);
        }
        if coding != Coding::Identity && !known {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        if known {
            headers.remove(CONTENT_TYPE);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        response
    }
}

fn matches(request: &HeaderMap, tag: &str) -> bool {
    let lines = request.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Compresses an answer that was made for this request alone. Quick rather than small.
#[must_use]
pub fn on_the_fly(request: &HeaderMap, response: Response, raw: &Bytes) -> Response {
    let coding = choose(request);
    let (mut parts, _) = response.into_parts();
    let varies = parts.headers.get_all(VARY).iter().any(|value| value == "Accept-Encoding");
    if !varies {
        parts.headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if coding == Coding::Identity {
        return Response::from_parts(parts, Body::from(raw.clone()));
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    Response::from_parts(parts, Body::from(compress(raw, coding, 5)))
}

fn compress(raw: &[u8], coding: Coding, quality: u8) -> Bytes {
    // Writing to memory does not fail.
    match coding {
        Coding::Identity => Bytes::copy_from_slice(raw),
        Coding::Brotli => {
            let parameters =
                brotli::enc::BrotliEncoderParams { quality: i32::from(quality), ..Default::default() };
            let mut out = Vec::with_capacity(raw.len() / 3);
            let _ = brotli::BrotliCompress(&mut &*raw, &mut out, &parameters);
            out.into()
        }
        Coding::Gzip => {
            let out = Vec::with_capacity(raw.len() / 3);
            let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::new(quality.into()));
            let _ = encoder.write_all(raw);
            encoder.finish().unwrap_or_default().into()
        }
    }
}

/// Lower-case hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Coding, Encoded, choose};
    use axum::http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH},
    };

    fn accept(text: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(text));
        headers
    }

    #[test]
    fn q_values_decide_and_then_size() {
        for (text, coding) in [
            ("gzip, deflate, br", Coding::Brotli),
            ("gzip", Coding::Gzip),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("br;q=0, gzip;q=0", Coding::Identity),
            ("identity, br;q=0.5", Coding::Identity),
            ("*", Coding::Brotli),
            ("*;q=0", Coding::Identity),
            ("br;q=0, *;q=0.1", Coding::Gzip),
            ("identity;q=0, gzip;q=0.001", Coding::Gzip),
            ("", Coding::Identity),
        ] {
            assert_eq!(choose(&accept(text)), coding, "{text}");
        }
        assert_eq!(choose(&HeaderMap::new()), Coding::Identity);
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let page = Encoded::new("text/html; charset=utf-8", "x".repeat(1000));
        let mut request = accept("br");
        let first = page.answer(&request);
        assert_eq!(first.headers()[CONTENT_ENCODING], "br");
        let tag = first.headers()[ETAG].clone();
        request.insert(
            IF_NONE_MATCH,
            HeaderValue::try_from(format!("\"x\", W/{}", tag.to_str().expect("ascii"))).expect("a value"),
        );
        assert_eq!(page.answer(&request).status(), StatusCode::NOT_MODIFIED);
        let mut other = accept("gzip");
        other.insert(IF_NONE_MATCH, tag);
        assert_eq!(page.answer(&other).status(), StatusCode::OK);
    }

    #[test]
    fn a_short_answer_stays_as_it_is() {
        let page = Encoded::new("text/plain; charset=utf-8", "short");
        assert!(!page.answer(&accept("br")).headers().contains_key(CONTENT_ENCODING));
    }
}
