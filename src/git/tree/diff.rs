//! The differences between a commit's tree and its parents' trees, as a graph and not as a list of
//! paths: a tree that appears at a thousand paths is read and compared once.
//!
//! A small repository may have trees that refer to each other so often that a list of its paths
//! would never end. So each node of a [`TreeDiff`] is a folder as all sides have it, and paths are
//! built only for what leads to selected contents ([`TreeDiff::changes`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::{BString, ByteSlice};

use super::{EntryKind, TreeEntry, may_contain_id};
use crate::git::object_id::ObjectId;

/// The content of a path on one side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileContent {
    /// A file's bytes, or the target of a symbolic link.
    Blob(ObjectId),
    /// A submodule, by its commit, which is not in this repository.
    Submodule(ObjectId),
}

/// Reads the tree object with an id; otherwise the reason why it cannot be read.
pub type ReadTree<'r> = dyn Fn(&ObjectId) -> Result<Vec<u8>, String> + Sync + 'r;

/// A path at which a tree differs from at least one of its parents' trees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeChange {
    pub path: BString,
    /// The parents' contents.
    pub before: Vec<FileContent>,
    pub after: Option<FileContent>,
}

/// The difference between a tree and the trees of all parents.
pub struct TreeDiff {
    /// The first is the root.
    folders: Vec<FolderDiff>,
    /// Trees that could not be read, and why.
    pub unread: Vec<(ObjectId, String)>,
}

/// A folder in the parents' trees and in the tree itself.
#[derive(Default)]
struct FolderDiff {
    files: Vec<FileDiff>,
    /// Names of folders that differ, with their indices in the list.
    folders: Vec<(BString, usize)>,
    /// The names that may contain an id and that not all sides have.
    names: Vec<(BString, NameChange)>,
}

/// How a name of a file or folder changes, whatever it refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameChange {
    /// No parent has it.
    Added,
    /// The tree no longer has it.
    Removed,
}

/// A name that differs in content.
struct FileDiff {
    name: BString,
    before: Vec<FileContent>,
    after: Option<FileContent>,
    /// No parent has this content here.
    is_new: bool,
}

/// One folder's trees on all sides.
#[derive(Clone, PartialEq, Eq, Hash)]
struct FolderSides {
    before: Vec<Option<ObjectId>>,
    after: Option<ObjectId>,
}

/// What a name refers to on one side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DiffEntry {
    Tree(ObjectId),
    File(FileContent),
}

impl TreeDiff {
    /// Compares a tree with the parents' trees; without parents everything is new.
    pub fn between(read: &ReadTree<'_>, before: &[ObjectId], after: ObjectId) -> TreeDiff {
        let root =
            FolderSides { before: before.iter().copied().map(Some).collect(), after: Some(after) };
        let mut diff = TreeDiff { folders: vec![FolderDiff::default()], unread: Vec::new() };
        let mut numbers = HashMap::from([(root.clone(), 0)]);
        let mut pending = vec![root];
        let mut done = 0;
        while let Some(sides) = pending.get(done).cloned() {
            let mut folder = FolderDiff::default();
            if !sides.are_alike() {
                for (name, (before, after)) in diff.names(read, &sides) {
                    let below = folder.add(name, before, after);
                    let Some((name, below)) = below else { continue };
                    let number = *numbers.entry(below.clone()).or_insert_with(|| {
                        pending.push(below);
                        diff.folders.push(FolderDiff::default());
                        diff.folders.len() - 1
                    });
                    folder.folders.push((name, number));
                }
            }
            diff.folders[done] = folder;
            done += 1;
        }
        diff
    }

    /// Whether there are no differences.
    pub fn is_empty(&self) -> bool {
        self.folders.iter().all(|folder| folder.files.is_empty())
    }

    /// Contents that no parent has at the same path. Content that is new at several paths is
    /// repeated.
    pub fn new_contents(&self) -> impl Iterator<Item = FileContent> {
        let files = self.folders.iter().flat_map(|folder| &folder.files);
        files.filter(|file| file.is_new).filter_map(|file| file.after)
    }

