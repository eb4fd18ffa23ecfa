//! A visitor's session: what they are told first, and what each of their commands does. Never sees what only agents
//! may, and never names a conversation to the store without saying whose it must be.
mod walk;

use super::{
    Ending,
    handshake::first,
    line::{Line, Socket},
    live::{Live, Turn},
    rate::Patience,
};
use crate::{
    app::App,
    chat::{self, Identity, Stay},
    counters::Counted,
    domain::attributes,
    gate::Permit,
    hub::{Subscription, Topic},
    mutants::{self, Mutant},
    store::{Holder, Principal, Sender, Sent},
};
use merhaba_shared::protocol::{
    close::{SITE_UNKNOWN, TOO_FAST, TOO_MANY, UNAVAILABLE},
    ids::Millis,
    limits::{RESUME, WELCOME_CONVERSATIONS},
    model::{Author, Head, Resume, Side, Typing, TypingNow, VisitorAuthor},
    person::Device,
    visitor::{Attributes, Command, ConversationCard, Event, Hello, Presence, Send, Welcome},
};
use std::{sync::Arc, time::Instant};
use walk::Walk;

/// A visitor on a line.
struct Visitor<S> {
    live: Live<S, Event>,
    sender: Arc<Sender>,
    walk: Box<Walk>,
    patience: Patience,
    /// Counts against the address until something of theirs is stored.
    stranger: Option<Permit>,
    _listening: [Subscription; 2],
    _stay: Stay,
    _place: Permit,
    _counted: Counted,
}

/// Serves a visitor from the first frame to the end. `stranger` is given back when it turns out who they are.
///
/// What only happens once, or seldom, is boxed: a session costs what it needs while nothing happens.
pub(super) async fn serve<S: Socket>(
    app: Arc<App>,
    line: Line<S>,
    stranger: Permit,
    device: Option<Device>,
) -> (Line<S>, Ending) {
    match Box::pin(arrive(app, line, stranger, device)).await {
        Ok(mut visitor) => {
            let ending = visitor.run().await;
            (visitor.live.into_line(), ending)
        }
        Err((line, ending)) => (*line, ending),
    }
}

/// From the first frame to the end of what was missed.
async fn arrive<S: Socket>(
    app: Arc<App>,
    mut line: Line<S>,
    stranger: Permit,
    device: Option<Device>,
) -> Result<Box<Visitor<S>>, (Box<Line<S>>, Ending)> {
    let hello = match first(&mut line, hello).await {
        Ok(hello) => hello,
        Err(ending) => return Err((Box::new(line), ending)),
    };
    let identity = match identify(&app, &hello).await {
        Ok(identity) => identity,
        Err(ending) => return Err((Box::new(line), ending)),
    };
    let Some(place) = app.gate.visitor(&identity.visitor) else {
        return Err((Box::new(line), TOO_MANY.into()));
    };
    let stranger = if identity.is_known() {
        stranger.known();
        None
    } else {
        Some(stranger)
    };
    let mut visitor = Box::new(Visitor::new(app, line, &hello, (&identity, device), place));
    let again = hello.epoch.is_some();
    visitor.stranger = stranger;
    match visitor.welcome(hello, identity).await {
        Ok(()) => {
            visitor.arrived(again);
            Ok(visitor)
        }
        Err(ending) => Err((Box::new(visitor.live.into_line()), ending)),
    }
}

fn hello(command: Command) -> Option<Hello> {
    match command {
        Command::Hello(hello) => Some(hello),
        _ => None,
    }
}

async fn identify(app: &App, hello: &Hello) -> Result<Identity, Ending> {
    let identity = app.chat.identify(&hello.site, hello.token.as_ref()).await?;
    // Whoever is known is known on this site, so that it is there: those who come back in a herd ask for less.
    if !identity.is_known() && app.store.site(hello.site.clone()).await?.is_none() {
        return Err(SITE_UNKNOWN.into());
    }
    Ok(identity)
}

