//! A push of which git's lines are missing: git passes none if everything is up to date, and a hook
//! manager may keep them for itself.

use bstr::ByteSlice;

use super::super::RangeError;
use super::super::remote::{PushRemote, PushTarget};
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitEnvironment, GitError};

/// A ref that the remote does not have, so that a push may send it.
pub struct EmptyPush {
    /// The ref, for messages.
    pub name: String,
    /// The remote, for messages.
    pub remote: String,
}

impl EmptyPush {
    /// Whether the current branch, or HEAD, has commits that the remote lacks, as far as its
    /// tracking refs show; if a hook manager may have kept the lines, whether any branch or tag
    /// has. `None` if a push would have nothing to send. If the remote is unknown, all remotes must
    /// have them.
    pub fn find(
        environment: &GitEnvironment,
        target: &PushTarget,
        is_managed: bool,
    ) -> Result<Option<EmptyPush>, RangeError> {
        let git = Git::new(environment);
        let remotes = match target.is_unknown() {
            true => PushRemote::all(&git)?,
            false => vec![PushRemote::find(&git, target)?],
        };
        let mut remotes: Vec<&PushRemote> = remotes.iter().collect();
        if target.is_unknown() && remotes.iter().any(|remote| remote.is_tracked()) {
            remotes.retain(|remote| remote.is_tracked());
        }
        let known: Vec<Vec<ObjectId>> =
            remotes.iter().map(|remote| remote.known(&[]).into_iter().collect()).collect();
        for (id, name) in sent(&git, is_managed)? {
            // Nobody has it if there is no remote.
            if known.is_empty() || !has_all(&git, id, &known)? {
                return Ok(Some(EmptyPush { name, remote: target.shown() }));
            }
        }
        Ok(None)
    }
}

/// What a push may send: the current branch, or all branches and tags.
fn sent(git: &Git, is_managed: bool) -> Result<Vec<(ObjectId, String)>, GitError> {
    let mut sent = Vec::new();
    if let Some(head) = git.object_id("HEAD")? {
        let branch = git.query(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        sent.push((head, branch.unwrap_or_else(|| "HEAD".to_owned())));
    }
    if is_managed || sent.is_empty() {
        let list = ["for-each-ref", "--format=%(objectname) %(refname:short)"];
        let output = git.read(&[&list[..], &["refs/heads", "refs/tags"]].concat())?;
        let named = |line: &[u8]| {
            let (id, name) = line.split_once_str(" ")?;
            Some((ObjectId::from_hex(id)?, name.to_str_lossy().into_owned()))
        };
        sent.extend(output.lines().filter_map(named));
    }
    Ok(sent)
}

/// Whether each of the remotes has all commits of an object.
fn has_all(git: &Git, id: ObjectId, known: &[Vec<ObjectId>]) -> Result<bool, GitError> {
    for known in known {
        let revisions: String = std::iter::once(format!("{id}\n"))
            .chain(known.iter().map(|known| format!("^{known}\n")))
            .collect();
        let arguments = ["rev-list", "--max-count=1", "--stdin"];
        if !git.read_with(&arguments, revisions.as_bytes())?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}
