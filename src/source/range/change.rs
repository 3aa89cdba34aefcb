//! What each commit of a range changes, read commit by commit and never all in memory.

use bstr::BString;
use rayon::prelude::*;

use super::{Commit, CommitRange};
use crate::git::commit::RawCommit;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::tree::diff::{self, FileContent, ReadTree, TreeDiff};
use crate::source::Failure;

/// A commit with more paths than this is a trap, such as a tree that contains itself ten times in
/// each of its folders.
const MAX_PATHS: usize = 1_000_000;

/// A path at which a commit differs from at least one of its parents.
#[derive(Debug)]
pub struct RangeChange {
    /// The commit's position in the range.
    pub commit: usize,
    /// Relative to the top of the work tree.
    pub path: BString,
    /// The parents' contents.
    pub before: Vec<FileContent>,
    /// The commit's own content.
    pub after: Option<FileContent>,
}

impl CommitRange {
    /// How a commit's tree differs from its parents' trees; otherwise the failure.
    pub(super) fn diff(&self, commit: &Commit) -> Result<TreeDiff, Failure> {
        let before: Result<Vec<ObjectId>, Failure> =
            commit.parents.iter().map(|parent| self.tree_of(parent)).collect();
        Ok(TreeDiff::between(&self.reading_trees(), &before?, self.tree_of(&commit.id)?))
    }

    /// The changes in which a side has selected contents, parents before children; and failures for
    /// commits whose changes could not be read.
    pub fn changes(
        &self,
        is_selected: impl Fn(&FileContent) -> bool + Sync,
    ) -> (Vec<RangeChange>, Vec<Failure>) {
        let changes_of =
            |position: usize, commit: &Commit| {
                let changes = self.diff(commit)?.changes(&is_selected, MAX_PATHS);
                let changes = changes.ok_or_else(|| too_many(commit))?;
                let change = |diff::TreeChange { path, before, after }: diff::TreeChange| {
                    RangeChange { commit: position, path, before, after }
                };
                Ok(changes.into_iter().map(change).collect())
            };
        let found: Vec<Result<Vec<RangeChange>, Failure>> = self
            .commits
            .par_iter()
            .enumerate()
            .map(|(position, commit)| changes_of(position, commit))
            .collect();
        let (mut changes, mut failures) = (Vec::new(), Vec::new());
        for found in found {
            match found {
                Ok(found) => changes.extend(found),
                Err(failure) => failures.push(failure),
            }
        }
        (changes, failures)
    }

    /// The contents of the newest commits at a path.
    pub fn at_heads(&self, path: &BString) -> Result<Vec<FileContent>, Failure> {
        let at_head = |head| {
            let content = diff::content_at(&self.reading_trees(), self.tree_of(head)?, path);
            content.map_err(|why| Failure::new(format!("commit {head}"), why))
        };
        let contents: Result<Vec<_>, Failure> = self.tips.heads.iter().map(at_head).collect();
        Ok(contents?.into_iter().flatten().collect())
    }

    pub(super) fn reading_trees(&self) -> Box<ReadTree<'_>> {
        Box::new(|id| self.objects.read_as(ObjectKind::Tree, id))
    }

    pub(super) fn tree_of(&self, id: &ObjectId) -> Result<ObjectId, Failure> {
        let commit = self.objects.read_as(ObjectKind::Commit, id);
        let commit = commit.map_err(|why| super::unreadable("commit", id, why))?;
        let parsed = RawCommit::parse(*id, &commit);
        let why = || super::unreadable("commit", id, "it has no tree".to_owned());
        Ok(parsed.ok_or_else(why)?.tree)
    }
}

fn too_many(commit: &Commit) -> Failure {
    let why = format!(
        "changes more than {MAX_PATHS} paths with findings, which are not reported; inspect its \
         tree with `git ls-tree`"
    );
    Failure::new(format!("commit {}", commit.id), why)
}
