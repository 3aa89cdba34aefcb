//! From a name to the values it is given: the shared reader of assignments, and looser ways of
//! writing that only a judged value may come from.

use std::ops::Range;

use super::arguments::Arguments;
use super::rest::Rest;
use crate::engine::structure::assignment::AssignmentReader;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;
use crate::rules::{AFTER, LONGEST, is_word_byte};

/// Of these so many may follow each other.
const MOST_WORDS: usize = 3;

/// Values of a list that are looked at.
const MOST_VALUES: usize = 8;

/// Bytes from the name's end on that are looked at.
const REACH: usize = LONGEST + AFTER - 64;

/// Bytes between a name and a value that goes on behind the reach, at most.
const LONGEST_GAP: usize = 12;

/// Bytes of such a value that are judged, at least.
const SHORTEST_ENDLESS: usize = 256;

/// The spans of the values given to the name at `name`.
pub fn values(
    bytes: &[u8],
    name: &Range<usize>,
    reader: &mut AssignmentReader,
    lexicon: &Lexicon,
) -> Vec<Range<usize>> {
    let end = bytes.len().min(name.end + REACH);
    let wide = "：".as_bytes();
    if bytes[name.end..].starts_with(wide) {
        let mut rest = Rest { bytes, at: name.end + wide.len(), end };
        return rest.word().map(|value| vec![value]).unwrap_or_default();
    }
    let assigned = reader.value_of(bytes, name.clone());
    if let Some(value) = assigned.filter(|value| value.end <= end && !value.is_empty()) {
        // `'Bearer ' + 'v'`: what was taken for a text joins two.
        if matches!(bytes[value.clone()].trim_ascii(), b"+" | b".") {
            let joined = Rest { bytes, at: value.end, end }.quoted(b"\"'");
            return joined.map(|value| vec![value]).unwrap_or_default();
        }
        return vec![secret_part(bytes, value, lexicon)];
    }
    let mut rest = Rest { bytes, at: name.end, end };
    if let Some(value) = rest.element(name) {
        return vec![value];
    }
    rest.skip(|b| matches!(b, b'"' | b'\'' | b'`' | b']' | b')'));
    rest.list()
        .or_else(|| rest.loosely(&bytes[name.clone()], lexicon).map(|value| vec![value]))
        .unwrap_or_default()
}

/// The password of a user and a password that are given together: `auth=("me", "v")`,
/// `new NetworkCredential("me", "v")`, `HTTPBasicAuth(user, "v")`.
pub fn second_of_pair(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let end = bytes.len().min(name.end + REACH);
    let mut rest = Rest { bytes, at: name.end, end };
    rest.skip(|b| matches!(b, b'"' | b'\'' | b' ' | b'=' | b':' | b'>' | b']'));
    Arguments::of(bytes, rest.at, end)?.nth(1)
}

/// The beginning of a value that goes on behind what is read of one, or behind the reach: a long
/// row of token characters.
pub fn endless(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let mut rest = Rest { bytes, at: name.end, end: bytes.len() };
    let from = rest.at;
    rest.skip(|b| b" \t\"'`=:>,(])|\\".contains(&b));
    let gap = &bytes[from..rest.at];
    let assigned = gap.iter().any(|b| b"=:>,(\"'".contains(b)) && gap.len() <= LONGEST_GAP;
    let start = rest.at;
    let in_token = |b: u8| b.is_ascii_alphanumeric() || b"+/=_.~-".contains(&b);
    let length = rest.skip(in_token);
    (assigned && length >= SHORTEST_ENDLESS).then_some(start..rest.at)
}

/// Without the scheme of an HTTP header, and of a template the value that it falls back to.
fn secret_part(bytes: &[u8], value: Range<usize>, lexicon: &Lexicon) -> Range<usize> {
    let text = &bytes[value.clone()];
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
        let mut rest = Rest { bytes, at: value.end, end: bytes.len().min(value.end + REACH) };
        return rest.word().unwrap_or(value);
    }
    value
}

/// `{{ name | default('v') }}` of Jinja, `{{ .name | default "v" }}` of Helm.
fn fallback(bytes: &[u8], value: &Range<usize>, lexicon: &Lexicon) -> Option<Range<usize>> {
    let text = &bytes[value.clone()];
    let position = |word: &str| memchr::memmem::find(text, word.as_bytes());
    let word = lexicon.find(WordList::TemplateDefaults, |word| position(word).is_some())?;
    let at = value.start + position(word)? + word.len();
    let mut rest = Rest { bytes, at, end: bytes.len().min(at + REACH) };
    rest.skip(|b| matches!(b, b' ' | b'(' | b'\\'));
    rest.quoted(b"\"'")
}