    /// The names that may contain an id and are added or removed, each at one of its paths.
    pub fn names_changed(&self, change: NameChange) -> Vec<BString> {
        let mut path_of: Vec<Option<BString>> = vec![None; self.folders.len()];
        path_of[0] = Some(BString::default());
        let mut names = Vec::new();
        let mut pending = vec![0];
        while let Some(number) = pending.pop() {
            let folder = &self.folders[number];
            let path = path_of[number].clone().unwrap_or_default();
            let changed = folder.names.iter().filter(|(_, changed)| *changed == change);
            names.extend(changed.map(|(name, _)| below(&path, name)));
            for (name, number) in &folder.folders {
                if path_of[*number].is_none() {
                    path_of[*number] = Some(below(&path, name));
                    pending.push(*number);
                }
            }
        }
        names
    }

    /// The contents of another tree at the paths that differ here.
    pub fn contents_in(&self, read: &ReadTree<'_>, tree: ObjectId) -> HashSet<FileContent> {
        let mut found = HashSet::new();
        let mut seen = HashSet::from([(0, tree)]);
        let mut pending = vec![(0, tree)];
        while let Some((number, tree)) = pending.pop() {
            let folder = &self.folders[number];
            // A tree that cannot be read contains nothing that can be compared.
            let Ok(bytes) = read(&tree) else { continue };
            let entries: HashMap<&[u8], DiffEntry> =
                entries(&bytes, tree).unwrap_or_default().into_iter().collect();
            for file in &folder.files {
                if let Some(DiffEntry::File(content)) = entries.get(file.name.as_bytes()) {
                    found.insert(*content);
                }
            }
            for (name, below) in &folder.folders {
                if let Some(DiffEntry::Tree(tree)) = entries.get(name.as_bytes())
                    && seen.insert((*below, *tree))
                {
                    pending.push((*below, *tree));
                }
            }
        }
        found
    }

