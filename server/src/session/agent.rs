//! An agent's session: which conversations their page has open, and what each of their commands does, if their role
//! may. Who they are was settled before the upgrade, and is looked at again each minute.
mod approval;
mod company;
mod person;
mod revisions;
mod triage;

use super::{
    Ending,
    handshake::first,
    line::{Line, Socket},
    live::{Live, Turn},
    opened::{Heard, Opened},
};
use crate::{
    app::App,
    chat::{self, Attendance, Watch},
    counters::Counted,
    domain::conversation::{Action, may},
    gate::Permit,
    hub::{Subscription, Topic, Watching},
    mutants::{self, Mutant},
    store::{Changed, Holder, Noted, Pending, Principal, SecretHash, Sent, SignIn},
};
use merhaba_shared::protocol::{
    agent::{
        Assign, Claim, Command, Event, GetBackstage, Hello, InboxRow, Open, Reopen, Reply, Resolve, Role,
        SiteCard, Welcome, WriteNote,
    },
    close::{RESTART, REVOKED, TOO_MANY, UNAVAILABLE},
    error::{Code, Refused},
    ids::{AgentId, ClientId, ConversationId, SiteKey, VisitorId},
    limits::{BACKSTAGE_PAGE, HISTORY_PAGE, PAGE_BYTES, RESUME},
    model::{AgentAuthor, Author, Head, Side, TypingNow},
};
use std::{sync::Arc, time::Duration};

/// How often the sign-in is looked at again.
const RECHECK: Duration = Duration::from_mins(1);

/// An agent on a line.
struct Agent<S> {
    live: Live<S, Event>,
    sign_in: SignIn,
    secret: SecretHash,
    me: AgentAuthor,
    opened: Opened,
    /// What the page shows to them now.
    watch: Option<Watch>,
    /// Of whom the page is told where they are.
    person: Option<(VisitorId, Subscription)>,
    listening: Vec<Subscription>,
    /// Whether lists were asked for: from then on their counts are told.
    lists: bool,
    _watching: Watching,
    _there: Attendance,
    _place: Permit,
    _counted: Counted,
}

/// Serves an agent from the first frame to the end.
pub(super) async fn serve<S: Socket>(
    app: Arc<App>,
    line: Line<S>,
    sign_in: SignIn,
    secret: SecretHash,
) -> (Line<S>, Ending) {
    match Box::pin(arrive(app, line, sign_in, secret)).await {
        Ok(mut agent) => {
            let ending = agent.run().await;
            (agent.live.into_line(), ending)
        }
        Err((line, ending)) => (*line, ending),
    }
}

/// From the upgrade to the end of what was missed.
async fn arrive<S: Socket>(
    app: Arc<App>,
    mut line: Line<S>,
    sign_in: SignIn,
    secret: SecretHash,
) -> Result<Box<Agent<S>>, (Box<Line<S>>, Ending)> {
    let Some(place) = app.gate.agent(&sign_in.agent.id) else {
        return Err((Box::new(line), TOO_MANY.into()));
    };
    // From before the first frame, so that a sign-out in between is not missed.
    let revoked = app.chat.hub().subscribe(Topic::SignIn(secret), line.outbox());
    match app.chat.signed_in(secret).await {
        Ok(Some(_)) => {}
        Ok(None) => return Err((Box::new(line), REVOKED.into())),
        Err(error) => return Err((Box::new(line), error.into())),
    }
    let hello = match first(&mut line, hello).await {
        Ok(hello) => hello,
        Err(ending) => return Err((Box::new(line), ending)),
    };
    let mut agent = Box::new(Agent::new(app, line, sign_in, secret, revoked, place));
    match agent.welcome(hello).await {
        Ok(()) => Ok(agent),
        Err(ending) => Err((Box::new(agent.live.into_line()), ending)),
    }
}

