//! Events at random, for fuzzing: every kind that either audience may be told.
use crate::wild::Wild;
use merhaba_shared::protocol::{
    agent, approval, backstage,
    error::{Code, Refused},
    ids::{AgentId, Epoch, Millis, Token},
    model::{
        Accepted, AgentAuthor, Attachment, Author, Content, Data, Deletion, Edit, Entry, Head, History, Item,
        Kind, Message, Object, Picture, Pong, Rating, ReadMarker, Side, Status, SystemAuthor, TypingNow,
        VisitorAuthor,
    },
    person, triage, visitor,
};

impl Wild {
    /// A picture's width or height.
    fn side(&mut self) -> u32 {
        u32::try_from(self.number()).unwrap_or(u32::MAX)
    }

    /// A file.
    pub fn attachment(&mut self) -> Attachment {
        Attachment {
            id: self.id().as_str().into(),
            name: self.text(),
            media_type: self.text(),
            size: self.number(),
            picture: self.maybe(|wild| Picture { width: wild.side(), height: wild.side() }),
        }
    }

    fn at(&mut self) -> Millis {
        self.number().cast_signed()
    }

    fn agent(&mut self) -> AgentAuthor {
        AgentAuthor { id: AgentId(self.id()), name: self.text() }
    }

    fn author(&mut self) -> Author {
        match self.dice.below(3) {
            0 => Author::Visitor(VisitorAuthor { name: self.maybe(Self::text) }),
            1 => Author::Agent(self.agent()),
            _ => Author::System(SystemAuthor {}),
        }
    }

    fn message(&mut self) -> Message {
        Message {
            conversation: self.conversation(),
            seq: self.number(),
            client_id: self.client_id(),
            author: self.author(),
            at: self.at(),
            body: self.text(),
            attachments: self.some(Self::attachment),
            extra: self.maybe(|_| Object("{\"replies\":[\"Evet\"]}".into())),
            edited: self.maybe(Self::number),
            deleted: self.maybe(Self::number),
            quote: self.maybe(Self::number),
        }
    }

    fn entry(&mut self) -> Entry {
        let kind = self.word(Kind::ALL);
        Entry {
            conversation: self.conversation(),
            seq: self.number(),
            at: self.at(),
            author: self.author(),
            kind,
            data: self.data(kind),
        }
    }

    /// What belongs to a kind; JSON leaves the data of an unknown one out.
    fn data(&mut self, kind: Kind) -> Data {
        Data(match kind {
            Kind::Edited => Some(Content::Edited(Edit { of: self.number(), body: self.maybe(Self::text) })),
            Kind::Deleted => Some(Content::Deleted(Deletion { of: self.number() })),
            _ => None,
        })
    }

    fn item(&mut self) -> Item {
        if self.coin() { Item::Message(self.message()) } else { Item::Entry(self.entry()) }
    }

    fn history(&mut self) -> History {
        History { conversation: self.conversation(), entries: self.some(Self::item), more: self.coin() }
    }

    fn accepted(&mut self) -> Accepted {
        Accepted {
            client_id: self.client_id(),
            conversation: self.conversation(),
            seq: self.number(),
            at: self.at(),
        }
    }

    fn refused(&mut self) -> Refused {
        let code = self.word(Code::ALL);
        Refused {
            client_id: self.maybe(Self::client_id),
            code,
            detail: self.text(),
            retry_after_ms: self.maybe(|wild| u32::from(wild.small())),
        }
    }

    fn typing_now(&mut self) -> TypingNow {
        TypingNow { conversation: self.conversation(), on: self.coin(), author: self.author() }
    }

    fn marker(&mut self) -> ReadMarker {
        let side = self.word(Side::ALL);
        ReadMarker { conversation: self.conversation(), side, received: self.number(), read: self.number() }
    }

    fn head(&mut self) -> Head {
        Head { conversation: self.conversation(), seq: self.number() }
    }

    fn card(&mut self) -> visitor::ConversationCard {
        let status = self.word(Status::ALL);
        visitor::ConversationCard {
            conversation: self.conversation(),
            status,
            head: self.number(),
            received: self.number(),
            read: self.number(),
            agent_received: self.number(),
            agent_read: self.number(),
            unread: u32::from(self.small()),
            assignee: self.maybe(Self::agent),
        }
    }

