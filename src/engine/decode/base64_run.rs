//! Runs that are base64, over one line or several.

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::decoded::{Cut, Decoded, Groups, Map};
use super::line_buffer::Sheet;
use super::run::{DIGITS, OVERLAP, continues_a_line, next_line, run_at};
use super::text_check::{self, Looks};
use crate::findings::Step;

/// Characters of the first line that must be text before further lines are joined to it.
const FIRST_LINE: usize = 1024;
const fn forgiving(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const BASE64: GeneralPurpose = forgiving(&STANDARD);
const BASE64URL: GeneralPurpose = forgiving(&URL_SAFE);

/// Whether it is base64 of a text.
pub(super) fn base64(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) -> bool {
    if !begins_as_base64(bytes, start) {
        return false;
    }
    let mut line = run_at(bytes, start);
    let first = &bytes[line.start..line.end.min(line.start + FIRST_LINE)];
    if decode_base64(first).is_none_or(|text| text_check::looks(&text) == Looks::Noise) {
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
pub(super) fn begins_as_base64(bytes: &[u8], start: usize) -> bool {
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
    any < 64 && text_check::begins(bits)
}

/// Hands on the text that the sheet holds. `false` where it holds none.
fn emit(sheet: &Sheet, cut: bool, found: &mut dyn FnMut(Decoded)) -> bool {
    let Some(bytes) = decode_base64(&sheet.chars) else { return false };
    let utf16 = match text_check::looks(&bytes) {
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
