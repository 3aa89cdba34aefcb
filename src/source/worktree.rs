//! Files of a working tree.
//!
//! Hidden files are scanned, `.git` only if it is named, symbolic links are not followed. What `.gitignore`
//! matches is skipped, **but a file that git tracks is scanned even if an ignore rule matches it**:
//! `git add -f .env` is the classic leak. The same applies to nested repositories and submodules.

mod ignores;
mod listing;
mod pointers;
mod repository;

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;
use repository::{DotGit, Redirected};

use super::names::PathNames;
use super::open::{self, OpenError};
use super::pointer::Pointer;
use super::slices::visit_slices;
use super::{Class, Coverage, Failure, Progress, SkippedKind, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::foreign::foreign_path;
use crate::git::GitEnvironment;

/// What to do with files that an ignore rule matches and git does not track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    Skipped,
    Scanned,
}

/// The files below some paths, each listed once; each is read when it is visited.
#[derive(Debug)]
pub struct WorkTree {
    files: Vec<ListedFile>,
    /// Coverage of the listing itself: entries that are not files, unreadable folders.
    listing: Coverage,
    /// Bytes; larger files are skipped.
    largest: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ListedFile {
    shown: BString,
    path: PathBuf,
    /// It was named on the command line, not found in a folder.
    is_named: bool,
}

/// Why there is nothing to scan.
#[derive(Debug, thiserror::Error)]
pub enum WorkTreeError {
    #[error("no such file or directory: {}", path.display())]
    Missing { path: PathBuf },
    #[error("cannot read {}: {why}", path.display())]
    Unreadable { path: PathBuf, why: io::Error },
}

impl WorkTree {
    /// Lists the files below `paths`, which must exist. Their names are relative to the top of
    /// their repository, otherwise to the current folder.
    pub fn list(paths: &[PathBuf], ignored: Ignored) -> Result<Self, WorkTreeError> {
        WorkTree::list_from(None, paths, ignored)
    }

    /// The same, with a base folder for files that are not in a repository.
    pub fn list_from(
        base: Option<&Path>,
        paths: &[PathBuf],
        ignored: Ignored,
    ) -> Result<Self, WorkTreeError> {
        let mut files = Vec::new();
        let mut listing = Coverage::default();
        for path in paths {
            let root = Root::resolve(path, base)?;
            let (found, coverage) = root.list(ignored);
            files.extend(found);
            listing = listing.and(coverage);
        }
        // The order does not matter, but a file below two of the paths is listed once.
        if paths.len() > 1 {
            files.par_sort();
            files.dedup_by(|file, other| file.path == other.path);
        }
        Ok(WorkTree { files, listing, largest: u64::MAX })
    }

    /// Skips the files that are excluded; they are counted.
    #[must_use]
    pub fn exclude(mut self, is_named: impl Fn(&BStr) -> bool + Sync) -> Self {
        self.skip(SkippedKind::Excluded, |file| is_named(file.shown.as_bstr()));
        self
    }

    /// Skips larger files; they are counted. A file whose size cannot be read is kept, and fails
    /// when it is read.
    #[must_use]
    pub fn no_larger_than(mut self, most: u64) -> Self {
        let is_larger = |file: &ListedFile| {
            fs::symlink_metadata(&file.path).is_ok_and(|found| found.len() > most)
        };
        self.skip(SkippedKind::Oversized, is_larger);
        self.largest = most;
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
        let names = PathNames::default();
        let coverage = self
            .files
            .par_iter()
            .map_init(Vec::new, |buffer, file| {
                names.visit(file.shown.as_bstr(), Provenance::WorkTree, visit);
                let coverage = file.visit(buffer, visit);
                progress.step();
                coverage
            })
            .reduce(Coverage::default, Coverage::and);
        self.follow_pointers(self.listing.clone().and(coverage), visit)
    }
}

impl ListedFile {
    fn visit(&self, buffer: &mut Vec<u8>, visit: &Visitor<'_>) -> Coverage {
        let coverage = self.read(buffer, visit).unwrap_or_else(|why| {
            Coverage::failure(Failure::new(foreign_path(self.path.display()).to_string(), why))
        });
        if self.is_named { coverage.named() } else { coverage }
    }

