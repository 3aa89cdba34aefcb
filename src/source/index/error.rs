//! Why the staged changes cannot be read. Each of these errors blocks the commit.

use std::path::PathBuf;

use crate::git::{GitEnvironment, GitError, GitRepository};

/// Identifies what cannot be read and what to do. Nothing was scanned.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    #[error("cannot open the git repository at {}: {reason}; run keysieve inside a repository \
             where `git status` works", folder.display())]
    Repository { folder: PathBuf, reason: String },
    #[error(
        "cannot read the index {}: {reason}; check `git status`; if it fails, move the file away, \
         run `git reset` and stage your changes again",
        file.display()
    )]
    Index { file: PathBuf, reason: String },
    #[error(
        "GIT_INDEX_FILE is set to {}, which does not exist; unset it or point it to an index",
        file.display()
    )]
    NoIndex { file: PathBuf },
    #[error(
        "cannot read the parent commits of the index in {}: {reason}; run `git fsck` for details",
        git_dir.display()
    )]
    Parents { git_dir: PathBuf, reason: String },
    #[error("cannot read the staged changes: {why}; {error}")]
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

    pub(super) fn parents(repository: &GitRepository, reason: String) -> Self {
        StagedError::Parents { git_dir: repository.git_dir.clone(), reason }
    }
}
