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
    relay::{Agent, Relay, Site},
    wire,
};
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
        let site = relay.add_site(name, &["https://shop.example"]).await;
        let email = format!("{}@shop.example", site.key.to_lowercase());
        let agent: Agent = relay.add_agent(&site, &email, "agent").await;
        let bearer = wire::sign_in(relay, &agent).await;
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
    /// The visitor's tabs.
    pub tabs: usize,
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
            tabs: 1,
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

    fn all(&self) -> usize {
        self.messages * (self.tabs + 1)
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
    let all = course.all();
    let settled = |player: &Player<M>| player.journal.messages() >= all && player.is_settled();
    player.play_until(course.within, "everything on the screen", settled).await;
    player
}

/// Plays a conversation and judges it. The doors are the tabs' and the agent's; `reader` is the way to the relay itself.
pub async fn converse(desk: &Desk, doors: (&[Door], Door), reader: Door, course: &Course) -> Findings {
    let storage = Storage::default();
    let clock = Clock::times(course.pace);
    let (tabs, agent) = doors;
    let visitors = tabs.iter().take(course.tabs).enumerate().map(|(at, door)| {
        let machine = VisitorMachine::new(&desk.site.key, &storage);
        play(Player::new(&format!("v{at}"), machine, door.clone(), None, clock), course.clone())
    });
    let machine = AgentMachine::new(&course.word);
    let agent = Player::new("a", machine, agent, Some(desk.bearer.clone()), clock);
    let (visitors, agent) =
        tokio::join!(futures_util::future::join_all(visitors), play(agent, course.clone()));
    let mut journals: Vec<&Journal> = visitors.iter().map(|player| &player.journal).collect();
    journals.push(&agent.journal);
    let token = storage.token().expect("a message was sent, so a token is kept");
    let conversation = agent.journal.conversation.clone().expect("a conversation");
    let log = log::read(reader, &desk.site.key, &token, &conversation).await;
    judge(&log, &journals)
}
