//! A place in the text that only moves on, up to the end of what may be looked at.

use std::ops::Range;

pub struct Cursor<'b> {
    pub bytes: &'b [u8],
    pub at: usize,
    pub end: usize,
    /// Bytes none of which ends a value without quotes: known from the one that was read before.
    pub bare: Range<usize>,
}

/// What opens a text and closes it.
#[derive(Clone, Copy)]
pub enum Quote {
    /// `escapes` backslashes stand in front of it.
    Mark { mark: u8, escapes: usize },
    /// `&quot;`.
    Entity,
}

impl Cursor<'_> {
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.bytes[self.at])
    }

    #[inline]
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.at..self.end]
    }

    #[inline]
    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    #[inline]
    pub fn eat_ignoring_case(&mut self, text: &str) -> bool {
        let found = self
            .rest()
            .get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
        if found {
            self.at += text.len();
        }
        found
    }

    #[inline]
    pub fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - from
    }

    pub fn skip_blanks(&mut self) -> usize {
        self.skip_while(|b| matches!(b, b' ' | b'\t'))
    }

    pub fn skip_space(&mut self) -> usize {
        self.skip_while(|b| b.is_ascii_whitespace())
    }

    /// What `read` gives; where that is `None` or `false`, the cursor stays.
    #[inline]
    pub fn attempt<T: Attempt>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let from = self.at;
        let outcome = read(self);
        if !outcome.succeeded() {
            self.at = from;
        }
        outcome
    }

    /// A quote, perhaps escaped because the text stands inside a string itself.
    pub fn quote(&mut self) -> Option<Quote> {
        self.attempt(|cursor| {
            let escapes = cursor.skip_while(|b| b == b'\\');
            if escapes == 0 && cursor.eat("&quot;") {
                return Some(Quote::Entity);
            }
            match cursor.peek() {
                Some(mark @ (b'"' | b'\'' | b'`')) => {
                    cursor.at += 1;
                    Some(Quote::Mark { mark, escapes })
                }
                _ => None,
            }
        })
    }

    /// Whether a quote stands here.
    #[inline]
    pub fn at_quote(&mut self) -> bool {
        let from = self.at;
        let found = self.quote().is_some();
        self.at = from;
        found
    }
}

/// What [`Cursor::attempt`] can tell success from failure of.
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