fn hello(command: Command) -> Option<Hello> {
    match command {
        Command::Hello(hello) => Some(hello),
        _ => None,
    }
}

impl<S: Socket> Agent<S> {
    fn new(
        app: Arc<App>,
        line: Line<S>,
        sign_in: SignIn,
        secret: SecretHash,
        revoked: Subscription,
        place: Permit,
    ) -> Self {
        let counted = app.chat.counters().session(Side::Agent);
        let hub = app.chat.hub();
        let me = AgentAuthor { id: sign_in.agent.id.clone(), name: sign_in.agent.name.clone() };
        let sites: Vec<_> = sign_in.agent.memberships.iter().map(|place| place.site.clone()).collect();
        let listening = vec![revoked, hub.subscribe(Topic::Agent(me.id.clone()), line.outbox())];
        let watching = hub.watch(&sites, line.outbox());
        // Who may not answer does not make a site online.
        let answers = sign_in.agent.memberships.iter().filter(|place| may(place.role, Action::Reply));
        let there = app.chat.attend(&me.id, answers.map(|place| place.site.clone()).collect());
        let mut session = Live::new(app, Principal::Agent(me.id.clone()), line);
        session.recheck_every(RECHECK);
        Self {
            live: session,
            sign_in,
            secret,
            me,
            opened: Opened::default(),
            watch: None,
            person: None,
            listening,
            lists: false,
            _watching: watching,
            _there: there,
            _place: place,
            _counted: counted,
        }
    }

    async fn run(&mut self) -> Ending {
        loop {
            let carried_out = match self.live.next().await {
                Ok(Turn::Command(command)) => Box::pin(self.carry_out(*command)).await,
                Ok(Turn::Recheck) => self.recheck().await,
                Err(ending) => Err(ending),
            };
            if let Err(ending) = carried_out {
                return ending;
            }
        }
    }

    async fn welcome(&mut self, hello: Hello) -> Result<(), Ending> {
        let app = self.live.app.clone();
        let memberships = self.sign_in.agent.memberships.iter();
        let sites = memberships.map(|place| SiteCard {
            site: place.site.clone(),
            name: place.site_name.clone(),
            role: place.role,
        });
        let epoch = app.store.epoch();
        let known = hello.epoch.is_none_or(|seen| seen == epoch);
        let welcome = Welcome {
            agent: self.me.clone(),
            sites: sites.collect(),
            epoch,
            now: app.clock.now(),
            away: app.chat.is_away(&self.me.id),
            busy: app.chat.is_busy(&self.me.id),
            bookmarks: app.store.bookmarks(self.me.id.clone()).await?,
            mentions: app.store.mentions(self.me.id.clone()).await?,
        };
        self.live.tell(&Event::Welcome(welcome)).await?;
        for resume in hello.resume.into_iter().take(RESUME) {
            // A page that has seen another life of the store gets the newest page instead.
            let after = known.then_some(resume.after);
            self.open(Open { conversation: resume.conversation, after }).await?;
        }
        Ok(())
    }

