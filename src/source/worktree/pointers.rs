//! Pointer files of a work tree: each is followed in the repository that it is in.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use bstr::BString;

use super::WorkTree;
use crate::blob::Provenance;
use crate::git::GitEnvironment;
use crate::source::pointer::{ContentStorage, FetchScope, Pointer};
use crate::source::{Coverage, Visitor};

impl WorkTree {
    /// Scans the contents that pointer files refer to, which git did not check out.
    pub(super) fn follow_pointers(&self, mut read: Coverage, visit: &Visitor<'_>) -> Coverage {
        if read.pointed.is_empty() {
            return read;
        }
        let files = self.files.iter().map(|file| (&file.shown, file.path.as_path()));
        let files: HashMap<&BString, &Path> = files.collect();
        let (mut git_dirs, mut by_repository) = (HashMap::new(), BTreeMap::new());
        for (pointer, provenance) in std::mem::take(&mut read.pointed) {
            let folder = files.get(&provenance.name()).and_then(|path| path.parent());
            let git_dir = folder.and_then(|folder| {
                git_dirs.entry(folder).or_insert_with(|| common_dir(folder)).clone()
            });
            let pointers: &mut Vec<(Pointer, Provenance)> =
                by_repository.entry(git_dir).or_default();
            pointers.push((pointer, provenance));
        }
        let mut left = Vec::new();
        for (git_dir, pointers) in by_repository {
            read.pointed = pointers;
            if let Some(git_dir) = git_dir {
                let contents = ContentStorage::of(&GitEnvironment::from_git_dir(&git_dir));
                read = contents.follow(read, self.largest, visit);
            }
            left.append(&mut read.pointed);
        }
        read.pointed = left;
        read.note_pointers(FetchScope::Current)
    }
}

/// The git directory, shared by linked work trees, of the repository around a folder, otherwise
/// that of this process.
fn common_dir(folder: &Path) -> Option<PathBuf> {
    let of = |environment: GitEnvironment| Some(environment.open().ok()?.common_dir);
    of(GitEnvironment::from_folder(folder)).or_else(|| {
        let process = GitEnvironment::from_process(Path::new("."));
        process.git_dir.is_some().then(|| of(process)).flatten()
    })
}
