//! What the reader asks of whoever judges: sources know no rules.

use std::ops::Range;

use crate::blob::Blob;
use crate::findings::Finding;

/// Judges what a history holds. Called from all threads.
pub trait Judge: Sync {
    /// Judged findings, not settled, of all triggers that begin in `ranges`, which are sorted
    /// and apart.
    fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Vec<Finding>;

    /// The first place from which what begins there may reach over the byte at `offset`, although
    /// it is more than a margin away (a run of base64, a chain of escapes); `offset` if there is
    /// none, `None` where it is too far to be told. What is no more than a margin behind `offset`
    /// may be looked at.
    fn entry(&self, bytes: &[u8], offset: usize) -> Option<usize>;

    /// The first place behind a seam at `offset` from which on no trigger sees over it; at least
    /// [`BEFORE`](crate::rules::BEFORE) and one bytes behind it.
    fn free(&self, bytes: &[u8], offset: usize) -> usize;

    /// How far behind the end of a finding that goes on behind what its verdict saw bytes may
    /// decide on that end.
    fn reach(&self, finding: &Finding) -> usize;

    /// Takes an object with all its findings, not settled.
    fn found(&self, blob: &Blob<'_>, findings: Vec<Finding>);

    /// Looks at a whole object as its class asks.
    fn whole(&self, blob: &Blob<'_>);
}
