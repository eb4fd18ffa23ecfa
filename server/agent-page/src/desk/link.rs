//! The machine's host: carries out its effects on the browser's socket, feeds it what happens, wakes it when it asks.
//! Decides nothing about the protocol.
use super::Desk;
use leptos::prelude::*;
use merhaba_shared::{
    browser::{
        self,
        clock::Alarm,
        keep::{Heard, Keeper},
        lifecycle::{self, Sign},
        socket::{Happened, Socket},
        storage,
        tabs::{self, Lead},
    },
    client::{Effect as Do, Line, Ms, agent::AgentClient},
    protocol::{
        agent::{Command, Event},
        ids::{AgentId, ConversationId, Millis},
    },
};
use std::{collections::BTreeMap, time::Duration};

pub(super) use browser::clock::{client_id, now};

/// Where the relay listens for agents.
const PATH: &str = "/ws/agent";
/// Notes in this tab that an old page was loaded again once.
const REFRESHED: &str = "merhaba:agent:refreshed";

/// What the page holds beside the signals.
pub(super) struct Machine {
    pub(super) client: AgentClient,
    /// Texts begun, by conversation and by whether it is a note.
    pub(super) drafts: BTreeMap<(ConversationId, bool), String>,
    socket: Option<Socket>,
    alarm: Option<Alarm>,
    /// What the agent sent and is not confirmed, once it is known who they are.
    keeper: Option<Keeper>,
    /// The right to send, or the wait for it.
    lead: Option<Lead>,
    /// The relay's clock, and ours at that moment.
    clock: Option<(Millis, Ms)>,
}

impl Machine {
    pub(super) fn new() -> Self {
        let mut client = AgentClient::new(browser::clock::seed());
        client.share();
        let drafts = BTreeMap::new();
        Self { client, drafts, socket: None, alarm: None, keeper: None, lead: None, clock: None }
    }

    /// Takes up what this agent sent before the page was loaded again, and what other tabs have.
    pub(super) fn take_up(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            let kept = keeper.all();
            self.client.take_up(now(), kept);
        }
    }

    /// The relay has said who this is; their answers are kept apart from other people's at this browser.
    fn greeted(&mut self, agent: &AgentId) {
        if self.keeper.is_none() {
            self.keeper = Some(Keeper::new(["merhaba:agent:out:", &agent.0, ":"].concat()));
            self.take_up();
        }
    }

    fn hear(&mut self, key: &str, value: Option<&str>) {
        match self.keeper.as_mut().and_then(|keeper| keeper.hear(key, value)) {
            Some(Heard::Kept(kept)) => self.client.take_up(now(), kept),
            Some(Heard::Gone(id)) => self.client.let_go(now(), id),
            None => {}
        }
    }

    fn keep(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            keeper.settle(self.client.outbox());
        }
    }

    /// The relay's time now; before its first word, the person's own clock.
    pub(super) fn relay_now(&self) -> Millis {
        self.clock.map_or_else(browser::language::wall_clock, |(at, ours)| {
            at + Millis::try_from(now().saturating_sub(ours)).unwrap_or_default()
        })
    }
}

/// Whether the page is before somebody's eyes.
pub(super) fn is_watched() -> bool {
    !document().hidden() && document().has_focus().unwrap_or(true)
}

impl Desk {
    /// Opens the line and keeps it for the life of the page.
    pub(super) fn connect(self) {
        let alarm = Alarm::new(move || self.act(AgentClient::tick));
        self.machine.update_value(|machine| machine.alarm = Some(alarm));
        lifecycle::watch(move |sign| self.hear(&sign));
        lifecycle::ask_before_leaving(move || self.peek(|client| client.outbox().has_unstored()));
        set_interval(move || self.ticks.update(|tick| *tick += 1), Duration::from_secs(1));
        // A desk is often begun while its views are being made: the machine moves when they are done.
        queue_microtask(move || self.act(AgentClient::start));
    }

