//! jj workspaces and the git repository behind them. jj runs no hooks, whoever installed them, and
//! neither does `jj git push`.

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use crate::git::own_files;

/// A jj workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub top: PathBuf,
    /// There is a `.git` next to `.jj`: git commands work here too, and run their hooks.
    pub has_git: bool,
}

/// The workspace around a folder. A git repository within a workspace is not part of it.
pub fn workspace(folder: &Path) -> Option<Workspace> {
    let folder = fs::canonicalize(folder).ok()?;
    let has = |top: &Path, name: &str| top.join(name).symlink_metadata().is_ok();
    let top = folder.ancestors().find(|top| has(top, ".jj") || has(top, ".git"))?;
    let workspace = Workspace { top: top.to_owned(), has_git: has(top, ".git") };
    has(top, ".jj").then_some(workspace)
}

impl Workspace {
    /// The git repository behind it: `.jj/repo/store/git`, or what `git_target` names there. In a
    /// further workspace `.jj/repo` is a file that names the first one's.
    pub fn git_dir(&self) -> Option<PathBuf> {
        let repo = self.top.join(".jj/repo");
        let repo = if repo.is_file() { named(&repo)? } else { repo };
        let git_dir =
            named(&repo.join("store/git_target")).unwrap_or_else(|| repo.join("store/git"));
        git_dir.is_dir().then_some(git_dir)
    }
}

/// The path that a file contains, relative to the file's folder.
fn named(file: &Path) -> Option<PathBuf> {
    let target = own_files::read(file).ok()?;
    Some(file.parent()?.join(target.trim_ascii().to_path().ok()?))
}
