//! A repository, opened: its folders, its object format, its references and its configuration.
//!
//! Every command opens its repository here. libgit2 finds it and reads references and
//! configuration, which starts no process. Where libgit2 cannot (an extension that it does not
//! know, ownership that only git accepts, a comment in `info/grafts`), the `git` executable answers
//! the same questions ([`by_git`]); references that are not in files are always read by git.

mod by_git;
pub mod jj;
mod library;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bstr::{BString, ByteSlice};

use super::environment::GitEnvironment;
use super::object_id::{ObjectFormat, ObjectId};
use super::odb::alternates::ObjectFolders;
use super::own_files;
use super::process::Git;

/// A repository.
pub struct GitRepository {
    /// The git directory; in a linked work tree that below `worktrees`.
    pub git_dir: PathBuf,
    /// What linked work trees share: objects, references, configuration.
    pub common_dir: PathBuf,
    /// The top of the work tree; `None` if the repository is bare.
    pub work_tree: Option<PathBuf>,
    pub format: ObjectFormat,
    environment: GitEnvironment,
    /// libgit2's handle; `None` if only git can open it.
    library: Option<Mutex<git2::Repository>>,
    references: ReferenceReader,
}

/// Who reads the references.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReferenceReader {
    Library,
    Git,
}

/// Where a repository is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    Here,
    /// In the folders around it too.
    Upwards,
}

/// A reference that is not symbolic.
pub struct Reference {
    /// The whole name, such as `refs/heads/main`.
    pub name: BString,
    pub id: ObjectId,
}

/// A path in the configuration, and whether other repositories share it.
pub struct PathSetting {
    pub path: PathBuf,
    /// It is in the user's or the system's configuration.
    pub is_shared: bool,
}

/// Why a repository cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("not a git repository")]
    NotFound,
    /// `path` is what git wants to see in `safe.directory`.
    #[error(
        "the repository belongs to another user; if you trust it, run `git config --global --add \
         safe.directory {path}`"
    )]
    Ownership { path: String },
    #[error("it uses the unsupported object format {0}")]
    ObjectFormat(String),
    #[error("{0}")]
    Unsupported(String),
}

/// The extension that says where references are, and its value if they are in files.
const REF_STORAGE: (&str, &str) = ("extensions.refstorage", "files");

const STASH: &str = "refs/stash";

/// Overrides that extension (git 2.54).
const REFERENCE_BACKEND: &str = "GIT_REFERENCE_BACKEND";

impl GitRepository {
    /// The repository that the environment selects.
    pub fn open(environment: &GitEnvironment) -> Result<GitRepository, OpenError> {
        GitRepository::open_from(environment, Search::Upwards)
    }

    /// The repository whose work tree begins at a folder, or which is that folder.
    pub fn open_at(folder: &Path) -> Result<GitRepository, OpenError> {
        GitRepository::open_from(&GitEnvironment::from_folder(folder), Search::Here)
    }

    fn open_from(environment: &GitEnvironment, search: Search) -> Result<GitRepository, OpenError> {
        let (repository, format) = match library::open(environment, search) {
            Ok(opened) => opened,
            Err(refused) => return by_git::open(environment, search, refused),
        };
        let work_tree = environment.work_tree_of(&repository);
        let by_git = reads_references_by_git(&repository);
        Ok(GitRepository {
            git_dir: repository.path().to_owned(),
            common_dir: repository.commondir().to_owned(),
            work_tree,
            format,
            environment: environment.clone(),
            library: Some(Mutex::new(repository)),
            references: if by_git { ReferenceReader::Git } else { ReferenceReader::Library },
        })
    }

    /// Its `objects` folders: the environment's or its own, and their alternates.
    pub fn object_folders(&self) -> ObjectFolders {
        let base = self.relative_to();
        let objects = match &self.environment.object_directory {
            Some(folder) => base.join(folder),
            None => self.common_dir.join("objects"),
        };
        let more = self.environment.alternates.iter();
        let more = more.filter(|folder| !folder.as_os_str().is_empty());
        more.fold(ObjectFolders::new(objects), |found, folder| found.with(base.join(folder)))
    }

    /// The index that becomes the next commit.
    pub fn index_file(&self) -> PathBuf {
        match &self.environment.index_file {
            Some(file) => self.relative_to().join(file),
            None => self.git_dir.join("index"),
        }
    }

    /// Whether the environment names an index.
    pub fn has_named_index(&self) -> bool {
        self.environment.index_file.is_some()
    }

    /// The oldest commits of a shallow repository. During a push from a shallow clone the
    /// environment names the file that lists them.
    pub fn shallow_boundary(&self) -> io::Result<HashSet<ObjectId>> {
        let file = match &self.environment.shallow_file {
            Some(file) => self.relative_to().join(file),
            None => self.common_dir.join("shallow"),
        };
        let listed = own_files::read_if_exists(&file)?.unwrap_or_default();
        Ok(listed.lines().filter_map(ObjectId::from_hex).collect())
    }

