//! Every use-case of the store, each one transaction: which writes, which reads, and where its SQL stands.
use super::{
    Sqlite, Way, agents, backstage, changes, departments, files, inbox, ladder, lists, loaders, mentions,
    messages, routing, sites, tally, threads, timeline, triage, visitors,
};
use crate::domain::routing::{Routing, Waiting};
use crate::store::{
    Added, Agent, AgentMessage, BackedUp, Bounded, Changed, ClaimOutcome, FileStore, Holder, Kept, Loader,
    LoaderStore, Marked, Missed, NewAgent, NewFile, NewSignIn, Noted, Pending, Principal, Rated, SecretHash,
    Sent, SignIn, Site, SiteSettings, Store, StoredFile, Then, TriageStore, Visitor, VisitorMessage,
};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Inbox, InboxRow, List, Role},
    ids::{AgentId, AttachmentId, ClientId, ConversationId, Epoch, Millis, Seq, SiteKey, VisitorId},
    model::{Accepted, AgentAuthor, History, Rating},
    triage::{Counts, Only, Priority},
    visitor::ConversationCard,
};
use std::path::PathBuf;

impl Store for Sqlite {
    fn epoch(&self) -> Epoch {
        self.epoch.clone()
    }

    fn probe(&self) -> Pending<()> {
        let (asked, answered) = (self.health.clone(), self.health.clone());
        let probing =
            self.writing(Some(Box::new(move |probe| answered.proved(probe))), move |db| asked.probe(db));
        Pending::later(async move { probing.await.map(drop) })
    }

    fn is_failing(&self) -> bool {
        self.health.is_failing()
    }

    fn close(&self) -> Pending<()> {
        self.end()
    }

    fn back_up(&self, to: PathBuf) -> Pending<BackedUp> {
        self.copying(to)
    }

    fn add_site(&self, site: Site) -> Pending<Site> {
        self.writing(None, |db| sites::add(db, site))
    }

    fn site(&self, key: SiteKey) -> Pending<Option<Site>> {
        self.reading(move |db| sites::get(db, &key))
    }

    fn sites(&self) -> Pending<Vec<Site>> {
        self.reading(sites::all)
    }

    fn update_site(&self, key: SiteKey, settings: SiteSettings) -> Pending<Option<Site>> {
        self.writing(None, move |db| sites::update(db, &key, &settings))
    }

    fn add_agent(&self, agent: NewAgent) -> Pending<Added> {
        self.writing(None, move |db| agents::add(db, &agent))
    }

    fn agent_by_email(&self, email: String) -> Pending<Option<Agent>> {
        self.reading(move |db| Ok(agents::by_email(db, &email)?.map(|(_, agent)| agent)))
    }

    fn agents(&self, site: SiteKey) -> Pending<Vec<(AgentAuthor, Role)>> {
        self.reading(move |db| agents::of_site(db, &site))
    }

    fn set_password(&self, agent: AgentId, password_hash: String) -> Pending<()> {
        self.writing(None, move |db| agents::set_password(db, &agent, &password_hash))
    }

    fn sign_in(&self, sign_in: NewSignIn) -> Pending<()> {
        self.writing(None, move |db| agents::sign_in(db, &sign_in))
    }

    fn signed_in(&self, secret: SecretHash) -> Pending<Option<SignIn>> {
        self.reading(move |db| agents::signed_in(db, &secret))
    }

    fn touch_sign_in(&self, secret: SecretHash, at: Millis) -> Pending<()> {
        self.writing(None, move |db| agents::touch(db, &secret, at))
    }

    fn sign_out(&self, secret: SecretHash) -> Pending<()> {
        self.writing(None, move |db| agents::sign_out(db, &secret))
    }

    fn visitor(&self, site: SiteKey, token: SecretHash) -> Pending<Option<Visitor>> {
        self.reading(move |db| visitors::by_token(db, &site, &token))
    }

    fn cards(&self, visitor: VisitorId, limit: usize) -> Pending<Vec<ConversationCard>> {
        self.reading(move |db| visitors::cards(db, &visitor, limit))
    }

