//! How far back a decoding may begin that looks at a byte.
//!
//! A change within a run or a chain changes everything that it decodes to, so that nothing
//! of it may be carried over from another version and it is looked at whole (contract of
//! locality, point 4). An audit asks here where that begins.

use super::escape::Kind;
use super::escape_chain;
use super::folded_scalar::{self, SIGN};
use super::run::{self, RUN_LONGEST, belongs};
use super::string_concat::{LONGEST_JOINT, WORD, may_fill};
use crate::rules::MARGIN;

/// The first entry point of what might be decoded over the byte at `at`; `at` itself where
/// nothing is. `None` where it lies more than [`RUN_LONGEST`] bytes back: the blob must be
/// scanned whole.
pub fn first_entry(bytes: &[u8], at: usize) -> Option<usize> {
    let earliest = at.saturating_sub(RUN_LONGEST);
    let mut first = start_of_lines(bytes, at, earliest)?;
    // No escape is further away that may reach so far, nor is one without its first byte.
    let near = &bytes[at.saturating_sub(MARGIN + LONGEST_JOINT)..at];
    let percent_or_entity = memchr::memchr2(b'%', b'&', near).is_some();
    let backslash = memchr::memchr(b'\\', near).is_some();
    for kind in Kind::ALL {
        let may_stand = match kind {
            Kind::Percent | Kind::Entity => percent_or_entity,
            Kind::Unicode | Kind::Hex => backslash,
            Kind::Joint => backslash || memchr::memchr3(b'"', b'\'', b'`', near).is_some(),
        };
        if may_stand {
            first = first.min(start_of_chain(kind, bytes, at, earliest)?);
        }
    }
    // A folded scalar whose sign stands before the byte, or on it.
    let from = at.saturating_sub(folded_scalar::REACH);
    let signs = &bytes[from..bytes.len().min(at + SIGN.len() - 1)];
    let sign = |&sign: &usize| signs[sign..].starts_with(SIGN);
    let sign = memchr::memchr_iter(SIGN[0], signs).find(sign).map_or(at, |sign| from + sign);
    Some(first.min(sign))
}

/// The first place behind a seam at `at` from which on it plays no part where decodings
/// begin: a margin behind it, or the first line end that no joint from before it can hold,
/// since an escape is its chain's first if a line end stands before it.
///
/// Nor does it play a part in a joint that begins behind it, some bytes away: what makes a joint
/// one stands between its quotes and a word's length in front.
pub fn first_free(bytes: &[u8], at: usize) -> usize {
    let last = bytes.len().min(at + MARGIN);
    let behind_joints = (at + WORD..last).find(|&at| !may_fill(bytes[at])).unwrap_or(last);
    let line = last.min(behind_joints.max(at + BESIDE));
    memchr::memchr(b'\n', &bytes[line..last]).map_or(last, |end| line + end + 1)
}

/// Bytes beside an escape or the start of a run that decide what it is: more than any looks at.
const BESIDE: usize = 32;

/// Start of the run that holds or touches the byte, or of the first of the lines of runs
/// that it may have been joined to.
fn start_of_lines(bytes: &[u8], at: usize, earliest: usize) -> Option<usize> {
    let mut first = at;
    // Behind padding, or on the indent of a line that would be joined.
    let mut end = bytes[..at].iter().rev().take(2).take_while(|&&b| b == b'=').count();
    end = at - end;
    if let Some(line) = run::line_before(bytes, at) {
        end = line;
    }
    // Within a line end.
    let holds = |start: &usize| start + run::line_ends(&bytes[*start..]) > at;
    if let Some(line) = (at.saturating_sub(3)..at).find(holds) {
        end = line;
    }
    loop {
        let mut start = end;
        while start > earliest && belongs(bytes[start - 1]) {
            start -= 1;
        }
        if start == end {
            return Some(first);
        }
        if start <= earliest && start > 0 {
            return None;
        }
        first = start;
        match run::line_before(bytes, run::behind_escape(bytes, start)) {
            Some(line) => end = line,
            None => return Some(first),
        }
    }
}

/// Start of the first escape of the chain in whose reach the byte lies.
fn start_of_chain(kind: Kind, bytes: &[u8], at: usize, earliest: usize) -> Option<usize> {
    let mut first = escape_chain::over(kind, bytes, at).unwrap_or(at);
    while let Some(before) = escape_chain::previous(kind, bytes, first) {
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
    fn a_decoding_is_followed_to_where_it_begins() {
        let line = "a".repeat(40);
        let block = format!("key: {line}\n     {line}\n     {line}\n");
        for at in block.len() - 41..block.len() {
            assert_eq!(first_entry(block.as_bytes(), at), Some(5), "{at}");
        }
        for end in ["\r\n", "\\n", "\\r\\n"] {
            let block = format!("key: {}", [&*line, &line, &line].join(end));
            for at in 46..block.len() {
                assert_eq!(first_entry(block.as_bytes(), at), Some(5), "{at}");
            }
        }
        let chain = "x=%41bcd%42efg hij";
        assert_eq!(first_entry(chain.as_bytes(), 9), Some(2));
        assert_eq!(first_entry(chain.as_bytes(), 17), Some(15));
        assert_eq!(first_entry("%41".repeat(40_000).as_bytes(), 100_000), None);
        assert_eq!(first_entry("a".repeat(100_000).as_bytes(), 100_000), None);
    }
}
