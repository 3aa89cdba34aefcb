//! The words of a name.

use std::ops::Range;

/// Words of a name that are used, counted from its end.
const MAX_WORDS: usize = 12;

/// The words of the name at `span`: separated by `camelCase`, numbers or other characters.
pub struct Words<'b> {
    pub bytes: &'b [u8],
    /// The rest of the name.
    pub span: Range<usize>,
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let (bytes, end) = (self.bytes, self.span.end);
        let word = |&offset: &usize| bytes[offset].is_ascii_alphanumeric();
        let start = self.span.clone().find(word)?;
        let mut offset = start;
        let upper = |offset: usize| offset < end && bytes[offset].is_ascii_uppercase();
        let lower = |offset: usize| offset < end && bytes[offset].is_ascii_lowercase();
        if bytes[offset].is_ascii_digit() {
            while offset < end && bytes[offset].is_ascii_digit() {
                offset += 1;
            }
        } else if upper(offset) && upper(offset + 1) {
            // `APIKey` is `API`, `Key`; `APIs` is one word.
            while upper(offset) && !(lower(offset + 1) && lower(offset + 2)) {
                offset += 1;
            }
            if lower(offset) {
                offset += 1;
            }
        } else {
            offset += 1;
            while lower(offset) {
                offset += 1;
            }
        }
        self.span.start = offset.max(start + 1);
        Some(start..self.span.start)
    }
}

/// The last words of the name, [`MAX_WORDS`] at most.
pub fn words(bytes: &[u8], span: &Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::with_capacity(MAX_WORDS);
    words.extend(Words { bytes, span: span.clone() });
    let surplus = words.len().saturating_sub(MAX_WORDS);
    words.drain(..surplus);
    words
}
