//! One file per frame kind and codec in `golden/v1/`: what left a page or the relay once must be read for ever.
//! Files are only added (`MERHABA_GOLDEN=write cargo test -p merhaba-shared --test golden`), never edited.
use merhaba_shared::protocol::{
    agent, approval, backstage,
    codec::{from_bin, from_json, to_bin, to_json},
    error::{Code, DecodeError, Refused},
    ids::{ClientId, Token},
    limits::JSON_DEPTH,
    model::{
        Accepted, AgentAuthor, Author, Content, Data, Deletion, Edit, Entry, GetHistory, Head, History, Item,
        Kind, Message, Object, Ping, Pong, Rating, Read, ReadMarker, Resume, Side, Status, SystemAuthor,
        Typing, TypingNow, VisitorAuthor,
    },
    person, revision, triage, visitor,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, fs, path::PathBuf};

const ID: ClientId = ClientId([
    0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0,
]);
const AT: i64 = 1_790_000_000_123;

fn elif() -> AgentAuthor {
    AgentAuthor { id: "ag1".into(), name: "Elif Kaya".into() }
}

fn message() -> Message {
    Message {
        conversation: "cv1".into(),
        seq: 13,
        client_id: ID,
        author: Author::Visitor(VisitorAuthor { name: None }),
        at: AT,
        body: "Merhaba, siparişim nerede acaba? 🙏".into(),
        attachments: Vec::new(),
        extra: None,
        edited: None,
        deleted: None,
        quote: Some(2),
    }
}

fn entry() -> Entry {
    Entry {
        conversation: "cv1".into(),
        seq: 14,
        at: AT,
        author: Author::Agent(elif()),
        kind: Kind::Resolved,
        data: Data::default(),
    }
}

fn history() -> History {
    let system = Author::System(SystemAuthor {});
    let reopened = Entry { seq: 15, author: system, kind: Kind::Reopened, ..entry() };
    let extra = Some(Object("{\"replies\":[\"Evet\",\"Hayır\"]}".into()));
    let asked = Message { seq: 16, author: Author::Agent(elif()), extra, ..message() };
    let entries =
        vec![Item::Message(message()), Item::Entry(entry()), Item::Entry(reopened), Item::Message(asked)];
    History { conversation: "cv1".into(), entries, more: true }
}

fn resume() -> Vec<Resume> {
    vec![Resume { conversation: "cv1".into(), after: 12 }]
}

fn page() -> visitor::Page {
    visitor::Page { url: "https://shop.example/a".into(), title: "Çay".into(), referrer: String::new() }
}

fn accepted() -> Accepted {
    Accepted { client_id: ID, conversation: "cv1".into(), seq: 13, at: AT }
}

fn refused() -> Refused {
    Refused {
        client_id: Some(ID),
        code: Code::RateLimited,
        detail: "too fast".into(),
        retry_after_ms: Some(2000),
    }
}

fn typing_now() -> TypingNow {
    TypingNow { conversation: "cv1".into(), on: true, author: Author::Agent(elif()) }
}

fn marker() -> ReadMarker {
    ReadMarker { conversation: "cv1".into(), side: Side::Agent, received: 13, read: 12 }
}

fn read() -> Read {
    Read { conversation: "cv1".into(), received: 13, read: 12 }
}

fn typing() -> Typing {
    Typing { conversation: "cv1".into(), on: true }
}

fn get_history() -> GetHistory {
    GetHistory { conversation: "cv1".into(), before: Some(50), limit: 50 }
}

