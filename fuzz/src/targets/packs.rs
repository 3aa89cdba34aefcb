//! Targets for the files of a pack.

use std::sync::LazyLock;

use keysieve::git::object_id::{ObjectFormat, ObjectId};
use keysieve::git::pack::{DeltaForest, EntryHeader, MultiPackIndex, PackIndex, delta};

/// The bytes with a valid trailer, so that the code after the checksum is reached.
pub(super) fn signed(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    bytes.extend(ObjectFormat::Sha1.hash(&[data]).as_bytes());
    bytes
}

/// Checks what is true of every index that can be read.
fn check_index(index: &PackIndex) {
    for entry in 0..index.len() {
        for before in entry.saturating_sub(9)..entry {
            let distance = index.offset(entry) - index.offset(before);
            assert_eq!(index.before(entry, distance), Some(before));
        }
        let found = index.find(&index.id(entry)).expect("an object is found by its id");
        assert!(found == entry || index.has_duplicates());
        assert!(index.end(entry, u64::MAX) > index.offset(entry), "an entry has a length");
    }
}

/// A pack's index, without its trailer.
pub fn index(data: &[u8]) {
    if let Ok(index) = PackIndex::parse(&signed(data), ObjectFormat::Sha1) {
        check_index(&index);
    }
    let _ = PackIndex::parse(data, ObjectFormat::Sha1);
}

/// A multi-pack-index, without its trailer.
pub fn midx(data: &[u8]) {
    if let Ok(midx) = MultiPackIndex::parse(&signed(data), ObjectFormat::Sha1) {
        for name in ["pack-a.idx", "pack-b.idx", ""] {
            if let Ok(index) = midx.index_of(name) {
                check_index(&index);
            }
        }
    }
    let _ = MultiPackIndex::parse(data, ObjectFormat::Sha1);
}

/// Headers of entries, and the delta forest of these entries.
pub fn header(data: &[u8]) {
    let mut headers = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let header = EntryHeader::parse(rest, ObjectFormat::Sha1);
        let length = header.map_or(1, |header| usize::from(header.length));
        assert!(length > 0 && length <= rest.len());
        headers.push(header);
        rest = &rest[length..];
    }
    let entries: Vec<_> = (0..headers.len())
        .map(|number| {
            let mut id = [0; 20];
            id[..8].copy_from_slice(&(number as u64).to_be_bytes());
            (12 + 8 * number as u64, ObjectId::new(&id).expect("twenty bytes"), 0)
        })
        .collect();
    let Ok(index) = PackIndex::from_entries(entries, ObjectFormat::Sha1) else { return };
    let forest = DeltaForest::new(&index, headers);
    for number in 0..forest.len() {
        // Every entry with a kind leads to a root, in no more steps than there are entries.
        let mut steps = 0;
        let mut above = number;
        while forest.kind(number).is_some() && forest.parent(above) < forest.len() {
            above = forest.parent(above);
            steps += 1;
            assert!(steps <= forest.len());
        }
    }
}

/// A delta against a base of 64 KiB and one byte.
pub fn delta(data: &[u8]) {
    static BASE: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..=0x10000u32).map(|number| (number % 251) as u8).collect());
    let base = &*BASE;
    // Seven bytes copy 16 MB; such bombs are not tested here.
    if delta::lengths(data).is_ok_and(|(_, length)| length > 1 << 20) {
        return;
    }
    let (mut copies, mut version) = (Vec::new(), Vec::new());
    if delta::apply(data, base, &mut copies, &mut version).is_ok() {
        assert_eq!(delta::lengths(data).ok(), Some((base.len() as u64, version.len() as u64)));
        for pair in copies.windows(2) {
            assert!(pair[0].end() <= pair[1].start);
        }
        for copy in copies {
            assert_eq!(version[copy.start..copy.end()], base[copy.base..copy.base + copy.length]);
        }
    }
}
