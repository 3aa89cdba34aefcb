//! SQL: rows of values, with the names of their columns far before them.

mod columns;
mod copy;
mod create;
mod insert;
mod literal;
mod tokens;

use super::Found;
use columns::ColumnList;
use create::Tables;

/// Reads the statements that have a mark in their list of columns.
pub fn read<'b>(bytes: &'b [u8], marks: &[usize], found: &mut Found<'_, 'b>) {
    let mut tables = Tables::default();
    let mut done = 0;
    for &mark in marks {
        if mark < done {
            continue;
        }
        match ColumnList::around(bytes, mark) {
            Ok(list) => {
                let columns = list.marked(bytes, marks);
                let rows = insert::read(bytes, &list, &columns, found)
                    .or_else(|| copy::read(bytes, &list, &columns, found));
                done = rows.unwrap_or(list.close);
            }
            Err(end) => {
                let table = tables.add(bytes, mark, marks);
                done = table.unwrap_or(if end > mark { end } else { done });
            }
        }
    }
    if !tables.is_empty() {
        insert::read_unlisted(bytes, &tables, found);
    }
}
