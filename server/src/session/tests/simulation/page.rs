//! A page in the simulation: one of the two client machines with its codec, its line and what befell it. Does what a
//! browser does around the machine, and nothing that the machine should.
use super::{commands::Named, link::Link};
use crate::session::Frame;
use merhaba_shared::{
    client::{
        Effect, Line, Ms,
        agent::AgentClient,
        outbox::Outbox,
        visitor::{Settings, VisitorClient},
    },
    protocol::{
        agent,
        codec::{self, Codec},
        error::Refused,
        ids::{ClientId, ConversationId, Epoch, Seq, Token},
        model::Accepted,
        visitor,
    },
};
use serde::{Serialize, de::DeserializeOwned};

/// One of the two machines.
#[derive(Debug)]
pub(super) enum Machine {
    Visitor(Box<VisitorClient>),
    Agent(Box<AgentClient>),
}

/// What a machine asks its browser for.
pub(super) enum Asked {
    Connect,
    Disconnect,
    Frame(Frame, &'static str),
    Keep(Token, Option<Token>),
}

/// What the relay answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Welcome(Epoch),
    Accepted(ClientId, ConversationId, Seq),
    Refused(Refused),
}

impl From<&Accepted> for Answer {
    fn from(accepted: &Accepted) -> Self {
        Self::Accepted(accepted.client_id, accepted.conversation.clone(), accepted.seq)
    }
}

macro_rules! both {
    ($machine:expr, $client:ident => $act:expr) => {
        match $machine {
            Machine::Visitor($client) => $act,
            Machine::Agent($client) => $act,
        }
    };
}

impl Machine {
    pub(super) fn visitor(token: Option<Token>, seed: u32) -> Self {
        let settings = Settings { site: "shop".into(), token, locale: "tr".into(), page: None, seed };
        Self::Visitor(Box::new(VisitorClient::new(settings)))
    }

    pub(super) fn agent(seed: u32) -> Self {
        Self::Agent(Box::new(AgentClient::new(seed)))
    }

    pub(super) fn as_visitor(&mut self) -> Option<&mut VisitorClient> {
        if let Self::Visitor(client) = self { Some(client) } else { None }
    }

    pub(super) fn as_agent(&mut self) -> Option<&mut AgentClient> {
        if let Self::Agent(client) = self { Some(client) } else { None }
    }

    pub(super) fn start(&mut self, now: Ms) {
        both!(self, client => client.start(now));
    }

    pub(super) fn suspend(&mut self) {
        both!(self, client => client.suspend());
    }

    pub(super) fn nudge(&mut self, now: Ms) {
        both!(self, client => client.nudge(now));
    }

    pub(super) fn offline(&mut self, now: Ms) {
        both!(self, client => client.offline(now));
    }

    pub(super) fn set_visible(&mut self, visible: bool) {
        both!(self, client => client.set_visible(visible));
    }

    pub(super) fn opened(&mut self, now: Ms) {
        both!(self, client => client.opened(now));
    }

    pub(super) fn closed(&mut self, now: Ms, code: u16, reason: &str) {
        both!(self, client => client.closed(now, code, reason));
    }

    pub(super) fn tick(&mut self, now: Ms) {
        both!(self, client => client.tick(now));
    }

    pub(super) fn seen(&mut self, now: Ms) {
        both!(self, client => client.seen(now));
    }

    pub(super) fn wake_at(&self, now: Ms) -> Option<Ms> {
        both!(self, client => client.wake_at(now))
    }

    pub(super) fn line(&self) -> Line {
        both!(self, client => client.line())
    }

    pub(super) const fn outbox(&self) -> &Outbox {
        both!(self, client => client.outbox())
    }

