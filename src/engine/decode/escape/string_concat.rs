//! String concatenation: what is between two parts of one string literal.
//!
//! `"…" + "…"` (and `.`, `..`, `&`, `~`, `||`, `++`, `<>`, `<<`, `^` of other languages), `"…" "…"`
//! of C and Python, `"…""…"` of shells, what appends (`.append("…")`, `key += "…"`), and a backslash
//! at the end of a line. Between them may be comments. It is recognized only if the parts look
//! like one word, so that prose and argument lists are not joined. A line end between them that has
//! a name (`vbCrLf`, `PHP_EOL`) is kept, as between the lines of a key.

use super::Escape;

/// Maximum length: two quotes, an operator, indentation, a comment.
pub const MAX_CONCAT: usize = 160;
/// Bytes before and after it that must not contain whitespace.
pub const WORD_PART: usize = 8;
/// Maximum length of a name, such as that of the variable that is appended to.
const MAX_NAME: usize = 40;

/// Whether the byte may follow the closing quote of a literal that is concatenated with another.
/// It may also be a few bytes that do not follow one, so that the prefilter needs fewer look-ups.
pub const fn may_follow(b: u8) -> bool {
    let (high, low) = (b >> 4, b & 15);
    match high {
        0 | 2 => matches!(low, 0 | 3 | 6 | 9 | 10 | 11 | 13 | 14 | 15) || is_quote(b),
        3 => matches!(b, b';' | b'<'),
        _ => matches!(b, b'\\' | b'^' | b'|' | b'}' | b'~' | b'`'),
    }
}

const fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// Whether the byte may be between two literals: then a concatenation may continue after it.
pub fn may_be_between(bytes: &[u8], offset: usize) -> bool {
    match bytes[offset] {
        b'=' => offset > 0 && is_appending(bytes[offset - 1]),
        b'{' => offset > 0 && matches!(bytes[offset - 1], b'$' | b'#'),
        b'[' | b']' => false,
        b => !is_quote(b) && (b >= b' ' || b.is_ascii_whitespace()),
    }
}

/// Names of line ends.
const LINE_ENDS: [&[u8]; 10] = [
    b"vbCrLf",
    b"vbNewLine",
    b"vbLf",
    b"PHP_EOL",
    b"Environment.NewLine",
    b"System.lineSeparator()",
    b"os.linesep",
    b"os.EOL",
    b"EOL",
    b"LF",
];

/// The concatenation that begins at `offset` with a closing quote, or with a backslash at the end
/// of a line: to the opening quote or the end of the indentation.
pub fn concatenation(bytes: &[u8], offset: usize) -> Option<Escape> {
    let before = bytes[..offset].iter().rev();
    if !before.clone().next().is_some_and(|&b| is_token_byte(b)) {
        return None;
    }
    let rest = &bytes[offset..bytes.len().min(offset + MAX_CONCAT)];
    match rest[0] {
        b'\\' => {
            let length = continued_line(rest)?;
            let after = bytes[offset + length..].iter();
            (word_length(before) + word_length(after.clone()) > WORD_PART
                && after.clone().next().is_some_and(|&b| is_token_byte(b)))
            .then(|| Escape::nothing(length))
        }
        quote => {
            if !may_join(rest) || !continues_token(before, quote) {
                return None;
            }
            let mut gap = Gap::new(rest);
            let length = gap.length()?;
            let after = bytes[offset + length..].iter();
            continues_token(after, rest[length - 1]).then(|| match gap.has_line_end {
                true => Escape::byte(length, b'\n'),
                false => Escape::nothing(length),
            })
        }
    }
}

