//! How far back a decoding may begin that depends on a byte.
//!
//! A change within a run or an escape chain changes everything it decodes to. So nothing of it may
//! be inherited from another version, and it is scanned completely (contract of locality, point 4).
//! The audit uses this module to find where it begins.

use super::escape::EscapeKind;
use super::escape::chain;
use super::escape::string_concat::{MAX_CONCAT, WORD_PART, may_be_between};
use super::escape::terminal::ESC;
use super::folded_scalar::{self, FOLDED_SCALAR_MARKER};
use super::joined_list;
use super::run::{self, MAX_RUN, is_run_byte};
use crate::rules::MARGIN;

/// The first entry point of a decoding that may depend on the byte at `offset`; `offset` itself if
/// there is none. `None` if it is more than [`MAX_RUN`] bytes before: then the whole blob must be
/// scanned.
pub fn first_entry(bytes: &[u8], offset: usize) -> Option<usize> {
    let earliest = offset.saturating_sub(MAX_RUN);
    let mut first = start_of_lines(bytes, offset, earliest)?;
    // An escape that reaches this far begins within this window, with one of these bytes.
    let near = &bytes[offset.saturating_sub(MARGIN + MAX_CONCAT)..offset];
    let percent_or_entity = memchr::memchr2(b'%', b'&', near).is_some();
    let backslash = memchr::memchr(b'\\', near).is_some();
    for kind in EscapeKind::ALL {
        let may_apply = match kind {
            EscapeKind::Percent | EscapeKind::Entity => percent_or_entity,
            EscapeKind::Unicode | EscapeKind::Hex => backslash,
            EscapeKind::Terminal => {
                memchr::memchr2(ESC, b'^', near).is_some() || backslash && may_write_esc(near)
            }
            EscapeKind::StringConcat => {
                backslash || memchr::memchr3(b'"', b'\'', b'`', near).is_some()
            }
        };
        if may_apply {
            first = first.min(start_of_chain(kind, bytes, offset, earliest)?);
        }
    }
    first = first.min(first_marker(bytes, offset, FOLDED_SCALAR_MARKER, folded_scalar::REACH));
    Some(first.min(joined_list::first_marker(bytes, offset).unwrap_or(offset)))
}

/// Whether a backslash may begin the escape character of a terminal sequence.
fn may_write_esc(text: &[u8]) -> bool {
    let follows = |offset: usize| text.get(offset + 1).is_none_or(|b| b"eE0123xuU\\".contains(b));
    memchr::memchr_iter(b'\\', text).any(follows)
}

/// The first marker that is at most `reach` bytes before the byte, or contains it; `offset` if
/// there is none.
fn first_marker(bytes: &[u8], offset: usize, marker: &[u8], reach: usize) -> usize {
    let from = offset.saturating_sub(reach);
    let window = &bytes[from..bytes.len().min(offset + marker.len() - 1)];
    let is_marker = |&index: &usize| window[index..].starts_with(marker);
    memchr::memchr_iter(marker[0], window).find(is_marker).map_or(offset, |index| from + index)
}

/// The first offset after a copy boundary at `offset` from which on the boundary does not influence
/// where decodings begin: a margin after it, or after the first line end that no string
/// concatenation from before it can contain, because an escape after a line end is the first of its
/// chain.
///
/// The boundary does not influence a concatenation that begins some bytes after it either: whether
/// that is one depends on the bytes between its quotes and a few before.
pub fn first_independent(bytes: &[u8], offset: usize) -> usize {
    let last = bytes.len().min(offset + MARGIN);
    if joined_list::may_end_in(&bytes[offset..last]) {
        return last;
    }
    // None from before the boundary goes on for longer.
    let first = offset + WORD_PART;
    let longest = last.min(first + MAX_CONCAT).max(first);
    let after_concat = (first..longest.min(bytes.len()))
        .find(|&offset| !may_be_between(bytes, offset))
        .unwrap_or(longest);
    let line = last.min(after_concat.max(offset + CONTEXT));
    memchr::memchr(b'\n', &bytes[line..last]).map_or(last, |end| line + end + 1)
}

/// Bytes around an escape or the start of a run that it depends on, rounded up.
const CONTEXT: usize = 32;

/// Start of the run that contains or touches the byte, or of the first line that it may be joined
/// to.
fn start_of_lines(bytes: &[u8], offset: usize, earliest: usize) -> Option<usize> {
    let mut first = offset;
    // After padding, or in the indentation of a line that would be joined.
    let mut end = bytes[..offset].iter().rev().take(2).take_while(|&&b| b == b'=').count();
    end = offset - end;
    if let Some(line) = run::line_before(bytes, offset) {
        end = line;
    }
    // Inside a line end.
    let contains = |start: &usize| start + run::line_ends(&bytes[*start..]) > offset;
    if let Some(line) = (offset.saturating_sub(3)..offset).find(contains) {
        end = line;
    }
    loop {
        let mut start = end;
        while start > earliest && is_run_byte(bytes[start - 1]) {
            start -= 1;
        }
        if start == end {
            return Some(first);
        }
        if start <= earliest && start > 0 {
            return None;
        }
        first = start;
        match run::line_before(bytes, run::after_escape(bytes, start)) {
            Some(line) => end = line,
            None => return Some(first),
        }
    }
}

/// Start of the first escape of the chain that the byte may belong to.
fn start_of_chain(kind: EscapeKind, bytes: &[u8], offset: usize, earliest: usize) -> Option<usize> {
    let mut first = chain::escape_over(kind, bytes, offset).unwrap_or(offset);
    while let Some(before) = chain::previous_escape(kind, bytes, first) {
        if before <= earliest && before > 0 {
            return None;
        }
        first = before;
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoding_is_traced_back_to_its_start() {
        let line = "a".repeat(40);
        let block = format!("key: {line}\n     {line}\n     {line}\n");
        for offset in block.len() - 41..block.len() {
            assert_eq!(first_entry(block.as_bytes(), offset), Some(5), "{offset}");
        }
        for end in ["\r\n", "\\n", "\\r\\n"] {
            let block = format!("key: {}", [&*line, &line, &line].join(end));
            for offset in 46..block.len() {
                assert_eq!(first_entry(block.as_bytes(), offset), Some(5), "{offset}");
            }
        }
        let decode_chain = "x=%41bcd%42efg hij";
        assert_eq!(first_entry(decode_chain.as_bytes(), 9), Some(2));
        assert_eq!(first_entry(decode_chain.as_bytes(), 17), Some(15));
        assert_eq!(first_entry("%41".repeat(40_000).as_bytes(), 100_000), None);
        assert_eq!(first_entry("a".repeat(100_000).as_bytes(), 100_000), None);
    }
}
