//! Keys of test vectors: what they encrypt and the result are next to them.

use super::Place;
use crate::rules::NameKind;
use crate::rules::word_list::WordList;

/// Shortest key of a vector, in hexadecimal digits.
const SHORTEST: usize = 16;

/// Shortest other value of a vector, in hexadecimal digits.
const SHORTEST_OTHER: usize = 8;

/// Bytes after the value in which the others are.
const NEAR: usize = 320;

/// Words that are read for a value: a call and its argument.
const WORDS: usize = 2;

/// Bytes between a name and its value.
const LONGEST_GAP: usize = 24;

/// Whether the value is the key of a test vector.
pub fn is_vector(place: &Place) -> bool {
    matches!(place.name.kind, NameKind::Key | NameKind::Secret | NameKind::Password)
        && place.text.len() >= SHORTEST
        && place.text.iter().all(u8::is_ascii_hexdigit)
        && {
            let after = place.after();
            let after = &after[..after.len().min(NEAR)];
            members(place, place.before()) + members(place, after) > 0
        }
}

/// How many members that only test vectors have are in the text.
fn members(place: &Place, text: &[u8]) -> usize {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let mut offset = 0;
    let mut found = 0;
    while offset < text.len() {
        let word = text[offset..].iter().take_while(|b| is_word(b)).count();
        if word > 0 && place.lexicon().has(WordList::VectorMembers, &text[offset..offset + word]) {
            found += usize::from(has_digits(&text[offset + word..]));
        }
        offset += word.max(1);
    }
    found
}

/// Whether hexadecimal digits are assigned, perhaps through a call: `= "…"`, `= unhexlify("…")`.
fn has_digits(text: &[u8]) -> bool {
    let reach = &text[..text.len().min(LONGEST_GAP + SHORTEST_OTHER)];
    let is_separator = |b: &u8| !b.is_ascii_alphanumeric();
    let is_digits =
        |word: &&[u8]| word.len() >= SHORTEST_OTHER && word.iter().all(u8::is_ascii_hexdigit);
    let assigned = reach.iter().take_while(|b| is_separator(b)).any(|b| b"=:,".contains(b));
    // In case of the last word only its beginning may be in reach.
    assigned
        && reach
            .split(is_separator)
            .filter(|it| !it.is_empty())
            .take(WORDS)
            .any(|it| is_digits(&it))
}
