//! Staged changes: the files that the next commit adds, and those that they replace.

pub mod compare;
pub mod plumbing;

use std::collections::{BTreeMap, HashSet};

use bstr::BString;

use crate::git::object_id::ObjectId;

/// The content of a path on one side of a change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StagedContent {
    /// A file's bytes, or the target of a symbolic link.
    Blob(ObjectId),
    /// A submodule: its commit is not in this repository.
    Submodule(ObjectId),
    /// The sides of an unresolved conflict.
    Unmerged,
}

/// A path, in bytes and relative to the top of the work tree, and its content.
#[derive(PartialEq, Eq, Debug)]
pub struct StagedFile {
    pub path: BString,
    pub content: StagedContent,
}

/// Both sides of a change.
#[derive(PartialEq, Eq, Debug)]
pub struct StagedChange {
    /// What the next commit will contain that differs from every parent; by path.
    pub next: Vec<StagedFile>,
    /// What the parents contain at all paths that differ; each blob once.
    pub previous: Vec<StagedFile>,
}

impl StagedChange {
    /// Why there is nothing to scan, if so.
    pub fn note(&self) -> Option<&'static str> {
        match (self.next.is_empty(), self.previous.is_empty()) {
            (false, _) => None,
            (true, true) => Some("nothing is staged: nothing to scan"),
            (true, false) => Some("the staged changes add no content: nothing to scan"),
        }
    }
}

/// The change from several parents, by the difference from each.
impl FromIterator<IndexDiff> for StagedChange {
    fn from_iter<I: IntoIterator<Item = IndexDiff>>(diff: I) -> StagedChange {
        let (mut previous, mut next) = (Vec::new(), None);
        for diff in diff {
            previous.extend(diff.old);
            next = Some(match next {
                None => diff.new,
                Some(next) => common(next, &diff.new),
            });
        }
        let version = |(path, content)| StagedFile { path, content };
        let next = next.unwrap_or_default().into_iter().map(version).collect();
        StagedChange { next, previous: once(previous) }
    }
}

/// The difference between the index and one parent.
#[derive(Default)]
pub struct IndexDiff {
    old: Vec<StagedFile>,
    new: BTreeMap<BString, StagedContent>,
}

impl IndexDiff {
    /// Adds a path at which they differ, even if only in mode.
    pub fn add(&mut self, path: BString, old: Option<StagedContent>, new: Option<StagedContent>) {
        // The same content with another mode is not new.
        if let Some(content) = new
            && old != new
        {
            self.new.insert(path.clone(), content);
        }
        if let Some(content) = old {
            self.old.push(StagedFile { path, content });
        }
    }
}

/// The paths in both. Both were read from one index, so their contents are the same.
fn common(
    mut paths: BTreeMap<BString, StagedContent>,
    others: &BTreeMap<BString, StagedContent>,
) -> BTreeMap<BString, StagedContent> {
    paths.retain(|path, _| others.contains_key(path));
    paths
}

/// Each content once, at its first path.
fn once(mut files: Vec<StagedFile>) -> Vec<StagedFile> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut seen = HashSet::new();
    files.retain(|version| seen.insert(version.content));
    files
}