    /// An event came; what it answers, if it does.
    pub(super) fn event(&mut self, now: Ms, frame: &Frame) -> Option<Answer> {
        match self {
            Self::Visitor(client) => {
                let event: visitor::Event = decode(frame);
                let answer = match &event {
                    visitor::Event::Welcome(welcome) => Some(Answer::Welcome(welcome.epoch.clone())),
                    visitor::Event::Accepted(accepted) => Some(accepted.into()),
                    visitor::Event::Refused(refused) => Some(Answer::Refused(refused.clone())),
                    _ => None,
                };
                client.event(now, event);
                answer
            }
            Self::Agent(client) => {
                let event: agent::Event = decode(frame);
                let answer = match &event {
                    agent::Event::Welcome(welcome) => Some(Answer::Welcome(welcome.epoch.clone())),
                    agent::Event::Accepted(accepted) => Some(accepted.into()),
                    agent::Event::Refused(refused) => Some(Answer::Refused(refused.clone())),
                    _ => None,
                };
                client.event(now, event);
                client.notices();
                answer
            }
        }
    }

    /// What is to be done now.
    pub(super) fn asked(&mut self, codec: Codec) -> Vec<Asked> {
        both!(self, client => client.effects().into_iter().filter_map(|effect| asked(effect, codec)).collect())
    }
}

fn asked<C: Serialize + Named + std::fmt::Debug>(effect: Effect<C>, codec: Codec) -> Option<Asked> {
    Some(match effect {
        Effect::Connect => Asked::Connect,
        Effect::Disconnect => Asked::Disconnect,
        Effect::Frame(command) => Asked::Frame(encode(&command, codec), command.name()),
        Effect::KeepToken { token, instead_of } => Asked::Keep(token, instead_of),
        // A page alone sends by itself, and there is one way only.
        Effect::Detour | Effect::Lead { .. } | Effect::Yield => return None,
        Effect::ForgetToken | Effect::Refresh => panic!("nobody was revoked, and no page is old: {effect:?}"),
    })
}

/// A command as a frame.
pub(super) fn encode(command: &impl Serialize, codec: Codec) -> Frame {
    match codec {
        Codec::Json => Frame::Text(codec::to_json(command).into()),
        Codec::Bin => Frame::Binary(codec::to_bin(command).into()),
    }
}

fn decode<E: DeserializeOwned>(frame: &Frame) -> E {
    match frame {
        Frame::Text(bytes) => codec::from_json(std::str::from_utf8(bytes).expect("UTF-8")).expect("an event"),
        Frame::Binary(bytes) => codec::from_bin(bytes).expect("an event"),
        other => panic!("not an event: {other:?}"),
    }
}

/// What stands between a page and the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    Up,
    /// Connections fail at once.
    Refused,
    /// Nothing comes back.
    Silent,
}

/// Whose page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of a visitor's browser, by its number.
    Browser(usize),
    /// Of an agent, by their number.
    Agent(usize),
}

/// A page.
pub(super) struct Page {
    pub(super) whose: Whose,
    pub(super) machine: Machine,
    pub(super) codec: Codec,
    pub(super) link: Option<Link>,
    pub(super) network: Network,
    /// One way, in milliseconds.
    pub(super) latency: Ms,
    /// Nothing of it runs until then.
    pub(super) frozen: Ms,
    /// In the back/forward cache.
    pub(super) put_away: bool,
    /// Closed by the person.
    pub(super) closed: bool,
    /// How often it was loaded.
    pub(super) life: u32,
    /// The relay's life that it has seen last.
    pub(super) epoch: Option<Epoch>,
}

impl Page {
    pub(super) const fn new(whose: Whose, machine: Machine, codec: Codec) -> Self {
        Self {
            whose,
            machine,
            codec,
            link: None,
            network: Network::Up,
            latency: 20,
            frozen: 0,
            put_away: false,
            closed: false,
            life: 0,
            epoch: None,
        }
    }

    /// Whether it is connected and shows that.
    pub(super) fn is_live(&self) -> bool {
        let open = self.link.as_ref().is_some_and(|link| link.is_open() && link.wire.is_some());
        open && matches!(self.machine.line(), Line::Live | Line::Back)
    }

    /// Whether the person can do something with it.
    pub(super) const fn is_usable(&self, now: Ms) -> bool {
        !self.closed && !self.put_away && self.frozen <= now
    }
}
