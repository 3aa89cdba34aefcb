//! The arguments of a call, and which of them are literals.

use std::ops::Range;

use super::text_cursor::TextCursor;
use crate::rules::is_word_byte;

/// Nested brackets that an argument may contain.
const DEEPEST: usize = 8;

/// The quotes of a literal.
const QUOTES: &[u8] = b"\"'`";

/// The arguments from a bracket to its match.
pub struct Arguments<'b>(TextCursor<'b>);

impl<'b> Arguments<'b> {
    /// The arguments after the bracket at `open`, up to `end`.
    pub fn of(bytes: &'b [u8], open: usize, end: usize) -> Option<Self> {
        let opens = matches!(bytes.get(open), Some(b'(' | b'['));
        (opens && open < end).then_some(Arguments(TextCursor { bytes, offset: open + 1, end }))
    }

    /// The arguments of a call without brackets, after the blank at `blank`.
    pub fn without_brackets(bytes: &'b [u8], blank: usize, end: usize) -> Self {
        Arguments(TextCursor { bytes, offset: blank + 1, end })
    }

    /// The text of an argument, counted from the current one, if it is a literal and nothing else.
    /// A prefix (`b"v"`), a constructor (`[]byte("v")`) and a conversion to bytes
    /// (`"v".getBytes()`) are allowed.
    pub fn nth(&mut self, number: usize) -> Option<Range<usize>> {
        for _ in 0..number {
            self.skip_argument()?;
        }
        self.0.skip(|b| b.is_ascii_whitespace());
        let wrapped = self.wrapper();
        self.0.skip(|b| b"bru@N".contains(&b));
        let text = self.0.quoted(QUOTES)?;
        if wrapped {
            self.0.peek().filter(|&b| b == b')')?;
            self.0.offset += 1;
        }
        if self.0.peek() == Some(b'.') {
            self.0.skip(|b| is_word_byte(b) || b == b'.');
            self.skip_brackets()?;
        }
        self.0.skip(|b| b == b' ' || b == b'\t');
        let at_line_end = matches!(self.0.peek(), None | Some(b'\n' | b'\r'));
        self.0.skip(|b| b.is_ascii_whitespace());
        (at_line_end || matches!(self.0.peek(), Some(b',' | b')' | b']'))).then_some(text)
    }

    /// `new String(`, `[]byte(`, `Some(`.
    fn wrapper(&mut self) -> bool {
        let from = self.0.offset;
        let named = self.0.skip(|b| is_word_byte(b) || b" []:.".contains(&b)) > 0;
        if named && self.0.peek() == Some(b'(') {
            self.0.offset += 1;
            return true;
        }
        self.0.offset = from;
        false
    }

    /// An argument and the comma after it.
    fn skip_argument(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.0.peek()? {
                b',' if depth == 0 => {
                    self.0.offset += 1;
                    return Some(());
                }
                b'"' | b'\'' | b'`' => {
                    let _text = self.0.quoted(QUOTES)?;
                }
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    self.0.offset += 1;
                }
                b')' | b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    self.0.offset += 1;
                }
                b';' => return None,
                _ => self.0.offset += 1,
            }
            if depth > DEEPEST {
                return None;
            }
        }
    }

    /// `(…)`, if it is next.
    fn skip_brackets(&mut self) -> Option<()> {
        if self.0.peek() == Some(b'(') {
            self.0.skip(|b| b != b')' && b != b'\n');
            self.0.peek().filter(|&b| b == b')')?;
            self.0.offset += 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_argument_is_read_without_its_wrapper() {
        for (call, position, expected) in [
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
            assert_eq!(arguments.nth(position).map(|value| &call[value]), expected, "{call}");
        }
        assert!(Arguments::of(b"v", 0, 1).is_none());
    }
}
