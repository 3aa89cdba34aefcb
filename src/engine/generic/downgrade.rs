//! Values of low confidence whatever the model says: their form shows more than its features do.

use base64::Engine as _;

use super::super::checks::placeholder::is_placeholder;
use super::super::checks::structure::BASE64;
use super::super::checks::words::is_made_of_words;
use super::contains::contains_part;
use super::language;
use crate::rules::NameKind;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Shortest password in base64 that counts as real.
const SHORTEST_BASIC: usize = 5;

/// Repetitions of a character that are not random.
const SHORTEST_REPETITION: usize = 4;

/// Shortest token in which punctuation counts as stray.
const SHORTEST_TOKEN: usize = 16;

/// Characters of base64 that encode three bytes.
const QUAD: usize = 4;

/// Shortest key: six random bytes in hexadecimal digits.
const SHORTEST_KEY: usize = 12;

/// Characters besides repeated `A` that make a value a real one in spite of these.
const SHORTEST_STRUCTURE: usize = 24;

/// Whether the value is probably fake, a hash or a template, even if its name and the lines around
/// it look like those of a credential.
pub fn must_downgrade(lexicon: &Lexicon, kind: NameKind, value: &[u8]) -> bool {
    is_fake(lexicon, value)
        || has_stray_punctuation(kind, value)
        || encodes_a_placeholder(lexicon, value)
        || is_repetitive(value)
        || is_stored(lexicon, value)
        || kind != NameKind::Password && is_typed(lexicon, value)
        || kind == NameKind::Key && value.len() < SHORTEST_KEY
}

/// The hash of a password as programs store it (crypt(3), Django, Argon2).
fn is_stored(lexicon: &Lexicon, value: &[u8]) -> bool {
    lexicon.any(WordList::PasswordHashPrefixes, |prefix| value.starts_with(prefix.as_bytes()))
}

/// Only repeated characters, or one short text repeated: `AAAABBBB-CCCC`.
fn is_repetitive(value: &[u8]) -> bool {
    let parts = value.split(|b| !b.is_ascii_alphanumeric());
    let mut repetitions = parts.flat_map(|part| part.chunk_by(|a, b| a.eq_ignore_ascii_case(b)));
    let repeats = |unit: usize| value[unit..] == value[..value.len() - unit];
    // Base64 of a repeated character.
    let mut quads = value.windows(8 * QUAD);
    repetitions.all(|it| it.len() >= SHORTEST_REPETITION)
        || (1..=value.len() / 4).any(repeats)
        || quads.any(|it| it[QUAD..] == it[..7 * QUAD])
}

/// A short token with letters and digits that somebody typed: `tok_abc123`.
fn is_typed(lexicon: &Lexicon, value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_in = |part: &str| contains_part(&lower, part.as_bytes());
    value.len() < SHORTEST_TOKEN && lexicon.any(WordList::TypedTokenParts, is_in)
}

/// Base64 of the alphabet, of words, of `username:password` and the like.
fn encodes_a_placeholder(lexicon: &Lexicon, value: &[u8]) -> bool {
    BASE64.decode(value).is_ok_and(|text| {
        let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
        text.iter().all(|b| b.is_ascii_graphic() || b" \n".contains(b))
            && (is_placeholder(lexicon, &text)
                || is_made_of_words(lexicon, text.trim_ascii())
                || letters > 0 && language::covered(&text) * 5 >= letters * 4)
    })
}

/// A token that contains one or two characters that neither tokens have (RFC 6750, 2.1: letters,
/// digits and `-._~+/=`; a colon after an id) nor generators of passwords draw: a pattern, a
/// template, or a token that was made invalid on purpose. A value with many such characters is a
/// random key.
fn has_stray_punctuation(kind: NameKind, value: &[u8]) -> bool {
    let is_token = matches!(kind, NameKind::Token | NameKind::Auth | NameKind::Key);
    let other =
        value.iter().filter(|b| b.is_ascii_punctuation() && !b"-._~+/=%,:".contains(b)).copied();
    let (drawn, stray) = other.partition::<Vec<u8>, _>(|b| b"!@#$^&*".contains(b));
    let few = stray.len() + drawn.len() <= 2;
    let is_pattern = value.starts_with(b"^") && value.ends_with(b"$");
    is_token && value.len() >= SHORTEST_TOKEN && (few && !stray.is_empty() || is_pattern)
}

/// A word, also in disguise, or a placeholder; but not for repeated `A` alone, which is how zeros
/// in binary structures look in base64.
fn is_fake(lexicon: &Lexicon, value: &[u8]) -> bool {
    if is_capitalised(value) || is_disguised(lexicon, value) || is_for_tests(lexicon, value) {
        return true;
    }
    if !is_placeholder(lexicon, value) {
        return false;
    }
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    let repetitions = value.chunk_by(|a, b| a == b);
    let rest: Vec<u8> =
        repetitions.filter(|it| it.len() < 6 || it[0] != b'A').flatten().copied().collect();
    rest.len() < SHORTEST_STRUCTURE || !value.iter().all(base64) || is_placeholder(lexicon, &rest)
}

/// Words of names and hints in disguise, followed by a number or punctuation: `MyPassw0rd!`.
fn is_disguised(lexicon: &Lexicon, value: &[u8]) -> bool {
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |offset| offset + 1);
    let plain = language::undisguised(&value[..end]);
    plain != value[..end] && is_made_of_words(lexicon, &plain)
}

