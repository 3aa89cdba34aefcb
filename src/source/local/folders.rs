//! The folders of a repository that contain files of this clone only.

use std::path::{Path, PathBuf};

use bstr::BString;

/// Where git keeps its files.
#[derive(Clone, Debug)]
pub struct GitFolders {
    /// The git directory: that of the linked worktree, if it is one.
    pub git_dir: PathBuf,
    /// The git directory of the main worktree, which linked worktrees share.
    pub common_dir: PathBuf,
    /// The top of the work tree; `None` if the repository is bare.
    pub work_tree: Option<PathBuf>,
}

/// The folder of Jujutsu, next to the git directory or around it.
const JJ: &str = ".jj";

impl GitFolders {
    /// The folders to be listed, each with the path under which its files are shown.
    pub(super) fn roots(&self) -> Vec<(PathBuf, BString)> {
        let common = self.common_dir.canonicalize().unwrap_or_else(|_| self.common_dir.clone());
        let git_dir = self.git_dir.canonicalize().unwrap_or_else(|_| self.git_dir.clone());
        let prefix = if self.work_tree.is_some() { ".git" } else { "" };
        let mut roots = Vec::new();
        match around(&common) {
            // The git directory of a repository that only Jujutsu works with.
            Some(jj) => roots.push((jj, JJ.into())),
            None => {
                let jj = self.work_tree.as_ref().map(|top| top.join(JJ));
                roots.extend(jj.filter(|jj| is_folder(jj)).map(|jj| (jj, JJ.into())));
            }
        }
        if !git_dir.starts_with(&common) {
            roots.push((git_dir, prefix.into()));
        }
        if roots.first().is_none_or(|(jj, _)| !common.starts_with(jj)) {
            roots.push((common, prefix.into()));
        }
        roots
    }
}

/// The `.jj` that a git directory is in.
fn around(git_dir: &Path) -> Option<PathBuf> {
    git_dir.ancestors().find(|folder| folder.ends_with(".jj/repo/store/git")).and_then(|store| {
        let jj = store.ancestors().nth(3)?;
        Some(jj.to_owned())
    })
}

/// Whether it is a folder, not a link to one.
fn is_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}
