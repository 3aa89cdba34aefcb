//! Control sequences of terminals: colors, erased lines, moved cursors, links.
//!
//! Logs and recordings have the byte ESC, source code and JSON an escape of it (`\e`, `\033`,
//! `\x1b`, `\u001b`), and what was copied from a terminal `^[`. A sequence is no part of the word
//! that it colors: it may precede a token, whose first letter then follows a letter, or split one.
//! The formats are those of ECMA-48, and OSC 8 for links.

use super::{Escape, after_backslashes};
use crate::rules::is_word_byte;

/// Maximum length, with the address of a link.
pub const MAX_SEQUENCE: usize = 144;
/// Maximum number of parameter bytes: a foreground and a background in RGB have 38.
const MAX_PARAMETERS: usize = 40;

pub const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;

/// How ESC is written after a backslash.
const SPELLINGS: [&[u8]; 15] = [
    b"e",
    b"E",
    b"033",
    b"x1b",
    b"x1B",
    b"u001b",
    b"u001B",
    b"0033",
    b"27",
    b"u{1b}",
    b"u{1B}",
    b"u{001b}",
    b"u{001B}",
    b"x{1b}",
    b"U0000001b",
];
/// How BEL is written after a backslash.
const BELLS: [&[u8]; 4] = [b"a", b"007", b"x07", b"u0007"];

/// The sequence that begins at `offset`: it encodes nothing, or a space if it moves the cursor.
pub fn sequence(bytes: &[u8], offset: usize) -> Option<Escape> {
    let start = offset + introducer_length(bytes, offset)?;
    let rest = &bytes[start..bytes.len().min(offset + MAX_SEQUENCE)];
    match *rest {
        [b'[', ref rest @ ..] => {
            let length = rest.iter().take(MAX_PARAMETERS).take_while(|&&b| is_parameter(b)).count();
            let end = start + 1 + length + 1 - offset;
            match rest.get(length)? {
                b'm' | b'K' | b'J' | b'h' | b'l' | b'q' | b'n' => Some(Escape::nothing(end)),
                b'A'..=b'Z' | b'a'..=b'z' | b'@' | b'~' => Some(Escape::byte(end, b' ')),
                _ => None,
            }
        }
        [b']', b'0'..=b'9', ..] => Some(Escape::nothing(start + command_length(rest)? - offset)),
        // The character set, which `tput sgr0` resets with the color.
        [b'(', b'A' | b'B' | b'0'..=b'2', ..] => Some(Escape::nothing(start + 2 - offset)),
        _ => None,
    }
}

/// Where a word begins after the letter that ends the sequence at `offset`.
pub fn word_after(bytes: &[u8], offset: usize) -> Option<usize> {
    let end = offset + sequence(bytes, offset)?.length;
    let is_word = |offset: usize| bytes.get(offset).is_some_and(|&b| is_word_byte(b));
    (is_word(end - 1) && is_word(end)).then_some(end)
}

/// Length of ESC as it is written at `offset`, if `[`, `]` or `(` may follow.
fn introducer_length(bytes: &[u8], offset: usize) -> Option<usize> {
    match (bytes[offset], bytes.get(offset + 1)?) {
        (ESC, _) => Some(1),
        // Not the start of a regular expression such as `^[[:alpha:]]`.
        (b'^', b'[') => {
            let follows = bytes.get(offset + 2..offset + 4)?;
            matches!(follows, [b'[', b'0'..=b'9' | b'?' | b'm' | b'K'] | [b']', b'8']).then_some(2)
        }
        (b'\\', b'e' | b'E' | b'0' | b'2' | b'x' | b'u' | b'U' | b'\\') => {
            let (backslashes, rest) = after_backslashes(bytes, offset)?;
            Some(backslashes + longest_prefix(rest, &SPELLINGS)?)
        }
        _ => None,
    }
}

/// Length of the spelling that the text begins with.
fn longest_prefix(text: &[u8], spellings: &[&[u8]]) -> Option<usize> {
    spellings.iter().find(|spelling| text.starts_with(spelling)).map(|spelling| spelling.len())
}

fn is_parameter(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b';' | b':' | b'?')
}

/// Length of an operating system command, such as a link, with BEL or `ESC \` after it.
fn command_length(command: &[u8]) -> Option<usize> {
    let mut offset = 0;
    loop {
        let rest = &command[offset..];
        match *rest.first()? {
            BEL => return Some(offset + 1),
            ESC => return rest.starts_with(b"\x1b\\").then_some(offset + 2),
            b'^' => return rest.starts_with(b"^[\\").then_some(offset + 3),
            b'\\' => return Some(offset + written_end(rest)?),
            b if b < b' ' => return None,
            _ => offset += 1,
        }
    }
}

/// Length of BEL or `ESC \` as they are written in source code.
fn written_end(rest: &[u8]) -> Option<usize> {
    let (backslashes, after) = after_backslashes(rest, 0)?;
    if let Some(bell) = longest_prefix(after, &BELLS) {
        return Some(backslashes + bell);
    }
    let escape = backslashes + longest_prefix(after, &SPELLINGS)?;
    let closing = rest[escape..].iter().take(2 * backslashes).take_while(|&&b| b == b'\\').count();
    (closing > 0).then_some(escape + closing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(usize, String)> {
        let escape = sequence(text.as_bytes(), 0)?;
        Some((escape.length, String::from_utf8_lossy(escape.text()).into_owned()))
    }

    #[test]
    fn a_sequence_ends_with_its_letter() {
        for escape in [
            "\x1b",
            r"\e",
            r"\E",
            r"\033",
            r"\0033",
            r"\27",
            r"\x1b",
            r"\x1B",
            r"\x{1b}",
            r"\u001b",
            r"\u001B",
            r"\u{1b}",
            r"\\u001b",
            r"\U0000001b",
        ] {
            for (sequence, meaning) in [
                ("[m", ""),
                ("[0m", ""),
                ("[1;38;2;255;100;20;48;2;255;255;255m", ""),
                ("[K", ""),
                ("[2K", ""),
                ("[H", " "),
                ("[20G", " "),
                ("(B", ""),
                ("]8;;https://ci.example.com/1\x07", ""),
                ("]8;;https://ci.example.com/1\x1b\\", ""),
                (r"]8;;https://ci.example.com/1\a", ""),
                (r"]8;;\e\\", ""),
                (r"]8;;\u001b\\", ""),
            ] {
                let text = format!("{escape}{sequence}");
                let expected = Some((text.len(), meaning.to_owned()));
                assert_eq!(read(&format!("{text}token")), expected, "{text:?}");
            }
        }
        assert_eq!(read("^[[1mtoken"), Some((5, String::new())));
    }

    #[test]
    fn what_only_looks_like_a_sequence_is_none() {
        for text in [
            "\x1b",
            "\x1b[",
            "\x1b[1",
            "\x1b[ m",
            "\x1bM",
            r"\e",
            r"\example[0m",
            r"\Users",
            r"\033",
            r"\u001c[0m",
            r"\x1c[0m",
            "^[a-z]",
            "^[[:alpha:]]",
            "\x1b]8;;no end",
            "\x1b]8;;a line\n\x07",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
