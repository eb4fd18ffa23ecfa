//! A conversation that is played: a visitor with one tab or two, and an agent, each writing their share. It ends when
//! everything stands on every screen, and is then judged.
use super::{
    AgentMachine, Clock, Machine, Player, Storage, VisitorMachine,
    journal::Journal,
    judge::{Findings, judge},
    line::Door,
    log,
};
use crate::{
    relay::{Relay, Site},
    wire,
};
use futures_util::future::join_all;
use merhaba_shared::protocol::ids::{ConversationId, Token};
use std::time::Duration;

/// A site with its agent, signed in.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The site.
    pub site: Site,
    /// The agent's token.
    pub bearer: String,
}

impl Desk {
    /// A new site with a new agent.
    pub async fn new(relay: &Relay, name: &str) -> Self {
        Self::at(relay, relay.authority(), relay.authority(), name).await
    }

    /// The same, where the relay named `host` is reached at another address.
    pub async fn at(relay: &Relay, dial: &str, host: &str, name: &str) -> Self {
        let site = relay.add_site(name, &["https://shop.example"]).await;
        let email = format!("{}@shop.example", site.key.to_lowercase());
        let agent = relay.add_agent(&site, &email, "agent").await;
        let bearer = wire::sign_in_at(dial, host, &agent).await;
        Self { site, bearer }
    }
}

/// How a conversation goes.
#[derive(Clone, Debug)]
pub struct Course {
    /// The word that all of its messages begin with.
    pub word: String,
    /// Messages of each page.
    pub messages: usize,
    /// Pages that write: the visitor's tabs, and the agent's.
    pub pages: usize,
    /// The pause of each page between its messages, at most; in the machines' time.
    pub pause: Duration,
    /// The machines' pace.
    pub pace: u32,
    /// All of it takes no longer.
    pub within: Duration,
    /// A message's length.
    pub length: usize,
}

impl Course {
    /// A short talk.
    #[must_use]
    pub fn new(word: &str) -> Self {
        Self {
            word: word.to_owned(),
            messages: 3,
            pages: 2,
            pause: Duration::ZERO,
            pace: 1,
            within: Duration::from_mins(1),
            length: 40,
        }
    }

    fn body(&self, name: &str, number: usize) -> String {
        let text = format!("{} {name} {number} ğüş 🙏", self.word);
        let rest = self.length.saturating_sub(text.chars().count());
        text + &"·".repeat(rest)
    }
}

/// Plays one page's part: writes its messages, and stays until everybody's stand on the screen.
pub async fn play<M: Machine>(mut player: Player<M>, course: Course) -> Player<M> {
    let name = player.journal.name.clone();
    for number in 0..course.messages {
        let body = course.body(&name, number);
        let mut written = false;
        let what = "somewhere to write to";
        while !written {
            player
                .play_until(course.within, what, |player| player.machine.thread().is_some() || number == 0)
                .await;
            written = player.write(&body);
            if !written {
                player.turn().await;
            }
        }
        let [random] = super::random();
        player.play_for(course.pause * u32::from(random) / 255 / course.pace).await;
    }
    let all = course.messages * course.pages;
    let settled = |player: &Player<M>| player.journal.messages() >= all && player.is_settled();
    player.play_until(course.within, "everything on the screen", settled).await;
    player
}

/// A conversation that has been played.
pub struct Talk {
    site: String,
    token: Token,
    conversation: ConversationId,
    journals: Vec<Journal>,
}

impl Talk {
    /// Plays a conversation. The doors are those of the visitor's tabs, and the agent's.
    pub async fn play(desk: &Desk, tabs: &[Door], agent: Door, course: &Course) -> Self {
        let storage = Storage::default();
        let clock = Clock::times(course.pace);
        let visitors = tabs.iter().enumerate().map(|(at, door)| {
            let machine = VisitorMachine::new(&desk.site.key, &storage);
            let name = format!("{} v{at}", course.word);
            play(Player::new(&name, machine, door.clone(), None, clock), course.clone())
        });
        let name = format!("{} a", course.word);
        let bearer = Some(desk.bearer.clone());
        let agent = Player::new(&name, AgentMachine::new(&course.word), agent, bearer, clock);
        let (visitors, agent) = tokio::join!(join_all(visitors), play(agent, course.clone()));
        let conversation = agent.journal.conversation.clone().expect("a conversation");
        let mut journals: Vec<Journal> = visitors.into_iter().map(|player| player.journal).collect();
        journals.push(agent.journal);
        let token = storage.token().expect("a message was sent, so a token is kept");
        Self { site: desk.site.key.clone(), token, conversation, journals }
    }

    /// Judges it by what the relay has of it now; `reader` is the way to the relay.
    pub async fn judge(&self, reader: Door) -> Findings {
        let log = log::read(reader, &self.site, &self.token, &self.conversation).await;
        judge(&log, &self.journals.iter().collect::<Vec<_>>())
    }
}
