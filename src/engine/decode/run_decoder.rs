//! A run, decoded as each of the encodings that it may be in. Whether it holds anything is told
//! by its first eight characters, for a few nanoseconds: a lock file has a thousand runs a
//! megabyte and not one is text.

use super::base64_run::{base64, begins_as_base64};
use super::decoded::Decoded;
use super::hex_run::{begins_as_hex, hex};
use super::run::{DIGITS, behind_escape};
use super::text_check;

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
        let base64 = text_check::may_begin((a << 2 | b >> 4) as u8, (b << 4) as u8);
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
    let base64 = (x | y | z) < 64 && text_check::may_begin(x << 2 | y >> 4, y << 4 | z >> 2);
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
