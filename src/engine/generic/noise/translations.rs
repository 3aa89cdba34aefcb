//! Labels of other languages under the name of a credential, as files of translations have them.

use super::Place;

/// Letters of a label in capitals.
const LABEL: std::ops::RangeInclusive<usize> = 8..=24;

/// Consonants that follow each other in a word, at most.
const LONGEST_CONSONANTS: usize = 5;

/// Vowels of a word, in per cent, at least.
const VOWELS: usize = 27;

/// Words of a sentence, at least.
const SENTENCE: usize = 5;

/// Entities that are not letters.
const ESCAPES: [&[u8]; 5] = [b"amp", b"lt", b"gt", b"quot", b"apos"];

/// Whether the value is a sentence, or prose with letters written as entities:
/// `Contrase&ntilde;a`.
pub fn is_translation(place: &Place) -> bool {
    is_sentence(place.text) || has_entities(place)
}

/// Five words or more, most of them of letters or numbers: `The key has 32, 64 or 128 characters.`
fn is_sentence(text: &[u8]) -> bool {
    if !text.contains(&b' ') {
        return false;
    }
    let is_mark = |b: &u8| b",.:;!?'-/".contains(b) || !b.is_ascii();
    let is_word = |word: &&[u8]| word.iter().all(|b| b.is_ascii_alphabetic() || is_mark(b));
    let is_number = |word: &&[u8]| word.iter().all(|b| b.is_ascii_digit() || is_mark(b));
    let words = || text.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let (all, plain) = (words().count(), words().filter(is_word).count());
    let numbers = words().filter(is_number).count();
    // A list of numbers may be the bytes of a key.
    all >= SENTENCE && plain >= numbers && (plain + numbers) * 4 >= all * 3
}

fn has_entities(place: &Place) -> bool {
    if !place.text.contains(&b'&') {
        return false;
    }
    let (mut rest, mut letters) = (place.text, 0);
    while let Some(b) = rest.first() {
        let length = match b {
            b'&' => match entity(rest) {
                Some(length) => {
                    letters += usize::from(!ESCAPES.contains(&&rest[1..length - 1]));
                    length
                }
                None => return false,
            },
            b if b.is_ascii_alphabetic() || b" .,!?:'-()/".contains(b) => 1,
            b if !b.is_ascii() => 1,
            _ => return false,
        };
        rest = &rest[length..];
    }
    letters > 0
}

/// Bytes of the entity that the text begins with.
fn entity(text: &[u8]) -> Option<usize> {
    let end = text.iter().take(10).position(|&b| b == b';')?;
    let name = &text[1..end];
    let is_name = name.len() > 1 && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#');
    is_name.then_some(end + 1)
}

/// Whether the value is one word in capitals that can be pronounced: `ASIAKASSALAISUUS`.
pub fn may_be_word(place: &Place) -> bool {
    let text = place.text;
    if !place.is_quoted() || !LABEL.contains(&text.len()) {
        return false;
    }
    let is_vowel = |b: &u8| b"AEIOUY".contains(b);
    let vowels = text.iter().filter(|b| is_vowel(b)).count();
    text.iter().all(u8::is_ascii_uppercase)
        && vowels * 100 >= text.len() * VOWELS
        && text.split(is_vowel).all(|it| sounds(it) <= LONGEST_CONSONANTS)
}

/// How many sounds the consonants are: German `SCH` is one.
fn sounds(consonants: &[u8]) -> usize {
    let sch = consonants.windows(3).filter(|it| *it == b"SCH").count();
    consonants.len() - 2 * sch
}