    fn hear(self, sign: &Sign) {
        if let Sign::Kept { key, value } = sign {
            self.machine.update_value(|machine| machine.hear(key, value.as_deref()));
            return self.settle();
        }
        if matches!(sign, Sign::Left) {
            self.delete_now();
        }
        self.act(|client, now| match sign {
            Sign::Shown => {
                client.set_visible(true);
                client.nudge(now);
                queue_microtask(move || self.load_drafts());
            }
            Sign::Hidden => client.set_visible(false),
            Sign::Left => client.suspend(),
            Sign::Returned => client.start(now),
            Sign::Online => client.nudge(now),
            Sign::Offline => client.offline(now),
            Sign::Kept { .. } => {}
        });
        self.look();
    }

    /// Forgets what is unsent: the agent signs out, perhaps at a machine of others.
    pub fn forget(self) {
        self.delete_now();
        self.machine.update_value(|machine| {
            if let Some(mut keeper) = machine.keeper.take() {
                keeper.forget();
            }
        });
    }

    /// Whoever sees the end of the log has read it.
    pub fn look(self) {
        if is_watched() && self.at_end.get_untracked() {
            self.act(AgentClient::seen);
        }
    }

    /// Carries out what the machine asks for, tells the agent what is new, and sets the alarm.
    pub(super) fn settle(self) {
        let effects = self.machine.try_update_value(|machine| machine.client.effects()).unwrap_or_default();
        for effect in effects {
            self.carry_out(effect);
        }
        let notices = self.machine.try_update_value(|machine| machine.client.notices()).unwrap_or_default();
        self.machine.try_update_value(Machine::keep);
        self.note_unread();
        self.moved.update(|version| *version += 1);
        for notice in notices {
            self.tell(notice);
        }
        self.machine.with_value(|machine| {
            let now = now();
            if let Some(alarm) = &machine.alarm {
                alarm.set(now, machine.client.wake_at(now));
            }
            if matches!(machine.client.line(), Line::Stopped(_)) && !self.ended.get_untracked() {
                self.ended.set(true);
            }
        });
    }

    fn carry_out(self, effect: Do<Command>) {
        match effect {
            Do::Connect => {
                let socket = Socket::open(PATH, move |happened| self.happened(happened));
                self.machine.update_value(|machine| machine.socket = Some(socket));
            }
            Do::Detour => tabs::detour(),
            Do::Lead { at_once } => {
                let lead = Lead::ask(at_once, move |leads| self.act(|client, now| client.led(now, leads)));
                self.machine.update_value(|machine| machine.lead = Some(lead));
            }
            Do::Yield => self.machine.update_value(|machine| machine.lead = None),
            Do::Disconnect => self.machine.update_value(|machine| machine.socket = None),
            Do::Frame(frame) => self.machine.with_value(|machine| {
                if let Some(socket) = &machine.socket {
                    socket.send(&frame);
                }
            }),
            Do::Refresh if !storage::noted_before(REFRESHED) => {
                // A page that cannot be loaded again shows that its line has ended.
                let _ = window().location().reload();
            }
            // The agent's sign-in is a cookie that no script sees: there is no token to keep or to forget here.
            Do::Refresh | Do::KeepToken { .. } | Do::ForgetToken => {}
        }
    }

    fn happened(self, happened: Happened<Event>) {
        if let Happened::Event(Event::Welcome(welcome)) = &happened {
            let (clock, agent) = ((welcome.now, now()), welcome.agent.id.clone());
            self.machine.update_value(|machine| {
                machine.clock = Some(clock);
                machine.greeted(&agent);
            });
            self.load_drafts();
        }
        self.act(|client, now| match happened {
            Happened::Opened => client.opened(now),
            Happened::Event(event) => client.event(now, event),
            Happened::Closed { code, reason } => client.closed(now, code, &reason),
        });
        self.look();
    }
}
