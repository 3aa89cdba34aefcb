//! The list of columns in brackets, and what is before it.

use std::ops::Range;

use super::super::lines::trimmed;
use super::tokens::is_name_byte;
use crate::engine::structure::readers::Column;

/// Longest list, before and after a mark in it.
const LONGEST: usize = 4096;

/// Bytes of a list that are read again for each mark in it.
const FEW: usize = 256;

/// Longest name of a table, with its schema.
const LONGEST_TABLE: usize = 256;

/// `table (a, b, c)`.
pub struct ColumnList {
    /// The word before the table's name: `INTO`, `INSERT`, `COPY`.
    pub verb: Range<usize>,
    pub open: usize,
    pub close: usize,
}

impl ColumnList {
    /// The list around a mark; if there is none, the offset up to which there is none.
    pub fn around(bytes: &[u8], mark: usize) -> Result<Self, usize> {
        let belongs =
            |b: u8| is_name_byte(b) || b.is_ascii_whitespace() || matches!(b, b',' | b'\'' | b'-');
        let first = mark.saturating_sub(LONGEST);
        let open = (first..mark).rev().find(|&offset| !belongs(bytes[offset]));
        let verb =
            open.filter(|&open| bytes[open] == b'(').and_then(|open| verb_before(bytes, open));
        // Parameters of a function end here; only after many is it worth while to skip the others.
        if verb.is_none() && open.is_some_and(|open| mark - open < FEW) {
            return Err(mark);
        }
        let last = bytes.len().min(mark + LONGEST);
        let close = (mark..last).find(|&offset| !belongs(bytes[offset])).unwrap_or(last);
        let (Some(open), Some(verb)) = (open, verb) else { return Err(close) };
        if bytes.get(close) != Some(&b')') {
            return Err(close);
        }
        Ok(ColumnList { verb, open, close })
    }

    /// The columns that contain marks.
    pub fn marked(&self, bytes: &[u8], marks: &[usize]) -> Vec<Column> {
        let mut cells = Vec::new();
        let mut from = self.open + 1;
        for offset in self.open + 1..=self.close {
            if offset == self.close || bytes[offset] == b',' {
                cells.push(trimmed(bytes, from..offset));
                from = offset + 1;
            }
        }
        Column::marked(bytes, &cells, marks)
    }
}

/// The word before the name of the table that is before `open`.
fn verb_before(bytes: &[u8], open: usize) -> Option<Range<usize>> {
    let first = open.saturating_sub(LONGEST_TABLE);
    let text = bytes[first..open].trim_ascii_end();
    let name = text.iter().rev().take_while(|&&b| is_name_byte(b)).count();
    let before = text[..text.len() - name].trim_ascii_end();
    let word = before.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let end = first + before.len();
    let verb = end - word..end;
    let text = &bytes[verb.clone()];
    let known = ["into", "insert", "copy", "overwrite", "ignore", "replace"];
    let is_known = known.iter().any(|known| text.eq_ignore_ascii_case(known.as_bytes()));
    (name > 0 && is_known).then_some(verb)
}
