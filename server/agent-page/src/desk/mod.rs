//! The agent's desk: the client machine with the signals that the views read. One version number says that the
//! machine moved; memos then pick out what a view shows. Views never hold a copy of what the machine knows.
mod alerts;
mod beside;
mod drafts;
mod link;
mod quoting;
mod revising;
mod sorting;
mod unread;

use super::{
    departments::Departments,
    i18n::{Texts, fill},
    log::Piece,
    prefs::{Prefs, Step},
    route::Route,
    search::Place,
    sound::Sound,
    time,
};
use drafts::Drafts;
use leptos::prelude::*;
use link::Machine;
use merhaba_shared::{
    browser::language::day_number,
    client::{Line, Ms, agent::AgentClient, outbox::What},
    protocol::{
        agent::{Filter, InboxRow, Role, SiteCard},
        ids::{AgentId, AttachmentId, ClientId, ConversationId, Millis},
        model::{AgentAuthor, Author},
    },
};
pub use revising::{May, Which};
pub use sorting::Undo;
pub use unread::Unread;

/// Whether commands reach the relay.
fn is_live(client: &AgentClient) -> bool {
    matches!(client.line(), Line::Live | Line::Back) && client.me().is_some()
}

/// How long a toast stays.
const TOAST_MS: u64 = 6_000;

/// Everything the signed-in page works with. Copies share one machine.
#[derive(Clone, Copy)]
pub struct Desk {
    machine: StoredValue<Machine, LocalStorage>,
    moved: RwSignal<u64>,
    ticks: RwSignal<u64>,
    prefs: Prefs,
    sound: Sound,
    /// Where the agent is.
    pub route: RwSignal<Route>,
    /// A sentence shown for a while; the number tells two equal ones apart.
    pub toast: RwSignal<Option<(u64, String)>>,
    /// What the toast offers to take back.
    pub undo: RwSignal<Option<Undo>>,
    /// Whether it is being chosen until when the conversation is put off.
    pub snoozing: RwSignal<bool>,
    /// Whether it is being chosen when what is written goes.
    pub planning: RwSignal<bool>,
    /// A conversation that was asked for and is not there.
    pub missing: RwSignal<Option<ConversationId>>,
    /// Whether the end of the log is in view.
    pub at_end: RwSignal<bool>,
    /// Whether the details are open where they have no column of their own.
    pub details: RwSignal<bool>,
    /// Whether notes are written, and not answers.
    pub noting: RwSignal<bool>,
    /// How often a text begun was changed elsewhere than in its field.
    pub begun: RwSignal<u64>,
    /// Whether it is being chosen who gets the conversation.
    pub giving: RwSignal<bool>,
    /// Whether it is being said why owners and admins are called.
    pub escalating: RwSignal<bool>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// Whether the list of keys is.
    pub keys: RwSignal<bool>,
    /// The relay has ended the line for good.
    pub ended: RwSignal<bool>,
    /// The place in a conversation that was gone to.
    pub sought: RwSignal<Option<Place>>,
    /// Where what nobody had read begins in the opened conversation.
    pub unread: RwSignal<Option<Unread>>,
    /// The parts of the sites' teams.
    pub departments: Departments,
    /// What is begun, as the relay keeps it.
    pub drafts: Drafts,
    /// The message that is being said in other words.
    pub editing: RwSignal<Option<Which>>,
    /// The message that the next answer quotes.
    quoting: RwSignal<Option<Which>>,
    /// The message that goes when the toast goes.
    deleting: RwSignal<Option<Which>>,
}

impl Desk {
    /// A desk whose line is opening.
    pub fn start(prefs: Prefs, sound: Sound, route: RwSignal<Route>) -> Self {
        let desk = Self {
            machine: StoredValue::new_local(Machine::new()),
            moved: RwSignal::new(0),
            ticks: RwSignal::new(0),
            prefs,
            sound,
            route,
            toast: RwSignal::new(None),
            undo: RwSignal::new(None),
            snoozing: RwSignal::new(false),
            planning: RwSignal::new(false),
            missing: RwSignal::new(None),
            at_end: RwSignal::new(true),
            details: RwSignal::new(false),
            noting: RwSignal::new(false),
            begun: RwSignal::new(0),
            giving: RwSignal::new(false),
            escalating: RwSignal::new(false),
            palette: RwSignal::new(false),
            keys: RwSignal::new(false),
            ended: RwSignal::new(false),
            sought: RwSignal::new(None),
            unread: RwSignal::new(None),
            departments: Departments::new(),
            drafts: Drafts::new(),
            editing: RwSignal::new(None),
            quoting: RwSignal::new(None),
            deleting: RwSignal::new(None),
        };
        let (filter, only) = super::address::here();
        desk.act(|client, _| client.narrow(filter, only));
        desk.connect();
        desk.follow_route();
        desk.count_in_title();
        desk.departments.follow(desk);
        desk
    }

