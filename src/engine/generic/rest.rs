//! What is left of a text that is read from front to back.

use std::ops::Range;

/// A place that moves on, up to `end`.
pub struct Rest<'b> {
    pub bytes: &'b [u8],
    pub at: usize,
    pub end: usize,
}

impl Rest<'_> {
    pub fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.bytes[self.at])
    }

    /// Moves on over what is wanted, and says how far.
    pub fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - from
    }

    /// A text on one line between two of the same of these quotes.
    pub fn quoted(&mut self, marks: &[u8]) -> Option<Range<usize>> {
        let mark = self.peek().filter(|b| marks.contains(b))?;
        let start = self.at + 1;
        let text = &self.bytes[start..self.end];
        let length = text.iter().position(|&b| b == mark || b == b'\n' || b == b'\\')?;
        if text[length] != mark {
            return None;
        }
        self.at = start + length + 1;
        Some(start..start + length)
    }
}
