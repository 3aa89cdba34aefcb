//! The index of a pack (gitformat-pack(5), "Version 1 pack-*.idx files", "Version 2 pack-*.idx
//! files").
//!
//! Read once into columns sorted by offset, the order in which the pack is walked.

use rayon::prelude::*;

use super::{MAGIC_V2 as MAGIC, PackError, be32, be64};
use crate::git::object_id::{ObjectFormat, ObjectId};

const HEADER: usize = 8;
const FANOUT: usize = 256 * 4;
/// Marks an offset of more than 31 bits, which is stored in a table of its own.
const LARGE: u32 = 1 << 31;

/// Lengths of files are signed.
const LONGEST_FILE: u64 = i64::MAX as u64;

/// The offset of each object in a pack. Entries are numbered by offset.
#[derive(Debug)]
pub struct PackIndex {
    format: ObjectFormat,
    offsets: Vec<u64>,
    /// All ids, concatenated.
    ids: Vec<u8>,
    /// CRC-32 of each entry as stored; a `multi-pack-index` and version 1 have none.
    checksums: Option<Vec<u32>>,
    /// Entries in the order of their ids.
    by_id: Vec<Row>,
    /// Where the ids with the same first bits begin in `by_id`, for fast lookups.
    buckets: Vec<u32>,
    duplicates: bool,
    /// The pack's own checksum, if the index has it.
    pack_checksum: Option<ObjectId>,
}

/// An entry in the order of ids.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The next bytes of the id: most searches read no id.
    key: u32,
    entry: u32,
}

