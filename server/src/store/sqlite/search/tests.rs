//! What search promises: it finds what is there, for whoever may see it, and nothing is lost with its file.
use super::INDEX;
use crate::{
    domain::search::expression,
    store::{
        AgentMessage, Forgotten, Found, Kind, NewAgent, Part, Search, SearchStore, Sequence, Site,
        SiteSettings, Store, TriageStore, VisitorMessage,
        contract::{client_id, get, quiet, sender, stored},
        sqlite::{Executor, Sqlite},
    },
};
use merhaba_shared::protocol::{agent::Role, ids::Epoch};
use std::{cell::Cell, path::Path};
use tempfile::TempDir;

struct Place {
    store: Sqlite,
    dir: TempDir,
    at: Cell<i64>,
}

fn open(dir: &Path, epoch: &str) -> Sqlite {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    Sqlite::open_with(dir, &Epoch::from(epoch), fatal, Executor::Inline).expect("opens")
}

/// Two sites: `ada` is an agent of `shop`, `eva` of `other`, `can` a trainee of `shop`.
fn place() -> Place {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path(), "first");
    for key in ["shop", "other"] {
        let settings = SiteSettings { name: key.into(), ..SiteSettings::default() };
        get(store.add_site(Site { key: key.into(), at: 0, settings }));
    }
    for (name, site, role) in
        [("ada", "shop", Role::Agent), ("eva", "other", Role::Owner), ("can", "shop", Role::Trainee)]
    {
        let (email, password_hash) = (format!("{name}@example.com"), String::new());
        let (id, name) = (name.into(), name.into());
        get(store.add_agent(NewAgent { id, site: site.into(), email, name, role, password_hash, at: 0 }));
    }
    Place { store, dir, at: Cell::new(0) }
}

impl Place {
    fn tick(&self) -> u64 {
        self.at.set(self.at.get() + 1);
        self.at.get().unsigned_abs()
    }

    /// A visitor's message; the conversation it went to.
    fn says(&self, site: &str, visitor: &str, body: &str) -> String {
        self.says_of(site, visitor, body, None)
    }

    fn says_of(&self, site: &str, visitor: &str, body: &str, name: Option<&str>) -> String {
        let tick = self.tick();
        let about = name.map(|name| {
            let json = serde_json::json!({ "name": name, "email": "elif@shop.example" });
            Box::new(serde_json::from_value(json).expect("about"))
        });
        let message = VisitorMessage {
            from: sender(site, visitor),
            client_id: client_id(tick),
            conversation: None,
            new: false,
            new_conversation: format!("c{tick}").as_str().into(),
            body: body.into(),
            attachments: Vec::new(),
            extra: None,
            about,
            at: self.at.get(),
            sequence: Sequence::default(),
        };
        stored(get(self.store.visitor_message(message, quiet()))).accepted.conversation.0
    }

    fn notes(&self, agent: &str, conversation: &str, body: &str) {
        let note = AgentMessage {
            agent: agent.into(),
            client_id: client_id(self.tick()),
            conversation: conversation.into(),
            body: body.into(),
            attachments: Vec::new(),
            extra: None,
            quote: None,
            at: self.at.get(),
            sequence: Sequence::default(),
        };
        get(self.store.note(note, quiet()));
    }

    fn index(&self) {
        while get(self.store.index(3)) > 0 {}
    }

    fn search(&self, agent: &str, typed: &str, cursor: Option<String>, limit: usize) -> Found {
        let expression = expression(typed).expect("something");
        get(self.store.search(Search { agent: agent.into(), expression, cursor, limit }))
    }

    /// What is found, each as its text with the hits between brackets.
    fn finds(&self, agent: &str, typed: &str) -> Vec<String> {
        let found = self.search(agent, typed, None, 50);
        let text = |part: &Part| {
            if part.hit { format!("[{}]", part.text) } else { part.text.clone() }
        };
        found.hits.iter().map(|hit| hit.snippet.iter().map(text).collect()).collect()
    }
}

