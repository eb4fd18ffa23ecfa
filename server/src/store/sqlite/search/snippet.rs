//! The place of a hit in its text: which letters are what was looked for, and the line around the first of them. The
//! index's own engine says so, over the one text; nothing here knows how it tells words apart.
use crate::{
    domain::search::fold,
    store::{
        Part,
        sqlite::{
            fault::Outcome,
            sql::{change, one},
        },
    },
};
use rusqlite::Connection;

/// What the engine puts before and after what was found: no text that is looked at has them.
const MARKS: [char; 2] = ['\u{1}', '\u{2}'];
/// Letters before the first place, and in all.
const BEFORE: usize = 30;
const LENGTH: usize = 140;

/// A place in memory for one text.
pub(super) struct Looked(Connection);

impl Looked {
    pub(super) fn new() -> Outcome<Self> {
        let db = Connection::open_in_memory()?;
        db.execute_batch(
            "CREATE VIRTUAL TABLE looked USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')",
        )?;
        Ok(Self(db))
    }

    /// The line around the first place; `None`: it is not in this text.
    pub(super) fn snippet(&self, text: &str, expression: &str) -> Outcome<Option<Vec<Part>>> {
        let plain = fold(text).replace(MARKS, " ");
        change(&self.0, "DELETE FROM looked", [])?;
        change(&self.0, "INSERT INTO looked (rowid, text) VALUES (1, ?1)", [plain])?;
        let sql = "SELECT highlight(looked, 0, char(1), char(2)) FROM looked WHERE looked MATCH ?1";
        let marked = one(&self.0, sql, [expression], |row| row.get::<_, String>(0))?;
        Ok(marked.map(|marked| parts(text, &marked)))
    }
}

/// The text in pieces: the marks are where they are in its folded copy, which has as many letters.
fn parts(text: &str, marked: &str) -> Vec<Part> {
    let mut letters = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    let mut all: Vec<(char, bool)> = Vec::new();
    let mut hit = false;
    for mark in marked.chars() {
        if MARKS.contains(&mark) {
            hit = mark == MARKS[0];
        } else if let Some(letter) = letters.next() {
            all.push((letter, hit));
        }
    }
    let first = all.iter().position(|(_, hit)| *hit).unwrap_or(0);
    let from = if first <= BEFORE { 0 } else { word_after(&all, first - BEFORE, first) };
    let to = (from + LENGTH).min(all.len());
    let mut parts: Vec<Part> = Vec::new();
    if from > 0 {
        parts.push(Part { text: "…".into(), hit: false });
    }
    for (letter, hit) in &all[from..to] {
        match parts.last_mut().filter(|part| part.hit == *hit) {
            Some(part) => part.text.push(*letter),
            None => parts.push(Part { text: letter.to_string(), hit: *hit }),
        }
    }
    if to < all.len() {
        parts.push(Part { text: "…".into(), hit: false });
    }
    parts
}

/// Where the next word begins, so that a line does not begin in the middle of one.
fn word_after(all: &[(char, bool)], at: usize, first: usize) -> usize {
    let blank = all[at..first].iter().position(|(letter, _)| *letter == ' ');
    blank.map_or(at, |blank| at + blank + 1)
}
