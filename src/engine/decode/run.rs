//! Runs: base64, over one line or several; hexadecimal digits are [`super::hex`]'s.
//!
//! A run is a maximal row of `[A-Za-z0-9+/_-]` with up to two `=` behind it; its phase counts
//! from its start. Whether a run holds anything is told by its first eight characters, for a
//! few nanoseconds: a lock file has a thousand runs a megabyte and not one is text.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::decoded::{Cut, Decoded, Groups, Map};
use super::hex::{begins_as_hex, hex};
use super::sheet::Sheet;
use super::text::{self, Looks};
use crate::findings::Step;

/// Fewer characters are no run: no credential fits into 11 bytes with what tells it apart.
pub const RUN_SHORTEST: usize = 16;
/// Characters that are decoded at a time. A run that is longer goes in pieces, which overlap
/// by [`OVERLAP`]; a delta cannot tell where it begins, so it makes its blob one that is
/// scanned whole (contract of locality, point 4).
pub const RUN_LONGEST: usize = 64 * 1024;
/// More characters than the longest judged span has, whatever it is encoded in.
pub(super) const OVERLAP: usize = 4 * 1024;
/// Characters of the first line that must be text before further lines are joined to it.
const FIRST_LINE: usize = 1024;
/// Blanks in front of a line.
const INDENT: usize = 128;