impl PackIndex {
    /// Parses an index of either version and verifies its trailer.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Result<PackIndex, PackError> {
        let broken = PackError::Index;
        let is_new = bytes.starts_with(MAGIC);
        if is_new && be32(bytes, 4) != Some(2) {
            return Err(broken("unknown version"));
        }
        let (fan, width) =
            if is_new { (HEADER, format.length()) } else { (0, 4 + format.length()) };
        let count = fanout(bytes, fan).ok_or(broken("its fan-out table is not sorted"))?;
        let ids = fan + FANOUT;
        let checksums = ids + count * width;
        let offsets = checksums + count * 4;
        let large = if is_new { offsets + count * 4 } else { checksums };
        let trailer = bytes.len().checked_sub(2 * format.length());
        let trailer = trailer.filter(|&trailer| trailer >= large);
        let trailer = trailer.ok_or(broken("it is truncated"))?;
        let body = trailer + format.length();
        let large = &bytes[large..trailer];
        let entries = || {
            let mut entries = Vec::with_capacity(count);
            for number in 0..count {
                let row = &bytes[ids + number * width..];
                let (id, offset, checksum) = if is_new {
                    let offset = be32(bytes, offsets + number * 4).unwrap_or_default();
                    let offset = match offset & LARGE {
                        0 => Some(u64::from(offset)),
                        _ => be64(large, (offset & !LARGE) as usize * 8),
                    };
                    (
                        format.id(row),
                        offset,
                        be32(bytes, checksums + number * 4).unwrap_or_default(),
                    )
                } else {
                    (format.id(&row[4..]), be32(row, 0).map(u64::from), 0)
                };
                let id = id.ok_or(broken("it is truncated"))?;
                entries.push((offset.ok_or(broken("an offset is out of bounds"))?, id, checksum));
            }
            PackIndex::from_entries(entries, format)
        };
        let hash = || format.hash(&[&bytes[..body]]);
        let (index, hash) = rayon::join(entries, hash);
        if hash.as_bytes() != &bytes[body..] {
            return Err(broken("checksum mismatch"));
        }
        let mut index = index?;
        if !is_new {
            index.checksums = None;
        }
        index.pack_checksum = format.id(&bytes[trailer..]);
        Ok(index)
    }

    /// An index without checksums, from ids and offsets in the order of ids.
    pub(super) fn without_checksums(
        entries: Vec<(u64, ObjectId)>,
        format: ObjectFormat,
    ) -> Result<PackIndex, PackError> {
        let entries = entries.into_iter().map(|(offset, id)| (offset, id, 0)).collect();
        Ok(PackIndex { checksums: None, ..PackIndex::from_entries(entries, format)? })
    }

    /// An index from offsets, ids and checksums, in the order of ids.
    pub fn from_entries(
        entries: Vec<(u64, ObjectId, u32)>,
        format: ObjectFormat,
    ) -> Result<PackIndex, PackError> {
        if entries.windows(2).any(|pair| pair[0].1 > pair[1].1) {
            return Err(PackError::Index("its ids are not sorted"));
        }
        // No file is longer than this, so an entry always ends after its start.
        if entries.iter().any(|(offset, _, _)| *offset > LONGEST_FILE) {
            return Err(PackError::Index("an offset is out of bounds"));
        }
        if entries.len() >= u32::MAX as usize {
            return Err(PackError::Index("too many objects"));
        }
        let offsets = entries.iter().map(|(offset, _, _)| *offset);
        let mut order: Vec<(u64, u32)> = offsets.zip(0..).collect();
        order.par_sort_unstable();
        if order.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(PackError::Index("two objects have the same offset"));
        }
        let mut by_id: Vec<Row> =
            entries.iter().map(|(_, id, _)| Row { key: key(id), entry: 0 }).collect();
        let mut ids = Vec::with_capacity(entries.len() * format.length());
        let mut checksums = Vec::with_capacity(entries.len());
        for (entry, (_, row)) in (0..).zip(&order) {
            let (_, id, checksum) = &entries[*row as usize];
            by_id[*row as usize].entry = entry;
            ids.extend_from_slice(id.as_bytes());
            checksums.push(*checksum);
        }
        Ok(PackIndex {
            format,
            offsets: order.into_iter().map(|(offset, _)| offset).collect(),
            ids,
            checksums: Some(checksums),
            buckets: buckets(&entries),
            by_id,
            duplicates: entries.windows(2).any(|pair| pair[0].1 == pair[1].1),
            pack_checksum: None,
        })
    }

    pub fn len(&self) -> u32 {
        self.offsets.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// The format of its ids.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// The pack's own checksum, if the index has it.
    pub fn pack_checksum(&self) -> Option<&ObjectId> {
        self.pack_checksum.as_ref()
    }

    pub fn offset(&self, entry: u32) -> u64 {
        self.offsets[entry as usize]
    }

    /// The end of the entry: the start of the next one, or `body_end`.
    pub fn end(&self, entry: u32, body_end: u64) -> u64 {
        self.offsets.get(entry as usize + 1).copied().unwrap_or(body_end)
    }

    pub fn id(&self, entry: u32) -> ObjectId {
        self.format.id(self.id_bytes(entry)).expect("an id for each entry")
    }

    fn id_bytes(&self, entry: u32) -> &[u8] {
        let length = self.format.length();
        &self.ids[entry as usize * length..][..length]
    }

    /// CRC-32 of the entry as stored, including its header.
    pub fn checksum(&self, entry: u32) -> Option<u32> {
        Some(self.checksums.as_ref()?[entry as usize])
    }

    pub fn has_checksums(&self) -> bool {
        self.checksums.is_some()
    }

    /// Whether an object is stored twice in the pack, which git allows.
    pub fn has_duplicates(&self) -> bool {
        self.duplicates
    }

    /// The entry that is `distance` bytes before an entry. The search doubles its steps: a base is
    /// usually near the deltas against it.
    pub fn before(&self, entry: u32, distance: u64) -> Option<u32> {
        let offset = self.offset(entry).checked_sub(distance)?;
        let (mut high, mut step) = (entry as usize, 1);
        let mut low = high.saturating_sub(step);
        while low > 0 && self.offsets[low] > offset {
            (high, step) = (low, step * 2);
            low = low.saturating_sub(step);
        }
        self.offsets[low..high].binary_search(&offset).ok().map(|position| (low + position) as u32)
    }

    /// The entry of this object; the first in the order of ids if there are two.
    pub fn find(&self, id: &ObjectId) -> Option<u32> {
        if id.format() != self.format {
            return None;
        }
        let bucket = bucket(id, self.buckets.len());
        let end = self.buckets.get(bucket + 1).map_or(self.by_id.len(), |&end| end as usize);
        let rows = &self.by_id[self.buckets[bucket] as usize..end];
        let key = key(id);
        let rows = &rows[position(rows, |row| row.key < key)..];
        match rows {
            [row, next, ..] if row.key == key && next.key == key => {
                let rows = &rows[..position(rows, |row| row.key == key)];
                let first = rows.partition_point(|row| self.id_bytes(row.entry) < id.as_bytes());
                rows.get(first)
            }
            _ => rows.first(),
        }
        .map(|row| row.entry)
        .filter(|&entry| self.id_bytes(entry) == id.as_bytes())
    }

    /// Removes from `ids` those that exist here. The memory for each lookup is requested before the
    /// previous one has arrived, which takes a third of the time of single lookups.
    pub fn keep_absent(&self, ids: &mut Vec<ObjectId>) {
        if self.is_empty() {
            return;
        }
        let nearest: Vec<u32> = ids.iter().map(|id| self.nearest(id)).collect();
        let mut nearest = nearest.into_iter();
        ids.retain(|id| {
            let is_it = |entry| self.id_bytes(entry) == id.as_bytes();
            !nearest.next().is_some_and(is_it) && self.find(id).is_none()
        });
    }

    /// The entry of this object, if it is one of the first two of its bucket, as most are;
    /// otherwise any entry. No step depends on another id's lookup.
    fn nearest(&self, id: &ObjectId) -> u32 {
        let bucket = self.buckets[bucket(id, self.buckets.len())] as usize;
        let row = |row: usize| self.by_id.get(row).copied().unwrap_or(Row { key: 0, entry: 0 });
        let (first, second) = (row(bucket), row(bucket + 1));
        if first.key == key(id) { first.entry } else { second.entry }
    }

    /// The first two objects from `low` to `high`.
    pub fn between(&self, low: &ObjectId, high: &ObjectId) -> impl Iterator<Item = ObjectId> {
        let from = self.by_id.partition_point(|row| self.id_bytes(row.entry) < low.as_bytes());
        let high = *high;
        let ids = self.by_id[from..].iter().map(|row| self.id(row.entry));
        ids.take_while(move |id| *id <= high).take(2)
    }
}

