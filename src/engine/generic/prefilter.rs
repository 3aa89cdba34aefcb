//! Which values may be secrets at all: tested before any feature is computed.

use std::ops::Range;

use super::contains::contains_part;
use super::first_character::begins_template;
use super::name::Name;
use super::quick_check::may_name_credential;
use super::{encrypted, known_public, language, noise};
use crate::rules::NameKind;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Shortest value that may be a secret.
const SHORTEST: usize = 4;

/// Shortest token of capitals without a digit.
const SHORTEST_CAPITALS: usize = 8;

/// Shortest text without a digit whose capitals show that it is random.
const SHORTEST_MIXED: usize = 10;

/// Shortest word for a password that counts as one among other words of a value.
const SHORTEST_WORD: usize = 7;

/// Bytes of a character escaped as in JSON.
const ESCAPE: usize = 6;

/// Letters of the longest word of any language, and one more.
const LONGEST_WORD: usize = 24;

/// Rejects most values before anything expensive is computed: what a template or a program fills
/// in, numbers, and words, except as passwords.
pub fn may_be_secret(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    let lexicon = name.lexicon;
    let contains = |list| lexicon.any(list, |part| contains_part(text, part.as_bytes()));
    if text.len() < SHORTEST
        || name.is_not_secret(bytes)
        || begins_template(text) && !encrypted::is_obscured(lexicon, text)
        || text.iter().all(|b| !b.is_ascii_alphanumeric())
        || text.iter().all(|&b| b.is_ascii_digit() || b == b'.')
        || names_password(lexicon, text)
        || matches!(name.kind, NameKind::Password | NameKind::Auth)
            && text.contains(&b'\\')
            && contains(WordList::EscapedZeros)
        || text.contains(&b'[') && contains(WordList::RegexParts)
        || is_prose(text)
        || is_escaped_prose(text)
        || contains(WordList::EllipsisParts)
    {
        return false;
    }
    let quoted = is_quoted(bytes, value);
    let assigned = || bytes[name.gap(value)].iter().any(|b| matches!(b, b'=' | b':' | b'>'));
    let may_be_one = match name.kind {
        NameKind::Password => {
            quoted || assigned() || text.iter().any(u8::is_ascii_digit) || is_mixed(text)
        }
        _ if text.iter().any(u8::is_ascii_digit) => text.len() >= 6,
        // In prose a word of another language may follow the name.
        _ if !quoted && !assigned() && is_a_word(text) => false,
        _ if text.len() >= 24 || is_gibberish(text) || is_mixed(text) => true,
        NameKind::Secret => quoted,
        _ => {
            text.len() >= SHORTEST_CAPITALS
                && text.iter().all(u8::is_ascii_uppercase)
                && language::covered(text) * 2 < text.len()
        }
    };
    may_be_one
        && !encrypted::is_encrypted(bytes, name, value)
        && !known_public::is_known_public(bytes, name, value)
        && !noise::is_noise(bytes, name, value)
}

fn is_quoted(bytes: &[u8], value: &Range<usize>) -> bool {
    value.start > 0 && matches!(bytes[value.start - 1], b'"' | b'\'' | b'`')
}

/// Letters that are not words.
fn is_gibberish(text: &[u8]) -> bool {
    text.len() >= 12
        && text.iter().all(u8::is_ascii_alphabetic)
        && language::covered(text) * 4 < text.len()
        && language::english_score(text).is_some_and(|bits| bits < 0.3)
}

/// Capitals and lower-case letters in no order that words or identifiers have: `gFkHWqZbTr`.
fn is_mixed(text: &[u8]) -> bool {
    let humps =
        text.windows(2).filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    text.len() >= SHORTEST_MIXED && humps.count() >= 2 && language::covered(text) * 2 < letters
}

/// Whether it is words of some language, as in files of translations: letters with blanks between
/// them, or mostly letters beyond ASCII.
fn is_prose(text: &[u8]) -> bool {
    let foreign = text.iter().filter(|b| !b.is_ascii()).count();
    let blank = text.contains(&b' ');
    let of_prose = |&b: &u8| !b.is_ascii() || is_prose_byte(b);
    foreign > 0 && (blank || foreign * 3 >= text.len())
        || (blank || foreign > 0) && text.iter().all(of_prose)
}

/// The ASCII characters of prose.
fn is_prose_byte(b: u8) -> bool {
    b.is_ascii_alphabetic() || b" .,!?:;'\"-()&<>/".contains(&b)
}

/// Lower-case letters, as many as a word may have.
fn is_a_word(text: &[u8]) -> bool {
    text.len() < LONGEST_WORD && text.iter().all(u8::is_ascii_lowercase)
}

/// Whether it is words of another language with letters escaped as in JSON: `Tajn\u00e9`.
fn is_escaped_prose(text: &[u8]) -> bool {
    if !text.contains(&b'\\') || !contains_part(text, b"\\u") {
        return false;
    }
    let (mut letters, mut offset) = (0, 0);
    while offset < text.len() {
        match unescaped(&text[offset..]) {
            Some(letter) => {
                letters += usize::from(letter.is_alphabetic() && !letter.is_ascii());
                offset += ESCAPE;
            }
            None if !text[offset].is_ascii() || is_prose_byte(text[offset]) => offset += 1,
            None => return false,
        }
    }
    letters > 0
}

/// The character whose escape the text begins with; not half of a UTF-16 pair.
fn unescaped(text: &[u8]) -> Option<char> {
    let digits = text.get(..ESCAPE)?.strip_prefix(b"\\u")?;
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)
}

/// Whether it contains a word for a password.
fn names_password(lexicon: &Lexicon, text: &[u8]) -> bool {
    let is_one = |word: &[u8]| {
        may_name_credential(lexicon, word) && lexicon.has(WordList::PasswordNames, word)
    };
    is_one(text)
        || text
            .split(|b| !b.is_ascii_alphabetic())
            .any(|word| word.len() >= SHORTEST_WORD && is_one(word))
}