fn row() -> agent::InboxRow {
    agent::InboxRow {
        conversation: "cv1".into(),
        site: "demo".into(),
        status: Status::Open,
        head: 13,
        preview: "Merhaba".into(),
        preview_side: Side::Visitor,
        at: AT,
        created_at: AT - 5,
        waiting_since: Some(AT),
        unread: 2,
        assignee: Some(elif()),
        visitor: agent::VisitorCard {
            id: "vi1".into(),
            number: 12,
            name: None,
            locale: "tr".into(),
            page: Some(page()),
            about: Some(visitor::About("{\"email\":\"a@b.co\"}".into())),
        },
        visitor_received: 11,
        visitor_read: 10,
        agent_received: 13,
        agent_read: 12,
        backstage: 4,
        triage: triage::Triage {
            tags: vec!["Iade".into()],
            priority: triage::Priority::Urgent,
            snoozed_until: Some(AT + 7),
            proposed_at: Some(AT + 9),
            passed: 1,
            rung: 2,
            told: 3,
            unattended_since: Some(AT + 11),
            department: Some("sales".into()),
        },
    }
}

fn visit() -> person::Visit {
    person::Visit {
        visitor: "vi1".into(),
        began_at: AT - 60_000,
        at: AT,
        referrer: "https://search.example/".into(),
        device: Some(person::Device {
            browser: "Safari".into(),
            system: "iOS".into(),
            form: person::Form::Phone,
        }),
        trail: vec![person::Step { url: "https://shop.example/a".into(), title: "Çay".into(), at: AT }],
        attributes: vec![person::Attribute { name: "plan".into(), value: "Usta".into() }],
    }
}

fn person() -> person::Person {
    person::Person {
        conversation: "cv1".into(),
        before: None,
        visitor: "vi1".into(),
        identity: person::Identity::Claimed,
        since: AT - 90_000,
        here: true,
        visit: Some(visit()),
        past: vec![person::Past {
            conversation: "cv0".into(),
            status: Status::Resolved,
            created_at: AT - 80_000,
            at: AT - 70_000,
            preview: "Teşekkürler".into(),
            preview_side: Side::Visitor,
            assignee: Some(elif()),
            rating: Some(Rating { closing: 9, csat: Some(75), ces: None, comment: Some("Hızlı".into()) }),
            notes: 1,
        }],
        more: false,
        conversations: 2,
        rated: 1,
        csat: Some(75),
    }
}

fn only() -> triage::Only {
    triage::Only {
        site: Some("demo".into()),
        tag: Some("iade".into()),
        agent: Some("ag1".into()),
        locale: Some("tr".into()),
        department: Some("sales".into()),
    }
}

/// Compares one frame with its two files, and writes those that do not exist when asked to.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    name: &str,
    frame: &T,
    problems: &mut Vec<String>,
) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1");
    let hex = to_bin(frame).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    for (file, text) in [(format!("{name}.json"), to_json(frame)), (format!("{name}.bin.1.hex"), hex)] {
        let path = folder.join(&file);
        if !path.exists() && std::env::var_os("MERHABA_GOLDEN").is_some() {
            fs::write(&path, format!("{text}\n")).expect("the golden folder can be written");
        }
        match fs::read_to_string(&path) {
            Ok(golden) if golden.trim_end() == text => {}
            Ok(golden) => problems.push(format!("{file}: is {text}, was {}", golden.trim_end())),
            Err(_) => problems.push(format!("{file}: missing")),
        }
        if file.ends_with("json") {
            assert_eq!(from_json::<T>(&text).as_ref(), Ok(frame), "{file}");
        } else {
            assert_eq!(from_bin::<T>(&to_bin(frame)).as_ref(), Ok(frame), "{file}");
        }
    }
}

macro_rules! frames {
    ($problems:ident, $audience:literal, $kind:ident: $($variant:ident($value:expr)),+ $(,)?) => { $(
        check(concat!($audience, ".", stringify!($variant)), &$kind::$variant($value), &mut $problems);
    )+ };
}