    /// Whether the sign-in still counts, and for the same sites and roles: with others the page begins anew.
    async fn recheck(&mut self) -> Result<(), Ending> {
        match self.live.app.chat.signed_in(self.secret).await {
            Ok(Some(now)) if now.agent.memberships == self.sign_in.agent.memberships => Ok(()),
            Ok(Some(_)) => Err(RESTART.into()),
            Ok(None) => Err(REVOKED.into()),
            // The store cannot be read just now: asked again in a minute.
            Err(_) => Ok(()),
        }
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), Ending> {
        match command {
            Command::Hello(_) => self.live.refuse(chat::bad_request(None, "Hello has come already")).await,
            Command::Open(open) => self.open(open).await,
            Command::Close(close) => {
                self.live.following.stop(&close.conversation);
                self.opened.close(&close.conversation);
                self.watch.take_if(|watch| *watch.conversation() == close.conversation);
                Ok(())
            }
            Command::Reply(reply) => self.reply(reply).await,
            Command::Note(note) => self.note(note).await,
            Command::Claim(Claim { conversation }) => self.claim(conversation).await,
            Command::Assign(assign) => self.assign(assign).await,
            Command::Resolve(Resolve { conversation }) => {
                self.change(conversation, Action::Resolve, chat::Chat::resolve).await
            }
            Command::Reopen(Reopen { conversation }) => {
                self.change(conversation, Action::Reopen, chat::Chat::reopen).await
            }
            Command::Read(read) => self.live.read(read).await,
            Command::Typing(typing) => self.typing(typing).await,
            Command::List(list) => self.list(list).await,
            Command::Status(status) => {
                self.live.app.chat.set_status(&self.me.id, &status);
                Ok(())
            }
            Command::History(get) => self.live.history(get).await,
            Command::Ping(ping) => {
                let who = self.live.who.clone();
                self.live.ping(&ping, |app, following| heads(app.clone(), who, following.all())).await
            }
            Command::Backstage(get) => self.backstage(get).await,
            Command::Look(look) => self.look(look).await,
            Command::Tag(tag) => self.tag(tag).await,
            Command::Priority(set) => self.prioritise(set).await,
            Command::Snooze(snooze) => self.snooze(snooze).await,
            Command::Bookmark(mark) => {
                self.bookmark(mark);
                Ok(())
            }
            Command::Propose(propose) => self.propose(propose).await,
            Command::Decide(decide) => self.decide(decide).await,
            Command::Edit(edit) => self.edit(edit).await,
            Command::Delete(delete) => self.delete(delete).await,
            Command::Escalate(escalate) => self.escalate(escalate).await,
            Command::Transfer(to) => self.transfer(to).await,
            Command::Person(get) => self.person(get).await,
        }
    }

    async fn open(&mut self, Open { conversation, after }: Open) -> Result<(), Ending> {
        if !self.opened.takes(&conversation) {
            let refused = chat::bad_request(None, "too many conversations are open on this page");
            return self.live.refuse(refused).await;
        }
        let Some((row, heard)) = self.listen(&conversation).await? else {
            return self.live.refuse(chat::not_found(None)).await;
        };
        self.opened.open(&conversation, heard);
        match after {
            Some(after) => {
                let after = after.min(row.head);
                self.live.following.start(conversation.clone(), after, after);
                self.live.replay(&conversation, after).await?;
            }
            None => self.newest(&row).await?,
        }
        // Marks and the assignee may have moved while the page was away, and its list may not show the row.
        self.live.tell_row(&Event::InboxChanged(row)).await?;
        self.backstage(GetBackstage { conversation, before: None, limit: BACKSTAGE_PAGE }).await
    }

    /// Lines of the backstage, each as the event that told it when it was new.
    async fn backstage(&mut self, get: GetBackstage) -> Result<(), Ending> {
        let limit = get.limit.clamp(1, BACKSTAGE_PAGE).into();
        let reading = self.live.app.store.backstage(self.me.id.clone(), get.conversation, get.before, limit);
        match reading.await {
            Ok(Some(lines)) => {
                for line in lines {
                    self.live.tell(&line.event()).await?;
                }
                Ok(())
            }
            Ok(None) => self.live.refuse(chat::not_found(None)).await,
            Err(_) => self.live.refuse(chat::unavailable(None)).await,
        }
    }

    /// Sends the newest page; what comes after it is sent one by one.
    async fn newest(&mut self, row: &InboxRow) -> Result<(), Ending> {
        let (who, id) = (self.live.who.clone(), row.conversation.clone());
        let reading = self.live.app.store.history(who, id.clone(), None, HISTORY_PAGE, PAGE_BYTES);
        let Some(history) = reading.await? else { return Ok(()) };
        let newest = self.live.tell_history(history).await?.unwrap_or(row.head);
        self.live.following.start(id, newest, newest);
        Ok(())
    }

