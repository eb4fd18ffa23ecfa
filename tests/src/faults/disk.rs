//! A disk that loses its power: what a data folder can look like afterwards, by what the relay wrote and synced before.
//! What was synced is there. Of everything else each sector of 512 bytes has taken some of its writes, the first ones
//! first, and the rest is lost; names that were made or taken away in a folder that was not synced since have come as
//! far as some moment in between. Stricter than any one file system, since it is the standard that is relied on.
use super::trace::{Call, Did, Trace};
use crate::dice::Dice;
use std::collections::{BTreeMap, HashMap};

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// The files of a folder by name, those of its folders by their path; no file that only speeds things up.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A file through its life, whatever name it then has.
struct File<'a> {
    name: &'a str,
    is_folder: bool,
    calls: Vec<&'a Call>,
}

/// What a cut leaves of a folder that the trace made; `None`: not even the folder.
#[must_use]
pub fn after_cut(trace: &Trace, folder: &str, cut: usize, dice: &mut Dice) -> Option<Files> {
    let calls: Vec<_> = trace.calls.iter().filter(|call| call.begun < cut).collect();
    // When the last sync of each file and folder began that had ended by then.
    let mut synced: HashMap<&str, usize> = HashMap::new();
    for sync in calls.iter().filter(|call| call.did == Did::Synced && call.ended < cut) {
        let last = synced.entry(&sync.path).or_default();
        *last = sync.begun.max(*last);
    }
    let durable = |path: &str, call: &Call| synced.get(path).is_some_and(|sync| *sync > call.ended);
    let (above, _) = folder.rsplit_once('/')?;
    let made = calls.iter().find(|call| call.path == folder && call.did == Did::Made)?;
    if !durable(above, made) && dice.place(2) == 0 {
        return None;
    }
    let (files, names) = lives(&calls, folder);
    let mut there: BTreeMap<&str, usize> = BTreeMap::new();
    for (folder, names) in names {
        let certain = names.iter().filter(|(call, _)| durable(folder, call)).count();
        let happened = certain + dice.place(names.len() - certain + 1);
        for (call, file) in &names[..happened] {
            if call.did == Did::Made {
                there.insert(files[*file].name, *file);
            } else {
                there.remove(files[*file].name);
            }
        }
    }
    let is_there = |name: &str| {
        let above = name.match_indices('/').map(|(at, _)| &name[..at]);
        above.into_iter().all(|above| there.contains_key(above))
    };
    let kept = there.values().map(|file| &files[*file]).filter(|file| !file.is_folder && is_there(file.name));
    let kept = kept.map(|file| {
        let sure = |call: &Call| durable(&call.path, call);
        (file.name.to_owned(), content(&file.calls, sure, dice))
    });
    Some(kept.collect())
}

