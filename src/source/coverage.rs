//! What was scanned, what was skipped and why, what could not be scanned.

use bstr::BString;

use super::pointer::Pointer;
use crate::blob::Provenance;
pub use crate::git::Failure;

/// The counts of one source; summed over the threads of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// Blobs that were scanned, and their bytes.
    pub blobs: u64,
    pub bytes: u64,
    /// Messages of commits and tags that were scanned; their bytes count too.
    pub messages: u64,
    /// Files of the git directory, beside its objects, that were scanned; their bytes do not count.
    pub local: u64,
    /// Blobs that were skipped because they are not text.
    pub binary: u64,
    /// Pointer files whose content was not scanned: it is not on this machine.
    pub pointers: u64,
    /// Objects that were skipped because they are larger than a stated limit.
    pub oversized: u64,
    /// Files that were skipped because their paths are excluded, or by `--skip-local`.
    pub excluded: u64,
    /// Entries without content of their own: symbolic links, submodules, devices.
    pub special: u64,
    /// What was skipped, by name; entries without content of their own are not listed.
    pub skipped: Vec<Skipped>,
    /// What could not be scanned. Makes the outcome incomplete.
    pub failures: Vec<Failure>,
    /// Notes for the reader of the report, for example that a clone is shallow.
    pub notes: Vec<String>,
    /// Pointer files that are still to be followed; each is counted until then.
    #[doc(hidden)]
    pub pointed: Vec<(Pointer, Provenance)>,
}

/// A file or an object that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Skipped {
    pub kind: SkippedKind,
    /// Its path, or its id in hexadecimal where it has none.
    pub name: BString,
    /// It was named on the command line.
    pub is_named: bool,
}

/// Why something was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkippedKind {
    Binary,
    /// It was scanned, but the content that it points to was not.
    Pointer,
    Oversized,
    Excluded,
}

impl SkippedKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SkippedKind::Binary => "binary",
            SkippedKind::Pointer => "pointer",
            SkippedKind::Oversized => "oversized",
            SkippedKind::Excluded => "excluded",
        }
    }
}

#[doc(hidden)]
impl Coverage {
    /// The coverage of both; failures and notes sorted and each once.
    pub fn and(mut self, other: Coverage) -> Coverage {
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.messages += other.messages;
        self.local += other.local;
        self.binary += other.binary;
        self.pointers += other.pointers;
        self.oversized += other.oversized;
        self.excluded += other.excluded;
        self.special += other.special;
        // Sorted only when it is shown, as this is called often.
        self.skipped.extend(other.skipped);
        self.failures.extend(other.failures);
        if !self.failures.is_empty() {
            self.failures.sort();
            self.failures.dedup();
        }
        self.pointed.extend(other.pointed);
        self.notes.extend(other.notes);
        if !self.notes.is_empty() {
            self.notes.sort();
            self.notes.dedup();
        }
        self
    }

    /// The same, in the order in which it is reported.
    #[must_use]
    pub fn sorted(mut self) -> Coverage {
        self.skipped.sort();
        self.failures.sort();
        self.failures.dedup();
        self.notes.sort();
        self.notes.dedup();
        self
    }

    /// One text blob of this many bytes.
    pub fn text(bytes: usize) -> Coverage {
        Coverage { blobs: 1, bytes: bytes as u64, ..Coverage::default() }
    }

    /// One message of this many bytes.
    pub fn message(bytes: usize) -> Coverage {
        Coverage { messages: 1, bytes: bytes as u64, ..Coverage::default() }
    }

    /// One blob that was skipped.
    pub fn skipped(kind: SkippedKind, name: BString) -> Coverage {
        let mut coverage = Coverage::default();
        coverage.skip(kind, name);
        coverage
    }

    /// One pointer file, whose content is not scanned yet.
    pub fn pointer(pointer: Pointer, provenance: Provenance) -> Coverage {
        let mut coverage = Coverage::default();
        coverage.add_pointer(pointer, provenance);
        coverage
    }

    /// Adds a pointer file, whose content is not scanned yet.
    pub fn add_pointer(&mut self, pointer: Pointer, provenance: Provenance) {
        self.skip(SkippedKind::Pointer, provenance.name());
        self.pointed.push((pointer, provenance));
    }

    /// Adds a blob that was skipped.
    pub fn skip(&mut self, kind: SkippedKind, name: BString) {
        *match kind {
            SkippedKind::Binary => &mut self.binary,
            SkippedKind::Pointer => &mut self.pointers,
            SkippedKind::Oversized => &mut self.oversized,
            SkippedKind::Excluded => &mut self.excluded,
        } += 1;
        self.skipped.push(Skipped { kind, name, is_named: false });
    }

    /// The same, for something that was named on the command line.
    #[must_use]
    pub fn named(mut self) -> Coverage {
        self.skipped.iter_mut().for_each(|skipped| skipped.is_named = true);
        self
    }

    /// One entry without content of its own.
    pub fn special() -> Coverage {
        Coverage { special: 1, ..Coverage::default() }
    }

    /// One thing that could not be scanned.
    pub fn failure(failure: Failure) -> Coverage {
        Coverage { failures: vec![failure], ..Coverage::default() }
    }
}
