//! Detects repetitive text, so that chunks which only repeat unproductive ones are skipped.
//!
//! A verdict depends only on the bytes of its window. So a chunk that is equal, windows included,
//! to the one a period earlier can be skipped if that one had no findings. Without this, long
//! repetitions of `password=` and the like would cost a hundred times as much as source code. This
//! also applies to encoded text, which is decoded at the first character of a run or escape chain,
//! recognized by the bytes around it: in a chunk that repeats the one before, no run or chain
//! begins that is longer than the period.

use std::cell::Cell;
use std::ops::Range;

use memchr::memmem;

use crate::rules::MARGIN;

/// Longest period that is detected.
const LONGEST: usize = 256;

/// Length of the byte sequence that is searched for to find the period.
const PROBE: usize = 16;

/// Whether an event led to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    Unproductive,
    Productive,
}

impl EventOutcome {
    pub fn productive_if(productive: bool) -> Self {
        if productive { EventOutcome::Productive } else { EventOutcome::Unproductive }
    }

    /// Productive if either is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == EventOutcome::Unproductive { other } else { self }
    }
}

/// Follows a scan from start to end.
pub struct RepeatDetector {
    /// The offset after the last productive event.
    unproductive_from: Cell<usize>,
}

impl RepeatDetector {
    /// For a scan that begins at `from`.
    pub fn new(from: usize) -> Self {
        RepeatDetector { unproductive_from: Cell::new(from) }
    }

    /// Records that the event at `offset` was productive.
    #[inline]
    pub fn record_productive(&self, offset: usize) {
        self.unproductive_from.set(self.unproductive_from.get().max(offset + 1));
    }

    /// Whether `chunk`, the next of the scan, cannot be productive.
    pub fn is_unproductive(&self, bytes: &[u8], chunk: &Range<usize>) -> bool {
        let (Some(first), last) = (chunk.start.checked_sub(LONGEST), chunk.end + MARGIN) else {
            return false;
        };
        if last > bytes.len() || chunk.len() < PROBE {
            return false;
        }
        let probe = &bytes[chunk.start..chunk.start + PROBE];
        let before = &bytes[first..chunk.start + PROBE - 1];
        // The farthest match, which is found faster than the nearest and is a period as well.
        let Some(earlier_probe) = memmem::find(before, probe) else { return false };
        let period = LONGEST - earlier_probe;
        let Some(earlier) = chunk.start.checked_sub(MARGIN + period) else { return false };
        self.unproductive_from.get() + period <= chunk.start
            && bytes[earlier..last - period] == bytes[earlier + period..last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_that_repeats_an_unproductive_one_is_unproductive() {
        let text = b"password=".repeat(400);
        let repeats = RepeatDetector::new(0);
        assert!(repeats.is_unproductive(&text, &(1024..2048)));
        assert!(!repeats.is_unproductive(&text, &(0..1024)), "nothing is before it");
        assert!(!repeats.is_unproductive(&text, &(3000..3400)), "the end is near");
        repeats.record_productive(1024 - LONGEST);
        assert!(repeats.is_unproductive(&text, &(1024..2048)));
        let mut other = text.clone();
        for offset in [1024 - MARGIN, 1500, 2047 + MARGIN] {
            other[offset] = b'x';
            assert!(!repeats.is_unproductive(&other, &(1024..2048)), "{offset}");
            other[offset] = text[offset];
        }
        repeats.record_productive(1015);
        assert!(
            !repeats.is_unproductive(&text, &(1024..2048)),
            "there was a finding in the last periods"
        );
    }
}
