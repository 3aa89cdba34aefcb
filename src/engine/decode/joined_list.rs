//! Lists of string literals that are joined without a separator: `"".join(["…", "…"])`,
//! `["…", "…"].join("")`, `concat("…", "…")`.
//!
//! A list alone is many words. So the entry point is the name of the function that joins, before
//! the list or after it. A decoding depends only on the list, at most [`REACH`] bytes before or
//! after the name, and on the line in which it begins.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::decoded::{Decoded, MappedSpan, SpanMap, Truncated};
use super::escape::string_concat::space_length;
use crate::findings::Step;
use crate::rules::{AFTER, BEFORE, LONGEST, is_word_byte};

/// Fragments of the names of functions that join. `join` and `concat()` may come after their list.
pub const LIST_MARKERS: [&[u8]; 7] =
    [b"join", b"Join", b"oncat", b"ONCAT", b"mplode(", b"paste0(", b"strcat("];

/// Bytes of the longest marker.
const LONGEST_MARKER: usize = 7;

/// Maximum length of a list, and of the distance between it and the name after it.
pub(super) const REACH: usize = LONGEST + AFTER;
/// Maximum number of bytes between the name and the first literal.
const MAX_CALL: usize = 48;

/// Joins the list before or after the marker at `offset`, if nothing separates its literals.
pub fn decode_joined_list(bytes: &[u8], offset: usize, found: &mut dyn FnMut(Decoded)) {
    let Some(marker) = LIST_MARKERS.iter().find(|marker| bytes[offset..].starts_with(marker))
    else {
        return;
    };
    let text = &bytes[..bytes.len().min(offset + REACH)];
    let call = offset + marker.len();
    let call = call + text[call..].iter().take_while(|&&b| is_word_byte(b)).count();
    let needs_separator = marker.ends_with(b"oin") || marker.starts_with(b"mplode");
    let list = match List::before(text, offset, call) {
        Some(list) => Some(list),
        None => List::after(text, offset, call, needs_separator),
    };
    if let Some(list) = list {
        found(list.joined(bytes, offset));
    }
}

/// The markers that may come after their list.
const METHODS: [&[u8]; 2] = [b"join", b"oncat"];

/// Whether a list may begin before `offset` of this text and its name come after it.
pub(super) fn may_end_in(text: &[u8]) -> bool {
    static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&METHODS));
    FINDER.is_match(text)
}

/// The first marker that is at most [`REACH`] bytes before the byte, or contains it.
pub(super) fn first_marker(bytes: &[u8], offset: usize) -> Option<usize> {
    static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| finder(&LIST_MARKERS));
    let from = offset.saturating_sub(REACH);
    let window = &bytes[from..bytes.len().min(offset + LONGEST_MARKER - 1)];
    FINDER.find(window).map(|found| from + found.start()).filter(|&start| start < offset)
}

fn finder(markers: &[&[u8]]) -> AhoCorasick {
    let builder = &mut AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst).build(markers).expect("a few words are small")
}

/// The literals of a list.
struct List {
    /// Where it begins, or the name before it.
    start: usize,
    parts: Vec<(usize, usize)>,
}

impl List {
    /// The list before `.join("")`.
    fn before(text: &[u8], name: usize, call: usize) -> Option<List> {
        const EMPTY: [&[u8]; 6] =
            [b"(\"\")", b"('')", b"(``)", b"()", b"(\"\",", b"(separator = \"\")"];
        let rest = &text[call..];
        let is_method = match text[name..] {
            [b'j', ..] => text[..name].ends_with(b"."),
            [b'o', ..] => text[..name].ends_with(b".c") && rest.starts_with(b"()"),
            _ => false,
        };
        let is_joined = EMPTY.iter().any(|empty| rest.starts_with(empty))
            || rest.first().is_none_or(|b| matches!(b, b'\n' | b'\r' | b';' | b')'));
        if !is_method || !is_joined {
            return None;
        }
        let earliest = name.saturating_sub(REACH);
        let start = text[earliest..name].iter().rposition(|b| matches!(b, b'[' | b'(' | b'{'))?;
        let start = earliest + start;
        let first = start + 1 + space_length(&text[start + 1..name]);
        let (parts, _) = literals(&text[..name], first)?;
        (parts.len() > 1).then_some(List { start, parts })
    }

