//! Every link that lives, by its secret: who opens one gets the secret, who shows it gets the link. A link is a session
//! like any other, with the same limits, and ends with the relay. Never hands a link to another side than its own.
use super::{
    Ending, agent,
    line::Line,
    link::{Link, Wire},
    socket::finish,
    visitor,
};
use crate::{
    app::App,
    chat::secret_hash,
    gate::RetryAfter,
    store::{SecretHash, SignIn},
};
use merhaba_shared::protocol::{close::REFRESH, codec::Codec, person::Device};
use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// So many live at the same time; they are for the few whose network lets no websocket through.
const MOST: usize = 4_096;
/// The wait that is named when there are so many.
const FULL: RetryAfter = RetryAfter(Duration::from_secs(10));

/// Whose a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A visitor's: the secret alone is the right.
    Visitor,
    /// That of the agent's sign-in with this secret.
    Agent(SecretHash),
}

/// Links by the hash of their secret.
type Table = HashMap<SecretHash, (Owner, Arc<Link>)>;

/// The links. A clone is the same ones.
#[derive(Clone, Debug, Default)]
pub struct Links(Arc<Mutex<Table>>);

/// Takes a link out when its session is over, however that came.
struct Listed(Links, SecretHash);

impl Links {
    /// Begins a visitor's session; gives the link's secret.
    ///
    /// # Errors
    /// When this address, or all together, have too many.
    pub fn visitor(
        &self,
        app: &Arc<App>,
        codec: Codec,
        address: std::net::IpAddr,
        device: Option<Device>,
    ) -> Result<String, RetryAfter> {
        let stranger = app.gate.admit(address)?;
        let serving = app.clone();
        self.begin(app, codec, Owner::Visitor, |line| visitor::serve(serving, line, stranger, device))
    }

    /// Begins the session of an agent who has signed in; gives the link's secret.
    ///
    /// # Errors
    /// When there are too many.
    pub fn agent(
        &self,
        app: &Arc<App>,
        codec: Codec,
        sign_in: SignIn,
        secret: SecretHash,
    ) -> Result<String, RetryAfter> {
        let serving = app.clone();
        self.begin(app, codec, Owner::Agent(secret), |line| agent::serve(serving, line, sign_in, secret))
    }

    /// A link whose only word is that the page is too old.
    ///
    /// # Errors
    /// When there are too many.
    pub fn refresh(&self, app: &Arc<App>, owner: Owner) -> Result<String, RetryAfter> {
        self.begin(app, Codec::Bin, owner, async |line| (line, REFRESH.into()))
    }

    /// The link with this secret, if it is of this side.
    #[must_use]
    pub fn get(&self, secret: &str, owner: Owner) -> Option<Arc<Link>> {
        let links = self.lock();
        let (whose, link) = links.get(&secret_hash(secret))?;
        (*whose == owner).then(|| link.clone())
    }

    fn begin<F>(
        &self,
        app: &Arc<App>,
        codec: Codec,
        owner: Owner,
        serve: impl FnOnce(Line<Wire>) -> F,
    ) -> Result<String, RetryAfter>
    where
        F: Future<Output = (Line<Wire>, Ending)> + Send + 'static,
    {
        let (link, wire) = Link::new(codec, app.clock);
        let secret = app.clock.secret();
        let listed = self.list(secret_hash(&secret), owner, link.clone()).ok_or(FULL)?;
        let session = serve(Line::new(wire, codec, app.shutdown.stopping()));
        let serving = app.clone();
        app.shutdown.spawn(async move {
            let (over, ending) = session.await;
            finish(&serving, over, ending).await;
            tokio::select! {
                () = link.told() => {}
                () = serving.shutdown.stopping().cancelled_owned() => {}
            }
            drop(listed);
        });
        Ok(secret)
    }

    fn list(&self, secret: SecretHash, owner: Owner, link: Arc<Link>) -> Option<Listed> {
        let mut links = self.lock();
        if links.len() >= MOST {
            return None;
        }
        links.insert(secret, (owner, link));
        drop(links);
        Some(Listed(self.clone(), secret))
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}
