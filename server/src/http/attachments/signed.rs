//! Links to files: who may have which until when, signed, so that the relay remembers none of them. The key is derived
//! from the root key for nothing else. Pure; whether the holder still may is asked when the link is used.
use crate::{keys::Key, store::SecretHash};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use merhaba_shared::protocol::ids::{AttachmentId, Millis, SiteKey};
use sha2::Sha256;

/// The purpose that the key is derived for.
pub const LABEL: &str = "merhaba file links 1";
/// SHA-256 works on blocks of this size.
const BLOCK: usize = 64;
/// How long a link is good, in milliseconds.
pub const GOOD_MS: Millis = 5 * 60 * 1000;

/// Whom a link was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A visitor of a site, by the hash of their token.
    Visitor(SiteKey, SecretHash),
    /// An agent's sign-in, by the hash of its secret.
    SignIn(SecretHash),
}

/// What a link is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The file.
    pub id: AttachmentId,
    /// Its preview, and not the file itself.
    pub preview: bool,
    /// Until when.
    pub until: Millis,
    /// For whom.
    pub by: Bearer,
}

/// Signs links and knows its own again.
#[derive(Clone)]
pub struct Signer([u8; BLOCK]);

impl Signer {
    /// A signer with this key.
    #[must_use]
    pub fn new(key: Key) -> Self {
        // As HMAC itself does with a key that is shorter than a block.
        let mut block = [0; BLOCK];
        block[..key.len()].copy_from_slice(&key);
        Self(block)
    }

    /// A link as a path with its query.
    #[must_use]
    pub fn path(&self, link: &Link) -> String {
        let (form, by) = (form(link.preview), write(&link.by));
        let signature = URL_SAFE_NO_PAD.encode(self.mac(link, &by).finalize().into_bytes());
        format!("/f/{}?form={form}&exp={}&by={by}&sig={signature}", link.id, link.until)
    }

    /// A link that this relay signed, whatever became of its holder since; `None` for anything else.
    #[must_use]
    pub fn read(&self, id: &str, query: &str) -> Option<Link> {
        let mut parts = query.split('&');
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let (form, until, by, signature) = (part("form")?, part("exp")?, part("by")?, part("sig")?);
        let preview = match form {
            "file" => false,
            "preview" => true,
            _ => return None,
        };
        let link = Link { id: id.into(), preview, until: until.parse().ok()?, by: read(by)? };
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let same = self.mac(&link, by).verify_slice(&signature).is_ok();
        (same && parts.next().is_none()).then_some(link)
    }

    fn mac(&self, link: &Link, by: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        let Link { id, preview, until, .. } = link;
        // No part can hold what stands between them.
        mac.update(format!("{id}\n{}\n{until}\n{by}", form(*preview)).as_bytes());
        mac
    }
}

const fn form(preview: bool) -> &'static str {
    if preview { "preview" } else { "file" }
}

fn write(by: &Bearer) -> String {
    match by {
        Bearer::Visitor(site, token) => format!("v.{site}.{}", URL_SAFE_NO_PAD.encode(token)),
        Bearer::SignIn(secret) => format!("a.{}", URL_SAFE_NO_PAD.encode(secret)),
    }
}

fn read(by: &str) -> Option<Bearer> {
    let hash = |text: &str| URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok();
    match by.split_once('.')? {
        ("v", rest) => {
            let (site, token) = rest.split_once('.')?;
            Some(Bearer::Visitor(site.into(), hash(token)?))
        }
        ("a", secret) => Some(Bearer::SignIn(hash(secret)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Bearer, Link, Signer};

    fn link(by: Bearer, preview: bool) -> Link {
        Link { id: "AbC-_9".into(), preview, until: 1_800_000_000_000, by }
    }

    #[test]
    fn a_link_says_what_was_signed() {
        let signer = Signer::new([7; 32]);
        for by in [Bearer::Visitor("demo".into(), [3; 32]), Bearer::SignIn([255; 32])] {
            for preview in [true, false] {
                let link = link(by.clone(), preview);
                let path = signer.path(&link);
                let (path, query) = path.split_once('?').expect("a query");
                assert_eq!(path, "/f/AbC-_9");
                assert_eq!(signer.read("AbC-_9", query), Some(link));
            }
        }
    }

    #[test]
    fn no_character_of_a_link_may_change() {
        let signer = Signer::new([7; 32]);
        let path = signer.path(&link(Bearer::Visitor("demo".into(), [3; 32]), false));
        let (_, query) = path.split_once('?').expect("a query");
        for at in 0..query.len() {
            for other in ["0", "A", "&", "%00", ""] {
                let changed = format!("{}{other}{}", &query[..at], &query[at + 1..]);
                assert!(changed == query || signer.read("AbC-_9", &changed).is_none(), "{changed}");
            }
        }
        assert!(signer.read("AbC-_8", query).is_none());
        assert!(signer.read("AbC-_9", &format!("{query}&exp=9")).is_none());
        assert!(Signer::new([8; 32]).read("AbC-_9", query).is_none());
    }
}
