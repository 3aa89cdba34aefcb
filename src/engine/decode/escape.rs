//! Escapes: a few characters that encode one, or none: between two concatenated string literals,
//! and what colors the output of a terminal.

pub mod chain;
pub mod string_concat;
pub mod terminal;

use super::run::hex::hex_digit;
use crate::findings::Step;

/// A kind of escape. Each is decoded separately; nested decoding handles mixed kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeKind {
    Percent,
    Unicode,
    Hex,
    Entity,
    StringConcat,
    Terminal,
}

/// An escape: its length in the source, and the bytes that it encodes.
pub struct Escape {
    pub length: usize,
    text: [u8; 4],
    text_length: usize,
}

impl Escape {
    pub fn text(&self) -> &[u8] {
        &self.text[..self.text_length]
    }

    fn byte(length: usize, byte: u8) -> Escape {
        Escape { length, text: [byte, 0, 0, 0], text_length: 1 }
    }

    fn char(length: usize, char: char) -> Escape {
        let mut text = [0; 4];
        let text_length = char.encode_utf8(&mut text).len();
        Escape { length, text, text_length }
    }

    fn nothing(length: usize) -> Escape {
        Escape { length, text: [0; 4], text_length: 0 }
    }
}

/// Maximum number of backslashes before `u` or `x`: JSON in JSON doubles them.
const BACKSLASHES: usize = 8;
/// Maximum length of an escape of one character: two UTF-16 units, each with its backslashes.
const MAX_CHARACTER: usize = 2 * (BACKSLASHES + 5);
/// HTML entities of markup and quotes.
const ENTITIES: [(&[u8], u8); 7] = [
    (b"quot;", b'"'),
    (b"amp;", b'&'),
    (b"lt;", b'<'),
    (b"gt;", b'>'),
    (b"apos;", b'\''),
    (b"equals;", b'='),
    (b"colon;", b':'),
];

impl EscapeKind {
    pub const ALL: [EscapeKind; 6] = [
        EscapeKind::Percent,
        EscapeKind::Unicode,
        EscapeKind::Hex,
        EscapeKind::Entity,
        EscapeKind::StringConcat,
        EscapeKind::Terminal,
    ];

    pub fn step(self) -> Step {
        match self {
            EscapeKind::Percent => Step::Percent,
            EscapeKind::Unicode => Step::UnicodeEscape,
            EscapeKind::Hex => Step::HexEscape,
            EscapeKind::Entity => Step::HtmlEntity,
            EscapeKind::StringConcat => Step::Joined,
            EscapeKind::Terminal => Step::Terminal,
        }
    }

    /// Maximum length of an escape of this kind.
    pub fn longest(self) -> usize {
        match self {
            EscapeKind::StringConcat => string_concat::MAX_CONCAT,
            EscapeKind::Terminal => terminal::MAX_SEQUENCE,
            _ => MAX_CHARACTER,
        }
    }

    /// The escape of this kind that begins at `offset`.
    #[inline]
    pub fn escape_at(self, bytes: &[u8], offset: usize) -> Option<Escape> {
        match (self, bytes.get(offset)?) {
            (EscapeKind::Percent, b'%') => percent(&bytes[offset..]),
            (EscapeKind::Unicode, b'\\') => unicode(bytes, offset),
            (EscapeKind::Hex, b'\\') => hex(bytes, offset),
            (EscapeKind::Entity, b'&') => entity(&bytes[offset..]),
            (EscapeKind::Terminal, &terminal::ESC | b'\\' | b'^') => {
                terminal::sequence(bytes, offset)
            }
            (EscapeKind::StringConcat, b'"' | b'\'' | b'`' | b'\\') => {
                string_concat::concatenation(bytes, offset)
            }
            _ => None,
        }
    }

    /// Whether an escape of this kind may begin with the byte, or a segment may end before it. Most
    /// bytes need no closer check.
    #[inline]
    pub fn concerns(self, b: u8) -> bool {
        CONCERNS[usize::from(b)] >> self as u8 & 1 == 1
    }

