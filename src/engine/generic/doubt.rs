//! Where the form of a value tells more of it than the model sees.

use base64::Engine as _;

use super::super::checks::placeholder::is_placeholder;
use super::super::checks::structure::BASE64;
use super::super::checks::words::is_made_of_words;
use super::{begins_within, language};
use crate::rules::NameKind;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Shortest password in base64 that is taken for one that somebody keeps.
const SHORTEST_BASIC: usize = 5;

/// Characters of a row that nobody draws by lot.
const SHORTEST_ROW: usize = 4;

/// A token in which a stray sign is told from those of a password.
const SHORTEST_TOKEN: usize = 16;

/// Characters besides rows of `A` that a value has which is no placeholder for all of them.
const SHORTEST_STRUCTURE: usize = 24;

/// What a name and the lines round it may promise more than the value keeps.
pub fn is_doubtful(lexicon: &Lexicon, kind: NameKind, value: &[u8]) -> bool {
    is_made_up(lexicon, value)
        || holds_a_stray_sign(kind, value)
        || encodes_a_placeholder(lexicon, value)
        || is_of_rows(value)
        || is_stored(lexicon, value)
        || kind != NameKind::Password && is_typed(lexicon, value)
}

/// A password's hash as programs store it (crypt(3), Django, Argon2).
fn is_stored(lexicon: &Lexicon, value: &[u8]) -> bool {
    lexicon.any(WordList::PasswordHashPrefixes, |prefix| value.starts_with(prefix.as_bytes()))
}

/// Nothing but rows of one character each, or one short text time and again: `AAAABBBB-CCCC`.
fn is_of_rows(value: &[u8]) -> bool {
    let parts = value.split(|b| !b.is_ascii_alphanumeric());
    let mut rows = parts.flat_map(|part| part.chunk_by(|a, b| a.eq_ignore_ascii_case(b)));
    let again = |unit: usize| value[unit..] == value[..value.len() - unit];
    rows.all(|row| row.len() >= SHORTEST_ROW) || (1..=value.len() / 4).any(again)
}

/// A short token with the letters and digits that a hand types for one: `tok_abc123`.
fn is_typed(lexicon: &Lexicon, value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_in = |part: &str| begins_within(&lower, part.as_bytes());
    value.len() < SHORTEST_TOKEN && lexicon.any(WordList::TypedTokenParts, is_in)
}

/// Base64 of the alphabet, of `username:password` and the like.
fn encodes_a_placeholder(lexicon: &Lexicon, value: &[u8]) -> bool {
    BASE64.decode(value).is_ok_and(|text| {
        text.iter().all(|b| b.is_ascii_graphic() || *b == b'\n')
            && (is_placeholder(lexicon, &text) || is_made_of_words(lexicon, text.trim_ascii()))
    })
}

/// A token's value that holds one sign or two that no token holds (RFC 6750, 2.1: letters, digits
/// and `-._~+/=`; a colon where an id stands in front): a pattern, a template or a token that was
/// made unlike one. Values of many signs are those of keys that are drawn from all.
fn holds_a_stray_sign(kind: NameKind, value: &[u8]) -> bool {
    let is_token = matches!(kind, NameKind::Token | NameKind::Auth | NameKind::Key);
    let is_stray = |b: &&u8| b.is_ascii_punctuation() && !b"-._~+/=%,:".contains(b);
    let stray = value.iter().filter(is_stray).count();
    is_token && value.len() >= SHORTEST_TOKEN && (1..=2).contains(&stray)
}

/// A word, also in disguise, or a placeholder, and none only for rows of `A`: so zeroes look in
/// base64, of which structures of bytes are full.
fn is_made_up(lexicon: &Lexicon, value: &[u8]) -> bool {
    if is_capitalised(value) || is_disguised(lexicon, value) || is_for_tests(lexicon, value) {
        return true;
    }
    if !is_placeholder(lexicon, value) {
        return false;
    }
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    let rows = value.chunk_by(|a, b| a == b);
    let rest: Vec<u8> =
        rows.filter(|row| row.len() < 6 || row[0] != b'A').flatten().copied().collect();
    rest.len() < SHORTEST_STRUCTURE || !value.iter().all(base64) || is_placeholder(lexicon, &rest)
}

