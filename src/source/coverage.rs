//! What was looked at, what was passed over and why, what could not be looked at.

/// Counts of one source; adds up over the threads of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Blobs that were scanned, and their bytes.
    pub blobs: u64,
    pub bytes: u64,
    /// Messages of commits and tags that were scanned; their bytes count too.
    pub messages: u64,
    /// Blobs passed over because they are no text.
    pub binary: u64,
    /// Objects passed over because they are larger than a stated limit.
    pub oversized: u64,
    /// Files passed over because their paths are excluded.
    pub excluded: u64,
    /// Entries that hold no content of their own: symbolic links, submodules, devices.
    pub special: u64,
    /// What could not be looked at. Makes the outcome incomplete.
    pub failures: Vec<Failure>,
    /// What a reader of the report should know, e.g. that a clone is shallow.
    pub notes: Vec<String>,
}

/// One thing that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The file or object, as a user would name it.
    pub what: String,
    /// What went wrong and what to do.
    pub why: String,
}

impl Failure {
    pub fn new(what: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Failure { what: what.into(), why: why.to_string() }
    }
}

impl Coverage {
    /// The coverage of both; failures and notes sorted and each once.
    pub fn and(mut self, other: Coverage) -> Coverage {
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.messages += other.messages;
        self.binary += other.binary;
        self.oversized += other.oversized;
        self.excluded += other.excluded;
        self.special += other.special;
        self.failures.extend(other.failures);
        self.failures.sort();
        self.failures.dedup();
        self.notes.extend(other.notes);
        self.notes.sort();
        self.notes.dedup();
        self
    }

    /// One text blob of that many bytes.
    pub fn text(bytes: usize) -> Coverage {
        Coverage { blobs: 1, bytes: bytes as u64, ..Coverage::default() }
    }

    /// One binary blob.
    pub fn binary() -> Coverage {
        Coverage { binary: 1, ..Coverage::default() }
    }

    /// One entry without content of its own.
    pub fn special() -> Coverage {
        Coverage { special: 1, ..Coverage::default() }
    }

    /// One thing that could not be looked at.
    pub fn failure(failure: Failure) -> Coverage {
        Coverage { failures: vec![failure], ..Coverage::default() }
    }
}
