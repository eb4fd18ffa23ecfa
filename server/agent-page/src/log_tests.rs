//! How runs, days, notes and what is on its way stand in the log. No page.
use super::{Deed, Now, Piece, State, pieces};
use merhaba_shared::{
    client::{
        agent::{Backstage, Opened},
        outbox::{Outgoing, Progress, What},
        thread::Thread,
    },
    protocol::{
        agent::{self, Activity, BackstageLine, Note},
        approval::{Decision, Proposal, Verdict},
        error::Code,
        ids::{ClientId, Millis, Seq},
        model::{
            AgentAuthor, Author, Data, Entry, History, Item, Kind, Message, ReadMarker, Side, VisitorAuthor,
        },
        triage::Detail,
    },
};

const DAY: Millis = 86_400_000;

fn id(n: u8) -> ClientId {
    ClientId([n; 16])
}

fn elif() -> AgentAuthor {
    AgentAuthor { id: "a".into(), name: "Elif".into() }
}

fn message(seq: Seq, out: bool, at: Millis) -> Item {
    let author = if out { Author::Agent(elif()) } else { Author::Visitor(VisitorAuthor::default()) };
    let client_id = id(u8::try_from(seq).expect("small"));
    Item::Message(Message {
        conversation: "c".into(),
        seq,
        client_id,
        author,
        at,
        body: format!("m{seq}"),
        attachments: vec![],
        extra: None,
        edited: None,
        deleted: None,
        quote: None,
    })
}

fn opened(entries: Vec<Item>) -> Opened {
    let mut thread = Thread::new(Side::Agent, "c".into(), 0);
    thread.page(0, History { conversation: "c".into(), entries, more: false });
    Opened { thread, backstage: Backstage::default(), present: vec![], person: None, gone: None }
}

fn draw(opened: &Opened, waiting: &[Outgoing]) -> Vec<Piece> {
    pieces(opened, waiting, Some(&elif()), None, |at| at / DAY)
}

/// One letter for each piece: D day, U unread from here, b/B bubble (capital: out), m/M mark, E event, N note, P proposal.
fn shape(pieces: &[Piece]) -> String {
    let letter = |piece: &Piece| match piece {
        Piece::Day(_) => 'D',
        Piece::Unread => 'U',
        Piece::Bubble { out, .. } => {
            if *out {
                'B'
            } else {
                'b'
            }
        }
        Piece::Mark { out, .. } => {
            if *out {
                'M'
            } else {
                'm'
            }
        }
        Piece::Rating { .. } => 'r',
        Piece::Event { .. } => 'E',
        Piece::Proposal { .. } => 'P',
        Piece::Note { .. } => 'N',
    };
    pieces.iter().map(letter).collect()
}

#[test]
fn messages_within_five_minutes_share_a_mark_and_days_are_marked() {
    let log = opened(vec![
        message(1, false, 0),
        message(2, false, 60_000),
        message(3, true, 70_000),
        message(4, true, 371_000),
        message(5, true, DAY + 1),
    ]);
    assert_eq!(shape(&draw(&log, &[])), "DbbmBMBMDBM");
}

#[test]
fn the_state_under_an_answer_is_what_the_visitor_confirmed() {
    let mut log = opened(vec![message(1, true, 0), message(2, false, 1), message(3, true, 2)]);
    let marker = ReadMarker { conversation: "c".into(), side: Side::Visitor, received: 3, read: 1 };
    log.thread.marker(&marker);
    let states: Vec<_> = draw(&log, &[])
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Mark { state, .. } => Some(state),
            _ => None,
        })
        .collect();
    assert_eq!(states, [Some(State::Read), None, Some(State::Delivered)]);
}

#[test]
fn what_is_on_its_way_joins_the_run_and_what_failed_stands_alone() {
    let log = opened(vec![message(1, true, 0)]);
    let out = |n, progress| Outgoing {
        client_id: id(n),
        conversation: Some("c".into()),
        begins: None,
        body: "x".into(),
        attachments: vec![],
        what: What::Message,
        progress,
    };
    let elsewhere = Outgoing { conversation: Some("d".into()), ..out(9, Progress::Waiting) };
    let waiting = [out(7, Progress::Failed(Code::TooLong)), out(8, Progress::Waiting), elsewhere];
    let drawn = draw(&log, &waiting);
    assert_eq!(shape(&drawn), "DBMBMBM");
    assert!(drawn.contains(&Piece::Mark {
        id: id(8),
        out: true,
        who: Some("Elif".into()),
        at: None,
        state: Some(State::Sending)
    }));
    assert_eq!(shape(&draw(&log, &waiting[1..])), "DBBM");
}

