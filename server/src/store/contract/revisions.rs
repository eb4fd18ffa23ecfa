//! What was said is said in other words, or taken away: who may, until when, and that nothing of it is left.
use super::world::{Open, World, client_id, get, quiet};
use crate::store::{Forgotten, Kind as Indexed, Principal, Revise, Revised};
use merhaba_shared::protocol::{
    ids::{ConversationId, Seq},
    limits::EDIT_MS,
    model::{Content, Item, Kind, Message},
};

fn wish(world: &World, who: &str, name: &ConversationId, of: Seq, words: Option<&str>) -> Revise {
    Revise {
        agent: who.into(),
        client_id: client_id(world.fresh()),
        conversation: name.clone(),
        of,
        words: words.map(str::to_owned),
        any: false,
        at: world.tick(),
    }
}

fn revise(world: &World, wish: &Revise) -> Revised {
    get(world.store.revise(wish.clone(), quiet()))
}

fn message(world: &World, name: &ConversationId, seq: usize) -> Message {
    match world.log(name).swap_remove(seq - 1) {
        Item::Message(message) => message,
        Item::Entry(entry) => panic!("no message: {entry:?}"),
    }
}

/// The words that the log's edits bring, in their order.
fn edits(world: &World, name: &ConversationId) -> Vec<Option<String>> {
    let words = |item| match item {
        Item::Entry(entry) => match entry.data.0 {
            Some(Content::Edited(edit)) => Some(edit.body),
            _ => None,
        },
        Item::Message(_) => None,
    };
    world.log(name).into_iter().filter_map(words).collect()
}

/// Told at once and read later, from anywhere: the latest, and no others. The list shows them too, where they are the last.
pub fn only_the_latest_words_are_anywhere(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    world.answers("mert", &name);
    for words in ["iki", "üç"] {
        let Revised::Stored { changed, accepted, unindex, files } =
            revise(&world, &wish(&world, "mert", &name, 2, Some(words)))
        else {
            panic!("stored")
        };
        assert_eq!(changed.row.preview, words);
        assert!(matches!(&changed.items[..], [Item::Entry(entry)] if entry.kind == Kind::Edited
            && entry.seq == accepted.seq
            && matches!(&entry.data.0, Some(Content::Edited(edit)) if edit.of == 2 && edit.body.as_deref() == Some(words))));
        assert!(unindex.is_empty() && files.is_empty());
    }
    let now = message(&world, &name, 2);
    assert_eq!((now.body.as_str(), now.edited, now.deleted), ("üç", Some(4), None));
    assert_eq!(edits(&world, &name), [None, Some("üç".into())]);
    world.says("ali");
    let Revised::Stored { changed, .. } = revise(&world, &wish(&world, "mert", &name, 2, Some("dört")))
    else {
        panic!("stored")
    };
    assert_ne!(changed.row.preview, "dört", "it is not the last");
    assert!(changed.row.waiting_since.is_some(), "an edit is no answer");
    let world = world.restarted(open);
    assert_eq!(message(&world, &name, 2).body, "dört");
}

/// One's own, for a quarter of an hour; who runs the site may take away anything, and put words in nobody's mouth.
pub fn one_may_change_what_one_wrote_a_moment_ago(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let written = world.answers("mert", &name).accepted.at;
    for of in [1, 2] {
        let theirs = wish(&world, "ayse", &name, of, Some("öyle değil"));
        assert_eq!(revise(&world, &theirs), Revised::NotYours);
        assert_eq!(revise(&world, &Revise { any: true, ..theirs.clone() }), Revised::NotYours);
        assert_eq!(revise(&world, &Revise { words: None, ..theirs }), Revised::NotYours);
    }
    for of in [0, 3, u64::MAX] {
        assert_eq!(revise(&world, &wish(&world, "mert", &name, of, None)), Revised::NotFound);
    }
    assert_eq!(revise(&world, &wish(&world, "eva", &name, 2, None)), Revised::NotFound, "of another site");
    assert_eq!(revise(&world, &wish(&world, "mert", &name, 2, Some(" \n"))), Revised::Blank);
    let last = Revise { at: written + EDIT_MS, ..wish(&world, "mert", &name, 2, Some("son anda")) };
    assert!(matches!(revise(&world, &last), Revised::Stored { .. }));
    let late = Revise { at: written + EDIT_MS + 1, ..wish(&world, "mert", &name, 2, Some("geç")) };
    assert_eq!(revise(&world, &late), Revised::TooLate);
    assert_eq!(revise(&world, &Revise { words: None, ..late.clone() }), Revised::TooLate);
    assert!(matches!(revise(&world, &last), Revised::Repeated(_)), "a repeat is answered at any time");
    let moderated = Revise { agent: "ayse".into(), any: true, words: None, ..late };
    assert!(matches!(revise(&world, &moderated), Revised::Stored { .. }));
}

/// The words are in no row, no list and no edit; the place stays. Once is enough, whoever asks again.
pub fn what_is_taken_away_is_nowhere(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    world.answers("mert", &name);
    revise(&world, &wish(&world, "mert", &name, 2, Some("kart numaranız")));
    let away = wish(&world, "mert", &name, 2, None);
    let Revised::Stored { changed, accepted, unindex, .. } = revise(&world, &away) else { panic!("stored") };
    assert!(matches!(&unindex[..], [Forgotten { kind: Indexed::Message, .. }]));
    assert_eq!(changed.row.preview, "");
    let gone = message(&world, &name, 2);
    assert_eq!((gone.body.as_str(), gone.edited, gone.deleted), ("", None, Some(accepted.seq)));
    assert_eq!(edits(&world, &name), [None]);
    assert_eq!(revise(&world, &away), Revised::Repeated(accepted.clone()));
    let again = wish(&world, "mert", &name, 2, None);
    let first = Revised::Repeated(merhaba_shared::protocol::model::Accepted {
        client_id: again.client_id,
        ..accepted
    });
    assert_eq!(revise(&world, &again), first, "it is gone already");
    assert_eq!(revise(&world, &wish(&world, "mert", &name, 2, Some("geri"))), Revised::NotFound);
    let theirs = Revise { any: true, ..wish(&world, "ayse", &name, 1, None) };
    assert!(matches!(revise(&world, &theirs), Revised::Stored { .. }), "a visitor's");
    let (who, world) = (Principal::Visitor("ali".into()), world.restarted(open));
    let seen = get(world.store.missed(who, name, 0, usize::MAX)).expect("theirs").items;
    assert!(seen.iter().all(|item| !matches!(item, Item::Message(message) if !message.body.is_empty())));
}
