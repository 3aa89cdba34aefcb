//! The object database: any object by its id, from loose objects and packs, read on demand and
//! verified against its id.
//!
//! Opening it reads nothing; a lookup reads a few rows of a pack's index and the entries of one
//! delta chain. Readers of whole packs use [`Pack`](super::pack::Pack) instead.

pub mod alternates;
pub mod loose;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use flate2::bufread::ZlibDecoder;

use super::object::ObjectKind;
use super::object_id::{ObjectFormat, ObjectId};
use super::own_files;
use super::pack::{
    EntryHeader, EntryType, LONGEST_HEADER, MultiPackIndex, PackError, PackIndex, PackIndexFile,
    Stored, delta, file_name, packs_in, read_some_at,
};
use loose::LooseError;

/// The longest delta chain. Git writes 4,095 at most; only a damaged or forged pack has more.
const LONGEST_CHAIN: usize = 10_000;

/// How many times a chain may continue in another pack.
const DEEPEST: usize = 32;

/// Bytes of delta bases that are cached.
const CACHED: usize = 32 << 20;

/// Longer bases are not cached.
const LONGEST_CACHED: usize = 4 << 20;

/// The most memory that is reserved because of a header.
const LONGEST_RESERVED: u64 = 1 << 30;

/// Bytes read from a pack at a time.
const WINDOW: usize = 4096;

/// The bytes of a delta that contain the sizes of base and result.
const LENGTHS: u64 = 20;

/// An object as it was read.
pub type ObjectResult = Result<(ObjectKind, Vec<u8>), OdbError>;

/// Why an object cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OdbError {
    #[error("it is missing")]
    Missing,
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Loose(#[from] LooseError),
    #[error("it is larger than the limit; see --max-blob-size")]
    TooLarge,
}

/// The objects in some `objects` folders.
pub struct Odb {
    format: ObjectFormat,
    folders: Vec<PathBuf>,
    packs: RwLock<Packs>,
    bases: Mutex<Bases>,
}

/// The packs found so far.
#[derive(Default)]
struct Packs {
    is_listed: bool,
    list: Vec<Arc<OpenPack>>,
}

/// An open pack and the index in which its objects are looked up.
struct OpenPack {
    /// Its index in the list of packs.
    number: usize,
    path: PathBuf,
    file: File,
    index: PackLookup,
}

enum PackLookup {
    Own(Box<PackIndexFile>),
    /// From the folder's `multi-pack-index`.
    Shared(Box<PackIndex>),
}

/// An object that may be a delta base.
type CachedBase = (ObjectKind, Arc<Vec<u8>>);

/// Cached delta bases, by pack and offset.
#[derive(Default)]
struct Bases {
    by_offset: HashMap<(usize, u64), CachedBase>,
    cached_bytes: usize,
}

impl Odb {
    /// The database in these `objects` folders: a repository's own and its alternates.
    pub fn new(folders: Vec<PathBuf>, format: ObjectFormat) -> Odb {
        Odb { format, folders, packs: RwLock::default(), bases: Mutex::default() }
    }

    /// The format of its ids.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// An object, verified against its id, if it is not larger than `largest` bytes or is a tree. A
    /// damaged copy is not an error if another copy is intact.
    pub fn read(&self, id: &ObjectId, largest: u64) -> ObjectResult {
        self.searched(|packs| self.read_from(packs, id, largest, 0))
    }

    /// An object's kind and size in bytes, from its header.
    pub fn size(&self, id: &ObjectId) -> Result<(ObjectKind, u64), OdbError> {
        self.searched(|packs| self.size_from(packs, id))
    }

    /// Searches the packs that are open; if that fails, once more including packs written since.
    fn searched<T>(
        &self,
        search: impl Fn(&[Arc<OpenPack>]) -> Result<T, OdbError>,
    ) -> Result<T, OdbError> {
        let packs = self.packs();
        match search(&packs) {
            Err(OdbError::Missing) if self.list_again(packs.len()) => search(&self.packs()),
            found => found,
        }
    }

