//! How runs, days, notes and what is on its way stand in the log. No page.
use super::{Deed, Piece, State, pieces};
use merhaba_shared::{
    client::{
        agent::{Backstage, Opened},
        outbox::{Outgoing, Progress},
        thread::Thread,
    },
    protocol::{
        agent::{self, Activity, BackstageLine, Note},
        error::Code,
        ids::{ClientId, Millis, Seq},
        model::{
            AgentAuthor, Author, Data, Entry, History, Item, Kind, Message, ReadMarker, Side, VisitorAuthor,
        },
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
    })
}

fn opened(entries: Vec<Item>) -> Opened {
    let mut thread = Thread::new(Side::Agent, "c".into(), 0);
    thread.page(0, History { conversation: "c".into(), entries, more: false });
    Opened { thread, backstage: Backstage::default() }
}

fn draw(opened: &Opened, waiting: &[Outgoing]) -> Vec<Piece> {
    pieces(opened, waiting, Some(&elif()), |at| at / DAY)
}

/// One letter for each piece: D day, b/B bubble (capital: out), m/M mark, E event, N note.
fn shape(pieces: &[Piece]) -> String {
    let letter = |piece: &Piece| match piece {
        Piece::Day(_) => 'D',
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
        note: false,
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
    let given = Activity { conversation, number: 2, author, at: 1, after: 1, deed, to };
    log.backstage.line(BackstageLine::Note(note(1, 1)));
    log.backstage.line(BackstageLine::Activity(given));
    log.backstage.line(BackstageLine::Note(note(3, 3)));
    let mut waiting = Outgoing {
        client_id: id(41),
        conversation: Some("c".into()),
        begins: None,
        body: "w".into(),
        attachments: vec![],
        note: true,
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
        note: false,
        progress: Progress::Waiting,
    }];
    let before = draw(&opened(vec![]), &waiting);
    let after = draw(&opened(vec![message(1, true, 0)]), &[]);
    assert!(after.contains(&before[0]), "{before:?} {after:?}");
}
