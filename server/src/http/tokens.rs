//! What the plain page's cookie holds: the visitor's token on each site of this relay they wrote to. A browser has
//! one such cookie for the whole relay; the sites' tokens stay apart in it. Never more than a handful.
use merhaba_shared::protocol::ids::{SiteKey, Token};

/// Sites remembered; the one written to longest ago goes first.
const SITES: usize = 8;

/// Tokens by site, the latest first. Written `KEY:TOKEN.KEY:TOKEN`.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<(SiteKey, Token)>);

impl Tokens {
    /// How long the cookie lasts, in seconds: a year.
    pub const MAX_AGE: u64 = 365 * 24 * 60 * 60;

    /// Reads a cookie's value; what is not one of ours is nobody.
    pub fn read(value: Option<&str>) -> Self {
        let pairs = value.unwrap_or_default().split('.').filter_map(|pair| pair.split_once(':'));
        Self(pairs.take(SITES).map(|(key, token)| (key.into(), Token(token.into()))).collect())
    }

    /// The token for a site.
    pub fn get(&self, site: &SiteKey) -> Option<Token> {
        self.0.iter().find(|(key, _)| key == site).map(|(_, token)| token.clone())
    }

    /// The cookie's value with this token added.
    pub fn with(&self, site: &SiteKey, token: &Token) -> String {
        let rest = self.0.iter().filter(|(key, _)| key != site).take(SITES - 1);
        let all = std::iter::once((site, token)).chain(rest.map(|(key, token)| (key, token)));
        all.map(|(key, token)| format!("{key}:{}", token.0)).collect::<Vec<_>>().join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::{SITES, Tokens};
    use merhaba_shared::protocol::ids::{SiteKey, Token};

    #[test]
    fn sites_stay_apart_and_few() {
        let mut value = String::new();
        for number in 0..20 {
            let key = SiteKey(format!("k{number}"));
            value = Tokens::read(Some(&value)).with(&key, &Token(format!("t{number}")));
        }
        let tokens = Tokens::read(Some(&value));
        assert_eq!(tokens.0.len(), SITES);
        assert_eq!(tokens.get(&"k19".into()), Some(Token("t19".into())));
        assert_eq!(tokens.get(&"k0".into()), None);
        assert_eq!(Tokens::read(Some("nonsense")).0.len(), 0);
        assert_eq!(Tokens::read(Some("k:old")).with(&"k".into(), &Token("new".into())), "k:new");
    }
}
