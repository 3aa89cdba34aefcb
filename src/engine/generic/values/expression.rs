//! The literal at the end of an expression that is assigned: `name = options.x || "v"`,
//! `name = get(settings, "x", "v")`.

use std::ops::Range;

use super::text_cursor::TextCursor;
use crate::rules::is_word_byte;

/// Bytes of the expression before the literal that are read.
const LONGEST_EXPRESSION: usize = 96;

/// Operators before a fallback.
const OPERATORS: [&[u8]; 7] = [b"|| ", b"?? ", b"?: ", b"or ", b"else ", b": ", b"{ "];

/// Parts of the names of functions whose last argument is a fallback.
const READERS: [&[u8]; 5] = [b"get", b"env", b"fetch", b"config", b"setting"];

/// Whether what was read as a value is the beginning of an expression: a name, or the first
/// argument of a call.
pub fn is_expression(bytes: &[u8], value: &Range<usize>) -> bool {
    let (before, after) = (&bytes[..value.start], &bytes[value.end..]);
    match before.last() {
        Some(b' ' | b'=') => matches!(after.first(), Some(b' ' | b'[')),
        Some(quote @ (b'"' | b'\'')) => {
            before.ends_with(&[b'(', *quote]) && after.starts_with(&[*quote, b','])
        }
        _ => false,
    }
}

impl TextCursor<'_> {
    /// The fallback in the expression assigned to the name that ends here.
    pub fn fallback_of_expression(&mut self) -> Option<Range<usize>> {
        self.skip(|b| b == b' ');
        if self.skip(|b| matches!(b, b'=' | b':' | b'>')) == 0 {
            return None;
        }
        self.skip(|b| b == b' ');
        self.end = self.end.min(self.offset + LONGEST_EXPRESSION);
        let callee = self.offset;
        let named = |b: u8| is_word_byte(b) || matches!(b, b'.' | b'$' | b':' | b'-' | b'>');
        if self.skip(named) == 0 {
            return None;
        }
        let callee = callee..self.offset;
        let last = match self.peek()? {
            b'(' | b'[' => self.last_argument()?,
            _ => None,
        };
        self.skip(|b| b == b')');
        self.skip(|b| b == b' ');
        let rest = &self.bytes[self.offset..self.end];
        if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(operator)) {
            self.offset += operator.len();
            self.end = self.bytes.len().min(self.end + LONGEST_EXPRESSION);
            return self.quoted(b"\"'`");
        }
        let name = self.bytes[callee].to_ascii_lowercase();
        let reads = READERS.iter().any(|part| name.windows(part.len()).any(|it| it == *part));
        last.filter(|_| reads)
    }

    /// Skips the arguments of a call or the index of an element. The last argument, if it is a
    /// literal after others.
    fn last_argument(&mut self) -> Option<Option<Range<usize>>> {
        self.offset += 1;
        let mut last = None;
        let mut number = 0;
        loop {
            match self.peek()? {
                b')' | b']' => {
                    self.offset += 1;
                    return Some(last.filter(|_| number > 0));
                }
                b',' => {
                    number += 1;
                    self.offset += 1;
                }
                b'"' | b'\'' | b'`' => last = Some(self.quoted(b"\"'`")?),
                b'\n' | b';' | b'(' | b'{' => return None,
                b' ' => self.offset += 1,
                _ => {
                    last = None;
                    self.offset += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fallback_of_an_expression_is_read() {
        for (text, expected) in [
            (" = options.x || \"v1x9\";", Some("v1x9")),
            (" = config.get('x') ?? 'v1x9'", Some("v1x9")),
            (": $config['k'] ?: 'v1x9',", Some("v1x9")),
            (" = process.env[name] or \"v1x9\"", Some("v1x9")),
            (" = get(ENV, \"K\", \"v1x9\")", Some("v1x9")),
            (" = Sys.getenv(\"K\", \"v1x9\")", Some("v1x9")),
            (" = join(\"K\", \"v1x9\")", None),
            (" = get(\"K\")", None),
            (" = x + \"v1x9\"", None),
            (" = \"v1x9\"", None),
            ("(options.x || \"v1x9\")", None),
        ] {
            let mut cursor = TextCursor { bytes: text.as_bytes(), offset: 0, end: text.len() };
            let value = cursor.fallback_of_expression();
            assert_eq!(value.map(|value| &text[value]), expected, "{text}");
        }
    }
}
