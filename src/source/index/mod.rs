//! What the next commit will contain, read from the index and never from the work tree; and what
//! its parents contain at the same paths.
//!
//! Only paths whose blob differs from *every* parent's belong to the commit: a merge is not blamed
//! for what the other side added. Nothing under `.git` is written: the index is read, not
//! refreshed.
//!
//! There are two ways to a `StagedChange`: `open_index` reads the index and the trees itself;
//! if it cannot, `plumbing` runs the `git` executable, and the report has a note.

mod error;
mod open_index;

use std::io::Read;

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;

pub use error::StagedError;

use super::names::visit_name;
use super::pointer::{ContentStorage, FetchScope};
use super::slices::visit_slices;
use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::git::GitEnvironment;
use crate::git::index::Index;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::staged::{StagedChange, StagedContent, StagedFile, plumbing};
use crate::git::{BlobRead, Git, GitError, ObjectReader};
use open_index::{OpenIndex, ReadError};

/// The staged changes.
pub struct Staged {
    objects: ObjectReader,
    pointed: ContentStorage,
    change: StagedChange,
    /// The other files of the index.
    files: UnchangedFiles,
    /// Why the library could not read them.
    fallback_reason: Option<String>,
}

/// How unchanged files of the index are found.
enum UnchangedFiles {
    FromIndex(Index),
    FromGit(GitEnvironment),
}

/// What the index is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ComparedTo<'a> {
    /// The next commit's parents: HEAD, the commits in MERGE_HEAD, and these.
    Parents(&'a [ObjectId]),
    Nothing,
}

impl Staged {
    /// Compares the index with the parents of the next commit.
    pub fn open(environment: &GitEnvironment) -> Result<Staged, StagedError> {
        Staged::against(ComparedTo::Parents(&[]), environment)
    }

    /// Compares the index with the parents of a merge that has not written MERGE_HEAD yet.
    pub fn merging(
        environment: &GitEnvironment,
        merged: &[ObjectId],
    ) -> Result<Staged, StagedError> {
        Staged::against(ComparedTo::Parents(merged), environment)
    }

    /// The whole index, as if nothing had been committed before.
    pub fn tracked(environment: &GitEnvironment) -> Result<Staged, StagedError> {
        Staged::against(ComparedTo::Nothing, environment)
    }

    fn against(
        against: ComparedTo<'_>,
        environment: &GitEnvironment,
    ) -> Result<Staged, StagedError> {
        match OpenIndex::read(environment).and_then(|open| open.staged(against)) {
            Ok(staged) => Ok(staged),
            Err(ReadError::Error(error)) => Err(error),
            Err(ReadError::Unsupported(why)) => Staged::by_git(against, environment, why),
        }
    }

    fn by_git(
        against: ComparedTo<'_>,
        environment: &GitEnvironment,
        why: String,
    ) -> Result<Staged, StagedError> {
        let git = Git::new(environment);
        let read = || {
            let parents = match against {
                ComparedTo::Parents(merged) => [&plumbing::parents(&git)?, merged].concat(),
                ComparedTo::Nothing => Vec::new(),
            };
            plumbing::change(&git, &parents)
        };
        let change = read().map_err(|error| match git.read(&["rev-parse"]) {
            Err(GitError::Failed { message, .. }) => StagedError::repository(environment, message),
            _ => StagedError::Plumbing { why: why.clone(), error },
        })?;
        let (objects, files) =
            (ObjectReader::through_git(environment), UnchangedFiles::FromGit(environment.clone()));
        let pointed = ContentStorage::of(environment);
        Ok(Staged { objects, pointed, change, files, fallback_reason: Some(why) })
    }

    /// A file's content in the index, by its path from the top; `None` if it is not in the index.
    pub fn file(&self, path: &BStr) -> Result<Option<Vec<u8>>, String> {
        let id = match &self.files {
            UnchangedFiles::FromIndex(index) => index.find(path).map(|entry| entry.id),
            UnchangedFiles::FromGit(environment) => {
                let path = path.to_str().map_err(|_| "its name is not UTF-8".to_owned())?;
                return file_in_index(environment, path).map_err(|error| error.to_string());
            }
        };
        let Some(id) = id else { return Ok(None) };
        match self.read(&id, |_| Ok(Coverage::default()))? {
            BlobRead::Whole(bytes) => Ok(Some(bytes)),
            _ => Err("it is too long".to_owned()),
        }
    }

