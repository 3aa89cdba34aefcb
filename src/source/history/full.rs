//! The full reader: each blob and each message whole, once.
//!
//! Slow and plain, and it verifies every object's hash: it is what faster readers are
//! measured against. Trees are read too, for that sake alone: what calls itself a tree may be
//! a damaged blob.

use std::sync::{Mutex, MutexGuard};

use git2::{ObjectType, Odb, Oid};
use rayon::prelude::*;

use super::objects::CHUNK;
use super::{History, Trace, lock, unreadable};
use crate::blob::{Blob, Class, Provenance};
use crate::source::{Coverage, Failure, Progress, Source, Visitor};

/// Hands out the blobs of a history, and the messages of its commits and annotated tags.
pub struct FullReader<'h> {
    history: &'h History,
    /// Larger objects are passed over.
    largest: u64,
    /// Commits that were read.
    commits: Mutex<Vec<Oid>>,
}

impl<'h> FullReader<'h> {
    pub fn new(history: &'h History, largest: u64) -> Self {
        FullReader { history, largest, commits: Mutex::default() }
    }

    /// Visits these objects.
    pub(super) fn read(
        &self,
        ids: &[Oid],
        visit: &Visitor<'_>,
        progress: &dyn Progress,
    ) -> Coverage {
        ids.par_chunks(CHUNK)
            .map(|ids| self.chunk(ids, visit, progress))
            .reduce(Coverage::default, Coverage::and)
    }

    /// Commits that were read.
    pub(super) fn commits(&self) -> MutexGuard<'_, Vec<Oid>> {
        lock(&self.commits)
    }

    /// Follows wanted objects, given by their ids in hexadecimal, through all commits that
    /// were read, whether a ref reaches them or not.
    pub fn trace(&self, wanted: &[String]) -> Trace<'h> {
        self.history.trace(wanted, &self.commits())
    }

    /// Visits one object; its type, if it could be read.
    fn look(
        &self,
        odb: &Odb<'_>,
        id: Oid,
        visit: &Visitor<'_>,
        coverage: &mut Coverage,
    ) -> Option<ObjectType> {
        let object = match odb.read(id) {
            Ok(object) => object,
            Err(why) => {
                coverage.failures.push(unreadable("object", id, &why));
                return None;
            }
        };
        let is_scanned = object.kind() != ObjectType::Tree;
        if is_scanned && object.len() as u64 > self.largest {
            coverage.oversized += 1;
            return Some(object.kind());
        }
        let bytes = match object.kind() {
            ObjectType::Blob => object.data(),
            ObjectType::Commit | ObjectType::Tag => message(object.data()),
            other => return Some(other),
        };
        match (object.kind(), Class::of(bytes)) {
            (ObjectType::Blob, Class::Binary) => {
                coverage.binary += 1;
                return Some(ObjectType::Blob);
            }
            (ObjectType::Blob, Class::Text | Class::Utf16(_)) => coverage.blobs += 1,
            // git shows a message up to its first NUL; what follows is there to be read too.
            _ => coverage.messages += 1,
        }
        coverage.bytes += bytes.len() as u64;
        visit(&Blob::whole(bytes, Provenance::Object(id.to_string())));
        Some(object.kind())
    }

    /// Neighbours in storage, read on one handle.
    fn chunk(&self, ids: &[Oid], visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let (mut coverage, mut commits) = (Coverage::default(), Vec::new());
        let read = self.history.handles.with(|repository| {
            let odb = repository.odb()?;
            for &id in ids {
                if self.look(&odb, id, visit, &mut coverage) == Some(ObjectType::Commit) {
                    commits.push(id);
                }
                progress.step();
            }
            Ok(())
        });
        if let Err(why) = read {
            let what = format!("{} objects from {} on", ids.len(), ids[0]);
            coverage.failures.push(Failure::new(what, why.message()));
        }
        self.commits().append(&mut commits);
        coverage
    }
}

impl Source for FullReader<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let (ids, unlisted) = self.history.ids();
        progress.begin(ids.len() as u64);
        let listed = Coverage { failures: unlisted.into_iter().collect(), ..Coverage::default() };
        self.history.lacks.clone().and(listed).and(self.read(&ids, visit, progress))
    }
}

/// The message of a commit or a tag: what follows the first empty line. The headers before
/// it hold ids, names and signatures.
pub(super) fn message(object: &[u8]) -> &[u8] {
    memchr::memmem::find(object, b"\n\n").map_or(&[], |end| &object[end + 2..])
}
