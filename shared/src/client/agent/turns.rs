//! What happens to the agent's page from outside: the line, the relay's frames, time. The person's side is in
//! [`super`].
use super::{AgentClient, Notice};
use crate::{
    client::{
        Effect, Ms,
        connection::Step,
        inbox::News,
        outbox::{Outgoing, What},
        visitor::resume,
    },
    protocol::{
        agent::{
            Activity, BackstageLine, Command, Event, Hello, Inbox, InboxRow, Look, Open, Reply, SetStatus,
            Welcome, WriteNote,
        },
        approval::{Propose, Verdict},
        error::Code,
        ids::{AgentId, ClientId, ConversationId, Seq},
        model::{Item, Ping, Read, Resume, Side},
        revision::{DeleteMessage, EditMessage},
        triage::Detail,
    },
};
use alloc::{string::String, vec::Vec};

impl AgentClient {
    // What happens to the line.

    /// Begins, or begins again after [`Self::suspend`].
    pub fn start(&mut self, now: Ms) {
        let step = self.connection.start(now);
        self.carry_out(step);
    }

    /// Lets the line go on purpose; nothing is lost.
    pub fn suspend(&mut self) {
        self.effects.extend(self.lead.pass());
        let step = self.connection.suspend();
        self.carry_out(step);
    }

    /// The socket is open.
    pub fn opened(&mut self, now: Ms) {
        if self.connection.opened(now) {
            let resume = self.opens.all().iter().filter_map(|opened| resume(&opened.thread)).collect();
            self.effects.push(Effect::Frame(Command::Hello(Hello { epoch: self.epoch.clone(), resume })));
        }
    }

    /// The socket closed.
    pub fn closed(&mut self, now: Ms, code: u16, reason: &str) {
        self.lost();
        let step = self.connection.closed(now, code, reason);
        if code == crate::protocol::close::REVOKED.code {
            self.effects.push(Effect::ForgetToken);
        }
        self.carry_out(step);
    }

    /// A frame came.
    pub fn event(&mut self, now: Ms, event: Event) {
        self.connection.heard(now);
        match event {
            Event::Welcome(welcome) => self.welcome(now, welcome),
            Event::Inbox(inbox) => self.inbox(inbox),
            Event::InboxChanged(row) => self.changed(now, row),
            Event::Message(message) => self.item(now, Item::Message(message)),
            Event::Entry(entry) => self.item(now, Item::Entry(entry)),
            Event::History(page) => {
                for item in &page.entries {
                    self.confirm(item);
                }
                let conversation = page.conversation.clone();
                if let Some(opened) = self.opens.get_mut(&conversation) {
                    opened.thread.page(now, page);
                }
                self.settle(&conversation);
            }
            Event::Note(note) => {
                self.outbox.confirmed(note.client_id);
                self.opens.line(BackstageLine::Note(note));
            }
            Event::Proposal(proposal) => {
                self.outbox.confirmed(proposal.client_id);
                self.opens.line(BackstageLine::Proposal(proposal));
            }
            Event::Person(person) => self.person_is(person),
            Event::Visit(visit) => self.visits(&visit),
            Event::Here(here) => self.is_here(&here),
            Event::Decided(decided) if decided.won => {}
            Event::Decided(decided) => self.notices.push(Notice::Decided(decided)),
            Event::Activity(activity) => self.done(activity),
            Event::Accepted(accepted) => {
                self.outbox.accepted(&accepted);
                self.settle(&accepted.conversation);
                self.flush(now);
            }
            Event::Refused(refused) => {
                if refused.client_id.is_none() {
                    self.notices.push(Notice::Refused(refused));
                } else if !refused.code.passes() && self.unchanged(refused.client_id, refused.code) {
                    self.flush(now);
                } else {
                    self.outbox.refused(now, &refused);
                    self.flush(now);
                }
            }
            Event::Typing(typing) => {
                if let Some(opened) = self.opens.get_mut(&typing.conversation) {
                    opened.thread.typing_now(now, typing);
                }
            }
            Event::Read(marker) => {
                if let Some(opened) = self.opens.get_mut(&marker.conversation) {
                    opened.thread.marker(&marker);
                }
            }
            Event::Head(head) => {
                if let Some(opened) = self.opens.get_mut(&head.conversation) {
                    opened.thread.head(head.seq);
                }
            }
            Event::Pong(pong) => self.connection.ponged(pong.nonce),
            Event::Claimed(claimed) if claimed.won => {}
            Event::Claimed(claimed) => {
                self.notices.push(Notice::Taken { conversation: claimed.conversation, by: claimed.assignee });
            }
            Event::Status(status) => self.status = status,
            Event::Company(company) => {
                if let Some(opened) = self.opens.get_mut(&company.conversation) {
                    opened.present = company.present;
                }
            }
            Event::Counts(counts) => self.lists.count(counts),
            Event::Mentioned(mentioned) => {
                self.lists.mention(&mentioned.conversation, mentioned.by.is_some());
                if let Some(by) = mentioned.by {
                    // Whoever looks there says so once more: then it is seen.
                    self.looked.take_if(|looked| *looked == mentioned.conversation);
                    self.notices.push(Notice::Mentioned { conversation: mentioned.conversation, by });
                }
            }
            Event::Bookmarked(mark) => self.lists.bookmark(&mark.conversation, mark.on),
            Event::Rows(rows) => {
                if self.lists.missed(rows.told) {
                    self.ask_rows();
                }
            }
        }
        self.fetch();
        self.ask_lists(now);
        self.tell(now);
        self.look();
        self.ask_person();
    }

