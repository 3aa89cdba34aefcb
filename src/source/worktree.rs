//! Files of a working tree.
//!
//! Hidden files are scanned, `.git` never, symbolic links are not followed. What `.gitignore`
//! names is skipped, **but a file that git tracks is scanned even where an ignore rule matches
//! it**: `git add -f .env` is the classic leak. That holds for nested repositories and submodules
//! too. Where a `.git` leads nowhere, nobody knows what is tracked, and no ignore rule applies.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use git2::Repository;
use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::open::{self, LONGEST_POLICY, OpenError};
use super::parts::visit_parts;
use super::{Class, Coverage, Failure, Progress, SkippedKind, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::foreign::foreign_path;
use crate::git::tracked::{DotGit, Tracked};
use crate::git::{Git, GitEnvironment};

/// What to do with files that an ignore rule matches and git does not track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    LeftOut,
    Scanned,
}

/// The files below some paths, each listed once; each is read when it is visited.
#[derive(Debug)]
pub struct WorkTree {
    files: Vec<ListedFile>,
    /// What the listing itself came to: entries that are no files, folders it could not read.
    listing: Coverage,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ListedFile {
    shown: BString,
    at: PathBuf,
    /// It was named, and not found in a folder.
    is_named: bool,
}

/// Why there is nothing to scan.
#[derive(Debug, thiserror::Error)]
pub enum WorkTreeError {
    #[error("there is no file or folder {}", path.display())]
    Missing { path: PathBuf },
    #[error("cannot read {}: {why}", path.display())]
    Unreadable { path: PathBuf, why: io::Error },
    #[error(
        "{} is {what}, which is not scanned; give what it delivers on standard input, with `-`",
        path.display()
    )]
    Special { path: PathBuf, what: &'static str },
}

impl WorkTree {
    /// Lists the files below `paths`, which must exist.
    pub fn list(paths: &[PathBuf], ignored: Ignored) -> Result<Self, WorkTreeError> {
        WorkTree::list_from(paths, ignored, None)
    }

    /// [`WorkTree::list`], with the folder from which files are named that no repository names.
    pub fn list_from(
        paths: &[PathBuf],
        ignored: Ignored,
        base: Option<&Path>,
    ) -> Result<Self, WorkTreeError> {
        let mut files = Vec::new();
        let mut listing = Coverage::default();
        for path in paths {
            let root = Root::of(path, base)?;
            let (found, coverage) = root.walk(ignored);
            files.extend(found);
            listing = listing.and(coverage);
        }
        // The order is of no account, but what lies below two of the paths is one file.
        if paths.len() > 1 {
            files.par_sort();
            files.dedup_by(|file, other| file.at == other.at);
        }
        Ok(WorkTree { files, listing })
    }

    /// Leaves out the files that are named; they are counted.
    #[must_use]
    pub fn leave_out(mut self, is_named: impl Fn(&BStr) -> bool + Sync) -> Self {
        self.skip(SkippedKind::Excluded, |file| is_named(file.shown.as_bstr()));
        self
    }

    /// Passes over files of more bytes; they are counted. What cannot be asked for its size is
    /// kept, and fails where it is read.
    #[must_use]
    pub fn no_larger_than(mut self, most: u64) -> Self {
        let is_larger =
            |file: &ListedFile| fs::metadata(&file.at).is_ok_and(|found| found.len() > most);
        self.skip(SkippedKind::Oversized, is_larger);
        self
    }

    fn skip(&mut self, kind: SkippedKind, is_skipped: impl Fn(&ListedFile) -> bool) {
        let (skipped, kept) = std::mem::take(&mut self.files).into_iter().partition(is_skipped);
        self.files = kept;
        let skipped: Vec<ListedFile> = skipped;
        for file in skipped {
            let coverage = Coverage::skipped(kind, file.shown);
            let coverage = if file.is_named { coverage.named() } else { coverage };
            self.listing = std::mem::take(&mut self.listing).and(coverage);
        }
    }
}

impl Source for WorkTree {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(self.files.len() as u64);
        let coverage = self
            .files
            .par_iter()
            .map_init(Vec::new, |buffer, file| {
                let coverage = file.visit(buffer, visit);
                progress.step();
                coverage
            })
            .reduce(Coverage::default, Coverage::and);
        self.listing.clone().and(coverage)
    }
}

impl ListedFile {
    fn visit(&self, buffer: &mut Vec<u8>, visit: &Visitor<'_>) -> Coverage {
        let coverage = self.read(buffer, visit).unwrap_or_else(|why| {
            Coverage::failure(Failure::new(foreign_path(self.at.display()).to_string(), why))
        });
        if self.is_named { coverage.named() } else { coverage }
    }

