//! Classifies blobs: text and its encoding, pointer file, or binary. Decided once for every source,
//! by the first bytes and never by the name.

use super::coverage::{Coverage, SkippedKind};
use super::pointer::Pointer;
use super::{Visitor, slices};
use crate::blob::{Blob, Endian, Provenance, TextEncoding};

/// What kind of content a blob has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Text(TextEncoding),
    Binary,
}

/// The fewest bytes that decide on the encoding of a blob without a byte order mark.
const SHORTEST_WIDE: usize = 8;

/// In NUL-separated text at most one byte in this many is a NUL.
const MOST_NULS: usize = 4;

/// Fewer units that are mostly not ASCII may look like UTF-16 by chance.
const FEWEST_RARE: usize = 12;

/// Units that are read of a text in UTF-16 or UTF-32.
const MOST_UNITS: usize = 2048;

impl Class {
    /// Bytes at the head of a blob that decide its class, as in git's own test.
    pub const PREFIX: usize = 8000;

    /// The class of a blob that begins with these bytes.
    ///
    /// Without a NUL in its head it is text: the test that git uses (`buffer_is_binary` in git's
    /// `xdiff-interface.c`). With a NUL it is still text if it has a byte order mark, if the NULs
    /// are halves of wide characters, or if single NULs separate text, as in `env -0`.
    pub fn detect(bytes: &[u8]) -> Class {
        let head = &bytes[..bytes.len().min(Class::PREFIX)];
        if let Some(encoding) = TextEncoding::from_byte_order_mark(head) {
            return Class::Text(encoding);
        }
        if memchr::memchr(0, head).is_none() {
            return Class::Text(TextEncoding::Utf8);
        }
        let wide = [
            TextEncoding::Utf16(Endian::Little),
            TextEncoding::Utf16(Endian::Big),
            TextEncoding::Utf32(Endian::Little),
            TextEncoding::Utf32(Endian::Big),
        ];
        // What is readable as it is, apart from NULs, is not UTF-16 or UTF-32.
        if is_separated(head) {
            return Class::Text(TextEncoding::Utf8);
        }
        let wide = wide.into_iter().find(|encoding| is_wide(head, *encoding));
        wide.map_or(Class::Binary, Class::Text)
    }
}

/// Whether the head is readable in this encoding: every unit is a character that occurs in text,
/// and some of them are ASCII, which is where the NULs come from.
fn is_wide(head: &[u8], encoding: TextEncoding) -> bool {
    if head.len() < SHORTEST_WIDE {
        return false;
    }
    let units = encoding.units(head).take(MOST_UNITS);
    let mut ascii = 0;
    let mut total = 0;
    let characters = |character: char| {
        total += 1;
        ascii += usize::from(character.is_ascii());
        is_of_text(character)
    };
    let is_text = match encoding {
        TextEncoding::Utf16(_) => {
            let mut units: Vec<u16> = units.map(|unit| unit as u16).collect();
            // The head may end within a surrogate pair.
            if units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
                units.pop();
            }
            char::decode_utf16(units).map(|unit| unit.unwrap_or('\0')).all(characters)
        }
        _ => units.map(|unit| char::from_u32(unit).unwrap_or('\0')).all(characters),
    };
    // Two-byte numbers look like rare characters of many scripts.
    is_text && (ascii * 2 >= total || ascii * 8 >= total && total >= FEWEST_RARE)
}

/// Whether this character occurs in text: it is not a control, not in a private use area, and not
/// unassigned.
fn is_of_text(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}' => true,
        '\u{feff}' => true,
        '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{fff8}' => false,
        '\u{2fe0}'..='\u{2fef}' | '\u{e0000}'.. => false,
        _ => !character.is_control() && u32::from(character) & 0xFFFE != 0xFFFE,
    }
}