fn continued_line(rest: &[u8]) -> Option<usize> {
    let line_end = match rest {
        [_, b'\n', ..] => 2,
        [_, b'\r', b'\n', ..] => 3,
        _ => return None,
    };
    Some(line_end + rest[line_end..].iter().take_while(|b| is_blank(**b)).count())
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

/// Length of the whitespace, comments and continued lines that the text begins with.
pub fn space_length(text: &[u8]) -> usize {
    let mut gap = Gap { rest: text, pos: 0, has_line_end: false };
    gap.skip_space();
    gap.pos
}

/// A cheap check of the first bytes after a closing quote: most quotes end a literal, not a part.
fn may_join(rest: &[u8]) -> bool {
    let Some(&follows) = rest.get(1).filter(|&&b| may_follow(b)) else { return false };
    if matches!(follows, b')' | b';' | b'}') {
        let ends =
            matches!(rest.get(2), None | Some(b',' | b')' | b']' | b'}' | b':' | b'?' | b'='));
        return !ends && may_open(&rest[1..]);
    }
    let space = rest[1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let (space, next) = (&rest[1..=space], &rest[1 + space..]);
    match *next {
        [b, ..] if is_name_start(b) => {
            space.contains(&b'\n') || next.iter().skip(1).take(2).any(|&b| is_quote(b)) || b == b'_'
        }
        [b, ..] => may_follow(b) || b == b'@' || is_quote(b),
        [] => false,
    }
}

/// Whether the next quote may open a part: it follows an operator, a bracket or a comment, perhaps
/// with the prefix of a literal between.
fn may_open(gap: &[u8]) -> bool {
    let Some(quote) = memchr::memchr3(b'"', b'\'', b'`', gap) else { return false };
    let gap = &gap[..quote];
    let prefix = gap.iter().rev().take(2).take_while(|b| b"bBfFrRuULN8@$".contains(b)).count();
    let before = gap[..quote - prefix].trim_ascii_end();
    before.last().is_some_and(|b| b"+.&~^|<>=({".contains(b))
        || gap.iter().any(|b| matches!(b, b'/' | b'#' | b'\\'))
        || gap.windows(2).any(|two| two == b"--")
}

/// What is between a closing quote and an opening one, read from the start.
struct Gap<'b> {
    rest: &'b [u8],
    pos: usize,
    /// Whether a named line end is between the literals.
    has_line_end: bool,
}

impl<'b> Gap<'b> {
    fn new(rest: &'b [u8]) -> Self {
        Gap { rest, pos: 1, has_line_end: false }
    }

    /// Its length, with both quotes.
    fn length(&mut self) -> Option<usize> {
        let is_closed = self.close();
        self.skip_space();
        let has_operator = self.operator(is_closed);
        if has_operator {
            self.skip_space();
            self.has_line_end = self.attempt(Self::line_end);
            self.open();
        } else if is_closed {
            return None;
        }
        self.skip_prefix();
        let opening = self.byte()?;
        let is_opening = opening == self.rest[0] || has_operator || self.pos == 1;
        (is_quote(opening) && is_opening).then_some(self.pos + 1)
    }

    fn byte(&self) -> Option<u8> {
        self.rest.get(self.pos).copied()
    }

    fn skip(&mut self, text: &[u8]) -> bool {
        let found = self.rest[self.pos..].starts_with(text);
        self.pos += if found { text.len() } else { 0 };
        found
    }

    fn skip_while(&mut self, accepts: impl Fn(u8) -> bool) -> usize {
        let length = self.rest[self.pos..].iter().take_while(|&&b| accepts(b)).count();
        self.pos += length;
        length
    }

    /// Goes on only if `read` returns true.
    fn attempt(&mut self, read: impl FnOnce(&mut Self) -> bool) -> bool {
        let start = self.pos;
        let found = read(self);
        if !found {
            self.pos = start;
        }
        found
    }

    /// Whitespace, comments and continued lines.
    fn skip_space(&mut self) {
        loop {
            self.skip_while(|b| b.is_ascii_whitespace());
            let continued = self.attempt(|gap| {
                let mark = gap.skip(b"\\") || gap.skip(b"_") || gap.skip(b"`") || gap.skip(b"...");
                mark && { gap.skip_while(is_blank) < MAX_NAME } && gap.at_line_end()
            });
            if !continued && !self.attempt(Self::comment) {
                return;
            }
        }
    }

    fn at_line_end(&self) -> bool {
        matches!(self.byte(), Some(b'\n' | b'\r'))
    }

    /// A comment without quotes and brackets: where a concatenation may end is recognized by them.
    fn comment(&mut self) -> bool {
        let in_comment = |b: u8| b >= b' ' && !b"\"'`\\=[]{}".contains(&b) || b == b'\t';
        if self.skip(b"/*") {
            loop {
                self.skip_while(|b| in_comment(b) && b != b'*' || b.is_ascii_whitespace());
                match self.byte() {
                    Some(b'*') if self.skip(b"*/") => return true,
                    Some(b'*') => self.pos += 1,
                    _ => return false,
                }
            }
        }
        let begins = self.skip(b"//") || self.skip(b"--") || self.skip(b"#");
        begins && { self.skip_while(in_comment) < MAX_CONCAT } && self.at_line_end()
    }

    /// What closes an expression around the literal: `)`, `.to_string()`, `}` of a template.
    fn close(&mut self) -> bool {
        let start = self.pos;
        while self.skip(b")") || self.skip(b"}") || self.attempt(Self::conversion) {}
        self.pos > start
    }

    /// A call without arguments: `.to_owned()`.
    fn conversion(&mut self) -> bool {
        self.skip(b".") && self.skip_while(is_name_byte) > 1 && self.skip(b"()")
    }

    fn operator(&mut self, is_closed: bool) -> bool {
        if is_closed && matches!(self.rest[self.pos - 1], b'}') {
            return self.skip(b"${") || self.skip(b"#{") || self.skip(b"{");
        }
        match self.byte() {
            Some(b'.') => {
                let calls = self.rest.get(self.pos + 1).is_some_and(|&b| is_name_start(b));
                self.attempt(Self::method) || !calls && self.symbol()
            }
            Some(b'+' | b'|' | b'<' | b'&' | b'~' | b'^') => self.symbol(),
            Some(b';') => self.attempt(|gap| {
                gap.pos += 1;
                gap.skip_space();
                gap.appended()
            }),
            Some(b) if is_name_start(b) => self.attempt(Self::appended),
            _ => false,
        }
    }

    fn symbol(&mut self) -> bool {
        const DOUBLE: [&[u8]; 5] = [b"++", b"..", b"||", b"<>", b"<<"];
        DOUBLE.iter().any(|symbol| self.skip(symbol))
            || [b"+", b".", b"&", b"~", b"^"].iter().any(|symbol| self.skip(*symbol))
    }

    /// A method that appends the next literal.
    fn method(&mut self) -> bool {
        [&b".append("[..], b".concat(", b".push_str(", b".plus(", b".Append("]
            .iter()
            .any(|method| self.skip(method))
    }

    /// The next literal is appended to the variable: `key += `, `key.append(`.
    fn appended(&mut self) -> bool {
        let name = self.skip_while(|b| is_name_byte(b) || matches!(b, b'$' | b'.' | b':'));
        if !(1..=MAX_NAME).contains(&name) {
            return false;
        }
        if self.rest[..self.pos].ends_with(b"append") {
            return self.skip(b"(");
        }
        self.skip_while(is_blank);
        let operator = self.byte().is_some_and(is_appending);
        self.pos += 1;
        operator && self.skip(b"=")
    }

    /// A named line end, and the operator after it.
    fn line_end(&mut self) -> bool {
        let found = LINE_ENDS.iter().any(|name| self.skip(name)) && {
            self.skip_space();
            self.symbol()
        };
        self.skip_space();
        found
    }

    /// What opens an expression around the literal: `(`, `String("…")`.
    fn open(&mut self) {
        self.attempt(|gap| {
            gap.skip(b"new ");
            gap.skip_while(|b| is_name_byte(b) || b == b':') <= MAX_NAME && gap.skip(b"(")
        });
    }

    /// The prefix of a literal: `b"…"`, `f"…"`, `@"…"`, `u8"…"`.
    fn skip_prefix(&mut self) {
        self.attempt(|gap| {
            let length = gap.skip_while(|b| b"bBfFrRuULN8@$".contains(&b));
            (1..=2).contains(&length) && gap.byte().is_some_and(is_quote)
        });
    }
}

fn is_name_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || matches!(b, b'_' | b'$')
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Whether the byte before `=` makes an assignment append.
fn is_appending(b: u8) -> bool {
    matches!(b, b'+' | b'.' | b'&' | b'~')
}

#[inline]
pub fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~')
}

