//! Packs, read as they are stored (gitformat-pack(5)): the offset of each object, the base of each
//! delta, and what each delta copies and inserts.
//!
//! [`PackIndex`] maps all objects to offsets ([`PackIndexFile`] looks up a single one), [`Pack`]
//! reads and verifies the entries, [`DeltaForest`] links deltas to their bases, [`delta`] applies
//! the instructions. Every number in a file is checked against the file's length before it is used.

pub mod delta;
mod delta_forest;
mod entry;
mod entry_scan;
mod file;
mod index;
mod inflate;
mod lookup;
mod midx;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use delta_forest::{DeltaForest, NONE};
pub use entry::{EntryHeader, EntryType, LONGEST_HEADER};
pub use file::PackFile;
pub(super) use file::{Stored, read_some_at};
pub use index::PackIndex;
pub use inflate::Inflater;
pub use lookup::PackIndexFile;
pub use midx::MultiPackIndex;

use entry_scan::EntryScan;

use super::object_id::ObjectFormat;
use super::own_files;

/// The magic number of an index of version 2.
const MAGIC_V2: &[u8] = b"\xfftOc";

/// A readable pack: its file, its index and the forest of its deltas.
pub struct Pack {
    pub file: PackFile,
    pub index: PackIndex,
    pub forest: DeltaForest,
    /// Entries whose bytes do not match the index, with the reason. They are not read.
    pub damaged: Vec<(u32, PackError)>,
}

/// Why a pack, or one of its entries, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("it has no index; create one with `git index-pack`")]
    NoIndex,
    #[error("its index is damaged: {0}")]
    Index(&'static str),
    #[error("it does not match its index: {0}")]
    Pack(&'static str),
    #[error("checksum mismatch (CRC-32)")]
    Checksum,
    #[error("it is past the end of the pack")]
    Cut,
    #[error("its header is damaged")]
    Header,
    #[error("its delta base is missing or damaged")]
    MissingBase,
    #[error("its content does not match its id")]
    Id,
    #[error("it cannot be decompressed to its stated size")]
    Inflate,
    #[error("its delta is damaged: {0}")]
    Delta(&'static str),
    #[error("its delta base exceeds the size limit; see --max-blob-size")]
    BaseTooLarge,
}

impl PackError {
    /// Whether a file has been removed, as `git gc` removes packs whose objects are in a new one.
    pub fn is_gone(&self) -> bool {
        match self {
            PackError::NoIndex => true,
            PackError::Read(why) => why.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }
}

impl Pack {
    /// Opens the pack file `path`, whose index is next to it or, if that is missing, in the
    /// folder's `multi-pack-index`. Every entry's checksum is verified.
    pub fn open(path: &Path, format: ObjectFormat) -> Result<Pack, PackError> {
        let index_path = path.with_extension("idx");
        let index = match own_files::read(&index_path) {
            Ok(bytes) => PackIndex::parse(&bytes, format)?,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                let shared_index = own_files::read(&path.with_file_name("multi-pack-index"));
                let shared_index = shared_index.map_err(|_| PackError::NoIndex)?;
                MultiPackIndex::parse(&shared_index, format)?.index_of(&file_name(&index_path))?
            }
            Err(why) => return Err(why.into()),
        };
        let mut file = PackFile::open(path, &index)?;
        if !index.has_checksums() {
            // Without checksums of entries, that of the whole pack is verified.
            file.verify(format)?;
        }
        let EntryScan { headers, damaged } = EntryScan::read(&file, &index)?;
        let forest = DeltaForest::new(&index, headers);
        Ok(Pack { file, index, forest, damaged })
    }
}

/// Reads a pack's entries as they are stored. Keeps the bytes around the last one: related entries
/// are stored together, and two of three reads need no system call.
pub struct EntryReader<'p> {
    pack: &'p Pack,
    buffer: Vec<u8>,
    /// The range of the pack that is in the buffer.
    buffered: Range<u64>,
}

/// The least number of bytes that are read at a time. Longer windows copy more than they save.
const WINDOW: u64 = 4096;

impl<'p> EntryReader<'p> {
    pub fn new(pack: &'p Pack) -> Self {
        EntryReader { pack, buffer: Vec::new(), buffered: 0..0 }
    }

    /// The compressed bytes of an entry, without its header.
    pub fn compressed(&mut self, entry: u32) -> Result<&[u8], PackError> {
        let Pack { index, forest, file, .. } = self.pack;
        let start = index.offset(entry) + u64::from(forest.header_length(entry));
        let end = index.end(entry, file.body_end());
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or(PackError::Header)?;
        if start < self.buffered.start || self.buffered.end < end {
            let wide = end.max(file.body_end().min(start + WINDOW));
            // A read error after the entry does not affect it.
            self.fill(start..wide).or_else(|_| self.fill(start..end))?;
        }
        let from = (start - self.buffered.start) as usize;
        Ok(&self.buffer[from..from + length])
    }

    /// The object of a large entry that is not a delta.
    pub fn inflate_long(&self, entry: u32) -> Result<Vec<u8>, PackError> {
        let Pack { index, forest, file, .. } = self.pack;
        file.inflate_long(
            index.offset(entry) + u64::from(forest.header_length(entry)),
            forest.size(entry),
        )
    }

    fn fill(&mut self, buffered: Range<u64>) -> Result<(), PackError> {
        let length =
            usize::try_from(buffered.end - buffered.start).map_err(|_| PackError::Header)?;
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        self.buffered = 0..0;
        self.pack.file.read_at(buffered.start, &mut self.buffer[..length])?;
        self.buffered = buffered;
        Ok(())
    }
}

/// The packs of an `objects` folder, by name.
pub fn packs_in(objects: &Path) -> io::Result<Vec<PathBuf>> {
    let mut packs = Vec::new();
    let folder = match std::fs::read_dir(objects.join("pack")) {
        Ok(folder) => folder,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(packs),
        Err(why) => return Err(why),
    };
    for entry in folder {
        let path = entry?.path();
        let is_pack = path.extension().is_some_and(|extension| extension == "pack")
            && file_name(&path).starts_with("pack-");
        if is_pack {
            packs.push(path);
        }
    }
    packs.sort();
    Ok(packs)
}

/// The name of a file, for messages.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Four bytes at `offset`, in network order; `None` past the end.
pub(in crate::git) fn be32(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}

/// Eight bytes at `offset`, in network order; `None` past the end.
fn be64(bytes: &[u8], offset: usize) -> Option<u64> {
    bytes.get(offset..)?.first_chunk().map(|eight| u64::from_be_bytes(*eight))
}
