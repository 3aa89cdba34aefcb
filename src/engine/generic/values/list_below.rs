//! Lists: on the lines below their name, as in YAML, without quotes, and in one text.

use std::ops::Range;

use super::MAX_VALUES;
use super::text_cursor::TextCursor;

/// Shortest word of a list without quotes after its first.
const SHORTEST_WORD: usize = 12;

impl TextCursor<'_> {
    /// `tokens:` and, on the lines below it, `- v` or `- "v"`.
    pub fn list_below(&mut self) -> Option<Vec<Range<usize>>> {
        let from = self.offset;
        let values = self.try_list_below();
        if values.is_none() {
            self.offset = from;
        }
        values
    }

    fn try_list_below(&mut self) -> Option<Vec<Range<usize>>> {
        self.peek().filter(|&b| b == b':')?;
        self.offset += 1;
        self.next_line()?;
        let indent = self.skip(|b| b == b' ');
        let mut values = Vec::new();
        while values.len() < MAX_VALUES && self.item() {
            let Some(value) = self.scalar() else { break };
            values.push(value);
            if self.next_line().is_none() || self.skip(|b| b == b' ') != indent {
                break;
            }
        }
        (!values.is_empty()).then_some(values)
    }

    /// YAML's `tokens: [v, w]`, on one line that ends with the list.
    pub fn list_of_words(&mut self) -> Option<Vec<Range<usize>>> {
        let from = self.offset;
        let values = self.try_list_of_words();
        if values.is_none() {
            self.offset = from;
        }
        values
    }

    fn try_list_of_words(&mut self) -> Option<Vec<Range<usize>>> {
        self.peek().filter(|&b| b == b':')?;
        self.offset += 1;
        self.skip(|b| b == b' ');
        self.peek().filter(|&b| b == b'[')?;
        self.offset += 1;
        let mut values = Vec::new();
        loop {
            self.skip(|b| b == b' ');
            let start = self.offset;
            let length = self.skip(|b| !b.is_ascii_whitespace() && !b"\"'`,;()[]{}<>".contains(&b));
            if length == 0 || values.len() == MAX_VALUES {
                return None;
            }
            values.push(start..self.offset);
            self.skip(|b| b == b' ');
            let separator = self.peek()?;
            self.offset += 1;
            match separator {
                b',' => {}
                b']' => return self.next_line().map(|()| values),
                _ => return None,
            }
        }
    }

    /// The `-` of an item.
    fn item(&mut self) -> bool {
        let found = self.peek() == Some(b'-') && self.bytes.get(self.offset + 1) == Some(&b' ');
        if found {
            self.offset += 1;
            self.skip(|b| b == b' ');
        }
        found
    }

    /// A text in quotes, or one word that is not the name of a member.
    fn scalar(&mut self) -> Option<Range<usize>> {
        if matches!(self.peek(), Some(b'"' | b'\'')) {
            return self.quoted(b"\"'");
        }
        let start = self.offset;
        self.skip(|b| !b.is_ascii_whitespace());
        let value = self.named(start)..self.offset;
        let whole = self.offset < self.end || self.end == self.bytes.len();
        let text = &self.bytes[value.clone()];
        let is_url = || memchr::memmem::find(text, b"://").is_some();
        let is_text = whole
            && !is_url()
            && !text.is_empty()
            && !text.ends_with(b":")
            && !b"{[&*!|>".contains(&text[0]);
        is_text.then_some(value)
    }

    /// Where the value of a word begins that may be `provider=v`.
    fn named(&self, start: usize) -> usize {
        let word = &self.bytes[start..self.offset];
        let name = word.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'-').count();
        let assigned =
            name > 0 && word.get(name) == Some(&b'=') && word.len() - name > SHORTEST_WORD;
        if assigned { start + name + 1 } else { start }
    }

    /// Blanks, a comment and empty lines up to the beginning of the next line with text; `None` if
    /// something else is on this line.
    pub fn next_line(&mut self) -> Option<()> {
        let mut ended = false;
        loop {
            let line = self.offset;
            let blanks = self.skip(|b| matches!(b, b' ' | b'\t' | b'\r'));
            if self.peek() == Some(b'#') && (ended || blanks > 0) {
                self.skip(|b| b != b'\n');
            }
            if self.peek() != Some(b'\n') {
                self.offset = line;
                return ended.then_some(());
            }
            self.offset += 1;
            ended = true;
        }
    }
}

/// The words after the first of a list without blanks: `TOKENS=v,w`.
pub fn rest_of_words(bytes: &[u8], first: Range<usize>, end: usize) -> Vec<Range<usize>> {
    let mut cursor = TextCursor { bytes, offset: first.end, end };
    let mut values = vec![first];
    while cursor.peek() == Some(b',') && values.len() < MAX_VALUES {
        cursor.offset += 1;
        let start = cursor.offset;
        let length = cursor.skip(|b| b.is_ascii_alphanumeric() || b"+/=_-.".contains(&b));
        let whole = cursor.offset < end || end == bytes.len();
        let word = &bytes[start..cursor.offset];
        let last = word.iter().rposition(|&b| b != b'=').unwrap_or_default();
        let assigns = word[..last].contains(&b'=');
        if length < SHORTEST_WORD || assigns || !whole {
            break;
        }
        values.push(start..cursor.offset);
    }
    values
}

/// The texts of the elements after the first that have the same name: `<string>v</string>
/// <string>w</string>`.
pub fn rest_of_elements(bytes: &[u8], first: Range<usize>, end: usize) -> Vec<Range<usize>> {
    let mut cursor = TextCursor { bytes, offset: first.end, end };
    let mut values = vec![first];
    while values.len() < MAX_VALUES {
        let Some(closed) = cursor.tag(b"</") else { break };
        cursor.skip(|b| b.is_ascii_whitespace());
        let opened = cursor.tag(b"<");
        if opened.is_none_or(|opened| bytes[opened] != bytes[closed]) {
            break;
        }
        let start = cursor.offset;
        cursor.skip(|b| b != b'<' && !b.is_ascii_whitespace());
        if cursor.peek() != Some(b'<') || cursor.offset == start {
            break;
        }
        values.push(start..cursor.offset);
    }
    values
}

impl TextCursor<'_> {
    /// The name of a tag without attributes.
    fn tag(&mut self, opening: &[u8]) -> Option<Range<usize>> {
        if !self.bytes[self.offset..self.end].starts_with(opening) {
            return None;
        }
        let start = self.offset + opening.len();
        self.offset = start;
        self.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'));
        let name = start..self.offset;
        let closed = self.peek() == Some(b'>') && !name.is_empty();
        self.offset += usize::from(closed);
        closed.then_some(name)
    }
}
