//! Folded scalars of YAML: a value that is spread over several lines after `>`.
//!
//! Lines of one word each, made of token characters, are joined to one word: that is how a token
//! that is too long for a line is written. Prose has spaces and is not joined. A decoding depends
//! only on the key's line, at most [`BEFORE`] bytes of it, and the window after it.

use super::decoded::{Decoded, MappedSpan, SpanMap, Truncated};
use super::escape::string_concat::{WORD_PART, is_token_byte};
use crate::findings::Step;
use crate::rules::{AFTER, BEFORE, LONGEST};

/// The marker after a key whose value is a folded scalar.
pub const FOLDED_SCALAR_MARKER: &[u8] = b": >";

/// Maximum length from the marker on.
pub(super) const REACH: usize = LONGEST + AFTER;

/// Joins the lines of the folded scalar after the marker at `offset`, if there are several, to the
/// key, a colon, and the value in one line.
pub fn decode_folded_scalar(bytes: &[u8], offset: usize, found: &mut dyn FnMut(Decoded)) {
    let end = bytes.len().min(offset + REACH);
    let Some(mut line) = first_line(bytes, offset, end) else { return };
    let earliest = offset.saturating_sub(BEFORE - 1);
    let key =
        bytes[earliest..offset].iter().rposition(|&b| b == b'\n').map(|end| earliest + end + 1);
    let start = key.unwrap_or(earliest);
    let colon = offset + FOLDED_SCALAR_MARKER.len() - 1;
    let mut text = bytes[start..colon].to_vec();
    let mut spans = vec![MappedSpan { decoded: 0, source: start, escape: 0 }];
    let (mut is_cut, mut has_long_line) = (false, false);
    let indent = indent(bytes, line, end);
    while self::indent(bytes, line, end) == indent && indent > 0 {
        let word = line + indent;
        let length = bytes[word..end].iter().take_while(|&&b| is_token_byte(b)).count();
        let word_end = word + length;
        let Some(next) = next_line(bytes, word_end, end).filter(|_| length > 0) else { break };
        spans.push(MappedSpan { decoded: text.len(), source: word, escape: 0 });
        text.extend_from_slice(&bytes[word..word_end]);
        is_cut = word_end == end && end < bytes.len();
        has_long_line |= length >= WORD_PART;
        if is_cut {
            break;
        }
        line = next;
    }
    // A value of one line needs no joining.
    if spans.len() > 2 && has_long_line {
        let truncated = Truncated { start: key.is_none() && earliest > 0, end: is_cut };
        let map = SpanMap::Spans(spans);
        found(Decoded { offset, bytes: text, step: Step::Joined, map, truncated, utf16: None });
    }
}

/// The start of the line after the marker, if only indicators of the scalar's style follow it.
fn first_line(bytes: &[u8], offset: usize, end: usize) -> Option<usize> {
    let rest = bytes[offset..end].strip_prefix(FOLDED_SCALAR_MARKER)?;
    let indicators = |b: &&u8| matches!(**b, b'-' | b'+' | b'0'..=b'9' | b' ');
    let indicators = rest.iter().take_while(indicators).count();
    next_line(bytes, offset + FOLDED_SCALAR_MARKER.len() + indicators, end)
        .filter(|line| *line < end)
}

/// The start of the next line, if this one ends at `offset`; the end of the text also ends a line.
fn next_line(bytes: &[u8], offset: usize, end: usize) -> Option<usize> {
    match bytes[offset..end] {
        [] => Some(offset),
        [b'\n', ..] => Some(offset + 1),
        [b'\r', b'\n', ..] => Some(offset + 2),
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
        let offset = text.find(": >")?;
        let mut joined = None;
        decode_folded_scalar(text.as_bytes(), offset, &mut |decoded| joined = Some(decoded));
        joined.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn lines_of_one_word_are_joined() {
        for text in [
            "a: 1\nkey: >-\n  abcdefgh\n  ijklmnop\n  qr\nb: 2\n",
            "key: >\n    abcdefgh\n    ijklmnop\n    qr",
            "key: >2+ \r\n  abcdefgh\r\n  ijklmnop\r\n  qr\r\n",
            "key: >-\n  abcdefgh\n  ijklmnop\n  qr\n  several words end it\n",
            "key: >-\n  ab\n  cd\n  efghijklmnop\n  qr\n",
        ] {
            assert_eq!(joined(text).as_deref(), Some("key: abcdefghijklmnopqr"), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_joined() {
        for text in [
            "key: >-\n  abcdefgh\n",
            "key: >-\n  some words\n  and more\n",
            "key: >-\n  abcdefgh\n    ijklmnop\n",
            "key: >-\nabcdefgh\nijklmnop\n",
            "key: >-\n  abc\n  def\n  ghi\n",
            "key: > 3 ? abcdefgh\n  : ijklmnop\n",
            "key: >-",
        ] {
            assert_eq!(joined(text), None, "{text}");
        }
    }
}
