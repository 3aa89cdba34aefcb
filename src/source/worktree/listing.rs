//! Lists the files below a folder: those that no ignore rule matches, and those that a repository
//! tracks.
//!
//! Each repository is asked for what *it* tracks: the one around the folder, those nested in it,
//! and its submodules. If that cannot be determined, no ignore rule hides a file.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bstr::{BStr, ByteSlice};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::Ignored;
use super::ignores::unusable_ignore_file;
use super::linked_pointer;
use super::repository::{DotGit, Redirected, TrackedKind, tracked};
use crate::foreign::foreign_path;
use crate::source::{Coverage, Failure};

/// Lists the files, each as an absolute path without links, and what the listing itself covers.
pub fn list(root: &Path, ignored: Ignored) -> (Vec<PathBuf>, Coverage) {
    let mut listing = FileListing::new(root);
    match ignored {
        Ignored::Scanned => {
            listing.walk(&Walk { folder: root.to_owned(), rules: IgnoreRules::All })
        }
        Ignored::Skipped => listing.with_rules(),
    }
    let ListingState { coverage, .. } = listing.found.take();
    (listing.files, coverage)
}

struct FileListing<'r> {
    root: &'r Path,
    /// The top of the repository that the root is in; otherwise the root.
    top: &'r Path,
    files: Vec<PathBuf>,
    found: SharedState,
}

/// What the walks have found.
#[derive(Default)]
struct ListingState {
    coverage: Coverage,
    walks: Vec<Walk>,
    /// Tops of repositories that are still to be asked.
    repositories: Vec<PathBuf>,
    /// Folders with a `.git`.
    tops: HashSet<PathBuf>,
}

#[derive(Clone, Default)]
struct SharedState(Arc<Mutex<ListingState>>);

/// A folder to be walked.
struct Walk {
    folder: PathBuf,
    rules: IgnoreRules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IgnoreRules {
    /// Ignore rules hide files.
    Ignore,
    /// No rule applies here, but those of a nested repository apply there.
    None,
    /// No rule applies, here and below: the user asks for everything.
    All,
}

impl SharedState {
    fn with<T>(&self, work: impl FnOnce(&mut ListingState) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> ListingState {
        self.with(std::mem::take)
    }

    /// `what` is the name of a file in the folder, with the problem.
    fn note(&self, folder: &Path, what: &str) {
        let folder = folder.display().to_string();
        let folder = foreign_path(folder.trim_end_matches('/'));
        let note = format!("{folder}/{what}; no ignore rules were applied there");
        self.with(|found| found.coverage.notes.push(note));
    }

    /// Whether a walk enters a folder, under the same rules; if not, another walk will.
    fn enters(&self, folder: &Path, top: &Path, rules: IgnoreRules) -> bool {
        if rules == IgnoreRules::All {
            return true;
        }
        let rules_there = self.rules_in(folder, top, rules);
        if rules_there != rules {
            self.with(|found| {
                found.walks.push(Walk { folder: folder.to_owned(), rules: rules_there })
            });
        }
        rules_there == rules
    }

    /// The rules of a folder that is reached under `rules`. Records repositories.
    fn rules_in(&self, folder: &Path, top: &Path, rules: IgnoreRules) -> IgnoreRules {
        let dot_git = DotGit::inspect(folder);
        let mut applied = match &dot_git {
            DotGit::Absent => rules,
            DotGit::Repository => IgnoreRules::Ignore,
            DotGit::Unusable(why) => {
                self.note(folder, &format!(".git: {why}"));
                IgnoreRules::None
            }
        };
        if applied == IgnoreRules::Ignore {
            if let Some(what) = unusable_ignore_file(folder, top) {
                self.note(folder, &what);
                applied = IgnoreRules::None;
            }
            // A walk that begins here also reads the ignore files of the folders around it.
            let mut around = folder.ancestors().skip(1);
            if rules != IgnoreRules::Ignore
                && around.any(|folder| unusable_ignore_file(folder, top).is_some())
            {
                applied = IgnoreRules::None;
            }
        }
        self.with(|found| {
            if !matches!(dot_git, DotGit::Absent) {
                found.tops.insert(folder.to_owned());
            }
            if matches!(dot_git, DotGit::Repository) {
                found.repositories.push(folder.to_owned());
            }
        });
        applied
    }

    /// A submodule in a folder that no walk enters.
    fn submodule(&self, folder: &Path, top: &Path) {
        if self.with(|found| found.tops.contains(folder))
            || fs::symlink_metadata(folder.join(".git")).is_err()
        {
            return;
        }
        let rules = self.rules_in(folder, top, IgnoreRules::None);
        self.with(|found| found.walks.push(Walk { folder: folder.to_owned(), rules }));
    }
}

impl<'r> FileListing<'r> {
    fn new(root: &'r Path) -> Self {
        FileListing { root, top: root, files: Vec::new(), found: SharedState::default() }
    }

    fn with_rules(&mut self) {
        let rules = self.rules_around();
        self.found.with(|found| found.walks.push(Walk { folder: self.root.to_owned(), rules }));
        loop {
            let (walks, repositories) = self.found.with(|found| {
                (std::mem::take(&mut found.walks), std::mem::take(&mut found.repositories))
            });
            if walks.is_empty() && repositories.is_empty() {
                return;
            }
            walks.iter().for_each(|walk| self.walk(walk));
            // A nested repository may be found before everything around it.
            if self.found.with(|found| !found.walks.is_empty()) {
                self.found.with(|found| found.repositories.extend(repositories));
                continue;
            }
            let more = self.tracked_but_ignored(&repositories);
            self.files.extend(more);
        }
    }

