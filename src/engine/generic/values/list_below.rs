//! A list on the lines below its name, as in YAML.

use std::ops::Range;

use super::MAX_VALUES;
use super::text_cursor::TextCursor;

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
        let value = start..self.offset;
        let whole = self.offset < self.end || self.end == self.bytes.len();
        let text = &self.bytes[value.clone()];
        let is_text = whole && !text.is_empty() && !text.ends_with(b":") && !b"{[&*!|>".contains(&text[0]);
        is_text.then_some(value)
    }

    /// Blanks, a comment and empty lines up to the beginning of the next line with text; `None` if
    /// something else is on this line.
    fn next_line(&mut self) -> Option<()> {
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
