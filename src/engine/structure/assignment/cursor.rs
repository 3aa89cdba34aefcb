//! A cursor that moves forward through the text, up to the end of the window.

use std::ops::Range;

/// The position of a reader in the text.
pub struct Cursor<'b> {
    pub bytes: &'b [u8],
    pub offset: usize,
    pub end: usize,
    /// Bytes that are known not to end an unquoted value, from the value read before.
    pub unquoted: Range<usize>,
}

/// The quote that opens and closes a string.
#[derive(Clone, Copy)]
pub enum Quote {
    /// `mark` after `escapes` backslashes.
    Mark { mark: u8, escapes: usize },
    /// `&quot;`.
    Entity,
}

impl Cursor<'_> {
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        (self.offset < self.end).then(|| self.bytes[self.offset])
    }

    #[inline]
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.offset..self.end]
    }

    #[inline]
    pub fn skip(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.offset += text.len();
        }
        found
    }

    #[inline]
    pub fn skip_ignoring_case(&mut self, text: &str) -> bool {
        let found = self
            .rest()
            .get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
        if found {
            self.offset += text.len();
        }
        found
    }

    #[inline]
    pub fn skip_while(&mut self, predicate: impl Fn(u8) -> bool) -> usize {
        let from = self.offset;
        while self.peek().is_some_and(&predicate) {
            self.offset += 1;
        }
        self.offset - from
    }

    pub fn skip_blanks(&mut self) -> usize {
        self.skip_while(|b| matches!(b, b' ' | b'\t'))
    }

    pub fn skip_whitespace(&mut self) -> usize {
        self.skip_while(|b| b.is_ascii_whitespace())
    }

    /// The result of `read`; if that is `None` or `false`, the cursor is not moved.
    #[inline]
    pub fn attempt<T: Attempt>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let from = self.offset;
        let outcome = read(self);
        if !outcome.succeeded() {
            self.offset = from;
        }
        outcome
    }

    /// Reads a quote, which may be escaped if the text itself is inside a string.
    pub fn read_quote(&mut self) -> Option<Quote> {
        self.attempt(|cursor| {
            let escapes = cursor.skip_while(|b| b == b'\\');
            if escapes == 0 && cursor.skip("&quot;") {
                return Some(Quote::Entity);
            }
            match cursor.peek() {
                Some(mark @ (b'"' | b'\'' | b'`')) => {
                    cursor.offset += 1;
                    Some(Quote::Mark { mark, escapes })
                }
                _ => None,
            }
        })
    }

    /// Whether a quote is next.
    #[inline]
    pub fn is_at_quote(&mut self) -> bool {
        let from = self.offset;
        let found = self.read_quote().is_some();
        self.offset = from;
        found
    }
}

/// A result of which [`Cursor::attempt`] knows success and failure.
pub trait Attempt {
    fn succeeded(&self) -> bool;
}

impl Attempt for bool {
    fn succeeded(&self) -> bool {
        *self
    }
}

impl<T> Attempt for Option<T> {
    fn succeeded(&self) -> bool {
        self.is_some()
    }
}