    /// Reads into the thread's buffer, for files of a source tree cheaper than a mapping: what
    /// is no text to its first bytes alone, a long file in parts. The length of a short one is
    /// not asked for, which costs a call.
    fn read(&self, buffer: &mut Vec<u8>, visit: &Visitor<'_>) -> Result<Coverage, OpenError> {
        let mut file = open::content(&self.at)?;
        let provenance = Provenance::WorkTree(self.shown.clone());
        if buffer.is_empty() {
            *buffer = vec![0; FIRST];
        }
        let mut length = read_some(&mut file, &mut buffer[..FIRST])?;
        if length == FIRST && Class::of(&buffer[..length]) == Class::Binary {
            return Ok(Coverage::skipped(SkippedKind::Binary, provenance.name()));
        }
        if length == FIRST && file.metadata()?.len() > LONG {
            file.rewind()?;
            return Ok(visit_parts(file, &provenance, visit)?);
        }
        loop {
            if length == buffer.len() {
                buffer.resize(2 * length, 0);
            }
            match read_some(&mut file, &mut buffer[length..])? {
                0 => return Ok(admit(&Blob::whole(&buffer[..length], provenance), visit)),
                more => length += more,
            }
        }
    }
}

/// Bytes of a file that are read before it is known to be text.
const FIRST: usize = 64 << 10;

/// Bytes from which on a file is read in parts.
const LONG: u64 = 16 << 20;

/// As many bytes as come at once; none at the file's end.
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// The top of the work tree that a path is in, symbolic links resolved.
pub fn top_of(path: &Path) -> Option<PathBuf> {
    let top = match Repository::discover(path) {
        Ok(repository) => repository.workdir()?.to_path_buf(),
        Err(error) if error.code() == git2::ErrorCode::NotFound => return None,
        Err(_) => {
            let folder = if path.is_dir() { path } else { path.parent()? };
            let git = Git::new(&GitEnvironment::of_folder(folder));
            git.ask(&["rev-parse", "--show-toplevel"]).ok()??.into()
        }
    };
    fs::canonicalize(top).ok()
}

/// One path that was asked for, and what its files are named after.
struct Root {
    /// As given, symbolic links resolved.
    path: PathBuf,
    /// Files are shown relative to this folder: the repository's root, else the
    /// folder that was given for that, else the current folder, else the path itself.
    base: PathBuf,
    is_file: bool,
}

/// How the files below a folder are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// What ignore files name is skipped.
    Respected,
    /// No ignore file is read.
    Off,
}

/// What a walk came by besides files.
#[derive(Default)]
struct Met {
    files: Vec<ListedFile>,
    coverage: Coverage,
    /// Folders with a `.git` entry.
    nested: Vec<PathBuf>,
    /// Folders whose ignore files are not to be read, with the reason.
    refused: Vec<(PathBuf, String)>,
}

