//! What exists only in this clone: the files of the git directory beside its objects.
//!
//! No clone, fetch or push transfers them, and no commit contains them: the configuration with the
//! URLs of remotes, messages in progress, reflogs, hooks, recorded conflicts, content of Git LFS.
//! Everything in the git directory and in the common directory is read, including what git does
//! not know, except for the object databases, which the audit reads, and git's own binary files.

mod file;
mod folders;
mod kind;
mod listing;
mod reftable;

pub use file::LocalFile;
pub use folders::GitFolders;

use std::collections::{BTreeMap, BTreeSet};

use super::{Coverage, SkippedKind};
use crate::findings::LocalKind;

/// Which kinds of files are skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SkippedKinds {
    #[default]
    None,
    Some(BTreeSet<LocalKind>),
    All,
}

/// The files of one clone, each listed once; each is read when it is visited.
pub struct LocalFiles {
    files: Vec<LocalFile>,
    listing: Coverage,
}

impl LocalFiles {
    /// Lists the files, except those that are skipped.
    pub fn list(folders: &GitFolders, skipped: &SkippedKinds) -> LocalFiles {
        if *skipped == SkippedKinds::All {
            let note = "files of the git directory were not scanned (--skip-local)";
            let listing = Coverage { notes: vec![note.to_owned()], ..Coverage::default() };
            return LocalFiles { files: Vec::new(), listing };
        }
        let (files, mut listing) = listing::list(folders);
        let is_skipped = |file: &LocalFile| match skipped {
            SkippedKinds::Some(kinds) => kinds.contains(&file.kind),
            _ => false,
        };
        let (skipped, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_skipped);
        let mut counts: BTreeMap<LocalKind, usize> = BTreeMap::new();
        for file in skipped {
            *counts.entry(file.kind).or_default() += 1;
            listing.skip(SkippedKind::Excluded, file.shown);
        }
        let counts: Vec<String> =
            counts.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
        if !counts.is_empty() {
            let kinds = counts.join(", ");
            let note = format!("files of the git directory that were not scanned: {kinds}");
            listing.notes.push(format!("{note}; --skip-local skips them"));
        }
        LocalFiles { files, listing }
    }

    /// Leaves out content of Git LFS and git-annex that pointer files led to: these ids and keys.
    #[must_use]
    pub fn without_pointed(mut self, followed: &BTreeSet<String>) -> LocalFiles {
        self.files.retain(|file| !file.is_content_of(followed));
        self
    }

    pub fn files(&self) -> &[LocalFile] {
        &self.files
    }

    /// The coverage of the listing itself: skipped files, unreadable folders, links.
    pub fn listing(&self) -> &Coverage {
        &self.listing
    }
}
