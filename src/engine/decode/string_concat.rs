//! Joints: what stands between two pieces of one literal.
//!
//! `"…" + "…"` (and `.`, `..`, `&`, `~`, `||`, `++`, `<>` of other languages), `"…" "…"` of C
//! and Python, over a line end too, and a backslash at a line's end. A joint is taken for one
//! only where the pieces look like one word, so that prose and argument lists are left alone.

/// Bytes of a joint, at most: two quotes, an operator, an indent.
pub(super) const LONGEST_JOINT: usize = 160;
/// Bytes on either side that must be free of blanks.
pub(super) const WORD: usize = 8;

/// Whether the byte may stand within a joint, its quotes among them.
pub(super) fn may_fill(b: u8) -> bool {
    b.is_ascii_whitespace() || b"\"'`+.&~|<>\\".contains(&b)
}

/// What follows the closing quote of a literal that goes on.
pub(super) fn may_follow(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'+' | b'.' | b'|' | b'<' | b'&' | b'~')
}

/// Length of the joint that begins at `at` with a closing quote, or with a backslash at the
/// line's end: to the opening quote or the indent's end.
pub fn length(bytes: &[u8], at: usize) -> Option<usize> {
    if !at.checked_sub(1).is_some_and(|before| is_token(bytes[before])) {
        return None;
    }
    let rest = &bytes[at..bytes.len().min(at + LONGEST_JOINT)];
    let (length, quote) = match rest[0] {
        b'\\' => (continued_line(rest)?, None),
        quote => (between_quotes(rest, quote)?, Some(quote)),
    };
    let whole =
        is_word(bytes[..at].iter().rev(), quote) && is_word(bytes[at + length..].iter(), quote);
    whole.then_some(length)
}

fn continued_line(rest: &[u8]) -> Option<usize> {
    let line_end = match rest {
        [_, b'\n', ..] => 2,
        [_, b'\r', b'\n', ..] => 3,
        _ => return None,
    };
    Some(line_end + blanks(&rest[line_end..]))
}

fn between_quotes(rest: &[u8], quote: u8) -> Option<usize> {
    if !may_follow(*rest.get(1)?) {
        return None;
    }
    let mut at = 1 + spaces(&rest[1..]);
    let sign = sign(&rest[at..]);
    if sign > 0 {
        at += sign;
        at += spaces(&rest[at..]);
    }
    if matches!(rest[at..], [b'\\', b'\n' | b'\r', ..]) {
        at += 1;
        at += spaces(&rest[at..]);
    }
    let opens = match rest.get(at)? {
        &b if b == quote => true,
        b'"' | b'\'' | b'`' => sign > 0,
        _ => false,
    };
    opens.then_some(at + 1)
}

/// Length of the operator that the bytes begin with.
fn sign(rest: &[u8]) -> usize {
    match rest {
        [b'+', b'+', ..] | [b'.', b'.', ..] | [b'|', b'|', ..] | [b'<', b'>', ..] => 2,
        [b'+' | b'.' | b'&' | b'~', ..] => 1,
        _ => 0,
    }
}

fn blanks(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

fn spaces(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

#[inline]
pub(super) fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~')
}

/// Whether the bytes beside a joint go on as a token does, up to the literal's other quote.
fn is_word<'b>(mut beside: impl Iterator<Item = &'b u8>, quote: Option<u8>) -> bool {
    let ends = |b: u8| quote.map_or(b"\"'`".contains(&b), |quote| b == quote);
    beside.next().is_some_and(|&b| is_token(b))
        && beside.take(WORD - 1).take_while(|&&b| !ends(b)).all(|b| !b.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::length;

    /// The text without its first joint.
    fn joined(text: &str) -> Option<String> {
        let (at, length) = text
            .bytes()
            .enumerate()
            .filter(|(_, b)| b"\"'`\\".contains(b))
            .find_map(|(at, _)| Some((at, length(text.as_bytes(), at)?)))?;
        Some(format!("{}{}", &text[..at], &text[at + length..]))
    }

    #[test]
    fn literals_are_joined_as_languages_do() {
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