#[test]
fn a_word_is_found_however_it_is_written() {
    let place = place();
    place.says("shop", "v1", "Işık ışıl ışıl, IŞIK yanıyor");
    place.says("shop", "v1", "İstanbul’a kargo çok gecikti");
    place.says("shop", "v1", "Öğlen café açık");
    place.index();
    for typed in ["isik", "ışık", "IŞIK", "İşik", "ISIK"] {
        assert_eq!(place.finds("ada", typed), ["[Işık] ışıl ışıl, [IŞIK] yanıyor"], "{typed}");
    }
    for typed in ["istanbul", "ıstanbul", "İSTANBUL", "Istan"] {
        assert_eq!(place.finds("ada", typed), ["[İstanbul]’a kargo çok gecikti"], "{typed}");
    }
    for typed in ["oglen", "ÖĞLEN", "cafe", "acık", "cafe\u{301}"] {
        assert_eq!(place.finds("ada", typed).len(), 1, "{typed}");
    }
}

#[test]
fn words_phrases_beginnings_and_syntax() {
    let place = place();
    place.says("shop", "v1", "kargo gecikti mi");
    place.says("shop", "v1", "gecikti kargo");
    place.says("shop", "v1", "a OR b: fiyat* nedir?");
    place.index();
    assert_eq!(place.finds("ada", "kargo gec").len(), 2);
    assert_eq!(place.finds("ada", "gecikti kar").len(), 2);
    assert!(place.finds("ada", "gecikti kar ").is_empty());
    assert_eq!(place.finds("ada", r#""kargo gecikti""#), ["[kargo gecikti] mi"]);
    assert_eq!(place.finds("ada", "fiyat*"), ["a OR b: [fiyat]* nedir?"]);
    assert_eq!(place.finds("ada", "kargo OR fiyat"), [""; 0], "OR is a word");
    for typed in [
        "site:s1",
        "text:kargo",
        "kargo)",
        "(kargo",
        "NEAR(kargo gecikti)",
        "^kargo",
        "-kargo",
        "{a} : x",
        "s1",
    ] {
        place.finds("ada", typed);
    }
    assert!(place.finds("ada", "s1").is_empty(), "a site is no word of anybody");
}

#[test]
fn only_what_is_of_ones_sites_is_found() {
    let place = place();
    let shop = place.says("shop", "v1", "gizli kelime");
    place.says("other", "v2", "gizli başka");
    place.notes("can", &shop, "gizli not");
    place.index();
    assert_eq!(place.finds("ada", "gizli"), ["[gizli] not", "[gizli] kelime"]);
    assert_eq!(place.finds("can", "gizli").len(), 2);
    assert_eq!(place.finds("eva", "gizli"), ["[gizli] başka"]);
    assert!(place.finds("nobody", "gizli").is_empty());
}

#[test]
fn a_note_and_a_visitor_say_where_they_are() {
    let place = place();
    let conversation = place.says_of("shop", "v1", "merhaba", Some("Elif Yıldız"));
    place.notes("ada", &conversation, "iade sözü verildi");
    place.index();
    let found = place.search("ada", "iade", None, 5);
    let hit = &found.hits[0];
    assert_eq!((hit.kind, hit.seq, hit.number, hit.author.as_deref()), (Kind::Note, 1, Some(1), Some("ada")));
    assert_eq!(hit.row.conversation.as_str(), conversation);
    assert_eq!(place.finds("ada", "yildiz"), ["Elif [Yıldız] · elif@shop.example"]);
    assert_eq!(place.finds("ada", "elif@shop.example").len(), 1);
    assert_eq!(place.search("ada", "elif", None, 5).hits[0].kind, Kind::Person);
}

#[test]
fn tags_are_found_once_on_the_first_page_and_only_those_of_ones_sites() {
    let place = place();
    let shop = place.says("shop", "v1", "kargo nerede");
    let other = place.says("other", "v2", "kargo nerede");
    for (agent, conversation, tag) in
        [("ada", &shop, "Kargo gecikmesi"), ("ada", &shop, "iade"), ("eva", &other, "kargo gizli")]
    {
        let (at, tag) = (place.at.get(), (tag.to_owned(), true));
        get(place.store.tag(agent.into(), conversation.as_str().into(), tag, at, quiet()));
    }
    place.says("shop", "v1", "kargo bekliyorum");
    place.index();
    let found = place.search("ada", "kargo", None, 1);
    assert_eq!(found.tags.iter().map(|found| found.tag.as_str()).collect::<Vec<_>>(), ["Kargo gecikmesi"]);
    assert_eq!(found.tags[0].snippet[0], Part { text: "Kargo".into(), hit: true });
    assert!(place.search("ada", "kargo", found.cursor, 1).tags.is_empty(), "on the first page only");
    assert_eq!(place.search("ada", "IADE", None, 1).tags.len(), 1);
    assert!(place.search("ada", "kargo iade", None, 1).tags.is_empty(), "all words in one tag");
    assert!(place.search("nobody", "kargo", None, 1).tags.is_empty());
}

#[test]
fn pages_are_the_newest_first_without_a_hole() {
    let place = place();
    for number in 0..7 {
        place.says("shop", "v1", &format!("soru {number}"));
    }
    place.index();
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let found = place.search("ada", "soru", cursor, 3);
        seen.extend(found.hits.iter().map(|hit| hit.seq));
        cursor = found.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(place.search("ada", "soru", Some("of another".into()), 50).hits.len(), 7);
}

#[test]
fn it_goes_on_where_it_was_and_is_made_anew_when_it_is_damaged_gone_or_of_another_store() {
    let place = place();
    place.says("shop", "v1", "birinci");
    place.index();
    place.says("shop", "v1", "ikinci");
    let Place { store, dir, at } = place;
    get(store.close());
    drop(store);
    let reopened = |dir: TempDir, at: &Cell<i64>| Place { store: open(dir.path(), "x"), dir, at: at.clone() };
    let place = reopened(dir, &at);
    assert_eq!((place.finds("ada", "birinci").len(), place.finds("ada", "ikinci").len()), (1, 0));
    place.index();
    assert_eq!(place.finds("ada", "ikinci").len(), 1);
    let Place { store, dir, at } = place;
    get(store.close());
    drop(store);
    std::fs::write(dir.path().join(INDEX), "not a database at all ".repeat(400)).expect("written");
    let place = reopened(dir, &at);
    place.index();
    assert_eq!(place.finds("ada", "birinci").len(), 1);
    get(place.store.writing(None, |db| {
        db.execute("UPDATE meta SET value = 'restored' WHERE key = 'epoch'", [])?;
        db.execute("UPDATE entries SET body = 'üçüncü' WHERE seq = 1", [])?;
        Ok(())
    }));
    let Place { store, dir, at } = place;
    get(store.close());
    drop(store);
    let place = reopened(dir, &at);
    assert!(place.finds("ada", "üçüncü").is_empty(), "nothing of another store is found");
    place.index();
    assert_eq!((place.finds("ada", "birinci").len(), place.finds("ada", "üçüncü").len()), (0, 1));
}

#[test]
fn what_is_erased_or_edited_is_not_found_and_its_words_are_gone_from_the_file() {
    let place = place();
    place.says_of("shop", "v1", "sırlarımız burada", Some("Zeynep Gizlioglu"));
    place.index();
    get(place.store.writing(None, |db| {
        db.execute("UPDATE entries SET body = 'silindi' WHERE id = 1", [])?;
        db.execute("UPDATE visitors SET about = NULL WHERE id = 1", [])?;
        Ok(())
    }));
    assert!(place.finds("ada", "sırlarımız").is_empty(), "even while the index still has it");
    let what = [Kind::Message, Kind::Person].map(|kind| Forgotten { kind, row: 1 });
    get(place.store.unindex(what.into()));
    assert!(place.finds("ada", "sırlarımız").is_empty());
    let filling = place.store.index.filling.lock().expect("held").take().expect("open");
    filling.query_row("PRAGMA main.wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("emptied");
    let bytes = std::fs::read(place.dir.path().join(INDEX)).expect("read");
    for word in [&b"sirlarimiz"[..], b"gizlioglu", b"Gizlioglu"] {
        assert!(!bytes.windows(word.len()).any(|at| at == word), "{word:?} is still in the file");
    }
}
