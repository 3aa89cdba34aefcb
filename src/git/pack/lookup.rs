//! The offset of one object in a pack, from the pack's index on disk.
//!
//! For readers of a few objects: [`PackIndex`](super::PackIndex) reads and verifies the whole file,
//! which costs more than everything else a hook does. Nothing is verified here: an object found
//! through a damaged index does not have its id, and one that is not found is missing; both are
//! errors of the caller.

use std::fs::File;
use std::path::Path;

use super::file::read_exact_at;
use super::{MAGIC_V2, PackError};
use crate::git::object_id::{ObjectFormat, ObjectId};

const FANOUT: usize = 256;
/// Marks an offset of more than 31 bits, which is in a table of its own.
const LARGE: u32 = 1 << 31;
/// Ids that are read at a time once the search is narrowed down to this many.
const LINEAR_SEARCH: u64 = 64;

/// An open index file, version 1 or 2.
pub struct PackIndexFile {
    file: File,
    format: ObjectFormat,
    /// For each byte, the number of ids that begin with it or with a lower one.
    fanout: [u32; FANOUT],
    is_v2: bool,
}

impl PackIndexFile {
    /// Opens the index and reads its fan-out table.
    pub fn open(path: &Path, format: ObjectFormat) -> Result<PackIndexFile, PackError> {
        let file = File::open(path)?;
        let mut head = [0; 8 + 4 * FANOUT];
        let is_v2 = {
            let mut magic = [0; 8];
            read_exact_at(&file, 0, &mut magic)?;
            magic.starts_with(MAGIC_V2)
        };
        let table = if is_v2 { &mut head[..] } else { &mut head[..4 * FANOUT] };
        read_exact_at(&file, 0, table)?;
        if is_v2 && table[4..8] != 2u32.to_be_bytes() {
            return Err(PackError::Index("unknown version"));
        }
        let numbers = table[if is_v2 { 8 } else { 0 }..].chunks_exact(4);
        let mut fanout = [0; FANOUT];
        for (entry, number) in fanout.iter_mut().zip(numbers) {
            *entry = u32::from_be_bytes([number[0], number[1], number[2], number[3]]);
        }
        if !fanout.is_sorted() {
            return Err(PackError::Index("its fan-out table is not sorted"));
        }
        Ok(PackIndexFile { file, format, fanout, is_v2 })
    }

    /// The offset of the object in the pack; `None` if it is not in the index.
    pub fn find(&self, id: &ObjectId) -> Result<Option<u64>, PackError> {
        if id.format() != self.format {
            return Ok(None);
        }
        let first = usize::from(id.as_bytes()[0]);
        let mut low = if first == 0 { 0 } else { u64::from(self.fanout[first - 1]) };
        let mut high = u64::from(self.fanout[first]);
        let mut row = vec![0; self.width()];
        while high - low > LINEAR_SEARCH {
            let middle = low + (high - low) / 2;
            self.rows(middle, &mut row)?;
            if self.id_of(&row) <= id.as_bytes() { low = middle } else { high = middle }
        }
        let mut rows = vec![0; (high - low) as usize * self.width()];
        self.rows(low, &mut rows)?;
        let position =
            rows.chunks_exact(self.width()).position(|row| self.id_of(row) == id.as_bytes());
        position.map(|position| self.offset(low + position as u64)).transpose()
    }

    /// The distance from one id to the next in bytes: in version 1 each id follows its offset.
    fn width(&self) -> usize {
        self.format.length() + if self.is_v2 { 0 } else { 4 }
    }

    fn id_of<'r>(&self, row: &'r [u8]) -> &'r [u8] {
        &row[row.len() - self.format.length()..]
    }

    fn start(&self) -> u64 {
        4 * FANOUT as u64 + if self.is_v2 { 8 } else { 0 }
    }

    fn rows(&self, first: u64, rows: &mut [u8]) -> Result<(), PackError> {
        Ok(read_exact_at(&self.file, self.start() + first * self.width() as u64, rows)?)
    }

    fn offset(&self, position: u64) -> Result<u64, PackError> {
        let mut four = [0; 4];
        if !self.is_v2 {
            read_exact_at(&self.file, self.start() + position * self.width() as u64, &mut four)?;
            return Ok(u64::from(u32::from_be_bytes(four)));
        }
        let count = u64::from(self.fanout[FANOUT - 1]);
        // The ids are followed by their CRC-32 sums, the offsets, and the large offsets.
        let offsets = self.start() + count * (self.width() as u64 + 4);
        read_exact_at(&self.file, offsets + position * 4, &mut four)?;
        let offset = u32::from_be_bytes(four);
        if offset & LARGE == 0 {
            return Ok(u64::from(offset));
        }
        let mut eight = [0; 8];
        let large = offsets + count * 4 + u64::from(offset & !LARGE) * 8;
        read_exact_at(&self.file, large, &mut eight)?;
        Ok(u64::from_be_bytes(eight))
    }
}
