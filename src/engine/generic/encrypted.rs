//! Values that are encrypted: useless without a key that is kept elsewhere, and committed on
//! purpose. The value says so (`encrypted/wrapper.rs`), or its name does, or what contains it
//! (`encrypted/parent.rs`). What anybody can reverse, such as `{xor}`, is not encrypted.

use std::ops::Range;

use base64::Engine as _;

use super::contains::contains_part;
use super::name::Name;
use crate::engine::checks::structure::BASE64;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

mod parent;
mod wrapper;

/// Shortest ciphertext that is recognized by its name: twelve bytes in base64.
const SHORTEST: usize = 16;

/// Whether the value is encrypted.
pub fn is_encrypted(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    !is_obscured(name.lexicon, text)
        && (wrapper::is_wrapped(bytes, name, value)
            || may_be_ciphertext(text)
                && (name.is_of_ciphertext(bytes) || parent::is_in_encrypted(bytes, name, value)))
}

/// Whether the value is written so that it cannot be read at once, but without a secret key.
pub fn is_obscured(lexicon: &Lexicon, text: &[u8]) -> bool {
    lexicon.any(WordList::ObscuredParts, |part| contains_part(text, part.as_bytes()))
}

/// Whether it is written like the result of an encryption: base64 or hexadecimal digits, perhaps in
/// several parts, that do not encode a text.
fn may_be_ciphertext(text: &[u8]) -> bool {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-.:$|,".contains(b);
    let is_text = || {
        let decoded = BASE64.decode(text);
        decoded.is_ok_and(|text| text.iter().all(|b| b.is_ascii_graphic() || *b == b' '))
    };
    text.len() >= SHORTEST && text.iter().all(belongs) && !is_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_of_an_encryption_is_base64_or_hexadecimal() {
        for (text, may_be) in [
            ("q7Rz0Pk3LmX9vTn2", true),
            ("q7Rz0Pk3LmX9vTn2+A==", true),
            ("4f9ac07be21d58a36e90b7cd", true),
            ("4f9ac07be21d:58a36e90b7cd", true),
            // Too short, no such characters, and base64 of a text.
            ("q7Rz0Pk3LmX9", false),
            ("q7Rz!Pk3LmX9vTn2", false),
            ("aHVudGVyMiBhbmQgbW9yZQ==", false),
        ] {
            assert_eq!(may_be_ciphertext(text.as_bytes()), may_be, "{text}");
        }
    }

    #[test]
    fn what_anybody_can_reverse_is_not_encrypted() {
        for text in ["{xor}Lz4sLCgwLTs=", "OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v"] {
            assert!(is_obscured(&Lexicon::default(), text.as_bytes()), "{text}");
        }
        assert!(!is_obscured(&Lexicon::default(), b"{aes}q7Rz0Pk3LmX9vTn2"));
    }
}
