//! Folded scalars of YAML: a value that `>` spreads over several lines.
//!
//! One word a line, each of a token's characters, is read as one word: so a token is written that
//! is too long for a line. Prose has blanks and is left alone. Nothing is looked at but the key's
//! line, [`BEFORE`] bytes of it at most, and the window behind.

use super::decoded::{Cut, Decoded, Map, Piece};
use super::string_concat::{WORD, is_token};
use crate::findings::Step;
use crate::rules::{AFTER, BEFORE, LONGEST};

/// What a key is followed by whose value is folded.
pub const SIGN: &[u8] = b": >";

/// Bytes from the sign on, at most.
pub(super) const REACH: usize = LONGEST + AFTER;

/// Joins the lines of the folded scalar whose key ends with the sign at `at`, if there are
/// several: the key, a colon, and the value as it would stand in one line.
pub fn folded(bytes: &[u8], at: usize, found: &mut dyn FnMut(Decoded)) {
    let end = bytes.len().min(at + REACH);
    let Some(mut line) = first_line(bytes, at, end) else { return };
    let bound = at.saturating_sub(BEFORE - 1);
    let key = bytes[bound..at].iter().rposition(|&b| b == b'\n').map(|end| bound + end + 1);
    let start = key.unwrap_or(bound);
    let colon = at + SIGN.len() - 1;
    let mut text = bytes[start..colon].to_vec();
    let mut pieces = vec![Piece { decoded: 0, source: start, escape: 0 }];
    let mut back = false;
    let indent = indent(bytes, line, end);
    while self::indent(bytes, line, end) == indent && indent > 0 {
        let word = line + indent;
        let length = bytes[word..end].iter().take_while(|&&b| is_token(b)).count();
        let behind = word + length;
        let Some(next) = next_line(bytes, behind, end).filter(|_| length > 0) else { break };
        pieces.push(Piece { decoded: text.len(), source: word, escape: 0 });
        text.extend_from_slice(&bytes[word..behind]);
        back = behind == end && end < bytes.len();
        if length < WORD || back {
            break;
        }
        line = next;
    }
    // The key and one line of the value need no joining.
    if pieces.len() > 2 {
        let cut = Cut { front: key.is_none() && bound > 0, back };
        let map = Map::Pieces(pieces);
        found(Decoded { at, bytes: text, step: Step::Joined, map, cut, utf16: None });
    }
}

/// Where the line behind the sign begins, if nothing else stands there but how to fold.
fn first_line(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let rest = bytes[at..end].strip_prefix(SIGN)?;
    let how = |b: &&u8| matches!(**b, b'-' | b'+' | b'0'..=b'9' | b' ');
    let how = rest.iter().take_while(how).count();
    next_line(bytes, at + SIGN.len() + how, end).filter(|line| *line < end)
}

/// Where the next line begins, if this one ends at `at`; the end of all ends a line too.
fn next_line(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    match bytes[at..end] {
        [] => Some(at),
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    }
}

fn indent(bytes: &[u8], line: usize, end: usize) -> usize {
    bytes[line..end].iter().take_while(|&&b| b == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Option<String> {
        let at = text.find(": >")?;
        let mut joined = None;
        folded(text.as_bytes(), at, &mut |decoded| joined = Some(decoded));
        joined.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn words_one_a_line_are_joined() {
        for text in [
            "a: 1\nkey: >-\n  abcdefgh\n  ijklmnop\n  qr\nb: 2\n",
            "key: >\n    abcdefgh\n    ijklmnop\n    qr",
            "key: >2+ \r\n  abcdefgh\r\n  ijklmnop\r\n  qr\r\n",
            "key: >-\n  abcdefgh\n  ijklmnop\n  qr\n  too short a line ends it\n",
        ] {
            assert_eq!(joined(text).as_deref(), Some("key: abcdefghijklmnopqr"), "{text}");
        }
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in [
            "key: >-\n  abcdefgh\n",
            "key: >-\n  some words\n  and more\n",
            "key: >-\n  abcdefgh\n    ijklmnop\n",
            "key: >-\nabcdefgh\nijklmnop\n",
            "key: > 3 ? abcdefgh\n  : ijklmnop\n",
            "key: >-",
        ] {
            assert_eq!(joined(text), None, "{text}");
        }
    }
}