/// Whether the bytes next to a concatenation look like part of a token, up to the literal's other
/// quote.
fn continues_token<'b>(mut adjacent: impl Iterator<Item = &'b u8>, quote: u8) -> bool {
    adjacent.next().is_some_and(|&b| is_token_byte(b))
        && adjacent
            .take(WORD_PART - 1)
            .take_while(|&&b| b != quote)
            .all(|b| !b.is_ascii_whitespace())
}

/// Length of the word next to a continued line; a longer one counts as [`WORD_PART`] bytes.
fn word_length<'b>(adjacent: impl Iterator<Item = &'b u8>) -> usize {
    adjacent.take(WORD_PART).take_while(|b| !b.is_ascii_whitespace() && !is_quote(**b)).count()
}

#[cfg(test)]
mod tests {
    use super::concatenation;

    /// The text without its first concatenation.
    fn joined(text: &str) -> Option<String> {
        let (offset, escape) = text
            .bytes()
            .enumerate()
            .filter(|(_, b)| b"\"'`\\".contains(b))
            .find_map(|(offset, _)| Some((offset, concatenation(text.as_bytes(), offset)?)))?;
        let between = String::from_utf8_lossy(escape.text());
        Some(format!("{}{between}{}", &text[..offset], &text[offset + escape.length..]))
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
            "k = \"abc\" & _\n  \"def\"",
            "k = \"abc\" + `\n  \"def\"",
            "k = \"abc\" // a part\n  + \"def\"",
            "k = \"abc\" /* a * b */ \"def\"",
            "k = \"abc\"  # a part\n    \"def\"",
            "k = \"abc\" b\"def\"",
            "k = \"abc\" + @\"def\"",
            "k = \"abc\"\"def\"",
            "k = \"abc\"'def\"",
            "k = \"abc\" << \"def\"",
            "k = \"abc\".concat(\"def\"",
            "k = \"abc\").append(\"def\"",
            "k = \"abc\")\n  .append(\"def\"",
            "k = \"abc\".to_string() + \"def\"",
            "k = \"abc\") + std::string(\"def\"",
            "k = \"abc\"}${\"def\"",
            "k = \"abc\";\nk += \"def\"",
            "k = \"abc\"\nk .= \"def\"",
            "k = \"abc\");\n  s.append(\"def\"",
            "k = \"abcdefg\\\n   hi\"",
        ] {
            let expected = if text.contains("hi") { "k = \"abcdefghi\"" } else { "k = \"abcdef\"" };
            assert_eq!(joined(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_named_line_end_is_kept() {
        for text in [
            "k = \"abc\" & vbCrLf & _\n  \"def\"",
            "k = \"abc\" . PHP_EOL . \"def\"",
            "k = \"abc\" + Environment.NewLine +\n  \"def\"",
        ] {
            assert_eq!(joined(text).as_deref(), Some("k = \"abc\ndef\""), "{text}");
        }
        assert_eq!(joined("k = \"abc\" + LF, \"def\""), None);
    }

    #[test]
    fn what_is_not_one_word_is_not_joined() {
        for text in [
            "(\"abc\", \"def\")",
            "\"some words \" + \"and more\"",
            "\"of words\" + \"more\"",
            "\"\" \"\"",
            "\"abc\" + name",
            "f(\"abc\"); g(\"def\")",
            "\"abc\"; other = \"def\"",
            "\"abc\" // it's \n + \"def\"",
            "\"abc\").get(\"def\")",
            "k = \"abc\\\n   def\"",
            "#define X abc \\\n  def",
            "\"abc\" 'def'",
        ] {
            assert_eq!(joined(text), None, "{text}");
        }
    }
}