    fn visitor_message(&self, message: VisitorMessage, then: Then<Sent>) -> Pending<Sent> {
        let (sequence, bytes) = (message.sequence.clone(), message.bytes());
        self.saying((&sequence, bytes), then, |desk| messages::from_visitor(desk, message))
    }

    fn accepted(&self, visitor: VisitorId, client_id: ClientId) -> Pending<Option<Accepted>> {
        self.reading(move |db| messages::accepted(db, &visitor, client_id))
    }

    fn agent_message(&self, message: AgentMessage, then: Then<Sent>) -> Pending<Sent> {
        let (sequence, bytes) = (message.sequence.clone(), message.body.len());
        self.saying((&sequence, bytes), then, |desk| messages::from_agent(desk, message))
    }

    fn read(
        &self,
        who: Principal,
        conversation: ConversationId,
        received: Seq,
        read: Seq,
        then: Then<Option<Marked>>,
    ) -> Pending<Option<Marked>> {
        self.along(then, move |desk| changes::read(desk, &who, &conversation, received, read))
    }

    fn claim(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<ClaimOutcome>>,
    ) -> Pending<Option<ClaimOutcome>> {
        self.conversing(then, move |desk| changes::claim(desk, &agent, &conversation, at))
    }

    fn assign(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        to: Option<AgentId>,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| changes::assign(desk, &agent, &conversation, to.as_ref(), at))
    }

    fn resolve(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| changes::close(desk, &agent, &conversation, at))
    }

    fn route(
        &self,
        conversation: ConversationId,
        from: Option<AgentId>,
        to: AgentId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| routing::route(desk, &conversation, from.as_ref(), &to, at))
    }

    fn loads(&self, site: SiteKey) -> Pending<Vec<(AgentId, u32)>> {
        self.reading(move |db| routing::loads(db, &site))
    }

    fn queue(&self, site: SiteKey, gone: Vec<AgentId>, limit: usize) -> Pending<Vec<Waiting>> {
        self.reading(move |db| routing::waiting(db, &site, &gone, limit))
    }

    fn reopen(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| changes::open(desk, &agent, &conversation, at))
    }

    fn end(
        &self,
        visitor: VisitorId,
        conversation: ConversationId,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| changes::end(desk, &visitor, &conversation, at))
    }

    fn rate(
        &self,
        visitor: VisitorId,
        conversation: ConversationId,
        rating: Rating,
        at: Millis,
        then: Then<Option<Rated>>,
    ) -> Pending<Option<Rated>> {
        self.conversing(then, move |desk| changes::rate(desk, &visitor, &conversation, rating, at))
    }

    fn note(&self, note: AgentMessage, then: Then<Noted>) -> Pending<Noted> {
        self.queue(Way::Next(note.body.len()), Some(then), |desk| backstage::note(desk, note))
    }

    fn row(&self, who: Principal, conversation: ConversationId) -> Pending<Option<InboxRow>> {
        self.reading(move |db| {
            let Some(id) = threads::id(db, &who, &conversation)? else { return Ok(None) };
            inbox::row(db, id).map(Some)
        })
    }

    fn history(
        &self,
        who: Principal,
        conversation: ConversationId,
        before: Option<Seq>,
        limit: u16,
        bytes: usize,
    ) -> Pending<Option<History>> {
        self.reading(move |db| timeline::history(db, &who, &conversation, before, limit, bytes))
    }

    fn missed(
        &self,
        who: Principal,
        conversation: ConversationId,
        after: Seq,
        bytes: usize,
    ) -> Pending<Option<Missed>> {
        self.reading(move |db| timeline::missed(db, &who, &conversation, after, bytes))
    }

    fn backstage(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Option<Vec<BackstageLine>>> {
        self.reading(move |db| backstage::page(db, &agent, &conversation, before, limit))
    }

    fn inbox(&self, agent: AgentId, list: List) -> Pending<Inbox> {
        self.reading_lists(move |db| lists::list(db, &agent, list))
    }
}

impl FileStore for Sqlite {
    fn add_file(&self, file: NewFile) -> Pending<Kept> {
        self.writing(None, move |db| files::add(db, &file))
    }

