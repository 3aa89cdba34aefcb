//! Lines of a text, forwards and backwards.

use std::ops::Range;

use memchr::{memchr, memrchr};

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub start: usize,
    pub end: usize,
    /// The start of the next line, or the end of the text.
    pub next: usize,
}

impl Line {
    /// The line that contains the offset.
    pub fn around(bytes: &[u8], offset: usize) -> Line {
        let start = memrchr(b'\n', &bytes[..offset]).map_or(0, |end| end + 1);
        Line::at(bytes, start)
    }

    /// The line that begins at `start`.
    pub fn at(bytes: &[u8], start: usize) -> Line {
        let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
        let next = bytes.len().min(end + 1);
        let end = if bytes[start..end].ends_with(b"\r") { end - 1 } else { end };
        Line { start, end, next }
    }

    /// The line before this one.
    pub fn before(&self, bytes: &[u8]) -> Option<Line> {
        let end = self.start.checked_sub(1)?;
        Some(Line::around(bytes, end))
    }

    /// The line after this one.
    pub fn after(&self, bytes: &[u8]) -> Option<Line> {
        (self.next < bytes.len()).then(|| Line::at(bytes, self.next))
    }

    pub fn text<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.start..self.end]
    }

    /// The number of blanks that it begins with.
    pub fn indent(&self, bytes: &[u8]) -> usize {
        self.text(bytes).iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
    }

    /// The line without blanks at either end.
    pub fn trimmed(&self, bytes: &[u8]) -> Range<usize> {
        trimmed(bytes, self.start..self.end)
    }
}

/// The span without blanks at either end.
pub fn trimmed(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let text = &bytes[span.clone()];
    let start = span.start + (text.len() - text.trim_ascii_start().len());
    let end = span.end - (text.len() - text.trim_ascii_end().len());
    start.min(end)..end
}