    /// The rules at the root. Records the repository that it is in.
    fn rules_around(&mut self) -> IgnoreRules {
        let mut rules = IgnoreRules::Ignore;
        for folder in self.root.ancestors() {
            match DotGit::inspect(folder) {
                DotGit::Absent => {}
                DotGit::Repository => {
                    self.top = folder;
                    self.found.with(|found| {
                        found.tops.insert(folder.to_owned());
                        found.repositories.push(folder.to_owned());
                    });
                    break;
                }
                DotGit::Unusable(why) => {
                    self.found.note(folder, &format!(".git: {why}"));
                    rules = IgnoreRules::None;
                }
            }
        }
        // Git's variables may lead to another work tree or another index.
        if let Some(top) = Redirected::by_process().and_then(|found| found.top)
            && (self.root.starts_with(&top) || top.starts_with(self.root))
        {
            self.found.with(|found| {
                if found.tops.insert(top.clone()) {
                    found.repositories.push(top);
                }
            });
        }
        // A walk reads the ignore files of all folders around it.
        for folder in self.root.ancestors() {
            let top = if folder.starts_with(self.top) { self.top } else { folder };
            if let Some(what) = unusable_ignore_file(folder, top) {
                self.found.note(folder, &what);
                rules = IgnoreRules::None;
            }
        }
        rules
    }

    fn walk(&mut self, walk: &Walk) {
        let respect = walk.rules == IgnoreRules::Ignore;
        let (found, rules, top) = (self.found.clone(), walk.rules, self.top.to_owned());
        let files = Mutex::new(Vec::new());
        WalkBuilder::new(&walk.folder)
            .hidden(false)
            .ignore(false)
            .git_ignore(respect)
            .git_exclude(respect)
            .git_global(respect)
            .parents(respect)
            .follow_links(false)
            .filter_entry(move |entry| {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                entry.file_name() != ".git"
                    && (!is_folder || found.enters(entry.path(), &top, rules))
            })
            .threads(rayon::current_num_threads())
            .build_parallel()
            .run(|| {
                Box::new(|entry| {
                    self.add_entry(entry, &files);
                    WalkState::Continue
                })
            });
        self.files.extend(files.into_inner().unwrap_or_else(PoisonError::into_inner));
    }

    fn add_entry(&self, entry: Result<DirEntry, ignore::Error>, files: &Mutex<Vec<PathBuf>>) {
        match entry {
            Ok(entry) => match entry.file_type() {
                Some(kind) if kind.is_file() => {
                    let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
                    files.push(entry.into_path());
                }
                Some(kind) if kind.is_dir() => {}
                // A locked file of git-annex.
                Some(kind) if kind.is_symlink() && linked_pointer(entry.path()).is_some() => {
                    let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
                    files.push(entry.into_path());
                }
                _ => self.found.with(|found| found.coverage.special += 1),
            },
            Err(why) => self.fail(Failure::new("file listing", foreign_path(why))),
        }
    }

    fn fail(&self, failure: Failure) {
        self.found.with(|found| found.coverage.failures.push(failure));
    }

    /// Files that these repositories track and that no walk has found. Submodules in ignored
    /// folders are to be walked next.
    fn tracked_but_ignored(&self, repositories: &[PathBuf]) -> Vec<PathBuf> {
        let walked: HashSet<&Path> = self.files.iter().map(PathBuf::as_path).collect();
        let mut files = Vec::new();
        for top in repositories {
            let tracked = match tracked(top) {
                Ok(tracked) => tracked,
                Err(failure) => {
                    self.fail(failure);
                    continue;
                }
            };
            let mut folders = TrackedFolders { top, known: HashMap::new() };
            for entry in tracked {
                let Some(path) = below(top, entry.path.as_bstr()) else { continue };
                if !path.starts_with(self.root) || walked.contains(path.as_path()) {
                    continue;
                }
                match (entry.kind, folders.found(&path)) {
                    (TrackedKind::SymbolicLink, _) | (_, Ok(None)) => {}
                    (TrackedKind::File, Ok(Some(found))) if found.is_file() => files.push(path),
                    (TrackedKind::Submodule, Ok(Some(found))) if found.is_dir() => {
                        self.found.submodule(&path, self.top);
                    }
                    // It has been replaced by something else.
                    (_, Ok(Some(_))) => {}
                    (_, Err(why)) => {
                        self.fail(Failure::new(foreign_path(path.display()).to_string(), why))
                    }
                }
            }
        }
        files
    }
}

/// The location of a tracked path; `None` if it is outside the work tree, which git refuses.
fn below(top: &Path, path: &BStr) -> Option<PathBuf> {
    let path = path.to_path().ok()?;
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| top.join(path))
}

/// The folders of a repository, each asked once.
struct TrackedFolders<'t> {
    top: &'t Path,
    known: HashMap<PathBuf, bool>,
}

impl TrackedFolders<'_> {
    /// What exists at a path; `None` if nothing, or if it is below a symbolic link: then it is not
    /// the tracked file.
    fn found(&mut self, path: &Path) -> io::Result<Option<Metadata>> {
        let is_plain = path.parent().map_or(Ok(true), |folder| self.is_plain(folder));
        if is_plain? { found(path) } else { Ok(None) }
    }

    fn is_plain(&mut self, folder: &Path) -> io::Result<bool> {
        let Some(parent) = folder.parent().filter(|_| folder != self.top) else { return Ok(true) };
        if let Some(known) = self.known.get(folder) {
            return Ok(*known);
        }
        let is_plain = self.is_plain(parent)? && found(folder)?.is_some_and(|found| found.is_dir());
        self.known.insert(folder.to_owned(), is_plain);
        Ok(is_plain)
    }
}

fn found(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(why)
            if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(why) => Err(why),
    }
}
