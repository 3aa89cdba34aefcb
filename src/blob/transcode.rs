//! UTF-16 and UTF-32 text, as Windows tools write it (`>` in PowerShell, `.reg`, `.rc`, exported
//! settings), transcoded to UTF-8 before it is scanned. [`Offsets`] maps findings back to the
//! original bytes.

use std::ops::Range;

/// The byte order of a code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
}

/// The encoding of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, or any other superset of ASCII: scanned without transcoding.
    #[default]
    Utf8,
    Utf16(Endian),
    Utf32(Endian),
}

impl TextEncoding {
    /// Bytes of a code unit; text is split between units only.
    pub fn width(self) -> usize {
        match self {
            TextEncoding::Utf8 => 1,
            TextEncoding::Utf16(_) => 2,
            TextEncoding::Utf32(_) => 4,
        }
    }

    /// The encoding whose byte order mark the bytes begin with.
    pub fn from_byte_order_mark(bytes: &[u8]) -> Option<TextEncoding> {
        use Endian::{Big, Little};
        match bytes {
            [0xFF, 0xFE, 0, 0, ..] => Some(TextEncoding::Utf32(Little)),
            [0, 0, 0xFE, 0xFF, ..] => Some(TextEncoding::Utf32(Big)),
            [0xFF, 0xFE, ..] => Some(TextEncoding::Utf16(Little)),
            [0xFE, 0xFF, ..] => Some(TextEncoding::Utf16(Big)),
            _ => None,
        }
    }

    /// The values of the complete code units; an incomplete last unit is dropped.
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

    /// Whether `pos` is in the middle of a character: at the second half of a surrogate pair.
    pub fn is_inside_character(self, bytes: &[u8], pos: usize) -> bool {
        let TextEncoding::Utf16(_) = self else { return false };
        let unit = bytes.get(pos..pos + 2).and_then(|unit| self.units(unit).next());
        matches!(unit, Some(0xDC00..=0xDFFF))
    }
}

/// Bytes that are inspected to recognize UTF-16 without a byte order mark.
const HEAD: usize = 512;
/// Fewer bytes are too few to decide.
const SHORTEST: usize = 8;

