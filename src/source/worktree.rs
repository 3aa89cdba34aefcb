//! Files of a working tree.
//!
//! Hidden files are scanned, `.git` never, symbolic links are not followed. What `.gitignore`
//! names is left out, **but a file that git tracks is scanned even where an ignore rule
//! matches it**: `git add -f .env` is the classic leak.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bstr::{BStr, BString, ByteSlice, ByteVec};
use git2::Repository;
use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::parts::visit_parts;
use super::{Class, Coverage, Failure, Progress, SkippedKind, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::git::Git;
use crate::git::GitEnvironment;

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
}

/// Why there is nothing to scan.
#[derive(Debug, thiserror::Error)]
pub enum WorkTreeError {
    #[error("there is no file or folder {}", path.display())]
    Missing { path: PathBuf },
    #[error("cannot look at {}: {why}", path.display())]
    Unreadable { path: PathBuf, why: io::Error },
}

impl WorkTree {
    /// Lists the files below `paths`, which must exist.
    pub fn list(paths: &[PathBuf], ignored: Ignored) -> Result<Self, WorkTreeError> {
        let mut files = Vec::new();
        let mut listing = Coverage::default();
        for path in paths {
            let root = Root::of(path)?;
            let (found, coverage) = root.walk(ignored);
            files.extend(found);
            listing = listing.and(coverage);
        }
        // The order is of no account, but what lies below two of the paths is one file.
        if paths.len() > 1 {
            files.par_sort();
            files.dedup();
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
        skipped.into_iter().for_each(|file| self.listing.skip(kind, file.shown));
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
        self.read(buffer, visit).unwrap_or_else(|why| {
            Coverage::failure(Failure::new(self.at.display().to_string(), why))
        })
    }

    /// Reads into the thread's buffer, for files of a source tree cheaper than a mapping: what
    /// is no text to its first bytes alone, a long file in parts. The length of a short one is
    /// not asked for, which costs a call.
    fn read(&self, buffer: &mut Vec<u8>, visit: &Visitor<'_>) -> io::Result<Coverage> {
        let mut file = File::open(&self.at)?;
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
            return visit_parts(file, &provenance, visit);
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
    /// Files are shown relative to this folder: the repository's root, else the current
    /// folder, else the path itself.
    base: PathBuf,
}

impl Root {
    fn of(path: &Path) -> Result<Self, WorkTreeError> {
        let path = fs::canonicalize(path).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => WorkTreeError::Missing { path: path.to_owned() },
            _ => WorkTreeError::Unreadable { path: path.to_owned(), why },
        })?;
        let root = top_of(&path);
        let here = std::env::current_dir().and_then(fs::canonicalize).ok();
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let base = [root, here]
            .into_iter()
            .flatten()
            .find(|base| path.starts_with(base))
            .unwrap_or_else(|| folder.to_owned());
        Ok(Root { path, base })
    }

    fn walk(&self, ignored: Ignored) -> (Vec<ListedFile>, Coverage) {
        let gathered = Mutex::new((Vec::new(), Coverage::default()));
        let respect = ignored == Ignored::LeftOut;
        WalkBuilder::new(&self.path)
            .hidden(false)
            .ignore(false)
            .git_ignore(respect)
            .git_exclude(respect)
            .git_global(respect)
            .parents(respect)
            .follow_links(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .threads(rayon::current_num_threads())
            .build_parallel()
            .run(|| {
                Box::new(|entry| {
                    let mut gathered = gathered.lock().unwrap_or_else(|held| held.into_inner());
                    self.gather(entry, &mut gathered);
                    WalkState::Continue
                })
            });
        let (mut files, mut coverage) =
            gathered.into_inner().unwrap_or_else(|held| held.into_inner());
        if respect {
            match self.tracked_but_ignored(&files) {
                Ok(tracked) => files.extend(tracked),
                Err(why) => coverage.failures.push(why),
            }
        }
        (files, coverage)
    }

    fn gather(
        &self,
        entry: Result<DirEntry, ignore::Error>,
        (files, coverage): &mut (Vec<ListedFile>, Coverage),
    ) {
        match entry {
            Ok(entry) => match entry.file_type() {
                Some(kind) if kind.is_file() => files.push(self.listed(entry.into_path())),
                Some(kind) if kind.is_dir() => {}
                _ => coverage.special += 1,
            },
            Err(why) => coverage.failures.push(Failure::new("the listing of files", why)),
        }
    }

    /// Files of the index below the path that the walk did not come by.
    fn tracked_but_ignored(&self, walked: &[ListedFile]) -> Result<Vec<ListedFile>, Failure> {
        let repository = match Repository::discover(&self.path) {
            Ok(repository) => repository,
            Err(why) if why.code() == git2::ErrorCode::NotFound => return Ok(Vec::new()),
            Err(why) => {
                let what = format!("the git repository round {}", self.path.display());
                let why = format!("{why}; see that `git status` works there, or use --no-ignore");
                return Err(Failure::new(what, why));
            }
        };
        let Some(root) = repository.workdir() else { return Ok(Vec::new()) };
        let index = repository.index().map_err(|why| {
            let what = repository.path().join("index").display().to_string();
            Failure::new(what, format!("cannot tell which ignored files git tracks: {why}"))
        })?;
        let walked: HashSet<&Path> = walked.iter().map(|file| file.at.as_path()).collect();
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let tracked = index
            .iter()
            .filter_map(|entry| entry.path.into_path_buf().ok())
            .map(|path| root.join(path))
            .filter(|at| at.starts_with(&self.path) && !walked.contains(at.as_path()))
            // Gone from the working tree, or a symbolic link: nothing to read here.
            .filter(|at| fs::symlink_metadata(at).is_ok_and(|found| found.is_file()));
        Ok(tracked.map(|at| self.listed(at)).collect())
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
        ListedFile { shown: BString::from(below), at }
    }
}
