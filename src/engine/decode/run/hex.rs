//! Runs of hexadecimal digits, two per byte.

use super::line_buffer::LineBuffer;
use super::{RUN_OVERLAP, is_run_byte};
use crate::engine::decode::decoded::{Decoded, GroupMap, SpanMap, Truncated};
use crate::engine::decode::text_check::{self, TextGuess};
use crate::findings::Step;

/// Minimum number of hexadecimal digits that are decoded.
const HEX_SHORTEST: usize = 24;

/// Value of a hexadecimal digit of either case; 16 for any other byte.
static HEX_DIGITS: [u8; 256] = {
    let mut digits = [16; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

/// Decodes the run if it is a text in hexadecimal digits. Returns whether it is.
pub fn decode_hex_run(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) -> bool {
    if !begins_as_hex(bytes, start) {
        return false;
    }
    let start = after_prefix(bytes, start);
    let rest = &bytes[start..];
    let digits = rest.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(rest.len());
    if digits < HEX_SHORTEST || rest.get(digits).is_some_and(|&b| is_run_byte(b)) {
        return false;
    }
    let mut line = start..start + digits / 2 * 2;
    let mut buffer = LineBuffer::default();
    while buffer.push_line(bytes, &mut line) {
        if !emit_hex(&buffer, true, found) {
            return false;
        }
        buffer.keep_tail(RUN_OVERLAP);
    }
    emit_hex(&buffer, false, found)
}

/// The offset after `0x`.
#[inline]
fn after_prefix(bytes: &[u8], start: usize) -> usize {
    let prefixed = matches!(bytes.get(start..), Some([b'0', b'x' | b'X', ..]));
    start + if prefixed { 2 } else { 0 }
}

/// Whether the first digits could encode a text.
#[inline]
pub fn begins_as_hex(bytes: &[u8], start: usize) -> bool {
    let start = after_prefix(bytes, start);
    let Some(head) = bytes.get(start..).and_then(|run| run.first_chunk::<12>()) else {
        return false;
    };
    // The first four reject most.
    let [a, b, c, d] = [0, 1, 2, 3].map(|index| HEX_DIGITS[usize::from(head[index])]);
    if (a | b | c | d) >= 16 || !text_check::may_begin_text(a << 4 | b, c << 4 | d) {
        return false;
    }
    let mut bits = 0u64;
    let mut any = 0;
    for &b in head {
        let digit = HEX_DIGITS[usize::from(b)];
        any |= digit;
        bits = bits << 4 | u64::from(digit & 15);
    }
    any < 16 && text_check::begins_text(bits)
}

fn emit_hex(buffer: &LineBuffer, truncated: bool, found: &mut dyn FnMut(Decoded)) -> bool {
    let mut bytes = vec![0; buffer.chars.len() / 2];
    let utf16 = match decode_hex_digits(&buffer.chars, &mut bytes)
        .then(|| text_check::guess_text(&bytes))
    {
        Some(TextGuess::Utf8) => None,
        Some(TextGuess::Utf16(endian)) => Some(endian),
        Some(TextGuess::Noise) | None => return false,
    };
    found(Decoded {
        offset: buffer.lines[0].1,
        bytes,
        step: Step::Hex,
        map: SpanMap::Groups(GroupMap {
            chars: 2,
            bytes: 1,
            lines: buffer.lines.clone(),
            total: buffer.chars.len(),
        }),
        truncated: Truncated { start: buffer.truncated, end: truncated },
        utf16,
    });
    true
}

/// Fills `bytes` from two digits each. Returns `false` if one is not a digit.
pub fn decode_hex_digits(digits: &[u8], bytes: &mut [u8]) -> bool {
    digits.chunks_exact(2).zip(bytes).all(|(pair, byte)| {
        match (hex_digit(pair[0]), hex_digit(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        }
    })
}

/// Value of a hexadecimal digit.
#[inline]
pub fn hex_digit(b: u8) -> Option<u8> {
    let digit = HEX_DIGITS[usize::from(b)];
    (digit < 16).then_some(digit)
}
