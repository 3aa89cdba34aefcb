//! Kinds of characters that a long random value certainly contains and that words and identifiers
//! often do not.

use crate::rules::CharKind;

/// Whether the secret contains a character of that kind.
pub fn contains(kind: CharKind, secret: &[u8]) -> bool {
    secret.iter().any(match kind {
        CharKind::Digit => u8::is_ascii_digit,
        CharKind::Letter => u8::is_ascii_alphabetic,
        CharKind::Lower => u8::is_ascii_lowercase,
        CharKind::Upper => u8::is_ascii_uppercase,
        CharKind::Mixed => {
            let has = |kind| contains(kind, secret);
            let cases = has(CharKind::Lower) && has(CharKind::Upper);
            return cases || has(CharKind::Letter) && has(CharKind::Digit);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_distinguished() {
        let of = |text: &[u8]| -> Vec<CharKind> {
            CharKind::ALL.iter().copied().filter(|&kind| contains(kind, text)).collect()
        };
        assert_eq!(of(b"-_/"), []);
        assert_eq!(of(b"7"), [CharKind::Digit]);
        assert_eq!(of(b"a"), [CharKind::Letter, CharKind::Lower]);
        assert_eq!(
            of(b"a1"),
            [CharKind::Digit, CharKind::Letter, CharKind::Lower, CharKind::Mixed]
        );
        assert_eq!(
            of(b"aB"),
            [CharKind::Letter, CharKind::Lower, CharKind::Upper, CharKind::Mixed]
        );
    }
}
