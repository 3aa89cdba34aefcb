//! Text that goes on repeating itself: what bore nothing once bears nothing again.
//!
//! A verdict depends on the bytes of its window and on nothing else, so that a stretch which is,
//! windows included, the same as the one a period earlier need not be looked at if nothing came
//! of that one. Rows of `password=` and the like would otherwise cost a hundred times what
//! source text costs. What is decoded begins at a run's or chain's first character, which the
//! bytes round it tell: in a stretch that repeats the one before, none begins that is longer
//! than the period.

use std::cell::Cell;
use std::ops::Range;

use memchr::memmem;

use crate::rules::MARGIN;

/// Longest period that is looked for.
const LONGEST: usize = 256;

/// Bytes by which the period is found.
const PROBE: usize = 16;

/// Whether anything came of what was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yield {
    Nothing,
    Something,
}

impl Yield {
    pub fn of(something: bool) -> Self {
        if something { Yield::Something } else { Yield::Nothing }
    }

    /// Of both together.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Yield::Nothing { other } else { self }
    }
}

/// Follows a scan from its start to its end.
pub struct Repeats {
    /// From here on nothing has come yet of what was looked at.
    barren: Cell<usize>,
}

impl Repeats {
    /// For a scan that begins at `from`.
    pub fn new(from: usize) -> Self {
        Repeats { barren: Cell::new(from) }
    }

    /// Something came of what stands at `at`.
    #[inline]
    pub fn bore(&self, at: usize) {
        self.barren.set(self.barren.get().max(at + 1));
    }

    /// Whether nothing can come of the stretch, the next of the scan.
    pub fn is_barren(&self, bytes: &[u8], stretch: &Range<usize>) -> bool {
        let (Some(first), last) = (stretch.start.checked_sub(LONGEST), stretch.end + MARGIN) else {
            return false;
        };
        if last > bytes.len() || stretch.len() < PROBE {
            return false;
        }
        let probe = &bytes[stretch.start..stretch.start + PROBE];
        let before = &bytes[first..stretch.start + PROBE - 1];
        // The farthest, which is found faster than the nearest and is a period as well.
        let Some(again) = memmem::find(before, probe) else { return false };
        let period = LONGEST - again;
        let Some(earlier) = stretch.start.checked_sub(MARGIN + period) else { return false };
        self.barren.get() + period <= stretch.start
            && bytes[earlier..last - period] == bytes[earlier + period..last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_barren_if_it_repeats_one_of_which_nothing_came() {
        let text = b"password=".repeat(400);
        let repeats = Repeats::new(0);
        assert!(repeats.is_barren(&text, &(1024..2048)));
        assert!(!repeats.is_barren(&text, &(0..1024)), "nothing stands before it");
        assert!(!repeats.is_barren(&text, &(3000..3400)), "the end is near");
        repeats.bore(1024 - LONGEST);
        assert!(repeats.is_barren(&text, &(1024..2048)));
        let mut other = text.clone();
        for at in [1024 - MARGIN, 1500, 2047 + MARGIN] {
            other[at] = b'x';
            assert!(!repeats.is_barren(&other, &(1024..2048)), "{at}");
            other[at] = text[at];
        }
        repeats.bore(1015);
        assert!(!repeats.is_barren(&text, &(1024..2048)), "something stood in the last periods");
    }
}