    /// Listens to a conversation first, then reads where it stands; none when there is no such one for this agent.
    async fn listen(&mut self, conversation: &ConversationId) -> Result<Option<(InboxRow, Heard)>, Ending> {
        let topic = Topic::Conversation(conversation.clone());
        let listening = self.live.app.chat.hub().subscribe(topic, self.live.outbox());
        let reading = self.live.app.store.row(self.live.who.clone(), conversation.clone());
        Ok(reading.await?.map(|row| {
            let (site, visitor) = (row.site.clone(), row.visitor.id.clone());
            (row, Heard { site, visitor, _listening: listening })
        }))
    }

    /// Hears a conversation that the agent writes into without having opened it, from its head on: the sender too is
    /// told what they wrote.
    async fn join(&mut self, conversation: &ConversationId) -> Result<Result<(), Refused>, Ending> {
        if self.opened.write(conversation) {
            return Ok(Ok(()));
        }
        let Some((row, heard)) = self.listen(conversation).await? else {
            return Ok(Err(chat::not_found(None)));
        };
        self.live.following.start(conversation.clone(), row.head, row.head);
        if let Some(beyond) = self.opened.join(conversation.clone(), heard) {
            self.live.following.stop(&beyond);
        }
        Ok(Ok(()))
    }

    /// The agent's role where the conversation is, or what to answer instead.
    async fn role(&mut self, conversation: &ConversationId, action: Action) -> Result<(), Refused> {
        let site = match self.opened.get(conversation) {
            Some(opened) => Some(opened.site.clone()),
            None => self
                .live
                .app
                .store
                .row(self.live.who.clone(), conversation.clone())
                .await
                .map_err(|_| chat::unavailable(None))?
                .map(|row| row.site),
        };
        let role =
            site.and_then(|site| role_on(&self.sign_in, &site)).ok_or_else(|| chat::not_found(None))?;
        if may(role, action) { Ok(()) } else { Err(chat::forbidden(None, "your role may not do this")) }
    }

    /// Whether the agent may write this into the conversation; says why not.
    async fn may_write(
        &mut self,
        conversation: &ConversationId,
        client_id: ClientId,
        action: Action,
    ) -> Result<bool, Ending> {
        let allowed = match self.role(conversation, action).await {
            Ok(()) => self.join(conversation).await?,
            // The store says so itself, unless this repeats what it has: then whatever the repeat names is nothing.
            Err(Refused { code: Code::NotFound, .. }) => Ok(()),
            Err(refused) => Err(refused),
        };
        match allowed {
            Ok(()) => Ok(true),
            Err(refused) => {
                self.live.refuse(Refused { client_id: Some(client_id), ..refused }).await?;
                Ok(false)
            }
        }
    }

    async fn reply(&mut self, reply: Reply) -> Result<(), Ending> {
        let client_id = reply.client_id;
        if let Err(refused) = chat::check(client_id, &reply.body, &reply.attachments) {
            return self.live.refuse(refused).await;
        }
        if !self.may_write(&reply.conversation, client_id, Action::Reply).await? {
            return Ok(());
        }
        let from = Holder::Agent(self.me.id.clone());
        if !self.live.app.chat.durable(from, &reply.attachments).await {
            return self.live.refuse(chat::no_file(Some(client_id))).await;
        }
        let sequence = self.live.order.admit(client_id).ok_or(UNAVAILABLE)?;
        let pending = self.live.app.chat.reply(&self.me.id, reply, sequence);
        self.live.answer(pending, move |sent| match sent {
            Ok(Sent::Stored(stored)) => Ok(Some(Box::new(Event::Accepted(stored.accepted)))),
            Ok(Sent::Repeated(accepted)) => Ok(Some(Box::new(Event::Accepted(accepted)))),
            Ok(Sent::NotFound) => Err(chat::not_found(Some(client_id))),
            Ok(Sent::NoFile) => Err(chat::no_file(Some(client_id))),
            Ok(Sent::NoQuote) => Err(chat::no_quote(Some(client_id))),
            Err(_) => Err(chat::unavailable(Some(client_id))),
        });
        Ok(())
    }