    /// Whether a segment ends before the byte at `offset`: at spaces, except after `:` and `=`; for
    /// string literals and the output of terminals, which contain spaces, at the end of the line.
    #[inline]
    pub fn breaks(self, bytes: &[u8], offset: usize) -> bool {
        match (self, bytes[offset]) {
            (_, b'\n' | b'\r' | 0) => true,
            (EscapeKind::StringConcat | EscapeKind::Terminal, _) => false,
            (_, b' ') => offset == 0 || !matches!(bytes[offset - 1], b':' | b'='),
            (_, b) => b < b' ',
        }
    }
}

/// For each byte the kinds that it concerns ([`EscapeKind::concerns`]), one bit each.
static CONCERNS: [u8; 256] = {
    const fn bit(kind: EscapeKind) -> u8 {
        1 << kind as u8
    }
    let mut concerns = [0; 256];
    let mut b = 0;
    while b < 256 {
        concerns[b] = match b as u8 {
            b'\n' | b'\r' | 0 => u8::MAX,
            terminal::ESC => !bit(EscapeKind::StringConcat),
            ..=b' ' => !bit(EscapeKind::StringConcat) & !bit(EscapeKind::Terminal),
            b'%' => bit(EscapeKind::Percent),
            b'\\' => {
                bit(EscapeKind::Unicode)
                    | bit(EscapeKind::Hex)
                    | bit(EscapeKind::StringConcat)
                    | bit(EscapeKind::Terminal)
            }
            b'^' => bit(EscapeKind::Terminal),
            b'&' => bit(EscapeKind::Entity),
            b'"' | b'\'' | b'`' => bit(EscapeKind::StringConcat),
            _ => 0,
        };
        b += 1;
    }
    concerns
};

/// A character's UTF-8 bytes, each as `%` and two digits. Other bytes are not decoded:
/// `%DB_PASSWORD%` is a variable.
fn percent(rest: &[u8]) -> Option<Escape> {
    let byte = |index: usize| match rest.get(3 * index..3 * index + 3)? {
        &[b'%', high, low] => Some(hex_digit(high)? << 4 | hex_digit(low)?),
        _ => None,
    };
    let length = match byte(0)? {
        ascii @ ..0x80 => return Some(Escape::byte(3, ascii)),
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    };
    let mut bytes = [0; 4];
    for (index, decoded) in bytes[..length].iter_mut().enumerate() {
        *decoded = byte(index)?;
    }
    let char = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
    Some(Escape::char(3 * length, char))
}

/// The number of backslashes at `offset`, if that is the first of them, and what follows them.
fn after_backslashes(bytes: &[u8], offset: usize) -> Option<(usize, &[u8])> {
    if offset > 0 && bytes[offset - 1] == b'\\' {
        return None;
    }
    let rest = &bytes[offset..];
    let backslashes = rest.iter().take(BACKSLASHES + 1).take_while(|&&b| b == b'\\').count();
    (backslashes <= BACKSLASHES).then(|| (backslashes, &rest[backslashes..]))
}

fn hex(bytes: &[u8], offset: usize) -> Option<Escape> {
    let (backslashes, rest) = after_backslashes(bytes, offset)?;
    let &[b'x', high, low, ..] = rest else { return None };
    let byte = hex_digit(high)? << 4 | hex_digit(low)?;
    // A control sequence is read as it is written.
    (byte != terminal::ESC).then(|| Escape::byte(backslashes + 3, byte))
}

/// `\u0041`, `\ud83d\ude00`, `\u{1F600}`, `\U0001F600`.
fn unicode(bytes: &[u8], offset: usize) -> Option<Escape> {
    let (backslashes, rest) = after_backslashes(bytes, offset)?;
    let (length, char) = match rest {
        [b'U', digits @ ..] => (9, char::from_u32(parse_number(digits.get(..8)?, 16)?)?),
        [b'u', b'{', digits @ ..] => {
            let digit_count = digits.iter().take(6).take_while(|b| b.is_ascii_hexdigit()).count();
            if digits.get(digit_count) != Some(&b'}') {
                return None;
            }
            (digit_count + 3, char::from_u32(parse_number(&digits[..digit_count], 16)?)?)
        }
        [b'u', digits @ ..] => {
            let unit = parse_number(digits.get(..4)?, 16)?;
            match char::from_u32(unit) {
                Some(char) => (5, char),
                None => {
                    let rest = digits[4..].get(backslashes..)?;
                    let has_pair = digits[4..].starts_with(&b"\\\\\\\\\\\\\\\\"[..backslashes])
                        && rest.first() == Some(&b'u');
                    let low = parse_number(rest.get(1..5).filter(|_| has_pair)?, 16)?;
                    let units = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
                    let char = char::decode_utf16(units).next()?.ok()?;
                    (5 + backslashes + 5, char)
                }
            }
        }
        _ => return None,
    };
    (char != char::from(terminal::ESC)).then(|| Escape::char(backslashes + length, char))
}

