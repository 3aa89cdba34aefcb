//! A value in a file: its text, and the map back to what is written there.

use std::borrow::Cow;
use std::ops::Range;

use crate::findings::Span;

/// A value without its quotes and escapes.
pub struct Value<'b> {
    pub text: Cow<'b, [u8]>,
    /// What is written in the file, without quotes.
    pub span: Range<usize>,
    /// The offset of each byte of the text in the file; empty if the text is as written.
    offsets: Vec<usize>,
}

impl<'b> Value<'b> {
    /// The bytes of the span as they are.
    pub fn written(bytes: &'b [u8], span: Range<usize>) -> Self {
        Value { text: Cow::Borrowed(&bytes[span.clone()]), span, offsets: Vec::new() }
    }

    /// Bytes with their offsets in the file.
    pub fn of_parts(parts: impl Iterator<Item = (u8, usize)>, span: Range<usize>) -> Self {
        let (text, offsets): (Vec<u8>, Vec<usize>) = parts.unzip();
        Value { text: Cow::Owned(text), span, offsets }
    }

    /// The value without escapes: `unescape` returns what the text begins with and how many bytes
    /// of it that is.
    pub fn unescaped(mut self, unescape: impl Fn(&[u8]) -> (u8, usize)) -> Self {
        let mut parts = Vec::new();
        let mut from = 0;
        while from < self.text.len() {
            let (b, length) = unescape(&self.text[from..]);
            parts.push((b, self.offset(from)));
            from += length.max(1);
        }
        if parts.len() < self.text.len() {
            self = Value::of_parts(parts.into_iter(), self.span);
        }
        self
    }

    /// The span in the file of a part of the text.
    pub fn source(&self, part: Range<usize>) -> Span {
        Span { start: self.offset(part.start), end: self.offset(part.end) }
    }

    fn offset(&self, index: usize) -> usize {
        match self.offsets.get(index) {
            Some(offset) => *offset,
            None if self.offsets.is_empty() => self.span.start + index,
            None => self.span.end,
        }
    }
}

/// What a text in JSON begins with: a byte, or an escape.
pub fn json_escape(text: &[u8]) -> (u8, usize) {
    let [b'\\', escape, rest @ ..] = text else { return (text[0], 1) };
    match escape {
        b'n' => (b'\n', 2),
        b't' => (b'\t', 2),
        b'r' => (b'\r', 2),
        b'u' => {
            let digits = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
            let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            match code.and_then(|code| u8::try_from(code).ok()).filter(u8::is_ascii) {
                Some(b) => (b, 6),
                None => (b'\\', 1),
            }
        }
        _ => (*escape, 2),
    }
}
