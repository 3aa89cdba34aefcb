//! The repositories of submodules: those under `modules` in the git directory, and those that
//! `.gitmodules` names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bstr::BString;
use git2::Repository;

use super::History;
use crate::source::open::{self, LONGEST_POLICY};

/// A submodule.
pub struct Submodule {
    /// Its folder in the work tree; its name, if that is not known.
    pub path: BString,
    /// Its repository; `None` where it was never fetched.
    pub repository: Option<PathBuf>,
}

/// Names the submodules of a work tree.
const GITMODULES: &str = ".gitmodules";

/// A file that every git directory has.
const HEAD: &str = "HEAD";
/// Names of submodules may hold slashes, and so lie this deep.
const DEEPEST_NAME: usize = 16;

impl History {
    /// Its submodules, by path; not theirs.
    pub fn submodules(&self) -> Vec<Submodule> {
        let found = self.handles.with(|repository| Ok(submodules(repository)));
        found.unwrap_or_default()
    }
}

fn submodules(repository: &Repository) -> Vec<Submodule> {
    let paths = paths(repository).unwrap_or_default();
    let mut git_dirs = BTreeMap::new();
    for modules in [repository.commondir(), repository.path()].map(|dir| dir.join("modules")) {
        search(&modules, &modules, 0, &mut git_dirs);
    }
    let mut found = BTreeMap::new();
    for (name, path) in &paths {
        // Older ones have their repository in the work tree.
        let inside = repository.workdir().map(|top| top.join(path));
        let inside = inside.filter(|folder| folder.join(".git").exists());
        found.insert(path.clone(), git_dirs.remove(name).or(inside));
    }
    found.extend(git_dirs.into_iter().map(|(name, git_dir)| (name, Some(git_dir))));
    let submodule = |(path, repository): (String, _)| Submodule { path: path.into(), repository };
    found.into_iter().map(submodule).collect()
}

/// The paths that the work tree's `.gitmodules` gives to names.
fn paths(repository: &Repository) -> Option<BTreeMap<String, String>> {
    let top = repository.workdir()?;
    let file = top.join(GITMODULES);
    // libgit2 would wait for a FIFO and follow a link.
    open::read_below(top, Path::new(GITMODULES), LONGEST_POLICY).ok()??;
    let config = git2::Config::open(&file).ok()?;
    let mut paths = BTreeMap::new();
    let mut add = |entry: &git2::ConfigEntry<'_>| {
        let name = entry.name().ok()?.strip_prefix("submodule.")?.strip_suffix(".path")?;
        let path = entry.value().ok()?;
        // What leads out of the work tree is no submodule, and git refuses it.
        let parts = Path::new(path).components();
        let is_inside =
            parts.into_iter().all(|part| matches!(part, std::path::Component::Normal(_)));
        is_inside.then(|| paths.insert(name.to_owned(), path.to_owned()))
    };
    let entries = config.entries(Some(r"^submodule\..*\.path$")).ok()?;
    entries.for_each(|entry| drop(add(entry))).ok()?;
    Some(paths)
}

/// Git directories below `modules`, by name.
fn search(modules: &Path, folder: &Path, depth: usize, found: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if path.join(HEAD).is_file() {
            let name = path.strip_prefix(modules).unwrap_or(&path).to_string_lossy();
            found.insert(name.replace(std::path::MAIN_SEPARATOR, "/"), path);
        } else if depth < DEEPEST_NAME {
            search(modules, &path, depth + 1, found);
        }
    }
}
