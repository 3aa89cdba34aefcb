//! Runs of base64 characters, over one line or several: where they begin and end.
//!
//! A run is a maximal sequence of `[A-Za-z0-9+/_-]` followed by up to two `=`; its phase counts
//! from its start. Runs of hexadecimal digits are a special case.

pub mod base64;
pub mod decoder;
pub mod hex;
mod line_buffer;

use std::ops::Range;

/// Minimum length of a run: no credential fits into the 11 bytes that fewer characters encode.
pub const MIN_RUN: usize = 16;
/// Characters that are decoded at a time. A longer run is split into parts, which overlap by
/// `RUN_OVERLAP`. A delta scan cannot find its start, so its blob is scanned completely (contract
/// of locality, point 4).
pub const MAX_RUN: usize = 64 * 1024;
/// More characters than the longest judged span has in any encoding.
pub(super) const RUN_OVERLAP: usize = 4 * 1024;
/// Maximum indentation of a line.
const INDENT: usize = 128;

/// Value of a base64 digit of either alphabet; 64 for any other byte.
pub(super) static DIGITS: [u8; 256] = {
    let mut digits = [64; 256];
    let order = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        digits[order[value] as usize] = value as u8;
        value += 1;
    }
    digits[b'-' as usize] = 62;
    digits[b'_' as usize] = 63;
    digits
};

/// Whether the byte can be part of a run.
#[inline]
pub fn is_run_byte(b: u8) -> bool {
    DIGITS[usize::from(b)] < 64
}

/// The complete run that begins at `start`, including padding.
pub fn run_at(bytes: &[u8], start: usize) -> Range<usize> {
    let body = start + run_length(&bytes[start..]);
    let padding = bytes[body..].iter().take(2).take_while(|&&b| b == b'=').count();
    start..body + padding
}

/// The number of run characters that the bytes begin with. Long runs are processed in blocks
/// without a dependency between bytes.
pub fn run_length(bytes: &[u8]) -> usize {
    let all = |block: &[u8; 64]| block.iter().fold(true, |all, &b| all & is_run_digit(b));
    let (blocks, _) = bytes.as_chunks();
    let whole = blocks.iter().position(|block| !all(block)).unwrap_or(blocks.len()) * 64;
    whole + bytes[whole..].iter().position(|&b| !is_run_byte(b)).unwrap_or(bytes.len() - whole)
}

/// As [`is_run_byte`], in a form that can be vectorized.
fn is_run_digit(b: u8) -> bool {
    let letter = (b | 0x20).wrapping_sub(b'a') < 26;
    let digit = b.wrapping_sub(b'0') < 10;
    letter | digit | (b == b'+') | (b == b'/') | (b == b'-') | (b == b'_')
}

/// The start of the run without the letter of an escape such as `\n` before it.
pub(super) fn after_escape(bytes: &[u8], start: usize) -> usize {
    let escaped = start > 0
        && bytes[start - 1] == b'\\'
        && matches!(bytes.get(start), Some(b'n' | b'r' | b't'));
    start + usize::from(escaped)
}

/// The line after one that ends at `end`, if it is base64 from its indentation to its end. Line
/// ends may be escaped, as in a JSON string.
pub(super) fn next_line(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let ended_by_padding = end > 0 && bytes[end - 1] == b'=';
    let rest = bytes.get(end..).filter(|_| !ended_by_padding)?;
    let ends = line_ends(rest);
    if ends == 0 {
        return None;
    }
    let indent = rest[ends..].iter().take(INDENT).take_while(|&&b| is_blank(b)).count();
    let line = run_at(bytes, end + ends + indent);
    let closed = bytes.get(line.end).is_none_or(|b| b"\r\n\\\"'`<".contains(b));
    (closed && bytes.get(line.start).is_some_and(|&b| is_run_byte(b))).then_some(line)
}

/// Length of one line end: CR LF, LF, or their escapes.
pub(super) fn line_ends(rest: &[u8]) -> usize {
    [&b"\r\n"[..], b"\n", br"\r\n", br"\n"]
        .iter()
        .find(|end| rest.starts_with(end))
        .map_or(0, |end| end.len())
}

/// Whether the run at `start` begins a line and the line before ends in a run: then it was joined
/// to that one, and is decoded only by itself. Only one line before is checked.
pub(super) fn continues_a_line(bytes: &[u8], start: usize) -> bool {
    line_before(bytes, start).is_some_and(|end| {
        end >= MIN_RUN && bytes[end - MIN_RUN..end].iter().all(|&b| is_run_byte(b))
    })
}

/// The end of the line before, if only indentation is between it and `start`.
pub(super) fn line_before(bytes: &[u8], start: usize) -> Option<usize> {
    let near = &bytes[start.saturating_sub(INDENT)..start];
    let blanks = near.iter().rev().take_while(|&&b| is_blank(b)).count();
    let line = &bytes[..start - blanks];
    [&b"\r\n"[..], b"\n", br"\r\n", br"\n"]
        .iter()
        .find_map(|end| line.strip_suffix(*end))
        .map(<[u8]>::len)
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_with_its_last_character() {
        for b in 0..=u8::MAX {
            assert_eq!(is_run_digit(b), is_run_byte(b), "{b}");
        }
        for whole in [0, 1, 63, 64, 65, 200] {
            let run = "aZ09+/-_".repeat(40)[..whole].to_owned();
            assert_eq!(run_length(run.as_bytes()), whole);
            assert_eq!(run_length(format!("{run}={run}").as_bytes()), whole);
        }
    }
}
