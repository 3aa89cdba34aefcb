//! Are decoded bytes text? Most runs of letters and digits are no base64; what tells is that
//! base64 of a text decodes to text, and anything else to noise.

use crate::blob::utf16::{self, Endian};

/// Of a hundred decoded bytes so many must be text, at least. Noise has 37.
const SHARE: usize = 90;

/// What decoded bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    Utf8,
    Utf16(Endian),
    Noise,
}

/// Whether the first bytes could begin a text. Of random bytes one in two hundred pass.
#[inline]
pub fn begins(head: &[u8; 6]) -> bool {
    head.iter().all(|&b| is_plain(b)) || begins_otherwise(head)
}

/// Judges all of the bytes.
pub fn looks(bytes: &[u8]) -> Looks {
    if let Some(endian) = utf16::endian_of(bytes) {
        return Looks::Utf16(endian);
    }
    let noise: usize = bytes
        .utf8_chunks()
        .map(|chunk| {
            let controls = chunk.valid().bytes().filter(|&b| b < 0x80 && !is_plain(b)).count();
            controls + chunk.invalid().len()
        })
        .sum();
    if noise * 100 <= bytes.len() * (100 - SHARE) { Looks::Utf8 } else { Looks::Noise }
}

/// Printable ASCII or the white space that texts hold.
#[inline]
pub fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// UTF-8 that is more than ASCII, or UTF-16.
#[cold]
fn begins_otherwise(head: &[u8; 6]) -> bool {
    let utf16 = match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [a, 0, b, 0, c, 0] | [0, a, 0, b, 0, c] => is_plain(*a) && is_plain(*b) && is_plain(*c),
        _ => false,
    };
    let ascii_or_more = |b: &u8| is_plain(*b) || *b >= 0x80;
    utf16
        || head.iter().all(ascii_or_more)
            // The last character may go on behind the head.
            && std::str::from_utf8(head).map_or_else(|why| why.error_len().is_none(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_begin_like_texts() {
        for head in
            [b"user:p", b"\r\n\tab ", b"a\0b\0c\0", "pß=€".as_bytes().first_chunk().unwrap()]
        {
            assert!(begins(head), "{head:?}");
        }
        for head in [b"\x01bcdef", b"abc\xffef", b"a\0b\0\x01\0", b"\x1f\x8b\x08\x00\x00\x00"] {
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
