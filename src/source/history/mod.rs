//! A git history: every object of a repository's database, reachable from a commit or not.
//!
//! [`History`] is an opened repository. Two readers scan each blob and each message once:
//! [`DeltaReader`] follows the packs' deltas, [`FullReader`] reads each object by itself. [`Trace`]
//! then finds the commits that added and removed traced blobs, and at which paths.
//!
//! Everything is read from the object database itself: it does not matter whether refs, stashes,
//! reflogs or nothing at all lead to an object.

pub mod delta;
mod full;
pub mod inherit;
mod range;
mod signature;
mod single_objects;
mod submodules;
mod texts;
mod trace;

use std::path::{Path, PathBuf};

use bstr::{BStr, ByteSlice};

pub use crate::git::history::changes::HistoryChange;
pub use delta::DeltaReader;
pub use full::FullReader;
pub use range::{RangeSyntax, RevisionRange};
pub(super) use signature::commit_ref;
pub use submodules::Submodule;
pub use texts::{People, visit_texts};
pub use trace::{Reachability, SelectNames, Trace};

use super::local::GitFolders;
use super::pointer::{FetchScope, PointedContents};
use super::{Coverage, Visitor};
use crate::git::GitEnvironment;
use crate::git::history::connectivity::Refs;
use crate::git::history::handles::{self, Handles};
use crate::git::history::missing_parts::{MissingParts, ObjectStorage};
use crate::git::history::names::NamedBy;
use crate::git::history::store::Store;
use crate::git::object_id::{ObjectFormat, ObjectId};

/// An opened repository.
pub struct History {
    handles: Handles,
    /// All its objects.
    store: Store,
    /// What is missing from the repository, determined before any object is read.
    missing_parts: MissingParts,
    refs: Refs,
    pointed: PointedContents,
}

/// Why a path cannot be audited.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("{} does not exist", path.display())]
    Absent { path: PathBuf },
    #[error(
        "{}: not a git repository; to scan a plain folder use `keysieve scan`",
        path.display()
    )]
    NotARepository { path: PathBuf },
    #[error(
        "the repository at {} belongs to another user; if you trust it, run `git config --global \
         --add safe.directory '{}'`",
        path.display(), path.display()
    )]
    Ownership { path: PathBuf },
    #[error(
        "the repository at {} uses the unsupported object format {format}; scan its working tree \
         with `keysieve scan`",
        path.display()
    )]
    ObjectFormat { path: PathBuf, format: String },
    #[error("unknown revision `{revision}`; `git log --all --oneline` lists all commits")]
    UnknownRevision { revision: String },
    #[error("cannot resolve the revision `{revision}`: {why}")]
    Revision { revision: String, why: String },
    #[error("cannot open the repository at {}: {why}", path.display())]
    Open { path: PathBuf, why: git2::Error },
}

impl History {
    /// Opens the repository at or above `path` (bare, with a working tree, or a linked
    /// working tree), and all its packs. What is missing becomes a failure of the coverage.
    pub fn open(path: &Path) -> Result<History, HistoryError> {
        let handles = Handles::open(path).map_err(|why| explain(path, why))?;
        let format = match handles::object_format(path).as_deref() {
            None | Some("sha1") => ObjectFormat::Sha1,
            Some("sha256") => ObjectFormat::Sha256,
            Some(format) => {
                let (path, format) = (path.to_owned(), format.to_owned());
                return Err(HistoryError::ObjectFormat { path, format });
            }
        };
        let (ObjectStorage { folders, mut missing_parts }, refs) = handles
            .with(|repository| Ok((ObjectStorage::inspect(repository), Refs::read(repository))))
            .map_err(|why| explain(path, why))?;
        let store = Store::open(&folders, format);
        missing_parts.recheck_orphans();
        let pointed = PointedContents::of(&GitEnvironment::from_git_dir(handles.git_dir()));
        Ok(History { handles, store, missing_parts, refs, pointed })
    }

    /// What was found to be missing before any object is read.
    fn missing_coverage(&self) -> Coverage {
        let MissingParts { notes, failures, .. } = &self.missing_parts;
        let (notes, failures) = (notes.clone(), failures.clone());
        Coverage { notes, failures, ..Coverage::default() }
    }

    /// The folders in which git keeps its files beside the objects.
    pub fn git_folders(&self) -> Result<GitFolders, git2::Error> {
        let folders = |repository: &git2::Repository| {
            Ok(GitFolders {
                git_dir: repository.path().to_owned(),
                common_dir: repository.commondir().to_owned(),
                work_tree: repository.workdir().map(Path::to_owned),
            })
        };
        self.handles.with(folders)
    }

    /// The refs that name an object, each by its full name with the id.
    pub fn ref_names(&self) -> impl Iterator<Item = (&BStr, &ObjectId)> {
        self.refs.names.iter().filter_map(|named| match &named.by {
            NamedBy::Ref(name) => Some((name.as_bstr(), &named.id)),
            NamedBy::Tag(_) => None,
        })
    }

    /// What its pointer files refer to.
    pub fn pointed(&self) -> &PointedContents {
        &self.pointed
    }

    /// Follows the pointer files among its blobs.
    fn follow_pointers(&self, read: Coverage, largest: u64, visit: &Visitor<'_>) -> Coverage {
        self.pointed.follow(read, largest, visit).note_pointers(FetchScope::History)
    }

    /// Whether this is a shallow clone, without older commits.
    pub fn is_shallow(&self) -> bool {
        !self.missing_parts.shallow.is_empty()
    }
}

fn explain(path: &Path, why: git2::Error) -> HistoryError {
    let format =
        handles::object_format(path).filter(|format| format != "sha1" && format != "sha256");
    let path = path.to_owned();
    if let Some(format) = format {
        return HistoryError::ObjectFormat { path, format };
    }
    match why.code() {
        git2::ErrorCode::NotFound if !path.exists() => HistoryError::Absent { path },
        git2::ErrorCode::NotFound => HistoryError::NotARepository { path },
        git2::ErrorCode::Owner => HistoryError::Ownership { path },
        _ => HistoryError::Open { path, why },
    }
}
