//! What agents change besides conversations: their sign-ins' beginning and a site's settings. The values were checked
//! by whoever calls; of these only the hours are told to visitors' sockets: a page takes the rest when it is loaded.
use super::Chat;
use crate::store::{NewSignIn, Pending, SecretHash, Site, SiteSettings, StoreError};
use merhaba_shared::protocol::ids::{AgentId, SiteKey};

impl Chat {
    /// Begins a sign-in with the hash of its secret.
    pub fn sign_in(&self, agent: AgentId, secret: SecretHash) -> Pending<()> {
        self.store.sign_in(NewSignIn { secret, agent, at: self.clock.now() })
    }

    /// Keeps the same password's hash under better parameters.
    pub fn renew_password(&self, agent: AgentId, password_hash: String) -> Pending<()> {
        self.store.set_password(agent, password_hash)
    }

    /// Changes a site's settings.
    pub async fn change_site(
        &self,
        site: SiteKey,
        settings: SiteSettings,
    ) -> Result<Option<Site>, StoreError> {
        let site = self.store.update_site(site, settings).await?;
        if let Some(site) = &site {
            self.presence.set_hours(&site.key, site.settings.reception.hours.clone());
            self.publisher.router().set(&site.key, &site.settings);
            self.ladder.notify_one();
        }
        Ok(site)
    }
}
