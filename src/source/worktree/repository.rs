//! The repositories of a working tree: what a folder's `.git` refers to, and what is tracked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};

use crate::foreign::foreign_path;
use crate::git::index::{Index, IndexFault};
use crate::git::repository::is_same_folder;
use crate::git::{Git, GitEnvironment, GitRepository, OpenError, own_files};
use crate::source::{Failure, open};

/// What the `.git` of a folder refers to.
pub enum DotGit {
    /// It does not exist.
    Absent,
    /// A repository whose work tree begins at the folder.
    Repository,
    /// Not a usable repository: what is tracked cannot be determined.
    Unusable(String),
}

/// A path that a repository tracks.
pub struct Tracked {
    /// Relative to the top of the work tree.
    pub path: BString,
    pub kind: TrackedKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackedKind {
    File,
    SymbolicLink,
    Submodule,
}

/// The size limit of a `.git` file, as in git (`setup.c`).
const DOT_GIT_LIMIT: u64 = 1 << 20;

/// Files of a git directory that are read when a repository is opened.
const READ_AT_OPENING: [&str; 3] = ["HEAD", "config", "commondir"];

impl DotGit {
    pub fn inspect(folder: &Path) -> DotGit {
        let dot_git = folder.join(".git");
        let found = match fs::metadata(&dot_git) {
            Ok(found) => found,
            Err(_) if fs::symlink_metadata(&dot_git).is_ok() => {
                return DotGit::Unusable("it is a dangling symbolic link".to_owned());
            }
            Err(_) => return DotGit::Absent,
        };
        if !found.is_dir() && !found.is_file() {
            return DotGit::Unusable(format!("it is {}", open::kind(found.file_type())));
        }
        let Some(git_dir) = git_dir(folder) else {
            return DotGit::Unusable("it does not name a git directory".to_owned());
        };
        let special = READ_AT_OPENING.iter().find(|name| is_special(&git_dir.join(name)));
        if let Some(name) = special {
            return DotGit::Unusable(format!("its {name} is not a regular file"));
        }
        match GitRepository::open_at(folder).map(|repository| repository.work_tree) {
            Ok(Some(top)) if is_same_folder(&top, folder) => DotGit::Repository,
            Ok(Some(_)) => {
                DotGit::Unusable("its core.worktree points to another folder".to_owned())
            }
            Ok(None) => DotGit::Unusable("it is a bare repository".to_owned()),
            Err(OpenError::NotFound) => {
                DotGit::Unusable("it does not lead to a repository".to_owned())
            }
            // What is tracked is an error of its own.
            Err(_) => DotGit::Repository,
        }
    }
}

/// The variables of this process, if git takes the work tree or its index from them.
pub struct Redirected {
    pub environment: GitEnvironment,
    /// The top of the work tree, with symbolic links resolved; `None` in a bare repository.
    pub top: Option<PathBuf>,
    /// The git directory, likewise.
    pub git_dir: PathBuf,
}

impl Redirected {
    /// `None` if no variable is set, or if it leads to no repository. In the git directory, where
    /// git runs the hooks of a push, they select no work tree.
    pub fn by_process() -> Option<Redirected> {
        let environment = GitEnvironment::from_process(Path::new("."));
        if !environment.is_redirected() && environment.index_file.is_none() {
            return None;
        }
        let repository = environment.open().ok()?;
        let top = repository.work_tree.as_deref().and_then(|top| fs::canonicalize(top).ok());
        let git_dir = fs::canonicalize(&repository.git_dir).ok()?;
        if top.as_ref().is_some_and(|top| top.starts_with(&git_dir)) {
            return None;
        }
        Some(Redirected { environment, top, git_dir })
    }
}

/// The paths that are tracked in the work tree with this top, each once: by the repository in this
/// folder, and by the one that git's variables select for it.
pub fn tracked(top: &Path) -> Result<Vec<Tracked>, Failure> {
    let redirected = Redirected::by_process().filter(|found| found.top.as_deref() == Some(top));
    let mut tracked = Vec::new();
    if top.join(".git").symlink_metadata().is_ok() {
        tracked = tracked_in(GitRepository::open_at(top), &GitEnvironment::from_folder(top), top)?;
    }
    if let Some(Redirected { environment, .. }) = redirected {
        tracked.extend(tracked_in(environment.open(), &environment, top)?);
        tracked.sort_by(|one, other| one.path.cmp(&other.path));
        tracked = distinct(tracked.into_iter());
    }
    Ok(tracked)
}

fn tracked_in(
    opened: Result<GitRepository, OpenError>,
    environment: &GitEnvironment,
    top: &Path,
) -> Result<Vec<Tracked>, Failure> {
    let unknown = match opened {
        Ok(repository) => match from_index(&repository, top)? {
            Some(tracked) => return Ok(tracked),
            None => "its index format is supported only by git".to_owned(),
        },
        Err(why) => why.to_string(),
    };
    let git = Git::new(environment);
    let listed = git.read(&["ls-files", "-z", "--stage"]).map_err(|why| {
        let what = format!("the git repository at {}", foreign_path(top.display()));
        let why = format!(
            "cannot determine which ignored files git tracks: {unknown}; {why}, or use --no-ignore"
        );
        Failure::new(what, why)
    })?;
    Ok(distinct(listed.split(|&byte| byte == 0).filter_map(from_line)))
}

/// The git directory of a folder, if its `.git` refers to one.
pub fn git_dir(folder: &Path) -> Option<PathBuf> {
    let dot_git = folder.join(".git");
    let found = fs::metadata(&dot_git).ok()?;
    if found.is_dir() {
        return Some(dot_git);
    }
    if !found.is_file() || found.len() > DOT_GIT_LIMIT {
        return None;
    }
    let text = own_files::read(&dot_git).ok()?;
    let target = text.strip_prefix(b"gitdir: ")?.trim_end_with(|end| end == '\n' || end == '\r');
    Some(folder.join(target.to_path().ok()?))
}

/// Whether something exists that is not a regular file.
pub fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// `None` if only git can read the index.
fn from_index(repository: &GitRepository, top: &Path) -> Result<Option<Vec<Tracked>>, Failure> {
    let file = repository.index_file();
    let failed = |why: &dyn std::fmt::Display| {
        let why = format!("cannot determine which ignored files git tracks: {why}");
        Failure::new(foreign_path(file.display()).to_string(), why)
    };
    let bytes = match own_files::read(&file) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Some(Vec::new())),
        Err(why) => return Err(failed(&why)),
    };
    let shared = |name: &str| own_files::read(&repository.git_dir.join(name));
    let index = match Index::parse(&bytes, repository.format, &shared) {
        Ok(index) => index,
        Err(IndexFault::Unknown(_)) => return Ok(None),
        Err(IndexFault::Damaged(why)) => return Err(failed(&why)),
    };
    let entries =
        (0..index.len()).map(|position| (index.path(position), index.entry(position).mode));
    // A sparse index has one entry for a folder that is not checked out.
    let mut folders = entries.clone().filter(|(_, mode)| *mode == 0o040000);
    let exists = |path: &[u8]| path.to_path().is_ok_and(|path| top.join(path).exists());
    if folders.any(|(path, _)| exists(path)) {
        return Ok(None);
    }
    Ok(Some(distinct(entries.filter_map(|(path, mode)| Tracked::new(path, mode)))))
}

/// A path in conflict has an entry for each side.
fn distinct(tracked: impl Iterator<Item = Tracked>) -> Vec<Tracked> {
    let mut tracked: Vec<Tracked> = tracked.collect();
    tracked.dedup_by(|next, last| next.path == last.path);
    tracked
}

/// A line of `git ls-files --stage`: mode, id, stage, a tab and the path.
fn from_line(line: &[u8]) -> Option<Tracked> {
    let (fields, path) = line.split_once_str("\t")?;
    let mode = fields.split(|&byte| byte == b' ').next()?.to_str().ok()?;
    Tracked::new(path, u32::from_str_radix(mode, 8).ok()?)
}

impl Tracked {
    fn new(path: &[u8], mode: u32) -> Option<Tracked> {
        let kind = match mode & 0o170000 {
            0o100000 => TrackedKind::File,
            0o120000 => TrackedKind::SymbolicLink,
            0o160000 => TrackedKind::Submodule,
            _ => return None,
        };
        Some(Tracked { path: BStr::new(path).to_owned(), kind })
    }
}
