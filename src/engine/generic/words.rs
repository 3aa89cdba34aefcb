//! A name, parted into its words.

use std::ops::Range;

/// Words of a name that are looked at, from its last one.
const MOST_WORDS: usize = 12;

/// The words of the name at `span`: `camelCase` humps, numbers and what separators part.
pub struct Words<'b> {
    pub bytes: &'b [u8],
    /// What is left of the name.
    pub span: Range<usize>,
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let (bytes, end) = (self.bytes, self.span.end);
        let word = |&at: &usize| bytes[at].is_ascii_alphanumeric();
        let start = self.span.clone().find(word)?;
        let mut at = start;
        let upper = |at: usize| at < end && bytes[at].is_ascii_uppercase();
        let lower = |at: usize| at < end && bytes[at].is_ascii_lowercase();
        if bytes[at].is_ascii_digit() {
            while at < end && bytes[at].is_ascii_digit() {
                at += 1;
            }
        } else if upper(at) && upper(at + 1) {
            // `APIKey` is `API`, `Key`; `APIs` is one word.
            while upper(at) && !(lower(at + 1) && lower(at + 2)) {
                at += 1;
            }
            if lower(at) {
                at += 1;
            }
        } else {
            at += 1;
            while lower(at) {
                at += 1;
            }
        }
        self.span.start = at.max(start + 1);
        Some(start..self.span.start)
    }
}

/// The last words of the name, [`MOST_WORDS`] at most.
pub fn words(bytes: &[u8], span: &Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::with_capacity(MOST_WORDS);
    words.extend(Words { bytes, span: span.clone() });
    let surplus = words.len().saturating_sub(MOST_WORDS);
    words.drain(..surplus);
    words
}