/// What happened to the names in each folder, in order: which call, and to which file.
type Names<'a> = BTreeMap<&'a str, Vec<(&'a Call, usize)>>;

/// Every file that the folder has had, and what happened to names, in order.
fn lives<'a>(calls: &[&'a Call], folder: &str) -> (Vec<File<'a>>, Names<'a>) {
    let (mut files, mut names) = (Vec::<File<'a>>::new(), Names::new());
    let mut there: HashMap<&str, usize> = HashMap::new();
    for call in calls {
        let name = call.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        let counts = |name: &&str| name.contains(".db") || *name == "files" || name.starts_with("files/");
        let Some(name) = name.filter(|name| counts(name) && !name.ends_with("-shm")) else {
            continue;
        };
        if let Some((above, _)) = name.rsplit_once('/')
            && let Some(above) = there.get(above)
        {
            files[*above].is_folder = true;
        }
        let above = call.path.rsplit_once('/').map_or("", |(above, _)| above);
        match (&call.did, there.get(name)) {
            (Did::Made, None) => {
                there.insert(name, files.len());
                names.entry(above).or_default().push((*call, files.len()));
                files.push(File { name, is_folder: false, calls: Vec::new() });
            }
            (Did::Unlinked, Some(file)) => {
                names.entry(above).or_default().push((*call, *file));
                there.remove(name);
            }
            (Did::Wrote { .. } | Did::Cut(_), Some(file)) => files[*file].calls.push(call),
            _ => {}
        }
    }
    (files, names)
}

/// What a file holds: what is sure, and of the rest what each sector happened to take.
fn content(calls: &[&Call], sure: impl Fn(&Call) -> bool, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut pending: HashMap<usize, usize> = HashMap::new();
    for call in calls.iter().filter(|call| !sure(call)) {
        for (sector, _) in sectors(call) {
            *pending.entry(sector).or_default() += 1;
        }
    }
    // How many of its writes a sector has taken; in an order that does not hang on a map's.
    let mut order: Vec<_> = pending.into_iter().collect();
    order.sort_unstable();
    let mut takes: HashMap<_, _> =
        order.into_iter().map(|(sector, writes)| (sector, dice.place(writes + 1))).collect();
    for call in calls {
        let sure = sure(call);
        if let Did::Cut(length) = call.did
            && (sure || dice.place(2) == 0)
        {
            bytes.resize(length, 0);
        }
        if let (Did::Wrote { offset, bytes: written }, true) = (&call.did, sure) {
            put(&mut bytes, *offset, written);
            continue;
        }
        for (sector, (offset, part)) in sectors(call) {
            if let Some(takes) = takes.get_mut(&sector).filter(|takes| **takes > 0) {
                *takes -= 1;
                put(&mut bytes, offset, part);
            }
        }
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, offset: usize, part: &[u8]) {
    let end = offset + part.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(part);
}

/// A write, sector by sector, with the offset of each part.
fn sectors(call: &Call) -> impl Iterator<Item = (usize, (usize, &[u8]))> {
    let (offset, bytes) = match &call.did {
        Did::Wrote { offset, bytes } => (*offset, bytes.as_slice()),
        _ => (0, &[][..]),
    };
    let end = offset + bytes.len();
    (offset / SECTOR..end.div_ceil(SECTOR)).map(move |sector| {
        let (from, to) = (offset.max(sector * SECTOR), end.min((sector + 1) * SECTOR));
        (sector, (from, &bytes[from - offset..to - offset]))
    })
}

#[cfg(test)]
mod tests {
    use super::{Call, Dice, Did, Trace, after_cut};
    use std::collections::HashSet;

    fn call(at: usize, path: &str, did: Did) -> Call {
        Call { begun: at, ended: at, path: path.into(), did }
    }

    fn wrote(at: usize, offset: usize, bytes: &[u8]) -> Call {
        call(at, "/d/a.db", Did::Wrote { offset, bytes: bytes.into() })
    }

    #[test]
    fn what_was_synced_is_there_and_the_rest_may_be() {
        let calls = vec![
            call(0, "/d", Did::Made),
            call(1, "", Did::Synced),
            call(2, "/d/a.db", Did::Made),
            call(3, "/d", Did::Synced),
            wrote(4, 0, b"aa"),
            call(5, "/d/a.db", Did::Synced),
            wrote(6, 1, b"b"),
            wrote(7, 600, b"c"),
        ];
        let trace = Trace { calls, lines: 8 };
        let seen: HashSet<_> =
            (0..100).map(|seed| after_cut(&trace, "/d", 8, &mut Dice::new(seed)).expect("synced")).collect();
        let first = |files: &super::Files| files["a.db"][..2].to_vec();
        assert!(seen.iter().all(|files| [b"aa".to_vec(), b"ab".to_vec()].contains(&first(files))));
        assert_eq!(seen.len(), 4, "each of two sectors with and without its write: {seen:?}");
        let early: HashSet<_> =
            (0..100).map(|seed| after_cut(&trace, "/d", 1, &mut Dice::new(seed))).collect();
        assert!(early.contains(&None), "a folder whose name was not synced can be gone");
    }
}
