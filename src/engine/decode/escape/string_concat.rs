//! String concatenation: what is between two parts of one string literal.
//!
//! `"…" + "…"` (and `.`, `..`, `&`, `~`, `||`, `++`, `<>` of other languages), `"…" "…"` of C
//! and Python, also across a line end, and a backslash at the end of a line. It is recognized only
//! if the parts look like one word, so that prose and argument lists are not joined.

/// Maximum length: two quotes, an operator, indentation.
pub const MAX_CONCAT: usize = 160;
/// Bytes before and after it that must not contain whitespace.
pub const WORD_PART: usize = 8;

/// Whether the byte may be part of a concatenation, including the quotes.
pub fn is_concat_byte(b: u8) -> bool {
    b.is_ascii_whitespace() || b"\"'`+.&~|<>\\".contains(&b)
}

/// Whether the byte may follow the closing quote of a literal that is concatenated with another.
pub fn may_follow(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'+' | b'.' | b'|' | b'<' | b'&' | b'~')
}

/// Length of the concatenation that begins at `offset` with a closing quote, or with a backslash at
/// the end of a line: to the opening quote or the end of the indentation.
pub fn concat_length(bytes: &[u8], offset: usize) -> Option<usize> {
    if !offset.checked_sub(1).is_some_and(|before| is_token_byte(bytes[before])) {
        return None;
    }
    let rest = &bytes[offset..bytes.len().min(offset + MAX_CONCAT)];
    let (concat_length, quote) = match rest[0] {
        b'\\' => (continued_line(rest)?, None),
        quote => (between_quotes(rest, quote)?, Some(quote)),
    };
    let is_one_word = continues_token(bytes[..offset].iter().rev(), quote)
        && continues_token(bytes[offset + concat_length..].iter(), quote);
    is_one_word.then_some(concat_length)
}

fn continued_line(rest: &[u8]) -> Option<usize> {
    let line_end = match rest {
        [_, b'\n', ..] => 2,
        [_, b'\r', b'\n', ..] => 3,
        _ => return None,
    };
    Some(line_end + blanks_length(&rest[line_end..]))
}

fn between_quotes(rest: &[u8], quote: u8) -> Option<usize> {
    if !may_follow(*rest.get(1)?) {
        return None;
    }
    let mut offset = 1 + whitespace_length(&rest[1..]);
    let operator_length = operator_length(&rest[offset..]);
    if operator_length > 0 {
        offset += operator_length;
        offset += whitespace_length(&rest[offset..]);
    }
    if matches!(rest[offset..], [b'\\', b'\n' | b'\r', ..]) {
        offset += 1;
        offset += whitespace_length(&rest[offset..]);
    }
    let is_opening = match rest.get(offset)? {
        &b if b == quote => true,
        b'"' | b'\'' | b'`' => operator_length > 0,
        _ => false,
    };
    is_opening.then_some(offset + 1)
}

/// Length of the operator that the bytes begin with.
fn operator_length(rest: &[u8]) -> usize {
    match rest {
        [b'+', b'+', ..] | [b'.', b'.', ..] | [b'|', b'|', ..] | [b'<', b'>', ..] => 2,
        [b'+' | b'.' | b'&' | b'~', ..] => 1,
        _ => 0,
    }
}

fn blanks_length(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

fn whitespace_length(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

#[inline]
pub fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~')
}

/// Whether the bytes next to a concatenation look like part of a token, up to the literal's other
/// quote.
fn continues_token<'b>(mut adjacent: impl Iterator<Item = &'b u8>, quote: Option<u8>) -> bool {
    let ends = |b: u8| quote.map_or(b"\"'`".contains(&b), |quote| b == quote);
    adjacent.next().is_some_and(|&b| is_token_byte(b))
        && adjacent.take(WORD_PART - 1).take_while(|&&b| !ends(b)).all(|b| !b.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::concat_length;

    /// The text without its first concatenation.
    fn joined(text: &str) -> Option<String> {
        let (offset, concat_length) = text
            .bytes()
            .enumerate()
            .filter(|(_, b)| b"\"'`\\".contains(b))
            .find_map(|(offset, _)| Some((offset, concat_length(text.as_bytes(), offset)?)))?;
        Some(format!("{}{}", &text[..offset], &text[offset + concat_length..]))
    }

    #[test]
    fn literals_are_joined_as_in_programming_languages() {
        for text in [
            "k = \"abc\" + \"def\"",
            "k = \"abc\"+'def\"",
            "k = \"abc\" \"def\"",
            "k = \"abc\"\n      \"def\"",
            "k = \"abc\" .\r\n  \"def\"",
            "k = \"abc\"\n    + \"def\"",
            "k = \"abc\" \\\n    \"def\"",
            "k = \"abc\" & \"def\"",
            "k = \"abc\" || \"def\"",
            "k = \"abc\\\n   def\"",
        ] {
            assert_eq!(joined(text).as_deref(), Some("k = \"abcdef\""), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_word_is_not_joined() {
        for text in [
            "(\"abc\", \"def\")",
            "\"some words \" + \"and more\"",
            "\"of words\" + \"more\"",
            "\"\" \"\"",
            "\"abc\"\"def\"",
            "\"abc\" + name",
            "#define X abc \\\n  def",
            "\"abc\" 'def'",
        ] {
            assert_eq!(joined(text), None, "{text}");
        }
    }
}