/// Whether single NULs separate otherwise readable text.
fn is_separated(head: &[u8]) -> bool {
    let is_text =
        |&byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0xc | 0x1b | 0x80..);
    // The first byte may be one.
    let mut pieces = head.strip_prefix(b"\0").unwrap_or(head).split(|&byte| byte == 0);
    let last = pieces.next_back().unwrap_or_default();
    let is_piece = |piece: &[u8]| !piece.is_empty() && std::str::from_utf8(piece).is_ok();
    // The head may end within a character.
    let is_end = |piece: &[u8]| match std::str::from_utf8(piece) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() == Class::PREFIX,
    };
    // ASCII in UTF-16 has a NUL next to each character.
    let nuls = memchr::memchr_iter(0, head).count();
    head.len() >= SHORTEST_WIDE
        && nuls * MOST_NULS <= head.len()
        && pieces.all(|piece| is_piece(piece) && piece.iter().all(is_text))
        && is_end(last)
        && last.iter().all(is_text)
}

/// Passes a whole blob to `visit` if it is text, in slices if it is long and not UTF-8. Returns what
/// was covered.
pub fn admit(blob: &Blob<'_>, visit: &Visitor<'_>) -> Coverage {
    let Class::Text(encoding) = Class::detect(blob.bytes) else {
        return Coverage::skipped(SkippedKind::Binary, blob.provenance.name());
    };
    let coverage = match encoding {
        TextEncoding::Utf8 => {
            visit(blob);
            Coverage::text(blob.bytes.len())
        }
        encoding => {
            slices::visit_wide(blob.bytes, &blob.provenance, encoding, visit);
            Coverage::text(blob.bytes.len())
        }
    };
    coverage.and(pointed(blob.bytes, &blob.provenance))
}

/// A whole blob as text; `None` if it is binary.
pub fn text_of(bytes: &[u8], provenance: Provenance) -> Option<Blob<'_>> {
    match Class::detect(bytes) {
        Class::Text(encoding) => Some(Blob::whole(bytes, provenance).encoded(encoding)),
        Class::Binary => None,
    }
}

/// The coverage of a pointer file, which is itself scanned as text.
pub fn pointed(bytes: &[u8], provenance: &Provenance) -> Coverage {
    match Pointer::detect(bytes) {
        Some(pointer) => Coverage::pointer(pointer, provenance.clone()),
        None => Coverage::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTF_8: Class = Class::Text(TextEncoding::Utf8);

    fn utf_16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn wide_text_is_recognised_by_its_mark_or_its_nuls() {
        let little = Class::Text(TextEncoding::Utf16(Endian::Little));
        for text in ["key = value", "\u{feff}ключ", "пароль = тайна\n", "密码: 123456 秘密\r\n"]
        {
            assert_eq!(Class::detect(&utf_16(text)), little, "{text}");
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(
                Class::detect(&big),
                Class::Text(TextEncoding::Utf16(Endian::Big)),
                "{text}"
            );
            let wide: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            assert_eq!(
                Class::detect(&wide),
                Class::Text(TextEncoding::Utf32(Endian::Little)),
                "{text}"
            );
        }
        assert_eq!(Class::detect(b"a\0b\0\x01\0c\0d\0"), Class::Binary);
        assert_eq!(Class::detect(b"a\0b\0"), Class::Binary);
    }

    #[test]
    fn single_nuls_separate_texts_and_rows_of_them_do_not() {
        assert_eq!(Class::detect(b"A=1\0B=two\0"), UTF_8);
        assert_eq!(Class::detect(b"an early\0 NUL and text"), UTF_8);
        assert_eq!(Class::detect(b"key=value"), UTF_8);
        assert_eq!(Class::detect(b"\0key=value and more"), UTF_8);
        for binary in
            [&b"A=1\0\0B=two\0"[..], b"\x7fELF\x02\0text here", b"key\0", b"\0\0key=value"]
        {
            assert_eq!(Class::detect(binary), Class::Binary, "{binary:?}");
        }
        let mut late = vec![b'a'; Class::PREFIX];
        late.extend([0, 0]);
        assert_eq!(Class::detect(&late), UTF_8);
    }

    #[test]
    fn numbers_are_no_text() {
        let sound: Vec<u8> = (0..4000u32)
            .flat_map(|sample| (((f64::from(sample) / 9.0).sin() * 300.0) as i16).to_le_bytes())
            .collect();
        assert_eq!(Class::detect(&sound), Class::Binary);
        let rising: Vec<u8> = (0..4000u16).flat_map(u16::to_le_bytes).collect();
        assert_eq!(Class::detect(&rising), Class::Binary);
    }
}
