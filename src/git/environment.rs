//! The repository, work tree and index that git uses, according to its environment variables.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{Repository, RepositoryOpenFlags};

use super::odb::alternates::ObjectFolders;

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
    /// `GIT_WORK_TREE`: the top of the work tree.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: the index that becomes the next commit.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: the object folder, instead of the repository's own.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: further object folders, as in a push's quarantine.
    pub alternates: Vec<PathBuf>,
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
            work_tree: None,
            index_file: None,
            object_directory: None,
            alternates: Vec::new(),
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
            work_tree: variable("GIT_WORK_TREE"),
            index_file: variable("GIT_INDEX_FILE"),
            object_directory: variable("GIT_OBJECT_DIRECTORY"),
            alternates: std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES")
                .map(|listed| std::env::split_paths(&listed).collect())
                .unwrap_or_default(),
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

    /// Opens the repository. `FROM_ENV` adds the variables that libgit2 handles correctly itself:
    /// those for object folders, the common folder and configuration files.
    pub(crate) fn open(&self) -> Result<Repository, git2::Error> {
        let no_ceiling: [&OsStr; 0] = [];
        let flags = RepositoryOpenFlags::FROM_ENV;
        match &self.git_dir {
            None => Repository::open_ext(&self.folder, flags, no_ceiling),
            Some(git_dir) => {
                let no_search = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
                Repository::open_ext(self.folder.join(git_dir), flags | no_search, no_ceiling)
            }
        }
    }

    /// The object folders of a repository that [`GitEnvironment::open`] returned.
    pub(crate) fn object_folders(&self, repository: &Repository) -> ObjectFolders {
        let objects = match &self.object_directory {
            Some(folder) => self.folder.join(folder),
            None => repository.commondir().join("objects"),
        };
        let more = self.alternates.iter().filter(|folder| !folder.as_os_str().is_empty());
        more.fold(ObjectFolders::new(objects), |found, folder| found.with(self.folder.join(folder)))
    }

    /// The index file of a repository that [`GitEnvironment::open`] returned.
    pub(crate) fn index_file(&self, repository: &Repository) -> PathBuf {
        match &self.index_file {
            Some(file) => self.folder.join(file),
            None => repository.path().join("index"),
        }
    }

    /// The folder in which git runs hooks: the top of the work tree, or the repository if it is
    /// bare. If only `GIT_DIR` is set, the current folder is that top ("GIT_DIR" in git(1)).
    pub(crate) fn hook_working_directory(&self, repository: &Repository) -> PathBuf {
        let configured = || repository.config()?.get_entry("core.worktree").map(|_| ());
        match (&self.work_tree, &self.git_dir, repository.workdir()) {
            (Some(top), _, _) => self.folder.join(top),
            (None, _, None) => repository.path().to_path_buf(),
            (None, Some(_), Some(_)) if configured().is_err() => self.folder.clone(),
            (None, _, Some(top)) => top.to_path_buf(),
        }
    }
}
