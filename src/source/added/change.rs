//! What each commit of a range changes, as `git diff-tree` tells it.
//!
//! A merge answers for what differs from *every* parent, which is what combined raw output
//! lists ("DIFF FORMAT FOR MERGES" in git-diff-tree(1)).

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};

use super::Commit;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError};

/// What stands at a path, on one side of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// A file's bytes, or the target of a symbolic link.
    Blob(ObjectId),
    /// A submodule: its commit is not in this repository.
    Submodule,
}

/// A path at which a commit differs from each of its parents.
#[derive(Debug)]
pub struct Change {
    /// Place of the commit in the range.
    pub commit: usize,
    /// Below the top of the work tree.
    pub path: BString,
    /// The parents' contents.
    pub before: Vec<Content>,
    /// The commit's own.
    pub after: Option<Content>,
}

/// The changes of all commits, in their order.
pub fn changes(git: &Git, commits: &[Commit]) -> Result<Vec<Change>, GitError> {
    let options = ["diff-tree", "--stdin", "--root", "-r", "-c", "--raw", "-z"];
    let options = [&options[..], &["--no-abbrev", "--no-renames"]].concat();
    let said = git.read_with(&options, &listed(commits.iter()))?;
    parse(&said, commits).ok_or_else(|| GitError::Failed {
        command: "diff-tree".to_owned(),
        said: "its answer cannot be understood".to_owned(),
    })
}

/// The paths at which a merge differs from any of its parents: what it takes away from one of
/// them may have been moved.
pub fn merged_paths(git: &Git, commits: &[Commit]) -> Result<HashSet<BString>, GitError> {
    let merges = listed(commits.iter().filter(|commit| commit.parents.len() > 1));
    if merges.is_empty() {
        return Ok(HashSet::new());
    }
    let options = ["diff-tree", "--stdin", "-r", "-m", "--name-only", "-z", "--no-commit-id"];
    let said = git.read_with(&[&options[..], &["--no-renames"]].concat(), &merges)?;
    Ok(said.split_str("\0").map(BString::from).collect())
}

/// What a commit holds at these paths.
pub fn tree(
    git: &Git,
    commit: &ObjectId,
    paths: &HashSet<BString>,
) -> Result<HashMap<BString, Content>, GitError> {
    let said = git.read(&["ls-tree", "-r", "-z", "--full-tree", &commit.to_string()])?;
    let entries = said.split_str("\0").filter_map(|entry| {
        let (facts, path) = entry.split_once_str("\t")?;
        let path = BString::from(path);
        let mut facts = facts.split_str(" ");
        let (mode, id) = (facts.next()?, facts.nth(1)?);
        paths.contains(&path).then_some((path, content(mode, id)??))
    });
    Ok(entries.collect())
}

fn listed<'c>(commits: impl Iterator<Item = &'c Commit>) -> Vec<u8> {
    commits.map(|commit| format!("{}\n", commit.id)).collect::<String>().into_bytes()
}

/// `None` where this is not what git writes.
fn parse(said: &[u8], commits: &[Commit]) -> Option<Vec<Change>> {
    let places: HashMap<ObjectId, usize> =
        commits.iter().enumerate().map(|(place, commit)| (commit.id, place)).collect();
    let (mut changes, mut commit) = (Vec::new(), None);
    let mut fields = said.split_str("\0").filter(|field| !field.is_empty());
    while let Some(field) = fields.next() {
        if field.starts_with(b":") {
            changes.push(change(field, fields.next()?, commit?)?);
        } else {
            commit = Some(*places.get(&ObjectId::from_hex(field.trim_ascii())?)?);
        }
    }
    Some(changes)
}

/// `:mode mode id id M`, or with one more colon, mode and id for each further parent.
fn change(facts: &[u8], path: &[u8], commit: usize) -> Option<Change> {
    let parents = facts.iter().take_while(|&&byte| byte == b':').count();
    let facts: Vec<&[u8]> = facts[parents..].split_str(" ").collect();
    let (modes, ids) = (facts.get(..=parents)?, facts.get(parents + 1..2 * parents + 2)?);
    let mut sides = modes.iter().zip(ids).map(|(mode, id)| content(mode, id));
    let before: Vec<_> = sides.by_ref().take(parents).collect::<Option<_>>()?;
    let before = before.into_iter().flatten().collect();
    Some(Change { commit, path: path.into(), before, after: sides.next()?? })
}

/// What a mode and an id stand for: `Some(None)` where nothing is there, `None` where they are
/// none.
fn content(mode: &[u8], id: &[u8]) -> Option<Option<Content>> {
    Some(match mode {
        b"000000" => None,
        b"160000" => Some(Content::Submodule),
        _ => Some(Content::Blob(ObjectId::from_hex(id)?)),
    })
}