    /// The words of the chosen language, also where no view is being made.
    pub fn texts(self) -> &'static Texts {
        self.prefs.lang.get_untracked().texts()
    }

    /// The desk of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Looks into the machine, and again whenever it moved.
    pub fn read<T>(self, look: impl FnOnce(&AgentClient) -> T) -> T {
        self.moved.track();
        self.machine.with_value(|machine| look(&machine.client))
    }

    /// Looks into the machine once.
    pub fn peek<T>(self, look: impl FnOnce(&AgentClient) -> T) -> T {
        self.machine.with_value(|machine| look(&machine.client))
    }

    /// Something that is shown, kept equal while it stays equal.
    pub fn memo<T: PartialEq + Send + Sync + 'static>(
        self,
        look: impl Fn(&AgentClient) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.read(&look))
    }

    /// The line to the relay.
    pub fn line(self) -> Memo<Line> {
        self.memo(AgentClient::line)
    }

    /// Whether commands reach the relay now.
    pub fn is_live(self) -> Memo<bool> {
        self.memo(is_live)
    }

    /// The same, once.
    pub fn is_live_now(self) -> bool {
        self.peek(is_live)
    }

    /// Who signed in.
    pub fn me(self) -> Memo<Option<AgentAuthor>> {
        self.memo(|client| client.me().cloned())
    }

    /// Their sites.
    pub fn sites(self) -> Memo<Vec<SiteCard>> {
        self.memo(|client| client.sites().to_vec())
    }

    /// The conversation that is shown.
    pub fn current(self) -> Memo<Option<ConversationId>> {
        Memo::new(move |_| self.route.with(|route| route.conversation().cloned()))
    }

    /// Its row, if the page has one.
    pub fn current_row(self) -> Memo<Option<InboxRow>> {
        let current = self.current();
        Memo::new(move |_| current.with(|id| self.read(|client| client.row(id.as_ref()?).cloned())))
    }

    /// The agent's role where a row stands.
    pub fn role(self, row: &InboxRow) -> Role {
        self.peek(|client| {
            client.sites().iter().find(|site| site.site == row.site).map_or(Role::Agent, |site| site.role)
        })
    }

    /// The relay's time, moving with the seconds.
    pub fn now(self) -> Millis {
        self.ticks.track();
        self.machine.with_value(Machine::relay_now)
    }

    /// The relay's time, once.
    pub fn now_once(self) -> Millis {
        self.machine.with_value(Machine::relay_now)
    }

    /// The log of the conversation that is shown; `None` while nothing of it is here.
    pub fn log(self) -> Memo<Option<Vec<Piece>>> {
        self.memo(move |client| {
            let opened = client.current().filter(|opened| opened.thread.timeline().is_loaded())?;
            let mut waiting = client.outbox().all().to_vec();
            waiting.extend(self.held_back());
            let timeline = opened.thread.timeline();
            let unread = self.unread.with(|unread| unread.as_ref().and_then(|unread| unread.first(timeline)));
            Some(super::log::pieces(opened, &waiting, client.me(), unread, day_number))
        })
    }

    /// Whoever of the visitor's side is writing in it.
    pub fn is_typed(self) -> Memo<bool> {
        Memo::new(move |_| {
            self.read(|client| {
                let author = client.current().and_then(|opened| opened.thread.typing(link::now()));
                author.is_some_and(|author| matches!(author, Author::Visitor(_)))
            })
        })
    }

    // What the agent does.

    /// Does something with the machine and carries out what it asks for.
    pub fn act<T>(self, deed: impl FnOnce(&mut AgentClient, Ms) -> T) -> T {
        let now = link::now();
        let done = self.machine.try_update_value(|machine| deed(&mut machine.client, now));
        self.settle();
        done.expect("the desk outlives its views")
    }

    /// Goes to a place.
    pub fn go(self, route: Route) {
        if self.route.with_untracked(|here| *here != route) {
            super::app::push(&route);
            self.route.set(route);
        }
    }

    /// Shows another list, narrowed as before.
    pub fn list(self, filter: Filter) {
        self.act(|client, _| client.list(filter));
        self.keep_address();
    }

    /// Sends what was written with the files that were uploaded for it, and forgets the draft.
    pub fn reply(self, conversation: &ConversationId, body: String, files: Vec<AttachmentId>) {
        let (id, quote) = (self.begin(conversation, false), self.take_quote(conversation));
        self.act(|client, now| client.reply_with(now, id, conversation, body, files, quote));
        self.prefs.did(Step::Answer);
    }

    /// Adds a note, and forgets its draft.
    pub fn note(self, conversation: &ConversationId, body: String) {
        let id = self.begin(conversation, true);
        self.act(|client, now| client.note(now, id, conversation, body));
    }

    /// Sends what was written to be approved first, and forgets the draft.
    pub fn propose(self, conversation: &ConversationId, body: String) {
        let id = self.begin(conversation, false);
        self.act(|client, now| client.propose(now, id, conversation, body));
        self.prefs.did(Step::Answer);
    }

    /// Sends what was written at a time, by the relay's clock, and forgets the draft.
    pub fn send_later(self, conversation: &ConversationId, body: String, due: Millis) {
        let id = self.begin(conversation, false);
        self.act(|client, now| client.later(now, id, conversation, body, due));
        self.prefs.did(Step::Answer);
        let time = time::day_and_clock(due, self.prefs.lang.get_untracked());
        self.say(fill(self.texts().done_later, &[("time", &time)]));
    }

    /// Gives a conversation to a colleague, or to nobody.
    pub fn give(self, conversation: &ConversationId, to: Option<AgentId>) {
        self.act(|client, _| client.assign(conversation, to));
        self.prefs.did(Step::Give);
    }

    /// Sends a conversation to a department, or to the whole team.
    pub fn transfer(self, conversation: &ConversationId, department: Option<String>) {
        self.act(|client, _| client.transfer(conversation, department));
        self.prefs.did(Step::Give);
    }

    /// Something is sent: its draft is forgotten, and what another tab wrote a moment ago comes first. Gives its id.
    fn begin(self, conversation: &ConversationId, note: bool) -> ClientId {
        self.keep_draft(conversation, note, String::new());
        self.save_draft(conversation.clone(), note);
        self.machine.update_value(Machine::take_up);
        link::client_id()
    }

    /// Whether what is on its way under this id is a note.
    pub fn is_note(self, id: ClientId) -> bool {
        self.peek(|client| {
            client.outbox().all().iter().any(|out| out.client_id == id && out.what == What::Note)
        })
    }

    /// Tries a failed answer again.
    pub fn retry(self, id: ClientId) {
        self.act(|client, now| client.retry(now, id));
    }

    /// Takes a failed answer back into the draft.
    pub fn take_back(self, id: ClientId) -> Option<String> {
        self.act(|client, _| client.discard(id))
    }

    /// The answer, or the note, that is begun for a conversation.
    pub fn draft(self, conversation: &ConversationId, note: bool) -> String {
        let place = (conversation.clone(), note);
        self.machine.with_value(|machine| machine.drafts.get(&place).cloned().unwrap_or_default())
    }

    /// Whether any text is begun and not sent.
    pub fn has_drafts(self) -> bool {
        self.machine.with_value(|machine| !machine.drafts.is_empty())
    }

    /// Keeps a text begun, in memory only.
    pub fn keep_draft(self, conversation: &ConversationId, note: bool, text: String) {
        let place = (conversation.clone(), note);
        self.machine.update_value(|machine| {
            if text.is_empty() {
                machine.drafts.remove(&place);
            } else {
                machine.drafts.insert(place, text);
            }
        });
    }

    /// Shows a sentence for a while.
    pub fn say(self, sentence: String) {
        self.delete_now();
        self.undo.set(None);
        let number = self.toast.with_untracked(|toast| toast.as_ref().map_or(0, |(number, _)| number + 1));
        self.toast.set(Some((number, sentence)));
        let gone = move || {
            if self.toast.try_with_untracked(|toast| toast.as_ref().is_some_and(|(n, _)| *n == number))
                == Some(true)
            {
                self.delete_now();
                self.toast.set(None);
                self.undo.set(None);
            }
        };
        set_timeout(gone, std::time::Duration::from_millis(TOAST_MS));
    }

    /// The address bar decides what is open.
    fn follow_route(self) {
        let current = self.current();
        Effect::new(move || {
            let wanted = current.get();
            if self
                .sought
                .with_untracked(|sought| sought.as_ref().map(|place| &place.conversation) != wanted.as_ref())
            {
                self.sought.set(None);
            }
            self.missing.set(None);
            self.details.set(false);
            self.giving.set(false);
            self.escalating.set(false);
            self.snoozing.set(false);
            self.planning.set(false);
            // Whoever comes to another conversation writes answers there until they say otherwise.
            self.noting.set(false);
            self.editing.set(None);
            self.at_end.set(true);
            self.act(|client, _| match &wanted {
                Some(conversation) => client.open(conversation),
                None => client.leave(),
            });
        });
    }
}
