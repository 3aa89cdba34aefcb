//! The members of an object, a block or a section below a name for several credentials:
//! `tokens:` and, below it, `ci: v`; `"accessTokens": {"https://api.acme.test": "v"}`; `[tokens]`.

use std::ops::Range;

use super::super::words::words;
use super::text_cursor::TextCursor;
use super::{MAX_VALUES, REACH};
use crate::rules::is_word_byte;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Longest name of a member.
const LONGEST_NAME: usize = 64;

/// How the members are separated.
#[derive(PartialEq, Eq)]
enum Map {
    /// `[name]`, then lines.
    Section,
    /// `name: {`, then members with commas.
    Object,
    /// `name:`, then lines that are indented more.
    Block,
}

/// The values of the members below the name, which may be anything; none if a member is for
/// something else than a secret.
pub fn values(bytes: &[u8], name: &Range<usize>, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let end = bytes.len().min(name.end + REACH);
    let mut cursor = TextCursor { bytes, offset: name.end, end };
    let mut values = Vec::new();
    let Some(map) = cursor.map(name) else { return values };
    let indent = cursor.skip(|b| b == b' ');
    if map == Map::Block && indent == 0 {
        return values;
    }
    while values.len() < MAX_VALUES {
        let Some((member, value)) = cursor.entry() else { break };
        if is_other(bytes, &member, lexicon) {
            return Vec::new();
        }
        values.push(value);
        if !cursor.next_entry(&map, indent) {
            break;
        }
    }
    values
}

/// Whether the member describes a credential or is a digest or the public half of one.
fn is_other(bytes: &[u8], member: &Range<usize>, lexicon: &Lexicon) -> bool {
    let words = words(bytes, member);
    let is_in = |list, word: &Range<usize>| lexicon.has(list, &bytes[word.clone()]);
    words.last().is_some_and(|last| is_in(WordList::AboutWords, last))
        || words
            .iter()
            .any(|word| is_in(WordList::DigestWords, word) || is_in(WordList::PublicWords, word))
}

impl TextCursor<'_> {
    /// What opens the members of the name.
    fn map(&mut self, name: &Range<usize>) -> Option<Map> {
        if self.section(name) {
            Some(Map::Section)
        } else if self.object() {
            Some(Map::Object)
        } else {
            self.block().then_some(Map::Block)
        }
    }

    /// Moves to the next member.
    fn next_entry(&mut self, map: &Map, indent: usize) -> bool {
        if *map == Map::Object {
            return self.skip(|b| b.is_ascii_whitespace() || b == b',') > 0;
        }
        self.next_line().is_some() && self.skip(|b| b == b' ') == indent
    }

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
