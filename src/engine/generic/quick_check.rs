//! A quick test whether a word may name a credential.

use crate::rules::lexicon::{Lexicon, built_in};
use crate::rules::word_list::WordList;

/// Letters of the longest word that begins like a misspelled `password` and counts as one.
pub const LONGEST_MISSPELLED: usize = 9;

/// Lists of words that name a credential as a whole.
const LISTS: [WordList; 4] = [
    WordList::PasswordNames,
    WordList::CredentialNames,
    WordList::AuthorizationNames,
    WordList::SaltNames,
];

/// Whether the word may be one that names a credential as a whole, by its first byte and its
/// length: most words that are tested are not.
pub fn may_name_credential(lexicon: &Lexicon, word: &[u8]) -> bool {
    word.first().is_some_and(|first| {
        let lengths = LENGTHS[usize::from(first.to_ascii_lowercase())];
        word.len() < 32 && lengths >> word.len() & 1 == 1
    }) || lexicon.extends_any(&LISTS)
}

/// For each first byte in lower case the lengths of such words, in the plural too, a bit each.
static LENGTHS: [u32; 256] = {
    let mut lengths = [0; 256];
    let lists = [
        built_in::PASSWORD_NAMES,
        built_in::CREDENTIAL_NAMES,
        built_in::AUTHORIZATION_NAMES,
        built_in::SALT_NAMES,
    ];
    let mut list = 0;
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            let word = lists[list][index].as_bytes();
            lengths[word[0] as usize] |= 0b11 << word.len();
            index += 1;
        }
        list += 1;
    }
    let mut index = 0;
    while index < built_in::PASSWORD_BEGINNINGS.len() {
        let word = built_in::PASSWORD_BEGINNINGS[index].as_bytes();
        let mut length = word.len();
        while length <= LONGEST_MISSPELLED {
            lengths[word[0] as usize] |= 1 << length;
            length += 1;
        }
        index += 1;
    }
    lengths
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_the_lists_is_rejected() {
        let lexicon = Lexicon::default();
        let lists = [
            built_in::PASSWORD_NAMES,
            built_in::CREDENTIAL_NAMES,
            built_in::AUTHORIZATION_NAMES,
            built_in::SALT_NAMES,
        ];
        for word in lists.concat() {
            for word in [word.to_owned(), word.to_ascii_uppercase(), format!("{word}s")] {
                assert!(may_name_credential(&lexicon, word.as_bytes()), "{word}");
            }
        }
        for word in ["passw", "passworsd", "Passwo"] {
            assert!(may_name_credential(&lexicon, word.as_bytes()), "{word}");
        }
        for word in ["", "x", "table", "connector"] {
            assert!(!may_name_credential(&lexicon, word.as_bytes()), "{word}");
        }
    }
}
