//! Decodes a run in each encoding that it may have. Its first eight characters decide whether it
//! may be text, within a few nanoseconds: a lock file has a thousand runs per megabyte, none of
//! them text.

use super::base64::{begins_as_base64, decode_base64_run};
use super::hex::{begins_as_hex, decode_hex_run};
use super::{DIGITS, after_escape};
use crate::engine::decode::decoded::Decoded;
use crate::engine::decode::text_check;

/// Whether a run of at least [`super::MIN_RUN`] characters may encode text, judging by its first
/// two characters. Rejects most runs.
#[inline]
pub fn may_encode(bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).map(|before| bytes[before]);
    // At the start of the input the phase is unknown; after a backslash a letter may belong to the
    // escape.
    if matches!(before, None | Some(b'\\')) {
        return true;
    }
    let [a, b] =
        [start, start + 1].map(|offset| usize::from(DIGITS[usize::from(bytes[offset])] & 63));
    PAIRS[a] >> b & 1 == 1
}

/// For each first character the second characters with which it may begin text, in base64 or in
/// hexadecimal digits.
static PAIRS: [u64; 64] = {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut pairs = [0; 64];
    let mut pair = 0;
    while pair < 64 * 64 {
        let (a, b) = (pair / 64, pair % 64);
        // The lower half of the second byte is unknown; zeros pass if any value does.
        let base64 = text_check::may_begin_text((a << 2 | b >> 4) as u8, (b << 4) as u8);
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

/// Decodes the run at `start` in each encoding that it may have. If `start` is inside a run, the
/// rest of it is decoded.
#[inline]
pub fn decode_run_at(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) {
    if start == 0 || may_contain_text(&bytes[after_escape(bytes, start)..]) {
        decode_run(bytes, start, found);
    }
}

/// Rejects most runs by their first two or three characters.
#[inline]
fn may_contain_text(run: &[u8]) -> bool {
    let Some(&[a, b, c]) = run.first_chunk::<3>() else { return false };
    let [x, y, z] = [a, b, c].map(|b| DIGITS[usize::from(b)]);
    let base64 = (x | y | z) < 64 && text_check::may_begin_text(x << 2 | y >> 4, y << 4 | z >> 2);
    base64 && begins_as_base64(run, 0) || a.is_ascii_hexdigit() && begins_as_hex(run, 0)
}

fn decode_run(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) {
    let found = &mut |decoded: Decoded| found(Decoded { offset: start, ..decoded });
    // At the start of the input the run may have begun in an earlier part, so its phase is unknown.
    let phases = if start == 0 { 4 } else { 1 };
    let start = after_escape(bytes, start);
    if (start..start + phases).any(|start| decode_base64_run(bytes, start, found)) {
        return;
    }
    (start..start + phases.min(2)).any(|start| decode_hex_run(bytes, start, found));
}