impl<S: Socket> Visitor<S> {
    /// Listens from here on: what happens while the rest is read waits in the outbox.
    fn new(
        app: Arc<App>,
        line: Line<S>,
        hello: &Hello,
        (identity, device): (&Identity, Option<Device>),
        place: Permit,
    ) -> Self {
        let counted = app.chat.counters().session(Side::Visitor);
        let (visitor, hub) = (identity.visitor.clone(), app.chat.hub());
        let listening = [Topic::Visitor(visitor.clone()), Topic::Presence(hello.site.clone())]
            .map(|topic| hub.subscribe(topic, line.outbox()));
        let page = hello.page.as_ref();
        let sender = chat::sender(hello.site.clone(), identity, &hello.locale, page);
        let stay = app.chat.stay(&visitor);
        let walk = Walk::begin(page, device, (app.clock.now(), app.clock.monotonic()));
        let session = Live::new(app, Principal::Visitor(visitor), line);
        Self {
            live: session,
            sender,
            walk: Box::new(walk),
            patience: Patience::default(),
            stranger: None,
            _listening: listening,
            _stay: stay,
            _place: place,
            _counted: counted,
        }
    }

    async fn run(&mut self) -> Ending {
        loop {
            let carried_out = match self.live.next().await {
                Ok(Turn::Command(command)) => Box::pin(self.carry_out(*command)).await,
                Ok(Turn::Recheck) => Ok(()),
                Err(ending) => Err(ending),
            };
            if let Err(ending) = carried_out {
                return ending;
            }
        }
    }

    /// They are here. Somebody whose line was only lost is where they were: that they say so again is stored with the next
    /// thing they say, since many come back at once.
    fn arrived(&mut self, again: bool) {
        if !self.live.following.is_empty() {
            self.walk.becomes_known();
        }
        if !again {
            self.tell_walk();
        }
    }

    fn instant(&self) -> (Millis, Instant) {
        let clock = &self.live.app.clock;
        (clock.now(), clock.monotonic())
    }

    /// Has stored where they went, if they have written. It is queued, and nobody waits for it.
    fn tell_walk(&mut self) {
        if let Some(walk) = self.walk.take(&self.sender.visitor, self.instant()) {
            drop(self.live.app.chat.walk(walk));
        }
    }

    async fn welcome(&mut self, hello: Hello, identity: Identity) -> Result<(), Ending> {
        let app = self.live.app.clone();
        let cards = if identity.is_known() {
            app.store.cards(identity.visitor.clone(), WELCOME_CONVERSATIONS).await?
        } else {
            Vec::new()
        };
        for ConversationCard { conversation, head, .. } in &cards {
            self.live.following.start(conversation.clone(), *head, *head);
        }
        let mut epoch = app.store.epoch();
        if mutants::on(Mutant::EpochEchoed) {
            epoch = hello.epoch.clone().unwrap_or(epoch);
        }
        // A page that has seen another life of the store has nothing to go on from.
        let resumes = hello.epoch.is_none_or(|seen| seen == epoch) && identity.is_known();
        let Presence { online, back_at } = app.chat.presence(&self.sender.site);
        let welcome = Welcome {
            visitor: identity.visitor,
            token: identity.token,
            replaced: identity.replaced,
            epoch,
            now: app.clock.now(),
            online,
            back_at,
            conversations: cards,
        };
        self.live.tell(&Event::Welcome(welcome)).await?;
        if resumes {
            for resume in hello.resume.into_iter().take(RESUME) {
                self.resume(resume).await?;
            }
        }
        Ok(())
    }

    /// Sends what was missed of a conversation; of one that is not theirs there is nothing to say.
    async fn resume(&mut self, Resume { conversation, after }: Resume) -> Result<(), Ending> {
        let head = match self.live.following.cursor(&conversation) {
            Some(head) => head,
            None => match self.live.app.store.row(self.live.who.clone(), conversation.clone()).await? {
                Some(row) => row.head,
                None => return Ok(()),
            },
        };
        let after = after.min(head);
        self.live.following.start(conversation.clone(), after, after);
        // Most have missed nothing, and whatever comes from here on is in the outbox.
        if after == head || mutants::on(Mutant::ReplayLate) {
            return Ok(());
        }
        self.live.replay(&conversation, after).await
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), Ending> {
        if !self.live.following.is_empty() {
            self.stranger = None;
            self.walk.becomes_known();
        }
        let carried_out = match command {
            Command::Hello(_) => self.live.refuse(chat::bad_request(None, "Hello has come already")).await,
            Command::Send(send) => self.send(send).await,
            Command::Read(read) => self.live.read(read).await,
            Command::Typing(typing) => self.typing(typing).await,
            Command::History(get) => self.live.history(get).await,
            Command::Page(page) => {
                self.sender = chat::moved(&self.sender, &page);
                self.walk.go(&page, self.live.app.clock.now());
                Ok(())
            }
            Command::Attributes(said) => self.described(&said).await,
            Command::Ping(ping) => {
                let visitor = self.sender.visitor.clone();
                self.live.ping(&ping, |app, _| heads(app.clone(), visitor)).await
            }
        };
        self.tell_walk();
        carried_out
    }

