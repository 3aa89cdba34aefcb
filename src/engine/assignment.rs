//! The reader of assignments: from a name to the value that is given to it.
//!
//! One reader for the many ways of writing "this name has that value": `NAME=value` and
//! `export`, `setx`, `$env:NAME = "v"`, YAML and JSON members, name/value pairs on two lines
//! (Helm, Kubernetes), XML attributes and elements, calls (`withEnv("NAME", "v")`,
//! `define('NAME', 'v')`), typed declarations, HTTP headers, shell defaults (`${NAME:-v}`),
//! Dockerfile's `ENV NAME value`. Rules name the names; no rule repeats the grammar.
//!
//! Nothing is looked at beyond `LONGEST + AFTER` bytes from where the name begins.

use std::ops::Range;

use super::masks::is_word;
use super::names::begins_a_word;
use crate::rules::{AFTER, LONGEST};

/// The span of the value assigned to the name that stands at `name`, without its quotes.
/// `None` where the name is part of a longer word or is given no literal value.
pub fn value_of(bytes: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    if !begins_a_word(bytes, name.start) || bytes.get(name.end).is_some_and(|&b| is_word(b)) {
        return None;
    }
    let end = bytes.len().min(name.start + LONGEST + AFTER);
    let mut cursor = Cursor { bytes, at: name.end, end };
    let closed = cursor.close_name();
    let operator = cursor.operator(bytes, &name, closed)?;
    cursor.value(operator)
}