    /// The list after `join(`, with the empty separator before, in or after it.
    fn after(text: &[u8], name: usize, call: usize, needs_separator: bool) -> Option<List> {
        let is_key = text[call..].starts_with(b"\":") || text[call..].starts_with(b"':");
        let first = first_literal(text, call + usize::from(is_key))?;
        let (mut parts, mut end) = literals(text, first)?;
        let before = &text[..name];
        let receiver = Self::receiver(before);
        let start = receiver.map_or(name, |(start, _)| start);
        parts.splice(0..0, receiver);
        let mut is_joined = !needs_separator
            || [&b"''."[..], b"\"\".", b"-"].iter().any(|empty| before.ends_with(empty));
        if parts.first().is_some_and(|(start, end)| start == end) {
            is_joined = true;
            parts.remove(0);
            if parts.is_empty() {
                (parts, end) = literals(text, first_literal(text, end)?)?;
            }
        }
        is_joined |= [&b", \"\")"[..], b", '')", b", ``)"]
            .iter()
            .any(|empty| text[end..].get(1..).is_some_and(|rest| rest.starts_with(empty)));
        (is_joined && parts.len() > 1).then_some(List { start, parts })
    }

    /// The literal of which `.concat(` is a method.
    fn receiver(before: &[u8]) -> Option<(usize, usize)> {
        let end = before.len().checked_sub(3)?;
        let quote = before[end];
        if !before.ends_with(b".c") || !is_quote(quote) {
            return None;
        }
        let length = before[..end].iter().rev().take(REACH).take_while(|&&b| in_word(b)).count();
        let start = end - length;
        (length > 0 && before[..start].last() == Some(&quote)).then_some((start, end))
    }

    /// The literals as one, with the name to which it is assigned.
    fn joined(self, bytes: &[u8], offset: usize) -> Decoded {
        let earliest = self.start.saturating_sub(BEFORE - 1);
        let line = bytes[earliest..self.start].iter().rposition(|&b| b == b'\n');
        let line = line.map_or(earliest, |end| earliest + end + 1);
        let name = bytes[line..self.start].iter().rposition(|b| matches!(b, b'=' | b':'));
        let mut text = bytes[line..name.map_or(line, |operator| line + operator + 1)].to_vec();
        let mut spans = vec![MappedSpan { decoded: 0, source: line, escape: 0 }];
        let (first, last) = (self.parts[0].0, self.parts[self.parts.len() - 1].1);
        spans.push(MappedSpan { decoded: text.len(), source: first - 1, escape: 1 });
        text.extend_from_slice(b" \"");
        for (start, end) in self.parts {
            spans.push(MappedSpan { decoded: text.len(), source: start, escape: 0 });
            text.extend_from_slice(&bytes[start..end]);
        }
        spans.push(MappedSpan { decoded: text.len(), source: last, escape: 1 });
        text.push(b'"');
        let (map, truncated) = (SpanMap::Spans(spans), Truncated::default());
        Decoded { offset, bytes: text, step: Step::Joined, map, truncated, utf16: None }
    }
}

/// The first quote after a call's name, its brackets and what names the type of a list.
fn first_literal(text: &[u8], call: usize) -> Option<usize> {
    let within = &text[call..text.len().min(call + MAX_CALL)];
    let length = within.iter().position(|&b| is_quote(b))?;
    let between =
        |b: u8| is_word_byte(b) || b.is_ascii_whitespace() || b".!:([{]<>,@$".contains(&b);
    within[..length].iter().all(|&b| between(b)).then_some(call + length)
}

