//! Installs the hook for all of the user's repositories, in the way that this git offers.
//!
//! * Git 2.54 and newer: config hooks, which guard repositories that exist already and disable no
//!   other hook ([`super::configured`]).
//! * `core.hooksPath` is set in the user's or the system's configuration: git looks nowhere else,
//!   so the hook is installed in that folder.
//! * Otherwise the template that git copies hooks from ([`template`]). A global
//!   `core.hooksPath` of our own would disable the hooks of existing repositories, including those
//!   of hook managers.

pub mod settings;
pub mod template;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use bstr::ByteSlice;

use super::configured::GitVersion;
use super::{HookError, Stage};
use crate::git::{Git, GitEnvironment, GitError};
use settings::GlobalHook;
use template::Template;

/// Where the hook for all repositories is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GlobalPlace {
    Config(GlobalHook),
    /// The folder that `core.hooksPath` names.
    Folder(PathBuf),
    Template(Template),
    /// `core.hooksPath` names no folder that all repositories share: its value.
    NoFolder(String),
}

/// Why the user's settings or files cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum GlobalError {
    #[error("cannot run git: {0}; make sure that the git executable is on PATH")]
    Run(io::Error),
    #[error("`git {command}` failed: {message}")]
    Git { command: String, message: String },
    #[error(transparent)]
    Query(#[from] GitError),
    #[error("cannot find your configuration folder; set HOME")]
    NoHome,
    #[error("cannot {task} {}: {reason}", path.display())]
    File { task: &'static str, path: PathBuf, reason: io::Error },
    #[error(transparent)]
    Hook(#[from] HookError),
}

impl GlobalPlace {
    pub fn of_user(stage: Stage, git: &GitVersion) -> Result<GlobalPlace, GlobalError> {
        if git.runs_config_hooks() {
            return Ok(GlobalPlace::Config(GlobalHook::of_user(stage)?));
        }
        Ok(match shared_hooks_path()? {
            None => GlobalPlace::Template(Template::of_user()?),
            Some(folder) if Path::new(&folder).is_absolute() && !is_device(&folder) => {
                GlobalPlace::Folder(folder.into())
            }
            Some(value) => GlobalPlace::NoFolder(value),
        })
    }
}

/// Git outside of any repository, so that only the user's and the system's settings count.
pub fn outside() -> Git {
    // A repository that does not exist, whatever folder this is.
    Git::new(&GitEnvironment::from_git_dir(Path::new("/dev/null")))
}

/// The `core.hooksPath` of repositories without a setting of their own.
pub fn shared_hooks_path() -> Result<Option<String>, GlobalError> {
    Ok(outside().query(&["config", "--type=path", "--get", "core.hooksPath"])?)
}

/// `/dev/null` disables all hooks.
fn is_device(folder: &str) -> bool {
    Path::new(folder).exists() && !Path::new(folder).is_dir()
}

/// Runs `git config --global`; `None` if there is no such setting.
pub(super) fn config(arguments: &[&str]) -> Result<Option<String>, GlobalError> {
    let mut git = Command::new("git");
    git.args(["config", "--global"]).args(arguments);
    let output = git.output().map_err(GlobalError::Run)?;
    match output.status.code() {
        Some(0) => Ok(Some(output.stdout.to_str_lossy().trim_end().to_owned())),
        Some(1) if arguments.iter().any(|one| one.starts_with("--get")) => Ok(None),
        _ => Err(GlobalError::Git {
            command: format!("config --global {}", arguments.join(" ")),
            message: output.stderr.to_str_lossy().trim().to_owned(),
        }),
    }
}