    fn read_from(
        &self,
        packs: &[Arc<OpenPack>],
        id: &ObjectId,
        largest: u64,
        depth: usize,
    ) -> ObjectResult {
        let mut why = OdbError::Missing;
        for file in self.loose_files(id) {
            match loose::read(*id, &file, largest) {
                Ok(read) => return Ok(read),
                Err(reason) if reason.is_gone() => {}
                Err(LooseError::TooLarge) => why = OdbError::TooLarge,
                Err(reason) => why = reason.into(),
            }
        }
        for pack in packs {
            let read = match pack.find(id) {
                Ok(None) => continue,
                Ok(Some(offset)) => self.packed(packs, pack, offset, largest, depth),
                Err(reason) => Err(reason.into()),
            };
            match read {
                Ok((kind, bytes)) if self.format.object(kind, &bytes) == *id => {
                    return Ok((kind, Arc::unwrap_or_clone(bytes)));
                }
                Ok(_) => why = PackError::Id.into(),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn size_from(
        &self,
        packs: &[Arc<OpenPack>],
        id: &ObjectId,
    ) -> Result<(ObjectKind, u64), OdbError> {
        let mut why = OdbError::Missing;
        for file in self.loose_files(id) {
            match loose::size(&file) {
                Ok(found) => return Ok(found),
                Err(reason) if reason.is_gone() => {}
                Err(reason) => why = reason.into(),
            }
        }
        for pack in packs {
            let found = match pack.find(id) {
                Ok(None) => continue,
                Ok(Some(offset)) => self.packed_size(packs, pack, offset),
                Err(reason) => Err(reason.into()),
            };
            match found {
                Ok(found) => return Ok(found),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn loose_files(&self, id: &ObjectId) -> impl Iterator<Item = PathBuf> {
        let digits = id.to_string();
        self.folders.iter().map(move |folder| folder.join(&digits[..2]).join(&digits[2..]))
    }

    /// The object at an offset of a pack: follows the chain to an entry stored whole, then applies
    /// each delta.
    fn packed(
        &self,
        packs: &[Arc<OpenPack>],
        pack: &OpenPack,
        offset: u64,
        largest: u64,
        depth: usize,
    ) -> Result<CachedBase, OdbError> {
        let mut deltas: Vec<(u64, EntryHeader)> = Vec::new();
        let mut pos = offset;
        let (kind, mut bytes) = loop {
            if let Some(base) = self.base(pack, pos) {
                break base;
            }
            let header = pack.header(pos, self.format)?;
            let before = match header.entry_type {
                EntryType::Whole(kind) => {
                    if kind != ObjectKind::Tree && header.size > largest {
                        return Err(OdbError::TooLarge);
                    }
                    break (kind, Arc::new(pack.inflate(pos, &header)?));
                }
                EntryType::OfsDelta(distance) => pos.checked_sub(distance).filter(|_| distance > 0),
                EntryType::RefDelta(base) => match pack.find(&base)? {
                    Some(offset) => Some(offset),
                    None if depth < DEEPEST => {
                        deltas.push((pos, header));
                        let base = self.read_from(packs, &base, largest, depth + 1);
                        let (kind, bytes) = base.map_err(|_| PackError::MissingBase)?;
                        break (kind, Arc::new(bytes));
                    }
                    None => None,
                },
            };
            deltas.push((pos, header));
            pos = before.filter(|_| deltas.len() < LONGEST_CHAIN).ok_or(PackError::MissingBase)?;
        };
        let largest = if kind == ObjectKind::Tree { u64::MAX } else { largest };
        let mut copies = Vec::new();
        for (pos, header) in deltas.into_iter().rev() {
            if header.size > largest {
                return Err(OdbError::TooLarge);
            }
            let instructions = pack.inflate(pos, &header)?;
            if delta::lengths(&instructions)?.1 > largest {
                return Err(OdbError::TooLarge);
            }
            let mut version = Vec::new();
            delta::apply(&instructions, &bytes, &mut copies, &mut version)?;
            bytes = Arc::new(version);
            self.keep(pack, pos, kind, &bytes);
        }
        Ok((kind, bytes))
    }

    fn packed_size(
        &self,
        packs: &[Arc<OpenPack>],
        pack: &OpenPack,
        offset: u64,
    ) -> Result<(ObjectKind, u64), OdbError> {
        let header = pack.header(offset, self.format)?;
        let size = match header.entry_type {
            EntryType::Whole(kind) => return Ok((kind, header.size)),
            _ => delta::lengths(&pack.inflate_head(offset, &header, LENGTHS)?)?.1,
        };
        let (mut pos, mut header) = (offset, header);
        for _ in 0..LONGEST_CHAIN {
            pos = match header.entry_type {
                EntryType::Whole(kind) => return Ok((kind, size)),
                EntryType::OfsDelta(distance) => pos.checked_sub(distance).filter(|_| distance > 0),
                EntryType::RefDelta(base) => match pack.find(&base)? {
                    Some(offset) => Some(offset),
                    None => {
                        let (kind, _) = self.read_from(packs, &base, u64::MAX, DEEPEST)?;
                        return Ok((kind, size));
                    }
                },
            }
            .ok_or(PackError::MissingBase)?;
            header = pack.header(pos, self.format)?;
        }
        Err(PackError::MissingBase.into())
    }

    fn base(&self, pack: &OpenPack, offset: u64) -> Option<CachedBase> {
        let bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        bases.by_offset.get(&(pack.number, offset)).cloned()
    }

    fn keep(&self, pack: &OpenPack, offset: u64, kind: ObjectKind, bytes: &Arc<Vec<u8>>) {
        if bytes.len() > LONGEST_CACHED {
            return;
        }
        let mut bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        if bases.cached_bytes + bytes.len() > CACHED {
            *bases = Bases::default();
        }
        bases.cached_bytes += bytes.len();
        bases.by_offset.insert((pack.number, offset), (kind, bytes.clone()));
    }

    fn packs(&self) -> Vec<Arc<OpenPack>> {
        let packs = self.packs.read().unwrap_or_else(PoisonError::into_inner);
        if packs.is_listed {
            return packs.list.clone();
        }
        drop(packs);
        self.list_again(0);
        self.packs.read().unwrap_or_else(PoisonError::into_inner).list.clone()
    }

    /// Opens new packs. Returns whether there are more than `known` now. A pack that cannot be
    /// opened is ignored: objects that are only in it are missing.
    fn list_again(&self, known: usize) -> bool {
        let mut packs = self.packs.write().unwrap_or_else(PoisonError::into_inner);
        packs.is_listed = true;
        for folder in &self.folders {
            for path in packs_in(folder).unwrap_or_default() {
                let number = packs.list.len();
                if !packs.list.iter().any(|pack| pack.path == path)
                    && let Ok(pack) = OpenPack::open(number, path, self.format)
                {
                    packs.list.push(Arc::new(pack));
                }
            }
        }
        packs.list.len() > known
    }
}

impl OpenPack {
    fn open(number: usize, path: PathBuf, format: ObjectFormat) -> Result<OpenPack, PackError> {
        let own = path.with_extension("idx");
        let index = match PackIndexFile::open(&own, format) {
            Ok(index) => PackLookup::Own(Box::new(index)),
            Err(why) if why.is_gone() => {
                PackLookup::Shared(Box::new(shared_index(&path, &own, format)?))
            }
            Err(why) => return Err(why),
        };
        Ok(OpenPack { number, file: File::open(&path)?, path, index })
    }

    fn find(&self, id: &ObjectId) -> Result<Option<u64>, PackError> {
        match &self.index {
            PackLookup::Own(index) => index.find(id),
            PackLookup::Shared(index) => Ok(index.find(id).map(|entry| index.offset(entry))),
        }
    }

    fn header(&self, offset: u64, format: ObjectFormat) -> Result<EntryHeader, PackError> {
        let mut head = [0; LONGEST_HEADER];
        let length = read_some_at(&self.file, offset, &mut head)?;
        EntryHeader::parse(&head[..length], format).ok_or(PackError::Header)
    }

    /// The bytes of an entry, of the length in its header.
    fn inflate(&self, offset: u64, header: &EntryHeader) -> Result<Vec<u8>, PackError> {
        // One byte more than expected would show; zlib verifies its checksum at the end.
        let bytes = self.inflate_head(offset, header, header.size.saturating_add(1))?;
        if bytes.len() as u64 == header.size { Ok(bytes) } else { Err(PackError::Inflate) }
    }

    /// The first bytes of an entry, at most `most`.
    fn inflate_head(
        &self,
        offset: u64,
        header: &EntryHeader,
        most: u64,
    ) -> Result<Vec<u8>, PackError> {
        let stored = Stored::from(&self.file, offset + u64::from(header.length));
        let mut bytes = Vec::new();
        // Growing could double the buffer.
        let most_reserved = most.min(LONGEST_RESERVED) as usize;
        bytes.try_reserve_exact(most_reserved).map_err(|_| PackError::Inflate)?;
        let stream = ZlibDecoder::new(BufReader::with_capacity(WINDOW, stored));
        stream.take(most).read_to_end(&mut bytes).map_err(|_| PackError::Inflate)?;
        Ok(bytes)
    }
}

/// The index of a pack that has no index of its own.
fn shared_index(path: &Path, own: &Path, format: ObjectFormat) -> Result<PackIndex, PackError> {
    let bytes = own_files::read(&path.with_file_name("multi-pack-index"))?;
    MultiPackIndex::parse(&bytes, format)?.index_of(&file_name(own))
}