#[test]
fn notes_and_events_break_runs_and_stand_where_they_were_written() {
    let mut log = opened(vec![
        message(1, false, 0),
        message(2, false, 1),
        Item::Entry(Entry {
            conversation: "c".into(),
            seq: 3,
            at: 2,
            author: Author::Agent(elif()),
            kind: Kind::Resolved,
            data: Data::default(),
        }),
    ]);
    let note = |number, after| Note {
        conversation: "c".into(),
        number,
        client_id: id(40),
        author: elif(),
        at: 1,
        after,
        body: "n".into(),
    };
    let (conversation, author) = ("c".into(), elif());
    let (deed, to) = (agent::Deed::Assigned, Some(AgentAuthor { id: "b".into(), name: "Mert".into() }));
    let given = Activity { conversation, number: 2, author, at: 1, after: 1, deed, to, detail: None };
    log.backstage.line(BackstageLine::Note(note(1, 1)));
    log.backstage.line(BackstageLine::Activity(given));
    log.backstage.line(BackstageLine::Note(note(3, 3)));
    let mut waiting = Outgoing {
        client_id: id(41),
        conversation: Some("c".into()),
        begins: None,
        body: "w".into(),
        attachments: vec![],
        what: What::Note,
        progress: Progress::Waiting,
    };
    let drawn = draw(&log, &[waiting.clone()]);
    assert_eq!(shape(&drawn), "DbmNEbmENN");
    let given = Deed::Assigned("Mert".into());
    assert!(drawn.contains(&Piece::Event { seq: 2, kind: given, who: Some("Elif".into()), at: 1 }));
    waiting.progress = Progress::Failed(Code::Forbidden);
    assert_eq!(shape(&draw(&log, &[waiting])), "DbmNEbmENNM", "with the ways on");
    let resolved = Piece::Event { seq: 3, kind: Deed::Resolved, who: Some("Elif".into()), at: 2 };
    assert!(drawn.contains(&resolved));
}

#[test]
fn a_message_keeps_its_line_when_it_is_stored() {
    let waiting = [Outgoing {
        client_id: id(1),
        conversation: Some("c".into()),
        begins: None,
        body: "m1".into(),
        attachments: vec![],
        what: What::Message,
        progress: Progress::Waiting,
    }];
    let before = draw(&opened(vec![]), &waiting);
    let after = draw(&opened(vec![message(1, true, 0)]), &[]);
    assert!(after.contains(&before[0]), "{before:?} {after:?}");
}

#[test]
fn what_waits_for_approval_stands_in_its_place_until_it_goes_as_it_was() {
    let mut log = opened(vec![message(1, false, 0), message(2, false, 1)]);
    let written = |number, author| Proposal {
        conversation: "c".into(),
        number,
        client_id: id(50),
        author,
        at: 1,
        after: 1,
        body: "p".into(),
        due: None,
    };
    log.backstage.line(BackstageLine::Proposal(written(1, elif())));
    let drawn = draw(&log, &[]);
    assert_eq!(shape(&drawn), "DbmPbm");
    assert!(matches!(&drawn[3], Piece::Proposal { number: 1, mine: true, fate: None, .. }), "{drawn:?}");
    let decided = |deed, text: &str| Activity {
        conversation: "c".into(),
        number: 2,
        author: AgentAuthor { id: "b".into(), name: "Mert".into() },
        at: 2,
        after: 2,
        deed,
        to: None,
        detail: Some(Detail::Proposal(Decision { number: 1, of: elif(), text: text.into() })),
    };
    for (deed, text, shown, reason) in [
        (agent::Deed::Returned, "why", Some(Verdict::Returned), "why"),
        (agent::Deed::Changed, "other words", Some(Verdict::Changed), ""),
        (agent::Deed::Approved, "", None, ""),
        (agent::Deed::Sent, "", None, ""),
    ] {
        let mut log = log.clone();
        log.backstage.line(BackstageLine::Activity(decided(deed, text)));
        let fate = draw(&log, &[]).into_iter().find_map(|piece| match piece {
            Piece::Proposal { fate, .. } => Some(fate.expect("decided")),
            _ => None,
        });
        assert_eq!(fate.as_ref().map(|fate| fate.verdict), shown);
        assert_eq!(fate.map(|fate| fate.reason).unwrap_or_default(), reason);
    }
}

#[test]
fn what_became_of_a_message_stands_in_its_place_at_once() {
    let log = opened(vec![message(1, true, 0), message(2, false, 1)]);
    let wish = |of, gone, body: &str| Outgoing {
        client_id: id(50),
        conversation: Some("c".into()),
        begins: None,
        body: body.into(),
        attachments: vec![],
        what: if gone { What::Deletion(of) } else { What::Edit(of) },
        progress: Progress::Waiting,
    };
    let said = |pieces: &[Piece]| {
        let said = |piece: &Piece| match piece {
            Piece::Bubble { body, now, .. } => Some((body.clone(), *now)),
            _ => None,
        };
        pieces.iter().filter_map(said).collect::<Vec<_>>()
    };
    let edited = draw(&log, &[wish(1, false, "other")]);
    assert_eq!(shape(&edited), "DBMbm", "no line of its own");
    assert_eq!(said(&edited), [("other".into(), Now::Edited), ("m2".into(), Now::AsWritten)]);
    let gone = said(&draw(&log, &[wish(2, true, "")]));
    assert_eq!(gone, [("m1".into(), Now::AsWritten), (String::new(), Now::Gone)]);
    // Of two wishes the later one is what it will be.
    let twice = said(&draw(&log, &[wish(1, false, "other"), wish(1, false, "yet other")]));
    assert_eq!(twice[0], ("yet other".into(), Now::Edited));
}

#[test]
fn a_line_stands_above_what_nobody_had_read_and_parts_a_run() {
    let log = opened(vec![message(1, false, 0), message(2, false, 1), message(3, true, 2)]);
    let drawn = |unread| pieces(&log, &[], Some(&elif()), unread, |at| at / DAY);
    assert_eq!(shape(&drawn(Some(2))), "DbmUbmBM");
    assert_eq!(shape(&drawn(Some(1))), "DUbbmBM", "below the day");
    assert_eq!(shape(&drawn(None)), "DbbmBM");
}