/// The literals from the quote at `offset` on, separated by commas, each one word; and where the
/// list is closed.
fn literals(text: &[u8], mut offset: usize) -> Option<(Vec<(usize, usize)>, usize)> {
    let mut parts = Vec::new();
    loop {
        let quote = *text.get(offset).filter(|&&b| is_quote(b))?;
        let start = offset + 1;
        let end = start + text[start..].iter().take_while(|&&b| in_word(b)).count();
        if text.get(end) != Some(&quote) {
            return None;
        }
        parts.push((start, end));
        offset = end + 1 + space_length(&text[end + 1..]);
        if text.get(offset) == Some(&b',') {
            offset += 1;
            offset += space_length(&text[offset..]);
            offset += usize::from(text.get(offset).is_some_and(|b| b"bru@".contains(b)));
        }
        match text.get(offset)? {
            b if is_quote(*b) => {}
            b']' | b')' | b'}' | b';' => return Some((parts, offset)),
            // The list follows its separator.
            _ if parts.len() == 1 => return Some((parts, offset)),
            _ => return None,
        }
    }
}

/// Whether the byte may be in a literal of one word.
fn in_word(b: u8) -> bool {
    b > b' ' && b != b'\\' && !is_quote(b)
}

fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Option<String> {
        let mut joined = None;
        for offset in 0..text.len() {
            if LIST_MARKERS.iter().any(|marker| text.as_bytes()[offset..].starts_with(marker)) {
                let found = &mut |decoded: Decoded| joined = Some(decoded);
                decode_joined_list(text.as_bytes(), offset, found);
            }
        }
        joined.map(|decoded| String::from_utf8(decoded.bytes).unwrap())
    }

    #[test]
    fn lists_are_joined_as_in_programming_languages() {
        for text in [
            "k = \"\".join([\"abc\", \"def\"])",
            "k = ''.join((\n    'abc',  # a part\n    'def',\n))",
            "k = ['abc', 'def'].join('');",
            "k = [\n  \"abc\",\n  \"def\",\n].join(\"\");",
            "k = ['abc', 'def'].join\n",
            "k = [\"abc\", \"def\"];\nconst t = k.join(\"\");",
            "k = String.join(\"\", \"abc\", \"def\");",
            "k = string.Concat(\"abc\", \"def\");",
            "k = strings.Join([]string{\"abc\", \"def\"}, \"\")",
            "k = concat!(\"abc\", \"def\");",
            "k = listOf(\"abc\", \"def\").joinToString(\"\")",
            "k = implode('', ['abc', 'def']);",
            "k = join('', 'abc', 'def');",
            "k = join '', 'abc', 'def';",
            "k = table.concat({\"abc\", \"def\"})",
            "k = CONCAT('abc', 'def')",
            "k = paste0(\"abc\", \"def\")",
            "k = join(\"\", [\"abc\", \"def\"])",
            "k = -join ('abc', 'def')",
            "k = !Join ['', ['abc', 'def']]",
            "k = ['abc', 'def'].concat();",
            "k = 'abc'.concat('de', 'f');",
        ] {
            let text = format!("x\n{text}");
            assert_eq!(joined(&text).as_deref(), Some("k = \"abcdef\""), "{text}");
        }
        let pair = "{\"k\": {\"Fn::Join\": [\"\", [\"abc\", \"def\"]]}}";
        assert_eq!(joined(pair).as_deref(), Some("{\"k\": {\"Fn:: \"abcdef\""));
    }

    #[test]
    fn other_lists_are_not_joined() {
        for text in [
            "p = path.join(\"abc\", \"def\")",
            "p = [\"abc\", \"def\"].join(\", \")",
            "p = [\"abc\", \"def\"].join(sep)",
            "p = \", \".join([\"abc\", \"def\"])",
            "p = \"\".join([\"some words\", \"and more\"])",
            "p = \"\".join(parts), \"abc\", \"def\"",
            "p = concat(first, \"abc\", second)",
            "p = strings.Join([]string{\"abc\", \"def\"}, \"/\")",
            "[\"join\", \"abc\", \"def\"]",
            "'abc' || concat('abc')",
        ] {
            assert_eq!(joined(text), None, "{text}");
        }
    }
}