fn entity(rest: &[u8]) -> Option<Escape> {
    let body = &rest[1..];
    if let [b'#', digits @ ..] = body {
        let (prefix_length, radix) =
            if matches!(digits, [b'x' | b'X', ..]) { (1, 16) } else { (0, 10) };
        let digits = &digits[prefix_length..];
        let digit_count = digits.iter().take(8).take_while(|b| b.is_ascii_hexdigit()).count();
        if digits.get(digit_count) != Some(&b';') {
            return None;
        }
        let char = char::from_u32(parse_number(&digits[..digit_count], radix)?)?;
        return Some(Escape::char(3 + prefix_length + digit_count, char));
    }
    let (name, byte) = ENTITIES.iter().find(|(name, _)| body.starts_with(name))?;
    Some(Escape::byte(1 + name.len(), *byte))
}

/// The number that 1 to 8 digits of the radix encode.
fn parse_number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |value, &b| {
        let digit = char::from(b).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: EscapeKind, text: &str) -> Option<(usize, String)> {
        let escape = kind.escape_at(text.as_bytes(), 0)?;
        Some((escape.length, String::from_utf8_lossy(escape.text()).into_owned()))
    }

    #[test]
    fn each_escape_is_decoded_to_its_end() {
        for (kind, text, length, means) in [
            (EscapeKind::Percent, "%3d1", 3, "="),
            (EscapeKind::Percent, "%C3%A9", 6, "é"),
            (EscapeKind::Percent, "%f0%9f%98%80", 12, "😀"),
            (EscapeKind::Unicode, r"\u00e9A", 6, "é"),
            (EscapeKind::Unicode, r"\\u003d", 7, "="),
            (EscapeKind::Unicode, r"\ud83d\ude00!", 12, "😀"),
            (EscapeKind::Unicode, r"\u{3D}=", 6, "="),
            (EscapeKind::Unicode, r"\U0000003d", 10, "="),
            (EscapeKind::Hex, r"\x3D", 4, "="),
            (EscapeKind::Entity, "&quot;", 6, "\""),
            (EscapeKind::Entity, "&#39;", 5, "'"),
            (EscapeKind::Entity, "&#x3D;", 6, "="),
            (EscapeKind::Entity, "&#61;", 5, "="),
        ] {
            assert_eq!(read(kind, text), Some((length, means.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_is_not_decoded() {
        for (kind, text) in [
            (EscapeKind::Percent, "%d"),
            (EscapeKind::Percent, "%4"),
            (EscapeKind::Percent, "%DB_PASSWORD%"),
            (EscapeKind::Percent, "%C3%41"),
            (EscapeKind::Unicode, r"\users"),
            (EscapeKind::Unicode, r"\ud83d\n"),
            (EscapeKind::Unicode, r"\ud83d"),
            (EscapeKind::Unicode, r"\u{}"),
            (EscapeKind::Unicode, r"\U00110000"),
            (EscapeKind::Unicode, r"\\\\\\\\\u0041"),
            (EscapeKind::Hex, r"\xg1"),
            (EscapeKind::Entity, "&name;"),
            (EscapeKind::Entity, "&#;"),
            (EscapeKind::Entity, "&#a;"),
            (EscapeKind::Entity, "&#99999999;"),
        ] {
            assert_eq!(read(kind, text), None, "{text}");
        }
        assert!(EscapeKind::Hex.escape_at(br"\\x41", 1).is_none());
    }
}
