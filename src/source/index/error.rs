//! Why a staged change cannot be seen at all. The guard stops the commit on each.

use std::path::PathBuf;

use git2::Repository;

use crate::git::GitEnvironment;
use crate::git::GitError;

/// Names what cannot be read and what to do. Nothing was looked at.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    #[error("cannot open the git repository at {}: {reason}; run keysieve inside a repository, and see that `git status` works there", folder.display())]
    Repository { folder: PathBuf, reason: String },
    #[error(
        "cannot read the index {}: {reason}; see that `git status` works; if it does not, move \
         the file away, then `git reset` and stage anew",
        file.display()
    )]
    Index { file: PathBuf, reason: String },
    #[error(
        "GIT_INDEX_FILE names {}, which is not there; unset it or name an index",
        file.display()
    )]
    NoIndex { file: PathBuf },
    #[error(
        "cannot read the commits that the index in {} is compared with: {reason}; \
         `git fsck` shows what the repository lacks",
        git_dir.display()
    )]
    Parents { git_dir: PathBuf, reason: String },
    #[error("cannot see what is staged: {why}, and {error}")]
    Plumbing { why: String, error: GitError },
}

impl StagedError {
    pub(super) fn repository(environment: &GitEnvironment, reason: String) -> Self {
        let folder = match &environment.git_dir {
            Some(git_dir) => environment.folder.join(git_dir),
            None => environment.folder.clone(),
        };
        StagedError::Repository { folder, reason }
    }

    pub(super) fn parents(repository: &Repository, reason: String) -> Self {
        StagedError::Parents { git_dir: repository.path().to_path_buf(), reason }
    }
}