    /// A visitor's event of one of the eleven kinds.
    pub fn visitor_event(&mut self) -> visitor::Event {
        use visitor::Event;
        match self.dice.below(11) {
            0 => Event::Welcome(visitor::Welcome {
                visitor: self.id().as_str().into(),
                token: self.maybe(|wild| Token(wild.text())),
                replaced: self.coin(),
                epoch: Epoch(self.id()),
                now: self.at(),
                online: self.coin(),
                back_at: self.maybe(Self::at),
                conversations: self.some(Self::card),
            }),
            1 => Event::Accepted(self.accepted()),
            2 => Event::Refused(self.refused()),
            3 => Event::Message(self.message()),
            4 => Event::Entry(self.entry()),
            5 => Event::History(self.history()),
            6 => Event::Typing(self.typing_now()),
            7 => Event::Read(self.marker()),
            8 => Event::Head(self.head()),
            9 => Event::Pong(Pong { nonce: self.number() }),
            _ => {
                Event::Presence(visitor::Presence { online: self.coin(), back_at: self.coin().then_some(7) })
            }
        }
    }

    fn row(&mut self) -> agent::InboxRow {
        let (status, preview_side) = (self.word(Status::ALL), self.word(Side::ALL));
        agent::InboxRow {
            conversation: self.conversation(),
            site: self.id().as_str().into(),
            status,
            head: self.number(),
            preview: self.text(),
            preview_side,
            at: self.at(),
            created_at: self.at(),
            waiting_since: self.maybe(Self::at),
            unread: u32::from(self.small()),
            assignee: self.maybe(Self::agent),
            visitor: agent::VisitorCard {
                id: self.id().as_str().into(),
                number: self.number(),
                name: self.maybe(Self::text),
                locale: self.text(),
                page: self.maybe(Self::page),
                about: self.coin().then(|| visitor::About(r#"{"email":"a@b.co"}"#.into())),
            },
            visitor_received: self.number(),
            visitor_read: self.number(),
            agent_received: self.number(),
            agent_read: self.number(),
            backstage: self.number(),
            triage: triage::Triage {
                tags: self.some(Self::text),
                priority: self.word(triage::Priority::ALL),
                snoozed_until: self.maybe(Self::at),
                proposed_at: self.maybe(Self::at),
                passed: u8::from(self.coin()),
                rung: u8::from(self.coin()),
                told: u32::from(self.small()),
                unattended_since: self.maybe(Self::at),
                department: self.maybe(Self::text),
            },
        }
    }

    fn detail(&mut self) -> triage::Detail {
        match self.dice.below(6) {
            4 => triage::Detail::Rung(u8::from(self.coin())),
            5 => triage::Detail::Reason(self.text()),
            3 => triage::Detail::Proposal(approval::Decision {
                number: self.number(),
                of: self.agent(),
                text: self.text(),
            }),
            0 => triage::Detail::Tag(self.text()),
            1 => triage::Detail::Priority(self.word(triage::Priority::ALL)),
            _ => triage::Detail::Until(self.at()),
        }
    }

    fn visit(&mut self) -> person::Visit {
        person::Visit {
            visitor: self.id().as_str().into(),
            began_at: self.at(),
            at: self.at(),
            referrer: self.text(),
            device: self.maybe(|wild| person::Device {
                browser: wild.text(),
                system: wild.text(),
                form: wild.word(person::Form::ALL),
            }),
            trail: self.some(|wild| person::Step { url: wild.text(), title: wild.text(), at: wild.at() }),
            attributes: self.some(|wild| person::Attribute { name: wild.text(), value: wild.text() }),
        }
    }

    fn person(&mut self) -> person::Person {
        person::Person {
            conversation: self.conversation(),
            before: self.maybe(Self::conversation),
            visitor: self.id().as_str().into(),
            identity: self.word(person::Identity::ALL),
            since: self.at(),
            here: self.coin(),
            visit: self.maybe(Self::visit),
            past: self.some(Self::past),
            more: self.coin(),
            conversations: u32::from(self.small()),
            rated: u32::from(self.small()),
            csat: self.coin().then_some(75),
        }
    }

    fn past(&mut self) -> person::Past {
        person::Past {
            conversation: self.conversation(),
            status: self.word(Status::ALL),
            created_at: self.at(),
            at: self.at(),
            preview: self.text(),
            preview_side: self.word(Side::ALL),
            assignee: self.maybe(Self::agent),
            rating: self.maybe(|wild| Rating {
                closing: wild.number(),
                csat: wild.coin().then_some(100),
                ces: None,
                comment: wild.maybe(Self::text),
            }),
            notes: u32::from(self.small()),
        }
    }

    /// An agent's event of one of the twenty-five kinds.
    pub fn agent_event(&mut self) -> agent::Event {
        use agent::Event;
        match self.dice.below(26) {
            0 => {
                let role = self.word(agent::Role::ALL);
                let site = |wild: &mut Self| agent::SiteCard {
                    site: wild.id().as_str().into(),
                    name: wild.text(),
                    role,
                };
                Event::Welcome(agent::Welcome {
                    agent: self.agent(),
                    sites: self.some(site),
                    epoch: Epoch(self.id()),
                    now: self.at(),
                    away: self.coin(),
                    busy: self.coin(),
                    bookmarks: self.some(Self::conversation),
                    mentions: self.some(Self::conversation),
                })
            }
            1 => {
                let filter = self.word(agent::Filter::ALL);
                let (conversations, cursor) = (self.some(Self::row), self.maybe(Self::text));
                let only = self.only();
                Event::Inbox(agent::Inbox { filter, conversations, cursor, only })
            }
            2 => Event::InboxChanged(self.row()),
            3 => Event::Message(self.message()),
            4 => Event::Entry(self.entry()),
            5 => Event::History(self.history()),
            6 => Event::Note(agent::Note {
                conversation: self.conversation(),
                number: self.number(),
                client_id: self.client_id(),
                author: self.agent(),
                at: self.at(),
                after: self.number(),
                body: self.text(),
            }),
            7 => Event::Accepted(self.accepted()),
            8 => Event::Refused(self.refused()),
            9 => Event::Typing(self.typing_now()),
            10 => Event::Read(self.marker()),
            11 => Event::Head(self.head()),
            12 => Event::Pong(Pong { nonce: self.number() }),
            13 => Event::Claimed(agent::Claimed {
                conversation: self.conversation(),
                assignee: self.agent(),
                won: self.coin(),
            }),
            14 => Event::Status(agent::SetStatus { away: self.coin(), busy: self.coin() }),
            15 => Event::Rows(agent::Rows { told: self.number() }),
            16 => Event::Counts(triage::Counts {
                site: self.id().as_str().into(),
                open: u32::from(self.small()),
                unassigned: u32::from(self.small()),
                waiting: u32::from(self.small()),
                snoozed: u32::from(self.small()),
                owned: self.some(|wild| triage::Owned {
                    agent: wild.id().as_str().into(),
                    open: u32::from(wild.small()),
                }),
                approval: u32::from(self.small()),
                unattended: u32::from(self.small()),
            }),
            17 => Event::Bookmarked(self.bookmark()),
            18 => Event::Company(agent::Company {
                conversation: self.conversation(),
                present: self.some(|wild| agent::Present { agent: wild.agent(), writing: wild.coin() }),
            }),
            19 => Event::Proposal(approval::Proposal {
                due: self.maybe(Self::at),
                conversation: self.conversation(),
                number: self.number(),
                client_id: self.client_id(),
                author: self.agent(),
                at: self.at(),
                after: self.number(),
                body: self.text(),
            }),
            20 => Event::Decided(approval::Decided {
                conversation: self.conversation(),
                number: self.number(),
                verdict: self.word(approval::Verdict::ALL),
                by: self.agent(),
                won: self.coin(),
            }),
            21 => Event::Person(self.person()),
            22 => Event::Visit(self.visit()),
            23 => Event::Here(person::Here {
                visitor: self.id().as_str().into(),
                here: self.coin(),
                at: self.at(),
            }),
            24 => Event::Mentioned(backstage::Mentioned {
                conversation: self.conversation(),
                by: self.maybe(Self::agent),
            }),
            _ => Event::Activity(agent::Activity {
                conversation: self.conversation(),
                number: self.number(),
                author: self.agent(),
                at: self.at(),
                after: self.number(),
                deed: self.word(agent::Deed::ALL),
                to: self.maybe(Self::agent),
                detail: self.maybe(Self::detail),
            }),
        }
    }
}
