//! Which versions of which paths a change brings in, and which it takes the place of.

use std::collections::{BTreeMap, HashSet};

use bstr::{BStr, BString, ByteSlice};
use git2::{Delta, DiffDelta, DiffFile, FileMode, Index, IndexEntryExtendedFlag, Oid, Repository};

/// What stands at a path, on one side of a change.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// A file's bytes, or the target of a symbolic link.
    Blob(Oid),
    /// A submodule, by its commit.
    Submodule(Oid),
    /// The sides of a conflict that nobody has resolved.
    Unmerged,
}

/// A path, as bytes below the top of the work tree, and what stands there.
pub struct Version {
    pub path: BString,
    pub content: Content,
}

/// Both sides of a change.
pub struct Change {
    /// What the next commit will hold, where that differs from every parent; by path.
    pub next: Vec<Version>,
    /// What the parents hold at all paths that differ from them; each blob once.
    pub previous: Vec<Version>,
}

impl Change {
    /// The change from the parents' trees to the index; without parents all of the index is
    /// new.
    pub fn between(
        repository: &Repository,
        parents: &[Oid],
        index: &Index,
    ) -> Result<Change, git2::Error> {
        let mut sides = match parents {
            [] => vec![Sides::of(repository, None, index)?],
            parents => parents
                .iter()
                .map(|tree| Sides::of(repository, Some(*tree), index))
                .collect::<Result<_, _>>()?,
        };
        let previous = sides.iter_mut().flat_map(|sides| std::mem::take(&mut sides.old)).collect();
        let next = sides.into_iter().map(|sides| sides.new).reduce(common).unwrap_or_default();
        Ok(Change { next: next.into_iter().map(Version::from).collect(), previous: once(previous) })
    }

    /// Why there is nothing to look at, if there is nothing.
    pub fn note(&self) -> Option<&'static str> {
        match (self.next.is_empty(), self.previous.is_empty()) {
            (false, _) => None,
            (true, true) => Some("nothing is staged: nothing to look at"),
            (true, false) => Some("what is staged adds no content: nothing to look at"),
        }
    }
}

/// The difference between the index and one parent.
#[derive(Default)]
struct Sides {
    old: Vec<Version>,
    new: BTreeMap<BString, Content>,
}

impl Sides {
    fn of(repository: &Repository, tree: Option<Oid>, index: &Index) -> Result<Sides, git2::Error> {
        let tree = tree.map(|id| repository.find_tree(id)).transpose()?;
        let diff = repository.diff_tree_to_index(tree.as_ref(), Some(index), None)?;
        let mut sides = Sides::default();
        for delta in diff.deltas() {
            sides.add(&delta, index);
        }
        Ok(sides)
    }

    fn add(&mut self, delta: &DiffDelta<'_>, index: &Index) {
        let old = content(&delta.old_file());
        let new = match delta.status() {
            Delta::Conflicted => Some(Content::Unmerged),
            _ => content(&delta.new_file()).filter(|_| !is_intent_to_add(delta, index)),
        };
        if let (Some(content), Some(path)) = (old, delta.old_file().path_bytes()) {
            self.old.push(Version { path: path.into(), content });
        }
        // Same bytes under another mode: nothing new.
        if let (Some(content), Some(path)) = (new, delta.new_file().path_bytes())
            && old != new
        {
            self.new.insert(path.into(), content);
        }
    }
}

impl From<(BString, Content)> for Version {
    fn from((path, content): (BString, Content)) -> Self {
        Version { path, content }
    }
}

/// What stands on one side of a delta; `None` where the path is not there.
fn content(file: &DiffFile<'_>) -> Option<Content> {
    match file.mode() {
        _ if !file.exists() => None,
        FileMode::Commit => Some(Content::Submodule(file.id())),
        _ => Some(Content::Blob(file.id())),
    }
}

/// `git add -N` puts a path into the index that the next commit will not hold.
fn is_intent_to_add(delta: &DiffDelta<'_>, index: &Index) -> bool {
    let path: Option<&BStr> = delta.new_file().path_bytes().map(ByteSlice::as_bstr);
    let entry = path.and_then(|path| index.get_path(path.to_path().ok()?, 0));
    entry.is_some_and(|entry| {
        let flags = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
        flags.contains(IndexEntryExtendedFlag::INTENT_TO_ADD)
    })
}

/// The paths that both hold. Both were read from one index, so their contents are the same.
fn common(
    mut paths: BTreeMap<BString, Content>,
    others: BTreeMap<BString, Content>,
) -> BTreeMap<BString, Content> {
    paths.retain(|path, _| others.contains_key(path));
    paths
}

/// Each content once, under the first of its paths.
fn once(mut versions: Vec<Version>) -> Vec<Version> {
    versions.sort_by(|a, b| a.path.cmp(&b.path));
    let mut seen = HashSet::new();
    versions.retain(|version| seen.insert(version.content));
    versions
}
