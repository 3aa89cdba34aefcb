//! The characters of an encoded text, collected from its lines.

use std::ops::Range;

use super::MAX_RUN;

/// At most [`MAX_RUN`] characters, with their offsets in the source.
#[derive(Default)]
pub struct LineBuffer {
    pub chars: Vec<u8>,
    /// Start of each line: as a number of characters, and as an offset in the source.
    pub lines: Vec<(usize, usize)>,
    /// Whether characters before these were dropped.
    pub truncated: bool,
}

impl LineBuffer {
    /// Adds as much of `line` as fits and advances it. Returns whether some of it is left.
    pub fn push_line(&mut self, bytes: &[u8], line: &mut Range<usize>) -> bool {
        let room = MAX_RUN - self.chars.len();
        let taken = line.start..line.end.min(line.start + room);
        self.lines.push((self.chars.len(), taken.start));
        self.chars.extend_from_slice(&bytes[taken.clone()]);
        line.start = taken.end;
        line.start < line.end
    }

    /// Drops all but the last `length` characters, which must be whole groups.
    pub fn keep_tail(&mut self, length: usize) {
        let dropped = self.chars.len().saturating_sub(length);
        self.chars.drain(..dropped);
        let first = self.lines.partition_point(|&(begins, _)| begins <= dropped).saturating_sub(1);
        self.lines.drain(..first);
        for (begins, source) in &mut self.lines {
            *source += dropped.saturating_sub(*begins);
            *begins = begins.saturating_sub(dropped);
        }
        self.truncated |= dropped > 0;
    }
}
