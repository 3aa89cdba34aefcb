//! What the delta reader needs from a detector: sources know no rules.

use std::ops::Range;

use crate::blob::Blob;
use crate::engine::Detected;
use crate::findings::Finding;

/// Detects findings in a history's objects. Called from all threads.
pub trait Detector: Sync {
    /// Judged findings, before overlaps are settled, of all triggers that begin in `ranges`, which
    /// are sorted and disjoint, and the marks of structures there.
    fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Detected;

    /// The first offset from which something may reach over `offset` although it begins more than a
    /// margin before it (a base64 run, a chain of escapes); `offset` if there is none, `None` if it
    /// is too far away to be found. At most a margin after `offset` is read.
    fn decode_start(&self, bytes: &[u8], offset: usize) -> Option<usize>;

    /// The first offset after a copy boundary at `offset` from which no trigger sees across the
    /// boundary; at least [`BEFORE`](crate::rules::BEFORE) + 1 bytes after it.
    fn independent_from(&self, bytes: &[u8], offset: usize) -> usize;

    /// How many bytes after the end of a finding may decide on that end, if the finding extends
    /// past what its verdict saw.
    fn end_lookahead(&self, finding: &Finding) -> usize;

    /// Receives an object with all its findings, before overlaps are settled, and all its marks.
    fn found(&self, blob: &Blob<'_>, detected: Detected);

    /// Scans a whole object as its class requires.
    fn whole(&self, blob: &Blob<'_>);
}
