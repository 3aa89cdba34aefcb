//! Are decoded bytes text? Most runs of letters and digits are no base64; what tells is that
//! base64 of a text decodes to text, and anything else to noise.

use crate::blob::transcode::{Endian, utf16_endian};

/// Of a hundred decoded bytes so many must be text, at least. Noise has 37.
const SHARE: usize = 90;

/// What decoded bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    Utf8,
    Utf16(Endian),
    Noise,
}

/// Whether the first six bytes, in the lower part of a big-endian number, could begin a text.
/// Of random ones one in two hundred pass; most are turned down by a few instructions.
#[inline]
pub fn begins(head: u64) -> bool {
    const HIGH: u64 = 0x8080_8080_8080;
    let bytes = head.to_be_bytes();
    let mut kinds = 0;
    for &b in &bytes[2..] {
        kinds |= KINDS[usize::from(b)];
    }
    if kinds == PLAIN {
        return true;
    }
    // In UTF-8 what follows a lead is a continuation, and nothing else is one.
    let high = head & HIGH;
    let lead = high & head << 1;
    let continuation = high & !lead;
    let utf8 = kinds & (CONTROL | NUL) == 0 && (lead >> 8) & !continuation & HIGH == 0;
    (utf8 && continuation & !(high >> 8) == 0 || kinds & NUL != 0 || head >> 40 >= 0xFE)
        && begins_otherwise(bytes)
}

/// Whether these two bytes could begin a text, for all that they tell.
#[inline]
pub const fn may_begin(first: u8, second: u8) -> bool {
    let continues = second & 0xc0 == 0x80;
    match KINDS[first as usize] {
        PLAIN => KINDS[second as usize] != CONTROL && !continues,
        BEYOND_ASCII => matches!(first, 0xc2..0xf5) && continues || first >= 0xfe,
        kind => kind == NUL,
    }
}

const PLAIN: u8 = 1;
const CONTROL: u8 = 2;
const NUL: u8 = 4;
const BEYOND_ASCII: u8 = 8;

/// What kind of byte it is.
static KINDS: [u8; 256] = {
    let mut kinds = [BEYOND_ASCII; 256];
    let mut b = 0;
    while b < 128 {
        kinds[b] = match b as u8 {
            0 => NUL,
            b if is_plain(b) => PLAIN,
            _ => CONTROL,
        };
        b += 1;
    }
    kinds
};

/// Judges all of the bytes.
pub fn looks(bytes: &[u8]) -> Looks {
    if let Some(endian) = utf16_endian(bytes) {
        return Looks::Utf16(endian);
    }
    // Control characters are the same bytes whether the rest is UTF-8 or not.
    let controls = controls(bytes);
    let invalid = if bytes.is_ascii() { 0 } else { invalid(bytes) };
    let noise = controls + invalid;
    if noise * 100 <= bytes.len() * (100 - SHARE) { Looks::Utf8 } else { Looks::Noise }
}

/// Bytes of ASCII that no text holds. In blocks whose count fits into a byte, so that vectors do
/// it.
fn controls(bytes: &[u8]) -> usize {
    let is_control = |b: u8| u8::from((b < 0x80) & !is_plain(b));
    let count = |block: &[u8]| block.iter().fold(0u8, |sum, &b| sum + is_control(b));
    bytes.chunks(usize::from(u8::MAX)).map(|block| usize::from(count(block))).sum()
}

/// Bytes that are no UTF-8.
fn invalid(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum()
}

/// Printable ASCII or the white space that texts hold.
#[inline]
pub const fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// UTF-8 that is more than ASCII, or UTF-16.
#[cold]
fn begins_otherwise([_, _, head @ ..]: [u8; 8]) -> bool {
    match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [a, 0, b, 0, c, 0] | [0, a, 0, b, 0, c] => is_plain(a) && is_plain(b) && is_plain(c),
        // The last character may go on behind the head.
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
    fn texts_begin_like_texts() {
        let begins =
            |head: &[u8]| begins(head[..6].iter().fold(0, |number, &b| number << 8 | u64::from(b)));
        for head in
            ["user:p", "\r\n\tab ", "a\0b\0c\0", "\0a\0b\0c", "pß=€", "日本", "ab€é", "abcdé"]
        {
            assert!(begins(head.as_bytes()), "{head:?}");
        }
        assert!(begins(b"\xff\xfea\0b\0") && begins(b"\xfe\xff\0a\0b"));
        for head in [
            b"\x01bcdef",
            b"abc\xffef",
            b"a\0b\0\x01\0",
            b"\x1f\x8b\x08\0\0\0",
            b"\x80bcdef",
            b"ab\xc3\xc3\xa9e",
        ] {
            assert!(!begins(head), "{head:?}");
        }
    }

    #[test]
    fn a_few_bytes_of_noise_are_forgiven() {
        assert_eq!(looks(b"user:password123456\x01"), Looks::Utf8);
        assert_eq!(looks("schlüssel".as_bytes()), Looks::Utf8);
        assert_eq!(looks(b"\x8a\x01\xfeuser"), Looks::Noise);
        assert_eq!(looks(b"k\0e\0y\0=\0"), Looks::Utf16(Endian::Little));
    }
}
