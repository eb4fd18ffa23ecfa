//! The headers of each kind of answer, exactly as SECURITY.md lists them. Pure; a handler picks the kind, nothing
//! else sets security headers.
use super::origin::Own;
use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
        CONTENT_SECURITY_POLICY_REPORT_ONLY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
        X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const REPORTING: HeaderName = HeaderName::from_static("reporting-endpoints");

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// What a document's inline blocks hash to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inline {
    scripts: String,
    styles: String,
}

impl Inline {
    /// Finds the inline blocks of a document that the relay made. Text from people is escaped by then and cannot
    /// open one.
    #[must_use]
    pub fn of(document: &str) -> Self {
        Self {
            scripts: hashes(document, "<script", "</script>", false),
            // A browser asks for an empty style sheet's hash too.
            styles: hashes(document, "<style", "</style>", true),
        }
    }
}

fn hashes(document: &str, open: &str, close: &str, empty: bool) -> String {
    let mut list = String::new();
    let mut rest = document;
    while let Some(start) = rest.find(open) {
        rest = &rest[start..];
        let Some(inner) = rest.find('>').map(|at| at + 1) else { break };
        let Some(end) = rest[inner..].find(close).map(|at| at + inner) else { break };
        if inner < end || empty {
            list.push_str(" 'sha256-");
            list.push_str(&STANDARD.encode(Sha256::digest(&rest.as_bytes()[inner..end])));
            list.push('\'');
        }
        rest = &rest[end..];
    }
    list
}

fn policy(own: &Own, inline: &Inline, ancestors: &str) -> String {
    let Inline { scripts, styles } = inline;
    format!(
        "default-src 'none'; script-src 'self'{scripts} 'wasm-unsafe-eval'; style-src 'self'{styles}; img-src 'self' \
         blob:; media-src blob:; font-src 'self'; connect-src 'self' {}; worker-src 'self'; manifest-src 'self'; \
         frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}; \
         report-to csp",
        own.websocket()
    )
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
        headers.insert(name, value);
    }
}

fn document(headers: &mut HeaderMap, policy: &str) {
    put(headers, CONTENT_SECURITY_POLICY, policy);
    put(headers, CONTENT_SECURITY_POLICY_REPORT_ONLY, "require-trusted-types-for 'script'; report-to csp");
    put(headers, REPORTING, "csp=\"/csp-report\"");
}

/// The agent document; as the owner's page it may frame the relay's own documents, of which only the preview lets it.
pub fn agent_page(headers: &mut HeaderMap, own: &Own, inline: &Inline, owners: bool) {
    let policy = policy(own, inline, "'none'");
    document(headers, &if owners { policy.replace("frame-src 'none'", "frame-src 'self'") } else { policy });
    put(headers, X_FRAME_OPTIONS, "DENY");
    put(headers, COOP, "same-origin");
    put(headers, CORP, "same-origin");
    put(
        headers,
        PERMISSIONS,
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), clipboard-read=(), \
         publickey-credentials-get=(self), publickey-credentials-create=(self)",
    );
    put(headers, CACHE_CONTROL, "no-store");
}

/// The widget's frame: only the site's origins may show it.
pub fn widget_frame(headers: &mut HeaderMap, own: &Own, inline: &Inline, origins: &[String]) {
    let ancestors = if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
    document(headers, &policy(own, inline, &ancestors));
    widget(headers);
    put(headers, CACHE_CONTROL, "no-cache");
}

/// The owner's preview of the chat: the same document, which here belongs to no origin, so that it has no cookie and no
/// storage, and which may fetch the pages' own files and nothing else. A form that is sent is first checked by script, which
/// a browser asks only where forms are allowed; none may go anywhere.
pub fn preview(headers: &mut HeaderMap, own: &Own, inline: &Inline) {
    let (Inline { scripts, styles }, own) = (inline, own.origin());
    let policy = format!(
        "sandbox allow-scripts allow-forms; default-src 'none'; script-src {own}/assets/{scripts} 'wasm-unsafe-eval'; \
         style-src{styles}; connect-src {own}/assets/; base-uri 'none'; form-action 'none'; frame-ancestors {own}"
    );
    put(headers, CONTENT_SECURITY_POLICY, policy);
}

/// The plain page: nobody may frame it, and nobody keeps it, since a conversation stands in it.
pub fn plain_page(headers: &mut HeaderMap, own: &Own, inline: &Inline) {
    document(headers, &policy(own, inline, "'none'"));
    widget(headers);
    put(headers, CACHE_CONTROL, "no-store");
}

fn widget(headers: &mut HeaderMap) {
    put(headers, CORP, "cross-origin");
    put(headers, PERMISSIONS, "camera=(), microphone=(), geolocation=()");
    // A form sent under no-referrer carries `Origin: null`.
    put(headers, REFERRER_POLICY, "same-origin");
}

/// A document that only says something. With `framed` a stranger's page may show it: it does nothing.
pub fn notice(headers: &mut HeaderMap, inline: &Inline, framed: bool) {
    let ancestors = if framed { "" } else { "; frame-ancestors 'none'" };
    let styles = &inline.styles;
    put(
        headers,
        CONTENT_SECURITY_POLICY,
        format!("default-src 'none'; style-src{styles}; base-uri 'none'{ancestors}"),
    );
    put(headers, CORP, if framed { "cross-origin" } else { "same-origin" });
    put(headers, CACHE_CONTROL, "no-store");
}

