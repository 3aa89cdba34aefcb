//! Readers of structures that have a meaning only as a whole: a table and its header, a statement
//! and its columns, a manifest and its kind.
//!
//! ```text
//! marks ─▶ the structure around each ─▶ names and values ─▶ small windows, `name = "value"`
//! ```
//!
//! They run on whole blobs, or on the part of a long input that is in view, and read a structure
//! only from a mark in it. The work is linear in the length of the blob.

use std::ops::Range;

mod kubernetes;
mod lines;
mod record;
mod sql;
mod table;
mod value;

pub use value::Value;

/// A value with the name that the structure gives it.
pub struct NamedValue<'b> {
    /// Only word characters, `-` and `.`.
    pub name: Vec<u8>,
    pub value: Value<'b>,
    /// The mark from which it was read.
    pub mark: usize,
    pub holder: Holder,
}

/// What a value is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A column of a table.
    Column,
    /// `data` of a Kubernetes Secret, in base64.
    SecretData,
    /// `stringData` of a Kubernetes Secret.
    SecretText,
}

/// Receives the values.
type Found<'f, 'b> = dyn FnMut(NamedValue<'b>) + 'f;

/// Calls `found` with all values of structures that have marks, which are sorted.
pub fn each_value<'b>(bytes: &'b [u8], marks: &[usize], found: &mut Found<'_, 'b>) {
    kubernetes::read(bytes, marks, found);
    sql::read(bytes, marks, found);
    table::read(bytes, marks, found);
}

/// A column whose name contains a mark.
struct Column {
    index: usize,
    name: Vec<u8>,
    mark: usize,
}

impl Column {
    /// The columns among `cells` that contain marks.
    fn marked(bytes: &[u8], cells: &[Range<usize>], marks: &[usize]) -> Vec<Column> {
        let marked = cells.iter().enumerate().filter_map(|(index, cell)| {
            let first = marks.partition_point(|&mark| mark < cell.start);
            let mark = *marks.get(first).filter(|mark| cell.contains(mark))?;
            Some(Column { index, name: identifier(&bytes[cell.clone()]), mark })
        });
        marked.collect()
    }

    fn value<'b>(&self, value: Value<'b>) -> NamedValue<'b> {
        NamedValue { name: self.name.clone(), value, mark: self.mark, holder: Holder::Column }
    }
}

/// The text as a name: other characters than those of names become `_`.
fn identifier(text: &[u8]) -> Vec<u8> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || !b.is_ascii() || b"_-.".contains(&b);
    let text = text.trim_ascii().iter();
    let mut name: Vec<u8> = text.map(|&b| if is_name(b) { b } else { b'_' }).collect();
    while name.last() == Some(&b'_') {
        name.pop();
    }
    let start = name.iter().position(|&b| b != b'_').unwrap_or(0);
    name.split_off(start)
}
