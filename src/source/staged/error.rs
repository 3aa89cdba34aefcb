//! Why a staged change cannot be seen at all. The guard stops the commit on each.

use std::path::PathBuf;

use git2::Repository;

use super::GitEnvironment;

/// Names what cannot be read and what to do. Nothing was looked at.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    #[error("cannot open the git repository at {}: {reason}; {advice}", folder.display())]
    Repository { folder: PathBuf, reason: String, advice: &'static str },
    #[error("cannot read the index {}: {reason}; {advice}", file.display())]
    Index { file: PathBuf, reason: String, advice: &'static str },
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
}

impl StagedError {
    pub(super) fn repository(environment: &GitEnvironment, error: &git2::Error) -> Self {
        let folder = match &environment.git_dir {
            Some(git_dir) => environment.folder.join(git_dir),
            None => environment.folder.clone(),
        };
        let reason = error.message().to_owned();
        StagedError::Repository { folder, advice: repository_advice(&reason), reason }
    }

    pub(super) fn index(file: PathBuf, error: &git2::Error) -> Self {
        let reason = error.message().to_owned();
        StagedError::Index { file, advice: index_advice(&reason), reason }
    }

    pub(super) fn parents(repository: &Repository, error: &git2::Error) -> Self {
        StagedError::Parents {
            git_dir: repository.path().to_path_buf(),
            reason: error.message().to_owned(),
        }
    }
}

/// By libgit2's words; other words get the general advice.
fn repository_advice(reason: &str) -> &'static str {
    if reason.contains("sha256") || reason.contains("object format") {
        "repositories with SHA-256 object names are not supported"
    } else if reason.contains("extension") {
        "its configuration asks for an extension of git's format that is not supported"
    } else {
        "run keysieve inside a repository, and see that `git status` works there"
    }
}

/// Extensions are named in git's `Documentation/gitformat-index.txt`: `link` is the split
/// index, `sdir` the sparse one. libgit2 knows neither.
fn index_advice(reason: &str) -> &'static str {
    if reason.contains("'link'") {
        "it is split; make it whole with `git update-index --no-split-index`"
    } else if reason.contains("'sdir'") {
        "it is sparse; make it full with `git sparse-checkout reapply --no-sparse-index`"
    } else {
        "see that `git status` works; if it does not, move the file away, then `git reset` \
         and stage anew"
    }
}
