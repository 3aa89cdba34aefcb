//! The characters of an encoded text, gathered from its lines.

use std::ops::Range;

use super::run::RUN_LONGEST;

/// Characters of one piece, at most [`RUN_LONGEST`], and where they came from.
#[derive(Default)]
pub struct Sheet {
    pub chars: Vec<u8>,
    /// Where each line begins: counted in characters, and in the source.
    pub lines: Vec<(usize, usize)>,
    /// Characters in front of these were left out.
    pub cut: bool,
}

impl Sheet {
    /// Takes from the front of `line` what fits. `true` where that was not all of it.
    pub fn take(&mut self, bytes: &[u8], line: &mut Range<usize>) -> bool {
        let room = RUN_LONGEST - self.chars.len();
        let taken = line.start..line.end.min(line.start + room);
        self.lines.push((self.chars.len(), taken.start));
        self.chars.extend_from_slice(&bytes[taken.clone()]);
        line.start = taken.end;
        line.start < line.end
    }

    /// Leaves only the last `length` characters, which must be whole groups.
    pub fn keep_tail(&mut self, length: usize) {
        let dropped = self.chars.len().saturating_sub(length);
        self.chars.drain(..dropped);
        let first = self.lines.partition_point(|&(begins, _)| begins <= dropped).saturating_sub(1);
        self.lines.drain(..first);
        for (begins, source) in &mut self.lines {
            *source += dropped.saturating_sub(*begins);
            *begins = begins.saturating_sub(dropped);
        }
        self.cut |= dropped > 0;
    }
}