/// Lower-case letters that name a test: `devtest`.
fn is_for_tests(lexicon: &Lexicon, value: &[u8]) -> bool {
    let is_in = |part: &str| contains_part(value, part.as_bytes());
    value.iter().all(u8::is_ascii_lowercase) && lexicon.any(WordList::TestPasswordParts, is_in)
}

/// Whether it is a capitalized word, or several joined by hyphens: `Adgangskode`,
/// `Palavra-chave`.
fn is_capitalised(text: &[u8]) -> bool {
    text[0].is_ascii_uppercase()
        && text.split(|&b| b == b'-').all(|word| {
            word.len() > 1
                && word[0].is_ascii_alphabetic()
                && word[1..].iter().all(u8::is_ascii_lowercase)
        })
}

/// Of base64 of a user and a password (RFC 7617), whether the password looks real: it is not a
/// placeholder, a word, a word in disguise or a number of four digits.
pub fn has_real_password(lexicon: &Lexicon, value: &[u8]) -> Option<bool> {
    let text = BASE64.decode(value).ok()?;
    let colon = text.iter().position(|&b| b == b':')?;
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    if user.is_empty() || !text.iter().all(|b| b.is_ascii_graphic() || *b == b' ') {
        return None;
    }
    let plain = language::undisguised(password);
    let letters = plain.iter().filter(|b| b.is_ascii_alphabetic()).count();
    Some(
        password.len() >= SHORTEST_BASIC
            && !is_placeholder(lexicon, password)
            && !is_made_of_words(lexicon, password)
            && language::covered(&plain) * 3 < letters.max(1) * 2,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_basic_authentication_the_password_decides() {
        let is_real =
            |text: &str| has_real_password(&Lexicon::default(), BASE64.encode(text).as_bytes());
        assert_eq!(is_real("me:tR7x<>q9Lw2m"), Some(true));
        for weak in ["me:1234", "me:p4ssw0rd", "me:changeme", "me:secret"] {
            assert_eq!(is_real(weak), Some(false), "{weak}");
        }
        assert_eq!(is_real("no pair"), None);
        assert_eq!(has_real_password(&Lexicon::default(), b"no base64!"), None);
    }

    #[test]
    fn words_are_fake_and_zeros_in_base64_are_not() {
        for (value, fake) in [
            ("MFIEEPgAAAAAAAAAAAAAAAAAAAEwFAYIKoZIhvcNAwcECNa3fxQUbhzwBCjy", false),
            ("sk_live_AAAAAAAAAAAAAAAAAAAAAAAA", true),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true),
            ("abcdefghijklmnopqrstuvwxyzAAAAAAAAAA", true),
            ("q7Rz0Pk3LmX9vTn2WbYs5Hc8", false),
            ("Palavra-chave", true),
            ("MyPassw0rd!", true),
            ("P@ssw0rd1", true),
            ("devtest", true),
            ("S3cr3tq7Rz", false),
            ("PalaVra", false),
        ] {
            assert_eq!(is_fake(&Lexicon::default(), value.as_bytes()), fake, "{value}");
        }
    }

    #[test]
    fn repetitions_hashes_and_encoded_placeholders_are_downgraded() {
        for (kind, value, downgraded) in [
            (NameKind::Secret, "AAAAbbbb-cccc-dddd-eeee-ffffgggghhhh", true),
            (NameKind::Password, "xxxx", true),
            (NameKind::Key, "skeyskeyskeyskeyskeyskey", true),
            (NameKind::Password, "md5$seasalt$1e9bf2bf5606aa5c", true),
            (NameKind::Token, "tok_abc123", true),
            (NameKind::Secret, "dXNlcm5hbWU6cGFzc3dvcmQ=", true),
            (NameKind::Password, "kAbc123Zq", false),
            (NameKind::Secret, "q7R<>z0P<>k3L<>mX9<>vTn2WbYs5Hc8", false),
            (NameKind::Secret, "AAAAbbbb-cc1c-dddd", false),
        ] {
            let bare = value.replace("<>", "");
            assert_eq!(
                must_downgrade(&Lexicon::default(), kind, bare.as_bytes()),
                downgraded,
                "{value}"
            );
        }
    }

    #[test]
    fn one_or_two_stray_characters_are_strange_in_a_token() {
        use NameKind::{Auth, Key, Password, Token};
        for (kind, value, is_strange) in [
            (Token, "q7<>Rz0Pk3?mX9vTn2WbYs5Hc8", true),
            (Auth, "^q7<>Rz0Pk3LmX9vTn2WbYs5Hc8$", true),
            (Key, "q7<>Rz0Pk3LmX9-vTn2WbYs5Hc;", true),
            (Key, "q7<>Rz0Pk3LmX9-vTn2WbYs5Hc!", false),
            (Token, "q7<>Rz0Pk3LmX9-vTn2_WbYs5/Hc8+Qd==", false),
            (Token, "4f7c21:q7<>Rz0Pk3LmX9vTn2WbYs5Hc8", false),
            (Key, "q7<>%Rz0P!k3(Lm&X9)vTn2#WbYs5*Hc8", false),
            (Password, "q7<>Rz0Pk3?mX9vTn2WbYs5Hc8", false),
            (Token, "q7<>Rz0?k3", false),
        ] {
            let value = value.replace("<>", "");
            assert_eq!(has_stray_punctuation(kind, value.as_bytes()), is_strange, "{value}");
        }
    }
}
