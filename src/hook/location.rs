//! Finds the folder that git runs hooks from.
//!
//! See `core.hooksPath` in git-config(1) and "DESCRIPTION" in githooks(5): the configured folder,
//! with `~` expanded and a relative path resolved in the folder where hooks run, or else `hooks`
//! in the repository, which linked worktrees share.

use std::path::{Path, PathBuf};

use crate::git::GitEnvironment;
use crate::git::repository::PathSetting;

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
    let repository = environment.open().map_err(|error| LocationError::Repository {
        folder: environment.folder.clone(),
        reason: error.to_string(),
    })?;
    let setting = repository.path_setting(SETTING);
    let Some(setting) = setting.map_err(|reason| LocationError::Setting { reason })? else {
        let path = repository.common_dir.join("hooks");
        return Ok(HooksFolder { path, origin: HooksPathOrigin::Repository });
    };
    let PathSetting { path, is_shared } = setting;
    if let Some(reason) = unsupported_value(&path) {
        return Err(LocationError::Setting { reason: reason.to_owned() });
    }
    let origin = if is_shared { HooksPathOrigin::Shared } else { HooksPathOrigin::Configured };
    Ok(HooksFolder { path: repository.hook_working_directory().join(path), origin })
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
