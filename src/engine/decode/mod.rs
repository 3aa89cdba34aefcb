//! Decodes text that is encoded in other text.
//!
//! ```text
//! bytes ─▶ entry points (what may be encoded and begins here?) ─▶ run · escape chain
//!       ─▶ Decoded (text, and a map to its source) ─▶ the engine again ─▶ spans mapped back
//! ```
//!
//! A decoding depends only on its run or escape chain, wherever that is: its start is recognized by
//! the bytes around its first character, and a run is always decoded completely (points 3 and 4 of
//! the contract of locality). [`decode_range`] finds entry points itself; the prefilter finds them
//! faster and calls [`decode_at`].

use std::ops::Range;

mod decoded;
mod encoded_value;
mod entry_points;
mod escape;
mod folded_scalar;
mod joined_list;
mod nested;
mod reach;
mod run;
mod text_check;

pub use decoded::Decoded;
pub use encoded_value::{decode_data, decode_value};
#[cfg(test)]
pub use entry_points::each as each_entry;
pub use entry_points::{EntryPoint, kinds};
pub(super) use escape::string_concat::may_follow;
pub(super) use escape::terminal::{ESC, word_after as word_after_sequence};
pub use folded_scalar::FOLDED_SCALAR_MARKER;
pub use joined_list::LIST_MARKERS;
pub use nested::{DEPTH, scan_decoded};
pub use reach::{first_entry, first_independent};
pub use run::decoder::{decode_run_at, may_encode};
pub use run::{MAX_RUN, MIN_RUN, is_run_byte, run_at, run_length};

pub use escape::EscapeKind;

/// Calls `found` with what is encoded in `bytes` and begins in `range`.
pub fn decode_range(bytes: &[u8], range: Range<usize>, found: &mut dyn FnMut(Decoded)) {
    entry_points::each(bytes, range, |entry| decode_at(bytes, entry, found));
}

/// Decodes at an entry point.
#[inline]
pub fn decode_at(bytes: &[u8], entry: EntryPoint, found: &mut dyn FnMut(Decoded)) {
    match entry {
        EntryPoint::Run(offset) => decode_run_at(bytes, offset, found),
        EntryPoint::Escape(offset) => decode_escapes(bytes, offset, found),
        EntryPoint::Quote(offset) => decode_string_concat(bytes, offset, found),
        EntryPoint::FoldedScalar(offset) => {
            folded_scalar::decode_folded_scalar(bytes, offset, found);
        }
        EntryPoint::List(offset) => joined_list::decode_joined_list(bytes, offset, found),
    }
}

/// Decodes the escape chains whose first escape begins at `offset`.
pub fn decode_escapes(bytes: &[u8], offset: usize, found: &mut dyn FnMut(Decoded)) {
    for kind in kinds(bytes, offset) {
        escape::chain::decode_chain(*kind, bytes, offset, found);
    }
}

/// Joins the string literals around the closing quote at `offset`, if it is the first that is
/// followed by another literal.
pub fn decode_string_concat(bytes: &[u8], offset: usize, found: &mut dyn FnMut(Decoded)) {
    escape::chain::decode_chain(EscapeKind::StringConcat, bytes, offset, found);
}