    /// Other tabs keep answers of the same agent too, and one of them sends at a time.
    pub const fn share(&mut self) {
        self.lead.share();
    }

    /// Whether this tab is the one that sends, as the host has found out.
    pub fn led(&mut self, now: Ms, leads: bool) {
        self.lead.given(leads);
        self.flush(now);
    }

    /// Takes up what this page kept before it was loaded again, or what another tab keeps.
    pub fn take_up(&mut self, now: Ms, kept: Vec<Outgoing>) {
        let opened = self.opens.all();
        self.outbox.take_up(kept, |id| opened.iter().any(|opened| opened.thread.timeline().has(id)));
        self.flush(now);
    }

    /// Another tab no longer keeps an answer: it is stored, or the agent took it back there.
    pub fn let_go(&mut self, now: Ms, client_id: ClientId) {
        self.outbox.confirmed(client_id);
        self.flush(now);
    }

    /// The browser says there is no network.
    pub fn offline(&mut self, now: Ms) {
        self.connection.offline(now);
        self.nudge(now);
    }

    /// The page woke up, became visible, or the network is back.
    pub fn nudge(&mut self, now: Ms) {
        let step = self.connection.nudge(now);
        self.carry_out(step);
    }

    /// Whether the page can be seen.
    pub fn set_visible(&mut self, visible: bool) {
        self.connection.set_visible(visible);
        self.hidden = !visible;
        self.look();
    }

    // What time asks for.

    /// Lets time pass.
    pub fn tick(&mut self, now: Ms) {
        for opened in self.opens.all_mut() {
            opened.tick(now);
        }
        let step = self.connection.tick(now, self.outbox.sending());
        self.carry_out(step);
        self.fetch();
        self.ask_lists(now);
        self.tell(now);
        self.flush(now);
    }

    /// When [`Self::tick`] is needed at the latest.
    #[must_use]
    pub fn wake_at(&self, now: Ms) -> Option<Ms> {
        let live = |_: &Ms| self.connection.is_live();
        let threads = self.opens.all().iter().filter_map(|opened| opened.wake_at(now)).filter(live);
        let held = self.outbox.held_until(now).filter(live);
        let lists = self.lists.wake_at(now).filter(live);
        threads.chain(self.connection.wake_at(self.outbox.sending())).chain(held).chain(lists).min()
    }

    /// What is to be done now, in order.
    pub fn effects(&mut self) -> Vec<Effect<Command>> {
        core::mem::take(&mut self.effects)
    }

