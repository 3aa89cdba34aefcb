//! Searches for entries below a tree. Each tree is read once, however many paths lead to it.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};

use super::diff::ReadTree;
use super::{EntryKind, TreeEntry};
use crate::git::object_id::ObjectId;

/// More matching paths than this exist only in a trap.
const MAX_PATHS: usize = 1_000_000;

/// All trees below a root, each once.
pub struct TreeWalk {
    root: ObjectId,
    trees: HashMap<ObjectId, Vec<TreeItem>>,
}

/// A file or folder in a tree; submodules are ignored.
struct TreeItem {
    name: BString,
    kind: EntryKind,
    id: ObjectId,
}

/// Why trees cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeWalkError {
    #[error("tree {id} cannot be read: {why}; run `git fsck` for details")]
    Unread { id: ObjectId, why: String },
    #[error("more than {MAX_PATHS} paths in tree {root} match")]
    TooMany { root: ObjectId },
}

impl TreeWalk {
    /// Reads a tree and all trees below it.
    pub fn read(read: &ReadTree<'_>, root: ObjectId) -> Result<TreeWalk, TreeWalkError> {
        let mut trees = HashMap::new();
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            if trees.contains_key(&id) {
                continue;
            }
            let unread = |why: String| TreeWalkError::Unread { id, why };
            let bytes = read(&id).map_err(unread)?;
            let named = entries(&bytes, id).ok_or_else(|| unread("it is malformed".to_owned()))?;
            let folders = named.iter().filter(|entry| entry.kind == EntryKind::Tree);
            pending.extend(folders.map(|entry| entry.id));
            trees.insert(id, named);
        }
        Ok(TreeWalk { root, trees })
    }

    /// The ids of all blobs, each once.
    pub fn blobs(&self) -> HashSet<ObjectId> {
        let entries = self.trees.values().flatten();
        entries.filter(|entry| entry.kind == EntryKind::Blob).map(|entry| entry.id).collect()
    }

    /// The paths of the blobs that `is_selected` accepts by name and id, sorted.
    pub fn paths(
        &self,
        is_selected: impl Fn(&[u8], &ObjectId) -> bool,
    ) -> Result<Vec<(BString, ObjectId)>, TreeWalkError> {
        let is_selected = |entry: &TreeItem| {
            entry.kind == EntryKind::Blob && is_selected(entry.name.as_bytes(), &entry.id)
        };
        let leading = self.leading(&is_selected);
        let mut paths = Vec::new();
        let mut pending = vec![(self.root, BString::default())];
        while let Some((tree, path)) = pending.pop() {
            for entry in &self.trees[&tree] {
                let slash = if path.is_empty() { "" } else { "/" };
                let below = || [path.as_bytes(), slash.as_bytes(), entry.name.as_bytes()].concat();
                if is_selected(entry) {
                    paths.push((below().into(), entry.id));
                } else if entry.kind == EntryKind::Tree && leading.contains(&entry.id) {
                    pending.push((entry.id, below().into()));
                }
            }
            if paths.len() + pending.len() > MAX_PATHS {
                return Err(TreeWalkError::TooMany { root: self.root });
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// The trees with a selected blob somewhere below them.
    fn leading(&self, is_selected: &dyn Fn(&TreeItem) -> bool) -> HashSet<ObjectId> {
        let mut parents: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        let (mut leading, mut pending) = (HashSet::new(), Vec::new());
        for (tree, entries) in &self.trees {
            for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Tree) {
                parents.entry(entry.id).or_default().push(*tree);
            }
            if entries.iter().any(is_selected) {
                leading.insert(*tree);
                pending.push(*tree);
            }
        }
        while let Some(tree) = pending.pop() {
            for parent in parents.get(&tree).into_iter().flatten() {
                if leading.insert(*parent) {
                    pending.push(*parent);
                }
            }
        }
        leading
    }
}

fn entries(bytes: &[u8], tree: ObjectId) -> Option<Vec<TreeItem>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let entry = TreeEntry::parse(rest, tree.format())?;
        rest = &rest[entry.length..];
        if entry.kind != EntryKind::Submodule {
            let (name, kind) = (entry.name.into(), entry.kind);
            entries.push(TreeItem { name, kind, id: ObjectId::new(entry.id)? });
        }
    }
    Some(entries)
}
