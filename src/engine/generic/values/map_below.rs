//! The members of an object, a block or a section below a name for several credentials:
//! `tokens:` and, below it, `ci: v`; `"accessTokens": {"https://api.acme.test": "v"}`; `[tokens]`.

use std::ops::Range;

use super::text_cursor::TextCursor;
use super::{MAX_VALUES, REACH};
use crate::rules::is_word_byte;

/// Words of a member that identifies or describes a secret.
const OTHER_WORDS: [&[u8]; 9] = [
    b"id",
    b"hash",
    b"sha",
    b"digest",
    b"public",
    b"pub",
    b"checksum",
    b"fingerprint",
    b"integrity",
];

/// Longest name of a member.
const LONGEST_NAME: usize = 64;

/// The values of the members below the name, which may be anything; none if a member is for
/// something else than a secret.
pub fn values(bytes: &[u8], name: &Range<usize>) -> Vec<Range<usize>> {
    let end = bytes.len().min(name.end + REACH);
    let mut cursor = TextCursor { bytes, offset: name.end, end };
    let in_section = cursor.section(name);
    let in_object = !in_section && cursor.object();
    let in_block = !in_section && !in_object && cursor.block();
    let mut values = Vec::new();
    if !in_section && !in_object && !in_block {
        return values;
    }
    let indent = cursor.skip(|b| b == b' ');
    if in_block && indent == 0 {
        return values;
    }
    while values.len() < MAX_VALUES {
        let Some((member, value)) = cursor.entry() else { break };
        if is_other(&bytes[member]) {
            return Vec::new();
        }
        values.push(value);
        cursor.skip(|b| b == b',');
        let more = if in_object {
            cursor.skip(|b| b.is_ascii_whitespace() || b == b',') > 0
        } else {
            cursor.next_line().is_some() && cursor.skip(|b| b == b' ') == indent
        };
        if !more {
            break;
        }
    }
    values
}

/// Whether one of the words of the member's name is for something else than a secret.
fn is_other(member: &[u8]) -> bool {
    let is_word = |word: &[u8]| OTHER_WORDS.iter().any(|other| word.eq_ignore_ascii_case(other));
    member.split(|b| !b.is_ascii_alphabetic()).any(is_word)
        || member.ends_with(b"Id")
        || member.ends_with(b"Hash")
}

impl TextCursor<'_> {
    /// `[name]` on a line of its own.
    fn section(&mut self, name: &Range<usize>) -> bool {
        let before = &self.bytes[name.start.saturating_sub(2)..name.start];
        let opens = before == b"\n[" || before == b"[" && name.start == 1;
        let from = self.offset;
        let found = opens && self.take(b']') && self.next_line().is_some();
        if !found {
            self.offset = from;
        }
        found
    }

    /// `: {`, PHP's `=> [`.
    fn object(&mut self) -> bool {
        let from = self.offset;
        self.skip(|b| matches!(b, b'"' | b'\'' | b' '));
        let assigned = self.operator();
        self.skip(|b| b == b' ');
        let found = assigned && (self.take(b'{') || self.take(b'['));
        if found {
            self.skip(|b| b.is_ascii_whitespace());
        } else {
            self.offset = from;
        }
        found
    }

    /// `:` at the end of a line.
    fn block(&mut self) -> bool {
        self.take(b':') && self.next_line().is_some()
    }

    /// `name: v`, `"name": "v"`, `name = 'v'`.
    fn entry(&mut self) -> Option<(Range<usize>, Range<usize>)> {
        let member = match self.peek()? {
            b'"' | b'\'' => self.quoted(b"\"'")?,
            _ => {
                let start = self.offset;
                self.skip(|b| is_word_byte(b) || matches!(b, b'-' | b'.' | b'/' | b'@'));
                start..self.offset
            }
        };
        self.skip(|b| b == b' ');
        let assigned = self.operator();
        if !assigned || member.is_empty() || member.len() > LONGEST_NAME {
            return None;
        }
        self.skip(|b| b == b' ');
        let value = match self.peek()? {
            b'"' | b'\'' => self.quoted(b"\"'")?,
            _ => {
                let start = self.offset;
                self.skip(|b| !b.is_ascii_whitespace() && !b"\"'`,;()[]{}<>".contains(&b));
                start..self.offset
            }
        };
        (!value.is_empty()).then_some((member, value))
    }

    /// `:`, `=` or `=>`.
    fn operator(&mut self) -> bool {
        let found = self.take(b':') || self.take(b'=');
        self.take(b'>');
        found
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }
}
