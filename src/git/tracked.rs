//! The paths that a repository tracks, by its index.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};
use git2::Repository;

use super::environment::GitEnvironment;
use super::index::{Index, IndexError, IndexFault};
use super::object_id::ObjectFormat;
use super::process::Git;

/// The mode of a submodule's entry, and the bits of a mode that tell kinds apart.
const SUBMODULE: u32 = 0o160000;
const KIND: u32 = 0o170000;
const FOLDER: u32 = 0o040000;

/// What a repository tracks.
#[derive(Default)]
pub struct Tracked {
    /// Files and links, below the top of the work tree.
    pub files: Vec<BString>,
    pub submodules: Vec<BString>,
}

impl Tracked {
    /// Reads the index of a repository whose work tree is `top`; where we do not know how, git is
    /// asked. Else why neither can.
    pub fn of(repository: &Repository, top: &Path) -> Result<Tracked, String> {
        let format = match repository.object_format() {
            git2::ObjectFormat::Sha1 => ObjectFormat::Sha1,
            git2::ObjectFormat::Sha256 => ObjectFormat::Sha256,
        };
        match Index::open(&repository.path().join("index"), repository.path(), format) {
            Ok(None) => Ok(Tracked::default()),
            Ok(Some(index)) => Tracked::listed(&index).map_or_else(|| Tracked::by_git(top), Ok),
            Err(IndexError::Fault(IndexFault::Unknown(_))) => Tracked::by_git(top),
            Err(IndexError::Fault(IndexFault::Damaged(why))) => Err(why.to_owned()),
            Err(IndexError::Read(why)) => Err(why.to_string()),
        }
    }

    /// What git lists.
    pub fn by_git(top: &Path) -> Result<Tracked, String> {
        let git = Git::new(&GitEnvironment::of_folder(top));
        let said = git.read(&["ls-files", "--stage", "-z"]).map_err(|error| error.to_string())?;
        let mut tracked = Tracked::default();
        for entry in said.split_str("\0") {
            let Some((facts, path)) = entry.split_once_str("\t") else { continue };
            let is_submodule = facts.starts_with(b"160000 ");
            let list = if is_submodule { &mut tracked.submodules } else { &mut tracked.files };
            list.push(path.into());
        }
        Ok(tracked)
    }

    /// `None` for a sparse index, which does not list all.
    fn listed(index: &Index) -> Option<Tracked> {
        let mut tracked = Tracked::default();
        for place in 0..index.len() {
            let path = BString::from(index.path(place));
            match index.entry(place).mode & KIND {
                FOLDER => return None,
                SUBMODULE => tracked.submodules.push(path),
                _ => tracked.files.push(path),
            }
        }
        Some(tracked)
    }
}

/// Where the `.git` entry of a folder leads.
pub enum DotGit {
    /// There is none.
    Absent,
    /// To a repository whose work tree this folder is.
    Here(Box<Repository>),
    /// To none, or to one whose work tree is elsewhere: what is wrong.
    Nowhere(String),
    /// To a repository that libgit2 does not open.
    ForGit(git2::Error),
}

impl DotGit {
    /// Looks at the `.git` entry of a folder, whose links are resolved.
    pub fn of(folder: &Path) -> DotGit {
        let entry = folder.join(".git");
        if std::fs::symlink_metadata(&entry).is_err() {
            return DotGit::Absent;
        }
        match Repository::open(folder) {
            Ok(repository) => match work_tree(&repository) {
                Some(top) if top == folder => DotGit::Here(Box::new(repository)),
                Some(_) => DotGit::Nowhere("its work tree is another folder".to_owned()),
                None => DotGit::Nowhere("it has no work tree".to_owned()),
            },
            Err(error) => match git_dir(&entry) {
                Some(git_dir) if git_dir.join("HEAD").exists() => DotGit::ForGit(error),
                Some(git_dir) if git_dir == entry => {
                    DotGit::Nowhere("it is not a repository".to_owned())
                }
                Some(_) => DotGit::Nowhere("it names a repository that is not there".to_owned()),
                None => DotGit::Nowhere("it is not a repository".to_owned()),
            },
        }
    }
}

fn work_tree(repository: &Repository) -> Option<PathBuf> {
    std::fs::canonicalize(repository.workdir()?).ok()
}

/// The repository's own folder that a `.git` entry is, or that it names (gitrepository-layout(5)).
fn git_dir(entry: &Path) -> Option<PathBuf> {
    let metadata = std::fs::metadata(entry).ok()?;
    if metadata.is_dir() {
        return Some(entry.to_owned());
    }
    // A FIFO would be waited for.
    if !metadata.is_file() {
        return None;
    }
    let text = std::fs::read(entry).ok()?;
    let named = text.strip_prefix(b"gitdir: ")?.trim_end_with(|end| end == '\n' || end == '\r');
    Some(entry.parent()?.join(named.to_path().ok()?))
}
