//! Runs that are base64 of text, over one line or several.

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::line_buffer::LineBuffer;
use super::{DIGITS, RUN_OVERLAP, continues_a_line, next_line, run_at};
use crate::engine::decode::decoded::{Decoded, GroupMap, SpanMap, Truncated};
use crate::engine::decode::text_check::{self, TextGuess};
use crate::findings::Step;

/// Characters of the first line that must decode to text before further lines are joined to it.
const FIRST_LINE: usize = 1024;

const fn forgiving(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const BASE64: GeneralPurpose = forgiving(&STANDARD);
const BASE64URL: GeneralPurpose = forgiving(&URL_SAFE);

/// Decodes the run if it is base64 of text. Returns whether it is.
pub fn decode_base64_run(bytes: &[u8], start: usize, found: &mut dyn FnMut(Decoded)) -> bool {
    if !begins_as_base64(bytes, start) {
        return false;
    }
    let mut line = run_at(bytes, start);
    let first = &bytes[line.start..line.end.min(line.start + FIRST_LINE)];
    if decode_base64(first).is_none_or(|text| text_check::guess_text(&text) == TextGuess::Noise) {
        return false;
    }
    let joins = !continues_a_line(bytes, start);
    let mut buffer = LineBuffer::default();
    loop {
        while buffer.push_line(bytes, &mut line) {
            if !emit_text(&buffer, true, found) {
                return true;
            }
            buffer.keep_tail(RUN_OVERLAP);
        }
        match next_line(bytes, line.end).filter(|_| joins) {
            Some(next) => line = next,
            None => break,
        }
    }
    emit_text(&buffer, false, found);
    true
}

#[inline]
pub fn begins_as_base64(bytes: &[u8], start: usize) -> bool {
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
    any < 64 && text_check::begins_text(bits)
}

/// Calls `found` with the text in the buffer. Returns `false` if it is not text.
fn emit_text(buffer: &LineBuffer, truncated: bool, found: &mut dyn FnMut(Decoded)) -> bool {
    let Some(bytes) = decode_base64(&buffer.chars) else { return false };
    let utf16 = match text_check::guess_text(&bytes) {
        TextGuess::Utf8 => None,
        TextGuess::Utf16(endian) => Some(endian),
        // A later part of UTF-16 has no byte order mark.
        TextGuess::Noise => return false,
    };
    found(Decoded {
        offset: buffer.lines[0].1,
        bytes,
        step: Step::Base64,
        map: SpanMap::Groups(GroupMap {
            chars: 4,
            bytes: 3,
            lines: buffer.lines.clone(),
            total: buffer.chars.len(),
        }),
        truncated: Truncated { start: buffer.truncated, end: truncated },
        utf16,
    });
    true
}

/// The bytes that the characters encode; a last character that encodes no byte is dropped. `None`
/// if there are characters of both alphabets, as in paths.
pub fn decode_base64(chars: &[u8]) -> Option<Vec<u8>> {
    let digits = chars.iter().rposition(|&b| b != b'=').map_or(0, |last| last + 1);
    let whole = &chars[..digits - usize::from(digits % 4 == 1)];
    if memchr::memchr2(b'-', b'_', whole).is_some() {
        BASE64URL.decode(whole).ok()
    } else {
        BASE64.decode(whole).ok()
    }
}
