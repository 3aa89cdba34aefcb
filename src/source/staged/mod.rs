//! What the next commit will hold, by the bytes in the index and never by the work tree's; and
//! what its parents hold in the same places.
//!
//! Only paths whose blob differs from *every* parent's are the commit's own: a merge does not
//! answer for what the other side brought. Nothing under `.git` is written: the index is read,
//! not refreshed.

mod change;
mod environment;
mod error;

use std::sync::{Mutex, PoisonError};

use bstr::BString;
use git2::{ErrorCode, Index, Oid, Repository};
use rayon::prelude::*;

pub use environment::GitEnvironment;
pub use error::StagedError;

use super::git::{Git, GitError};
use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use change::{Change, Content, Version};

/// A change that stands in the index.
pub struct Staged {
    repository: Mutex<Repository>,
    change: Change,
}

impl Staged {
    /// Compares the index with the commits that will be the next one's parents.
    pub fn open(environment: &GitEnvironment) -> Result<Staged, StagedError> {
        let mut repository =
            environment.open().map_err(|error| StagedError::repository(environment, &error))?;
        let index = read_index(environment, &repository)?;
        let change = parents(&mut repository)
            .and_then(|parents| Change::between(&repository, &parents, &index))
            .map_err(|error| StagedError::parents(&repository, &error))?;
        Ok(Staged { repository: Mutex::new(repository), change })
    }

    /// All of the index, as if nothing had been committed before.
    pub fn tracked(environment: &GitEnvironment) -> Result<Staged, StagedError> {
        let repository =
            environment.open().map_err(|error| StagedError::repository(environment, &error))?;
        let index = read_index(environment, &repository)?;
        let change = Change::between(&repository, &[], &index)
            .map_err(|error| StagedError::parents(&repository, &error))?;
        Ok(Staged { repository: Mutex::new(repository), change })
    }

    /// Whether the index holds what its parents hold, and nothing else.
    pub fn is_nothing(&self) -> bool {
        self.change.next.is_empty() && self.change.previous.is_empty()
    }

    /// The changed paths as the next commit will hold them, as [`Provenance::Index`].
    pub fn next(&self) -> Versions<'_> {
        Versions {
            staged: self,
            versions: &self.change.next,
            provenance: Provenance::Index,
            holder: "the index",
            note: self.change.note(),
        }
    }

    /// The changed paths as the parents hold them, deleted ones and renamed ones' old names
    /// included, as [`Provenance::Committed`].
    pub fn previous(&self) -> Versions<'_> {
        Versions {
            staged: self,
            versions: &self.change.previous,
            provenance: Provenance::Committed,
            holder: "a parent commit",
            note: None,
        }
    }

    /// Objects are read one after another, under the lock; they are looked at in parallel.
    fn read(&self, id: Oid) -> Result<Vec<u8>, git2::Error> {
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        repository.find_blob(id).map(|blob| blob.content().to_vec())
    }
}

/// The bytes of a file of the index, by its path from the top; `None` where there is none.
pub fn file_in_index(
    environment: &GitEnvironment,
    path: &str,
) -> Result<Option<Vec<u8>>, GitError> {
    let git = Git::new(environment);
    let name = format!(":0:{path}");
    let Some(id) = git.ask(&["rev-parse", "--verify", "--quiet", &name])? else {
        return Ok(None);
    };
    git.read(&["cat-file", "blob", &id]).map(Some)
}

/// One side of a staged change.
pub struct Versions<'s> {
    staged: &'s Staged,
    versions: &'s [Version],
    provenance: fn(BString) -> Provenance,
    holder: &'static str,
    note: Option<&'static str>,
}

impl Source for Versions<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(self.versions.len() as u64);
        let step = |version| {
            let coverage = self.look(version, visit);
            progress.step();
            coverage
        };
        let looked = self.versions.par_iter().map(step).reduce(Coverage::default, Coverage::and);
        let note = self.note.map(str::to_owned).into_iter().collect();
        looked.and(Coverage { notes: note, ..Coverage::default() })
    }
}

impl Versions<'_> {
    fn look(&self, version: &Version, visit: &Visitor<'_>) -> Coverage {
        match version.content {
            Content::Blob(id) => self.look_at_blob(&version.path, id, visit),
            Content::Submodule(_) => Coverage::special(),
            Content::Unmerged => Coverage::failure(Failure::new(
                version.path.to_string(),
                "it is unmerged; resolve the conflict, then `git add` the file",
            )),
        }
    }

    fn look_at_blob(&self, path: &BString, id: Oid, visit: &Visitor<'_>) -> Coverage {
        let bytes = match self.staged.read(id) {
            Ok(bytes) => bytes,
            Err(error) => return Coverage::failure(self.unreadable(path, id, &error)),
        };
        admit(&Blob::whole(&bytes, (self.provenance)(path.clone())), visit)
    }

    fn unreadable(&self, path: &BString, id: Oid, error: &git2::Error) -> Failure {
        let why = format!(
            "its blob {id} in {} cannot be read: {}; `git fsck` shows what the repository lacks",
            self.holder,
            error.message()
        );
        Failure::new(path.to_string(), why)
    }
}

/// The index that becomes the next commit. libgit2 takes a missing file for an empty index;
/// git never hands its hooks one that is missing, so a file that is named and not there is an
/// error: an empty index would pass for a change without content.
fn read_index(environment: &GitEnvironment, repository: &Repository) -> Result<Index, StagedError> {
    let file = environment.index_file(repository);
    if environment.index_file.is_some() && !file.exists() {
        return Err(StagedError::NoIndex { file });
    }
    Index::open(&file).map_err(|error| StagedError::index(file, &error))
}

/// The trees of HEAD and, in a merge, of all that MERGE_HEAD names; none before the first
/// commit.
fn parents(repository: &mut Repository) -> Result<Vec<Oid>, git2::Error> {
    let mut commits = Vec::new();
    match repository.head() {
        Ok(head) => commits.push(head.peel_to_commit()?.id()),
        Err(error) if error.code() == ErrorCode::UnbornBranch => {}
        Err(error) => return Err(error),
    }
    match repository.mergehead_foreach(|id| {
        commits.push(*id);
        true
    }) {
        Ok(()) => {}
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => return Err(error),
    }
    commits.into_iter().map(|id| Ok(repository.find_commit(id)?.tree_id())).collect()
}
