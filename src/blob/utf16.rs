//! UTF-16, as Windows tools write it (`>` in PowerShell, `.reg`, `.rc`, exported settings).

use std::ops::Range;

/// The order of a unit's two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
}

/// Bytes without a byte order mark that decide whether they are UTF-16.
const HEAD: usize = 512;
/// Fewer bytes say nothing.
const SHORTEST: usize = 8;
/// Bytes of text between two noted offsets.
const STRIDE: usize = 1024;

/// Whether the bytes are UTF-16: they begin with its byte order mark, or every second of the
/// first 512 is NUL and the others are printable.
pub fn endian_of(bytes: &[u8]) -> Option<Endian> {
    match bytes {
        // Else UTF-32.
        [0xFF, 0xFE, rest @ ..] if !rest.starts_with(&[0, 0]) => Some(Endian::Little),
        [0xFE, 0xFF, ..] => Some(Endian::Big),
        [0, b, ..] if *b != 0 => latin(bytes, 1).then_some(Endian::Big),
        [b, 0, ..] if *b != 0 => latin(bytes, 0).then_some(Endian::Little),
        _ => None,
    }
}

/// Whether the head is Latin text in units whose character is the byte at `at`.
fn latin(bytes: &[u8], at: usize) -> bool {
    let head = &bytes[..bytes.len().min(HEAD) / 2 * 2];
    let printable = |b: u8| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0xA0..);
    head.len() >= SHORTEST
        && head.chunks_exact(2).all(|unit| unit[1 - at] == 0 && printable(unit[at]))
}

/// The text as UTF-8, without the byte order mark, and the way back. What is no character
/// becomes U+FFFD; a last odd byte is left out.
pub fn transcode(bytes: &[u8], endian: Endian) -> (Vec<u8>, Offsets) {
    let mark: usize = if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) { 2 } else { 0 };
    let units = bytes[mark..].chunks_exact(2).map(|unit| match endian {
        Endian::Little => u16::from_le_bytes([unit[0], unit[1]]),
        Endian::Big => u16::from_be_bytes([unit[0], unit[1]]),
    });
    let mut text = Vec::with_capacity(bytes.len() / 2);
    let mut noted = vec![(0, mark)];
    let mut at = mark;
    for unit in char::decode_utf16(units) {
        let unit = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
        if text.len() >= noted.len() * STRIDE {
            noted.push((text.len(), at));
        }
        text.extend_from_slice(unit.encode_utf8(&mut [0; 4]).as_bytes());
        at += 2 * unit.len_utf16();
    }
    (text, Offsets { noted })
}

/// From a transcoded text back to the bytes that it came from.
#[derive(Clone, Debug)]
pub struct Offsets {
    /// Offsets in the text and in the source, one pair for about every `STRIDE` bytes of text.
    noted: Vec<(usize, usize)>,
}

impl Offsets {
    /// The source bytes of the characters that `span` of the text touches.
    pub fn source(&self, text: &[u8], span: Range<usize>) -> Range<usize> {
        let start = self.character(text, span.start).start;
        let end = match span.end.checked_sub(1) {
            Some(last) if last >= span.start => self.character(text, last).end,
            _ => start,
        };
        start..end
    }

    /// The source bytes of the character that holds the byte at `offset`; at the text's end
    /// the empty span there.
    fn character(&self, text: &[u8], offset: usize) -> Range<usize> {
        let noted = self.noted.partition_point(|&(text, _)| text <= offset).saturating_sub(1);
        let (mut at, mut source) = self.noted[noted];
        while let Some(&lead) = text.get(at) {
            let (long, units) = match lead {
                0xF0.. => (4, 2),
                0xE0.. => (3, 1),
                0xC0.. => (2, 1),
                _ => (1, 1),
            };
            if at + long > offset {
                return source..source + 2 * units;
            }
            at += long;
            source += 2 * units;
        }
        source..source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, endian: Endian) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| match endian {
                Endian::Little => unit.to_le_bytes(),
                Endian::Big => unit.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn utf_16_is_told_by_its_mark_or_its_nuls() {
        for endian in [Endian::Little, Endian::Big] {
            assert_eq!(endian_of(&encode("key = value", endian)), Some(endian));
            assert_eq!(endian_of(&encode("\u{feff}ключ", endian)), Some(endian));
        }
        assert_eq!(endian_of(b"key = value"), None);
        assert_eq!(endian_of(&[0xFF, 0xFE, 0, 0, b'a', 0, 0, 0]), None);
        assert_eq!(endian_of(b"a\0b\0\x01\0c\0d\0"), None);
        assert_eq!(endian_of(b"a\0b\0"), None);
    }

    #[test]
    fn spans_of_the_text_lead_back_to_the_bytes() {
        let text: String = "aé€😀\n".repeat(500);
        for endian in [Endian::Little, Endian::Big] {
            for mark in ["", "\u{feff}"] {
                let bytes = encode(&format!("{mark}{text}"), endian);
                let (utf8, offsets) = transcode(&bytes, endian);
                assert_eq!(utf8, text.as_bytes());
                for (at, c) in text.char_indices() {
                    let source = offsets.source(&utf8, at..at + c.len_utf8());
                    assert_eq!(bytes[source], encode(c.encode_utf8(&mut [0; 4]), endian));
                }
                assert_eq!(offsets.source(&utf8, 0..utf8.len()), 2 * mark.len() / 3..bytes.len());
            }
        }
    }

    #[test]
    fn what_is_no_character_keeps_its_place() {
        let bytes = [b'a', 0, 0x00, 0xD8, b'b', 0, 0x7A];
        let (utf8, offsets) = transcode(&bytes, Endian::Little);
        assert_eq!(utf8, "a\u{fffd}b".as_bytes());
        assert_eq!(offsets.source(&utf8, 4..5), 4..6);
        assert_eq!(offsets.source(&utf8, 5..5), 6..6);
    }
}
