//! Objects that are read one by one, each whole.

use super::connectivity::Named;
use super::store::Unread;
use super::trace::Met;
use super::unusable;
use crate::blob::{Blob, Provenance};
use crate::git::OdbError;
use crate::git::commit::RawCommit;
use crate::git::object::ObjectKind;
use crate::git::object::message;
use crate::git::object::tagged;
use crate::git::object_id::ObjectId;
use crate::source::{Coverage, SkippedKind, Visitor, admit};

/// What a thread gathers from the objects that it looks at.
#[derive(Default)]
pub struct Gathered {
    pub coverage: Coverage,
    pub met: Met,
    pub trees: Vec<ObjectId>,
    pub unread: Unread,
}

impl Gathered {
    /// Takes all that another has gathered.
    pub fn add(&mut self, other: Gathered) {
        self.coverage = std::mem::take(&mut self.coverage).and(other.coverage);
        self.met.add(other.met);
        self.trees.extend(other.trees);
        self.unread.extend(other.unread);
    }

    /// Looks at an object, as far as it could be read.
    pub fn look(
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
            // git shows a message up to its first NUL; what follows is there to be read too.
            ObjectKind::Commit | ObjectKind::Tag => {
                self.coverage.failures.extend(self.met.meet(kind, *id, object));
                let bytes = message(object);
                self.coverage.messages += 1;
                self.coverage.bytes += bytes.len() as u64;
                visit(&Blob::whole(bytes, provenance));
            }
        }
    }
}

impl Met {
    /// Notes what a commit or a tag names; a failure where that cannot be told.
    pub fn meet(
        &mut self,
        kind: ObjectKind,
        id: ObjectId,
        object: &[u8],
    ) -> Option<crate::source::Failure> {
        let is_met = match kind {
            ObjectKind::Commit => {
                RawCommit::parse(id, object).map(|commit| self.commits.push(commit))
            }
            ObjectKind::Tag => tagged(object)
                .map(|named| self.names.push(Named { by: format!("tag {id}"), id: named })),
            ObjectKind::Tree | ObjectKind::Blob => Some(()),
        };
        let why = "its headers do not say what it is of";
        is_met.is_none().then(|| unusable(kind.name(), &id, why))
    }

    pub fn add(&mut self, other: Met) {
        self.commits.extend(other.commits);
        self.names.extend(other.names);
    }
}
