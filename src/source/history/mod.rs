//! A git history: every object of a repository's database, whether a commit reaches it or not.
//!
//! [`History`] is an opened repository. Two readers look at each blob and each message once:
//! [`DeltaReader`] follows the packs' deltas, [`FullReader`] takes each object by itself. [`Trace`] says afterwards which commits
//! brought wanted blobs in and took them out, and at which paths.
//!
//! Everything is read from the object database itself: refs, stashes, reflogs and what they
//! have all forgotten are alike to it.

mod changes;
mod commits;
mod database;
pub mod delta;
mod full;
mod handles;
pub mod inherit;
mod loose;
mod objects;
mod outlines;
pub mod pack;
mod trace;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use changes::Change;
pub use delta::DeltaReader;
pub use full::FullReader;
use git2::Oid;
pub use trace::{Reached, Trace};

use super::{Coverage, Failure};
use database::Database;
use handles::Handles;

/// An opened repository.
pub struct History {
    handles: Handles,
    /// Its `objects` folders: its own and its alternates.
    folders: Vec<PathBuf>,
    /// Loose objects that are damaged, and never to be read.
    damaged: HashSet<Oid>,
    /// What the repository lacks, before any object was read.
    lacks: Coverage,
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
        "the repository at {} belongs to another user; if you trust it, run \
         `git config --global --add safe.directory '{}'`",
        path.display(), path.display()
    )]
    Ownership { path: PathBuf },
    #[error(
        "the repository at {} has object ids of the format {format}, which cannot be read \
         yet; scan what is checked out with `keysieve scan`",
        path.display()
    )]
    ObjectFormat { path: PathBuf, format: String },
    #[error("cannot open the repository at {}: {why}", path.display())]
    Open { path: PathBuf, why: git2::Error },
}

impl History {
    /// Opens the repository at or above `path` (bare, with a working tree, or a linked
    /// working tree). What it lacks becomes a failure of the coverage.
    pub fn open(path: &Path) -> Result<History, HistoryError> {
        let handles = Handles::open(path).map_err(|why| explain(path, why))?;
        let Database { folders, lacks } = handles
            .with(|repository| Ok(Database::of(repository)))
            .map_err(|why| explain(path, why))?;
        let found = folders.iter().flat_map(|folder| loose::damaged(folder));
        let (damaged, failures): (HashSet<Oid>, Vec<Failure>) =
            found.map(|(id, why)| (id, unusable("object", id, why))).unzip();
        let lacks = lacks.and(Coverage { failures, ..Coverage::default() });
        Ok(History { handles, folders, damaged, lacks })
    }

    /// All its objects, but for damaged loose ones, in the order of storage, packs first.
    fn ids(&self) -> (Vec<Oid>, Option<Failure>) {
        let (mut ids, unlisted) = objects::ids(&self.handles);
        ids.retain(|id| !self.damaged.contains(id));
        (ids, unlisted)
    }
}

fn explain(path: &Path, why: git2::Error) -> HistoryError {
    let format = handles::object_format(path).filter(|format| format != "sha1");
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

/// No data is left half written where a thread panics with a lock in its hands.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An object that is named but cannot be read.
fn unreadable(kind: &str, id: Oid, why: &git2::Error) -> Failure {
    match why.code() {
        git2::ErrorCode::NotFound => unusable(kind, id, "it is missing"),
        _ => unusable(kind, id, why.message()),
    }
}

fn unusable(kind: &str, id: Oid, why: impl std::fmt::Display) -> Failure {
    let advice = "`git fsck --full` says more; fetch it again or restore it from another clone";
    Failure::new(format!("{kind} {id}"), format!("cannot be read: {why}; {advice}"))
}
