//! Text in units of two or four bytes, as Windows tools write it (`>` in PowerShell, `.reg`,
//! `.rc`, exported settings), transcoded to UTF-8 and back.

use std::ops::Range;

/// The order of a unit's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, or any other encoding of which ASCII is a part: taken as it is.
    #[default]
    Utf8,
    Utf16(Endian),
    Utf32(Endian),
}

impl TextEncoding {
    /// Bytes of a unit; text is cut between units only.
    pub fn width(self) -> usize {
        match self {
            TextEncoding::Utf8 => 1,
            TextEncoding::Utf16(_) => 2,
            TextEncoding::Utf32(_) => 4,
        }
    }

    /// The byte order mark that the bytes begin with.
    pub fn mark_at_start_of(bytes: &[u8]) -> Option<TextEncoding> {
        use Endian::{Big, Little};
        match bytes {
            [0xFF, 0xFE, 0, 0, ..] => Some(TextEncoding::Utf32(Little)),
            [0, 0, 0xFE, 0xFF, ..] => Some(TextEncoding::Utf32(Big)),
            [0xFF, 0xFE, ..] => Some(TextEncoding::Utf16(Little)),
            [0xFE, 0xFF, ..] => Some(TextEncoding::Utf16(Big)),
            _ => None,
        }
    }

    /// The numbers of whole units; a last one that is cut short is left out.
    pub fn units(self, bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
        bytes.chunks_exact(self.width()).map(move |unit| {
            let number = |endian: Endian| {
                let add = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
                match endian {
                    Endian::Big => unit.iter().fold(0, add),
                    Endian::Little => unit.iter().rev().fold(0, add),
                }
            };
            match self {
                TextEncoding::Utf8 => u32::from(unit[0]),
                TextEncoding::Utf16(endian) | TextEncoding::Utf32(endian) => number(endian),
            }
        })
    }

    /// Whether a character goes on at `at`: the second half of a surrogate pair.
    pub fn is_inside(self, bytes: &[u8], at: usize) -> bool {
        let TextEncoding::Utf16(_) = self else { return false };
        let unit = bytes.get(at..at + 2).and_then(|unit| self.units(unit).next());
        matches!(unit, Some(0xDC00..=0xDFFF))
    }
}

/// Bytes without a byte order mark that decide whether decoded bytes are UTF-16.
const HEAD: usize = 512;
/// Fewer bytes say nothing.
const SHORTEST: usize = 8;

/// Whether bytes that were decoded from a text are UTF-16, as PowerShell's `-EncodedCommand` is:
/// they begin with its byte order mark, or every second of the first 512 is NUL and the others
/// are printable.
pub fn utf16_endian(bytes: &[u8]) -> Option<Endian> {
    match TextEncoding::mark_at_start_of(bytes) {
        Some(TextEncoding::Utf16(endian)) => return Some(endian),
        Some(_) => return None,
        None => {}
    }
    match bytes {
        [0, b, ..] if *b != 0 => is_latin(bytes, 1).then_some(Endian::Big),
        [b, 0, ..] if *b != 0 => is_latin(bytes, 0).then_some(Endian::Little),
        _ => None,
    }
}

/// Whether the head is Latin text in units whose character is the byte at `at`.
fn is_latin(bytes: &[u8], at: usize) -> bool {
    let head = &bytes[..bytes.len().min(HEAD) / 2 * 2];
    let printable = |b: u8| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0xA0..);
    head.len() >= SHORTEST
        && head.chunks_exact(2).all(|unit| unit[1 - at] == 0 && printable(unit[at]))
}

/// Bytes of text between two noted offsets.
const STRIDE: usize = 1024;

/// The text as UTF-8, and the way back. What is not a character becomes U+FFFD, a last unit that
/// is cut short is left out. At the start of a file, where `is_start`, the byte order mark is
/// left out too.
pub fn transcode(bytes: &[u8], encoding: TextEncoding, is_start: bool) -> (Vec<u8>, Offsets) {
    let is_marked = is_start && TextEncoding::mark_at_start_of(bytes) == Some(encoding);
    let mark = if is_marked { encoding.width() } else { 0 };
    let width = encoding.width();
    let mut text = Vec::with_capacity(bytes.len() / width + bytes.len() / 8);
    let mut noted = vec![(0, mark)];
    let mut at = mark;
    let mut push = |character: char, units: usize| {
        if text.len() >= noted.len() * STRIDE {
            noted.push((text.len(), at));
        }
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        at += width * units;
    };
    let units = encoding.units(&bytes[mark.min(bytes.len())..]);
    if let TextEncoding::Utf16(_) = encoding {
        for character in char::decode_utf16(units.map(|unit| unit as u16)) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            push(character, character.len_utf16());
        }
    } else {
        units.for_each(|unit| {
            push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), 1);
        });
    }
    (text, Offsets { noted, encoding })
}

