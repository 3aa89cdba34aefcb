//! Finds the folder that git runs hooks from.
//!
//! See `core.hooksPath` in git-config(1) and "DESCRIPTION" in githooks(5): the configured folder,
//! with `~` expanded and a relative path resolved in the folder where hooks run, or else `hooks`
//! in the repository, which linked worktrees share.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository};

use crate::git::GitEnvironment;
use crate::git::{Git, GitError};

const SETTING: &str = "core.hooksPath";

/// The folder that git runs a repository's hooks from; it may not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksFolder {
    pub path: PathBuf,
    pub origin: HooksPathOrigin,
}

/// Why git uses a hooks folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HooksPathOrigin {
    /// It is the repository's own.
    Repository,
    /// `core.hooksPath` in this repository's configuration names it.
    Configured,
    /// `core.hooksPath` in the user's or the system's configuration names it: other repositories
    /// use it too.
    Shared,
}

/// Why the hooks folder is unknown.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    #[error(
        "cannot open the git repository at {}: {reason}; run keysieve inside a repository",
        folder.display()
    )]
    Repository { folder: PathBuf, reason: String },
    #[error(
        "cannot use core.hooksPath: {reason}; \
         `git config --show-origin core.hooksPath` shows where it is set"
    )]
    Setting { reason: String },
}

/// Reads the configuration of every scope, as git does.
pub fn hooks_folder(environment: &GitEnvironment) -> Result<HooksFolder, LocationError> {
    let repository = match environment.open() {
        Ok(repository) => repository,
        Err(_) => return ask_git(environment),
    };
    match configured(&repository)? {
        None => Ok(HooksFolder {
            path: repository.commondir().join("hooks"),
            origin: HooksPathOrigin::Repository,
        }),
        Some((path, origin)) => Ok(HooksFolder {
            path: environment.hook_working_directory(&repository).join(path),
            origin,
        }),
    }
}

/// Asks the `git` executable, for repositories that libgit2 cannot open.
fn ask_git(environment: &GitEnvironment) -> Result<HooksFolder, LocationError> {
    let git = Git::new(environment);
    let unknown = |error: GitError| LocationError::Repository {
        folder: environment.folder.clone(),
        reason: error.to_string(),
    };
    let own = git.path("hooks").map_err(unknown)?;
    let scoped = git.query(&["config", "--show-scope", "--type=path", "--get", SETTING]);
    let Some(scoped) = scoped.map_err(unknown)? else {
        return Ok(HooksFolder { path: own, origin: HooksPathOrigin::Repository });
    };
    let (scope, path) = scoped.split_once('\t').unwrap_or_default();
    let origin = match scope {
        "system" | "global" => HooksPathOrigin::Shared,
        _ => HooksPathOrigin::Configured,
    };
    if let Some(reason) = unsupported_value(Path::new(path)) {
        return Err(LocationError::Setting { reason: reason.to_owned() });
    }
    // The folder where hooks run.
    let top = git.query(&["rev-parse", "--show-toplevel"]).map_err(unknown)?;
    let top = match top {
        Some(top) => PathBuf::from(top),
        None => git.path(".").map_err(unknown)?,
    };
    Ok(HooksFolder { path: top.join(path), origin })
}

fn configured(
    repository: &Repository,
) -> Result<Option<(PathBuf, HooksPathOrigin)>, LocationError> {
    let unusable = |error: git2::Error| LocationError::Setting { reason: error.message().into() };
    let config = repository.config().and_then(|mut config| config.snapshot()).map_err(unusable)?;
    let origin = match config.get_entry(SETTING) {
        Ok(entry) => HooksPathOrigin::of(entry.level()),
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(unusable(error)),
    };
    let path = config.get_path(SETTING).map_err(unusable)?;
    if let Some(reason) = unsupported_value(&path) {
        return Err(LocationError::Setting { reason: reason.to_owned() });
    }
    Ok(Some((path, origin)))
}

/// Values that only git can resolve: a hook must not be installed where git does not look.
fn unsupported_value(path: &Path) -> Option<&'static str> {
    if path.as_os_str().is_empty() {
        Some("it is empty")
    } else if path.starts_with("%(prefix)") {
        Some("only git can expand its %(prefix)")
    } else {
        None
    }
}

impl HooksPathOrigin {
    fn of(level: git2::ConfigLevel) -> Self {
        match level {
            git2::ConfigLevel::Local | git2::ConfigLevel::Worktree | git2::ConfigLevel::App => {
                HooksPathOrigin::Configured
            }
            _ => HooksPathOrigin::Shared,
        }
    }
}
