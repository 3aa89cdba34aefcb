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

/// Rows that a hand types instead of a secret; the one of digits goes round.
const WALKS: [&[u8]; 6] = [
    b"abcdefghijklmnopqrstuvwxyz",
    b"01234567890",
    b"09876543210",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
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
        || walked(text) * 4 >= text.len().max(2 * STRETCH) * 3
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

pub fn longest_repeat(text: &[u8]) -> usize {
    text.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0)
}

/// The longest stretch of the text, in lower case, that goes along one of the [`WALKS`].
pub fn longest_walk(text: &[u8]) -> usize {
    let step = |walk: usize, a: u8, b: u8| STEPS[walk][usize::from(a)] == b && b != 0;
    (0..WALKS.len())
        .map(|walk| text.chunk_by(|&a, &b| step(walk, a, b)).map(<[u8]>::len).max().unwrap_or(0))
        .max()
        .unwrap_or(0)
}

/// Characters of the text that belong to stretches of a walk; such stretches count from
/// [`STRETCH`] less one on.
fn walked(text: &[u8]) -> usize {
    let step = |a: u8, b: u8| STEPS.iter().any(|steps| b != 0 && steps[usize::from(a)] == b);
    let stretches = text.chunk_by(|&a, &b| step(a, b)).map(<[u8]>::len);
    stretches.filter(|&length| length >= STRETCH - 1).sum()
}

/// For each walk the byte that follows each byte, 0 for none.
static STEPS: [[u8; 256]; WALKS.len()] = {
    let mut steps = [[0; 256]; WALKS.len()];
    let mut walk = 0;
    while walk < WALKS.len() {
        let mut at = 1;
        while at < WALKS[walk].len() {
            steps[walk][WALKS[walk][at - 1] as usize] = WALKS[walk][at];
            at += 1;
        }
        walk += 1;
    }
    steps
};

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
