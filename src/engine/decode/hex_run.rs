//! Runs of hexadecimal digits, two a byte.

use super::decoded::{Cut, Decoded, Groups, Map};
use super::line_buffer::Sheet;
use super::run::{OVERLAP, belongs};
use super::text_check::{self, Looks};
use crate::findings::Step;

/// Hexadecimal digits of the shortest text worth a look.
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

/// Whether it is a text in hexadecimal digits.
pub fn hex(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) -> bool {
    if !begins_as_hex(bytes, start) {
        return false;
    }
    let start = behind_prefix(bytes, start);
    let rest = &bytes[start..];
    let digits = rest.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(rest.len());
    if digits < HEX_SHORTEST || rest.get(digits).is_some_and(|&b| belongs(b)) {
        return false;
    }
    let mut line = start..start + digits / 2 * 2;
    let mut sheet = Sheet::default();
    while sheet.take(bytes, &mut line) {
        if !emit_hex(&sheet, true, found) {
            return false;
        }
        sheet.keep_tail(OVERLAP);
    }
    emit_hex(&sheet, false, found)
}

/// Behind `0x`.
#[inline]
fn behind_prefix(bytes: &[u8], start: usize) -> usize {
    let prefixed = matches!(bytes.get(start..), Some([b'0', b'x' | b'X', ..]));
    start + if prefixed { 2 } else { 0 }
}

/// Whether the first digits could encode a text.
#[inline]
pub fn begins_as_hex(bytes: &[u8], start: usize) -> bool {
    let start = behind_prefix(bytes, start);
    let Some(head) = bytes.get(start..).and_then(|run| run.first_chunk::<12>()) else {
        return false;
    };
    // Most are turned down by the first four.
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| HEX_DIGITS[usize::from(head[at])]);
    if (a | b | c | d) >= 16 || !text_check::may_begin(a << 4 | b, c << 4 | d) {
        return false;
    }
    let mut bits = 0u64;
    let mut any = 0;
    for &b in head {
        let digit = HEX_DIGITS[usize::from(b)];
        any |= digit;
        bits = bits << 4 | u64::from(digit & 15);
    }
    any < 16 && text_check::begins(bits)
}

fn emit_hex(sheet: &Sheet, cut: bool, found: &mut dyn FnMut(Decoded)) -> bool {
    let mut bytes = vec![0; sheet.chars.len() / 2];
    let utf16 = match decode_hex(&sheet.chars, &mut bytes).then(|| text_check::looks(&bytes)) {
        Some(Looks::Utf8) => None,
        Some(Looks::Utf16(endian)) => Some(endian),
        Some(Looks::Noise) | None => return false,
    };
    found(Decoded {
        at: sheet.lines[0].1,
        bytes,
        step: Step::Hex,
        map: Map::Groups(Groups {
            chars: 2,
            bytes: 1,
            lines: sheet.lines.clone(),
            total: sheet.chars.len(),
        }),
        cut: Cut { front: sheet.cut, back: cut },
        utf16,
    });
    true
}

/// Fills `bytes` from two digits each; `false` where one is no digit.
pub fn decode_hex(digits: &[u8], bytes: &mut [u8]) -> bool {
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
