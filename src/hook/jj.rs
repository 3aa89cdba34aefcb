//! jj repositories. jj runs no hooks, whoever installed them, and neither does `jj git push`.

use std::path::{Path, PathBuf};

/// A jj workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub top: PathBuf,
    /// There is a `.git` next to `.jj`: git commands work here too, and run their hooks.
    pub has_git: bool,
}

/// The workspace around a folder. A git repository within a workspace is not part of it.
pub fn workspace(folder: &Path) -> Option<Workspace> {
    let is_top = |folder: &&Path| folder.join(".jj").exists() || folder.join(".git").exists();
    let top = folder.ancestors().find(is_top)?;
    let workspace = Workspace { top: top.to_owned(), has_git: top.join(".git").exists() };
    top.join(".jj").exists().then_some(workspace)
}