    fn files_weigh(&self, site: SiteKey) -> Pending<u64> {
        self.reading(move |db| files::held(db, &site))
    }

    fn has_uploads(&self, site: SiteKey, token: SecretHash) -> Pending<bool> {
        self.reading(move |db| files::has_uploads(db, &site, &token))
    }

    fn files(&self, who: Holder, ids: Vec<AttachmentId>) -> Pending<Vec<StoredFile>> {
        self.reading(move |db| files::of(db, &who, &ids))
    }

    fn known_files(&self, ids: Vec<AttachmentId>) -> Pending<Vec<AttachmentId>> {
        self.reading(move |db| files::known(db, ids))
    }

    fn forget_unsent(&self, before: Millis) -> Pending<Vec<(SiteKey, AttachmentId)>> {
        self.writing(None, move |db| files::forget_unsent(db, before))
    }
}

impl LoaderStore for Sqlite {
    fn keep_loader(&self, loader: Loader, at: Millis) -> Pending<()> {
        self.writing(None, move |db| loaders::keep(db, &loader, at))
    }

    fn loader(&self, name: String) -> Pending<Option<String>> {
        self.reading(move |db| loaders::script(db, &name))
    }

    fn loader_half(&self, name: String) -> Pending<Option<String>> {
        self.reading(move |db| loaders::half(db, &name))
    }
}

impl TriageStore for Sqlite {
    fn tag(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        (tag, on): (String, bool),
        at: Millis,
        then: Then<Option<Bounded<Changed>>>,
    ) -> Pending<Option<Bounded<Changed>>> {
        self.conversing(then, move |desk| triage::tag(desk, &agent, &conversation, (&tag, on), at))
    }

    fn tags(&self, site: SiteKey) -> Pending<Vec<String>> {
        self.reading(move |db| triage::of_site(db, &site))
    }

    fn prioritise(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        priority: Priority,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| triage::prioritise(desk, &agent, &conversation, priority, at))
    }

    fn transfer(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        department: Option<String>,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| departments::transfer(desk, &agent, &conversation, department, at))
    }

    fn snooze(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        until: Option<Millis>,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| triage::snooze(desk, &agent, &conversation, until, at))
    }

    fn wake(&self, now: Millis, then: Then<Vec<Changed>>) -> Pending<Vec<Changed>> {
        self.conversing(then, move |desk| triage::wake(desk, now))
    }

    fn next_wake(&self) -> Pending<Option<Millis>> {
        self.reading(triage::next_wake)
    }

    fn escalate(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        reason: String,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>> {
        self.conversing(then, move |desk| ladder::escalate(desk, &agent, &conversation, reason, at))
    }

    fn climb(
        &self,
        site: SiteKey,
        routing: Routing,
        now: Millis,
        then: Then<Vec<Changed>>,
    ) -> Pending<Vec<Changed>> {
        self.conversing(then, move |desk| ladder::climb(desk, &site, routing, now))
    }

    fn next_climb(&self, site: SiteKey, routing: Routing) -> Pending<Option<Millis>> {
        self.reading_lists(move |db| ladder::next(db, &site, routing))
    }

    fn bookmark(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        on: bool,
        at: Millis,
        then: Then<Option<Bounded<()>>>,
    ) -> Pending<Option<Bounded<()>>> {
        self.conversing(then, move |desk| triage::bookmark(desk, &agent, &conversation, on, at))
    }

    fn bookmarks(&self, agent: AgentId) -> Pending<Vec<ConversationId>> {
        self.reading(move |db| triage::bookmarks(db, &agent))
    }

    fn mentions(&self, agent: AgentId) -> Pending<Vec<ConversationId>> {
        self.reading(move |db| mentions::of_agent(db, &agent))
    }

    fn mention_seen(&self, agent: AgentId, conversation: ConversationId, then: Then<bool>) -> Pending<bool> {
        self.conversing(then, move |desk| mentions::seen(desk.db(), &agent, &conversation))
    }

    fn counts(&self, site: SiteKey, only: Only) -> Pending<Option<Counts>> {
        self.reading(move |db| tally::counts(db, &site, &only))
    }
}