/// The byte order of decoded bytes that are UTF-16, as PowerShell's `-EncodedCommand` is: they
/// begin with its byte order mark, or every second of the first 512 bytes is NUL and the others are
/// printable.
pub fn utf16_endian(bytes: &[u8]) -> Option<Endian> {
    match TextEncoding::from_byte_order_mark(bytes) {
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

/// Whether the head is Latin text in UTF-16 whose units have their character at byte `index` and
/// NUL at the other.
fn is_latin(bytes: &[u8], index: usize) -> bool {
    let head = &bytes[..bytes.len().min(HEAD) / 2 * 2];
    // With ESC, which colors the output of a terminal.
    let printable = |b: u8| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x1b | 0xA0..);
    head.len() >= SHORTEST
        && head.chunks_exact(2).all(|unit| unit[1 - index] == 0 && printable(unit[index]))
}

/// Bytes of text between two checkpoints.
const STRIDE: usize = 1024;

/// The text as UTF-8, and the map back to the source. Invalid code units become U+FFFD, an
/// incomplete last unit is dropped. At the start of a file (`is_start`) the byte order mark is
/// dropped, too.
pub fn transcode(bytes: &[u8], encoding: TextEncoding, is_start: bool) -> (Vec<u8>, Offsets) {
    let is_marked = is_start && TextEncoding::from_byte_order_mark(bytes) == Some(encoding);
    let mark = if is_marked { encoding.width() } else { 0 };
    let width = encoding.width();
    let mut text = Vec::with_capacity(bytes.len() / width + bytes.len() / 8);
    let mut checkpoints = vec![(0, mark)];
    let mut pos = mark;
    let mut push = |character: char, units: usize| {
        if text.len() >= checkpoints.len() * STRIDE {
            checkpoints.push((text.len(), pos));
        }
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        pos += width * units;
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
    (text, Offsets { checkpoints, encoding })
}

/// Maps offsets of a transcoded text to offsets of its source, and back.
#[derive(Clone, Debug)]
pub struct Offsets {
    /// Pairs of offsets, in the text and in the source; one for about every `STRIDE` bytes of text.
    checkpoints: Vec<(usize, usize)>,
    encoding: TextEncoding,
}

impl Offsets {
    /// The encoding of the source.
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// The source bytes of the characters that the text's `span` touches.
    pub fn source_range(&self, text: &[u8], span: Range<usize>) -> Range<usize> {
        let start = self.character(text, span.start).start;
        let end = match span.end.checked_sub(1) {
            Some(last) if last >= span.start => self.character(text, last).end,
            _ => start,
        };
        start..end
    }

    /// The source bytes of the character that contains the byte at `offset`; at the text's end an
    /// empty range.
    fn character(&self, text: &[u8], offset: usize) -> Range<usize> {
        let nearest =
            self.checkpoints.partition_point(|&(text, _)| text <= offset).saturating_sub(1);
        let (mut pos, mut source) = self.checkpoints[nearest];
        while let Some(&first_byte) = text.get(pos) {
            let (text_len, source_len) = self.lengths(first_byte);
            if pos + text_len > offset {
                return source..source + source_len;
            }
            pos += text_len;
            source += source_len;
        }
        source..source
    }

    /// The offset in the text of the character that contains the source byte at `source_offset`.
    pub fn text_offset(&self, text: &[u8], source_offset: usize) -> usize {
        let nearest = self
            .checkpoints
            .partition_point(|&(_, source)| source <= source_offset)
            .saturating_sub(1);
        let (mut pos, mut source) = self.checkpoints[nearest];
        while let Some(&first_byte) = text.get(pos) {
            let (text_len, source_len) = self.lengths(first_byte);
            if source + source_len > source_offset {
                return pos;
            }
            pos += text_len;
            source += source_len;
        }
        pos
    }

    /// Length of a character in the text and in the source, by its first byte in the text.
    fn lengths(&self, first_byte: u8) -> (usize, usize) {
        let text_len = match first_byte {
            0xF0.. => 4,
            0xE0.. => 3,
            0xC0.. => 2,
            _ => 1,
        };
        let units = match self.encoding {
            TextEncoding::Utf16(_) if text_len == 4 => 2,
            _ => 1,
        };
        (text_len, units * self.encoding.width())
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
    fn spans_of_the_text_map_back_to_the_source() {
        let text: String = "aé€😀\n".repeat(500);
        for encoding in ALL {
            for mark in ["", "\u{feff}"] {
                let bytes = encode(&format!("{mark}{text}"), encoding);
                let (utf8, offsets) = transcode(&bytes, encoding, true);
                assert_eq!(utf8, text.as_bytes());
                for (pos, c) in text.char_indices() {
                    let source = offsets.source_range(&utf8, pos..pos + c.len_utf8());
                    assert_eq!(offsets.text_offset(&utf8, source.start), pos);
                    assert_eq!(bytes[source], encode(c.encode_utf8(&mut [0; 4]), encoding));
                }
                let mark = mark.len() / 3 * encoding.width();
                assert_eq!(offsets.source_range(&utf8, 0..utf8.len()), mark..bytes.len());
            }
        }
    }

    #[test]
    fn invalid_units_keep_their_offsets() {
        let bytes = [b'a', 0, 0x00, 0xD8, b'b', 0, 0x7A];
        let (utf8, offsets) = transcode(&bytes, ALL[0], true);
        assert_eq!(utf8, "a\u{fffd}b".as_bytes());
        assert_eq!(offsets.source_range(&utf8, 4..5), 4..6);
        assert_eq!(offsets.source_range(&utf8, 5..5), 6..6);
    }
}
