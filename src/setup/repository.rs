//! Where a run finds the repository's own policy: in the work tree that it scans.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files;
use crate::foreign::foreign_path;
use crate::git::GitEnvironment;
use crate::policy::baseline;
use crate::policy::config;
use crate::policy::files::PolicyFiles;
use crate::source::history::environment_of;
use crate::source::worktree::work_tree_top;

/// Where the repository's own policy is read from, and where its work tree is.
#[derive(Default)]
pub struct Repository {
    pub files: Option<PolicyFiles>,
    pub top: Option<PathBuf>,
    /// Where git runs.
    pub environment: GitEnvironment,
    /// The folder that scanned paths are relative to if it is not a repository.
    pub base: Option<PathBuf>,
    /// Policy files that exist and are not read.
    pub unread: BTreeSet<PathBuf>,
}

impl Repository {
    /// The work tree that contains a path, if there is one.
    pub fn of_work_tree(path: &Path) -> Self {
        let top = work_tree_top(path);
        let files = top.clone().map(files_of);
        let environment = environment_of(folder_of(path));
        Repository { files, top, environment, ..Repository::default() }
    }

    /// The work tree that contains the first path. A single folder outside of any work tree has
    /// its own policy, as if it were the top of one. `-` is standard input.
    pub fn of_scan(paths: &[PathBuf]) -> Self {
        let is_stdin = |path: &Path| path == Path::new("-");
        let path_of = |path| if is_stdin(path) { Path::new(".") } else { path };
        let first = path_of(paths.first().map_or(Path::new("."), PathBuf::as_path));
        let mut repository = Repository::of_work_tree(first);
        match paths {
            [path] if !is_stdin(path) && path.is_dir() => {
                if repository.top.is_none()
                    && let Ok(folder) = path.canonicalize()
                {
                    repository.take_folder(folder);
                }
            }
            paths => {
                let folders = paths.iter().map(|path| folder_of(path_of(path)));
                let outside = folders.filter(|folder| work_tree_top(folder).is_none());
                repository.unread = outside.flat_map(policy_files).collect();
            }
        }
        repository
    }

    /// Takes the policy of a folder outside of any work tree. If it has no policy files, reported
    /// paths stay relative to the current folder.
    fn take_folder(&mut self, folder: PathBuf) {
        let here = here().filter(|here| folder != *here);
        let from_here = here.and_then(|here| {
            let below = folder.strip_prefix(&here).ok()?.to_owned();
            Some((here, below))
        });
        match from_here {
            Some((here, below)) if policy_files(&folder).next().is_none() => {
                self.files = Some(files::below(here, below));
            }
            _ => {
                self.files = Some(files_of(folder.clone()));
                self.top = Some(folder.clone());
                self.base = Some(folder);
            }
        }
    }

    /// Notes on policy files that were not read.
    pub fn notes(&self) -> Vec<String> {
        let note = |file: &PathBuf| {
            format!(
                "{} was not read: outside of a git work tree such a file is used only if its \
                 folder is the only path given to `keysieve scan`",
                foreign_path(file.display())
            )
        };
        self.unread.iter().map(note).collect()
    }
}

fn here() -> Option<PathBuf> {
    std::env::current_dir().and_then(std::fs::canonicalize).ok()
}

/// The files below a folder; messages name them relative to it if it is the current folder.
fn files_of(top: PathBuf) -> PolicyFiles {
    let shown = match here() {
        Some(here) if here == top => String::new(),
        _ => format!("{}/", top.display()),
    };
    files::work_tree(top, &shown)
}

/// The path itself if it is a folder, otherwise its parent.
fn folder_of(path: &Path) -> &Path {
    match path.is_dir() {
        true => path,
        false => match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        },
    }
}

/// The configuration and the baseline in a folder.
fn policy_files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = [config::FILE, baseline::FILE].map(|name| match folder == Path::new(".") {
        true => PathBuf::from(name),
        false => folder.join(name),
    });
    files.into_iter().filter(|file| file.symlink_metadata().is_ok())
}
