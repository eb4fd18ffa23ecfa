//! Files as another person's program would send and fetch them, and files that are not what they say they are. Never
//! looks at how the relay keeps them.
use crate::{
    http::{self, Answer},
    relay::{Relay, Site},
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::{fmt::Write as _, io::Cursor};

/// What a photo of [`photo`] says of where it was taken.
pub const PLACE: &[u8] = b"GPS-PLACE-41.0082N";

/// Uploads a file with a visitor's token.
pub async fn upload(relay: &Relay, site: &Site, token: &str, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/visitor/files?name={}", escaped(name));
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Origin", relay.url()),
        ("Merhaba-Site", &site.key),
        ("Authorization", &bearer),
        ("Content-Type", "application/octet-stream"),
    ];
    http::send(relay.authority(), "POST", &path, &headers, bytes).await
}

/// Uploads a file that must be taken, and gives its id.
pub async fn uploaded(relay: &Relay, site: &Site, token: &str, name: &str, bytes: &[u8]) -> String {
    let answer = upload(relay, site, token, name, bytes).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// Uploads a file as an agent does, for a conversation.
pub async fn agent_upload(relay: &Relay, bearer: &str, conversation: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/files?name=a.bin&conversation={conversation}");
    let bearer = format!("Bearer {bearer}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/octet-stream")];
    http::send(relay.authority(), "POST", &path, &headers, bytes).await
}

/// Links for a visitor; those that were given.
pub async fn links(relay: &Relay, site: &Site, token: &str, ids: &[&str]) -> Vec<Value> {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Origin", relay.url()),
        ("Merhaba-Site", &site.key),
        ("Authorization", &bearer),
        ("Content-Type", "application/json"),
    ];
    asked(relay, "/api/v1/visitor/files/links", &headers, ids).await
}

/// Links for an agent; those that were given.
pub async fn agent_links(relay: &Relay, bearer: &str, ids: &[&str]) -> Vec<Value> {
    let bearer = format!("Bearer {bearer}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    asked(relay, "/api/v1/files/links", &headers, ids).await
}

async fn asked(relay: &Relay, path: &str, headers: &[(&str, &str)], ids: &[&str]) -> Vec<Value> {
    let body = json!({ "ids": ids }).to_string();
    let answer = http::send(relay.authority(), "POST", path, headers, body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["links"].as_array().expect("links").clone()
}

/// A name within an address.
#[must_use]
pub fn escaped(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").ok();
        }
        out
    })
}

/// A picture whose left half is red and whose right half is blue.
#[must_use]
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let color = |x| if x < width / 2 { Rgb([250, 10, 10]) } else { Rgb([10, 10, 250]) };
    let image: DynamicImage = RgbImage::from_fn(width, height, |x, _| color(x)).into();
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

/// A photo as a phone takes it: lying on its side, and saying where that was.
#[must_use]
pub fn photo(width: u32, height: u32) -> Vec<u8> {
    let jpeg = picture(width, height, ImageFormat::Jpeg);
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0");
    tiff.extend(b"\0\0\0\0");
    tiff.extend(PLACE);
    let mut out = jpeg[..2].to_vec();
    out.extend(b"\xff\xe1");
    out.extend(u16::try_from(tiff.len() + 8).expect("short").to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&jpeg[2..]);
    out
}

/// Whether bytes hold others.
#[must_use]
pub fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