/// Words of names and hints in disguise, with a number or signs behind them: `MyPassw0rd!`.
fn is_disguised(lexicon: &Lexicon, value: &[u8]) -> bool {
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    let plain = language::undisguised(&value[..end]);
    plain != value[..end] && is_made_of_words(lexicon, &plain)
}

/// Lower-case letters that name tests: `devtest`.
fn is_for_tests(lexicon: &Lexicon, value: &[u8]) -> bool {
    let is_in = |part: &str| begins_within(value, part.as_bytes());
    value.iter().all(u8::is_ascii_lowercase) && lexicon.any(WordList::TestPasswordParts, is_in)
}

/// Whether it is a word with a capital, or several that hyphens join: `Adgangskode`,
/// `Palavra-chave`.
fn is_capitalised(text: &[u8]) -> bool {
    text[0].is_ascii_uppercase()
        && text.split(|&b| b == b'-').all(|word| {
            word.len() > 1
                && word[0].is_ascii_alphabetic()
                && word[1..].iter().all(u8::is_ascii_lowercase)
        })
}

/// Of base64 of a user and a password (RFC 7617) whether the password is one that somebody
/// keeps, and no placeholder, word, word in disguise or number of four digits: its form tells
/// more than the model sees.
pub fn keeps_basic(lexicon: &Lexicon, value: &[u8]) -> Option<bool> {
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
        let keeps = |text: &str| keeps_basic(&Lexicon::default(), BASE64.encode(text).as_bytes());
        assert_eq!(keeps("me:tR7x<>q9Lw2m"), Some(true));
        for weak in ["me:1234", "me:p4ssw0rd", "me:changeme", "me:secret"] {
            assert_eq!(keeps(weak), Some(false), "{weak}");
        }
        assert_eq!(keeps("no pair"), None);
        assert_eq!(keeps_basic(&Lexicon::default(), b"no base64!"), None);
    }

    #[test]
    fn words_are_made_up_and_zeroes_in_base64_are_not() {
        for (value, made_up) in [
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
            assert_eq!(is_made_up(&Lexicon::default(), value.as_bytes()), made_up, "{value}");
        }
    }

    #[test]
    fn rows_hashes_and_encoded_placeholders_are_doubtful() {
        for (kind, value, doubtful) in [
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
                is_doubtful(&Lexicon::default(), kind, bare.as_bytes()),
                doubtful,
                "{value}"
            );
        }
    }

    #[test]
    fn one_sign_or_two_are_strange_in_a_token() {
        use NameKind::{Auth, Key, Password, Token};
        for (kind, value, is_strange) in [
            (Token, "q7<>Rz0Pk3?mX9vTn2WbYs5Hc8", true),
            (Auth, "^q7<>Rz0Pk3LmX9vTn2WbYs5Hc8$", true),
            (Key, "q7<>Rz0Pk3LmX9-vTn2WbYs5Hc!", true),
            (Token, "q7<>Rz0Pk3LmX9-vTn2_WbYs5/Hc8+Qd==", false),
            (Token, "4f7c21:q7<>Rz0Pk3LmX9vTn2WbYs5Hc8", false),
            (Key, "q7<>%Rz0P!k3(Lm&X9)vTn2#WbYs5*Hc8", false),
            (Password, "q7<>Rz0Pk3?mX9vTn2WbYs5Hc8", false),
            (Token, "q7<>Rz0?k3", false),
        ] {
            let value = value.replace("<>", "");
            assert_eq!(holds_a_stray_sign(kind, value.as_bytes()), is_strange, "{value}");
        }
    }
}
