//! Escapes: a few characters that stand for one, or for none between two literals.

use super::hex_run::hex_digit;
use super::string_concat;
use crate::findings::Step;

/// A kind of escape. Each is decoded by itself; where kinds are mixed, nesting does the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Percent,
    Unicode,
    Hex,
    Entity,
    Joint,
}

/// An escape: its length in the source, and the bytes that it stands for.
pub struct Mark {
    pub length: usize,
    text: [u8; 4],
    text_length: usize,
}

impl Mark {
    pub fn text(&self) -> &[u8] {
        &self.text[..self.text_length]
    }

    fn byte(length: usize, byte: u8) -> Mark {
        Mark { length, text: [byte, 0, 0, 0], text_length: 1 }
    }

    fn char(length: usize, char: char) -> Mark {
        let mut text = [0; 4];
        let text_length = char.encode_utf8(&mut text).len();
        Mark { length, text, text_length }
    }

    fn nothing(length: usize) -> Mark {
        Mark { length, text: [0; 4], text_length: 0 }
    }
}

/// Backslashes that may stand in front of `u` or `x`: JSON in JSON doubles them.
const BACKSLASHES: usize = 8;
/// Bytes of an escape that is no joint, at most: two units of UTF-16, each with its backslashes.
pub const LONGEST_ESCAPE: usize = 2 * (BACKSLASHES + 5);
/// HTML's entities for what markup and quotes are made of.
const ENTITIES: [(&[u8], u8); 7] = [
    (b"quot;", b'"'),
    (b"amp;", b'&'),
    (b"lt;", b'<'),
    (b"gt;", b'>'),
    (b"apos;", b'\''),
    (b"equals;", b'='),
    (b"colon;", b':'),
];

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Percent, Kind::Unicode, Kind::Hex, Kind::Entity, Kind::Joint];

    pub fn step(self) -> Step {
        match self {
            Kind::Percent => Step::Percent,
            Kind::Unicode => Step::UnicodeEscape,
            Kind::Hex => Step::HexEscape,
            Kind::Entity => Step::HtmlEntity,
            Kind::Joint => Step::Joined,
        }
    }

    /// The escape of this kind that begins at `at`.
    #[inline]
    pub fn mark(self, bytes: &[u8], at: usize) -> Option<Mark> {
        match (self, bytes.get(at)?) {
            (Kind::Percent, b'%') => percent(&bytes[at..]),
            (Kind::Unicode, b'\\') => unicode(bytes, at),
            (Kind::Hex, b'\\') => hex(bytes, at),
            (Kind::Entity, b'&') => entity(&bytes[at..]),
            (Kind::Joint, b'"' | b'\'' | b'`' | b'\\') => {
                string_concat::length(bytes, at).map(Mark::nothing)
            }
            _ => None,
        }
    }

    /// Whether an escape of this kind may begin with the byte, or a stretch may end before it:
    /// most bytes need not be looked at any closer.
    #[inline]
    pub fn concerns(self, b: u8) -> bool {
        CONCERNS[usize::from(b)] >> self as u8 & 1 == 1
    }

    /// Whether a stretch ends before the byte at `at`: at blanks, but for the one behind the
    /// sign of an assignment; for literals, which may hold blanks, at the line's end.
    #[inline]
    pub fn breaks(self, bytes: &[u8], at: usize) -> bool {
        match (self, bytes[at]) {
            (_, b'\n' | b'\r' | 0) => true,
            (Kind::Joint, _) => false,
            (_, b' ') => at == 0 || !matches!(bytes[at - 1], b':' | b'='),
            (_, b) => b < b' ',
        }
    }
}

/// For each byte the kinds that it concerns ([`Kind::concerns`]), a bit each.
static CONCERNS: [u8; 256] = {
    const fn bit(kind: Kind) -> u8 {
        1 << kind as u8
    }
    let mut concerns = [0; 256];
    let mut b = 0;
    while b < 256 {
        concerns[b] = match b as u8 {
            b'\n' | b'\r' | 0 => u8::MAX,
            ..=b' ' => !bit(Kind::Joint),
            b'%' => bit(Kind::Percent),
            b'\\' => bit(Kind::Unicode) | bit(Kind::Hex) | bit(Kind::Joint),
            b'&' => bit(Kind::Entity),
            b'"' | b'\'' | b'`' => bit(Kind::Joint),
            _ => 0,
        };
        b += 1;
    }
    concerns
};

/// A character's bytes in UTF-8, each as `%` and two digits. A byte that is no part of one is
/// none: `%DB_PASSWORD%` is a variable.
fn percent(rest: &[u8]) -> Option<Mark> {
    let byte = |number: usize| match rest.get(3 * number..3 * number + 3)? {
        &[b'%', high, low] => Some(hex_digit(high)? << 4 | hex_digit(low)?),
        _ => None,
    };
    let length = match byte(0)? {
        ascii @ ..0x80 => return Some(Mark::byte(3, ascii)),
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    };
    let mut bytes = [0; 4];
    for (number, place) in bytes[..length].iter_mut().enumerate() {
        *place = byte(number)?;
    }
    let char = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
    Some(Mark::char(3 * length, char))
}

