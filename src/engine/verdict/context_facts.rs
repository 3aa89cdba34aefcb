//! Facts from the context of a secret: the user of a password, the client id of a client secret.
//!
//! Such values have no recognizable format and are frequent. So they are searched for only around a
//! secret whose rule names them, in a blob's own bytes, after its findings are settled.

use std::ops::Range;

use super::credential_pairs::distance;
use super::facts::{looks_like_token, reveals};
use crate::engine::checks::placeholder::is_placeholder;
use crate::engine::structure::assignment::begins_name_word;
use crate::engine::structure::assignment::value_of;
use crate::findings::{Fact, RelatedValue, Span};
use crate::rules::lexicon::Lexicon;
use crate::rules::{RuleString, RuleStrings};

/// Maximum length of a value; longer values identify nothing.
const LONGEST_VALUE: usize = 128;

/// The nearest public value of one of `names`, at most `within` bytes from the secret at `secret`,
/// as the fact `fact`.
pub fn nearest_value(
    bytes: &[u8],
    secret: Span,
    fact: &RuleString,
    names: &RuleStrings,
    within: usize,
) -> Option<RelatedValue> {
    let around = secret.start.saturating_sub(within)..bytes.len().min(secret.end + within);
    let mut best: Option<(usize, RelatedValue)> = None;
    for word in name_candidates(bytes, around) {
        let Some(name) = names.iter().find_map(|name| name_span(bytes, &word, name)) else {
            continue;
        };
        let Some(value) = value_of(bytes, name) else { continue };
        let span = Span { start: value.start, end: value.end };
        let Some(distance) = distance(secret, span, within) else { continue };
        if best.as_ref().is_some_and(|(nearest, _)| *nearest <= distance) {
            continue;
        }
        let secret_bytes = &bytes[secret.start..secret.end];
        if let Some(fact) = public_fact(fact, &bytes[value], secret_bytes) {
            best = Some((distance, RelatedValue { fact, span }));
        }
    }
    best.map(|(_, value)| value)
}

/// Sequences of bytes that names consist of.
fn name_candidates(bytes: &[u8], around: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut offset = around.start;
    std::iter::from_fn(move || {
        let is_name_offset = |offset: usize| is_name_byte(bytes[offset]);
        let start = (offset..around.end).find(|&offset| is_name_offset(offset))?;
        let end = (start..around.end).find(|&offset| !is_name_offset(offset)).unwrap_or(around.end);
        offset = end;
        Some(start..end)
    })
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

/// The span of the name at the end of the word; other words may precede it. Letter case and
/// separators are ignored.
fn name_span(bytes: &[u8], word: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let mut start = word.end;
    for expected in name.bytes().rev().filter(u8::is_ascii_alphanumeric) {
        loop {
            start = start.checked_sub(1).filter(|start| *start >= word.start)?;
            if bytes[start].is_ascii_alphanumeric() {
                break;
            }
        }
        if !bytes[start].eq_ignore_ascii_case(&expected) {
            return None;
        }
    }
    begins_name_word(bytes, start).then_some(start..word.end)
}

/// The fact, if the value is one printable word that reveals nothing of the secret.
fn public_fact(name: &RuleString, value: &[u8], secret: &[u8]) -> Option<Fact> {
    let is_word_byte = |b: &u8| b.is_ascii_alphanumeric() || b"._@+-\\/:".contains(b);
    let is_shown = value.len() <= LONGEST_VALUE
        && value.iter().all(is_word_byte)
        && !is_placeholder(&Lexicon::default(), value)
        && !reveals(secret, value);
    let text = std::str::from_utf8(value).ok().filter(|_| is_shown)?;
    if name == super::facts::USER && looks_like_token(text) {
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
        let names = RuleStrings::Owned(vec![
            RuleString::Borrowed("user_name"),
            RuleString::Borrowed("user"),
        ]);
        let related =
            nearest_value(text.as_bytes(), secret, &RuleString::Borrowed("user"), &names, 64)?;
        assert_eq!(&text[related.span.start..related.span.end], related.fact.value);
        Some(related.fact.value)
    }

    #[test]
    fn the_nearest_value_of_the_name_is_a_fact() {
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
    fn far_values_placeholders_and_parts_of_the_secret_are_not_facts() {
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
