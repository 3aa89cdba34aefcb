//! Where could something encoded begin? A scalar search; the decoders take its word for
//! nothing, so that any faster search may stand in its place.

use std::ops::Range;

use memchr::memmem;

use super::escape::Kind;
use super::folded_scalar::SIGN;
use super::run::{RUN_SHORTEST, belongs};
use super::string_concat::may_follow;

/// Where a decoder is to be set on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A run of [`RUN_SHORTEST`] and more characters begins here.
    Run(usize),
    /// Here stands `%`, `&` or a backslash.
    Escape(usize),
    /// Here stands a quote, which may close a literal that goes on.
    Quote(usize),
    /// Here stands what a key is followed by whose value is folded.
    Folded(usize),
}

/// Calls `found` with every entry point that begins in `range`, runs first.
pub fn each(bytes: &[u8], range: Range<usize>, mut found: impl FnMut(Entry)) {
    runs(bytes, range.clone(), |start| found(Entry::Run(start)));
    let within = &bytes[range.clone()];
    for at in memchr::memchr3_iter(b'%', b'&', b'\\', within) {
        found(Entry::Escape(range.start + at));
    }
    for at in memchr::memchr3_iter(b'"', b'\'', b'`', within) {
        if bytes.get(range.start + at + 1).is_some_and(|&b| may_follow(b)) {
            found(Entry::Quote(range.start + at));
        }
    }
    let signs = &bytes[range.start..bytes.len().min(range.end + SIGN.len() - 1)];
    for at in memmem::find_iter(signs, SIGN) {
        found(Entry::Folded(range.start + at));
    }
}

/// The kinds of which an escape may begin at `at`, by its first two bytes.
#[inline]
pub fn kinds(bytes: &[u8], at: usize) -> &'static [Kind] {
    let Some(&next) = bytes.get(at + 1) else { return &[] };
    match (bytes[at], next) {
        (b'%', b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => &[Kind::Percent],
        (b'&', b'#' | b'q' | b'a' | b'l' | b'g' | b'e' | b'c') => &[Kind::Entity],
        (b'\\', b'u' | b'U') => &[Kind::Unicode],
        (b'\\', b'x') => &[Kind::Hex],
        (b'\\', b'\n' | b'\r') => &[Kind::Joint],
        (b'\\', b'\\') => &[Kind::Unicode, Kind::Hex],
        _ => &[],
    }
}

/// Starts of runs. A run of sixteen bytes holds one of every sixteen: only those are looked
/// at, and what is round them.
fn runs(bytes: &[u8], range: Range<usize>, mut found: impl FnMut(usize)) {
    let mut probe = range.start + RUN_SHORTEST - 1;
    // Nothing before this byte is part of a run that has not been seen.
    let mut seen = range.start;
    while probe < bytes.len() && seen < range.end {
        if !belongs(bytes[probe]) {
            seen = probe + 1;
            probe += RUN_SHORTEST;
            continue;
        }
        let mut start = probe;
        while start > seen && belongs(bytes[start - 1]) {
            start -= 1;
        }
        let mut end = probe + 1;
        while end < bytes.len() && belongs(bytes[end]) {
            end += 1;
        }
        let began_earlier = start == range.start && start > 0 && belongs(bytes[start - 1]);
        if end - start >= RUN_SHORTEST && !began_earlier && start < range.end {
            found(start);
        }
        seen = end + 1;
        probe = end + RUN_SHORTEST;
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
    fn runs_are_found_where_they_begin() {
        let text = format!("{0} {0}={1} {1} {0}", "a".repeat(16), "b".repeat(15));
        let all = [0, 17, text.len() - 16];
        assert_eq!(runs_in(&text, 0..text.len()), all);
        for start in 0..text.len() {
            for end in start..text.len() {
                let wanted: Vec<usize> =
                    all.into_iter().filter(|at| (start..end).contains(at)).collect();
                assert_eq!(runs_in(&text, start..end), wanted, "{start}..{end}");
            }
        }
    }

    #[test]
    fn every_mark_is_an_entry() {
        let mut entries = Vec::new();
        each(br#"a%41&lt;\x41"b" "c","#, 0..20, |entry| entries.push(entry));
        let wanted = [Entry::Escape(1), Entry::Escape(4), Entry::Escape(8), Entry::Quote(14)];
        assert_eq!(entries, wanted);
    }
}
