//! How large, how fast and how many files may be, and what is said beyond that; never is anything left behind.
use crate::{serve, visitor};
use flate2::{Compression, Crc, write::ZlibEncoder};
use merhaba_tests::{
    files::{upload, uploaded},
    http,
    process::resident_kib,
    relay::{Relay, Site},
    wire::sign_in,
};
use serde_json::json;
use std::{fs, io::Write, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const LARGEST: usize = 20 * 1024 * 1024;

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

fn head(relay: &Relay, site: &Site, token: &str, length: &str) -> String {
    format!(
        "POST /api/v1/visitor/files?name=a HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nMerhaba-Site: {}\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/octet-stream\r\n{length}\r\n\r\n",
        relay.authority(),
        relay.url(),
        site.key
    )
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_the_rest_is_read() {
    let (folder, relay, site) = serve(&[]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    let said = head(&relay, &site, &token, &format!("Content-Length: {}", LARGEST + 1));
    let answer = http::raw(relay.authority(), said.as_bytes()).await;
    assert_eq!((answer.status, &answer.json()["code"]), (413, &json!("TooLarge")));
    assert_eq!(answer.json()["limit"], LARGEST);
    // One that does not say how large it is, is found out.
    let mut stream = TcpStream::connect(relay.authority()).await.expect("it listens");
    let said = head(&relay, &site, &token, "Transfer-Encoding: chunked");
    stream.write_all(said.as_bytes()).await.expect("taken");
    let (mut from, mut to) = stream.into_split();
    let pouring = tokio::spawn(async move {
        let chunk = [b"10000\r\n".to_vec(), vec![7; 65_536], b"\r\n".to_vec()].concat();
        let mut sent = 0;
        while to.write_all(&chunk).await.is_ok() {
            sent += 65_536;
        }
        sent
    });
    let mut answer = Vec::new();
    let reading = from.read_to_end(&mut answer);
    // The other side may reset what it does not read; what it said before that counts.
    timeout(Duration::from_mins(1), reading).await.expect("it ends").ok();
    assert!(answer.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&answer));
    let sent = timeout(Duration::from_mins(1), pouring).await.expect("it ends").expect("it pours");
    assert!(sent < LARGEST * 2, "{sent} bytes were taken");
    assert_eq!(files_below(&folder.path().join("data/files")), [""; 0], "nothing is left");
    let largest = vec![7; LARGEST];
    uploaded(&relay, &site, &token, "a", &largest).await;
}

#[tokio::test]
async fn a_file_that_comes_too_slowly_is_refused() {
    let (folder, relay, site) = serve(&[]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    let mut stream = TcpStream::connect(relay.authority()).await.expect("it listens");
    let said = head(&relay, &site, &token, "Content-Length: 1000");
    stream.write_all(said.as_bytes()).await.expect("taken");
    let mut answer = [0; 12];
    let dripping = async {
        // A byte a second, until there is an answer.
        while timeout(Duration::from_secs(1), stream.read_exact(&mut answer)).await.is_err() {
            stream.write_all(b"x").await.ok();
        }
    };
    timeout(Duration::from_secs(20), dripping).await.expect("it does not wait for ever");
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 408");
    assert_eq!(files_below(&folder.path().join("data/files")), [""; 0], "nothing is left");
}

/// A PNG of one colour, as large as it says, that weighs almost nothing.
fn bomb(pixels: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8], data: &[u8]| {
        let mut crc = Crc::new();
        crc.update(name);
        crc.update(data);
        png.extend(u32::try_from(data.len()).expect("short").to_be_bytes());
        png.extend(name);
        png.extend(data);
        png.extend(crc.sum().to_be_bytes());
    };
    let size = [pixels.to_be_bytes(), pixels.to_be_bytes()].concat();
    chunk(b"IHDR", &[size, vec![8, 6, 0, 0, 0]].concat());
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&vec![0; 64 * 1024 * 1024]).expect("packed");
    chunk(b"IDAT", &packed.finish().expect("packed"));
    chunk(b"IEND", b"");
    png
}

#[tokio::test]
async fn a_picture_that_would_fill_the_memory_is_refused_by_its_head() {
    let (folder, relay, site) = serve(&[]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    let bomb = bomb(30_000);
    let before = resident_kib(relay.pid());
    let answer = upload(&relay, &site, &token, "a.png", &bomb).await;
    assert_eq!((answer.status, &answer.json()["code"]), (422, &json!("BadPicture")));
    let grown = resident_kib(relay.pid()).saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB more");
    assert_eq!(files_below(&folder.path().join("data/files")), [""; 0], "nothing is left");
}

#[tokio::test]
async fn ten_files_an_hour_are_enough() {
    let (_folder, relay, site) = serve(&[]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    for number in 0..10 {
        uploaded(&relay, &site, &token, &format!("{number}.txt"), b"x").await;
    }
    let answer = upload(&relay, &site, &token, "11.txt", b"x").await;
    assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("RateLimited")));
    let wait: u64 = answer.header("retry-after").expect("when").parse().expect("seconds");
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    let (_other, token) = visitor(&relay, &site).await;
    uploaded(&relay, &site, &token, "1.txt", b"x").await;
}

#[tokio::test]
async fn a_site_has_its_own_limits() {
    let (folder, relay, site) = serve(&[]).await;
    let owner = relay.add_agent(&site, "owner@example.com", "owner").await;
    let bearer = format!("Bearer {}", sign_in(&relay, &owner).await);
    let (_wire, token) = visitor(&relay, &site).await;
    let path = format!("/api/v1/sites/{}", site.key);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let set = async |change: &str| {
        let answer = http::send(relay.authority(), "PATCH", &path, &headers, change.as_bytes()).await;
        (answer.status, answer.json())
    };
    assert_eq!(set("{\"file_bytes\":20971521}").await.0, 400);
    let (status, shown) = set("{\"file_bytes\":100,\"file_quota\":150}").await;
    assert_eq!((status, &shown["file_bytes"], &shown["file_quota"]), (200, &json!(100), &json!(150)));
    let answer = upload(&relay, &site, &token, "a", &[7; 101]).await;
    assert_eq!((answer.status, &answer.json()["limit"]), (413, &json!(100)));
    uploaded(&relay, &site, &token, "a", &[7; 100]).await;
    let answer = upload(&relay, &site, &token, "b", &[7; 51]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (507, &json!("Full")));
    uploaded(&relay, &site, &token, "c", &[7; 50]).await;
    assert_eq!(files_below(&folder.path().join("data/files")).len(), 2);
    assert_eq!(set("{\"file_quota\":null}").await.1["file_held"], 150);
    set("{\"file_bytes\":0}").await;
    let answer = upload(&relay, &site, &token, "d", b"x").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("NoFiles")));
}
