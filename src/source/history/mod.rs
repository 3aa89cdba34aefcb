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
mod target;
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
use target::AuditTarget;
pub use target::environment_of;
pub use texts::{People, visit_texts};
pub use trace::{Reachability, SelectNames, Trace};

use super::local::GitFolders;
use super::pointer::{ContentStorage, FetchScope};
use super::{Coverage, Visitor};
use crate::git::history::connectivity::Refs;
use crate::git::history::missing_parts::{MissingParts, ObjectStorage};
use crate::git::history::names::NamedBy;
use crate::git::history::store::Store;
use crate::git::object_id::ObjectId;
use crate::git::{GitEnvironment, GitRepository, OpenError};

/// An opened repository.
pub struct History {
    repository: GitRepository,
    /// All its objects.
    store: Store,
    /// What is missing from the repository, determined before any object is read.
    missing_parts: MissingParts,
    refs: Refs,
    pointed: ContentStorage,
    /// The commits of a bundle, if it depends on others.
    bundled: Option<BundledCommits>,
    /// The folder of a repository that was made for a bundle.
    scratch: Option<tempfile::TempDir>,
}

/// The commits in a bundle: those of its references without its prerequisites.
struct BundledCommits {
    tips: Vec<ObjectId>,
    prerequisites: Vec<ObjectId>,
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
        "{}: the repository belongs to another user; if you trust it, run `git config --global \
         --add safe.directory {trust}`",
        path.display()
    )]
    Ownership {
        path: PathBuf,
        /// The repository as git wants to see it there.
        trust: String,
    },
    #[error(
        "the repository at {} uses the unsupported object format {format}; scan its working tree \
         with `keysieve scan`",
        path.display()
    )]
    ObjectFormat { path: PathBuf, format: String },
    #[error("unknown revision `{revision}`; `git log --all --oneline` lists all commits")]
    UnknownRevision { revision: String },
    #[error(
        "`{word}` is neither an existing file or folder nor a revision of this repository; \
         `git log --all --oneline` lists all commits"
    )]
    NeitherPathNorRevision { word: String },
    #[error(
        "{}: it is neither a folder nor a git bundle or pack, so there is no history in it; to \
         scan a file use `keysieve scan`",
        path.display()
    )]
    NoHistory { path: PathBuf },
    #[error("cannot read {}: {why}", path.display())]
    Bundle { path: PathBuf, why: String },
    #[error("cannot resolve the revision `{revision}`: {why}")]
    Revision { revision: String, why: String },
    #[error("cannot open the repository at {}: {why}", path.display())]
    Open { path: PathBuf, why: String },
}

impl History {
    /// Opens what a user names: the repository at or above `path` (bare, with a working tree, a
    /// linked working tree, a jj workspace), a bundle or a pack. What is missing becomes a failure
    /// of the coverage.
    pub fn open(path: &Path) -> Result<History, HistoryError> {
        let target = AuditTarget::of(path)?;
        let mut history = History::of_environment(&target.environment, &target.shown)?;
        history.missing_parts.notes.splice(0..0, target.note);
        history.missing_parts.is_excerpt = target.is_excerpt;
        history.bundled = target.bundled;
        history.scratch = target.scratch;
        Ok(history)
    }

    /// Opens a submodule's repository: git's variables are not for it.
    pub fn of_submodule(repository: &Path) -> Result<History, HistoryError> {
        History::of_environment(&GitEnvironment::from_folder(repository), repository)
    }

    /// Opens a repository and all its packs; messages name it `path`.
    fn of_environment(environment: &GitEnvironment, path: &Path) -> Result<History, HistoryError> {
        let repository = open(environment).map_err(|why| explain(path, why))?;
        let (refs, failures) = Refs::read(&repository);
        let storage = ObjectStorage::inspect(&repository, &refs);
        let ObjectStorage { folders, mut missing_parts } = storage;
        let store = Store::open(&folders, repository.format);
        missing_parts.recheck_orphans();
        missing_parts.failures.extend(failures);
        let pointed = ContentStorage::of(repository.environment());
        let (bundled, scratch) = (None, None);
        Ok(History { repository, store, missing_parts, refs, pointed, bundled, scratch })
    }

    /// What was found to be missing before any object is read.
    fn missing_coverage(&self) -> Coverage {
        let MissingParts { notes, failures, .. } = &self.missing_parts;
        let (notes, failures) = (notes.clone(), failures.clone());
        Coverage { notes, failures, ..Coverage::default() }
    }

    /// The folders in which git keeps its files beside the objects; `None` for a bundle or a pack.
    pub fn git_folders(&self) -> Option<GitFolders> {
        let GitRepository { git_dir, common_dir, work_tree, .. } = &self.repository;
        self.scratch.is_none().then(|| GitFolders {
            git_dir: git_dir.clone(),
            common_dir: common_dir.clone(),
            work_tree: work_tree.clone(),
        })
    }

    /// The refs that name an object, each by its full name with the id.
    pub fn ref_names(&self) -> impl Iterator<Item = (&BStr, &ObjectId)> {
        self.refs.names.iter().filter_map(|named| match &named.by {
            NamedBy::Ref(name) => Some((name.as_bstr(), &named.id)),
            NamedBy::Tag(_) => None,
        })
    }

    /// What its pointer files refer to.
    pub fn pointed(&self) -> &ContentStorage {
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

/// Opens a repository also if the work tree that its `core.worktree` names does not exist, as that of
/// a submodule which was removed: neither git nor libgit2 opens it then.
fn open(environment: &GitEnvironment) -> Result<GitRepository, OpenError> {
    let folder = &environment.folder;
    let is_git_dir = ["HEAD", "objects", "refs"].iter().all(|name| folder.join(name).exists());
    match environment.open() {
        Err(OpenError::NotFound) if is_git_dir && !environment.is_redirected() => {
            let git_dir = Some(folder.clone());
            GitEnvironment { git_dir: git_dir.clone(), work_tree: git_dir, ..environment.clone() }
                .open()
                .map_err(|_| OpenError::NotFound)
        }
        opened => opened,
    }
}

fn explain(path: &Path, why: OpenError) -> HistoryError {
    let path = path.to_owned();
    match why {
        OpenError::NotFound if !path.exists() => HistoryError::Absent { path },
        OpenError::NotFound => HistoryError::NotARepository { path },
        OpenError::Ownership { path: trust } => HistoryError::Ownership { path, trust },
        OpenError::ObjectFormat(format) => HistoryError::ObjectFormat { path, format },
        OpenError::Unsupported(why) => HistoryError::Open { path, why },
    }
}