/// Whether [`value_of`] may find a value for a name that ends at `end`: turns most names down
/// by the byte or two behind them. A blank may be followed by a command's argument.
pub fn may_be_assigned(bytes: &[u8], end: usize) -> bool {
    let closes = |b: &u8| b"\"'`\\])?!&".contains(b);
    let behind = &bytes[end..bytes.len().min(end + 8)];
    let open = behind.iter().position(|b| !closes(b)).map_or(&[][..], |at| &behind[at..]);
    match open.first() {
        Some(b'=' | b':' | b',' | b'>' | b'|' | b'?' | b'q' | b' ' | b'\t' | b'\n' | b'\r') => true,
        Some(b) => open.len() < behind.len() && b.is_ascii_alphabetic(),
        None => !behind.is_empty(),
    }
}

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// `=` and its kin.
    Equals,
    /// `:`, after which YAML may put the value on the next line.
    Colon,
    /// A comma in a call or a blank in a command: only what is plainly a value counts.
    Argument,
    /// `>` of an XML element.
    Element,
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.bytes[self.at])
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..self.end]
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    fn eat_ignoring_case(&mut self, text: &str) -> bool {
        let found = self
            .rest()
            .get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
        if found {
            self.at += text.len();
        }
        found
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - from
    }

    fn skip_blanks(&mut self) -> usize {
        self.skip_while(|b| matches!(b, b' ' | b'\t'))
    }

    fn skip_space(&mut self) -> usize {
        self.skip_while(|b| b.is_ascii_whitespace())
    }

    /// A quote, perhaps escaped because the text stands inside a string itself.
    fn quote(&mut self) -> Option<Quote> {
        let from = self.at;
        self.skip_while(|b| b == b'\\');
        let escapes = self.at - from;
        if escapes == 0 && self.eat("&quot;") {
            return Some(Quote::Entity);
        }
        match self.peek() {
            Some(mark @ (b'"' | b'\'' | b'`')) => {
                self.at += 1;
                Some(Quote::Mark { mark, escapes })
            }
            _ => {
                self.at = from;
                None
            }
        }
    }

    /// What may close a name: its quote, the bracket of `ENV["NAME"]` or `getenv("NAME")`.
    fn close_name(&mut self) -> Closed {
        let quoted = self.quote().is_some();
        let bracket = self.skip_while(|b| matches!(b, b']' | b')' | b'?' | b'!')) > 0;
        Closed { quoted, bracket }
    }

    fn operator(&mut self, bytes: &[u8], name: &Range<usize>, closed: Closed) -> Option<Operator> {
        let before = name.start.checked_sub(1).map(|at| bytes[at]);
        if (before == Some(b'<') || closed.quoted) && self.eat(">") {
            return Some(Operator::Element);
        }
        if let Some(operator) = self.value_member() {
            return Some(operator);
        }
        let blanks = self.skip_blanks();
        for sign in [":=", "=>", "==", "?=", "||=", "||", "??", "="] {
            if self.eat(sign) {
                return Some(Operator::Equals);
            }
        }
        if self.eat(":-") {
            return Some(Operator::Argument);
        }
        if self.eat(":") {
            return Some(if self.type_annotation() { Operator::Equals } else { Operator::Colon });
        }
        if self.eat(",") {
            return Some(Operator::Argument);
        }
        if closed.bracket && self.eat("or ") {
            return Some(Operator::Argument);
        }
        if self.type_annotation_in_front() {
            return Some(Operator::Equals);
        }
        (blanks > 0 && is_command(bytes, name)).then_some(Operator::Argument)
    }

    /// The other half of a pair: `name: NAME`, then `value: v`, on the next line or behind a
    /// comma; `name="NAME" value="v"` in XML.
    fn value_member(&mut self) -> Option<Operator> {
        let from = self.at;
        self.skip_while(|b| b.is_ascii_whitespace() || b == b',');
        let gap = self.at > from;
        let quoted = self.quote().is_some();
        if gap && self.eat_ignoring_case("value") {
            let closed = self.quote().is_some();
            self.skip_blanks();
            if quoted == closed && (self.eat(":") || self.eat("=")) {
                return Some(Operator::Colon);
            }
        }
        self.at = from;
        None
    }

    /// `: str = "v"`, `: Option<String> = …`: the value stands behind the type.
    fn type_annotation(&mut self) -> bool {
        let from = self.at;
        self.skip_blanks();
        let is_type = |b: u8| is_word(b) || b"<>[]?.&' ".contains(&b);
        let named = self.peek().is_some_and(|b| b.is_ascii_alphabetic() || b == b'&');
        if named && self.skip_while(is_type) <= 48 && self.eat("=") {
            let value = self.at;
            self.skip_blanks();
            self.skip_wrappers();
            if self.quote().is_some() {
                self.at = value;
                return true;
            }
        }
        self.at = from;
        false
    }

    /// Go's `const name string = "v"`.
    fn type_annotation_in_front(&mut self) -> bool {
        let from = self.at;
        if self.eat("string") {
            self.skip_blanks();
            if self.eat("=") {
                return true;
            }
        }
        self.at = from;
        false
    }

    fn value(&mut self, operator: Operator) -> Option<Range<usize>> {
        self.skip_blanks();
        if operator == Operator::Element {
            self.skip_space();
            self.eat("<![CDATA[");
        }
        if operator == Operator::Colon {
            self.enter_block_scalar();
        }
        self.skip_wrappers();
        match self.quote() {
            Some(quote) => self.quoted(quote),
            None => self.bare(),
        }
    }

    /// YAML's `|`, `>`, `>-`: the value is what the next line holds; so is a value that a
    /// JSON formatter put on a line of its own.
    fn enter_block_scalar(&mut self) {
        let from = self.at;
        if self.eat("|") || self.eat(">") {
            self.skip_while(|b| matches!(b, b'-' | b'+') || b.is_ascii_digit());
        }
        self.skip_blanks();
        if matches!(self.peek(), Some(b'\n' | b'\r')) {
            self.skip_space();
        } else {
            self.at = from;
        }
    }

    /// Constructors, casts and string prefixes in front of a quote: `String::from(`,
    /// `new SecretString(`, `Some(`, `b"…"`, `@"…"`, `!!str `.
    fn skip_wrappers(&mut self) {
        let from = self.at;
        self.eat("!!str ");
        self.eat("new ");
        for _ in 0..2 {
            let word = self.at;
            let named = self.skip_while(|b| is_word(b) || matches!(b, b'.' | b':'));
            if named == 0 || named > 48 || !self.eat("(") {
                self.at = word;
                break;
            }
            self.skip_space();
        }
        let prefix = self.at;
        if self.skip_while(|b| b"bBrRuUfFcL@$#".contains(&b)) > 2 {
            self.at = prefix;
        }
        let quote = self.at;
        if self.quote().is_some() {
            self.at = quote;
        } else {
            self.at = from;
        }
    }

    fn quoted(&mut self, quote: Quote) -> Option<Range<usize>> {
        if let Quote::Mark { mark, escapes: 0 } = quote {
            // Python's and Kotlin's triple quotes.
            if self.rest().starts_with(&[mark, mark]) {
                self.at += 2;
                self.skip_space();
            }
        }
        let start = self.at;
        while let Some(b) = self.peek() {
            match (quote, b) {
                (_, b'\n') => return None,
                (Quote::Entity, b'&') if self.rest().starts_with(b"&quot;") => {
                    return Some(start..self.at);
                }
                (Quote::Mark { escapes: 1.., .. }, b'\\') => return Some(start..self.at),
                (Quote::Mark { escapes: 0, .. }, b'\\') => self.at += 1,
                (Quote::Mark { mark, escapes: 0 }, b) if b == mark => return Some(start..self.at),
                _ => {}
            }
            self.at += 1;
        }
        None
    }

    fn bare(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.skip_while(|b| !ENDS_BARE[usize::from(b)]);
        // What is called is no literal.
        if self.peek() == Some(b'(') {
            return None;
        }
        // A value that touches the end of the window may go on behind it.
        let whole = self.at < self.end || self.end == self.bytes.len();
        (whole && self.at > start).then_some(start..self.at)
    }
}

