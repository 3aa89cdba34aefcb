//! One pass over a whole pack: reads every entry's header and verifies its checksum.

use rayon::prelude::*;

use super::entry::LONGEST_HEADER;
use super::{EntryHeader, PackError, PackFile, PackIndex};

/// The result of the pass.
pub struct EntryScan {
    /// By entry; `None` for damaged ones.
    pub headers: Vec<Option<EntryHeader>>,
    pub damaged: Vec<(u32, PackError)>,
}

/// Bytes that are read at a time: they stay in a core's cache while their checksum is computed.
const WINDOW: u64 = 256 << 10;

impl EntryScan {
    /// Reads the pack once, in parallel windows of adjacent entries. What cannot be read is
    /// damaged; the rest is still scanned.
    pub fn read(file: &PackFile, index: &PackIndex) -> Result<EntryScan, PackError> {
        let whole =
            (0..index.len()).take_while(|&entry| is_inside(file, index, entry)).count() as u32;
        let windows = windows(file, index, whole);
        let found: Vec<Vec<Result<EntryHeader, PackError>>> = windows
            .into_par_iter()
            .map_init(Vec::new, |buffer, (from, to)| window(file, index, from, to, buffer))
            .collect();
        let mut scan =
            EntryScan { headers: Vec::with_capacity(index.len() as usize), damaged: vec![] };
        for (entry, header) in (0..).zip(found.into_iter().flatten()) {
            match header {
                Ok(header) => scan.headers.push(Some(header)),
                Err(why) => {
                    scan.headers.push(None);
                    scan.damaged.push((entry, why));
                }
            }
        }
        for entry in whole..index.len() {
            scan.headers.push(None);
            scan.damaged.push((entry, PackError::Cut));
        }
        Ok(scan)
    }
}

/// Whether the entry ends before the trailer. The last bytes of a truncated pack count as its
/// trailer.
fn is_inside(file: &PackFile, index: &PackIndex, entry: u32) -> bool {
    let end = index.end(entry, file.body_end());
    index.offset(entry) < end && end <= file.body_end()
}

/// Ranges of entries that fit into a window, or a single longer entry.
fn windows(file: &PackFile, index: &PackIndex, whole: u32) -> Vec<(u32, u32)> {
    let mut windows = Vec::new();
    let mut from = 0;
    for entry in 0..whole {
        let is_full = index.end(entry, file.body_end()) - index.offset(from) > WINDOW;
        if is_full && entry > from {
            windows.push((from, entry));
            from = entry;
        }
    }
    if from < whole {
        windows.push((from, whole));
    }
    windows
}

/// The entries `from..to`.
fn window(
    file: &PackFile,
    index: &PackIndex,
    from: u32,
    to: u32,
    buffer: &mut Vec<u8>,
) -> Vec<Result<EntryHeader, PackError>> {
    let (start, end) = (index.offset(from), index.end(to - 1, file.body_end()));
    if end - start > WINDOW {
        return vec![long_entry(file, index, from, buffer)];
    }
    let length = (end - start) as usize;
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    let buffer = &mut buffer[..length];
    if let Err(why) = file.read_at(start, buffer) {
        let fails = |_| Err(PackError::Read(std::io::Error::new(why.kind(), why.to_string())));
        return (from..to).map(fails).collect();
    }
    let verify_entry = |entry| {
        let (first, next) = (index.offset(entry), index.end(entry, file.body_end()));
        let bytes = &buffer[(first - start) as usize..(next - start) as usize];
        verified(bytes, crc32fast::hash(bytes), index, entry)
    };
    (from..to).map(verify_entry).collect()
}

/// An entry longer than a window, in pieces.
fn long_entry(
    file: &PackFile,
    index: &PackIndex,
    entry: u32,
    buffer: &mut Vec<u8>,
) -> Result<EntryHeader, PackError> {
    let (start, end) = (index.offset(entry), index.end(entry, file.body_end()));
    let mut sum = crc32fast::Hasher::new();
    let mut head = Vec::new();
    let mut from = start;
    while from < end {
        buffer.resize(WINDOW.min(end - from) as usize, 0);
        file.read_at(from, buffer)?;
        sum.update(buffer);
        if from == start {
            head = buffer[..buffer.len().min(LONGEST_HEADER)].to_vec();
        }
        from += buffer.len() as u64;
    }
    verified(&head, sum.finalize(), index, entry)
}

fn verified(
    bytes: &[u8],
    sum: u32,
    index: &PackIndex,
    entry: u32,
) -> Result<EntryHeader, PackError> {
    if index.checksum(entry).is_some_and(|expected| expected != sum) {
        return Err(PackError::Checksum);
    }
    EntryHeader::parse(bytes, index.format()).ok_or(PackError::Header)
}
