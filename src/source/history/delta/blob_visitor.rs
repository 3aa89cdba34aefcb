//! The visitor of a pack's blobs and messages: what each inherits, what is scanned, and what is
//! passed on.

use super::detector::Detector;
use super::walk::{PackVisitor, Version, VersionBase};
use crate::blob::{Blob, Provenance, TextEncoding};
use crate::engine::Detected;
use crate::git::history::store::UnreadObjects;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::pack::{Pack, PackError};
use crate::source::history::inherit::{self, Inheritance};
use crate::source::history::trace::Discovered;
use crate::source::history::visit_texts;
use crate::source::pointer::Pointer;
use crate::source::{Class, Coverage, Progress, SkippedKind, slices};

/// The class of text that is scanned as it is and that deltas inherit.
const TEXT: Class = Class::Text(TextEncoding::Utf8);

/// Scans the versions of one pack.
pub struct BlobVisitor<'p> {
    pub pack: &'p Pack,
    pub detector: &'p dyn Detector,
    pub progress: &'p dyn Progress,
    /// Whether every version is scanned whole, including what its base contains.
    pub scan_whole: bool,
    /// Whether an entry is the primary copy of its object: an object in two packs is visited in
    /// both and counted once (point 7).
    pub is_primary: &'p (dyn Fn(u32) -> bool + Sync),
}

/// What a version passes on to the deltas against it.
pub struct Note {
    class: Class,
    /// Before overlaps are settled, by trigger.
    detected: Detected,
}

/// What one thread accumulates.
#[derive(Default)]
pub struct BlobAccumulator {
    pub coverage: Coverage,
    /// Objects that could not be read from this pack, to be read from elsewhere.
    pub lost: Vec<ObjectId>,
    /// The objects among them whose own entries are damaged.
    pub unread: UnreadObjects,
    pub discovered: Discovered,
    inheritance: Inheritance,
}

impl PackVisitor for BlobVisitor<'_> {
    type Note = Note;
    type Local = BlobAccumulator;

    fn version(&self, acc: &mut BlobAccumulator, version: Version<'_, Note>) -> Note {
        self.progress.step();
        if self.pack.forest.kind(version.entry) != Some(ObjectKind::Blob) {
            self.message(acc, &version);
            return Note { class: Class::Binary, detected: Detected::default() };
        }
        let class = class(&version);
        let detected = match class {
            TEXT => self.text(acc, &version),
            Class::Text(_) | Class::Binary => Detected::default(),
        };
        if (self.is_primary)(version.entry) {
            self.count(acc, &version, class);
            match class {
                Class::Text(TextEncoding::Utf8) if detected != Detected::default() => {
                    self.detector.found(&self.blob(&version, version.bytes), detected.clone());
                }
                Class::Text(TextEncoding::Utf8) | Class::Binary => {}
                Class::Text(encoding) => {
                    let visit = |blob: &Blob<'_>| self.detector.whole(blob);
                    let provenance = self.provenance(version.entry);
                    slices::visit_wide(version.bytes, &provenance, encoding, &visit);
                }
            }
        }
        Note { class, detected }
    }

    fn oversized(&self, acc: &mut BlobAccumulator, entry: u32) -> Note {
        self.progress.step();
        if (self.is_primary)(entry) {
            let name = self.provenance(entry).name();
            acc.coverage.skip(SkippedKind::Oversized, name);
        }
        Note { class: Class::Binary, detected: Detected::default() }
    }

    fn lost(&self, acc: &mut BlobAccumulator, entry: u32, why: Option<PackError>) {
        let id = self.pack.index.id(entry);
        acc.unread.extend(why.as_ref().map(|why| (id, why.to_string())));
        // Another reader would use the memory that this one saves.
        if !matches!(why, Some(PackError::BaseTooLarge)) {
            acc.lost.push(id);
        }
    }
}

impl BlobVisitor<'_> {
    /// Inherited and new findings and marks of a text, by trigger.
    fn text(&self, acc: &mut BlobAccumulator, version: &Version<'_, Note>) -> Detected {
        let bytes = version.bytes;
        match &version.base {
            Some(VersionBase { length, note, copies })
                if note.class == TEXT && !self.scan_whole =>
            {
                let base = inherit::DeltaBase { length: *length, detected: &note.detected, copies };
                acc.inheritance.detected(self.detector, bytes, &base)
            }
            // Point 5: if the classes differ, nothing is inherited.
            _ => {
                let mut detected =
                    self.detector.detect(bytes, std::slice::from_ref(&(0..bytes.len())));
                detected.findings.sort_by_key(|finding| finding.trigger);
                detected
            }
        }
    }

    fn message(&self, acc: &mut BlobAccumulator, version: &Version<'_, Note>) {
        if (self.is_primary)(version.entry) {
            if let Some(kind) = self.pack.forest.kind(version.entry) {
                let discovered =
                    acc.discovered.record(kind, self.pack.index.id(version.entry), version.bytes);
                acc.coverage.failures.extend(discovered);
            }
            let id = self.pack.index.id(version.entry);
            let scanned = visit_texts(&id, version.bytes, &|blob| self.detector.whole(blob));
            acc.coverage.messages += scanned.messages;
            acc.coverage.bytes += scanned.bytes;
        }
    }

    fn count(&self, acc: &mut BlobAccumulator, version: &Version<'_, Note>, class: Class) {
        match class {
            Class::Binary => {
                acc.coverage.skip(SkippedKind::Binary, self.provenance(version.entry).name());
            }
            Class::Text(_) => {
                acc.coverage.blobs += 1;
                acc.coverage.bytes += version.bytes.len() as u64;
                if let Some(pointer) = Pointer::detect(version.bytes) {
                    acc.coverage.add_pointer(pointer, self.provenance(version.entry));
                }
            }
        }
    }

    fn blob<'b>(&self, version: &Version<'_, Note>, bytes: &'b [u8]) -> Blob<'b> {
        Blob::whole(bytes, self.provenance(version.entry))
    }

    fn provenance(&self, entry: u32) -> Provenance {
        Provenance::Object(self.pack.index.id(entry).to_string())
    }
}

/// A version's class, which depends on its first bytes: if they are copied from the base, it is the
/// base's class.
fn class(version: &Version<'_, Note>) -> Class {
    if let Some(VersionBase { note, copies: [first, ..], .. }) = &version.base
        && (first.base, first.start) == (0, 0)
        && first.length >= Class::PREFIX
    {
        return note.class;
    }
    Class::detect(version.bytes)
}