/// The backslashes from `at` on, of which none stands before, and what follows them.
fn behind_backslashes(bytes: &[u8], at: usize) -> Option<(usize, &[u8])> {
    if at > 0 && bytes[at - 1] == b'\\' {
        return None;
    }
    let rest = &bytes[at..];
    let backslashes = rest.iter().take(BACKSLASHES + 1).take_while(|&&b| b == b'\\').count();
    (backslashes <= BACKSLASHES).then(|| (backslashes, &rest[backslashes..]))
}

fn hex(bytes: &[u8], at: usize) -> Option<Mark> {
    let (backslashes, rest) = behind_backslashes(bytes, at)?;
    let &[b'x', high, low, ..] = rest else { return None };
    Some(Mark::byte(backslashes + 3, hex_digit(high)? << 4 | hex_digit(low)?))
}

/// `\u0041`, `\ud83d\ude00`, `\u{1F600}`, `\U0001F600`.
fn unicode(bytes: &[u8], at: usize) -> Option<Mark> {
    let (backslashes, rest) = behind_backslashes(bytes, at)?;
    let (length, char) = match rest {
        [b'U', digits @ ..] => (9, char::from_u32(number(digits.get(..8)?, 16)?)?),
        [b'u', b'{', digits @ ..] => {
            let long = digits.iter().take(6).take_while(|b| b.is_ascii_hexdigit()).count();
            if digits.get(long) != Some(&b'}') {
                return None;
            }
            (long + 3, char::from_u32(number(&digits[..long], 16)?)?)
        }
        [b'u', digits @ ..] => {
            let unit = number(digits.get(..4)?, 16)?;
            match char::from_u32(unit) {
                Some(char) => (5, char),
                None => {
                    let rest = digits[4..].get(backslashes..)?;
                    let pair = digits[4..].starts_with(&b"\\\\\\\\\\\\\\\\"[..backslashes])
                        && rest.first() == Some(&b'u');
                    let low = number(rest.get(1..5).filter(|_| pair)?, 16)?;
                    let units = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
                    let char = char::decode_utf16(units).next()?.ok()?;
                    (5 + backslashes + 5, char)
                }
            }
        }
        _ => return None,
    };
    Some(Mark::char(backslashes + length, char))
}

fn entity(rest: &[u8]) -> Option<Mark> {
    let body = &rest[1..];
    if let [b'#', digits @ ..] = body {
        let (sign, radix) = if matches!(digits, [b'x' | b'X', ..]) { (1, 16) } else { (0, 10) };
        let digits = &digits[sign..];
        let long = digits.iter().take(8).take_while(|b| b.is_ascii_hexdigit()).count();
        if digits.get(long) != Some(&b';') {
            return None;
        }
        let char = char::from_u32(number(&digits[..long], radix)?)?;
        return Some(Mark::char(3 + sign + long, char));
    }
    let (name, byte) = ENTITIES.iter().find(|(name, _)| body.starts_with(name))?;
    Some(Mark::byte(1 + name.len(), *byte))
}

/// The number that 1 to 8 digits of the radix write.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
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

    fn read(kind: Kind, text: &str) -> Option<(usize, String)> {
        let mark = kind.mark(text.as_bytes(), 0)?;
        Some((mark.length, String::from_utf8_lossy(mark.text()).into_owned()))
    }

    #[test]
    fn each_escape_is_read_to_its_end() {
        for (kind, text, length, means) in [
            (Kind::Percent, "%3d1", 3, "="),
            (Kind::Percent, "%C3%A9", 6, "é"),
            (Kind::Percent, "%f0%9f%98%80", 12, "😀"),
            (Kind::Unicode, r"\u00e9A", 6, "é"),
            (Kind::Unicode, r"\\u003d", 7, "="),
            (Kind::Unicode, r"\ud83d\ude00!", 12, "😀"),
            (Kind::Unicode, r"\u{3D}=", 6, "="),
            (Kind::Unicode, r"\U0000003d", 10, "="),
            (Kind::Hex, r"\x3D", 4, "="),
            (Kind::Entity, "&quot;", 6, "\""),
            (Kind::Entity, "&#39;", 5, "'"),
            (Kind::Entity, "&#x3D;", 6, "="),
            (Kind::Entity, "&#61;", 5, "="),
        ] {
            assert_eq!(read(kind, text), Some((length, means.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_is_none() {
        for (kind, text) in [
            (Kind::Percent, "%d"),
            (Kind::Percent, "%4"),
            (Kind::Percent, "%DB_PASSWORD%"),
            (Kind::Percent, "%C3%41"),
            (Kind::Unicode, r"\users"),
            (Kind::Unicode, r"\ud83d\n"),
            (Kind::Unicode, r"\ud83d"),
            (Kind::Unicode, r"\u{}"),
            (Kind::Unicode, r"\U00110000"),
            (Kind::Unicode, r"\\\\\\\\\u0041"),
            (Kind::Hex, r"\xg1"),
            (Kind::Entity, "&name;"),
            (Kind::Entity, "&#;"),
            (Kind::Entity, "&#a;"),
            (Kind::Entity, "&#99999999;"),
        ] {
            assert_eq!(read(kind, text), None, "{text}");
        }
        assert!(Kind::Hex.mark(br"\\x41", 1).is_none());
    }
}
