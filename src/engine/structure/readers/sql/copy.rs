//! PostgreSQL's `COPY table (a, b) FROM stdin;`, with rows up to the line `\.`.

use super::super::lines::Line;
use super::super::record::Record;
use super::super::value::Value;
use super::super::{Column, Found};
use super::columns::ColumnList;
use super::tokens::{skip_blanks, skip_word};

/// Reads the rows of a statement that copies. Returns its end.
pub fn read<'b>(
    bytes: &'b [u8],
    list: &ColumnList,
    columns: &[Column],
    found: &mut Found<'_, 'b>,
) -> Option<usize> {
    if !bytes[list.verb.clone()].eq_ignore_ascii_case(b"copy") {
        return None;
    }
    let from = skip_word(bytes, skip_blanks(bytes, list.close + 1), "from")?;
    let options = skip_word(bytes, from, "stdin")?;
    let end = Line::around(bytes, options.saturating_sub(1));
    let is_csv =
        bytes[from..end.end.max(from)].to_ascii_lowercase().windows(3).any(|it| it == b"csv");
    let mut row = end.next;
    while row < bytes.len() {
        let line = Line::at(bytes, row);
        if line.text(bytes).starts_with(b"\\.") {
            return Some(line.next);
        }
        row = match is_csv {
            true => read_csv_row(bytes, row, columns, found),
            false => {
                read_row(bytes, line, columns, found);
                line.next
            }
        };
    }
    Some(row)
}

fn read_row<'b>(bytes: &'b [u8], line: Line, columns: &[Column], found: &mut Found<'_, 'b>) {
    let mut start = line.start;
    for (index, cell) in line.text(bytes).split(|&b| b == b'\t').enumerate() {
        if let Some(column) = columns.iter().find(|column| column.index == index)
            && cell != b"\\N"
        {
            let value = Value::written(bytes, start..start + cell.len());
            found(column.value(value.unescaped(super::super::value::json_escape)));
        }
        start += cell.len() + 1;
    }
}

fn read_csv_row<'b>(
    bytes: &'b [u8],
    row: usize,
    columns: &[Column],
    found: &mut Found<'_, 'b>,
) -> usize {
    let record = Record::at(bytes, row, b',');
    for column in columns {
        if let Some(cell) = record.cells.get(column.index) {
            found(column.value(cell.value(bytes)));
        }
    }
    record.next
}
