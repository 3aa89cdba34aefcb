//! Values that are made of words: `gitlab-access-token`, `MySecretPassword`, `client_secret`.
//!
//! A rule that uses names would report them as secrets; they are another name, a hint of a
//! template or a sentence.

use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Whether every word of the value is one of [`WordList::NameWords`], and there are at least two of
/// them, or one and only punctuation. Digits are ignored; `camelCase` separates words.
pub fn is_made_of_words(lexicon: &Lexicon, value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let mut words = 0;
    let mut digits = 0;
    for part in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        for word in humps(part) {
            if word.bytes().all(|b| b.is_ascii_digit()) {
                digits += word.len();
            } else if lexicon.has(WordList::NameWords, word.as_bytes()) {
                words += 1;
            } else {
                return false;
            }
        }
    }
    words > 1 && digits <= 4 || words == 1 && digits == 0
}

/// `camelCase2` as `camel`, `Case`, `2`.
fn humps(text: &str) -> impl Iterator<Item = &str> {
    let kind = |b: u8| (b.is_ascii_digit(), b.is_ascii_uppercase());
    text.as_bytes()
        .chunk_by(move |&a, &b| {
            kind(a) == kind(b) || kind(a) == (false, true) && !b.is_ascii_digit()
        })
        .filter_map(|hump| std::str::from_utf8(hump).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_hints_are_words_and_secrets_are_not() {
        for value in [
            "gitlab-access-token",
            "MySecretPassword",
            "client_secret",
            "API_KEY",
            "secret",
            "test-token-1",
            "token.for.ci",
            "accessKeyId",
        ] {
            assert!(is_made_of_words(&Lexicon::default(), value.as_bytes()), "{value}");
        }
        for value in
            ["q7Rz0Pk3Lm", "token4711081", "correct-horse-battery", "secret-8fj2k", "hunter2"]
        {
            assert!(!is_made_of_words(&Lexicon::default(), value.as_bytes()), "{value}");
        }
    }
}
