//! Many visitors at once, each with a conversation of one message and a real machine. They play on their own until
//! something is so for each of them.
use super::{
    Clock, Player, Storage, VisitorMachine,
    judge::{Findings, judge},
    line::Door,
    log,
    pair::Desk,
};
use futures_util::{StreamExt, stream};
use merhaba_shared::protocol::ids::ConversationId;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;
use tokio::task::JoinSet;

/// So many connect, or are judged, at once.
const AT_ONCE: usize = 64;

/// One of them.
pub struct Visitor {
    /// The page.
    pub player: Player<VisitorMachine>,
    storage: Storage,
}

impl Visitor {
    /// Their conversation.
    #[must_use]
    pub fn conversation(&self) -> ConversationId {
        self.player.journal.conversation.clone().expect("their first message is stored")
    }

    async fn judge(&self, door: Door, desk: &Desk) -> Findings {
        let token = self.storage.token().expect("their first message is stored");
        let log = log::read(door, &desk.site.key, &token, &self.conversation()).await;
        judge(&log, &[&self.player.journal])
    }
}

/// All of them.
pub struct Crowd(pub Vec<Visitor>);

impl Crowd {
    /// So many visitors who have written one message each.
    pub async fn gather(desk: &Desk, door: &Door, count: usize, within: Duration) -> Self {
        make_room();
        let visitors = stream::iter(0..count).map(|number| async move {
            let storage = Storage::default();
            let machine = VisitorMachine::new(&desk.site.key, &storage);
            let name = format!("visitor {number}");
            let mut player = Player::new(&name, machine, door.clone(), None, Clock::real_time());
            player.write("hello");
            player.play_until(within, "the first message is stored", Player::is_settled).await;
            Visitor { player, storage }
        });
        Self(visitors.buffer_unordered(AT_ONCE).collect().await)
    }

    /// Lets each play on its own until something is so for it.
    pub fn play(
        self,
        within: Duration,
        so: impl Fn(&Player<VisitorMachine>) -> bool + Clone + Send + 'static,
    ) -> Playing {
        let mut playing = JoinSet::new();
        for mut visitor in self.0 {
            let so = so.clone();
            playing.spawn(async move { visitor.player.try_until(within, so).await.map(|()| visitor) });
        }
        Playing(playing)
    }

    /// Judges every so many of them.
    pub async fn judge(&self, door: &Door, desk: &Desk, every: usize) -> Findings {
        let judging =
            stream::iter(self.0.iter().step_by(every)).map(|visitor| visitor.judge(door.clone(), desk));
        judging
            .buffer_unordered(AT_ONCE)
            .fold(Findings::default(), async |mut all, one| {
                all.add(one);
                all
            })
            .await
    }
}

/// A crowd that plays.
pub struct Playing(JoinSet<Result<Visitor, String>>);

impl Playing {
    /// Waits until it is so for each of them.
    ///
    /// # Panics
    /// When it is not for somebody: with how many, and the first of them.
    pub async fn all(self, what: &str) -> Crowd {
        let (mut visitors, mut missing) = (Vec::new(), Vec::new());
        for ended in self.0.join_all().await {
            match ended {
                Ok(visitor) => visitors.push(visitor),
                Err(told) => missing.push(told),
            }
        }
        assert!(missing.is_empty(), "{what}: not for {}, as {}", missing.len(), missing[0]);
        Crowd(visitors)
    }
}

/// As many descriptors as this process may have.
fn make_room() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .expect("a limit may be raised to its maximum");
}
