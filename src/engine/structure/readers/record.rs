//! Rows of a table in text: cells between separators, with or without quotes.

use std::ops::Range;

use memchr::memchr;

use super::lines::{Line, trimmed};
use super::value::Value;

/// Longest cell in quotes.
const LONGEST_QUOTED: usize = 1 << 16;

/// A row's cells.
pub struct Record {
    pub cells: Vec<Cell>,
    /// The start of the next row.
    pub next: usize,
}

/// A cell without its quotes.
pub struct Cell {
    pub span: Range<usize>,
    quoted: bool,
}

impl Record {
    /// The row that begins at `start`.
    pub fn at(bytes: &[u8], start: usize, separator: u8) -> Record {
        if separator == b'|' {
            return Record::between_pipes(bytes, start);
        }
        let mut line = Line::at(bytes, start);
        let mut cells = Vec::new();
        let mut from = start;
        loop {
            let quoted = quoted_cell(bytes, from, separator);
            let (cell, end) = quoted.unwrap_or_else(|| {
                if from > line.end {
                    line = Line::around(bytes, from);
                }
                let text = &bytes[from..line.end.max(from)];
                let end = from + memchr(separator, text).unwrap_or(text.len());
                (Cell { span: trimmed(bytes, from..end), quoted: false }, end)
            });
            cells.push(cell);
            if bytes.get(end) != Some(&separator) {
                return Record { cells, next: Line::at(bytes, end).next };
            }
            from = end + 1;
        }
    }

    /// `| a | b |`, or without the outer pipes.
    fn between_pipes(bytes: &[u8], start: usize) -> Record {
        let line = Line::at(bytes, start);
        let mut row = line.trimmed(bytes);
        row.start += usize::from(bytes[row.clone()].starts_with(b"|"));
        row.end -= usize::from(bytes[row.clone()].ends_with(b"|"));
        let mut cells = Vec::new();
        let mut from = row.start;
        for offset in row.clone() {
            if bytes[offset] == b'|' && bytes[offset - 1] != b'\\' {
                cells.push(Cell { span: trimmed(bytes, from..offset), quoted: false });
                from = offset + 1;
            }
        }
        cells.push(Cell { span: trimmed(bytes, from..row.end), quoted: false });
        Record { cells, next: line.next }
    }

    pub fn spans(&self) -> Vec<Range<usize>> {
        self.cells.iter().map(|cell| cell.span.clone()).collect()
    }
}

/// The cell in quotes that begins at `from`, and the offset of the separator or line end after it.
fn quoted_cell(bytes: &[u8], from: usize, separator: u8) -> Option<(Cell, usize)> {
    let blanks = bytes[from..].iter().take_while(|&&b| b == b' ').count();
    let start = from + blanks + 1;
    if bytes.get(start - 1) != Some(&b'"') {
        return None;
    }
    let limit = bytes.len().min(start + LONGEST_QUOTED);
    let mut end = start;
    loop {
        end += memchr(b'"', &bytes[end..limit])?;
        if bytes.get(end + 1) != Some(&b'"') {
            break;
        }
        end = limit.min(end + 2);
    }
    let blanks = bytes[end + 1..].iter().take_while(|&&b| b == b' ').count();
    let next = end + 1 + blanks;
    let ends = bytes.get(next).is_none_or(|&b| b == separator || matches!(b, b'\n' | b'\r'));
    ends.then_some((Cell { span: start..end, quoted: true }, next))
}

impl Cell {
    /// The cell's text: without doubled quotes, and without Markdown's emphasis.
    pub fn value<'b>(&self, bytes: &'b [u8]) -> Value<'b> {
        if self.quoted {
            let pair = |text: &[u8]| (text[0], 1 + usize::from(text.starts_with(b"\"\"")));
            return Value::written(bytes, self.span.clone()).unescaped(pair);
        }
        let mut span = self.span.clone();
        for mark in [&b"**"[..], b"``", b"`", b"'", b"\""] {
            let text = &bytes[span.clone()];
            if text.len() > 2 * mark.len() && text.starts_with(mark) && text.ends_with(mark) {
                span = span.start + mark.len()..span.end - mark.len();
            }
        }
        Value::written(bytes, span)
    }
}