impl Root {
    fn of(path: &Path, base: Option<&Path>) -> Result<Self, WorkTreeError> {
        let given = path;
        let path = fs::canonicalize(path).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => WorkTreeError::Missing { path: path.to_owned() },
            _ => WorkTreeError::Unreadable { path: path.to_owned(), why },
        })?;
        if let Some(what) = open::special(&path) {
            return Err(WorkTreeError::Special { path: given.to_owned(), what });
        }
        let root = top_of(&path).or_else(|| base.map(Path::to_owned));
        let here = std::env::current_dir().and_then(fs::canonicalize).ok();
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let base = [root, here]
            .into_iter()
            .flatten()
            .find(|base| path.starts_with(base))
            .unwrap_or_else(|| folder.to_owned());
        let is_file = path.is_file();
        Ok(Root { path, base, is_file })
    }

    /// The files below the path: those that no ignore rule names, and those that a repository
    /// tracks.
    fn walk(&self, ignored: Ignored) -> (Vec<ListedFile>, Coverage) {
        if ignored == Ignored::Scanned {
            let Met { files, coverage, .. } = self.walked(&self.path, Rules::Off);
            return (files, coverage);
        }
        let (top, dot_git) = self.enclosing();
        let (rules, note) = match (&dot_git, self.odd_ignore_file()) {
            (DotGit::Nowhere(why), _) => (Rules::Off, Some(self.unusable(&top, why))),
            (_, Some(why)) => (Rules::Off, Some(why)),
            _ => (Rules::Respected, None),
        };
        let Met { files, coverage, mut nested, refused } = self.walked(&self.path, rules);
        let mut list = Listing { files, coverage, known: HashSet::new() };
        list.coverage.notes.extend(note);
        for (folder, why) in refused {
            let met = self.walked(&folder, Rules::Off);
            list.add(met.files, met.coverage);
            list.coverage.notes.push(why);
            nested.extend(met.nested);
        }
        if !matches!(dot_git, DotGit::Absent) {
            self.add_tracked(&top, dot_git, &mut list);
        }
        nested.retain(|folder| *folder != top);
        nested.sort();
        for folder in nested {
            match DotGit::of(&folder) {
                DotGit::Nowhere(why) => {
                    let Met { files, coverage, .. } = self.walked(&folder, Rules::Off);
                    list.add(files, coverage);
                    list.coverage.notes.push(self.unusable(&folder, &why));
                }
                dot_git => self.add_tracked(&folder, dot_git, &mut list),
            }
        }
        (list.files, list.coverage)
    }

    /// The nearest folder at or above the path with a `.git` entry, and where that leads.
    fn enclosing(&self) -> (PathBuf, DotGit) {
        for folder in self.path.ancestors().filter(|folder| folder.is_dir()) {
            match DotGit::of(folder) {
                DotGit::Absent => {}
                found => return (folder.to_owned(), found),
            }
        }
        (self.path.clone(), DotGit::Absent)
    }

    fn unusable(&self, folder: &Path, why: &str) -> String {
        let shown = self.listed(folder.join(".git")).shown;
        format!("{}: {why}; no ignore rules were applied there", foreign_path(shown))
    }

    /// Why no ignore rules are applied at all: an ignore file at or above the path is not one.
    fn odd_ignore_file(&self) -> Option<String> {
        let folder = if self.is_file { self.path.parent()? } else { &self.path };
        folder.ancestors().find_map(|folder| self.refusal(folder))
    }

    /// Why a folder's ignore files are not read, if one of them is a link, a device, a FIFO or
    /// too large.
    fn refusal(&self, folder: &Path) -> Option<String> {
        let files = [".gitignore", ".git/info/exclude"].map(|name| folder.join(name));
        files.into_iter().find_map(|file| {
            let found = fs::symlink_metadata(&file).ok()?;
            let why = match (found.is_file(), found.len() > LONGEST_POLICY) {
                (true, false) => return None,
                (true, true) => "is too large to be read",
                (false, _) => "is not a regular file",
            };
            let shown = self.listed(file).shown;
            Some(format!("{} {why}; no ignore rules were applied there", foreign_path(shown)))
        })
    }

    /// Walks a folder, or a single file.
    fn walked(&self, from: &Path, rules: Rules) -> Met {
        let gathered = Mutex::new(Met::default());
        let respect = rules == Rules::Respected;
        let refused: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let seen = refused.clone();
        let is_read = move |entry: &DirEntry| {
            if entry.file_name() == ".git" && entry.depth() > 0 {
                return false;
            }
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if respect && is_folder && entry.depth() > 0 && has_odd_ignore_file(entry.path()) {
                lock(&seen).push(entry.path().to_owned());
                return false;
            }
            true
        };
        WalkBuilder::new(from)
            .hidden(false)
            .ignore(false)
            .git_ignore(respect)
            .git_exclude(respect)
            .git_global(respect)
            .parents(respect)
            .follow_links(false)
            .filter_entry(is_read)
            .threads(rayon::current_num_threads())
            .build_parallel()
            .run(|| {
                Box::new(|entry| {
                    self.gather(entry, &mut lock(&gathered));
                    WalkState::Continue
                })
            });
        let mut met = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let refused = std::mem::take(&mut *lock(&refused));
        let reason = |folder: PathBuf| {
            let why = self.refusal(&folder).unwrap_or_default();
            (folder, why)
        };
        met.refused = refused.into_iter().map(reason).collect();
        met.refused.sort();
        met
    }

    fn gather(&self, entry: Result<DirEntry, ignore::Error>, met: &mut Met) {
        match entry {
            Ok(entry) => match entry.file_type() {
                Some(kind) if kind.is_file() => met.files.push(self.listed(entry.into_path())),
                Some(kind) if kind.is_dir() => {
                    if fs::symlink_metadata(entry.path().join(".git")).is_ok() {
                        met.nested.push(entry.into_path());
                    }
                }
                _ => met.coverage.special += 1,
            },
            Err(why) => {
                let what = "the listing of files";
                met.coverage.failures.push(Failure::new(what, foreign_path(why)));
            }
        }
    }

    /// Adds what the repository with this work tree tracks below the path and the walk did not
    /// come by.
    fn add_tracked(&self, top: &Path, dot_git: DotGit, list: &mut Listing) {
        let tracked = match dot_git {
            DotGit::Absent | DotGit::Nowhere(_) => return,
            DotGit::Here(repository) => Tracked::of(&repository, top),
            DotGit::ForGit(error) => {
                Tracked::by_git(top).map_err(|why| format!("{}; {why}", error.message()))
            }
        };
        let tracked = match tracked {
            Ok(tracked) => tracked,
            Err(why) => {
                let what = foreign_path(self.listed(top.join(".git/index")).shown).to_string();
                let why = format!(
                    "cannot read which ignored files git tracks: {why}; see that `git status` \
                     works there, or use --no-ignore"
                );
                return list.coverage.failures.push(Failure::new(what, why));
            }
        };
        list.know();
        let mut folders = HashMap::new();
        for path in tracked.files {
            let Ok(at) = path.to_path().map(|path| top.join(path)) else { continue };
            if !at.starts_with(&self.path) || list.known.contains(&at) {
                continue;
            }
            match fs::symlink_metadata(&at) {
                // A link leads its folder elsewhere: what is there is not what git tracks.
                Ok(found) if found.is_file() && is_really_at(&at, &mut folders) => {
                    list.files.push(self.listed(at));
                }
                // A link, or something else than the file that is tracked.
                Ok(_) => {}
                Err(why) if is_gone(&why) => {}
                Err(why) => {
                    let what = foreign_path(self.listed(at).shown).to_string();
                    let why = format!("git tracks it, and it cannot be read: {why}");
                    list.coverage.failures.push(Failure::new(what, why));
                }
            }
        }
        // Submodules in ignored folders.
        for path in tracked.submodules {
            let Ok(at) = path.to_path().map(|path| top.join(path)) else { continue };
            let is_new = at.starts_with(&self.path) && !list.has_below(&at);
            if is_new && is_really_at(&at, &mut folders) {
                let dot_git = DotGit::of(&at);
                self.add_tracked(&at, dot_git, list);
            }
        }
    }

    /// Both paths are absolute and without links, so that bytes tell what components would.
    fn listed(&self, at: PathBuf) -> ListedFile {
        let separator = |b: &u8| std::path::is_separator(char::from(*b));
        let (whole, base) = (at.as_os_str().as_encoded_bytes(), self.base.as_os_str());
        let below = match whole.strip_prefix(base.as_encoded_bytes()) {
            Some([first, below @ ..]) if separator(first) => below,
            // The base is a root, which ends with a separator itself.
            Some(below) if !below.is_empty() && self.base.parent().is_none() => below,
            _ => whole,
        };
        ListedFile { shown: BString::from(below), at, is_named: self.is_file }
    }
}

