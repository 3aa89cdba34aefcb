//! What may be a secret at all: asked before anything dear is done.

use std::ops::Range;

use super::name::Name;
use super::vocabulary::may_promise;
use super::{begins_within, language, public};
use crate::rules::NameKind;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Shortest value that may be a secret.
const SHORTEST: usize = 4;

/// Capitals that may be a token without a digit.
const SHORTEST_CAPITALS: usize = 8;

/// Letters of a word for a password that stands among others in a value.
const SHORTEST_WORD: usize = 8;

/// Bytes of a character as JSON escapes it.
const ESCAPE: usize = 6;

/// Letters from which on a row of them is no word of any language.
const LONGEST_WORD: usize = 24;

/// Turns most values down before anything dear is done: what a template or a program puts in,
/// numbers, and, but for passwords, words.
pub fn is_plausible(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    let lexicon = name.lexicon;
    let holds = |list| lexicon.any(list, |part| begins_within(text, part.as_bytes()));
    if text.len() < SHORTEST
        || name.is_no_secret(bytes)
        || matches!(text[0], b'$' | b'<' | b'{' | b'%' | b'(')
        || text.iter().all(|b| !b.is_ascii_alphanumeric())
        || text.iter().all(|&b| b.is_ascii_digit() || b == b'.')
        || names_password(lexicon, text)
        || matches!(name.kind, NameKind::Password | NameKind::Auth)
            && text.contains(&b'\\')
            && holds(WordList::EscapedZeros)
        || text.contains(&b'[') && holds(WordList::RegexParts)
        || is_prose(text)
        || is_escaped_prose(text)
        || holds(WordList::EllipsisParts)
    {
        return false;
    }
    let quoted = value.start > 0 && matches!(bytes[value.start - 1], b'"' | b'\'' | b'`');
    let assigned = || bytes[name.gap(value)].iter().any(|b| matches!(b, b'=' | b':' | b'>'));
    let may_be_one = match name.kind {
        NameKind::Password => quoted || assigned() || text.iter().any(u8::is_ascii_digit),
        _ if text.iter().any(u8::is_ascii_digit) => text.len() >= 6,
        // In prose any word of another language may follow the name.
        _ if !quoted && !assigned() && is_a_word(text) => false,
        _ if text.len() >= 24 || is_gibberish(text) => true,
        NameKind::Secret => quoted,
        _ => {
            text.len() >= SHORTEST_CAPITALS
                && text.iter().all(u8::is_ascii_uppercase)
                && language::covered(text) * 2 < text.len()
        }
    };
    may_be_one && !public::is_public(bytes, name, value)
}

/// Letters that make up no words.
fn is_gibberish(text: &[u8]) -> bool {
    text.len() >= 12
        && text.iter().all(u8::is_ascii_alphabetic)
        && language::covered(text) * 4 < text.len()
        && language::likeness(text).is_some_and(|bits| bits < 0.3)
}

/// Whether it is words of some language, as in files of translations: letters with blanks between
/// them or beyond ASCII, or mostly such.
fn is_prose(text: &[u8]) -> bool {
    let foreign = text.iter().filter(|b| !b.is_ascii()).count();
    let blank = text.contains(&b' ');
    let of_prose = |&b: &u8| !b.is_ascii() || is_of_prose(b);
    foreign > 0 && (blank || foreign * 3 >= text.len())
        || (blank || foreign > 0) && text.iter().all(of_prose)
}

/// What prose is written with, besides letters of other languages.
fn is_of_prose(b: u8) -> bool {
    b.is_ascii_alphabetic() || b" .,!?:;'\"-()&<>/".contains(&b)
}

/// Small letters, as many as a word may have.
fn is_a_word(text: &[u8]) -> bool {
    text.len() < LONGEST_WORD && text.iter().all(u8::is_ascii_lowercase)
}

/// Whether it is words of another language whose letters are written as JSON escapes them:
/// `Tajn\u00e9`.
fn is_escaped_prose(text: &[u8]) -> bool {
    if !text.contains(&b'\\') || !begins_within(text, b"\\u") {
        return false;
    }
    let (mut letters, mut at) = (0, 0);
    while at < text.len() {
        match unescaped(&text[at..]) {
            Some(letter) => {
                letters += usize::from(letter.is_alphabetic() && !letter.is_ascii());
                at += ESCAPE;
            }
            None if !text[at].is_ascii() || is_of_prose(text[at]) => at += 1,
            None => return false,
        }
    }
    letters > 0
}

/// The character whose escape the text begins with, half a pair of UTF-16 left out.
fn unescaped(text: &[u8]) -> Option<char> {
    let digits = text.get(..ESCAPE)?.strip_prefix(b"\\u")?;
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)
}

/// Whether a word of it is one for a password.
fn names_password(lexicon: &Lexicon, text: &[u8]) -> bool {
    let is_one =
        |word: &[u8]| may_promise(lexicon, word) && lexicon.has(WordList::PasswordNames, word);
    is_one(text)
        || text
            .split(|b| !b.is_ascii_alphabetic())
            .any(|word| word.len() >= SHORTEST_WORD && is_one(word))
}
