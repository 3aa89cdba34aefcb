//! The index, as git stores it (gitformat-index(5)): the paths of the next commit, and the tree ids
//! of folders without staged changes.
//!
//! We read it ourselves for those ids: libgit2 does not expose them, and without them every folder
//! of HEAD would have to be read to find the differences. Versions 2 to 4 are supported, including
//! split and sparse indexes. Everything else is left to the `git` executable.

mod cache_tree;
mod split;

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::git::object_id::{ObjectFormat, ObjectHasher, ObjectId};
use crate::git::own_files;
use crate::git::pack::be32;

pub use cache_tree::CacheTree;
use split::SplitLink;

const HEADER: usize = 12;
/// Bytes of an entry before its id; the mode is at [`MODE`].
const STAT: usize = 40;
const MODE: usize = 24;

/// Flags of an entry, and those of the second word in versions 3 and 4.
const EXTENDED: u16 = 1 << 14;
const INTENT_TO_ADD: u16 = 1 << 13;

/// Why an index cannot be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexFault {
    /// It is malformed.
    Damaged(&'static str),
    /// Git may be able to read it.
    Unknown(&'static str),
}

/// Why the index of a repository cannot be read here.
#[derive(Debug)]
pub enum IndexError {
    Read(io::Error),
    Fault(IndexFault),
}

/// An index with a valid checksum and sorted entries.
#[derive(Default)]
pub struct Index {
    entries: Vec<IndexEntry>,
    /// All paths, concatenated.
    paths: Vec<u8>,
    pub cache_tree: CacheTree,
}

/// A path of the next commit.
pub struct IndexEntry {
    path: Range<usize>,
    pub id: ObjectId,
    /// As in a tree; the mode of a folder if a sparse index has one entry for everything below it.
    pub mode: u32,
    /// 0, or a side of a conflict.
    pub stage: u8,
    /// Added with `git add -N`: not part of the next commit.
    pub is_intent_to_add: bool,
}

/// Reads the shared index of a split index, by its name.
pub type ReadShared<'r> = dyn Fn(&str) -> io::Result<Vec<u8>> + 'r;

impl Index {
    /// Reads the index file of the repository in `git_dir`; `None` if it does not exist.
    pub fn open(
        file: &Path,
        git_dir: &Path,
        format: ObjectFormat,
    ) -> Result<Option<Index>, IndexError> {
        let bytes = own_files::read_if_exists(file).map_err(IndexError::Read)?;
        let Some(bytes) = bytes else { return Ok(None) };
        // The shared index of a split index is in the git directory, wherever this one is.
        let shared = |name: &str| own_files::read(&git_dir.join(name));
        Index::parse(&bytes, format, &shared).map(Some).map_err(IndexError::Fault)
    }

    /// Parses a whole file. Checks what git checks, and the checksum, which git leaves to `git
    /// fsck`.
    pub fn parse(
        bytes: &[u8],
        format: ObjectFormat,
        shared: &ReadShared<'_>,
    ) -> Result<Index, IndexFault> {
        let mut parser = Parser::checked(bytes, format, Vec::new())?;
        if let Some(split) = parser.split.take() {
            let missing =
                |_| IndexFault::Damaged("it is a split index, and its shared index is missing");
            let shared = shared(&format!("sharedindex.{}", split.shared)).map_err(missing)?;
            let is_meant = shared.ends_with(split.shared.as_bytes());
            let Parser { entries, paths, .. } = Parser::checked(&shared, format, parser.paths)?;
            if !is_meant {
                return Err(IndexFault::Damaged(
                    "it is a split index, and its shared index has a different id",
                ));
            }
            parser.entries = split.joined(&paths, entries, parser.entries)?;
            parser.paths = paths;
        }
        let Parser { entries, paths, cache_tree, .. } = parser;
        let in_order = entries.is_sorted_by(|a, b| a.key(&paths) < b.key(&paths));
        match in_order {
            true => Ok(Index { entries, paths, cache_tree }),
            false => Err(IndexFault::Damaged("its paths are not sorted")),
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn path(&self, position: usize) -> &[u8] {
        &self.paths[self.entries[position].path.clone()]
    }

    pub fn entry(&self, position: usize) -> &IndexEntry {
        &self.entries[position]
    }

    /// The entry of a path in the next commit; `None` if it is in conflict.
    pub fn find(&self, path: &[u8]) -> Option<&IndexEntry> {
        let position = self.entries.partition_point(|entry| &self.paths[entry.path.clone()] < path);
        let entry =
            self.entries.get(position).filter(|entry| self.paths[entry.path.clone()] == *path);
        entry.filter(|entry| entry.stage == 0 && !entry.is_intent_to_add)
    }

    /// The end of the entries in `range` that are below `folder`, which come first.
    pub fn end_of(&self, folder: &[u8], range: Range<usize>) -> usize {
        let below = |entry: &IndexEntry| self.paths[entry.path.clone()].starts_with(folder);
        range.start + self.entries[range].partition_point(below)
    }
}

impl IndexEntry {
    /// The sort key: the path, then the side of a conflict.
    fn key<'p>(&self, paths: &'p [u8]) -> (&'p [u8], u8) {
        (&paths[self.path.clone()], self.stage)
    }
}

/// Reads a file from its start to its end.
struct Parser<'b> {
    bytes: &'b [u8],
    format: ObjectFormat,
    pos: usize,
    entries: Vec<IndexEntry>,
    paths: Vec<u8>,
    cache_tree: CacheTree,
    split: Option<SplitLink>,
}

impl<'b> Parser<'b> {
    /// Parses the file while its checksum is computed. Its paths are appended to `paths`.
    fn checked(
        bytes: &'b [u8],
        format: ObjectFormat,
        paths: Vec<u8>,
    ) -> Result<Parser<'b>, IndexFault> {
        let (parsed, checked) =
            rayon::join(|| Parser::parse(bytes, format, paths), || check_sum(bytes, format));
        checked.and(parsed)
    }

    fn parse(
        bytes: &'b [u8],
        format: ObjectFormat,
        paths: Vec<u8>,
    ) -> Result<Parser<'b>, IndexFault> {
        let cut = IndexFault::Damaged("it is truncated");
        let end = bytes.len().checked_sub(format.length()).filter(|end| *end >= HEADER);
        let bytes = &bytes[..end.ok_or(cut)?];
        if !bytes.starts_with(b"DIRC") {
            return Err(IndexFault::Damaged("it has no index signature"));
        }
        let version = be32(bytes, 4).ok_or(cut)?;
        if !matches!(version, 2..=4) {
            return Err(IndexFault::Unknown("unsupported version"));
        }
        let count = be32(bytes, 8).ok_or(cut)? as usize;
        // Each entry takes more bytes than this: a count too large for the file is not trusted.
        let entries = Vec::with_capacity(count.min(bytes.len() / STAT));
        let (cache_tree, split) = (CacheTree::default(), None);
        let mut parser = Parser { bytes, format, pos: HEADER, entries, paths, cache_tree, split };
        for _ in 0..count {
            parser.entry(version == 4).ok_or(cut)?;
        }
        while parser.pos < bytes.len() {
            parser.extension()?;
        }
        Ok(parser)
    }

    fn entry(&mut self, is_prefix_compressed: bool) -> Option<()> {
        let Parser { bytes, format, pos: start, .. } = *self;
        let flags_pos = start + STAT + format.length();
        let flags = be16(bytes, flags_pos)?;
        let (more_flags, path_pos) = match flags & EXTENDED {
            0 => (0, flags_pos + 2),
            _ => (be16(bytes, flags_pos + 2)?, flags_pos + 4),
        };
        // Version 4 removes this many bytes from the previous path and appends a suffix.
        let (kept, from) = if is_prefix_compressed {
            let (cut, from) = offset_varint(bytes, path_pos)?;
            let last = self.entries.last().map_or(0..0, |entry| entry.path.clone());
            let end = last.end.checked_sub(cut).filter(|end| *end >= last.start)?;
            (last.start..end, from)
        } else {
            (0..0, path_pos)
        };
        let end = from + memchr::memchr(0, bytes.get(from..)?)?;
        let path = self.paths.len();
        self.paths.extend_from_within(kept);
        self.paths.extend_from_slice(&bytes[from..end]);
        // The others end with one to eight NULs, which align them to eight bytes.
        self.pos = if is_prefix_compressed { end + 1 } else { start + ((end - start + 8) & !7) };
        self.entries.push(IndexEntry {
            path: path..self.paths.len(),
            id: format.id(&bytes[start + STAT..])?,
            mode: be32(bytes, start + MODE)?,
            stage: (flags >> 12 & 3) as u8,
            is_intent_to_add: more_flags & INTENT_TO_ADD != 0,
        });
        (self.pos <= bytes.len()).then_some(())
    }

    /// Optional extensions begin with a capital letter. Skipping one of the others would misread
    /// the index.
    fn extension(&mut self) -> Result<(), IndexFault> {
        let cut = IndexFault::Damaged("an extension is truncated");
        let name = self.bytes.get(self.pos..self.pos + 4).ok_or(cut)?;
        let length = be32(self.bytes, self.pos + 4).ok_or(cut)? as usize;
        let start = self.pos + 8;
        let content = self.bytes.get(start..start + length).ok_or(cut)?;
        self.pos = start + length;
        match name {
            b"TREE" => {
                let damaged = IndexFault::Damaged("its cache tree is damaged");
                self.cache_tree = CacheTree::parse(content, self.format).ok_or(damaged)?;
            }
            b"link" => {
                let damaged = IndexFault::Damaged("its reference to the shared index is damaged");
                self.split = SplitLink::parse(content, self.format).ok_or(damaged)?;
            }
            // Announces entries of folders, which are recognized by their mode.
            b"sdir" => {}
            [b'A'..=b'Z', ..] => {}
            _ => return Err(IndexFault::Unknown("unknown required extension")),
        }
        Ok(())
    }
}

