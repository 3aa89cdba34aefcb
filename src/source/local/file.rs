//! Reads one file of the git directory.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;

use bstr::{BString, ByteSlice};

use super::reftable;
use crate::blob::{Blob, Provenance};
use crate::findings::LocalKind;
use crate::foreign::foreign_path;
use crate::source::open::{self, OpenError};
use crate::source::slices::visit_slices;
use crate::source::{Class, Coverage, Failure, SkippedKind, Visitor, admit};

/// A file of the git directory.
#[derive(Debug)]
pub struct LocalFile {
    pub(super) path: PathBuf,
    /// Its path below the work tree, or below the git directory if that is bare.
    pub shown: BString,
    pub kind: LocalKind,
}

/// Bytes that are read before a file is classified.
const HEAD: u64 = 64 << 10;

/// Longer files are read in parts.
const LONG: u64 = 16 << 20;

/// How git's own binary files begin (gitformat-index(5), gitformat-pack(5),
/// gitformat-commit-graph(5)): they contain ids and names, and no text of their own.
const GIT_FORMATS: [&[u8]; 7] = [b"DIRC", b"\xfftOc", b"RIDX", b"BITM", b"MIDX", b"CGPH", b"MTME"];

/// How packs and bundles begin (gitformat-pack(5), gitformat-bundle(5)).
const PACKS: [&[u8]; 3] = [b"PACK", b"# v2 git bundle", b"# v3 git bundle"];

/// How a swap file of Vim begins.
const VIM_SWAP: &[u8] = b"b0VIM";

impl LocalFile {
    /// Whether it is the content of one of these Git LFS ids or git-annex keys.
    pub(super) fn is_content_of(&self, names: &BTreeSet<String>) -> bool {
        let is_stored = matches!(self.kind, LocalKind::Lfs | LocalKind::Annex)
            && self.shown.contains_str("/objects/");
        let name = self.path.file_name().and_then(|name| name.to_str());
        is_stored && name.is_some_and(|name| names.contains(name))
    }

    /// Passes the file to `visit` if it is text of at most `largest` bytes. A file that git has
    /// removed since it was listed is not an error.
    pub fn visit(&self, largest: u64, visit: &Visitor<'_>) -> Coverage {
        let read = self.read(largest, visit);
        let coverage = read.unwrap_or_else(|why| match why {
            OpenError::Io(why) if why.kind() == io::ErrorKind::NotFound => Coverage::default(),
            why => Coverage::failure(Failure::new(self.shown.to_str_lossy(), why)),
        });
        of_local_file(coverage)
    }

    fn read(&self, largest: u64, visit: &Visitor<'_>) -> Result<Coverage, OpenError> {
        let (mut file, length) = open::content(&self.path)?;
        if length > largest {
            return Ok(Coverage::skipped(SkippedKind::Oversized, self.shown.clone()));
        }
        let provenance = Provenance::WorkTree(self.shown.clone());
        let mut bytes = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
        if Class::detect(&bytes) == Class::Binary {
            let is_short = length <= LONG || bytes.starts_with(reftable::MAGIC);
            return match is_short && self.is_text_within(&bytes) {
                true => self.read_text_within(file, bytes, visit),
                false => Ok(self.binary(&bytes)),
            };
        }
        if length > LONG {
            file.rewind()?;
            return Ok(visit_slices(file, &provenance, visit)?);
        }
        file.read_to_end(&mut bytes)?;
        Ok(admit(&Blob::whole(&bytes, provenance), visit))
    }

    /// Whether it is binary and contains lines of text: the copies of editors, the command lines
    /// that Jujutsu records, and reflogs in a reftable.
    fn is_text_within(&self, head: &[u8]) -> bool {
        let is_operation = self.kind == LocalKind::Jj && self.shown.contains_str("/op_store/");
        is_operation || head.starts_with(VIM_SWAP) || head.starts_with(reftable::MAGIC)
    }

    fn read_text_within(
        &self,
        mut file: File,
        mut bytes: Vec<u8>,
        visit: &Visitor<'_>,
    ) -> Result<Coverage, OpenError> {
        file.read_to_end(&mut bytes)?;
        if bytes.starts_with(reftable::MAGIC) {
            let why = "its reflogs are damaged, or have more than 256 MB";
            bytes = reftable::log_text(&bytes).ok_or_else(|| io::Error::other(why))?;
        }
        bytes.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'\n');
        visit(&Blob::whole(&bytes, Provenance::WorkTree(self.shown.clone())));
        Ok(Coverage::text(bytes.len()))
    }

    fn binary(&self, head: &[u8]) -> Coverage {
        if GIT_FORMATS.iter().any(|start| head.starts_with(start)) {
            return Coverage::default();
        }
        let mut coverage = Coverage::skipped(SkippedKind::Binary, self.shown.clone());
        if PACKS.iter().any(|start| head.starts_with(start)) {
            let name = foreign_path(&self.shown);
            coverage.notes.push(format!(
                "{name} contains objects and is not part of the object database; scan it with \
                 `keysieve audit FILE`"
            ));
        }
        coverage
    }
}

/// The coverage of a file of the git directory, which is counted apart. What looks like a pointer
/// file there is a copy of one: the objects count it.
fn of_local_file(mut coverage: Coverage) -> Coverage {
    coverage.skipped.retain(|skipped| skipped.kind != SkippedKind::Pointer);
    coverage.local = std::mem::take(&mut coverage.blobs);
    (coverage.bytes, coverage.pointers) = (0, 0);
    coverage
}