    fn welcome(&mut self, now: Ms, welcome: Welcome) {
        if self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch) {
            self.opens.clear();
            self.lists.clear();
            self.unchanged(None, Code::NotFound);
            // An answer whose conversation is gone has nowhere else to go: the relay refuses it, and the page says so.
            self.outbox.renewed(|_| true);
        }
        self.epoch = Some(welcome.epoch);
        let me = welcome.agent.id.clone();
        self.me = Some(welcome.agent);
        self.sites = welcome.sites;
        self.status = SetStatus { away: welcome.away, busy: welcome.busy };
        self.connection.welcomed(now);
        self.looked = None;
        self.asked_of = None;
        self.lists.connected(me, welcome.bookmarks, welcome.mentions);
        self.ask_list(None);
        for opened in self.opens.all_mut() {
            opened.thread.tell_again(now);
        }
        // What was open without having been loaded is not resumed: it is opened anew.
        let anew: Vec<_> =
            self.opens.all_mut().iter_mut().filter(|opened| resume(&opened.thread).is_none()).collect();
        let anew: Vec<_> = anew
            .into_iter()
            .map(|opened| {
                opened.expect();
                opened.thread.conversation().clone()
            })
            .collect();
        for conversation in anew {
            self.frame(Command::Open(Open { conversation, after: None }));
        }
        if let Some(current) = self.opens.shown().cloned()
            && self.current().is_none()
        {
            self.open(&current);
        }
        self.flush(now);
    }

    fn inbox(&mut self, inbox: Inbox) {
        for row in &inbox.conversations {
            self.opens.row(row);
        }
        if self.lists.page(inbox) {
            self.more();
        }
    }

    fn changed(&mut self, now: Ms, row: InboxRow) {
        let conversation = row.conversation.clone();
        if let Some(passed) = self.lists.proposed(&row) {
            self.notices.push(Notice::Approval { conversation: conversation.clone(), passed });
        }
        if let Some(rung) = self.lists.climbed(&row) {
            self.notices.push(Notice::Unattended { conversation: conversation.clone(), rung });
        }
        if let News::Wrote { began } = self.lists.changed(now, &row) {
            self.notices.push(Notice::Wrote { conversation, began });
        }
        self.keep(row);
    }

    fn keep(&mut self, row: InboxRow) {
        self.introduced(&row);
        self.opens.row(&row);
        self.lists.keep(row);
    }

    fn item(&mut self, now: Ms, item: Item) {
        self.confirm(&item);
        let conversation = item.conversation().clone();
        let changed = matches!(item, Item::Entry(_));
        if let Some(opened) = self.opens.get_mut(&conversation) {
            opened.thread.item(now, item);
        }
        if changed {
            self.settle(&conversation);
        }
    }

    /// Changes of messages that will not be made: the person is told, and has the words back. Whether there were any.
    fn unchanged(&mut self, refused: Option<ClientId>, code: Code) -> bool {
        let wanted = self.outbox.unchanged(refused);
        let any = !wanted.is_empty();
        self.notices.extend(wanted.into_iter().map(|wanted| Notice::Unchanged { wanted, code }));
        any
    }

    /// Something was done. Of a conversation that is not open here the relay tells only what was given to this agent, and
    /// what became of what they wrote for approval.
    fn done(&mut self, activity: Activity) {
        let (conversation, by) = (activity.conversation.clone(), activity.author.clone());
        let to_me = activity.given_to().is_some_and(|to| Some(&to.id) == self.my_id());
        let back = matches!(Verdict::of(activity.deed), Some(Verdict::Returned | Verdict::Withdrawn));
        let returned =
            back && matches!(&activity.detail, Some(Detail::Proposal(of)) if Some(&of.of.id) == self.my_id());
        let number = activity.number;
        let row = self.lists.rows().row(&conversation).map_or(0, |row| row.backstage);
        let heard = self.opens.line(BackstageLine::Activity(activity)).unwrap_or_default();
        if to_me && number > row.max(heard) {
            self.notices.push(Notice::Given { conversation, by });
        } else if returned && number > row.max(heard) {
            self.notices.push(Notice::Returned { conversation, by });
        }
    }

    fn confirm(&mut self, item: &Item) {
        if let Item::Message(message) = item
            && message.author.side() == Side::Agent
        {
            self.outbox.confirmed(message.client_id);
        }
    }

    /// What was stored long ago, and sent again after a crash, has its place in the copy already. Where there is no copy, because
    /// the conversation was closed meanwhile, none will come.
    pub(super) fn settle(&mut self, conversation: &ConversationId) {
        match self.opens.get(conversation) {
            None => self.outbox.settled(conversation, Seq::MAX, u64::MAX),
            Some(opened) if opened.thread.timeline().is_loaded() => {
                self.outbox.settled(conversation, opened.thread.timeline().last(), opened.backstage.last());
            }
            Some(_) => {}
        }
    }

    pub(super) fn flush(&mut self, now: Ms) {
        if !self.connection.is_live() {
            return;
        }
        if !self.lead.clears(&self.outbox, &mut self.effects) {
            return;
        }
        if let Some(out) = self.outbox.next(now)
            && let Some(conversation) = out.conversation.clone()
        {
            let (client_id, body) = (out.client_id, out.body.clone());
            let frame = match out.what {
                What::Message | What::Quote(_) => {
                    let attachments = out.attachments.clone();
                    Command::Reply(Reply {
                        client_id,
                        conversation,
                        body,
                        attachments,
                        quote: out.what.quote(),
                    })
                }
                What::Note => Command::Note(WriteNote { client_id, conversation, body }),
                What::Proposal => Command::Propose(Propose { client_id, conversation, body, due: None }),
                What::Later(due) => {
                    Command::Propose(Propose { client_id, conversation, body, due: Some(due) })
                }
                What::Edit(of) => Command::Edit(EditMessage { client_id, conversation, of, body }),
                What::Deletion(of) => Command::Delete(DeleteMessage { client_id, conversation, of }),
            };
            self.effects.push(Effect::Frame(frame));
        }
    }

    pub(super) fn fetch(&mut self) {
        if !self.connection.is_live() {
            return;
        }
        if let Some(ask) = self.opens.current_mut().and_then(|opened| opened.thread.wants()) {
            self.frame(Command::History(ask));
        }
        if let Some(ask) = self.opens.current_mut().and_then(super::Opened::wants_backstage) {
            self.frame(Command::Backstage(ask));
        }
    }

    /// Tells the relay what has arrived and been read: in opened conversations, and in rows that are mine or
    /// nobody's (their messages have arrived on this page, too).
    pub(super) fn tell(&mut self, now: Ms) {
        if !self.connection.is_live() {
            return;
        }
        let mut told: Vec<Read> =
            self.opens.all_mut().iter_mut().filter_map(|opened| opened.thread.tell(now)).collect();
        let opened = self.opens.all();
        let is_open =
            |conversation: &ConversationId| opened.iter().any(|o| o.thread.conversation() == conversation);
        told.extend(self.lists.arrivals(now, is_open));
        self.effects.extend(told.into_iter().map(|read| Effect::Frame(Command::Read(read))));
    }

    /// Says which conversation is before the agent's eyes, once it is here, so that colleagues see who is with it.
    pub(super) fn look(&mut self) {
        let here = |opened: &&super::Opened| opened.thread.timeline().is_loaded() && !self.hidden;
        let seen = self.current().filter(here).map(|opened| opened.thread.conversation().clone());
        if self.looked != seen && self.connection.is_live() {
            self.looked.clone_from(&seen);
            self.frame(Command::Look(Look { conversation: seen }));
        }
    }

    /// Asks for what of the list did not come.
    fn ask_lists(&mut self, now: Ms) {
        if self.connection.is_live()
            && let Some(list) = self.lists.wants(now)
        {
            self.frame(Command::List(list));
        }
    }

    /// Asks for the rows of what is open here: the list that is shown may be without them.
    fn ask_rows(&mut self) {
        let known: Vec<_> = self.opens.all().iter().filter_map(|opened| resume(&opened.thread)).collect();
        for Resume { conversation, after } in known {
            self.frame(Command::Open(Open { conversation, after: Some(after) }));
        }
    }

    pub(super) fn ask_list(&mut self, cursor: Option<String>) {
        if cursor.is_none() {
            let rows = self.lists.rows();
            self.lists.begin(rows.filter(), rows.only().clone());
        }
        self.frame(Command::List(self.lists.ask(cursor)));
    }

    /// A frame that needs no answer to be kept: dropped while the line is down, since `Welcome` asks anew.
    pub(super) fn frame(&mut self, command: Command) {
        if self.connection.is_live() {
            self.effects.push(Effect::Frame(command));
        }
    }

    fn lost(&mut self) {
        self.outbox.lost();
        for opened in self.opens.all_mut() {
            opened.lost();
        }
    }

    pub(super) fn carry_out(&mut self, step: Step) {
        if step == Step::Drop {
            self.lost();
        }
        self.connection.carry_out(step, |nonce| Command::Ping(Ping { nonce }), &mut self.effects);
    }

    pub(super) fn my_id(&self) -> Option<&AgentId> {
        self.me.as_ref().map(|me| &me.id)
    }
}
