//! Whether a generator drew a value: random by its alphabet and its length, whatever is around it.
//!
//! Adds up how much more likely the characters are if each was drawn by itself than if somebody
//! wrote a word, an identifier or a path: pairs of letters as in English count against it; rare
//! pairs, digits among letters and punctuation of passwords count for it. Hexadecimal digits are
//! few enough to be counted instead.

use base64::Engine as _;

use super::language;
use crate::engine::checks::structure::BASE64;
use crate::engine::checks::{placeholder, shapes};

/// Shortest random value, of a password and of anything else.
const SHORTEST_PASSWORD: usize = 10;
const SHORTEST: usize = 16;

/// Evidence, in bits, from which a value is random. Of 12,000 values in fifteen source trees two
/// dozen have as much and are no secrets; of random ones with 20 letters and digits, 97 in a
/// hundred have more.
const LEAST_BITS: f32 = 12.0;
/// The same for a short password.
const LEAST_PASSWORD_BITS: f32 = 8.0;
/// The same of letters: a foreign word has more than 20.
const LEAST_BITS_OF_LETTERS: f32 = 30.0;

/// Evidence of a digit next to a letter, of an upper-case letter next to a lower-case one, and of
/// punctuation that generators of passwords use.
const DIGIT_BITS: f32 = 2.0;
const CASE_BITS: f32 = 0.7;
const PUNCTUATION_BITS: f32 = 2.0;

/// Distinct characters of a random value: at least half as many as it has, or of 24.
const COUNTED: usize = 24;

/// Hexadecimal digits: how many distinct ones, and the share of decimal digits in per cent.
const DISTINCT_HEX: usize = 8;
const DECIMAL_SHARE: std::ops::RangeInclusive<usize> = 30..=90;

/// Whether the value is random; of passwords shorter ones are accepted.
pub fn is_random(value: &[u8], is_password: bool) -> bool {
    let shortest = if is_password { SHORTEST_PASSWORD } else { SHORTEST };
    if value.len() < shortest || shapes::is_uuid(value) || !may_be_drawn(value) {
        return false;
    }
    let digits = without_padding(value.strip_prefix(b"0x").unwrap_or(value));
    if is_hex(digits) {
        return digits.len() >= SHORTEST && is_random_hex(digits);
    }
    let in_sequences = placeholder::sequences(&value.to_ascii_lowercase()).1;
    let least = match value.len() {
        _ if is_of_letters(value) => LEAST_BITS_OF_LETTERS,
        ..SHORTEST => LEAST_PASSWORD_BITS,
        _ => LEAST_BITS,
    };
    distinct(value) * 2 >= value.len().min(COUNTED)
        && in_sequences * 3 < value.len()
        && evidence(value) >= least
        && !encodes_text(value, is_password)
}

/// Only characters of tokens and passwords, and no call or URL.
fn may_be_drawn(value: &[u8]) -> bool {
    let drawn = |b: &u8| b.is_ascii_graphic() && !b"\"'`\\".contains(b);
    let is_call = || value.ends_with(b")") && value.contains(&b'(');
    value.iter().all(drawn)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !is_call()
        && memchr::memmem::find(value, b"://").is_none()
}

/// No digit, and not the punctuation and the cases of a generated password either.
fn is_of_letters(value: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    !(has(u8::is_ascii_digit) || mixed && punctuation(value) > 1)
}

/// How many characters are punctuation that generators of passwords use.
fn punctuation(value: &[u8]) -> usize {
    value.iter().filter(|b| b"!@#^*$&%~+?".contains(b)).count()
}

/// How much likelier the value is as a random one than as a text, in bits.
fn evidence(value: &[u8]) -> f32 {
    let pairs = |test: fn(u8, u8) -> bool| {
        value.windows(2).filter(|two| test(two[0], two[1]) || test(two[1], two[0])).count() as f32
    };
    let digits = pairs(|a, b| a.is_ascii_digit() && b.is_ascii_alphabetic());
    let cases = pairs(|a, b| a.is_ascii_uppercase() && b.is_ascii_lowercase());
    let punctuation = punctuation(value) as f32;
    let (english, _) = language::letter_pairs(value);
    DIGIT_BITS * digits + CASE_BITS * cases + PUNCTUATION_BITS * punctuation - english
}

fn distinct(value: &[u8]) -> usize {
    let seen = value.iter().fold(0u128, |seen, &b| seen | 1 << (b & 0x7f));
    seen.count_ones() as usize
}

fn without_padding(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|&b| b != b'=').map_or(0, |last| last + 1);
    &value[..end]
}

fn is_hex(value: &[u8]) -> bool {
    value.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        || value.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
}

fn is_random_hex(digits: &[u8]) -> bool {
    let decimal = digits.iter().filter(|b| b.is_ascii_digit()).count();
    let in_sequences = placeholder::sequences(&digits.to_ascii_lowercase()).1;
    distinct(digits) >= DISTINCT_HEX
        && DECIMAL_SHARE.contains(&(decimal * 100 / digits.len()))
        && in_sequences * 3 < digits.len()
}

/// Base64 of readable text that is not random itself, such as a user and a password.
fn encodes_text(value: &[u8], is_password: bool) -> bool {
    let reads = |b: &u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
    BASE64
        .decode(value)
        .is_ok_and(|text| text.iter().all(reads) && !is_random(text.trim_ascii_end(), is_password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_of_every_alphabet_are_random() {
        for value in [
            "q7<>Rz0Pk3LmX9vTn2WbYs",
            "hZqTkVnPwRjXbLgMfDcSyG",
            "9f3c07be1d58a364e0b7cd1f",
            "0x9F3C07BE1D58A364E0B7CD1F42A8E5D3",
            "x4kq7zr0tj2mw9vn3bp8",
            "KX4Q7ZR2TJ5MW6VN3BPH",
            "q7Rz+Pk3LmX9/Tn2WbYs5A==",
            "q7Rz-Pk3LmX9_Tn2WbYs5A",
            "tR7x!q9L#w2m^Kp4$Zs&",
        ] {
            assert!(is_random(value.replace("<>", "").as_bytes(), false), "{value}");
        }
        for value in ["tR7xq9Lw2m", "g#X5mRk9vLb!"] {
            assert!(is_random(value.as_bytes(), true), "{value}");
            assert!(!is_random(value.as_bytes(), false), "{value}");
        }
    }

    #[test]
    fn words_identifiers_paths_and_sequences_are_not() {
        for value in [
            "my-tls-certificate-2024-01",
            "com.acme.security.oauth2.TokenStore3",
            "aws/key1/key2/key3/key4",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "1234567890abcdef1234567890abcdef",
            "ffffffffffffffffffffffffffffffff",
            "12345678901234567890",
            "123e4567-e89b-12d3-a456-426614174000",
            "https://id.acme.test/oauth2/v1/x7q9",
            "readKey2(vault.k8s.q7x9)",
            "dXNlcm5hbWU6cGFzc3dvcmQ=",
            "Passwortwiederherstellung",
            "S3SigV4QueryAuthenticator",
            "AAAABBBBCCCCDDDDEEEE1111",
        ] {
            assert!(!is_random(value.as_bytes(), false), "{value}");
        }
    }
}
