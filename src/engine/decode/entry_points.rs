//! Entry points: where something encoded may begin. This is a scalar search; the decoders check
//! every entry point themselves, so that a faster search can replace it.

use std::ops::Range;

use memchr::memmem;

use super::escape::EscapeKind;
use super::escape::string_concat::may_follow;
use super::escape::terminal::ESC;
use super::folded_scalar::FOLDED_SCALAR_MARKER;
use super::joined_list::LIST_MARKERS;
use super::run::{MIN_RUN, is_run_byte};

/// Where decoding may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryPoint {
    /// A run of at least [`MIN_RUN`] characters begins here.
    Run(usize),
    /// A `%`, `&`, `^`, backslash or ESC.
    Escape(usize),
    /// A quote that may close a string literal that is concatenated with another.
    Quote(usize),
    /// The marker after a key whose value is a folded scalar.
    FoldedScalar(usize),
    /// The marker before or after a list of literals that is joined.
    List(usize),
}

/// Calls `found` with every entry point that begins in `range`, runs first.
pub fn each(bytes: &[u8], range: Range<usize>, mut found: impl FnMut(EntryPoint)) {
    runs(bytes, range.clone(), |start| found(EntryPoint::Run(start)));
    let within = &bytes[range.clone()];
    for offset in memchr::memchr3_iter(b'%', b'&', b'\\', within) {
        found(EntryPoint::Escape(range.start + offset));
    }
    for offset in memchr::memchr2_iter(ESC, b'^', within) {
        found(EntryPoint::Escape(range.start + offset));
    }
    for offset in memchr::memchr3_iter(b'"', b'\'', b'`', within) {
        if bytes.get(range.start + offset + 1).is_some_and(|&b| may_follow(b)) {
            found(EntryPoint::Quote(range.start + offset));
        }
    }
    let mut each_marker = |marker: &[u8], entry: fn(usize) -> EntryPoint| {
        let window = &bytes[range.start..bytes.len().min(range.end + marker.len() - 1)];
        for offset in memmem::find_iter(window, marker) {
            found(entry(range.start + offset));
        }
    };
    each_marker(FOLDED_SCALAR_MARKER, EntryPoint::FoldedScalar);
    LIST_MARKERS.iter().for_each(|marker| each_marker(marker, EntryPoint::List));
}

/// The kinds of escapes that may begin at `offset`, by its first two bytes.
#[inline]
pub fn kinds(bytes: &[u8], offset: usize) -> &'static [EscapeKind] {
    let Some(&next) = bytes.get(offset + 1) else { return &[] };
    match (bytes[offset], next) {
        (b'%', b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => &[EscapeKind::Percent],
        (b'&', b'#' | b'q' | b'a' | b'l' | b'g' | b'e' | b'c') => &[EscapeKind::Entity],
        (b'\\', b'u' | b'U') => &[EscapeKind::Unicode, EscapeKind::Terminal],
        (b'\\', b'x') => &[EscapeKind::Hex, EscapeKind::Terminal],
        (b'\\', b'e' | b'E' | b'0' | b'2') => &[EscapeKind::Terminal],
        (ESC, b'[' | b']' | b'(') | (b'^', b'[') => &[EscapeKind::Terminal],
        (b'\\', b'\n' | b'\r') => &[EscapeKind::StringConcat],
        (b'\\', b'\\') => &[EscapeKind::Unicode, EscapeKind::Hex, EscapeKind::Terminal],
        _ => &[],
    }
}

/// Calls `found` with the starts of runs. A run of sixteen bytes contains one of every sixteen, so
/// only those are checked, and the bytes around them.
fn runs(bytes: &[u8], range: Range<usize>, mut found: impl FnMut(usize)) {
    let mut probe = range.start + MIN_RUN - 1;
    // All runs that begin before this offset were seen.
    let mut seen = range.start;
    while probe < bytes.len() && seen < range.end {
        if !is_run_byte(bytes[probe]) {
            seen = probe + 1;
            probe += MIN_RUN;
            continue;
        }
        let mut start = probe;
        while start > seen && is_run_byte(bytes[start - 1]) {
            start -= 1;
        }
        let mut end = probe + 1;
        while end < bytes.len() && is_run_byte(bytes[end]) {
            end += 1;
        }
        let began_earlier = start == range.start && start > 0 && is_run_byte(bytes[start - 1]);
        if end - start >= MIN_RUN && !began_earlier && start < range.end {
            found(start);
        }
        seen = end + 1;
        probe = end + MIN_RUN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_in(text: &str, range: Range<usize>) -> Vec<usize> {
        let mut starts = Vec::new();
        runs(text.as_bytes(), range, |start| starts.push(start));
        starts
    }

    #[test]
    fn runs_are_found_at_their_start() {
        let text = format!("{0} {0}={1} {1} {0}", "a".repeat(16), "b".repeat(15));
        let all = [0, 17, text.len() - 16];
        assert_eq!(runs_in(&text, 0..text.len()), all);
        for start in 0..text.len() {
            for end in start..text.len() {
                let expected: Vec<usize> =
                    all.into_iter().filter(|offset| (start..end).contains(offset)).collect();
                assert_eq!(runs_in(&text, start..end), expected, "{start}..{end}");
            }
        }
    }

    #[test]
    fn every_escape_and_quote_is_an_entry_point() {
        let mut entries = Vec::new();
        each(br#"a%41&lt;\x41"b" "c","#, 0..20, |entry| entries.push(entry));
        let expected = [
            EntryPoint::Escape(1),
            EntryPoint::Escape(4),
            EntryPoint::Escape(8),
            EntryPoint::Quote(14),
        ];
        assert_eq!(entries, expected);
    }
}