    /// The changes in which a side has selected contents, by path; `None` if there are more than
    /// `most`.
    pub fn changes(
        &self,
        is_selected: impl Fn(&FileContent) -> bool,
        most: usize,
    ) -> Option<Vec<TreeChange>> {
        let is_selected = |file: &FileDiff| file.before.iter().chain(&file.after).any(&is_selected);
        let leads = self.leading(&is_selected);
        let mut changes = Vec::new();
        let mut pending = vec![(0, BString::default())];
        while let Some((number, path)) = pending.pop() {
            let folder = &self.folders[number];
            let below = |name: &BString| below(&path, name);
            for file in folder.files.iter().filter(|file| is_selected(file)) {
                let (before, after) = (file.before.clone(), file.after);
                changes.push(TreeChange { path: below(&file.name), before, after });
            }
            let folders = folder.folders.iter().filter(|(_, number)| leads[*number]);
            pending.extend(folders.map(|(name, number)| (*number, below(name))));
            if changes.len() + pending.len() > most {
                return None;
            }
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Some(changes)
    }

    /// For each folder, whether it or a folder below it has a selected file.
    fn leading(&self, is_selected: &dyn Fn(&FileDiff) -> bool) -> Vec<bool> {
        let mut above = vec![Vec::new(); self.folders.len()];
        for (number, folder) in self.folders.iter().enumerate() {
            folder.folders.iter().for_each(|(_, below)| above[*below].push(number));
        }
        let mut leads: Vec<bool> =
            self.folders.iter().map(|folder| folder.files.iter().any(is_selected)).collect();
        let mut pending: Vec<usize> = (0..leads.len()).filter(|&number| leads[number]).collect();
        while let Some(number) = pending.pop() {
            for &parent in &above[number] {
                if !std::mem::replace(&mut leads[parent], true) {
                    pending.push(parent);
                }
            }
        }
        leads
    }

    /// Every name on any side, with what each side has there.
    fn names(
        &mut self,
        read: &ReadTree<'_>,
        sides: &FolderSides,
    ) -> BTreeMap<BString, (Vec<Option<DiffEntry>>, Option<DiffEntry>)> {
        let mut names: BTreeMap<BString, (Vec<Option<DiffEntry>>, Option<DiffEntry>)> =
            BTreeMap::new();
        let parents = sides.before.len();
        for (side, tree) in sides.before.iter().chain([&sides.after]).enumerate() {
            let Some(tree) = tree else { continue };
            let entries = read(tree).and_then(|bytes| {
                let entries = entries(&bytes, *tree);
                let owned = |(name, entry): (&[u8], DiffEntry)| (BString::from(name), entry);
                let entries = entries.map(|list| list.into_iter().map(owned).collect::<Vec<_>>());
                entries.ok_or_else(|| "malformed tree object".to_owned())
            });
            let entries = entries.unwrap_or_else(|why| {
                self.unread.push((*tree, why));
                Vec::new()
            });
            for (name, entry) in entries {
                let row = names.entry(name).or_insert_with(|| (vec![None; parents], None));
                match row.0.get_mut(side) {
                    Some(before) => *before = Some(entry),
                    None => row.1 = Some(entry),
                }
            }
        }
        names
    }
}

/// The path of a name in a folder.
fn below(folder: &BString, name: &BString) -> BString {
    let slash = if folder.is_empty() { "" } else { "/" };
    BString::from([folder.as_bytes(), slash.as_bytes(), name.as_bytes()].concat())
}

impl FolderSides {
    fn are_alike(&self) -> bool {
        !self.before.is_empty() && self.before.iter().all(|before| *before == self.after)
    }
}

impl FolderDiff {
    /// Adds a name. If it is a folder on some side, the folder is returned to be compared as well.
    fn add(
        &mut self,
        name: BString,
        before: Vec<Option<DiffEntry>>,
        after: Option<DiffEntry>,
    ) -> Option<(BString, FolderSides)> {
        if !before.is_empty() && before.iter().all(|before| *before == after) {
            return None;
        }
        if may_contain_id(&name) {
            match (before.iter().any(Option::is_some), &after) {
                (false, Some(_)) => self.names.push((name.clone(), NameChange::Added)),
                (true, None) => self.names.push((name.clone(), NameChange::Removed)),
                _ => {}
            }
        }
        let file = |entry: &Option<DiffEntry>| match entry {
            Some(DiffEntry::File(content)) => Some(*content),
            _ => None,
        };
        let tree = |entry: &Option<DiffEntry>| match entry {
            Some(DiffEntry::Tree(tree)) => Some(*tree),
            _ => None,
        };
        let files: Vec<FileContent> = before.iter().filter_map(file).collect();
        if !files.is_empty() || file(&after).is_some() {
            let is_new = before.iter().all(|before| file(before) != file(&after));
            let name = name.clone();
            self.files.push(FileDiff { name, before: files, after: file(&after), is_new });
        }
        let sides = FolderSides { before: before.iter().map(tree).collect(), after: tree(&after) };
        let is_folder = sides.before.iter().chain([&sides.after]).any(Option::is_some);
        is_folder.then_some((name, sides))
    }
}

/// The entries of a tree; `None` if it is malformed.
fn entries(bytes: &[u8], tree: ObjectId) -> Option<Vec<(&[u8], DiffEntry)>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let entry = TreeEntry::parse(rest, tree.format())?;
        rest = &rest[entry.length..];
        let id = ObjectId::new(entry.id)?;
        let is = match entry.kind {
            EntryKind::Tree => DiffEntry::Tree(id),
            EntryKind::Blob => DiffEntry::File(FileContent::Blob(id)),
            EntryKind::Submodule => DiffEntry::File(FileContent::Submodule(id)),
        };
        entries.push((entry.name, is));
    }
    Some(entries)
}

/// The content of a tree at a path; `None` if that is a folder or does not exist.
pub fn content_at(
    read: &ReadTree<'_>,
    tree: ObjectId,
    path: &[u8],
) -> Result<Option<FileContent>, String> {
    let mut tree = tree;
    let mut parts = path.split_str("/").peekable();
    while let Some(part) = parts.next() {
        let bytes = read(&tree).map_err(|why| format!("tree {tree} cannot be read: {why}"))?;
        let entries = entries(&bytes, tree).ok_or_else(|| format!("tree {tree} is malformed"))?;
        match entries.into_iter().find(|(name, _)| *name == part) {
            Some((_, DiffEntry::Tree(below))) => tree = below,
            Some((_, DiffEntry::File(content))) if parts.peek().is_none() => {
                return Ok(Some(content));
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}
