//! Values that stand where a secret will be: documentation's and templates' placeholders.

use std::borrow::Cow;

use crate::rules::{Rule, Text, Trigger};

/// Words that no random value holds and that placeholders are made of.
const WORDS: [&str; 23] = [
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "yourtoken",
    "yourapi",
    "yourkey",
    "yoursecret",
    "insert",
    "replace",
    "dummy",
    "redacted",
    "sample",
    "my_api",
    "my-api",
    "my_secret",
    "my-secret",
    "goes_here",
    "goes-here",
    // `{"sub":"1234567890` in base64, in lower case: the example of jwt.io.
    "eyjzdwiioiixmjm0nty3odkwi",
];

/// The secret without rows of one character that its form demands: an anchor such as
/// `AAAAAAAAAA` says that rows of `A` are none of a placeholder's.
pub fn without_filler<'s>(rule: &Rule, secret: &'s [u8]) -> Cow<'s, [u8]> {
    let Trigger::Anchors { literals, .. } = &rule.trigger else { return Cow::Borrowed(secret) };
    let row = |text: &Text| text.len() >= STRETCH && longest_repeat(text.as_bytes()) == text.len();
    let Some(filler) = literals.iter().find(|text| row(text)) else { return Cow::Borrowed(secret) };
    let filler = filler.as_bytes()[0];
    Cow::Owned(secret.iter().copied().filter(|&b| b != filler).collect())
}

/// Rows that a hand types instead of a secret.
const WALKS: [&str; 6] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
];

/// Length from which a stretch of a walk or of one character is no accident. A random
/// base-62 token of 40 characters holds a stretch of 6 equal ones once in 10^8.
const STRETCH: usize = 6;

/// Whether the value is a placeholder: a template's variable, a row of one character, a walk
/// over the keyboard, a word such as `example`.
pub fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let text = &lower[..];
    is_variable(text)
        || longest_repeat(text) >= STRETCH
        || longest_walk(text) * 2 >= text.len().max(2 * STRETCH)
        || WORDS.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// `${NAME}`, `{{ name }}`, `<name>`, `%NAME%`, `$(name)`, `...`.
fn is_variable(text: &[u8]) -> bool {
    let within = |open: &[u8], close: &[u8]| text.starts_with(open) && text.ends_with(close);
    within(b"${", b"}")
        || within(b"{{", b"}}")
        || within(b"<", b">")
        || within(b"%", b"%")
        || within(b"$(", b")")
        || text.windows(3).any(|three| three == b"...")
}

fn longest_repeat(text: &[u8]) -> usize {
    text.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0)
}

/// The longest stretch of the text that a [`WALKS`] row holds.
fn longest_walk(text: &[u8]) -> usize {
    WALKS.iter().map(|walk| longest_common(text, walk.as_bytes())).max().unwrap_or(0)
}

fn longest_common(text: &[u8], walk: &[u8]) -> usize {
    let mut longest = 0;
    let mut row = vec![0usize; walk.len() + 1];
    for &b in text {
        for at in (0..walk.len()).rev() {
            row[at + 1] = if walk[at] == b { row[at] + 1 } else { 0 };
            longest = longest.max(row[at + 1]);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn placeholders_are_told_from_values() {
        for value in [
            "${LOCALSTACK_AUTH_TOKEN}",
            "{{ secrets.TOKEN }}",
            "<your-auth-token>",
            "%TOKEN%",
            "xxxxxxxxxx",
            "ls-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "0123456789",
            "abcdefghij",
            "AKIAIOSFODNN7EXAMPLE",
            "YOUR_API_KEY_HERE",
            "abc...",
            "changeme123",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in ["aB3dE6gH9k", "q7Rz0Pk3Lm", "1f8e0c9d2b7a64530e1f", "hunter2horse"] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }
}