/// From a transcoded text back to the bytes that it came from.
#[derive(Clone, Debug)]
pub struct Offsets {
    /// Offsets in the text and in the source, one pair for about every `STRIDE` bytes of text.
    noted: Vec<(usize, usize)>,
    encoding: TextEncoding,
}

impl Offsets {
    /// The encoding of the source.
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

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
            let (long, wide) = self.lengths(lead);
            if at + long > offset {
                return source..source + wide;
            }
            at += long;
            source += wide;
        }
        source..source
    }

    /// Where in the text the character is that begins at a byte of the source, or before it.
    pub fn in_text(&self, text: &[u8], wanted: usize) -> usize {
        let noted = self.noted.partition_point(|&(_, source)| source <= wanted).saturating_sub(1);
        let (mut at, mut source) = self.noted[noted];
        while let Some(&lead) = text.get(at) {
            let (long, wide) = self.lengths(lead);
            if source + wide > wanted {
                return at;
            }
            at += long;
            source += wide;
        }
        at
    }

    /// Bytes of a character in the text and in the source, by its first byte in the text.
    fn lengths(&self, lead: u8) -> (usize, usize) {
        let long = match lead {
            0xF0.. => 4,
            0xE0.. => 3,
            0xC0.. => 2,
            _ => 1,
        };
        let units = match self.encoding {
            TextEncoding::Utf16(_) if long == 4 => 2,
            _ => 1,
        };
        (long, units * self.encoding.width())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [TextEncoding; 4] = [
        TextEncoding::Utf16(Endian::Little),
        TextEncoding::Utf16(Endian::Big),
        TextEncoding::Utf32(Endian::Little),
        TextEncoding::Utf32(Endian::Big),
    ];

    fn encode(text: &str, encoding: TextEncoding) -> Vec<u8> {
        let units: Vec<u32> = match encoding {
            TextEncoding::Utf16(_) => text.encode_utf16().map(u32::from).collect(),
            _ => text.chars().map(u32::from).collect(),
        };
        let width = encoding.width();
        let bytes = |unit: u32| match encoding {
            TextEncoding::Utf16(Endian::Big) | TextEncoding::Utf32(Endian::Big) => {
                unit.to_be_bytes()[4 - width..].to_vec()
            }
            _ => unit.to_le_bytes()[..width].to_vec(),
        };
        units.into_iter().flat_map(bytes).collect()
    }

    #[test]
    fn spans_of_the_text_lead_back_to_the_bytes() {
        let text: String = "aé€😀\n".repeat(500);
        for encoding in ALL {
            for mark in ["", "\u{feff}"] {
                let bytes = encode(&format!("{mark}{text}"), encoding);
                let (utf8, offsets) = transcode(&bytes, encoding, true);
                assert_eq!(utf8, text.as_bytes());
                for (at, c) in text.char_indices() {
                    let source = offsets.source(&utf8, at..at + c.len_utf8());
                    assert_eq!(offsets.in_text(&utf8, source.start), at);
                    assert_eq!(bytes[source], encode(c.encode_utf8(&mut [0; 4]), encoding));
                }
                let mark = mark.len() / 3 * encoding.width();
                assert_eq!(offsets.source(&utf8, 0..utf8.len()), mark..bytes.len());
            }
        }
    }

    #[test]
    fn what_is_no_character_keeps_its_place() {
        let bytes = [b'a', 0, 0x00, 0xD8, b'b', 0, 0x7A];
        let (utf8, offsets) = transcode(&bytes, ALL[0], true);
        assert_eq!(utf8, "a\u{fffd}b".as_bytes());
        assert_eq!(offsets.source(&utf8, 4..5), 4..6);
        assert_eq!(offsets.source(&utf8, 5..5), 6..6);
    }
}
