//! How the index differs from a tree. Folders that the index knows to be the same as in the tree
//! are not entered: for ten staged files in a hundred thousand a few dozen trees are read.

use std::collections::HashSet;
use std::iter::Peekable;
use std::ops::Range;

use bstr::BString;

use super::{IndexDiff, StagedContent};
use crate::git::index::Index;
use crate::git::object_id::ObjectId;
use crate::git::tree::{EntryKind, TreeEntry};

/// The bits of a mode for the file type, and the executable bit.
const FILE_TYPE: u32 = 0o170000;
const EXECUTABLE: u32 = 0o100;
const FOLDER: u32 = 0o040000;
const SUBMODULE: u32 = 0o160000;

/// Why the comparison failed.
#[derive(Debug)]
pub enum CompareError {
    /// A tree cannot be read.
    Tree(String),
    /// A folder entry of a sparse index differs from the tree: the index does not list its files.
    Sparse,
}

/// Reads the tree object with an id.
pub type ReadTreeMut<'r> = dyn FnMut(&ObjectId) -> Result<Vec<u8>, String> + 'r;

/// The difference between the index and a tree; without a tree everything is new.
pub fn compare(
    index: &Index,
    tree: Option<ObjectId>,
    read: &mut ReadTreeMut<'_>,
) -> Result<IndexDiff, CompareError> {
    let mut walk =
        IndexWalk { index, diff: IndexDiff::default(), left: Vec::new(), gone: HashSet::new() };
    let top = index.cache_tree.root();
    walk.enter(FolderPair {
        tree,
        path: BString::default(),
        entries: 0..index.len(),
        cached: top,
    })?;
    while let Some(pair) = walk.left.pop() {
        let bytes = match pair.tree {
            Some(id) => read(&id).map_err(CompareError::Tree)?,
            None => Vec::new(),
        };
        walk.pair(&pair, &bytes)?;
    }
    Ok(walk.diff)
}

/// A folder on both sides.
struct FolderPair {
    tree: Option<ObjectId>,
    /// With a slash at its end, except for the top.
    path: BString,
    /// The index entries below it.
    entries: Range<usize>,
    /// Its position in the index's cache tree.
    cached: Option<usize>,
}

struct IndexWalk<'i> {
    index: &'i Index,
    diff: IndexDiff,
    /// Folders that differ and are still to be compared.
    left: Vec<FolderPair>,
    /// Trees of folders that the index does not have; each is read once, however many paths lead to
    /// it.
    gone: HashSet<ObjectId>,
}

