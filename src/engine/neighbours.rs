//! What has a certain name near by: the user beside a password, the client's id beside its secret.
//!
//! Such values have no form of their own by which they could be found, and stand in every second
//! file; so they are looked for only round a secret that asks for them, in a blob's own bytes,
//! once its findings are settled.

use crate::rules::lexicon::Lexicon;
use std::ops::Range;

use super::assignment::value_of;
use super::checks::placeholder::is_placeholder;
use super::facts::{is_a_token, tells_of};
use super::names::begins_a_word;
use super::pairs::distance;
use crate::findings::{Fact, Partner, Span};
use crate::rules::{Text, Texts};

/// Bytes of a value at most; longer ones name nothing.
const LONGEST_VALUE: usize = 128;

/// The nearest value of one of `names` that stands no more than `within` bytes from the secret
/// at `secret` and is public, as the fact `fact`.
pub fn nearest(
    bytes: &[u8],
    secret: Span,
    fact: &Text,
    names: &Texts,
    within: usize,
) -> Option<Partner> {
    let around = secret.start.saturating_sub(within)..bytes.len().min(secret.end + within);
    let mut best: Option<(usize, Partner)> = None;
    for word in words(bytes, around) {
        let Some(name) = names.iter().find_map(|name| ends_with(bytes, &word, name)) else {
            continue;
        };
        let Some(value) = value_of(bytes, name) else { continue };
        let span = Span { start: value.start, end: value.end };
        let Some(distance) = distance(secret, span, within) else { continue };
        if best.as_ref().is_some_and(|(nearest, _)| *nearest <= distance) {
            continue;
        }
        let hidden = &bytes[secret.start..secret.end];
        if let Some(fact) = public(fact, &bytes[value], hidden) {
            best = Some((distance, Partner { fact, span }));
        }
    }
    best.map(|(_, partner)| partner)
}

/// Runs of what a name can be written with.
fn words(bytes: &[u8], around: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = around.start;
    std::iter::from_fn(move || {
        let belongs = |at: usize| is_name_byte(bytes[at]);
        let start = (at..around.end).find(|&at| belongs(at))?;
        let end = (start..around.end).find(|&at| !belongs(at)).unwrap_or(around.end);
        at = end;
        Some(start..end)
    })
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

/// Where in the word the name stands, which ends with it: other words may stand in front. Letter
/// case and separators do not matter.
fn ends_with(bytes: &[u8], word: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let mut start = word.end;
    for wanted in name.bytes().rev().filter(u8::is_ascii_alphanumeric) {
        loop {
            start = start.checked_sub(1).filter(|start| *start >= word.start)?;
            if bytes[start].is_ascii_alphanumeric() {
                break;
            }
        }
        if !bytes[start].eq_ignore_ascii_case(&wanted) {
            return None;
        }
    }
    begins_a_word(bytes, start).then_some(start..word.end)
}

/// The fact, if the value is one word that can be shown and tells nothing of the secret.
fn public(name: &Text, value: &[u8], secret: &[u8]) -> Option<Fact> {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || b"._@+-\\/:".contains(b);
    let is_shown = value.len() <= LONGEST_VALUE
        && value.iter().all(is_word)
        && !is_placeholder(&Lexicon::default(), value)
        && !tells_of(secret, value);
    let text = std::str::from_utf8(value).ok().filter(|_| is_shown)?;
    if name == super::facts::USER && is_a_token(text) {
        return None;
    }
    Fact::new(name.clone(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Option<String> {
        let start = text.find("s3cr3t-w0rd").unwrap();
        let secret = Span { start, end: start + "s3cr3t-w0rd".len() };
        let names = Texts::Owned(vec![Text::Borrowed("user_name"), Text::Borrowed("user")]);
        let partner = nearest(text.as_bytes(), secret, &Text::Borrowed("user"), &names, 64)?;
        assert_eq!(&text[partner.span.start..partner.span.end], partner.fact.value);
        Some(partner.fact.value)
    }

    #[test]
    fn the_nearest_of_the_name_is_told() {
        for text in [
            "user: deploy\npassword: s3cr3t-w0rd",
            "password = \"s3cr3t-w0rd\"\nuser = \"deploy\"",
            "<userName>deploy</userName><password>s3cr3t-w0rd</password>",
            "{\"DB_USER\": \"deploy\", \"DB_PASSWORD\": \"s3cr3t-w0rd\"}",
            "user=other\nport=5432\nuser=deploy password=s3cr3t-w0rd\nuser=other",
        ] {
            assert_eq!(user(text).as_deref(), Some("deploy"), "{text}");
        }
    }

    #[test]
    fn what_is_far_or_shows_the_secret_or_is_no_value_is_not() {
        let far = format!("user: deploy\n{}password: s3cr3t-w0rd", "#".repeat(65));
        for text in [
            far.as_str(),
            "user: s3cr3t\npassword: s3cr3t-w0rd",
            "user: ${USER}\npassword: s3cr3t-w0rd",
            "user: a1b2c3d4e5f6a7b8c9d0e1f2\npassword: s3cr3t-w0rd",
            "superuser: deploy\npassword: s3cr3t-w0rd",
        ] {
            assert_eq!(user(text), None, "{text}");
        }
    }
}