/// Files that were found so far.
struct Listing {
    files: Vec<ListedFile>,
    coverage: Coverage,
    /// Their paths, once they are asked for.
    known: HashSet<PathBuf>,
}

impl Listing {
    fn add(&mut self, files: Vec<ListedFile>, coverage: Coverage) {
        self.know();
        let known = &self.known;
        self.files.extend(files.into_iter().filter(|file| !known.contains(&file.at)));
        self.coverage = std::mem::take(&mut self.coverage).and(coverage);
        self.know();
    }

    /// Takes note of the paths that came since.
    fn know(&mut self) {
        let new = &self.files[self.known.len().min(self.files.len())..];
        self.known.extend(new.iter().map(|file| file.at.clone()));
    }

    fn has_below(&mut self, folder: &Path) -> bool {
        self.files.iter().any(|file| file.at.starts_with(folder))
    }
}

fn has_odd_ignore_file(folder: &Path) -> bool {
    [".gitignore", ".git/info/exclude"].iter().any(|name| {
        fs::symlink_metadata(folder.join(name))
            .is_ok_and(|found| !found.is_file() || found.len() > LONGEST_POLICY)
    })
}

/// Whether no folder on the way to a path is a link. `folders` has the answers for folders.
fn is_really_at(at: &Path, folders: &mut HashMap<PathBuf, bool>) -> bool {
    let Some(folder) = at.parent() else { return false };
    if let Some(&is_real) = folders.get(folder) {
        return is_real;
    }
    let is_real = fs::canonicalize(folder).is_ok_and(|found| found == folder);
    folders.insert(folder.to_owned(), is_real);
    is_real
}

fn is_gone(why: &io::Error) -> bool {
    matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