    /// The folder in which git runs hooks: the top of the work tree, or the repository if it is
    /// bare.
    pub fn hook_working_directory(&self) -> &Path {
        self.work_tree.as_deref().unwrap_or(&self.git_dir)
    }

    /// The folder that relative paths in the environment start at. Git enters the top of the work
    /// tree before it reads them.
    fn relative_to(&self) -> &Path {
        match &self.work_tree {
            Some(top) if !is_below(&self.environment.folder, &self.git_dir) => top,
            _ => &self.environment.folder,
        }
    }

    /// Whether a path is in its work tree or in its git directory.
    pub fn contains(&self, path: &Path) -> bool {
        [self.work_tree.as_deref(), Some(self.git_dir.as_path()), Some(self.common_dir.as_path())]
            .into_iter()
            .flatten()
            .any(|folder| is_below(path, folder))
    }

    /// Runs git on this repository.
    pub fn git(&self) -> Git {
        Git::new(&self.environment)
    }

    /// The variables with which it was opened.
    pub fn environment(&self) -> &GitEnvironment {
        &self.environment
    }

    /// All references that are not symbolic.
    pub fn references(&self) -> Result<Vec<Reference>, String> {
        match self.reference_library() {
            Some(library) => library::references(&library),
            None => by_git::references(&self.git()),
        }
    }

    /// The commit of HEAD; `None` before the first commit of its branch.
    pub fn head(&self) -> Result<Option<ObjectId>, String> {
        match self.reference_library() {
            Some(library) => library::head(&library),
            None => by_git::head(&self.git()),
        }
    }

    /// The commits of the stashes, the latest first, as `git stash list` numbers them.
    pub fn stashes(&self) -> Vec<ObjectId> {
        match self.reference_library() {
            Some(library) => library::reflog(&library, STASH),
            None => by_git::reflog(&self.git(), STASH),
        }
    }

    /// The object of a reference, by a name such as `main` or `origin/main`.
    pub fn reference(&self, name: &str) -> Option<ObjectId> {
        match self.reference_library() {
            Some(library) => library::reference(&library, name),
            None => self.git().object_id(name).ok().flatten(),
        }
    }

    /// A path in the configuration, with `~` expanded.
    pub fn path_setting(&self, name: &str) -> Result<Option<PathSetting>, String> {
        match self.config_library() {
            Some(library) => library::path_setting(&library, name),
            None => by_git::path_setting(&self.git(), name),
        }
    }

    /// The settings whose names match a regular expression, in lower case but for their middle.
    pub fn settings(&self, pattern: &str) -> Vec<(String, String)> {
        let found = match self.config_library() {
            Some(library) => library::settings(&library, pattern),
            None => by_git::settings(&self.git(), pattern),
        };
        found.unwrap_or_default()
    }

    /// Whether it is a partial clone, in which objects are fetched when they are needed.
    pub fn is_partial(&self) -> bool {
        let extension = "extensions.partialclone";
        let settings = self.settings(r"^(extensions\.partialclone|remote\..*\.promisor)$");
        settings.iter().any(|(name, value)| name == extension || value == "true")
    }

    fn reference_library(&self) -> Option<MutexGuard<'_, git2::Repository>> {
        let library = self.library.as_ref();
        let library = library.filter(|_| self.references == ReferenceReader::Library)?;
        Some(library.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// libgit2 does not read settings from `git -c`.
    fn config_library(&self) -> Option<MutexGuard<'_, git2::Repository>> {
        let in_variables = ["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"];
        let library = self.library.as_ref()?;
        let is_plain = in_variables.iter().all(|name| std::env::var_os(name).is_none());
        is_plain.then(|| library.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How to fetch what a partial clone lacks.
pub fn fetch_advice() -> &'static str {
    match Git::version() {
        Some(version) if version >= BACKFILL => {
            "fetch what HEAD leads to with `git backfill`, everything with `git fetch --refetch \
             --no-filter`"
        }
        _ => "fetch with `git fetch --refetch --no-filter`",
    }
}

/// The first git with `git backfill`.
const BACKFILL: (u32, u32) = (2, 49);

/// A value with a URI refers to files elsewhere.
fn reads_references_by_git(repository: &git2::Repository) -> bool {
    let is_elsewhere = |value: String| value != REF_STORAGE.1;
    let config = repository.config().and_then(|mut config| config.snapshot());
    let configured = config.and_then(|config| config.get_string(REF_STORAGE.0));
    std::env::var(REFERENCE_BACKEND).ok().or(configured.ok()).is_some_and(is_elsewhere)
}

/// Whether two paths lead to the same folder.
pub fn is_same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn is_below(path: &Path, folder: &Path) -> bool {
    match (folder_of(path).canonicalize(), folder_of(folder).canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// An empty path is the current folder.
fn folder_of(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}