const fn forgiving(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const BASE64: GeneralPurpose = forgiving(&STANDARD);
const BASE64URL: GeneralPurpose = forgiving(&URL_SAFE);

/// Value of a base64 digit of either alphabet; 64 for any other byte.
static DIGITS: [u8; 256] = {
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

/// Whether the byte can stand in a run.
#[inline]
pub fn belongs(b: u8) -> bool {
    DIGITS[usize::from(b)] < 64
}

/// The run that begins at `start`, to its true end, padding and all.
pub fn run_at(bytes: &[u8], start: usize) -> Range<usize> {
    let body = start + length(&bytes[start..]);
    let padding = bytes[body..].iter().take(2).take_while(|&&b| b == b'=').count();
    start..body + padding
}

/// How many characters of a run the bytes begin with. Long ones go a block at a time, in which
/// no byte waits for the one before.
pub fn length(bytes: &[u8]) -> usize {
    let all = |block: &[u8; 64]| block.iter().fold(true, |all, &b| all & is_digit(b));
    let (blocks, _) = bytes.as_chunks();
    let whole = blocks.iter().position(|block| !all(block)).unwrap_or(blocks.len()) * 64;
    whole + bytes[whole..].iter().position(|&b| !belongs(b)).unwrap_or(bytes.len() - whole)
}

/// As [`belongs`], in a form that vectors can compute.
fn is_digit(b: u8) -> bool {
    let letter = (b | 0x20).wrapping_sub(b'a') < 26;
    let digit = b.wrapping_sub(b'0') < 10;
    letter | digit | (b == b'+') | (b == b'/') | (b == b'-') | (b == b'_')
}

/// Whether a run of [`RUN_SHORTEST`] and more characters may encode a text, for all that its
/// first two tell: turns most of them down.
#[inline]
pub fn may_encode(bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).map(|before| bytes[before]);
    // At the very beginning the phase is not known; behind a backslash a letter may be the
    // escape's.
    if matches!(before, None | Some(b'\\')) {
        return true;
    }
    let [a, b] = [start, start + 1].map(|at| usize::from(DIGITS[usize::from(bytes[at])] & 63));
    PAIRS[a] >> b & 1 == 1
}

/// For each first character the second ones with which it may begin a text, in base64 or in
/// hexadecimal digits.
static PAIRS: [u64; 64] = {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut pairs = [0; 64];
    let mut pair = 0;
    while pair < 64 * 64 {
        let (a, b) = (pair / 64, pair % 64);
        // The second character leaves the lower half of the second byte open; with zeros there
        // it passes if it does with anything.
        let base64 = text::may_begin((a << 2 | b >> 4) as u8, (b << 4) as u8);
        let [x, y] = [digits[a], digits[b]];
        let hex =
            x.is_ascii_hexdigit() && y.is_ascii_hexdigit() || x == b'0' && matches!(y, b'x' | b'X');
        if base64 || hex {
            pairs[a] |= 1 << b;
        }
        pair += 1;
    }
    pairs
};

/// Decodes what stands at the start of a run, as each of the encodings that it could be. A
/// run in whose middle `start` lies is decoded from there.
#[inline]
pub fn run(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) {
    if start == 0 || may_hold_text(&bytes[behind_escape(bytes, start)..]) {
        decode_run(bytes, start, found);
    }
}

/// Turns most runs down by their first two or three characters.
#[inline]
fn may_hold_text(run: &[u8]) -> bool {
    let Some(&[a, b, c]) = run.first_chunk::<3>() else { return false };
    let [x, y, z] = [a, b, c].map(|b| DIGITS[usize::from(b)]);
    let base64 = (x | y | z) < 64 && text::may_begin(x << 2 | y >> 4, y << 4 | z >> 2);
    base64 && begins_as_base64(run, 0) || a.is_ascii_hexdigit() && begins_as_hex(run, 0)
}

fn decode_run(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) {
    let found = &mut |decoded: Decoded| found(Decoded { at: start, ..decoded });
    // At the very beginning the run may have begun in an earlier part of the input, so that
    // nobody knows its phase.
    let phases = if start == 0 { 4 } else { 1 };
    let start = behind_escape(bytes, start);
    if (start..start + phases).any(|start| base64(bytes, start, found)) {
        return;
    }
    (start..start + phases.min(2)).any(|start| hex(bytes, start, found));
}

/// `\n` in a string: its letter is no part of the run behind it.
pub(super) fn behind_escape(bytes: &[u8], start: usize) -> usize {
    let escaped = start > 0
        && bytes[start - 1] == b'\\'
        && matches!(bytes.get(start), Some(b'n' | b'r' | b't'));
    start + usize::from(escaped)
}

/// Whether it is base64 of a text.
fn base64(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) -> bool {
    if !begins_as_base64(bytes, start) {
        return false;
    }
    let mut line = run_at(bytes, start);
    let first = &bytes[line.start..line.end.min(line.start + FIRST_LINE)];
    if decode_base64(first).is_none_or(|text| text::looks(&text) == Looks::Noise) {
        return false;
    }
    let joins = !continues_a_line(bytes, start);
    let mut sheet = Sheet::default();
    loop {
        while sheet.take(bytes, &mut line) {
            if !emit(&sheet, true, found) {
                return true;
            }
            sheet.keep_tail(OVERLAP);
        }
        match next_line(bytes, line.end).filter(|_| joins) {
            Some(next) => line = next,
            None => break,
        }
    }
    emit(&sheet, false, found);
    true
}

#[inline]
fn begins_as_base64(bytes: &[u8], start: usize) -> bool {
    let Some(head) = bytes.get(start..).and_then(|run| run.first_chunk::<8>()) else {
        return false;
    };
    let mut bits = 0u64;
    let mut any = 0;
    for &b in head {
        let digit = DIGITS[usize::from(b)];
        any |= digit;
        bits = bits << 6 | u64::from(digit & 63);
    }
    any < 64 && text::begins(bits)
}

/// Hands on the text that the sheet holds. `false` where it holds none.
fn emit(sheet: &Sheet, cut: bool, found: &mut dyn FnMut(Decoded)) -> bool {
    let Some(bytes) = decode_base64(&sheet.chars) else { return false };
    let utf16 = match text::looks(&bytes) {
        Looks::Utf8 => None,
        Looks::Utf16(endian) => Some(endian),
        // A later piece of UTF-16 has no byte order mark.
        Looks::Noise => return false,
    };
    found(Decoded {
        at: sheet.lines[0].1,
        bytes,
        step: Step::Base64,
        map: Map::Groups(Groups {
            chars: 4,
            bytes: 3,
            lines: sheet.lines.clone(),
            total: sheet.chars.len(),
        }),
        cut: Cut { front: sheet.cut, back: cut },
        utf16,
    });
    true
}

/// The bytes that the characters encode; a last character that encodes none is left out.
/// `None` where characters of both alphabets stand side by side, as they do in paths.
pub(super) fn decode_base64(chars: &[u8]) -> Option<Vec<u8>> {
    let digits = chars.iter().rposition(|&b| b != b'=').map_or(0, |last| last + 1);
    let whole = &chars[..digits - usize::from(digits % 4 == 1)];
    if memchr::memchr2(b'-', b'_', whole).is_some() {
        BASE64URL.decode(whole).ok()
    } else {
        BASE64.decode(whole).ok()
    }
}

/// The line behind one that ends at `end`, if it is base64 from its indent to its end. Line
/// ends may be escaped, as in a JSON string.
fn next_line(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let ended_by_padding = end > 0 && bytes[end - 1] == b'=';
    let rest = bytes.get(end..).filter(|_| !ended_by_padding)?;
    let ends = line_ends(rest);
    if ends == 0 {
        return None;
    }
    let indent = rest[ends..].iter().take(INDENT).take_while(|&&b| is_blank(b)).count();
    let line = run_at(bytes, end + ends + indent);
    let closed = bytes.get(line.end).is_none_or(|b| b"\r\n\\\"'`<".contains(b));
    (closed && bytes.get(line.start).is_some_and(|&b| belongs(b))).then_some(line)
}

/// Length of one line end: CR LF, LF, or their escapes.
pub(super) fn line_ends(rest: &[u8]) -> usize {
    [&b"\r\n"[..], b"\n", br"\r\n", br"\n"]
        .iter()
        .find(|end| rest.starts_with(end))
        .map_or(0, |end| end.len())
}

/// Whether the run at `start` begins a line and the line before ends in a run: then it was
/// joined to that one, and is decoded only by itself. One line is all that is looked back.
pub(super) fn continues_a_line(bytes: &[u8], start: usize) -> bool {
    line_before(bytes, start).is_some_and(|end| {
        end >= RUN_SHORTEST && bytes[end - RUN_SHORTEST..end].iter().all(|&b| belongs(b))
    })
}

/// Where the line before ends, if only an indent stands between its end and `start`.
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
    fn a_run_ends_where_its_characters_do() {
        for b in 0..=u8::MAX {
            assert_eq!(is_digit(b), belongs(b), "{b}");
        }
        for whole in [0, 1, 63, 64, 65, 200] {
            let run = "aZ09+/-_".repeat(40)[..whole].to_owned();
            assert_eq!(length(run.as_bytes()), whole);
            assert_eq!(length(format!("{run}={run}").as_bytes()), whole);
        }
    }
}
