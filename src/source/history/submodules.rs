//! The repositories of submodules: those under `modules` in the git directory, those listed in
//! `.gitmodules`, and those in the work tree that the index names without it (`git add` of a folder
//! with a repository of its own).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bstr::BString;

use super::History;
use crate::git::index::Index;
use crate::git::repository::is_same_folder;
use crate::git::{Git, GitEnvironment, GitRepository};
use crate::source::open;

/// A submodule.
pub struct Submodule {
    /// Its folder in the work tree, or its name if the folder is unknown.
    pub path: BString,
    /// Its repository; `None` if it was never fetched.
    pub repository: Option<PathBuf>,
}

/// The mode of a submodule in the index.
const SUBMODULE: u32 = 0o160000;

/// A file that every git directory has.
const HEAD: &str = "HEAD";

/// Names of submodules may contain slashes, so they may be nested this deep.
const DEEPEST_NAME: usize = 16;

impl History {
    /// Its direct submodules, by path.
    pub fn submodules(&self) -> Vec<Submodule> {
        submodules(&self.repository)
    }
}

fn submodules(repository: &GitRepository) -> Vec<Submodule> {
    let paths = paths(repository).unwrap_or_default();
    let mut git_dirs = BTreeMap::new();
    for dir in [&repository.common_dir, &repository.git_dir] {
        let modules = dir.join("modules");
        search(&modules, &modules, 0, &mut git_dirs);
    }
    for (name, git_dir) in configured(repository) {
        // The same folder may have another name: `foo%2fbar` for `foo/bar`.
        git_dirs.retain(|_, known| !is_same_folder(known, &git_dir));
        git_dirs.insert(name, git_dir);
    }
    let mut found: BTreeMap<String, Option<PathBuf>> = BTreeMap::new();
    let embedded = embedded(repository).into_iter();
    let is_known =
        |git_dir: &PathBuf| git_dirs.values().any(|known| is_same_folder(known, git_dir));
    found.extend(
        embedded
            .filter(|(_, git_dir)| !is_known(git_dir))
            .map(|(path, git_dir)| (path, Some(git_dir))),
    );
    for (name, path) in &paths {
        // Old submodules have their repository in the work tree.
        let inside = repository.work_tree.as_ref().and_then(|top| folder_in(top, path));
        let inside = inside.filter(|folder| folder.join(".git").exists());
        found.insert(path.clone(), git_dirs.remove(name).or(inside));
    }
    found.extend(git_dirs.into_iter().map(|(name, git_dir)| (name, Some(git_dir))));
    let submodule = |(path, repository): (String, _)| Submodule { path: path.into(), repository };
    found.into_iter().map(submodule).collect()
}

/// The git directories of the repositories in the work tree that the index names, by path. A
/// damaged index names none here; objects do not depend on it.
fn embedded(repository: &GitRepository) -> Vec<(String, PathBuf)> {
    let Some(top) = &repository.work_tree else { return Vec::new() };
    let file = repository.index_file();
    let index = Index::open(&file, &repository.git_dir, repository.format).ok().flatten();
    let index = index.unwrap_or_default();
    let embedded = |position: usize| {
        let path = str::from_utf8(index.path(position)).ok()?;
        let folder = folder_in(top, path)?;
        Some((path.to_owned(), GitRepository::open_at(&folder).ok()?.git_dir))
    };
    let submodules = (0..index.len()).filter(|&at| index.entry(at).mode == SUBMODULE);
    submodules.filter_map(embedded).collect()
}

/// Whether a path does not lead out of the work tree, as git demands of those of submodules.
fn is_inside(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The folder of a submodule in the work tree; `None` if it does not exist, or if a link leads out of
/// the work tree.
fn folder_in(top: &Path, path: &str) -> Option<PathBuf> {
    let folder = is_inside(path).then(|| top.join(path))?;
    let is_below = fs::canonicalize(&folder).ok()?.starts_with(fs::canonicalize(top).ok()?);
    is_below.then_some(folder)
}

/// The git directories that `submodule.NAME.gitdir` names (`extensions.submodulePathConfig`). A
/// relative path starts at the top of the work tree.
fn configured(repository: &GitRepository) -> Vec<(String, PathBuf)> {
    let base = repository.hook_working_directory();
    let named = |(key, value): (String, String)| {
        let name = key.strip_prefix("submodule.")?.strip_suffix(".gitdir")?;
        let git_dir = base.join(value);
        git_dir.join(HEAD).is_file().then(|| (name.to_owned(), git_dir))
    };
    repository.settings(r"^submodule\..*\.gitdir$").into_iter().filter_map(named).collect()
}

/// The paths of submodules by name, from the work tree's `.gitmodules`. It is read by the `git`
/// executable, without the files that it includes.
fn paths(repository: &GitRepository) -> Option<BTreeMap<String, String>> {
    let top = repository.work_tree.as_deref()?;
    let file = open::of_tree(top, Path::new(".gitmodules")).ok()??;
    let git = Git::new(&GitEnvironment::from_folder(top));
    let list = ["config", "--file", "-", "--no-includes", "--null", "--list"];
    let listed = git.read_with(&list, &file).ok()?;
    let mut paths = BTreeMap::new();
    let mut add = |entry: &str| {
        let (name, path) = entry.split_once('\n')?;
        let name = name.strip_prefix("submodule.")?.strip_suffix(".path")?;
        is_inside(path).then(|| paths.insert(name.to_owned(), path.to_owned()))
    };
    for entry in listed.split(|&byte| byte == 0) {
        drop(str::from_utf8(entry).ok().and_then(&mut add));
    }
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