#[test]
fn every_frame_kind_is_as_it_was() {
    use agent::{Command as AgentCommand, Event as AgentEvent};
    use visitor::{Command, Event};
    let mut problems = Vec::new();
    frames!(problems, "visitor.command", Command:
        Hello(visitor::Hello {
            site: "demo".into(), token: Some(Token("secret".into())), locale: "tr".into(), page: Some(page()),
            epoch: Some("ep1".into()), resume: resume(),
        }),
        Send(visitor::Send { client_id: ID, conversation: None, new: false, body: "Merhaba".into(), attachments: Vec::new(),
            about: Some(visitor::About("{\"name\":\"Ayşe\"}".into())) }),
        Read(read()), Typing(typing()), History(get_history()), Ping(Ping { nonce: 7 }), Page(page()),
        Attributes(visitor::Attributes("{\"plan\":\"Usta\"}".into())),
    );
    frames!(problems, "visitor.event", Event:
        Welcome(visitor::Welcome {
            visitor: "vi1".into(), token: None, replaced: false, epoch: "ep1".into(), now: AT, online: true, back_at: None,
            conversations: vec![visitor::ConversationCard {
                conversation: "cv1".into(), status: Status::Open, head: 12, received: 12, read: 11,
                agent_received: 12, agent_read: 10, unread: 1, assignee: Some(elif()),
            }],
        }),
        Accepted(accepted()), Refused(refused()), Message(message()), Entry(entry()), History(history()),
        Typing(typing_now()), Read(marker()), Head(Head { conversation: "cv1".into(), seq: 13 }),
        Pong(Pong { nonce: 7 }), Presence(visitor::Presence { online: false, back_at: Some(AT) }),
    );
    frames!(problems, "agent.command", AgentCommand:
        Hello(agent::Hello { epoch: None, resume: resume() }),
        Open(agent::Open { conversation: "cv1".into(), after: Some(12) }),
        Close(agent::Close { conversation: "cv1".into() }),
        Reply(agent::Reply { client_id: ID, conversation: "cv1".into(), body: "Hemen bakıyorum.".into(), attachments: Vec::new(), quote: Some(4) }),
        Note(agent::WriteNote { client_id: ID, conversation: "cv1".into(), body: "Depo yoğun".into() }),
        Claim(agent::Claim { conversation: "cv1".into() }),
        Assign(agent::Assign { conversation: "cv1".into(), agent: None }),
        Resolve(agent::Resolve { conversation: "cv1".into() }), Reopen(agent::Reopen { conversation: "cv1".into() }),
        Read(read()), Typing(typing()),
        List(agent::List { filter: agent::Filter::Unassigned, cursor: None, limit: 50, only: only() }),
        Status(agent::SetStatus { away: true, busy: false }), History(get_history()), Ping(Ping { nonce: 7 }),
        Backstage(agent::GetBackstage { conversation: "cv1".into(), before: Some(7), limit: 50 }),
        Tag(triage::SetTag { conversation: "cv1".into(), tag: "Iade".into(), on: true }),
        Priority(triage::SetPriority { conversation: "cv1".into(), priority: triage::Priority::High }),
        Snooze(triage::Snooze { conversation: "cv1".into(), until: Some(AT) }),
        Bookmark(triage::Bookmark { conversation: "cv1".into(), on: true }),
        Look(agent::Look { conversation: Some("cv1".into()) }),
        Propose(approval::Propose { client_id: ID, conversation: "cv1".into(), body: "Yarın kargoda.".into(), due: Some(AT + 60_000) }),
        Decide(approval::Decide { conversation: "cv1".into(), number: 3, verdict: approval::Verdict::Returned, text: "Tarih vermeyelim".into() }),
        Edit(revision::EditMessage { client_id: ID, conversation: "cv1".into(), of: 13, body: "Hemen bakıyoruz.".into() }),
        Delete(revision::DeleteMessage { client_id: ID, conversation: "cv1".into(), of: 13 }),
        Escalate(triage::Escalate { conversation: "cv1".into(), reason: "Müşteri çok kızgın".into() }),
        Person(person::GetPerson { conversation: "cv1".into(), before: Some("cv0".into()) }),
        Transfer(triage::Transfer { conversation: "cv1".into(), department: Some("sales".into()) }),
    );
    let activity = agent::Activity {
        conversation: "cv1".into(),
        number: 2,
        author: elif(),
        at: AT,
        after: 13,
        deed: agent::Deed::Assigned,
        to: Some(elif()),
        detail: Some(triage::Detail::Until(AT)),
    };
    let note = agent::Note {
        conversation: "cv1".into(),
        number: 1,
        client_id: ID,
        author: elif(),
        at: AT,
        after: 13,
        body: "Depo yoğun".into(),
    };
    frames!(problems, "agent.event", AgentEvent:
        Welcome(agent::Welcome {
            agent: elif(), epoch: "ep1".into(), now: AT, away: false, busy: false,
            sites: vec![agent::SiteCard { site: "demo".into(), name: "Çini".into(), role: agent::Role::Owner }],
            bookmarks: vec!["cv1".into()],
            mentions: vec!["cv2".into()],
        }),
        Inbox(agent::Inbox { filter: agent::Filter::Open, conversations: vec![row()], cursor: Some("cu1".into()), only: triage::Only::default() }),
        InboxChanged(row()), Message(message()), Entry(entry()), History(history()), Note(note), Accepted(accepted()),
        Refused(refused()), Typing(typing_now()), Read(marker()), Head(Head { conversation: "cv1".into(), seq: 13 }),
        Pong(Pong { nonce: 7 }),
        Claimed(agent::Claimed { conversation: "cv1".into(), assignee: elif(), won: false }),
        Status(agent::SetStatus { away: false, busy: true }), Rows(agent::Rows { told: 300 }), Activity(activity),
        Company(agent::Company { conversation: "cv1".into(), present: vec![agent::Present { agent: elif(), writing: true }] }),
        Counts(triage::Counts {
            site: "demo".into(), open: 9, unassigned: 4, waiting: 3, snoozed: 2,
            owned: vec![triage::Owned { agent: "ag1".into(), open: 5 }], approval: 1, unattended: 2,
        }),
        Bookmarked(triage::Bookmark { conversation: "cv1".into(), on: false }),
        Proposal(approval::Proposal {
            due: Some(AT + 60_000),
            conversation: "cv1".into(), number: 3, client_id: ID, author: elif(), at: AT, after: 13, body: "Yarın kargoda.".into(),
        }),
        Decided(approval::Decided {
            conversation: "cv1".into(), number: 3, verdict: approval::Verdict::Changed, by: elif(), won: false,
        }),
        Person(person()), Visit(visit()), Mentioned(backstage::Mentioned { conversation: "cv1".into(), by: Some(elif()) }),
        Here(person::Here { visitor: "vi1".into(), here: false, at: AT }),
    );
    assert!(problems.is_empty(), "frames changed their shape:\n{}", problems.join("\n"));
}