    /// Whether the index equals all its parents.
    pub fn is_empty(&self) -> bool {
        self.change.next.is_empty() && self.change.previous.is_empty()
    }

    /// The changed paths as the next commit will contain them, as [`Provenance::Index`].
    pub fn next(&self) -> StagedFiles<'_> {
        let fallback_reason = self.fallback_reason.as_ref();
        let fallback_reason = fallback_reason
            .map(|why| format!("{why}; using the git executable instead, which is slower"));
        let note = self.change.note().map(str::to_owned);
        StagedFiles {
            staged: self,
            files: &self.change.next,
            provenance: Provenance::Index,
            holder: "the index",
            notes: note.into_iter().chain(fallback_reason).collect(),
        }
    }

    /// The changed paths as the parents contain them, including deleted paths and the old names of
    /// renamed ones, as [`Provenance::Committed`].
    pub fn previous(&self) -> StagedFiles<'_> {
        StagedFiles {
            staged: self,
            files: &self.change.previous,
            provenance: Provenance::Committed,
            holder: "a parent commit",
            notes: Vec::new(),
        }
    }

    fn read(
        &self,
        id: &ObjectId,
        scan: impl FnOnce(&mut dyn Read) -> std::io::Result<Coverage>,
    ) -> Result<BlobRead<Coverage>, String> {
        self.objects.blob(id, scan)
    }
}

/// A file's content in the index, by its path from the top; `None` if it is not in the index.
pub fn file_in_index(
    environment: &GitEnvironment,
    path: &str,
) -> Result<Option<Vec<u8>>, GitError> {
    let git = Git::new(environment);
    let name = format!(":0:{path}");
    let Some(id) = git.query(&["rev-parse", "--verify", "--quiet", &name])? else {
        return Ok(None);
    };
    let failed = |message: String| GitError::Failed { command: "rev-parse".to_owned(), message };
    let id = ObjectId::from_hex(id.as_bytes())
        .ok_or_else(|| failed(format!("{id} is not an object id")))?;
    let blob = ObjectReader::open(environment).read_as(ObjectKind::Blob, &id);
    blob.map(Some).map_err(|why| failed(format!("blob {id} cannot be read: {why}")))
}

/// One side of a staged change.
pub struct StagedFiles<'s> {
    staged: &'s Staged,
    files: &'s [StagedFile],
    provenance: fn(BString) -> Provenance,
    holder: &'static str,
    notes: Vec<String>,
}

impl Source for StagedFiles<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(self.files.len() as u64);
        let step = |version: &StagedFile| {
            visit_name(version.path.as_bstr(), self.provenance, visit);
            let coverage = self.scan(version, visit);
            progress.step();
            coverage
        };
        let scanned = self.files.par_iter().map(step).reduce(Coverage::default, Coverage::and);
        let scanned = self.staged.pointed.follow(scanned, u64::MAX, visit);
        let scanned = scanned.note_pointers(FetchScope::Current);
        scanned.and(Coverage { notes: self.notes.clone(), ..Coverage::default() })
    }
}

impl StagedFiles<'_> {
    fn scan(&self, version: &StagedFile, visit: &Visitor<'_>) -> Coverage {
        match version.content {
            StagedContent::Blob(id) => self.scan_blob(&version.path, id, visit),
            StagedContent::Submodule(_) => Coverage::special(),
            StagedContent::Unmerged => Coverage::failure(Failure::new(
                version.path.to_string(),
                "it is unmerged; resolve the conflict, then `git add` the file",
            )),
        }
    }

    fn scan_blob(&self, path: &BString, id: ObjectId, visit: &Visitor<'_>) -> Coverage {
        let provenance = (self.provenance)(path.clone());
        let scan = |content: &mut dyn Read| visit_slices(content, &provenance, visit);
        match self.staged.read(&id, scan) {
            Ok(BlobRead::Whole(bytes)) => admit(&Blob::whole(&bytes, provenance), visit),
            Ok(BlobRead::Streamed(coverage)) => coverage,
            Err(why) => Coverage::failure(self.unreadable(path, id, &why)),
        }
    }

    fn unreadable(&self, path: &BString, id: ObjectId, why: &str) -> Failure {
        let why = format!(
            "its blob {id} in {} cannot be read: {why}; {}",
            self.holder,
            self.staged.objects.advice(),
        );
        Failure::new(path.to_string(), why)
    }
}
