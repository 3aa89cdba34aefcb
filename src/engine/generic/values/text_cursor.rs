//! A position in a text that is read from start to end.

use std::ops::Range;

/// The rest of a text, from `offset` to `end`.
pub struct TextCursor<'b> {
    pub bytes: &'b [u8],
    pub offset: usize,
    pub end: usize,
}

impl TextCursor<'_> {
    pub fn peek(&self) -> Option<u8> {
        (self.offset < self.end).then(|| self.bytes[self.offset])
    }

    /// Skips the bytes that match and returns their number.
    pub fn skip(&mut self, predicate: impl Fn(u8) -> bool) -> usize {
        let from = self.offset;
        while self.peek().is_some_and(&predicate) {
            self.offset += 1;
        }
        self.offset - from
    }

    /// A text on one line between two of the same of these quotes.
    pub fn quoted(&mut self, quotes: &[u8]) -> Option<Range<usize>> {
        let quote = self.peek().filter(|b| quotes.contains(b))?;
        let start = self.offset + 1;
        let text = &self.bytes[start..self.end];
        let length = text.iter().position(|&b| b == quote || b == b'\n' || b == b'\\')?;
        if text[length] != quote {
            return None;
        }
        self.offset = start + length + 1;
        Some(start..start + length)
    }
}