/// The file ends with the hash of everything before it, or with zeros if `index.skipHash` is set.
fn check_sum(bytes: &[u8], format: ObjectFormat) -> Result<(), IndexFault> {
    let end = bytes.len().checked_sub(format.length());
    let (content, sum) = bytes.split_at(end.ok_or(IndexFault::Damaged("it is truncated"))?);
    if sum.iter().all(|&byte| byte == 0) || hash(content, format).as_bytes() == sum {
        Ok(())
    } else {
        Err(IndexFault::Damaged("checksum mismatch"))
    }
}

fn hash(content: &[u8], format: ObjectFormat) -> ObjectId {
    let mut hasher: ObjectHasher = format.hasher();
    hasher.update(content);
    hasher.finish()
}

/// Two bytes at `pos`, in network order; `None` past the end.
fn be16(bytes: &[u8], pos: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(pos..pos + 2)?.try_into().ok()?))
}

/// A number in the encoding that packs use for a base's distance, and the position after it.
fn offset_varint(bytes: &[u8], mut pos: usize) -> Option<(usize, usize)> {
    let mut value = 0usize;
    loop {
        let byte = *bytes.get(pos)?;
        pos += 1;
        value = value.checked_mul(128)? | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, pos));
        }
        value = value.checked_add(1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of version 2 with these paths, as gitformat-index(5) describes it.
    fn file(paths: &[&str], extensions: &[u8]) -> Vec<u8> {
        let mut bytes = [&b"DIRC"[..], &[0, 0, 0, 2, 0, 0, 0, paths.len() as u8]].concat();
        for path in paths {
            let start = bytes.len();
            bytes.extend_from_slice(&[0; MODE]);
            bytes.extend_from_slice(&0o100644u32.to_be_bytes());
            bytes.extend_from_slice(&[0; STAT - MODE - 4]);
            bytes.extend_from_slice(&[7; 20]);
            bytes.extend_from_slice(&(path.len() as u16).to_be_bytes());
            bytes.extend_from_slice(path.as_bytes());
            bytes.push(0);
            while !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
        }
        bytes.extend_from_slice(extensions);
        let sum = hash(&bytes, ObjectFormat::Sha1);
        [&bytes, sum.as_bytes()].concat()
    }

    fn parse(bytes: &[u8]) -> Result<Index, IndexFault> {
        Index::parse(bytes, ObjectFormat::Sha1, &|_| Err(io::ErrorKind::NotFound.into()))
    }

    fn fault(bytes: &[u8]) -> Option<IndexFault> {
        parse(bytes).err()
    }

    #[test]
    fn paths_are_read_and_their_order_is_asked_for() {
        let index = parse(&file(&["a", "a.b", "a/b", "long/er"], b""));
        let index = index.unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!((index.len(), index.path(2)), (4, &b"a/b"[..]));
        assert_eq!(index.end_of(b"a/", 2..4), 3);
        assert!(matches!(fault(&file(&["b", "a"], b"")), Some(IndexFault::Damaged(_))));
        assert!(matches!(fault(&file(&["a", "a"], b"")), Some(IndexFault::Damaged(_))));
    }

    #[test]
    fn unknown_required_extensions_are_reported() {
        assert_eq!(fault(&file(&["a"], b"REUC\0\0\0\x01x")), None);
        assert!(matches!(fault(&file(&["a"], b"what\0\0\0\0")), Some(IndexFault::Unknown(_))));
        assert!(matches!(fault(&file(&["a"], b"REUC\0\0\xff\0")), Some(IndexFault::Damaged(_))));
        let split = [&b"link\0\0\0\x14"[..], &[7; 20]].concat();
        assert!(matches!(fault(&file(&["a"], &split)), Some(IndexFault::Damaged(_))));
    }

    #[test]
    fn no_byte_that_is_changed_or_missing_makes_it_panic() {
        let tree = [&b"TREE\0\0\0\x20\x002 1\n"[..], &[7; 20], b"a\0-1 0\n"].concat();
        let whole = file(&["a/b", "c"], &tree);
        assert_eq!(fault(&whole), None);
        for length in 0..whole.len() {
            assert!(fault(&whole[..length]).is_some(), "{length}");
        }
        for (pos, version) in (0..whole.len() - 20).flat_map(|pos| [(pos, 2), (pos, 3), (pos, 4)]) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[7] = version;
                changed[pos] = value;
                // Zeros mean that the checksum is omitted.
                let end = changed.len() - 20;
                changed[end..].fill(0);
                let _ = parse(&changed);
            }
        }
    }
}
