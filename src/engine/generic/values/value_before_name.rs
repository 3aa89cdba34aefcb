//! Values before their name: a pair that gives the value first, and what is piped into a command
//! that sets a password.

use std::ops::Range;

use crate::rules::BEFORE;
use crate::rules::is_word_byte;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Members that may be between a value and its name.
const MOST_BETWEEN: usize = 3;

/// The value before the name at `name`. `fragment` is the offset of the fragment by which the name
/// was found; the reach is measured from there.
pub fn value(
    bytes: &[u8],
    name: &Range<usize>,
    fragment: usize,
    lexicon: &Lexicon,
) -> Option<Range<usize>> {
    let first = fragment.saturating_sub(BEFORE - 1).min(name.start);
    let mut cursor = BackwardCursor { bytes, first, offset: name.start, lexicon };
    let from = cursor.offset;
    cursor.other_half().or_else(|| {
        cursor.offset = from;
        cursor.piped(&bytes[name.clone()])
    })
}

/// A position that moves towards the beginning of the text, down to `first`.
struct BackwardCursor<'b> {
    bytes: &'b [u8],
    first: usize,
    offset: usize,
    lexicon: &'b Lexicon,
}

impl BackwardCursor<'_> {
    fn peek(&self) -> Option<u8> {
        (self.offset > self.first).then(|| self.bytes[self.offset - 1])
    }

    fn skip(&mut self, predicate: impl Fn(u8) -> bool) -> usize {
        let from = self.offset;
        while self.peek().is_some_and(&predicate) {
            self.offset -= 1;
        }
        from - self.offset
    }

    fn quote(&mut self) -> Option<u8> {
        let quote = self.peek().filter(|b| matches!(b, b'"' | b'\''))?;
        self.offset -= 1;
        Some(quote)
    }

    /// A word of the list, in any letter case, with or without quotes, and the operator after it.
    fn member(&mut self, list: WordList) -> Option<()> {
        let from = self.offset;
        let word = self.member_name();
        if word.is_none_or(|word| !self.lexicon.has(list, &self.bytes[word])) {
            self.offset = from;
            return None;
        }
        Some(())
    }

    /// The name of a member, without the prefix of an XML attribute, and the operator after it.
    fn member_name(&mut self) -> Option<Range<usize>> {
        self.skip(|b| b == b' ');
        self.peek().filter(|b| matches!(b, b'=' | b':' | b'('))?;
        self.offset -= 1;
        self.skip(|b| b == b' ');
        let quoted = self.quote();
        let end = self.offset;
        self.skip(is_word_byte);
        let word = self.offset..end;
        if quoted.is_none() && self.peek() == Some(b':') {
            self.offset -= 1;
            self.skip(is_word_byte);
        }
        (quoted.is_none() || self.quote() == quoted).then_some(word)
    }

    /// `value="v" name="NAME"`, `"value": "v", "name": "NAME"`, `value: v` and `name: NAME` on
    /// the next line, SQL's `value = 'v' WHERE name = 'NAME'`, Swift's and Objective-C's
    /// `setValue("v", forKey: "NAME")`. A few other members may be between the two.
    fn other_half(&mut self) -> Option<Range<usize>> {
        // More words may be part of the name.
        self.skip(|b| is_word_byte(b) || matches!(b, b'.' | b'-'));
        self.quote();
        self.skip(|b| b == b'@');
        self.member(WordList::NameMembers)?;
        for between in 0..=MOST_BETWEEN {
            let mut separators = self.skip(|b| b.is_ascii_whitespace() || b == b',');
            if between == 0 && self.keyword(b"where") {
                separators = self.skip(|b| b.is_ascii_whitespace());
            }
            if separators == 0 {
                return None;
            }
            let value = self.text_or_word()?;
            self.skip(|b| b == b'@');
            if self.member(WordList::ValueMembers).is_some() {
                return (!value.is_empty()).then_some(value);
            }
            self.member_name().filter(|name| !name.is_empty())?;
        }
        None
    }

    /// A text in quotes, or a word.
    fn text_or_word(&mut self) -> Option<Range<usize>> {
        let quote = self.quote();
        let end = self.offset;
        match quote {
            Some(quote) => self.skip(|b| b != quote && b != b'\n'),
            None => self.skip(|b| !b.is_ascii_whitespace() && !b"\"'=:,<>".contains(&b)),
        };
        let text = self.offset..end;
        (quote.is_none() || self.quote() == quote).then_some(text)
    }

    /// Skips the word, in any letter case.
    fn keyword(&mut self, word: &[u8]) -> bool {
        let before = &self.bytes[self.first..self.offset];
        let from = before.len().checked_sub(word.len());
        let found = from.is_some_and(|from| before[from..].eq_ignore_ascii_case(word));
        self.offset -= if found { word.len() } else { 0 };
        found
    }

    /// `echo 'user:v' | chpasswd`, `echo v | passwd --stdin user`,
    /// `echo v | docker login -u user --password-stdin`.
    fn piped(&mut self, name: &[u8]) -> Option<Range<usize>> {
        let is_pair = self.lexicon.has(WordList::PairReaders, name);
        if !is_pair && !self.lexicon.has(WordList::PasswordReaders, name) {
            return None;
        }
        self.skip(|b| b != b'|' && b != b'\n' && b != b';');
        self.peek().filter(|&b| b == b'|')?;
        self.offset -= 1;
        self.skip(|b| b == b' ');
        let end = match self.peek()? {
            quote @ (b'"' | b'\'') => {
                self.offset -= 1;
                let end = self.offset;
                self.skip(|b| b != quote && b != b'\n');
                end
            }
            _ => {
                let end = self.offset;
                self.skip(|b| !b.is_ascii_whitespace() && !b"\"'`()|".contains(&b));
                end
            }
        };
        let text = self.offset..end;
        let line_start = &self.bytes[self.first..self.offset];
        let line_start = line_start.rsplit(|&b| b == b'\n').next().unwrap_or_default();
        let is_in = |word: &str| memchr::memmem::find(line_start, word.as_bytes()).is_some();
        if !self.lexicon.any(WordList::PrintingCommands, is_in) {
            return None;
        }
        if is_pair {
            return super::calls::password_of_pair(self.bytes, text);
        }
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_come_before_its_name() {
        for (text, name, expected) in [
            ("<add value=\"v1x9\" key=\"DbPassword\" />", "Password", Some("v1x9")),
            ("<meta-data a:value=\"v1x9\" a:name=\"ApiPassword\"/>", "ApiPassword", Some("v1x9")),
            (
                "{\"value\": \"v1x9\", \"on\": true, \"key\": \"DB_PASSWORD\"}",
                "DB_PASSWORD",
                Some("v1x9"),
            ),
            (
                "- {\"name\": \"a\", \"value\": \"v1x9\"},\n  {\"name\": \"DB_PASSWORD\"}",
                "DB_PASSWORD",
                None,
            ),
            ("<property value='v1x9' name='password'/>", "password", Some("v1x9")),
            ("{\"value\": \"v1x9\", \"name\": \"DB_PASSWORD\"}", "DB_PASSWORD", Some("v1x9")),
            ("- value: v1x9\n  name: DB_PASSWORD\n", "DB_PASSWORD", Some("v1x9")),
            ("echo 'root:v1x9' | chpasswd\n", "chpasswd", Some("v1x9")),
            ("RUN echo root:v1x9 | chpasswd && \\\n", "chpasswd", Some("v1x9")),
            ("echo \"v1x9\" | passwd --stdin me\n", "passwd", Some("v1x9")),
            ("echo v1x9 | docker login -u me --password-stdin", "password-stdin", Some("v1x9")),
            ("SET value = 'v1x9' WHERE name = 'password'", "password", Some("v1x9")),
            ("r.setValue(\"v1x9\", forHTTPHeaderField: \"X-Token\")", "Token", Some("v1x9")),
            ("[d setObject:@\"v1x9\" forKey:@\"password\"]", "password", Some("v1x9")),
            ("defaults.set(\"v1x9\", forKey: \"token\")", "token", Some("v1x9")),
            ("print(\"v1x9\", forKey: \"token\")", "token", None),
            ("<input value=\"v1x9\" id=\"password\">", "password", None),
            ("<add title=\"v1x9\" key=\"Password\" />", "Password", None),
            ("cat users | chpasswd\n", "chpasswd", None),
            ("name: DB_PASSWORD\n", "DB_PASSWORD", None),
        ] {
            let offset = text.find(name).unwrap();
            let value =
                value(text.as_bytes(), &(offset..offset + name.len()), offset, &Lexicon::default());
            assert_eq!(value.map(|value| &text[value]), expected, "{text}");
        }
    }
}
