//! What a file becomes: whatever it is called and whatever it says of itself, it is shown only if the relay has drawn it
//! anew, and saved in every other case.
use crate::{serve, visitor};
use image::ImageFormat;
use merhaba_tests::{
    files::{PLACE, holds, links, photo, picture, upload},
    http,
};

const SVG: &[u8] =
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.__x=1'><script>window.__x=1</script></svg>";
const HTML: &[u8] = b"<!DOCTYPE html><script>window.__x=1</script>";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj";
const GIF_JS: &[u8] = b"GIF89a\x20\x09\x0a\x09=1;window.__x=1//";
/// Its first letters are a width that no picture has.
const HUGE_GIF_JS: &[u8] = b"GIF89a/*\0\0\0\0*/=1;window.__x=1//";

fn with_tail(mut picture: Vec<u8>, tail: &[u8]) -> Vec<u8> {
    picture.extend(tail);
    picture
}

#[tokio::test]
async fn only_what_was_drawn_anew_is_ever_shown() {
    let (_folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    let zip = with_tail(photo(800, 400), b"PK\x03\x04evil.jar");
    let png = with_tail(picture(20, 10, ImageFormat::Png), HTML);
    let cases: [(&str, &[u8], Option<&str>, &str); 12] = [
        ("a.png", SVG, None, "a.png"),
        ("a.svg", SVG, None, "a.svg"),
        ("b.png", HTML, None, "b.png"),
        ("c.pdf", PDF, None, "c.pdf"),
        ("d.gif", GIF_JS, None, "d.gif"),
        ("e.jpg", &zip, Some("image/jpeg"), "e.jpg"),
        ("a.php.png", &png, Some("image/png"), "a.php.png"),
        ("a.php", &png, Some("image/png"), "a.php.png"),
        ("evil\u{202e}gnp.exe", b"MZ", None, "evilgnp.exe"),
        ("../../x\0\r\nSet-Cookie: a=b", b"x", None, "xSet-Cookie_ a=b"),
        ("ünlü \"ş\".txt", b"x", None, "ünlü _ş_.txt"),
        ("", b"x", None, "file"),
    ];
    let answer = upload(&relay, &site, &token, "a.gif", HUGE_GIF_JS).await;
    assert_eq!((answer.status, &answer.json()["code"]), (422, &serde_json::json!("BadPicture")));
    for (name, bytes, shown, called) in cases {
        let answer = upload(&relay, &site, &token, name, bytes).await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        let file = answer.json();
        assert_eq!(file["name"], called, "{name:?}");
        assert_eq!(file["media_type"], shown.unwrap_or("application/octet-stream"), "{name}");
        let id = file["id"].as_str().expect("an id");
        assert_eq!(id.len(), 22, "128 random bits");
        let link = links(&relay, &site, &token, &[id]).await.remove(0);
        let got = http::get(relay.authority(), link["url"].as_str().expect("a path")).await;
        assert_eq!(got.status, 200, "{name}");
        assert_eq!(got.body.len() as u64, file["size"].as_u64().expect("a size"));
        let how = got.header("content-disposition").expect("said").to_owned();
        assert_eq!(how.starts_with("inline"), shown.is_some(), "{name}: {how}");
        assert!(how.contains("; filename*=UTF-8''") && how.is_ascii(), "{how}");
        let kind = got.header("content-type").expect("said");
        assert_eq!(kind, shown.unwrap_or("application/octet-stream"), "{name}");
        assert_eq!(got.header("content-security-policy"), Some("sandbox; default-src 'none'"));
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(got.header("cache-control"), Some("private, no-store"));
        let corp = if shown.is_some() { "cross-origin" } else { "same-site" };
        assert_eq!(got.header("cross-origin-resource-policy"), Some(corp));
        assert_eq!(got.header("set-cookie"), None);
        if shown.is_some() {
            assert_ne!(got.body, bytes, "{name} was drawn anew");
            for gone in [&b"PK\x03\x04"[..], b"<script>", PLACE, b"Exif"] {
                assert!(!holds(&got.body, gone), "{name}");
            }
        } else {
            assert_eq!(got.body, bytes, "{name} is what it was");
        }
    }
}

#[tokio::test]
async fn a_photo_stands_upright_and_has_a_small_preview() {
    let (_folder, relay, site) = serve(&[]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    let file = upload(&relay, &site, &token, "IMG_0001.JPG", &photo(1_600, 1_200)).await.json();
    assert_eq!(file["picture"], serde_json::json!({ "width": 1_200, "height": 1_600 }));
    let link = links(&relay, &site, &token, &[file["id"].as_str().expect("an id")]).await.remove(0);
    for (address, size) in [("url", (1_200, 1_600)), ("preview", (480, 640))] {
        let got = http::get(relay.authority(), link[address].as_str().expect("a path")).await;
        let image = image::load_from_memory(&got.body).expect("a picture");
        assert_eq!((image.width(), image.height()), size, "{address}");
    }
}
