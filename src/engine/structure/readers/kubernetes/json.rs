//! A manifest as a JSON object, or as an object of a language with similar literals. In a string it
//! has backslashes before its quotes.

use std::ops::Range;

use super::{Entry, LONGEST, holder};
use crate::engine::structure::mark::Kind;
use crate::engine::structure::readers::Holder;
use crate::engine::structure::readers::value::{Value, json_escape};

/// Strings within strings.
const LEVELS: usize = 3;

/// What was read before.
#[derive(Default)]
pub struct Objects {
    /// For each level the end of the last object, or the last mark that is in none.
    done: [usize; LEVELS],
}

/// How strings are quoted.
#[derive(Clone, Copy)]
struct Quotes {
    mark: u8,
    /// The number of strings around.
    level: usize,
}

impl Objects {
    /// Reads the object around a kind. Returns whether there is one.
    pub fn read<'b>(
        &mut self,
        bytes: &'b [u8],
        mark: usize,
        kind: &Kind,
        entry: &mut Entry<'_, 'b>,
    ) -> bool {
        let (quote, escapes) = kind.quote.unwrap_or((b'"', 0));
        let Some(quotes) = Quotes::new(quote, escapes) else { return false };
        let done = &mut self.done[quotes.level];
        if mark < *done {
            return true;
        }
        let Some(open) = quotes.object_before(bytes, *done..kind.key) else {
            *done = mark;
            return false;
        };
        let end = bytes.len().min(kind.end + LONGEST);
        let mut members = Vec::new();
        let mut collect = |name: Range<usize>, value: Found| members.push((name, value));
        let object_end = quotes.members(&bytes[..end], open + 1, &mut collect);
        *done = object_end.unwrap_or(mark + 1);
        for (name, value) in members {
            if let (Some(holder), Found::Object(open)) = (holder(&bytes[name]), value) {
                quotes.entries(&bytes[..end], open, holder, entry);
            }
        }
        true
    }
}

/// A member's value.
enum Found {
    /// Without quotes.
    Text(Range<usize>),
    /// The offset after the opening brace.
    Object(usize),
    Other,
}

impl Quotes {
    fn new(mark: u8, escapes: usize) -> Option<Quotes> {
        let level = (0..LEVELS).find(|&level| (1 << level) - 1 == escapes)?;
        Some(Quotes { mark, level })
    }

    /// Whether the mark at `offset` delimits a string; one with more backslashes is inside one.
    fn delimits(&self, bytes: &[u8], offset: usize) -> bool {
        let before = bytes[..offset].iter().rev().take(64).take_while(|&&b| b == b'\\').count();
        before % (2 << self.level) == (1 << self.level) - 1
    }

    /// The opening brace of the object that is open at the end of the range.
    fn object_before(&self, bytes: &[u8], range: Range<usize>) -> Option<usize> {
        let first = range.start.max(range.end.saturating_sub(LONGEST));
        let (mut depth, mut in_string) = (0, false);
        for offset in (first..range.end).rev() {
            match bytes[offset] {
                b if b == self.mark => {
                    let escapes =
                        bytes[..offset].iter().rev().take(64).take_while(|&&b| b == b'\\');
                    if self.level > 0 && escapes.count() == 0 {
                        return None;
                    }
                    in_string ^= self.delimits(bytes, offset);
                }
                _ if in_string => {}
                b'}' | b']' => depth += 1,
                b'{' if depth == 0 => return Some(offset),
                b'[' if depth == 0 => return None,
                b'{' | b'[' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// Calls `found` with the members of an object from `from` on. Returns its end.
    fn members(
        &self,
        bytes: &[u8],
        mut from: usize,
        found: &mut dyn FnMut(Range<usize>, Found),
    ) -> Option<usize> {
        loop {
            from = self.skip_blanks(bytes, from, b",");
            if *bytes.get(from)? == b'}' {
                return Some(from + 1);
            }
            let (name, after) = match self.string(bytes, from) {
                Some(string) => string,
                None => {
                    let is_word = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.$/".contains(b);
                    let length = bytes[from..].iter().take_while(is_word).count();
                    (from..from + length, from + length)
                }
            };
            from = self.skip_blanks(bytes, after, b"");
            if name.is_empty() || *bytes.get(from)? != b':' {
                return None;
            }
            from = self.skip_blanks(bytes, from + 1, b"");
            let value = match self.string(bytes, from) {
                Some((text, _)) => Found::Text(text),
                None if bytes.get(from) == Some(&b'{') => Found::Object(from + 1),
                None => Found::Other,
            };
            found(name, value);
            from = self.after_value(bytes, from)?;
        }
    }

    /// Passes on the entries of the object after `from`.
    fn entries<'b>(&self, bytes: &'b [u8], from: usize, holder: Holder, entry: &mut Entry<'_, 'b>) {
        self.members(bytes, from, &mut |name, value| {
            if let Found::Text(text) = value {
                let value = (0..=self.level)
                    .fold(Value::written(bytes, text), |value, _| value.unescaped(json_escape));
                entry(holder, &bytes[name], value);
            }
        });
    }

    /// The string that begins at `from`, without quotes, and the offset after it.
    fn string(&self, bytes: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
        let escapes = (1 << self.level) - 1;
        let open = from + escapes;
        if bytes.get(open) != Some(&self.mark) || bytes[from..open].iter().any(|&b| b != b'\\') {
            return None;
        }
        let mut offset = open + 1;
        loop {
            offset += memchr::memchr(self.mark, &bytes[offset..])?;
            if self.delimits(bytes, offset) {
                return Some((open + 1..offset - escapes, offset + 1));
            }
            offset += 1;
        }
    }

    /// The offset of the comma or the bracket after a value.
    fn after_value(&self, bytes: &[u8], mut from: usize) -> Option<usize> {
        let mut depth = 0;
        loop {
            if let Some((_, after)) = self.string(bytes, from) {
                from = after;
                continue;
            }
            match *bytes.get(from)? {
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' if depth == 0 => return Some(from),
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            from += 1;
        }
    }

    /// The offset after blanks, which may be escaped line ends, and these bytes.
    fn skip_blanks(&self, bytes: &[u8], mut from: usize, others: &[u8]) -> usize {
        loop {
            match bytes.get(from) {
                Some(b) if b.is_ascii_whitespace() || others.contains(b) => from += 1,
                Some(b'\\') if self.level > 0 => {
                    let escapes = bytes[from..].iter().take_while(|&&b| b == b'\\').count();
                    match bytes.get(from + escapes) {
                        Some(b'n' | b't' | b'r') => from += escapes + 1,
                        _ => return from,
                    }
                }
                _ => return from,
            }
        }
    }
}

/// The entries of a flow mapping in YAML, after its opening brace.
pub fn flow_entries<'b>(bytes: &'b [u8], from: usize, holder: Holder, entry: &mut Entry<'_, 'b>) {
    let quotes = Quotes { mark: b'"', level: 0 };
    let mut plain = Vec::new();
    quotes.members(bytes, from, &mut |name, value| plain.push((name, value)));
    for (name, value) in plain {
        match value {
            Found::Text(text) => {
                let value = Value::written(bytes, text).unescaped(json_escape);
                entry(holder, &bytes[name], value);
            }
            Found::Other => {
                let start =
                    name.end + bytes[name.end..].iter().take_while(|b| b": \"".contains(b)).count();
                let is_value = |b: &&u8| !b",}\n\r ".contains(b);
                let length = bytes[start..].iter().take_while(is_value).count();
                entry(holder, &bytes[name], Value::written(bytes, start..start + length));
            }
            Found::Object(_) => {}
        }
    }
}
