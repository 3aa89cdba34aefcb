//! Objects that are read one by one, each whole.

use super::texts::visit_texts;
use super::trace::Discovered;
use crate::blob::{Blob, Provenance};
use crate::git::OdbError;
use crate::git::commit::RawCommit;
use crate::git::history::names::{NamedBy, NamedObject};
use crate::git::history::store::UnreadObjects;
use crate::git::object::ObjectKind;
use crate::git::object::tagged;
use crate::git::object_id::ObjectId;
use crate::source::{Coverage, Failure, SkippedKind, Visitor, admit};

/// What a thread accumulates from the objects that it scans.
#[derive(Default)]
pub struct ObjectAccumulator {
    pub coverage: Coverage,
    pub discovered: Discovered,
    pub trees: Vec<ObjectId>,
    pub unread: UnreadObjects,
}

impl ObjectAccumulator {
    /// Adds what another thread has accumulated.
    pub fn add(&mut self, other: ObjectAccumulator) {
        self.coverage = std::mem::take(&mut self.coverage).and(other.coverage);
        self.discovered.add(other.discovered);
        self.trees.extend(other.trees);
        self.unread.extend(other.unread);
    }

    /// Scans an object, if it could be read.
    pub fn add_object(
        &mut self,
        id: &ObjectId,
        read: Result<(ObjectKind, &[u8]), OdbError>,
        visit: &Visitor<'_>,
    ) {
        let (kind, object) = match read {
            Ok(read) => read,
            Err(OdbError::TooLarge) => {
                return self.coverage.skip(SkippedKind::Oversized, id.to_string().into());
            }
            Err(why) => return self.unread.push((*id, why.to_string())),
        };
        let provenance = Provenance::Object(id.to_string());
        match kind {
            ObjectKind::Tree => self.trees.push(*id),
            ObjectKind::Blob => {
                let coverage = admit(&Blob::whole(object, provenance), visit);
                self.coverage = std::mem::take(&mut self.coverage).and(coverage);
            }
            ObjectKind::Commit | ObjectKind::Tag => {
                self.coverage.failures.extend(self.discovered.record(kind, *id, object));
                let coverage = visit_texts(id, object, visit);
                self.coverage = std::mem::take(&mut self.coverage).and(coverage);
            }
        }
    }
}

impl Discovered {
    /// Records the objects that a commit or a tag refers to; a failure if its headers are
    /// malformed.
    pub fn record(&mut self, kind: ObjectKind, id: ObjectId, object: &[u8]) -> Option<Failure> {
        let is_recorded = match kind {
            ObjectKind::Commit => RawCommit::parse(id, object).map(|commit| {
                self.people.add(id, commit.time, object);
                self.commits.push(commit);
            }),
            ObjectKind::Tag => tagged(object).map(|named| {
                self.people.add(id, i64::MAX, object);
                self.names.push(NamedObject { by: NamedBy::Tag(id), id: named });
            }),
            ObjectKind::Tree | ObjectKind::Blob => Some(()),
        };
        let why = "its headers are malformed";
        is_recorded.is_none().then(|| Failure::of_object(kind.name(), &id, why))
    }

    pub fn add(&mut self, other: Discovered) {
        self.commits.extend(other.commits);
        self.names.extend(other.names);
        self.people.merge(other.people);
    }
}
