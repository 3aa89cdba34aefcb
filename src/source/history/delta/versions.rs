//! The visitor of a pack's blobs and messages: what of each is inherited, what is looked at,
//! what is handed on.

use super::judge::Judge;
use super::walk::{Base, Version, Visit};
use crate::blob::{Blob, Class, Provenance};
use crate::findings::Finding;
use crate::git::object::ObjectKind;
use crate::git::object::message;
use crate::git::object_id::ObjectId;
use crate::git::pack::{Pack, PackError};
use crate::source::history::inherit::{self, Inheritance};
use crate::source::history::store::Unread;
use crate::source::history::trace::Met;
use crate::source::{Coverage, Progress};

/// Looks at the versions of one pack.
pub struct Versions<'p> {
    pub pack: &'p Pack,
    pub judge: &'p dyn Judge,
    pub progress: &'p dyn Progress,
    /// Whether what the base holds is looked at again in each version.
    pub whole: bool,
    /// Tells the entries that count here: an object that stands in two packs is visited in
    /// both and counted once (point 7).
    pub counts: &'p (dyn Fn(u32) -> bool + Sync),
}

/// What a version hands on to those that are deltas against it.
pub struct Note {
    class: Class,
    /// Not settled, by trigger.
    findings: Vec<Finding>,
}

/// What one thread gathers.
#[derive(Default)]
pub struct Gathered {
    pub coverage: Coverage,
    /// Objects that this pack could not give, to be read from elsewhere.
    pub lost: Vec<ObjectId>,
    /// Those of them whose own entries are at fault.
    pub unread: Unread,
    pub met: Met,
    inheritance: Inheritance,
}

impl Visit for Versions<'_> {
    type Note = Note;
    type Local = Gathered;

    fn version(&self, gathered: &mut Gathered, version: Version<'_, Note>) -> Note {
        self.progress.step();
        if self.pack.forest.kind(version.entry) != Some(ObjectKind::Blob) {
            self.message(gathered, &version);
            return Note { class: Class::Binary, findings: Vec::new() };
        }
        let class = class(&version);
        let findings = match class {
            Class::Text => self.text(gathered, &version),
            Class::Utf16(_) | Class::Binary => Vec::new(),
        };
        if (self.counts)(version.entry) {
            self.count(gathered, &version, class);
            if matches!(class, Class::Utf16(_)) {
                self.judge.whole(&self.blob(&version, version.bytes));
            } else if !findings.is_empty() {
                self.judge.found(&self.blob(&version, version.bytes), findings.clone());
            }
        }
        Note { class, findings }
    }

    fn oversized(&self, gathered: &mut Gathered, entry: u32) -> Note {
        self.progress.step();
        if (self.counts)(entry) {
            gathered.coverage.oversized += 1;
        }
        Note { class: Class::Binary, findings: Vec::new() }
    }

    fn lost(&self, gathered: &mut Gathered, entry: u32, why: Option<PackError>) {
        let id = self.pack.index.id(entry);
        gathered.unread.extend(why.as_ref().map(|why| (id, why.to_string())));
        // Another reader would need the memory that this one does not take.
        if !matches!(why, Some(PackError::BaseTooLarge)) {
            gathered.lost.push(id);
        }
    }
}

impl Versions<'_> {
    /// Inherited and new findings of a text, by trigger.
    fn text(&self, gathered: &mut Gathered, version: &Version<'_, Note>) -> Vec<Finding> {
        let bytes = version.bytes;
        match &version.base {
            Some(Base { length, note, copies }) if note.class == Class::Text && !self.whole => {
                let base = inherit::Base { length: *length, findings: &note.findings, copies };
                gathered.inheritance.findings(self.judge, bytes, &base)
            }
            // Point 5: where the classes differ nothing is inherited.
            _ => {
                let mut findings =
                    self.judge.detect(bytes, std::slice::from_ref(&(0..bytes.len())));
                findings.sort_by_key(|finding| finding.trigger);
                findings
            }
        }
    }

    fn message(&self, gathered: &mut Gathered, version: &Version<'_, Note>) {
        if (self.counts)(version.entry) {
            if let Some(kind) = self.pack.forest.kind(version.entry) {
                let met = gathered.met.meet(kind, self.pack.index.id(version.entry), version.bytes);
                gathered.coverage.failures.extend(met);
            }
            let message = message(version.bytes);
            gathered.coverage.messages += 1;
            gathered.coverage.bytes += message.len() as u64;
            self.judge.whole(&self.blob(version, message));
        }
    }

    fn count(&self, gathered: &mut Gathered, version: &Version<'_, Note>, class: Class) {
        match class {
            Class::Binary => gathered.coverage.binary += 1,
            Class::Text | Class::Utf16(_) => {
                gathered.coverage.blobs += 1;
                gathered.coverage.bytes += version.bytes.len() as u64;
            }
        }
    }

    fn blob<'b>(&self, version: &Version<'_, Note>, bytes: &'b [u8]) -> Blob<'b> {
        let id = self.pack.index.id(version.entry).to_string();
        Blob::whole(bytes, Provenance::Object(id))
    }
}

/// A version's class, which its first bytes decide: where they are the base's, its is known.
fn class(version: &Version<'_, Note>) -> Class {
    if let Some(Base { note, copies: [first, ..], .. }) = &version.base
        && (first.base, first.start) == (0, 0)
        && first.length >= Class::PREFIX
    {
        return note.class;
    }
    Class::of(version.bytes)
}