/// The number of leading rows for which `holds` is true.
fn position(rows: &[Row], holds: impl Fn(&Row) -> bool) -> usize {
    if rows.len() > 8 {
        return rows.partition_point(holds);
    }
    rows.iter().take_while(|row| holds(row)).count()
}

/// The start of each bucket's ids: about one id a bucket.
fn buckets(entries: &[(u64, ObjectId, u32)]) -> Vec<u32> {
    let count = entries.len().next_power_of_two().clamp(256, 1 << 24);
    let mut buckets = Vec::with_capacity(count);
    for (row, (_, id, _)) in entries.iter().enumerate() {
        let bucket = bucket(id, count);
        while buckets.len() <= bucket {
            buckets.push(row as u32);
        }
    }
    buckets.resize(count, entries.len() as u32);
    buckets
}

/// The bucket of an id among `count`, a power of two up to 2^32.
fn bucket(id: &ObjectId, count: usize) -> usize {
    let first = be32(id.as_bytes(), 0).unwrap_or_default() as usize;
    first >> (32 - count.trailing_zeros())
}

/// The sort key of ids within a bucket, which share at least their first byte.
fn key(id: &ObjectId) -> u32 {
    be32(id.as_bytes(), 1).unwrap_or_default()
}

/// The last number of the fan-out table, which is the total; `None` if the table is not sorted or
/// is truncated.
pub(super) fn fanout(bytes: &[u8], offset: usize) -> Option<usize> {
    let mut last = 0;
    for number in bytes.get(offset..offset + FANOUT)?.chunks_exact(4) {
        let number = be32(number, 0)?;
        if number < last {
            return None;
        }
        last = number;
    }
    usize::try_from(last).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const ID: usize = ObjectFormat::Sha1.length();

    /// A well-formed index of these entries.
    pub fn written(entries: &[(ObjectId, u64, u32)]) -> Vec<u8> {
        let mut entries = entries.to_vec();
        entries.sort();
        let mut bytes = [MAGIC, &2u32.to_be_bytes()].concat();
        for first in 0..=255u8 {
            let below =
                entries.iter().filter(|(id, _, _)| id.as_bytes()[0] <= first).count() as u32;
            bytes.extend(below.to_be_bytes());
        }
        entries.iter().for_each(|(id, _, _)| bytes.extend(id.as_bytes()));
        entries.iter().for_each(|(_, _, checksum)| bytes.extend(checksum.to_be_bytes()));
        let mut large: Vec<u64> = Vec::new();
        for (_, offset, _) in &entries {
            let small = u32::try_from(*offset).ok().filter(|offset| offset & LARGE == 0);
            bytes.extend(small.unwrap_or(LARGE | large.len() as u32).to_be_bytes());
            if small.is_none() {
                large.push(*offset);
            }
        }
        large.iter().for_each(|offset| bytes.extend(offset.to_be_bytes()));
        bytes.extend(id(7).as_bytes());
        let trailer = ObjectFormat::Sha1.hash(&[&bytes]);
        bytes.extend(trailer.as_bytes());
        bytes
    }

    /// An id of the same byte throughout.
    pub fn id(byte: u8) -> ObjectId {
        ObjectId::new(&[byte; ID]).unwrap()
    }

    fn three() -> Vec<(ObjectId, u64, u32)> {
        vec![(id(3), 12, 30), (id(1), 5 << 32, 10), (id(2), 99, 20)]
    }

    #[test]
    fn entries_come_by_offset_with_id_and_checksum() {
        let index = PackIndex::parse(&written(&three()), ObjectFormat::Sha1).unwrap();
        let entries: Vec<_> = (0..index.len())
            .map(|entry| {
                (index.id(entry).as_bytes()[0], index.offset(entry), index.checksum(entry))
            })
            .collect();
        assert_eq!(entries, [(3, 12, Some(30)), (2, 99, Some(20)), (1, 5 << 32, Some(10))]);
        assert_eq!(index.find(&id(2)), Some(1));
        assert_eq!(index.find(&id(4)), None);
        assert_eq!(index.before(1, 87), Some(0));
        assert_eq!(index.before(2, (5 << 32) - 12), Some(0));
        for nothing in [0, 1, 88, 1 << 40] {
            assert_eq!(index.before(1, nothing), None, "{nothing}");
        }
        assert_eq!((index.end(0, 1 << 40), index.end(2, 1 << 40)), (99, 1 << 40));
        assert_eq!(index.pack_checksum(), Some(&id(7)));
    }

    /// Ids that differ only beyond the bytes used by buckets and keys, and others, at random
    /// offsets.
    #[test]
    fn every_object_is_found_and_no_other() {
        let alike = |number: u32| {
            let mut bytes = [7; ID];
            bytes[16..].copy_from_slice(&number.to_be_bytes());
            ObjectId::new(&bytes).unwrap()
        };
        let id = |number: u32| match number % 3 {
            0 => alike(number),
            _ => ObjectFormat::Sha1.hash(&[&number.to_be_bytes()]),
        };
        let entries: Vec<_> = (0..400).map(|n| (id(2 * n), 12 + 90 * u64::from(n), n)).collect();
        let index = PackIndex::parse(&written(&entries), ObjectFormat::Sha1).unwrap();
        for n in 0..400 {
            assert_eq!(index.find(&id(2 * n)), Some(n));
            assert_eq!(index.find(&id(2 * n + 1)), None);
            for before in 0..n {
                assert_eq!(index.before(n, 90 * u64::from(n - before)), Some(before));
            }
        }
        let mut ids: Vec<ObjectId> = (0..800).map(id).collect();
        index.keep_absent(&mut ids);
        let absent: Vec<ObjectId> = (0..800).filter(|n| n % 2 == 1).map(id).collect();
        assert_eq!(ids, absent);
        let nothing = PackIndex::from_entries(Vec::new(), ObjectFormat::Sha1).unwrap();
        nothing.keep_absent(&mut ids);
        assert_eq!((ids, nothing.find(&alike(1))), (absent, None));
    }

    #[test]
    fn no_byte_may_be_wrong() {
        let good = written(&three());
        for byte in 0..good.len() {
            let mut bad = good.clone();
            bad[byte] ^= 0x41;
            assert!(PackIndex::parse(&bad, ObjectFormat::Sha1).is_err(), "byte {byte}");
        }
        for length in 0..good.len() {
            assert!(
                PackIndex::parse(&good[..length], ObjectFormat::Sha1).is_err(),
                "length {length}"
            );
        }
    }

    #[test]
    fn invalid_content_with_a_valid_checksum_is_refused() {
        let resigned = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = written(&three());
            bytes.truncate(bytes.len() - ID);
            change(&mut bytes);
            let trailer = ObjectFormat::Sha1.hash(&[&bytes]);
            bytes.extend(trailer.as_bytes());
            PackIndex::parse(&bytes, ObjectFormat::Sha1)
        };
        let offsets = HEADER + FANOUT + 3 * (ID + 4);
        assert!(resigned(&|_| ()).is_ok());
        assert!(resigned(&|bytes| bytes[HEADER + 8..HEADER + 12].fill(255)).is_err());
        assert!(resigned(&|bytes| bytes[offsets..offsets + 4].fill(255)).is_err());
        // Found by fuzzing: an entry at the largest offset had no length.
        let large = offsets + 3 * 4;
        assert!(resigned(&|bytes| bytes[large..large + 8].fill(255)).is_err());
        assert!(resigned(&|bytes| bytes[HEADER + FANOUT] = 9).is_err());
        assert!(
            resigned(&|bytes| bytes.copy_within(offsets + 4..offsets + 8, offsets + 8)).is_err()
        );
    }
}