/// The demo's shop: a customer's page, which has its own few rights.
pub fn shop(headers: &mut HeaderMap) {
    put(headers, CACHE_CONTROL, "no-cache");
    put(headers, REFERRER_POLICY, "strict-origin-when-cross-origin");
}

/// The loader at its lasting address.
pub fn loader(headers: &mut HeaderMap) {
    everywhere(headers);
    put(headers, CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400");
}

/// The loader at its version's address, and its second half.
pub fn pinned(headers: &mut HeaderMap) {
    everywhere(headers);
    put(headers, CACHE_CONTROL, IMMUTABLE);
}

fn everywhere(headers: &mut HeaderMap) {
    put(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    put(headers, CORP, "cross-origin");
}

/// A file named by its content: the same for everybody, so a document without an origin (the preview) may read it too.
pub fn asset(headers: &mut HeaderMap) {
    put(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    put(headers, CORP, "same-origin");
    put(headers, CACHE_CONTROL, IMMUTABLE);
}

/// The mark: seldom another one, and nobody's.
pub fn icon(headers: &mut HeaderMap) {
    put(headers, CACHE_CONTROL, "public, max-age=86400");
}

/// The worker, which may fetch its icon and nothing else; looked for anew each time, so that an update is never late.
pub fn worker(headers: &mut HeaderMap) {
    put(headers, CONTENT_SECURITY_POLICY, "default-src 'none'; img-src 'self'");
    put(headers, CACHE_CONTROL, "no-cache");
}

/// A file of a message: a picture that the relay has drawn itself, of this media type, is shown; anything else is only
/// saved, as bytes.
pub fn attachment(headers: &mut HeaderMap, picture: Option<&str>, name: &str) {
    let how = if picture.is_some() { "inline" } else { "attachment" };
    put(headers, CONTENT_DISPOSITION, format!("{how}; filename*=UTF-8''{}", escaped(name)));
    put(headers, CONTENT_TYPE, picture.unwrap_or("application/octet-stream"));
    put(headers, CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    put(headers, CORP, if picture.is_some() { "cross-origin" } else { "same-site" });
    put(headers, CACHE_CONTROL, "private, no-store");
}

/// A file name as RFC 8187 writes it.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// What every answer has, unless its kind said otherwise.
pub fn common(headers: &mut HeaderMap, secure: bool) {
    put(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    if secure {
        put(headers, STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    let rest = [(REFERRER_POLICY, "no-referrer"), (CACHE_CONTROL, "no-store"), (CORP, "same-origin")];
    for (name, value) in rest {
        if !headers.contains_key(&name) {
            put(headers, name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Inline, agent_page, attachment, widget_frame};
    use crate::http::origin::Own;
    use axum::http::HeaderMap;

    #[test]
    fn every_inline_block_is_named_by_its_hash() {
        let page = "<style>a{}</style><script src=\"/x.js\"></script><script type=module>1</script>";
        let inline = Inline::of(page);
        assert_eq!(inline.scripts, " 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='");
        assert_eq!(inline.styles.matches("sha256-").count(), 1);
    }

    #[test]
    fn a_file_is_saved_and_only_our_own_pictures_are_shown() {
        let mut headers = HeaderMap::new();
        attachment(&mut headers, None, "fatura \"ş\";.pdf");
        let said = |headers: &HeaderMap, name: &str| headers[name].to_str().expect("ascii").to_owned();
        assert_eq!(
            said(&headers, "content-disposition"),
            "attachment; filename*=UTF-8''fatura%20%22%C5%9F%22%3B.pdf"
        );
        assert_eq!(said(&headers, "content-type"), "application/octet-stream");
        assert_eq!(said(&headers, "content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(said(&headers, "cross-origin-resource-policy"), "same-site");
        assert_eq!(said(&headers, "cache-control"), "private, no-store");
        attachment(&mut headers, Some("image/png"), "a.png");
        assert_eq!(said(&headers, "content-disposition"), "inline; filename*=UTF-8''a.png");
        assert_eq!(said(&headers, "content-type"), "image/png");
        assert_eq!(said(&headers, "cross-origin-resource-policy"), "cross-origin");
    }

    #[test]
    fn the_frame_names_the_sites_origins_and_the_agent_page_nobody() {
        let own = Own::parse("https://chat.example.com").expect("an origin");
        let mut headers = HeaderMap::new();
        let origins = ["https://*.example.com".to_owned(), "http://localhost:*".to_owned()];
        widget_frame(&mut headers, &own, &Inline::default(), &origins);
        let policy = headers["content-security-policy"].to_str().expect("ascii");
        assert!(policy.contains("; frame-ancestors https://*.example.com http://localhost:*; "), "{policy}");
        assert!(policy.contains("connect-src 'self' wss://chat.example.com; "), "{policy}");
        assert!(!headers.contains_key("x-frame-options"));
        widget_frame(&mut headers, &own, &Inline::default(), &[]);
        assert!(
            headers["content-security-policy"].to_str().expect("ascii").contains("frame-ancestors 'none'")
        );
        let mut headers = HeaderMap::new();
        agent_page(&mut headers, &own, &Inline::default(), true);
        let owners = headers["content-security-policy"].to_str().expect("ascii").to_owned();
        agent_page(&mut headers, &own, &Inline::default(), false);
        assert_eq!(
            headers["content-security-policy"],
            owners.replace("frame-src 'self'", "frame-src 'none'")
        );
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; \
             media-src blob:; font-src 'self'; connect-src 'self' wss://chat.example.com; worker-src 'self'; \
             manifest-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'; report-to csp"
        );
    }
}
