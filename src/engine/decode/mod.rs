//! Text that stands encoded in other text.
//!
//! ```text
//! bytes ─▶ entries (what could be encoded, and begins here?) ─▶ run · chain of escapes
//!       ─▶ Decoded (text, and the way back) ─▶ the engine again, three deep ─▶ spans mapped back
//! ```
//!
//! What a decoding gives depends on its run or chain alone, wherever that stands: where it
//! begins is told from the bytes round its first character, and a run is always decoded whole
//! (points 3 and 4 of the contract of locality). [`each`] finds entry points by itself; a
//! faster search can set [`run()`], [`escape()`] and [`joined`] on those that it found.

use std::ops::Range;

mod base64_run;
mod decoded;
mod encoded_value;
mod entry_points;
mod escape;
mod escape_chain;
mod folded_scalar;
mod hex_run;
mod line_buffer;
mod nested;
mod reach;
mod run;
mod run_decoder;
mod string_concat;
mod text_check;

pub use decoded::Decoded;
pub use encoded_value::value;
#[cfg(test)]
pub use entry_points::each as each_entry;
pub use entry_points::{Entry, kinds};
pub use folded_scalar::SIGN as FOLDED;
pub use nested::{DEPTH, outermost};
pub use reach::{first_entry, first_free};
pub use run::{RUN_LONGEST, RUN_SHORTEST, belongs, length as run_length, run_at};
pub use run_decoder::{may_encode, run};

use escape::Kind;

/// Calls `found` with what is encoded in `bytes` and begins in `range`.
pub fn each(bytes: &[u8], range: Range<usize>, found: &mut dyn FnMut(Decoded)) {
    entry_points::each(bytes, range, |entry| at(bytes, entry, found));
}

/// Decodes at an entry point.
#[inline]
pub fn at(bytes: &[u8], entry: Entry, found: &mut dyn FnMut(Decoded)) {
    match entry {
        Entry::Run(at) => run(bytes, at, found),
        Entry::Escape(at) => escape(bytes, at, found),
        Entry::Quote(at) => joined(bytes, at, found),
        Entry::Folded(at) => folded_scalar::folded(bytes, at, found),
    }
}

/// Decodes the escapes round the `%`, `&` or backslash at `at`, if that begins the first.
pub fn escape(bytes: &[u8], at: usize, found: &mut dyn FnMut(Decoded)) {
    for kind in kinds(bytes, at) {
        escape_chain::chain(*kind, bytes, at, found);
    }
}

/// Joins the literals round the closing quote at `at`, if it is the first that is followed
/// by another literal.
pub fn joined(bytes: &[u8], at: usize, found: &mut dyn FnMut(Decoded)) {
    escape_chain::chain(Kind::Joint, bytes, at, found);
}
