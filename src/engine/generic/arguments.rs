//! The arguments of a call, and which of them are literals.

use std::ops::Range;

use super::rest::Rest;
use crate::rules::is_word_byte;

/// Brackets, one within the other, of which an argument may consist.
const DEEPEST: usize = 8;

/// What a literal stands between.
const QUOTES: &[u8] = b"\"'`";

/// Walks over the arguments between a bracket and its match.
pub struct Arguments<'b>(Rest<'b>);

impl<'b> Arguments<'b> {
    /// Those behind the bracket at `open`, as far as `end`.
    pub fn of(bytes: &'b [u8], open: usize, end: usize) -> Option<Self> {
        let opens = matches!(bytes.get(open), Some(b'(' | b'['));
        (opens && open < end).then_some(Arguments(Rest { bytes, at: open + 1, end }))
    }

    /// The text of the argument at that place, counted from where this stands, if it is a
    /// literal and nothing else: prefixes (`b"v"`), constructors (`[]byte("v")`) and what turns
    /// it into bytes (`"v".getBytes()`) aside.
    pub fn nth(&mut self, place: usize) -> Option<Range<usize>> {
        for _ in 0..place {
            self.skip_argument()?;
        }
        self.0.skip(|b| b.is_ascii_whitespace());
        let wrapped = self.wrapper();
        self.0.skip(|b| b"bru@N".contains(&b));
        let text = self.0.quoted(QUOTES)?;
        if wrapped {
            self.0.peek().filter(|&b| b == b')')?;
            self.0.at += 1;
        }
        if self.0.peek() == Some(b'.') {
            self.0.skip(|b| is_word_byte(b) || b == b'.');
            self.skip_brackets()?;
        }
        self.0.skip(|b| b.is_ascii_whitespace());
        matches!(self.0.peek(), Some(b',' | b')' | b']')).then_some(text)
    }

    /// `new String(`, `[]byte(`, `Some(`.
    fn wrapper(&mut self) -> bool {
        let from = self.0.at;
        let named = self.0.skip(|b| is_word_byte(b) || b" []:.".contains(&b)) > 0;
        if named && self.0.peek() == Some(b'(') {
            self.0.at += 1;
            return true;
        }
        self.0.at = from;
        false
    }

    /// An argument and the comma behind it.
    fn skip_argument(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.0.peek()? {
                b',' if depth == 0 => {
                    self.0.at += 1;
                    return Some(());
                }
                b'"' | b'\'' | b'`' => {
                    let _text = self.0.quoted(QUOTES)?;
                }
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    self.0.at += 1;
                }
                b')' | b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    self.0.at += 1;
                }
                b';' => return None,
                _ => self.0.at += 1,
            }
            if depth > DEEPEST {
                return None;
            }
        }
    }

    /// `(…)`, if it stands here.
    fn skip_brackets(&mut self) -> Option<()> {
        if self.0.peek() == Some(b'(') {
            self.0.skip(|b| b != b')' && b != b'\n');
            self.0.peek().filter(|&b| b == b')')?;
            self.0.at += 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_argument_is_read_without_what_is_wrapped_round_it() {
        for (call, place, wanted) in [
            ("('a', 'v')", 1, Some("v")),
            ("(user.name(), 'v', x)", 1, Some("v")),
            ("([\"a\", \"v\"], 'w')", 1, Some("w")),
            ("(\n  \"a\",\n  \"v\"\n)", 1, Some("v")),
            ("([]byte(\"v\"))", 0, Some("v")),
            ("('a', Some(\"v\"))", 1, Some("v")),
            ("('a', \"v\".toCharArray())", 1, Some("v")),
            ("('a', 'v' + salt)", 1, None),
            ("('a', v)", 1, None),
            ("('a')", 1, None),
            ("('a; 'v')", 1, None),
        ] {
            let mut arguments = Arguments::of(call.as_bytes(), 0, call.len()).unwrap();
            assert_eq!(arguments.nth(place).map(|value| &call[value]), wanted, "{call}");
        }
        assert!(Arguments::of(b"v", 0, 1).is_none());
    }
}
