//! The folders of an index that have the same content as an existing tree object ("Cache tree" in
//! gitformat-index(5)). Staging a path removes the ids of the folders above it; the next commit's
//! trees are built from the remaining ones, so they can be trusted.

use std::collections::HashMap;

use bstr::ByteSlice;

use crate::git::object_id::{ObjectFormat, ObjectId};

/// Folders in file order: each before those below it.
#[derive(Default)]
pub struct CacheTree {
    folders: Vec<CachedFolder>,
}

struct CachedFolder {
    name: Vec<u8>,
    cached: Option<CachedTree>,
    /// One past the last folder below this one.
    end: usize,
}

/// A folder with a tree object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CachedTree {
    pub tree: ObjectId,
    /// The number of index entries below it.
    pub entries: usize,
}

impl CacheTree {
    /// Reads the extension; `None` if it is malformed.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Option<CacheTree> {
        let mut folders: Vec<CachedFolder> = Vec::new();
        // Folders with subfolders still to come: their positions and how many.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut rest = bytes;
        loop {
            let (name, tail) = rest.split_once_str("\0")?;
            let (counts, tail) = tail.split_once_str("\n")?;
            let (entries, below) = counts.to_str().ok()?.split_once(' ')?;
            let (entries, below) = (entries.parse::<i64>().ok()?, below.parse::<usize>().ok()?);
            rest = tail;
            let cached = match usize::try_from(entries) {
                Ok(entries) => {
                    let tree = format.id(rest)?;
                    rest = &rest[format.length()..];
                    Some(CachedTree { tree, entries })
                }
                Err(_) => None,
            };
            let position = folders.len();
            folders.push(CachedFolder { name: name.to_vec(), cached, end: position + 1 });
            open.push((position, below));
            while let Some((position, 0)) = open.last().copied() {
                open.pop();
                folders[position].end = folders.len();
                match open.last_mut() {
                    Some((_, left)) => *left -= 1,
                    None => return rest.is_empty().then_some(CacheTree { folders }),
                }
            }
        }
    }

    /// The top folder.
    pub fn root(&self) -> Option<usize> {
        (!self.folders.is_empty()).then_some(0)
    }

    pub fn cached(&self, folder: usize) -> Option<CachedTree> {
        self.folders[folder].cached
    }

    /// The direct subfolders of a folder, by their names.
    pub fn below(&self, folder: usize) -> HashMap<&[u8], usize> {
        let end = self.folders[folder].end;
        let next = |position: &usize| Some(self.folders[*position].end).filter(|next| *next < end);
        let first = Some(folder + 1).filter(|first| *first < end);
        std::iter::successors(first, next)
            .map(|position| (&self.folders[position].name[..], position))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_below_their_own() {
        let id = [7; 20];
        let bytes = [&b"\0-1 2\n"[..], b"b\x004 1\n", &id, b"c\x002 0\n", &id, b"aa\0-1 0\n"];
        let tree = CacheTree::parse(&bytes.concat(), ObjectFormat::Sha1).expect("a cache tree");
        let cached =
            |entries| Some(CachedTree { tree: ObjectId::new(&id).expect("an id"), entries });
        let root = tree.below(tree.root().expect("a root"));
        assert_eq!((root.len(), tree.cached(0)), (2, None));
        assert_eq!(
            (tree.cached(root[&b"b"[..]]), tree.cached(root[&b"aa"[..]])),
            (cached(4), None)
        );
        let below = tree.below(root[&b"b"[..]]);
        assert_eq!((below.len(), tree.cached(below[&b"c"[..]])), (1, cached(2)));
        for broken in [&b""[..], b"\0-1 1\n", b"\0-1 0\nx", b"\x001 0\nshort", b"\0x 0\n"] {
            assert!(CacheTree::parse(broken, ObjectFormat::Sha1).is_none());
        }
    }
}
