//! `CREATE TABLE`: the columns of the tables that a dump fills without naming them again.

use std::collections::HashMap;

use memchr::memmem;

use super::super::Column;
use super::super::lines::trimmed;
use super::tokens::{is_name_byte, last_part, skip_blanks, skip_word};
use crate::engine::structure::mark::has_type;

/// Longest statement, before and after a mark in it.
const LONGEST: usize = 1 << 14;

/// Words that begin a part of a table that is not a column.
const CONSTRAINTS: [&str; 9] =
    ["primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "spatial"];

/// The columns with marks of each table.
#[derive(Default)]
pub struct Tables(HashMap<Vec<u8>, Vec<Column>>);

impl Tables {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn columns(&self, table: &[u8]) -> Option<&[Column]> {
        self.0.get(table).map(Vec::as_slice)
    }

    /// Adds the table in whose definition the mark is. Returns the end of the definition.
    pub fn add(&mut self, bytes: &[u8], mark: usize, marks: &[usize]) -> Option<usize> {
        if !has_type(bytes, mark) {
            return None;
        }
        let first = mark.saturating_sub(LONGEST);
        let before = &bytes[first..mark];
        let table = ["TABLE", "table", "Table"]
            .iter()
            .filter_map(|word| memmem::rfind(before, word.as_bytes()));
        let from = first + table.max()?;
        let create = &bytes[from.saturating_sub(24)..from];
        if !create.to_ascii_lowercase().windows(6).any(|word| word == b"create") {
            return None;
        }
        let mut name = skip_blanks(bytes, from + "table".len());
        for word in ["if", "not", "exists"] {
            name = skip_word(bytes, name, word).unwrap_or(name);
        }
        let length = bytes[name..].iter().take_while(|&&b| is_name_byte(b)).count();
        let open = skip_blanks(bytes, name + length);
        let (columns, end) = columns(bytes, open, marks)?;
        (end > mark).then(|| self.0.insert(last_part(&bytes[name..name + length]), columns));
        Some(end.max(mark + 1))
    }
}

/// The columns with marks of the definition that begins at `open`, and its end.
fn columns(bytes: &[u8], open: usize, marks: &[usize]) -> Option<(Vec<Column>, usize)> {
    if bytes.get(open) != Some(&b'(') {
        return None;
    }
    let mut cells = Vec::new();
    let (mut from, mut depth, mut quote) = (open + 1, 0, None);
    let limit = bytes.len().min(open + 2 * LONGEST);
    for offset in open + 1..limit {
        match bytes[offset] {
            b if quote.is_some() => quote = quote.filter(|&quote| b != quote),
            b'\'' => quote = Some(b'\''),
            b'(' => depth += 1,
            end @ (b',' | b')') if depth == 0 => {
                let part = trimmed(bytes, from..offset);
                let text = &bytes[part.clone()];
                let name = text.iter().take_while(|&&b| is_name_byte(b)).count();
                let is_constraint = |word: &str| text[..name].eq_ignore_ascii_case(word.as_bytes());
                if !CONSTRAINTS.iter().any(|word| is_constraint(word)) {
                    cells.push(part.start..part.start + name);
                }
                if end == b')' {
                    return Some((Column::marked(bytes, &cells, marks), offset + 1));
                }
                from = offset + 1;
            }
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}
