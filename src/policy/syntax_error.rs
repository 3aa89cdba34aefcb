//! An error in the text of a configuration or a baseline.

/// A message and the offset in the text. The message never shows a value: it may be a pasted
/// secret.
pub(super) struct SyntaxError {
    pub offset: usize,
    pub message: String,
}

impl SyntaxError {
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        SyntaxError { offset, message: message.into() }
    }

    /// Its line in the text, from 1.
    pub fn line(&self, text: &str) -> usize {
        line_of(text, self.offset)
    }
}

/// The line of an offset, from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

/// `; did you mean …?`, if one of the words is close.
pub(super) fn suggestion(written: &str, expected: &[&str]) -> String {
    let close = expected.iter().map(|word| (strsim::damerau_levenshtein(written, word), word));
    match close.min().filter(|(distance, word)| *distance <= word.len() / 2) {
        Some((_, word)) => format!("; did you mean `{word}`?"),
        None => String::new(),
    }
}
