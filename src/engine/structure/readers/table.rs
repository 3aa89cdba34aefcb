//! Tables in text with a header row: CSV with commas, semicolons or tabs, Markdown, the output of
//! database clients.

use memchr::{memchr, memrchr};

use super::lines::Line;
use super::record::Record;
use super::{Column, Found};

/// Longest header row, before and after a mark in it.
const LONGEST_HEADER: usize = 4096;

/// Longest name of a column.
const LONGEST_NAME: usize = 40;

/// Words of the longest name of a column.
const MOST_WORDS: usize = 5;

/// Longest value of a cell.
const LONGEST_CELL: usize = 4096;

/// Rows of another form after which a table ends.
const MAX_MISFITS: usize = 3;

/// Separators, the least ambiguous first.
const SEPARATORS: [u8; 4] = [b'|', b'\t', b';', b','];

/// Reads the tables that have a mark in their header.
pub fn read<'b>(bytes: &'b [u8], marks: &[usize], found: &mut Found<'_, 'b>) {
    let mut done = 0;
    for &mark in marks {
        if mark < done {
            continue;
        }
        let header = Header::around(bytes, mark);
        done = match &header {
            Some(header) => header.read_rows(bytes, marks, found),
            None => {
                let end = bytes.len().min(mark + LONGEST_HEADER);
                mark + memchr(b'\n', &bytes[mark..end]).unwrap_or(end - mark)
            }
        };
    }
}

struct Header {
    separator: u8,
    record: Record,
}

impl Header {
    /// The header row around a mark: at least two cells, all of them names.
    fn around(bytes: &[u8], mark: usize) -> Option<Header> {
        let first = mark.saturating_sub(LONGEST_HEADER);
        let start = match memrchr(b'\n', &bytes[first..mark]) {
            Some(end) => first + end + 1,
            None if first == 0 => 0,
            None => return None,
        };
        let last = bytes.len().min(mark + LONGEST_HEADER);
        let end = mark + memchr(b'\n', &bytes[mark..last]).unwrap_or(last - mark);
        if end == last && last < bytes.len() {
            return None;
        }
        // The mark of the byte order.
        let start = start + 3 * usize::from(bytes[start..end].starts_with(b"\xef\xbb\xbf"));
        if !bytes[start..end].iter().all(|&b| may_be_header(b)) {
            return None;
        }
        SEPARATORS.into_iter().find_map(|separator| {
            memchr(separator, &bytes[start..end])?;
            // Between commas, indented lines and a comma at the end are code.
            let is_loose = matches!(separator, b',' | b';');
            if is_loose && matches!(bytes[start], b' ' | b'\t') {
                return None;
            }
            let record = Record::at(bytes, start, separator);
            let is_header = record.cells.len() > 1
                && record.next <= end + 1
                && record.cells.iter().all(|cell| is_name(&cell.value(bytes).text))
                && !(is_loose && record.cells.iter().any(|cell| cell.span.is_empty()))
                && record.cells.iter().filter(|cell| !cell.span.is_empty()).count() > 1;
            is_header.then_some(Header { separator, record })
        })
    }

    /// Reads the rows below. Returns the end of the table.
    fn read_rows<'b>(&self, bytes: &'b [u8], marks: &[usize], found: &mut Found<'_, 'b>) -> usize {
        let columns = Column::marked(bytes, &self.record.spans(), marks);
        let (mut end, mut from) = (self.record.next, self.record.next);
        // The first row follows the header directly.
        let mut misfits = MAX_MISFITS - 1;
        while from < bytes.len() && misfits < MAX_MISFITS {
            let line = Line::at(bytes, from);
            // AsciiDoc has an empty line below the header.
            let is_asciidoc = self.separator == b'|' && from == self.record.next;
            if line.trimmed(bytes).is_empty() && is_asciidoc {
                from = line.next;
                continue;
            }
            if line.trimmed(bytes).is_empty() {
                break;
            }
            if is_border(line.text(bytes)) {
                from = line.next;
                continue;
            }
            let row = Record::at(bytes, from, self.separator);
            from = row.next;
            if row.cells.len() != self.record.cells.len() {
                misfits += 1;
                continue;
            }
            (end, misfits) = (from, 0);
            for column in &columns {
                let value = row.cells[column.index].value(bytes);
                if value.text.len() <= LONGEST_CELL {
                    found(column.value(value));
                }
            }
        }
        end
    }
}

/// Whether a header row may contain the byte: code seldom has a line without others.
fn may_be_header(b: u8) -> bool {
    b.is_ascii_alphanumeric() || !b.is_ascii() || b" \t,;|_-./#\"'`*\r".contains(&b)
}

/// Whether a cell of a header names a column. A cell at the end of a row may be empty.
fn is_name(cell: &[u8]) -> bool {
    let is_part = |b: u8| {
        b.is_ascii_alphanumeric() || !b.is_ascii() || matches!(b, b'_' | b'-' | b'.' | b' ' | b'/')
    };
    cell.len() <= LONGEST_NAME
        && cell.iter().all(|&b| is_part(b))
        && (cell.is_empty()
            || cell.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii() || *b == b'#'))
        && cell.split(|&b| b == b' ').filter(|word| !word.is_empty()).count() <= MOST_WORDS
}

/// Whether the line separates rows: `|---|:--:|`, `+----+----+`.
fn is_border(line: &[u8]) -> bool {
    line.iter().all(|b| b"-+|:= \t".contains(b)) && line.iter().any(|b| b"-=".contains(b))
}
