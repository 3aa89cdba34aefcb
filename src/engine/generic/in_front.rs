//! Values that stand in front of their name: the halves of a pair the other way round, and what
//! is piped into a command that sets a password.

use crate::rules::is_word_byte;
use std::ops::Range;

use crate::rules::BEFORE;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// The value in front of the name at `name`; `fragment` is where the name was noticed, from
/// which the reach counts.
pub fn value(
    bytes: &[u8],
    name: &Range<usize>,
    fragment: usize,
    lexicon: &Lexicon,
) -> Option<Range<usize>> {
    let first = fragment.saturating_sub(BEFORE - 1).min(name.start);
    let mut back = Back { bytes, first, at: name.start, lexicon };
    let from = back.at;
    back.other_half().or_else(|| {
        back.at = from;
        back.piped(&bytes[name.clone()])
    })
}

/// A place that moves towards the beginning, down to `first`.
struct Back<'b> {
    bytes: &'b [u8],
    first: usize,
    at: usize,
    lexicon: &'b Lexicon,
}

impl Back<'_> {
    fn peek(&self) -> Option<u8> {
        (self.at > self.first).then(|| self.bytes[self.at - 1])
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at -= 1;
        }
        from - self.at
    }

    fn quote(&mut self) -> Option<u8> {
        let mark = self.peek().filter(|b| matches!(b, b'"' | b'\''))?;
        self.at -= 1;
        Some(mark)
    }

    /// A word of the list, in any letter case, perhaps in quotes, and the sign behind it.
    fn member(&mut self, list: WordList) -> Option<()> {
        self.skip(|b| b == b' ');
        self.peek().filter(|b| matches!(b, b'=' | b':'))?;
        self.at -= 1;
        self.skip(|b| b == b' ');
        let quoted = self.quote();
        let end = self.at;
        self.skip(is_word_byte);
        let word = &self.bytes[self.at..end];
        if !self.lexicon.has(list, word) {
            return None;
        }
        if quoted.is_some() && self.quote() != quoted {
            return None;
        }
        Some(())
    }

    /// `value="v" name="NAME"`, `"value": "v", "name": "NAME"`, `value: v` and `name: NAME` on
    /// the next line.
    fn other_half(&mut self) -> Option<Range<usize>> {
        // The name may have words in front that are no part of it.
        self.skip(|b| is_word_byte(b) || matches!(b, b'.' | b'-'));
        self.quote();
        self.member(WordList::NameMembers)?;
        let parted = self.skip(|b| b.is_ascii_whitespace() || b == b',');
        if parted == 0 {
            return None;
        }
        let value = match self.quote() {
            Some(mark) => {
                let end = self.at;
                self.skip(|b| b != mark && b != b'\n');
                let value = self.at..end;
                (self.quote() == Some(mark)).then_some(value)?
            }
            None => {
                let end = self.at;
                self.skip(|b| !b.is_ascii_whitespace() && !b"\"'=:,<>".contains(&b));
                self.at..end
            }
        };
        self.member(WordList::ValueMembers)?;
        (!value.is_empty()).then_some(value)
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
        self.at -= 1;
        self.skip(|b| b == b' ');
        let end = match self.peek()? {
            mark @ (b'"' | b'\'') => {
                self.at -= 1;
                let end = self.at;
                self.skip(|b| b != mark && b != b'\n');
                end
            }
            _ => {
                let end = self.at;
                self.skip(|b| !b.is_ascii_whitespace() && !b"\"'`()|".contains(&b));
                end
            }
        };
        let text = self.at..end;
        let front = &self.bytes[self.first..self.at];
        let front = front.rsplit(|&b| b == b'\n').next().unwrap_or_default();
        let is_in = |word: &str| memchr::memmem::find(front, word.as_bytes()).is_some();
        if !self.lexicon.any(WordList::PrintingCommands, is_in) {
            return None;
        }
        if is_pair {
            return super::calls::password_of(self.bytes, text);
        }
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_stand_in_front_of_its_name() {
        for (text, name, wanted) in [
            ("<add value=\"v1x9\" key=\"DbPassword\" />", "Password", Some("v1x9")),
            ("<property value='v1x9' name='password'/>", "password", Some("v1x9")),
            ("{\"value\": \"v1x9\", \"name\": \"DB_PASSWORD\"}", "DB_PASSWORD", Some("v1x9")),
            ("- value: v1x9\n  name: DB_PASSWORD\n", "DB_PASSWORD", Some("v1x9")),
            ("echo 'root:v1x9' | chpasswd\n", "chpasswd", Some("v1x9")),
            ("RUN echo root:v1x9 | chpasswd && \\\n", "chpasswd", Some("v1x9")),
            ("echo \"v1x9\" | passwd --stdin me\n", "passwd", Some("v1x9")),
            ("echo v1x9 | docker login -u me --password-stdin", "password-stdin", Some("v1x9")),
            ("<input value=\"v1x9\" id=\"password\">", "password", None),
            ("<add title=\"v1x9\" key=\"Password\" />", "Password", None),
            ("cat users | chpasswd\n", "chpasswd", None),
            ("name: DB_PASSWORD\n", "DB_PASSWORD", None),
        ] {
            let at = text.find(name).unwrap();
            let value = value(text.as_bytes(), &(at..at + name.len()), at, &Lexicon::default());
            assert_eq!(value.map(|value| &text[value]), wanted, "{text}");
        }
    }
}
