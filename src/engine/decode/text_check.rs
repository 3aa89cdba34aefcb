//! Are decoded bytes text? Most runs of letters and digits are not base64: base64 of text decodes
//! to text, anything else to noise.

use crate::blob::transcode::{Endian, utf16_endian};

/// Minimum percentage of decoded bytes that are text. Noise has 37.
const MIN_TEXT_SHARE: usize = 90;

/// What decoded bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextGuess {
    Utf8,
    Utf16(Endian),
    Noise,
}

/// Whether the first six bytes, in the lower part of a big-endian number, may begin text. Of random
/// bytes one in two hundred passes; most are rejected by a few instructions.
#[inline]
pub fn begins_text(head: u64) -> bool {
    const HIGH: u64 = 0x8080_8080_8080;
    let bytes = head.to_be_bytes();
    let mut byte_kinds = 0;
    for &b in &bytes[2..] {
        byte_kinds |= BYTE_KINDS[usize::from(b)];
    }
    if byte_kinds == PLAIN {
        return true;
    }
    // In UTF-8 a continuation byte follows a lead byte or another continuation byte.
    let high = head & HIGH;
    let lead = high & head << 1;
    let continuation = high & !lead;
    let utf8 = byte_kinds & (CONTROL | NUL) == 0 && (lead >> 8) & !continuation & HIGH == 0;
    (utf8 && continuation & !(high >> 8) == 0 || byte_kinds & NUL != 0 || head >> 40 >= 0xFE)
        && begins_non_ascii(bytes)
}

/// Whether text may begin with these two bytes.
#[inline]
pub const fn may_begin_text(first: u8, second: u8) -> bool {
    let continues = second & 0xc0 == 0x80;
    match BYTE_KINDS[first as usize] {
        PLAIN => BYTE_KINDS[second as usize] != CONTROL && !continues,
        BEYOND_ASCII => matches!(first, 0xc2..0xf5) && continues || first >= 0xfe,
        kind => kind == NUL,
    }
}

const PLAIN: u8 = 1;
const CONTROL: u8 = 2;
const NUL: u8 = 4;
const BEYOND_ASCII: u8 = 8;

/// The kind of each byte.
static BYTE_KINDS: [u8; 256] = {
    let mut byte_kinds = [BEYOND_ASCII; 256];
    let mut b = 0;
    while b < 128 {
        byte_kinds[b] = match b as u8 {
            0 => NUL,
            b if is_plain(b) => PLAIN,
            _ => CONTROL,
        };
        b += 1;
    }
    byte_kinds
};

/// Classifies decoded bytes.
pub fn guess_text(bytes: &[u8]) -> TextGuess {
    if let Some(endian) = utf16_endian(bytes) {
        return TextGuess::Utf16(endian);
    }
    // Control characters are ASCII, so they can be counted without decoding UTF-8.
    let controls = controls(bytes);
    let invalid = if bytes.is_ascii() { 0 } else { invalid(bytes) };
    let noise = controls + invalid;
    if noise * 100 <= bytes.len() * (100 - MIN_TEXT_SHARE) {
        TextGuess::Utf8
    } else {
        TextGuess::Noise
    }
}

/// The number of ASCII control characters. Counted in blocks whose count fits into a byte, so that
/// it is vectorized.
fn controls(bytes: &[u8]) -> usize {
    let is_control = |b: u8| u8::from((b < 0x80) & !is_plain(b));
    let count = |block: &[u8]| block.iter().fold(0u8, |sum, &b| sum + is_control(b));
    bytes.chunks(usize::from(u8::MAX)).map(|block| usize::from(count(block))).sum()
}

/// The number of bytes that are not UTF-8.
fn invalid(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum()
}

/// Printable ASCII or whitespace of texts, and ESC, which colors the output of a terminal.
#[inline]
pub const fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x1b)
}

/// Non-ASCII UTF-8, or UTF-16.
#[cold]
fn begins_non_ascii([_, _, head @ ..]: [u8; 8]) -> bool {
    match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [a, 0, b, 0, c, 0] | [0, a, 0, b, 0, c] => is_plain(a) && is_plain(b) && is_plain(c),
        // The last character may continue after these bytes.
        _ => {
            head.iter().all(|&b| is_plain(b) || b >= 0x80)
                && std::str::from_utf8(&head).map_or_else(|why| why.error_len().is_none(), |_| true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_recognized_by_its_first_bytes() {
        let begins_text = |head: &[u8]| {
            begins_text(head[..6].iter().fold(0, |number, &b| number << 8 | u64::from(b)))
        };
        for head in
            ["user:p", "\r\n\tab ", "a\0b\0c\0", "\0a\0b\0c", "pß=€", "日本", "ab€é", "abcdé"]
        {
            assert!(begins_text(head.as_bytes()), "{head:?}");
        }
        assert!(begins_text(b"\xff\xfea\0b\0") && begins_text(b"\xfe\xff\0a\0b"));
        for head in [
            b"\x01bcdef",
            b"abc\xffef",
            b"a\0b\0\x01\0",
            b"\x1f\x8b\x08\0\0\0",
            b"\x80bcdef",
            b"ab\xc3\xc3\xa9e",
        ] {
            assert!(!begins_text(head), "{head:?}");
        }
    }

    #[test]
    fn a_few_bytes_of_noise_are_tolerated() {
        assert_eq!(guess_text(b"user:password123456\x01"), TextGuess::Utf8);
        assert_eq!(guess_text("schlüssel".as_bytes()), TextGuess::Utf8);
        assert_eq!(guess_text(b"\x8a\x01\xfeuser"), TextGuess::Noise);
        assert_eq!(guess_text(b"k\0e\0y\0=\0"), TextGuess::Utf16(Endian::Little));
    }
}
