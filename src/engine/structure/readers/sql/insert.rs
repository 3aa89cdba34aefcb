//! `INSERT INTO table (a, b) VALUES (1, 'v'), (2, 'w');`, also without the list of columns.

use memchr::memmem;

use super::super::{Column, Found};
use super::columns::ColumnList;
use super::create::Tables;
use super::literal::{Row, value};
use super::tokens::{is_name_byte, last_part, skip_blanks, skip_word, word_at};

/// Words between a table and `VALUES`: `OVERRIDING SYSTEM VALUE`.
const MOST_WORDS: usize = 4;

/// How a statement without a list of columns begins.
const BEGINNINGS: [&str; 4] = ["INSERT INTO ", "insert into ", "Insert into ", "REPLACE INTO "];

/// Reads the rows of a statement that inserts. Returns its end.
pub fn read<'b>(
    bytes: &'b [u8],
    list: &ColumnList,
    columns: &[Column],
    found: &mut Found<'_, 'b>,
) -> Option<usize> {
    if bytes[list.verb.clone()].eq_ignore_ascii_case(b"copy") {
        return None;
    }
    let mut from = skip_blanks(bytes, list.close + 1);
    for _ in 0..MOST_WORDS {
        let word = word_at(bytes, from);
        let text = &bytes[word.clone()];
        from = skip_blanks(bytes, word.end);
        if text.eq_ignore_ascii_case(b"values")
            || text.eq_ignore_ascii_case(b"value") && bytes.get(from) == Some(&b'(')
        {
            return Some(read_rows(bytes, from, columns, found));
        }
    }
    None
}

/// Reads the statements that list no columns, of tables whose columns are known.
pub fn read_unlisted<'b>(bytes: &'b [u8], tables: &Tables, found: &mut Found<'_, 'b>) {
    for beginning in BEGINNINGS {
        let mut done = 0;
        while let Some(offset) = memmem::find(&bytes[done..], beginning.as_bytes()) {
            done += offset + beginning.len();
            let name = skip_blanks(bytes, done);
            let length = bytes[name..].iter().take_while(|&&b| is_name_byte(b)).count();
            let columns = tables.columns(&last_part(&bytes[name..name + length]));
            let rows = skip_word(bytes, skip_blanks(bytes, name + length), "values");
            if let (Some(columns), Some(rows)) = (columns, rows) {
                done = read_rows(bytes, rows, columns, found);
            }
        }
    }
}

fn read_rows<'b>(
    bytes: &'b [u8],
    mut from: usize,
    columns: &[Column],
    found: &mut Found<'_, 'b>,
) -> usize {
    while let Some(row) = Row::at(bytes, from) {
        for column in columns {
            if let Some(Some(literal)) = row.literals.get(column.index) {
                found(column.value(value(bytes, literal.clone())));
            }
        }
        from = row.end;
        match row.next(bytes) {
            Some(next) => from = next,
            None => break,
        }
    }
    from
}
