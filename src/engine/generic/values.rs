//! From a name to its values: by the shared reader of assignments, or in looser notations, which
//! are accepted only because the model judges the values.

mod arguments;
pub mod calls;
mod expression;
mod list_below;
pub mod map_below;
mod text_cursor;
pub mod value_before_name;

use std::ops::Range;

use arguments::Arguments;
use expression::is_expression;
use text_cursor::TextCursor;

use crate::engine::structure::assignment::AssignmentReader;
use crate::rules::is_word_byte;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;
use crate::rules::{AFTER, LONGEST};

/// Filler words that may follow each other.
const MAX_FILLER_WORDS: usize = 3;

/// Values of a list that are read.
const MAX_VALUES: usize = 8;

/// Bytes after the name that are read.
const REACH: usize = LONGEST + AFTER - 64;

/// Bytes between a name and a value that continues beyond the reach, at most.
const LONGEST_GAP: usize = 12;

/// Bytes of such a value that are judged, at least.
const SHORTEST_LONG: usize = 256;

/// Base64 of 16 bytes.
const SHORTEST_NAMED_KEY: usize = 24;

/// The spans of the values that are assigned to the name at `name`.
pub fn assigned(
    bytes: &[u8],
    name: &Range<usize>,
    reader: &mut AssignmentReader,
    lexicon: &Lexicon,
) -> Vec<Range<usize>> {
    let end = bytes.len().min(name.end + REACH);
    let wide = "：".as_bytes();
    if bytes[name.end..].starts_with(wide) {
        let mut cursor = TextCursor { bytes, offset: name.end + wide.len(), end };
        return cursor.word().map(|value| vec![value]).unwrap_or_default();
    }
    let assigned = reader.value_of(bytes, name.clone());
    if let Some(value) = assigned.filter(|value| value.end <= end && !value.is_empty()) {
        // `'Bearer ' + 'v'`: what was read as a text joins two.
        if matches!(bytes[value.clone()].trim_ascii(), b"+" | b".") {
            let joined = TextCursor { bytes, offset: value.end, end }.quoted(b"\"'");
            return joined.map(|value| vec![value]).unwrap_or_default();
        }
        let fallback = is_expression(bytes, &value)
            .then(|| TextCursor { bytes, offset: name.end, end }.fallback_of_expression());
        if let Some(value) = fallback.flatten() {
            return vec![value];
        }
        let value = secret_part(bytes, name, value, lexicon);
        return match bytes.get(value.end) {
            Some(b',') => list_below::rest_of_words(bytes, value, end),
            Some(b'<') => list_below::rest_of_elements(bytes, value, end),
            _ => vec![value],
        };
    }
    let mut cursor = TextCursor { bytes, offset: name.end, end };
    if let Some(value) = cursor.element(name) {
        return vec![value];
    }
    cursor.skip(|b| matches!(b, b'"' | b'\'' | b'`' | b']' | b')'));
    cursor
        .list()
        .or_else(|| cursor.template_default(lexicon).map(|value| vec![value]))
        .or_else(|| {
            let mut expression = TextCursor { bytes, offset: cursor.offset, end };
            expression.fallback_of_expression().map(|value| vec![value])
        })
        .or_else(|| cursor.list_below())
        .or_else(|| cursor.list_of_words())
        .or_else(|| cursor.loose_value(&bytes[name.clone()], lexicon).map(|value| vec![value]))
        .unwrap_or_default()
}

/// The password of a user and a password that are given together: `auth=("me", "v")`,
/// `new NetworkCredential("me", "v")`, `HTTPBasicAuth(user, "v")`, Ruby's `basic_auth "me", "v"`.
pub fn second_of_pair(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let end = bytes.len().min(name.end + REACH);
    if let [b' ', b'"' | b'\'', ..] = bytes[name.end..end] {
        return Arguments::without_brackets(bytes, name.end, end).nth(1);
    }
    let mut cursor = TextCursor { bytes, offset: name.end, end };
    cursor.skip(|b| matches!(b, b'"' | b'\'' | b' ' | b'=' | b':' | b'>' | b']'));
    Arguments::of(bytes, cursor.offset, end)?.nth(1)
}