impl Rest<'_> {
    /// In any letter case.
    fn starts_with(&self, text: &str) -> bool {
        let here = self.bytes[self.at..self.end].get(..text.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// The longest word of an XML element's text: a hint may stand beside the secret
    /// (`<secret>{name AQAAABAAA da5a2e65…}</secret>`).
    fn element(&self, name: &Range<usize>) -> Option<Range<usize>> {
        let open = name.start.checked_sub(1).is_some_and(|at| self.bytes[at] == b'<');
        let text = &self.bytes[self.at..self.end];
        // `<Pass encoding="base64">v</Pass>`.
        let attributes = match text.first() {
            Some(b' ') => text.iter().position(|b| matches!(b, b'>' | b'<' | b'\n'))?,
            _ => 0,
        };
        let text = text[attributes..].strip_prefix(b">").filter(|_| open)?;
        let text = &text[..text.iter().position(|&b| b == b'<' || b == b'\n')?];
        let start = self.at + attributes + 1;
        let mut longest = start..start;
        let mut at = start;
        for word in text.split(|b| b" \t{}".contains(b)) {
            if word.len() > longest.len() {
                longest = at..at + word.len();
            }
            at += word.len() + 1;
        }
        (!longest.is_empty()).then_some(longest)
    }

    /// `= ["v", "w"]`, `: {"v"}`, `= []byte{1, 2, 3}`.
    fn list(&mut self) -> Option<Vec<Range<usize>>> {
        let from = self.at;
        let found = self.list_here();
        if found.is_none() {
            self.at = from;
        }
        found
    }

    fn list_here(&mut self) -> Option<Vec<Range<usize>>> {
        self.skip(|b| b == b' ');
        if self.skip(|b| matches!(b, b':' | b'=' | b'>')) == 0 {
            return None;
        }
        self.skip(|b| b == b' ');
        let typed = self.starts_with("[]byte{") || self.starts_with("[]uint8{");
        if typed {
            self.skip(|b| b != b'{');
        }
        if !matches!(self.peek(), Some(b'[' | b'{' | b'(')) {
            return None;
        }
        self.at += 1;
        self.skip(|b| b.is_ascii_whitespace());
        let start = self.at;
        if self.peek()?.is_ascii_digit() {
            // A key that is written as numbers.
            let length = self.skip(|b| b.is_ascii_hexdigit() || b", \n\r\tx".contains(&b));
            let numbers = start..start + length;
            return (length >= 48).then(|| Vec::from([numbers]));
        }
        let mut values = Vec::new();
        while let Some(mark @ (b'"' | b'\'')) = self.peek() {
            self.at += 1;
            let start = self.at;
            self.skip(|b| b != mark && b != b'\n' && b != b'\\');
            if self.peek() != Some(mark) || values.len() == MOST_VALUES {
                break;
            }
            values.push(start..self.at);
            self.at += 1;
            self.skip(|b| b == b',' || b.is_ascii_whitespace());
        }
        (!values.is_empty()).then_some(values)
    }

    /// `password 'v'`, `token - 'v'`, `password is v`, `.netrc`'s `password v`.
    fn loosely(&mut self, name: &[u8], lexicon: &Lexicon) -> Option<Range<usize>> {
        if self.skip(|b| b == b' ') == 0 {
            return None;
        }
        if lexicon.has(WordList::PasswordOptionCommands, name) && self.starts_with("-p") {
            self.at += 2;
        }
        let mut left = MOST_WORDS;
        while let Some(word) = lexicon.find(WordList::FillerWords, |word| self.starts_with(word)) {
            self.at += word.len();
            self.skip(|b| b == b' ');
            left -= 1;
            if left == 0 {
                break;
            }
        }
        self.skip(|b| b == b':' || b == b' ');
        if lexicon.has(WordList::EncodedPasswordNames, name) {
            self.skip_kind_of_digest();
        }
        self.word()
    }

    /// The digit that says in network devices' configuration how the password is written:
    /// `password 7 v`, `secret 0 v`.
    fn skip_kind_of_digest(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        if rest.len() > 2 && rest[0].is_ascii_digit() && rest[1] == b' ' {
            self.at += 2;
        }
    }

    /// A text in quotes, or what stands up to a blank or a sign that ends it.
    fn word(&mut self) -> Option<Range<usize>> {
        self.skip(|b| b == b' ');
        let mark = self.peek().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
        self.at += usize::from(mark.is_some());
        let start = self.at;
        match mark {
            Some(mark) => self.skip(|b| b != mark && b != b'\n'),
            None => self.skip(|b| !b.is_ascii_whitespace() && !b"\"'`,;<>()[]{}|\\".contains(&b)),
        };
        let closed = match mark {
            Some(mark) => self.peek() == Some(mark),
            None => self.at < self.end || self.end == self.bytes.len(),
        };
        let called = mark.is_none() && self.peek() == Some(b'(');
        (closed && !called && self.at > start && is_word_byte(self.bytes[start]) | mark.is_some())
            .then_some(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
        let at = text.find(name).unwrap();
        let values = values(
            text.as_bytes(),
            &(at..at + name.len()),
            &mut AssignmentReader::default(),
            &Lexicon::default(),
        );
        values.into_iter().map(|value| &text[value]).collect()
    }

    #[test]
    fn values_are_read_where_an_assignment_is_loose() {
        for (text, name, wanted) in [
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
            ("password = ask()", "password", &[]),
        ] {
            assert_eq!(read(text, name), wanted, "{text}");
        }
    }

    #[test]
    fn of_a_user_and_a_password_the_second_is_read() {
        for (text, name, wanted) in [
            ("auth=('me', 'v1x9')", "auth", Some("v1x9")),
            ("\"auth\": [\"me\", \"v1x9\"]", "auth", Some("v1x9")),
            ("new NetworkCredential(user, \"v1x9\", domain)", "NetworkCredential", Some("v1x9")),
            ("PasswordAuthentication(me, \"v1x9\".toCharArray())", "Authentication", Some("v1x9")),
            ("auth=(user, password)", "auth", None),
            ("auth('me')", "auth", None),
        ] {
            let at = text.find(name).unwrap();
            let value = second_of_pair(text.as_bytes(), &(at..at + name.len()));
            assert_eq!(value.map(|value| &text[value]), wanted, "{text}");
        }
    }
}