    async fn send(&mut self, send: Send) -> Result<(), Ending> {
        let client_id = send.client_id;
        if let Err(refused) = chat::check(client_id, &send.body, &send.attachments) {
            return self.live.refuse(refused).await;
        }
        let about = match chat::about(&send) {
            Ok(about) => about,
            Err(refused) => return self.live.refuse(refused).await,
        };
        if let Err(wait) = self.live.app.gate.send(&self.sender.visitor) {
            // What is stored already is answered however fast it comes.
            let before = self.live.app.store.accepted(self.sender.visitor.clone(), client_id).await;
            if let Ok(Some(accepted)) = before {
                return self.live.tell(&Event::Accepted(accepted)).await;
            }
            self.live.refuse(chat::rate_limited(Some(client_id), wait)).await?;
            return if self.patience.refused() { Err(TOO_FAST.into()) } else { Ok(()) };
        }
        self.patience.taken();
        let from = Holder::Visitor { site: self.sender.site.clone(), token: self.sender.token };
        if !self.live.app.chat.durable(from, &send.attachments).await {
            return self.live.refuse(chat::no_file(Some(client_id))).await;
        }
        let sequence = self.live.order.admit(client_id).ok_or(UNAVAILABLE)?;
        let pending = self.live.app.chat.send(&self.sender, send, about, sequence);
        if let Some(walk) = self.walk.with_message(&self.sender.visitor, self.live.app.clock.now()) {
            drop(self.live.app.chat.walk(walk));
        }
        self.live.answer(pending, move |sent| match sent {
            Ok(Sent::Stored(stored)) => Ok(Some(Box::new(Event::Accepted(stored.accepted)))),
            Ok(Sent::Repeated(accepted)) => Ok(Some(Box::new(Event::Accepted(accepted)))),
            Ok(Sent::NotFound | Sent::NoQuote) => Err(chat::not_found(Some(client_id))),
            Ok(Sent::NoFile) => Err(chat::no_file(Some(client_id))),
            Err(_) => Err(chat::unavailable(Some(client_id))),
        });
        Ok(())
    }

    /// What the website says of them.
    async fn described(&mut self, said: &Attributes) -> Result<(), Ending> {
        let Some(attributes) = attributes::read(&said.0) else {
            return self.live.refuse(chat::bad_request(None, "attributes are an object")).await;
        };
        self.walk.describe(attributes);
        Ok(())
    }

    async fn typing(&mut self, Typing { conversation, on }: Typing) -> Result<(), Ending> {
        if !self.live.may_type() {
            return Ok(());
        }
        if !self.live.following.has(&conversation) {
            let row = self.live.app.store.row(self.live.who.clone(), conversation.clone()).await;
            match row {
                Ok(Some(_)) => {}
                Ok(None) => return self.live.refuse(chat::not_found(None)).await,
                Err(_) => return self.live.refuse(chat::unavailable(None)).await,
            }
        }
        let author = Author::Visitor(VisitorAuthor::default());
        self.live.app.chat.typing(&self.sender.visitor, TypingNow { conversation, on, author });
        Ok(())
    }
}

/// The heads of a visitor's latest conversations, as the log has them; none when it cannot be read just now.
async fn heads(app: Arc<App>, visitor: merhaba_shared::protocol::ids::VisitorId) -> Vec<Head> {
    let cards = app.store.cards(visitor, WELCOME_CONVERSATIONS).await.unwrap_or_default();
    cards.into_iter().map(|card| Head { conversation: card.conversation, seq: card.head }).collect()
}
