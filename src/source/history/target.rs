//! What an audit reads: the repository that a path or git's variables select, or a file that
//! contains a history.
//!
//! Git's variables (`GIT_DIR`, `GIT_OBJECT_DIRECTORY` and the like) apply to the current folder and
//! to whatever path leads to the repository that they select. A path to another repository selects
//! that one, and the report says that they were ignored: an audit never silently reads something
//! else than what was named.

mod bundle;

use std::fs;
use std::path::{Path, PathBuf};

use super::{BundledCommits, HistoryError};
use crate::foreign::foreign_path;
use crate::git::repository::{is_same_folder, jj};
use crate::git::{GitEnvironment, GitRepository};

/// What is audited.
pub struct AuditTarget {
    pub environment: GitEnvironment,
    /// How messages name it.
    pub shown: PathBuf,
    /// What was selected, where that is not obvious.
    pub note: Option<String>,
    pub bundled: Option<BundledCommits>,
    /// Whether it is only a part of a repository.
    pub is_excerpt: bool,
    /// Contains a repository that was made for a bundle.
    pub scratch: Option<tempfile::TempDir>,
}

impl AuditTarget {
    /// What a path from the command line selects.
    pub fn of(path: &Path) -> Result<AuditTarget, HistoryError> {
        if path.ends_with(".git") && path.is_file() {
            let folder = path.parent().unwrap_or(path);
            return Ok(AuditTarget::of_folder(folder, path));
        }
        match fs::metadata(path) {
            Ok(found) if found.is_file() => bundle::unpack(path),
            Ok(found) if !found.is_dir() => Err(HistoryError::NoHistory { path: path.to_owned() }),
            _ => Ok(AuditTarget::of_folder(path, path)),
        }
    }

    fn of_folder(folder: &Path, shown: &Path) -> AuditTarget {
        let process = GitEnvironment::from_process(Path::new("."));
        if process.is_redirected() {
            return AuditTarget::redirected(folder, shown, process);
        }
        let workspace = jj_workspace(folder);
        let note = workspace.as_ref().map(|workspace| {
            let top = foreign_path(workspace.folder.display());
            format!("the git repository of the jj workspace at {top} was audited")
        });
        let environment = workspace.unwrap_or_else(|| GitEnvironment::from_folder(folder));
        AuditTarget { note, ..AuditTarget::plain(environment, shown) }
    }

    /// The repository of an environment.
    pub fn plain(environment: GitEnvironment, shown: &Path) -> AuditTarget {
        let shown = shown.to_owned();
        AuditTarget {
            environment,
            shown,
            note: None,
            bundled: None,
            is_excerpt: false,
            scratch: None,
        }
    }

    /// Chooses between the repository that the folder is in and the one of the variables.
    fn redirected(folder: &Path, shown: &Path, process: GitEnvironment) -> AuditTarget {
        let found = GitEnvironment::from_folder(folder);
        let (here, there) = (process.open(), found.open());
        let variables = process.redirections().join(", ");
        let note = match (&here, &there) {
            (Ok(here), Ok(there)) if is_same_folder(&here.git_dir, &there.git_dir) => None,
            (here, there) if is_same_folder(folder, Path::new(".")) => {
                let (Ok(here), Ok(_)) = (here, there) else {
                    let shown = process.git_dir.clone().unwrap_or_else(|| shown.to_owned());
                    return AuditTarget::plain(process, &shown);
                };
                let git_dir = foreign_path(here.git_dir.display());
                Some(format!(
                    "the repository at {git_dir} was audited, not the one of the current folder \
                     ({variables})"
                ))
            }
            // A linked work tree, or objects for whatever repository is named.
            (Ok(here), Ok(there)) if is_same_folder(&here.common_dir, &there.common_dir) => {
                return AuditTarget::plain(with_objects_of(found, &process, here), shown);
            }
            (Err(_), Ok(there)) if process.git_dir.is_none() => {
                return AuditTarget::plain(with_objects_of(found, &process, there), shown);
            }
            // A relative `GIT_DIR` leads elsewhere once a hook has left its folder.
            (_, Ok(there)) if is_in_quarantine(there) => {
                return AuditTarget::plain(with_objects_of(found, &process, there), shown);
            }
            (_, Ok(_)) => {
                let note = format!("{variables}: ignored, since another repository was named");
                return AuditTarget { note: Some(note), ..AuditTarget::plain(found, shown) };
            }
            (Ok(here), Err(_)) if here.contains(folder) => None,
            (_, Err(_)) => return AuditTarget::plain(found, shown),
        };
        AuditTarget { note, ..AuditTarget::plain(process, shown) }
    }
}

/// The environment in which git reads the repository that a folder is in.
pub fn environment_of(folder: &Path) -> GitEnvironment {
    AuditTarget::of_folder(folder, folder).environment
}

/// The environment with the object folders of the variables, which start at the current folder.
fn with_objects_of(
    found: GitEnvironment,
    process: &GitEnvironment,
    repository: &GitRepository,
) -> GitEnvironment {
    let base =
        std::env::current_dir().unwrap_or_default().join(repository.hook_working_directory());
    let absolute = |folder: &PathBuf| base.join(folder);
    GitEnvironment {
        object_directory: process.object_directory.as_ref().map(absolute),
        alternates: process.alternates.iter().map(absolute).collect(),
        ..found
    }
}

/// Whether the variables are those of a push to this repository: git names the folder of the objects
/// that it receives, which is in the repository's own ("QUARANTINE ENVIRONMENT" in
/// git-receive-pack(1)).
fn is_in_quarantine(repository: &GitRepository) -> bool {
    let objects = repository.common_dir.join("objects");
    let quarantine = std::env::var_os("GIT_QUARANTINE_PATH").map(PathBuf::from);
    quarantine
        .and_then(|folder| Some(is_same_folder(folder.parent()?, &objects)))
        .unwrap_or_default()
}

/// The environment of the git repository behind a jj workspace that has no `.git`.
fn jj_workspace(folder: &Path) -> Option<GitEnvironment> {
    let workspace = jj::workspace(folder).filter(|workspace| !workspace.has_git)?;
    Some(GitEnvironment {
        git_dir: Some(workspace.git_dir()?),
        work_tree: Some(workspace.top.clone()),
        ..GitEnvironment::from_folder(&workspace.top)
    })
}