/// What a value without quotes ends before.
static ENDS_BARE: [bool; 256] = {
    let mut ends = [false; 256];
    let mut b = 0;
    while b < 256 {
        let sign = matches!(
            b as u8,
            b'"' | b'\''
                | b'`'
                | b','
                | b';'
                | b'<'
                | b'>'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
        );
        let sign = sign || matches!(b as u8, b'|' | b'&' | b'\\');
        ends[b] = sign || (b as u8).is_ascii_whitespace();
        b += 1;
    }
    ends
};

#[derive(Clone, Copy)]
struct Closed {
    quoted: bool,
    bracket: bool,
}

#[derive(Clone, Copy)]
enum Quote {
    /// `escapes` backslashes stand in front of it.
    Mark { mark: u8, escapes: usize },
    /// `&quot;`.
    Entity,
}

/// Whether the name is a word of a command whose next word is the value: `ENV NAME v`,
/// `setx NAME v`, `--name v`.
fn is_command(bytes: &[u8], name: &Range<usize>) -> bool {
    let line = bytes[name.start.saturating_sub(16)..name.start]
        .rsplit(|&b| b == b'\n')
        .next()
        .unwrap_or_default();
    if line.ends_with(b"--") {
        return true;
    }
    let word = line.trim_ascii_end().rsplit(|b| b.is_ascii_whitespace()).next().unwrap_or_default();
    line.last().is_some_and(u8::is_ascii_whitespace)
        && [&b"ENV"[..], b"ARG", b"setx", b"setenv", b"set"]
            .iter()
            .any(|command| word.eq_ignore_ascii_case(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<&str> {
        let at = text.to_ascii_lowercase().find("api_key").unwrap();
        value_of(text.as_bytes(), at..at + "api_key".len()).map(|value| &text[value])
    }

    #[test]
    fn the_common_ways_of_writing_are_read() {
        for text in [
            "API_KEY=s3cr3t",
            "export API_KEY='s3cr3t'",
            "$env:API_KEY = \"s3cr3t\"",
            "[Environment]::SetEnvironmentVariable(\"API_KEY\", \"s3cr3t\", \"User\")",
            "setx API_KEY s3cr3t",
            "set API_KEY=s3cr3t",
            "docker run -e API_KEY=s3cr3t -p 80",
            "    - API_KEY=s3cr3t\n",
            "    API_KEY: s3cr3t\n",
            "  - name: API_KEY\n    value: s3cr3t\n",
            "  - name: \"API_KEY\"\n    value: \"s3cr3t\"\n",
            "{\"name\": \"API_KEY\", \"value\": \"s3cr3t\"}",
            "{ \"API_KEY\": \"s3cr3t\" }",
            "{\\\"API_KEY\\\": \\\"s3cr3t\\\"}",
            "API_KEY: >-\n  s3cr3t\n",
            "ENV API_KEY s3cr3t",
            "ENV API_KEY=s3cr3t",
            "API_KEY := s3cr3t",
            "<api_key>s3cr3t</api_key>",
            "<entry key=\"API_KEY\">s3cr3t</entry>",
            "<property name=\"API_KEY\" value=\"s3cr3t\"/>",
            "<add key='API_KEY' value='s3cr3t' />",
            "define('API_KEY', 's3cr3t');",
            "os.environ[\"API_KEY\"] = \"s3cr3t\"",
            "os.environ.setdefault(\"API_KEY\", \"s3cr3t\")",
            "getenv(\"API_KEY\") or \"s3cr3t\"",
            "ENV['API_KEY'] ||= 's3cr3t'",
            "process.env.API_KEY || 's3cr3t'",
            ".withEnv(\"API_KEY\", \"s3cr3t\")",
            "api_key: str = \"s3cr3t\"",
            "let api_key: Option<String> = Some(String::from(\"s3cr3t\"));",
            "const api_key string = \"s3cr3t\"",
            ":api_key => 's3cr3t'",
            "${API_KEY:-s3cr3t}",
            "curl --api_key s3cr3t https://",
            "https://x/?api_key=s3cr3t&y=1",
            "api_key = b\"s3cr3t\"",
            "val api_key = \"\"\"s3cr3t\"\"\"",
        ] {
            assert_eq!(value(text), Some("s3cr3t"), "{text}");
        }
    }

    #[test]
    fn what_is_no_assignment_has_no_value() {
        for text in [
            "API_KEY",
            "API_KEYS=1234567890",
            "API_KEY is needed",
            "API_KEY=",
            "unset API_KEY\n",
            "api_key = readKey2(vault)",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