    /// Reads into the thread's buffer, which for files of a source tree is cheaper than a memory
    /// map: only the first bytes of a binary file, and a long file in parts.
    fn read(&self, buffer: &mut Vec<u8>, visit: &Visitor<'_>) -> Result<Coverage, OpenError> {
        let provenance = Provenance::WorkTree(self.shown.clone());
        let (mut file, whole) = match open::content(&self.path) {
            Ok(opened) => opened,
            Err(why) => {
                let pointer = linked_pointer(&self.path).ok_or(why)?;
                return Ok(Coverage::pointer(pointer, provenance));
            }
        };
        if buffer.is_empty() {
            *buffer = vec![0; FIRST];
        }
        let mut length = read_some(&mut file, &mut buffer[..FIRST])?;
        if length == FIRST && Class::detect(&buffer[..length]) == Class::Binary {
            return Ok(Coverage::skipped(SkippedKind::Binary, provenance.name()));
        }
        if length == FIRST && whole > LONG {
            file.rewind()?;
            return Ok(visit_slices(file, &provenance, visit)?);
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

/// The content that a symbolic link refers to, if it is a locked file of git-annex.
fn linked_pointer(path: &Path) -> Option<Pointer> {
    let target = fs::read_link(path).ok()?;
    Pointer::detect(&<[u8]>::from_path(&target)?.replace(b"\\", b"/"))
}

/// Bytes of a file that are read before it is classified.
const FIRST: usize = 64 << 10;

/// Longer files are read in parts.
const LONG: u64 = 16 << 20;

/// Reads as many bytes as one call returns; none at the end of the file.
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// The top of the work tree that a path is in, with symbolic links resolved.
pub fn work_tree_top(path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok()?;
    let redirected = Redirected::by_process();
    if let Some(Redirected { top: None, git_dir, .. }) = &redirected
        && path.starts_with(git_dir)
    {
        return None;
    }
    let redirected = redirected.and_then(|found| found.top).filter(|top| path.starts_with(top));
    // The innermost.
    [discovered_top(&path), redirected].into_iter().flatten().max_by_key(|top| top.iter().count())
}

/// The top of the work tree that a path is in, whatever git's variables are.
fn discovered_top(path: &Path) -> Option<PathBuf> {
    if path.iter().any(|part| part == ".git") {
        let repository = GitEnvironment::from_folder(path).open().ok()?;
        return fs::canonicalize(repository.work_tree?).ok();
    }
    let is_top = |folder: &&Path| matches!(DotGit::inspect(folder), DotGit::Repository);
    path.ancestors().find(is_top).map(Path::to_owned)
}

/// A requested path, and the folder to which its files are relative.
struct Root {
    /// As given, with symbolic links resolved.
    path: PathBuf,
    /// Files are shown relative to this folder: the repository's root, otherwise the current
    /// folder, otherwise the path itself.
    base: PathBuf,
}

impl Root {
    fn resolve(path: &Path, base: Option<&Path>) -> Result<Self, WorkTreeError> {
        let path = fs::canonicalize(path).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => WorkTreeError::Missing { path: path.to_owned() },
            _ => WorkTreeError::Unreadable { path: path.to_owned(), why },
        })?;
        let root = work_tree_top(&path);
        let current = std::env::current_dir().and_then(fs::canonicalize).ok();
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let base = [root, base.map(Path::to_owned), current]
            .into_iter()
            .flatten()
            .find(|base| path.starts_with(base))
            .unwrap_or_else(|| folder.to_owned());
        Ok(Root { path, base })
    }

    /// The files at the path, or the failure if it has none.
    fn list(&self, ignored: Ignored) -> (Vec<ListedFile>, Coverage) {
        let (files, coverage) = match fs::metadata(&self.path) {
            Ok(found) if found.is_dir() => listing::list(&self.path, ignored),
            Ok(found) if found.is_file() => (vec![self.path.clone()], Coverage::default()),
            Ok(found) => {
                let why = OpenError::NotRegular(open::kind(found.file_type()));
                (Vec::new(), self.failure(why))
            }
            Err(why) => (Vec::new(), self.failure(why)),
        };
        (files.into_iter().map(|path| self.listed(path)).collect(), coverage)
    }

    fn failure(&self, why: impl std::fmt::Display) -> Coverage {
        Coverage::failure(Failure::new(foreign_path(self.path.display()).to_string(), why))
    }

    /// Both paths are absolute and without links, so comparing bytes is comparing components.
    fn listed(&self, path: PathBuf) -> ListedFile {
        let separator = |b: &u8| std::path::is_separator(char::from(*b));
        let (whole, base) = (path.as_os_str().as_encoded_bytes(), self.base.as_os_str());
        let below = match whole.strip_prefix(base.as_encoded_bytes()) {
            Some([first, below @ ..]) if separator(first) => below,
            // The base is a root, which itself ends with a separator.
            Some(below) if !below.is_empty() && self.base.parent().is_none() => below,
            _ => whole,
        };
        ListedFile { shown: BString::from(below), is_named: path == self.path, path }
    }
}