    async fn note(&mut self, note: WriteNote) -> Result<(), Ending> {
        let client_id = note.client_id;
        if let Err(refused) = chat::check(client_id, &note.body, &[]) {
            return self.live.refuse(refused).await;
        }
        if !self.may_write(&note.conversation, client_id, Action::Note).await? {
            return Ok(());
        }
        if mutants::on(Mutant::NoteToVisitor) {
            self.leak(&note.conversation, &note.body);
        }
        let pending = self.live.app.chat.note(&self.me.id, note);
        self.live.answer(pending, move |noted| match noted {
            Ok(Noted::Stored { note, .. }) => Ok(Some(Box::new(Event::Accepted(chat::accepted_note(&note))))),
            Ok(Noted::Repeated(accepted)) => Ok(Some(Box::new(Event::Accepted(accepted)))),
            Ok(Noted::NotFound) => Err(chat::not_found(Some(client_id))),
            Err(_) => Err(chat::unavailable(Some(client_id))),
        });
        Ok(())
    }

    /// What must never happen: the visitor is told a text that is not for them.
    fn leak(&self, conversation: &ConversationId, text: &str) {
        let Some(opened) = self.opened.get(conversation) else { return };
        let author = Author::Agent(AgentAuthor { name: text.to_owned(), ..self.me.clone() });
        let typing = TypingNow { conversation: conversation.clone(), on: true, author };
        self.live.app.chat.typing(&opened.visitor, typing);
    }

    async fn claim(&mut self, conversation: ConversationId) -> Result<(), Ending> {
        if let Err(refused) = self.role(&conversation, Action::Claim).await {
            return self.live.refuse(refused).await;
        }
        let pending = self.live.app.chat.claim(&self.me.id, conversation);
        self.live.answer(pending, |outcome| match outcome {
            Ok(Some(outcome)) => Ok(Some(Box::new(Event::Claimed(outcome.claimed)))),
            Ok(None) => Err(chat::not_found(None)),
            Err(_) => Err(chat::unavailable(None)),
        });
        Ok(())
    }

    async fn assign(&mut self, Assign { conversation, agent }: Assign) -> Result<(), Ending> {
        self.change(conversation, Action::Assign, move |chat, me, id| chat.assign(me, id, agent)).await
    }

    /// A change whose only answer is what everybody is told; says why not.
    async fn change(
        &mut self,
        conversation: ConversationId,
        action: Action,
        change: impl FnOnce(&chat::Chat, &AgentId, ConversationId) -> Pending<Option<Changed>>,
    ) -> Result<(), Ending> {
        if let Err(refused) = self.role(&conversation, action).await {
            return self.live.refuse(refused).await;
        }
        let pending = change(&self.live.app.chat, &self.me.id, conversation);
        self.live.answer(pending, |changed| match changed {
            Ok(Some(_)) => Ok(None),
            Ok(None) => Err(chat::not_found(None)),
            Err(_) => Err(chat::unavailable(None)),
        });
        Ok(())
    }
}

fn role_on(sign_in: &SignIn, site: &SiteKey) -> Option<Role> {
    sign_in.agent.memberships.iter().find(|place| place.site == *site).map(|place| place.role)
}

/// The heads of conversations, as the log has them; without those that cannot be read just now.
async fn heads(app: Arc<App>, who: Principal, conversations: Vec<ConversationId>) -> Vec<Head> {
    let mut heads = Vec::new();
    for conversation in conversations {
        if let Ok(Some(row)) = app.store.row(who.clone(), conversation).await {
            heads.push(Head { conversation: row.conversation, seq: row.head });
        }
    }
    heads
}
