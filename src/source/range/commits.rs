//! The commits of a range, as `git rev-list` lists them.

use bstr::ByteSlice;

use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError};

/// A commit of the range.
pub struct Commit {
    pub id: ObjectId,
    pub parents: Vec<ObjectId>,
}

/// The commits that a range excludes.
pub enum KnownCommits {
    Ids(Vec<ObjectId>),
    /// All refs of the repository; `before` are the commits that refs were at.
    AllRefs {
        before: Vec<ObjectId>,
    },
}

/// Parents before children, as `git rev-list` orders them.
pub fn commits(
    git: &Git,
    heads: &[ObjectId],
    known: &KnownCommits,
) -> Result<Vec<Commit>, GitError> {
    // Without a head git would list the base.
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let mut revisions: String = heads.iter().map(|id| format!("{id}\n")).collect();
    // Without `--ignore-missing`, which would ignore a damaged head as well.
    let arguments = ["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"];
    let output = match known {
        KnownCommits::Ids(known) => {
            revisions.extend(known.iter().map(|id| format!("^{id}\n")));
            git.read_with(&arguments, revisions.as_bytes())?
        }
        // What only hidden refs have is not visible to others. Git before 2.39 cannot exclude them.
        KnownCommits::AllRefs { .. } => {
            let all = |known: &[&str]| {
                git.read_with(&[&arguments[..], known].concat(), revisions.as_bytes())
            };
            match all(&["--not", "--exclude-hidden=receive", "--all"]) {
                Err(GitError::Failed { .. }) => all(&["--not", "--all"])?,
                listed => listed?,
            }
        }
    };
    let commit = |line: &[u8]| {
        let mut ids = line.split_str(" ").map(ObjectId::from_hex);
        Some(Commit { id: ids.next()??, parents: ids.collect::<Option<_>>()? })
    };
    output.lines().map(commit).collect::<Option<_>>().ok_or_else(|| GitError::Failed {
        command: "rev-list".to_owned(),
        message: "unexpected output".to_owned(),
    })
}
