//! Staged changes as the `git` executable reports them, for repositories that the library cannot
//! read: unknown extensions of the index or of the repository's format.

use bstr::{BString, ByteSlice};

use super::{IndexDiff, StagedChange, StagedContent};
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError, own_files};

/// The parents of the next commit; none before the first.
pub fn parents(git: &Git) -> Result<Vec<ObjectId>, GitError> {
    let Some(head) = git.object_id("HEAD")? else {
        // If HEAD refers to neither a branch nor a commit, this is not the first commit.
        git.read(&["symbolic-ref", "--quiet", "HEAD"])?;
        return Ok(Vec::new());
    };
    let merged = own_files::read_if_exists(&git.path("MERGE_HEAD")?)
        .map_err(|error| misread("MERGE_HEAD", &error.to_string()))?
        .unwrap_or_default();
    let merged = merged.lines().map(ObjectId::from_hex);
    std::iter::once(Some(head))
        .chain(merged)
        .collect::<Option<_>>()
        .ok_or_else(|| misread("MERGE_HEAD", "it contains something other than object ids"))
}

/// The change from the parents to the index; without parents all of the index is new.
pub fn change(git: &Git, parents: &[ObjectId]) -> Result<StagedChange, GitError> {
    match parents {
        [] => Ok(StagedChange::from_iter([diff(git, &empty_tree(git)?)?])),
        parents => parents.iter().map(|id| diff(git, &id.to_string())).collect(),
    }
}

/// The id of the empty tree; the object is not written.
fn empty_tree(git: &Git) -> Result<String, GitError> {
    let id = git.read(&["hash-object", "-t", "tree", "--stdin"])?;
    Ok(String::from_utf8_lossy(&id).trim_end().to_owned())
}

/// How the index differs from a commit or a tree.
fn diff(git: &Git, tree: &str) -> Result<IndexDiff, GitError> {
    let options = ["diff-index", "--cached", "--raw", "-r", "-z", "--no-abbrev", "--no-renames"];
    let more = ["--no-ext-diff", "--ignore-submodules=none", "--ita-invisible-in-index", tree];
    let output = git.read(&[&options[..], &more, &["--"]].concat())?;
    parse(&output).ok_or_else(|| misread("diff-index", "unexpected output"))
}

fn misread(command: &str, message: &str) -> GitError {
    GitError::Failed { command: command.to_owned(), message: message.to_owned() }
}

/// `:mode mode id id status`, a NUL, the path and a NUL each. `None` if it is malformed.
fn parse(output: &[u8]) -> Option<IndexDiff> {
    let mut diff = IndexDiff::default();
    let mut fields = output.split_str("\0");
    while let Some(facts) = fields.next().filter(|facts| !facts.is_empty()) {
        let path = BString::from(fields.next()?);
        let facts: Vec<&[u8]> = facts.strip_prefix(b":")?.split_str(" ").collect();
        let &[old_mode, new_mode, old_id, new_id, status] = &facts[..] else { return None };
        let old = content(old_mode, old_id)?;
        let new = match status {
            b"U" => Some(StagedContent::Unmerged),
            _ => content(new_mode, new_id)?,
        };
        diff.add(path, old, new);
    }
    Some(diff)
}

/// What a mode and an id refer to: `Some(None)` if nothing, `None` if they are malformed.
fn content(mode: &[u8], id: &[u8]) -> Option<Option<StagedContent>> {
    Some(match mode {
        b"000000" => None,
        b"040000" => return None,
        b"160000" => Some(StagedContent::Submodule(ObjectId::from_hex(id)?)),
        _ => Some(StagedContent::Blob(ObjectId::from_hex(id)?)),
    })
}