impl IndexWalk<'_> {
    /// Both sides are sorted in the same way, in which a folder's name ends with a slash.
    fn pair(&mut self, pair: &FolderPair, tree: &[u8]) -> Result<(), CompareError> {
        let index = self.index;
        let folders = pair.cached.map(|cached| index.cache_tree.below(cached)).unwrap_or_default();
        let mut in_tree = TreeEntries { rest: tree, pair }.peekable();
        let mut pos = pair.entries.start;
        loop {
            let in_index =
                (pos < pair.entries.end).then(|| name(&index.path(pos)[pair.path.len()..]));
            let old = next_until(&mut in_tree, in_index)?;
            let Some(name) = in_index else {
                match old {
                    Some(old) => self.gone(pair, &old, pos)?,
                    None => return Ok(()),
                }
                continue;
            };
            if let Some(old) = old.as_ref().filter(|old| old.name != name) {
                self.gone(pair, old, pos)?;
                continue;
            }
            let path = BString::from([&pair.path[..], name].concat());
            let rest = pos..pair.entries.end;
            if let Some(bare) = name.strip_suffix(b"/") {
                let entries = pos..index.end_of(&path, rest);
                pos = entries.end;
                let cached = folders.get(bare).copied();
                self.enter(FolderPair { tree: old.map(|old| old.id), path, entries, cached })?;
            } else {
                let first = pos;
                pos += rest.take_while(|&side| index.path(side) == path).count();
                self.file(path, old.as_ref(), first);
            }
        }
    }

    /// A path that is not in the index.
    fn gone(&mut self, pair: &FolderPair, old: &OldEntry, pos: usize) -> Result<(), CompareError> {
        let path = [&pair.path[..], &old.name].concat().into();
        match old.content {
            Some(content) => self.diff.add(path, Some(content), None),
            None if self.gone.insert(old.id) => {
                self.enter(FolderPair {
                    tree: Some(old.id),
                    path,
                    entries: pos..pos,
                    cached: None,
                })?;
            }
            None => {}
        }
        Ok(())
    }

    /// Adds a folder to those to be compared, unless it is the same on both sides.
    fn enter(&mut self, pair: FolderPair) -> Result<(), CompareError> {
        let cached = pair.cached.and_then(|cached| self.index.cache_tree.cached(cached));
        let is_same = cached.is_some_and(|cached| {
            Some(cached.tree) == pair.tree && cached.entries == pair.entries.len()
        });
        if is_same {
            return Ok(());
        }
        // A sparse index has one entry for a folder, whose path ends with a slash.
        let first = pair.entries.start;
        if !pair.entries.is_empty() && self.index.path(first) == pair.path {
            let entry = self.index.entry(first);
            let is_same = entry.mode & FILE_TYPE == FOLDER && Some(entry.id) == pair.tree;
            return if is_same { Ok(()) } else { Err(CompareError::Sparse) };
        }
        self.left.push(pair);
        Ok(())
    }

    /// A path, given its only entry or the first side of a conflict.
    fn file(&mut self, path: BString, old: Option<&OldEntry>, first: usize) {
        let entry = self.index.entry(first);
        let new = match entry.mode & FILE_TYPE {
            _ if entry.stage > 0 => Some(StagedContent::Unmerged),
            _ if entry.is_intent_to_add => None,
            SUBMODULE => Some(StagedContent::Submodule(entry.id)),
            _ => Some(StagedContent::Blob(entry.id)),
        };
        let content = old.and_then(|old| old.content);
        let mode = old.map_or(entry.mode, |old| old.mode);
        let differs = (mode ^ entry.mode) & (FILE_TYPE | EXECUTABLE) != 0;
        if content != new || differs {
            self.diff.add(path, content, new);
        }
    }
}

/// An entry of a tree.
struct OldEntry {
    /// With a slash at its end if it is a folder.
    name: Vec<u8>,
    mode: u32,
    id: ObjectId,
    /// `None` for a folder.
    content: Option<StagedContent>,
}

struct TreeEntries<'t> {
    rest: &'t [u8],
    pair: &'t FolderPair,
}

impl Iterator for TreeEntries<'_> {
    type Item = Result<OldEntry, CompareError>;

    fn next(&mut self) -> Option<Self::Item> {
        let tree = self.pair.tree.filter(|_| !self.rest.is_empty())?;
        let entry = TreeEntry::parse(self.rest, tree.format());
        let old = entry.and_then(|entry| {
            self.rest = &self.rest[entry.length..];
            let id = ObjectId::new(entry.id)?;
            let (end, content) = match entry.kind {
                EntryKind::Tree => (&b"/"[..], None),
                EntryKind::Blob => (&b""[..], Some(StagedContent::Blob(id))),
                EntryKind::Submodule => (&b""[..], Some(StagedContent::Submodule(id))),
            };
            Some(OldEntry { name: [entry.name, end].concat(), mode: entry.mode, id, content })
        });
        if old.is_none() {
            self.rest = &[];
        }
        Some(old.ok_or_else(|| CompareError::Tree(format!("tree {tree} is damaged"))))
    }
}

/// The next entry of the tree, if its name is not after `name`.
fn next_until(
    entries: &mut Peekable<TreeEntries<'_>>,
    name: Option<&[u8]>,
) -> Result<Option<OldEntry>, CompareError> {
    let is_due = |old: &Result<OldEntry, _>| match (old, name) {
        (Ok(old), Some(name)) => &old.name[..] <= name,
        _ => true,
    };
    entries.next_if(is_due).transpose()
}

/// The first component of a path, with its slash.
fn name(path: &[u8]) -> &[u8] {
    memchr::memchr(b'/', path).map_or(path, |slash| &path[..=slash])
}
