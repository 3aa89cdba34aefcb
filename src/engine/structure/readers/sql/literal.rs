//! Rows of expressions: `(1, 'text', md5('text'))`.

use std::ops::Range;

use super::super::value::Value;
use super::tokens::skip_blanks;

/// Longest literal.
const LONGEST: usize = 1 << 16;

/// The expressions of a row that contain a literal.
#[derive(Default)]
pub struct Row {
    /// For each expression its first literal, without quotes.
    pub literals: Vec<Option<Range<usize>>>,
    /// The offset after the closing bracket.
    pub end: usize,
}

impl Row {
    /// The row that begins at `from`. `None` if there is none, or if it does not end.
    pub fn at(bytes: &[u8], from: usize) -> Option<Row> {
        if bytes.get(from) != Some(&b'(') {
            return None;
        }
        let mut row = Row::default();
        let (mut literal, mut depth, mut offset) = (None, 0, from + 1);
        loop {
            match *bytes.get(offset)? {
                quote @ (b'\'' | b'"') => {
                    let end = literal_end(bytes, offset, quote)?;
                    literal.get_or_insert(offset + 1..end);
                    offset = end;
                }
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    row.literals.push(literal);
                    row.end = offset + 1;
                    return Some(row);
                }
                b')' => depth -= 1,
                b',' if depth == 0 => row.literals.push(literal.take()),
                b';' => return None,
                _ => {}
            }
            offset += 1;
        }
    }

    /// The offset of the row after this one, if a comma leads to it.
    pub fn next(&self, bytes: &[u8]) -> Option<usize> {
        let comma = skip_blanks(bytes, self.end);
        (bytes.get(comma) == Some(&b',')).then(|| skip_blanks(bytes, comma + 1))
    }
}

/// The offset of the quote that closes the literal which begins at `open`.
fn literal_end(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
    let limit = bytes.len().min(open + LONGEST);
    let mut offset = open + 1;
    loop {
        let rest = &bytes[offset..limit];
        offset += memchr::memchr2(quote, b'\\', rest)?;
        let next = bytes.get(offset + 1);
        if bytes[offset] == quote {
            if next != Some(&quote) {
                return Some(offset);
            }
            offset += 1;
        } else if next == Some(&quote) && matches!(bytes.get(offset + 2), Some(b',' | b')')) {
            // Without escapes, a literal may end with a backslash.
            return Some(offset + 1);
        } else {
            offset += 1;
        }
        offset = limit.min(offset + 1);
    }
}

/// The literal without doubled quotes and escapes.
pub fn value(bytes: &[u8], span: Range<usize>) -> Value<'_> {
    Value::written(bytes, span).unescaped(|text| match text {
        [b'\'', b'\'', ..] => (b'\'', 2),
        [b'\\', escaped @ (b'\'' | b'"' | b'\\'), ..] => (*escaped, 2),
        [first, ..] => (*first, 1),
        [] => (0, 1),
    })
}
