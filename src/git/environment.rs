//! The repository, work tree and index that git uses, according to its environment variables.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::odb::alternates::entries;
use super::repository::{GitRepository, OpenError};

/// A folder, and the variables with which git redirects what would be found there. Git sets them
/// for its hooks: `GIT_INDEX_FILE` always (a file other than `.git/index` for `commit -a` and
/// `commit --only`), `GIT_DIR` in a linked worktree. Relative paths start at the folder; git runs
/// the hook at the top of the work tree.
#[derive(Clone, Debug)]
pub struct GitEnvironment {
    /// The folder in which the search for a repository starts, upwards.
    pub folder: PathBuf,
    /// `GIT_DIR`: the repository itself; disables the search.
    pub git_dir: Option<PathBuf>,
    /// `GIT_COMMON_DIR`: what linked work trees share.
    pub common_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`: the top of the work tree.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: the index that becomes the next commit.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: the object folder, instead of the repository's own.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: further object folders, as in a push's quarantine.
    pub alternates: Vec<PathBuf>,
    /// `GIT_SHALLOW_FILE`: where a shallow history ends, as in a push's quarantine.
    pub shallow_file: Option<PathBuf>,
    /// How long a child `git` may produce no output before it is killed.
    pub timeout: Duration,
}

/// The default timeout: a child `git` that is silent for longer waits for something that never
/// comes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The timeout while somebody waits for a commit.
const HOOK_TIMEOUT: Duration = Duration::from_secs(10);

impl Default for GitEnvironment {
    fn default() -> Self {
        GitEnvironment {
            folder: PathBuf::new(),
            git_dir: None,
            common_dir: None,
            work_tree: None,
            index_file: None,
            object_directory: None,
            alternates: Vec::new(),
            shallow_file: None,
            timeout: TIMEOUT,
        }
    }
}

impl GitEnvironment {
    /// A folder, with the variables of this process.
    pub fn from_process(folder: &Path) -> Self {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        GitEnvironment {
            folder: folder.to_path_buf(),
            git_dir: variable("GIT_DIR"),
            common_dir: variable("GIT_COMMON_DIR"),
            work_tree: variable("GIT_WORK_TREE"),
            index_file: variable("GIT_INDEX_FILE"),
            object_directory: variable("GIT_OBJECT_DIRECTORY"),
            alternates: std::env::var_os(ALTERNATES)
                .map(|listed| entries(listed.as_encoded_bytes(), SEPARATOR).flatten().collect())
                .unwrap_or_default(),
            shallow_file: variable("GIT_SHALLOW_FILE").filter(|file| !file.as_os_str().is_empty()),
            ..GitEnvironment::from_folder(folder)
        }
    }

    /// A repository, given by its git directory.
    pub fn from_git_dir(git_dir: &Path) -> Self {
        let git_dir = Some(git_dir.to_path_buf());
        GitEnvironment { git_dir, ..GitEnvironment::default() }
    }

    /// The same, with a hook's timeout.
    #[must_use]
    pub fn for_hook(self) -> Self {
        GitEnvironment { timeout: HOOK_TIMEOUT, ..self }
    }

    /// A folder, without any of the variables.
    pub fn from_folder(folder: &Path) -> Self {
        GitEnvironment { folder: folder.to_path_buf(), ..GitEnvironment::default() }
    }

    /// Opens the repository.
    pub fn open(&self) -> Result<GitRepository, OpenError> {
        GitRepository::open(self)
    }

    /// Whether a variable leads to another repository, or to other objects, than the folder does.
    pub fn is_redirected(&self) -> bool {
        !self.redirections().is_empty()
    }

    /// The names of the variables that do.
    pub fn redirections(&self) -> Vec<&'static str> {
        let variables = [
            ("GIT_DIR", self.git_dir.is_some()),
            ("GIT_COMMON_DIR", self.common_dir.is_some()),
            ("GIT_WORK_TREE", self.work_tree.is_some()),
            ("GIT_OBJECT_DIRECTORY", self.object_directory.is_some()),
            (ALTERNATES, !self.alternates.is_empty()),
        ];
        variables.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
    }

    /// Whether it has the variables of this process.
    pub(super) fn is_of_process(&self) -> bool {
        self.variables() == GitEnvironment::from_process(&self.folder).variables()
    }

    fn variables(&self) -> ([&Option<PathBuf>; 5], &[PathBuf]) {
        let files = [
            &self.git_dir,
            &self.common_dir,
            &self.work_tree,
            &self.index_file,
            &self.object_directory,
        ];
        (files, &self.alternates)
    }

    /// The value of the variable for further object folders.
    pub(super) fn alternates_variable(&self) -> Option<OsString> {
        let process = std::env::var_os(ALTERNATES);
        if self.alternates.is_empty() || self.is_of_process() {
            return process.filter(|_| !self.alternates.is_empty());
        }
        // Git reads C strings here, which may contain separators.
        let quoted = |folder: &PathBuf| {
            let folder = folder.to_string_lossy();
            format!("\"{}\"", folder.replace('\\', "\\\\").replace('"', "\\\""))
        };
        let quoted: Vec<String> = self.alternates.iter().map(quoted).collect();
        Some(quoted.join(&char::from(SEPARATOR).to_string()).into())
    }

    /// The top of the work tree of a repository that libgit2 opened. If only `GIT_DIR` is set, the
    /// current folder is that top ("GIT_DIR" in git(1)).
    pub(super) fn work_tree_of(&self, repository: &git2::Repository) -> Option<PathBuf> {
        let configured = || repository.config()?.get_entry("core.worktree").map(|_| ());
        match (&self.work_tree, &self.git_dir, repository.workdir()) {
            (Some(top), _, _) => Some(self.folder.join(top)),
            (None, _, None) => None,
            (None, Some(_), Some(_)) if configured().is_err() => Some(self.folder.clone()),
            (None, _, Some(top)) => Some(top.to_owned()),
        }
    }
}

/// Further object folders.
pub(super) const ALTERNATES: &str = "GIT_ALTERNATE_OBJECT_DIRECTORIES";

/// Separates them.
const SEPARATOR: u8 = if cfg!(windows) { b';' } else { b':' };