#[test]
fn absent_optional_fields_and_unknown_ones_are_fine() {
    let hello = r#"{"Hello":{"site":"demo","colour":"blue","nested":{"a":[1,2]}}}"#;
    assert!(matches!(from_json(hello), Ok(visitor::Command::Hello(hello)) if hello.token.is_none()));
    let send = r#"{"Send":{"client_id":"0F1E2D3C4B5A69788796A5B4C3D2E1F0","body":"x"}}"#;
    assert!(matches!(from_json(send), Ok(visitor::Command::Send(send)) if send.client_id == ID && !send.new));
}

#[test]
fn unknown_kinds_and_malformed_frames_are_told_apart() {
    let unknown = from_json::<visitor::Command>(r#"{"Dance":{"x":1}}"#);
    assert_eq!(unknown, Err(DecodeError::UnknownKind));
    for text in [
        "",
        "{",
        "[]",
        "7",
        "\"Hello\"",
        "null",
        r#"{"Send":{"body":7}}"#,
        r#"{"Read":{"conversation":"c","received":-1,"read":0}}"#,
    ] {
        assert!(matches!(from_json::<visitor::Command>(text), Err(DecodeError::Malformed { .. })), "{text}");
    }
    let named = from_json::<visitor::Command>(
        r#"{"Send":{"client_id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","body":7}}"#,
    );
    assert!(matches!(named, Err(DecodeError::Malformed { client_id: Some(ID), .. })), "{named:?}");
}

#[test]
fn deep_nesting_is_refused_before_it_is_parsed() {
    let nested = |depth: usize| {
        format!(r#"{{"Hello":{{"site":"demo","x":{}{}}}}}"#, "[".repeat(depth), "]".repeat(depth))
    };
    assert!(from_json::<visitor::Command>(&nested(JSON_DEPTH - 2)).is_ok());
    assert!(from_json::<visitor::Command>(&nested(JSON_DEPTH - 1)).is_err());
    assert!(from_json::<visitor::Command>(&nested(100_000)).is_err());
}

#[test]
fn bytes_left_over_make_a_binary_frame_malformed() {
    let mut bytes = to_bin(&visitor::Command::Ping(Ping { nonce: 7 }));
    assert!(from_bin::<visitor::Command>(&bytes).is_ok());
    bytes.push(0);
    assert!(from_bin::<visitor::Command>(&bytes).is_err());
}

#[test]
fn an_entry_of_a_later_kind_still_counts() {
    let later = r#"{"Entry":{"conversation":"cv1","seq":14,"at":0,"author":{"System":{}},"kind":"Merged","data":{"into":"cv2"}}}"#;
    assert!(
        matches!(from_json(later), Ok(visitor::Event::Entry(entry)) if entry.kind == Kind::Unknown && entry.seq == 14)
    );
    // In the binary codec: kind 9 with three bytes of data after it.
    let known = Entry { kind: Kind::Unknown, data: Data(None), ..entry() };
    let mut bytes = to_bin(&visitor::Event::Entry(known));
    assert_eq!(bytes.split_off(bytes.len() - 2), [0, 0]);
    bytes.extend([9, 3, 1, 2, 3]);
    assert!(
        matches!(from_bin(&bytes), Ok(visitor::Event::Entry(entry)) if entry.kind == Kind::Unknown && entry.data.0.is_none())
    );
}

#[test]
fn a_rating_is_read_as_it_was_written_in_both_codecs() {
    let rating = Rating { closing: 14, csat: Some(75), ces: None, comment: Some("Çok hızlı".into()) };
    let rated = Entry { kind: Kind::Rated, data: Data(Some(Content::Rated(rating))), ..entry() };
    let event = visitor::Event::Entry(rated);
    assert_eq!(from_bin(&to_bin(&event)).as_ref(), Ok(&event));
    let json = to_json(&event);
    assert!(
        json.contains(r#""data":{"Rated":{"closing":14,"csat":75,"ces":null,"comment":"Çok hızlı"}}"#),
        "{json}"
    );
    assert_eq!(from_json(&json).as_ref(), Ok(&event));
}

#[test]
fn a_change_of_a_message_is_read_as_it_was_written_in_both_codecs() {
    let edit = Content::Edited(Edit { of: 13, body: Some("Yarın".into()) });
    for (kind, content, data) in [
        (Kind::Edited, edit, r#""data":{"Edited":{"of":13,"body":"Yarın"}}"#),
        (Kind::Deleted, Content::Deleted(Deletion { of: 13 }), r#""data":{"Deleted":{"of":13}}"#),
    ] {
        let event = visitor::Event::Entry(Entry { kind, data: Data(Some(content)), ..entry() });
        assert_eq!(from_bin(&to_bin(&event)).as_ref(), Ok(&event));
        let json = to_json(&event);
        assert!(json.contains(data), "{json}");
    }
}