/// The beginning of a value that continues beyond what is read: a long sequence of token
/// characters.
pub fn beginning_of_long(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let mut cursor = TextCursor { bytes, offset: name.end, end: bytes.len() };
    let from = cursor.offset;
    cursor.skip(|b| b" \t\"'`=:>,(])|\\".contains(&b));
    let gap = &bytes[from..cursor.offset];
    let assigned = gap.iter().any(|b| b"=:>,(\"'".contains(b)) && gap.len() <= LONGEST_GAP;
    let start = cursor.offset;
    let in_token = |b: u8| b.is_ascii_alphanumeric() || b"+/=_.~-".contains(&b);
    let length = cursor.skip(in_token);
    (assigned && length >= SHORTEST_LONG).then_some(start..cursor.offset)
}

/// The value without the scheme of an HTTP header; of a template, its default; of a named key, the
/// key.
fn secret_part(
    bytes: &[u8],
    name: &Range<usize>,
    value: Range<usize>,
    lexicon: &Lexicon,
) -> Range<usize> {
    let text = &bytes[value.clone()];
    let is_digest = || {
        lexicon.any(WordList::FingerprintPrefixes, |prefix| {
            let head = text.get(..prefix.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
        })
    };
    if bytes[name.end - 1] | 0x20 == b'y'
        && let Some(key) = key_with_name(text)
        && !is_digest()
    {
        return value.start + key..value.end;
    }
    if text.starts_with(b"{{") {
        return fallback(bytes, &value, lexicon).unwrap_or(value);
    }
    let scheme = |text: &[u8]| lexicon.has(WordList::AuthorizationSchemes, text);
    if let Some(blank) = text.iter().position(|&b| b == b' ') {
        let rest = &text[blank + 1..];
        if scheme(&text[..blank]) && !rest.is_empty() && !rest.contains(&b' ') {
            return value.start + blank + 1..value.end;
        }
    } else if scheme(text) && bytes.get(value.end) == Some(&b' ') {
        // Without quotes the scheme is what was read.
        let mut cursor =
            TextCursor { bytes, offset: value.end, end: bytes.len().min(value.end + REACH) };
        return cursor.word().unwrap_or(value);
    }
    value
}

/// Where the key begins in MinIO's `key-name:BASE64`.
fn key_with_name(text: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', text)?;
    let (name, key) = (&text[..colon], &text[colon + 1..]);
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let named = name.len() > 1 && name.iter().all(|b| is_word_byte(*b) || *b == b'-');
    let is_key = key.len() >= SHORTEST_NAMED_KEY && key.len().is_multiple_of(4);
    (named && is_key && key.iter().all(base64)).then_some(colon + 1)
}

/// `{{ name | default('v') }}` of Jinja, `{{ .name | default "v" }}` of Helm.
fn fallback(bytes: &[u8], value: &Range<usize>, lexicon: &Lexicon) -> Option<Range<usize>> {
    let text = &bytes[value.clone()];
    let position = |word: &str| memchr::memmem::find(text, word.as_bytes());
    let word = lexicon.find(WordList::TemplateDefaults, |word| position(word).is_some())?;
    let offset = value.start + position(word)? + word.len();
    let mut cursor = TextCursor { bytes, offset, end: bytes.len().min(offset + REACH) };
    cursor.skip(|b| matches!(b, b' ' | b'(' | b'\\'));
    cursor.quoted(b"\"'")
}

impl TextCursor<'_> {
    /// In any letter case.
    fn starts_with(&self, text: &str) -> bool {
        let next = self.bytes[self.offset..self.end].get(..text.len());
        next.is_some_and(|next| next.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// The longest word in the text of an XML element: a hint may be next to the secret
    /// (`<secret>{name AQAAABAAA da5a2e65…}</secret>`).
    fn element(&self, name: &Range<usize>) -> Option<Range<usize>> {
        let open = name.start.checked_sub(1).is_some_and(|offset| self.bytes[offset] == b'<');
        let text = &self.bytes[self.offset..self.end];
        // `<Pass encoding="base64">v</Pass>`.
        let attributes = match text.first() {
            Some(b' ') => text.iter().position(|b| matches!(b, b'>' | b'<' | b'\n'))?,
            _ => 0,
        };
        let text = text[attributes..].strip_prefix(b">").filter(|_| open)?;
        let text = &text[..text.iter().position(|&b| b == b'<' || b == b'\n')?];
        let start = self.offset + attributes + 1;
        let mut longest = start..start;
        let mut offset = start;
        for word in text.split(|b| b" \t{}".contains(b)) {
            if word.len() > longest.len() {
                longest = offset..offset + word.len();
            }
            offset += word.len() + 1;
        }
        (!longest.is_empty()).then_some(longest)
    }

    /// `= ["v", "w"]`, `: {"v"}`, `= []byte{1, 2, 3}`.
    fn list(&mut self) -> Option<Vec<Range<usize>>> {
        let from = self.offset;
        let found = self.try_list();
        if found.is_none() {
            self.offset = from;
        }
        found
    }

    /// `: {{ default "v" .name }}` without quotes around it.
    fn template_default(&self, lexicon: &Lexicon) -> Option<Range<usize>> {
        let rest = &self.bytes[self.offset..self.end];
        let open = rest.iter().position(|b| !b": =".contains(b)).filter(|&offset| offset > 0)?;
        let template = rest[open..].starts_with(b"{{").then(|| &rest[open..])?;
        let line = template.split(|&b| b == b'\n').next()?;
        let start = self.offset + open;
        fallback(self.bytes, &(start..start + line.len()), lexicon)
    }

    fn try_list(&mut self) -> Option<Vec<Range<usize>>> {
        self.skip(|b| b == b' ');
        if self.skip(|b| matches!(b, b':' | b'=' | b'>')) == 0 {
            return None;
        }
        self.skip(|b| b == b' ');
        let typed = ["[]byte{", "[]uint8{", "[]string{"].iter().any(|it| self.starts_with(it));
        if typed {
            self.skip(|b| b != b'{');
        }
        if !matches!(self.peek(), Some(b'[' | b'{' | b'(')) {
            return None;
        }
        self.offset += 1;
        self.skip_comments();
        let start = self.offset;
        if self.peek()?.is_ascii_digit() {
            // A key written as numbers.
            let length = self.skip(|b| b.is_ascii_hexdigit() || b", \n\r\tx".contains(&b));
            let numbers = start..start + length;
            return (length >= 48).then(|| Vec::from([numbers]));
        }
        let mut values = Vec::new();
        while let Some(quote @ (b'"' | b'\'')) = self.peek() {
            self.offset += 1;
            let start = self.offset;
            self.skip(|b| b != quote && b != b'\n' && b != b'\\');
            if self.peek() != Some(quote) || values.len() == MAX_VALUES {
                break;
            }
            values.push(start..self.offset);
            self.offset += 1;
            self.skip(|b| b == b' ');
            // The name of a member.
            if matches!(self.peek(), Some(b':' | b'=')) {
                return None;
            }
            self.skip(|b| b == b',');
            self.skip_comments();
        }
        (!values.is_empty()).then_some(values)
    }

    /// Blanks, commas, line ends and comments up to the end of their lines.
    fn skip_comments(&mut self) {
        while self.skip(|b| b == b',' || b.is_ascii_whitespace()) > 0 {
            let rest = &self.bytes[self.offset..self.end];
            if !rest.starts_with(b"#") && !rest.starts_with(b"//") {
                break;
            }
            self.skip(|b| b != b'\n');
        }
    }

    /// `password 'v'`, `token - 'v'`, `password is v`, `.netrc`'s `password v`.
    fn loose_value(&mut self, name: &[u8], lexicon: &Lexicon) -> Option<Range<usize>> {
        if self.skip(|b| b == b' ') == 0 {
            return None;
        }
        if lexicon.has(WordList::PasswordOptionCommands, name) && self.starts_with("-p") {
            self.offset += 2;
        }
        let mut left = MAX_FILLER_WORDS;
        while let Some(word) = lexicon.find(WordList::FillerWords, |word| self.starts_with(word)) {
            self.offset += word.len();
            self.skip(|b| b == b' ');
            left -= 1;
            if left == 0 {
                break;
            }
        }
        self.skip(|b| b == b':' || b == b' ');
        if lexicon.has(WordList::EncodedPasswordNames, name) {
            self.skip_encoding();
        }
        self.word()
    }

    /// The digit that gives the encoding of a password in the configuration of network devices:
    /// `password 7 v`, `secret 0 v`.
    fn skip_encoding(&mut self) {
        let rest = &self.bytes[self.offset..self.end];
        if rest.len() > 2 && rest[0].is_ascii_digit() && rest[1] == b' ' {
            self.offset += 2;
        }
    }

    /// A text in quotes, or everything up to a blank or a character that ends it.
    fn word(&mut self) -> Option<Range<usize>> {
        self.skip(|b| b == b' ');
        let quote = self.peek().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
        self.offset += usize::from(quote.is_some());
        let start = self.offset;
        match quote {
            Some(quote) => self.skip(|b| b != quote && b != b'\n'),
            None => self.skip(|b| !b.is_ascii_whitespace() && !b"\"'`,;<>()[]{}|\\".contains(&b)),
        };
        let closed = match quote {
            Some(quote) => self.peek() == Some(quote),
            None => self.offset < self.end || self.end == self.bytes.len(),
        };
        let called = quote.is_none() && self.peek() == Some(b'(');
        (closed
            && !called
            && self.offset > start
            && is_word_byte(self.bytes[start]) | quote.is_some())
        .then_some(start..self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
        let offset = text.find(name).unwrap();
        let values = assigned(
            text.as_bytes(),
            &(offset..offset + name.len()),
            &mut AssignmentReader::default(),
            &Lexicon::default(),
        );
        values.into_iter().map(|value| &text[value]).collect()
    }

    #[test]
    fn values_are_read_in_loose_notations() {
        for (text, name, expected) in [
            ("password = 'v1x9'", "password", &["v1x9"][..]),
            ("acme token - 'v1x9'", "token", &["v1x9"]),
            ("CREATE USER app IDENTIFIED BY 'v1x9'", "IDENTIFIED", &["v1x9"]),
            ("machine h login me password v1x9\n", "password", &["v1x9"]),
            ("\"tokens\": [\"v1x9\", \"w2y8\"]", "tokens", &["v1x9", "w2y8"]),
            ("Authorization: Bearer v1x9\n", "Bearer", &["v1x9"]),
            ("\"Authorization\": \"Basic djE6eDk=\"", "Authorization", &["djE6eDk="]),
            ("<secret>{hint v1x9w2y8}</secret>", "secret", &["v1x9w2y8"]),
            ("<Pass encoding=\"base64\">v1x9</Pass>", "Pass", &["v1x9"]),
            ("密码：v1x9\n", "密码", &["v1x9"]),
            ("ConvertTo-SecureString -String 'v1x9'", "ConvertTo-SecureString", &["v1x9"]),
            (
                "ConvertTo-SecureString -AsPlainText -Force 'v1x9'",
                "ConvertTo-SecureString",
                &["v1x9"],
            ),
            ("DefaultPassword    REG_SZ    v1x9\n", "DefaultPassword", &["v1x9"]),
            ("username me password 7 v1x9\n", "password", &["v1x9"]),
            ("Authorization: NTLM djE6eDk=\n", "Authorization", &["djE6eDk="]),
            ("Authorization: SSWS v1x9\n", "Authorization", &["v1x9"]),
            ("password: \"{{ given | default('v1x9') }}\"", "password", &["v1x9"]),
            ("sshpass -p v1x9 ssh me@host", "sshpass", &["v1x9"]),
            ("sshpass -p'v1x9' ssh me@host", "sshpass", &["v1x9"]),
            ("'Bearer ' + 'v1x9'", "Bearer", &["v1x9"]),
            (
                "SECRET_KEY: \"my-key:q7Rz0Pk3LmX9vTn2WbYs5Hc8\"",
                "SECRET_KEY",
                &["q7Rz0Pk3LmX9vTn2WbYs5Hc8"],
            ),
            ("password = ask()", "password", &[]),
        ] {
            assert_eq!(read(text, name), expected, "{text}");
        }
    }

    #[test]
    fn of_a_user_and_a_password_the_second_is_read() {
        for (text, name, expected) in [
            ("auth=('me', 'v1x9')", "auth", Some("v1x9")),
            ("\"auth\": [\"me\", \"v1x9\"]", "auth", Some("v1x9")),
            ("new NetworkCredential(user, \"v1x9\", domain)", "NetworkCredential", Some("v1x9")),
            ("PasswordAuthentication(me, \"v1x9\".toCharArray())", "Authentication", Some("v1x9")),
            ("req.basic_auth 'me', 'v1x9'\n", "auth", Some("v1x9")),
            ("auth=(user, password)", "auth", None),
            ("auth 'me' or 'you'", "auth", None),
            ("auth('me')", "auth", None),
        ] {
            let offset = text.find(name).unwrap();
            let value = second_of_pair(text.as_bytes(), &(offset..offset + name.len()));
            assert_eq!(value.map(|value| &text[value]), expected, "{text}");
        }
    }
}
